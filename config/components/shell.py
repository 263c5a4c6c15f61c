"""What frames every page: the main navigation and the stylesheets. The addresses are those of the contract."""

from typing import Any

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from config.components.library import register

NAVIGATION = (
    ("", gettext_lazy("My remit")),
    ("charters/", gettext_lazy("Charters")),
    ("reviews/", gettext_lazy("Reviews")),
    ("escalation-matrix/", gettext_lazy("Who is called")),
    ("teams/", gettext_lazy("Teams")),
    ("models/", gettext_lazy("Models")),
    ("ledger/", gettext_lazy("Ledger")),
)

# One small file a room, in the order of the cascade; what a single page needs comes through its block `styles`.
STYLESHEETS = (
    "fonts",
    "tokens",
    "ground",
    "shell",
    "controls",
    "signs",
    "raci",
    "tables",
    "blocks",
    "charter",
    "editor",
)


@register.simple_tag
def address(path: str = "") -> str:
    """An address of the contract, under whatever prefix the installation is served: `{% address "search/" %}`."""
    return get_script_prefix() + path


@register.simple_tag
def stylesheet(*names: str) -> SafeString:
    """Our stylesheets by name: `{% stylesheet "specimen" %}`."""
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(f"css/{name}.css"),) for name in names))


@register.simple_tag
def stylesheets() -> SafeString:
    """The stylesheets of every page, and the one for paper."""
    printed = format_html('<link rel="stylesheet" media="print" href="{}">', static("css/print.css"))
    return format_html("{}\n{}", stylesheet(*STYLESHEETS), printed)


@register.inclusion_tag("components/navigation.html", takes_context=True)
def navigation(context: Context) -> dict[str, Any]:
    """The main navigation as a list, the room that we are in marked: `{% navigation %}`."""
    here = _path_of(context.get("request"))
    return {
        "rooms": [
            {"href": address(path), "label": label, "is_here": here.startswith(path) if path else here == ""}
            for path, label in NAVIGATION
        ]
    }


@register.filter
def is_problem(message: Message) -> bool:
    """Whether a message of django.contrib.messages tells of something to mend: `{% if message|is_problem %}`."""
    return message.level >= constants.WARNING


def _path_of(request: HttpRequest | None) -> str:
    """The address as the contract writes it; that of no room where a page was made without a request."""
    return "nowhere" if request is None else request.path.removeprefix(get_script_prefix())
