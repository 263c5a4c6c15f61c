"""The pictures of the interface: our own state glyphs and the few outline icons of Tabler, as one inline sprite.

The icons are read once from `static/vendor/icons`, where `config.assets` puts them at install time; an icon that is not
there yet is left out rather than breaking the page. They are inlined because an external sprite cannot see our tokens.
"""

import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from config.components.library import one_of, register

GLYPHS = frozenset(
    {
        "draft", "proposed", "ratified", "interim", "superseded", "withdrawn", "lapsed",
        "submitted", "changes", "approved", "rejected", "expired", "released", "rolled", "reviewed",
        "esc-open", "esc-ack", "esc-done", "exhausted",
        "error", "warning", "info", "pass", "single", "open", "abstain",
        "saved", "saving", "up", "down",
    }
)  # fmt: skip

ICONS = (
    "arrow-back-up",
    "arrow-forward-up",
    "calendar",
    "check",
    "copy",
    "download",
    "external-link",
    "inbox",
    "menu-2",
    "pencil",
    "plus",
    "printer",
    "search",
    "trash",
    "x",
)

# Tabler draws an invisible square under each icon to keep its box; a symbol has its viewBox for that.
_BOX = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
_INSIDE = re.compile(r"<svg\b[^>]*>(?P<inside>.*)</svg>", re.DOTALL)


@cache
def icon_symbols() -> SafeString:
    """The icons as symbols, built from the installed files."""
    return mark_safe("".join(_symbol(name) for name in ICONS))


def _symbol(name: str) -> str:
    found = finders.find(f"vendor/icons/{name}.svg")
    drawing = _INSIDE.search(Path(found).read_text(encoding="utf-8")) if found else None
    if drawing is None:
        return ""
    inside = " ".join(_BOX.sub("", drawing["inside"]).split())
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{inside}</symbol>'


@cache
def _sprite() -> SafeString:
    return render_to_string("components/sprite.svg", {"icons": icon_symbols()})


@register.simple_tag
def sprite() -> SafeString:
    """All symbols of the page, once, at the top of the body: `{% sprite %}`."""
    return _sprite()


@register.simple_tag
def glyph(name: str) -> SafeString:
    """One of our 16 px state glyphs, always beside a word: `{% glyph "warning" %}`."""
    return format_html('<svg class="glyph" aria-hidden="true"><use href="#g-{}"/></svg>', one_of("glyph", name, GLYPHS))


@register.simple_tag
def icon(name: str, *, small: bool = True) -> SafeString:
    """An outline icon, always beside a word or inside a control with a name: `{% icon "printer" %}`."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="#i-{}"/></svg>',
        " icon-s" if small else "",
        one_of("icon", name, ICONS),
    )
