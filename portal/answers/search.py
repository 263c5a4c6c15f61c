"""The answer of the search."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.words import in_words, listed
from portal.search import Group


def what_is_found(text: str, groups: Sequence[Group]) -> SafeString:
    """How much bears the name, and of which kinds."""
    if not text:
        return format_html("{}", _("Write a name, a key or a reference such as MCR-000012."))
    if not groups:
        return format_html(_("Nothing here bears <strong>{text}</strong> in its name."), text=text)
    count = sum(len(group.hits) for group in groups)
    if any(group.is_cut for group in groups):
        first = _("More than %(count)s things bear it") % {"count": in_words(count)}
    else:
        first = ngettext("One thing bears it", "%(count)s things bear it", count) % {
            "count": in_words(count, start=True)
        }
    kinds = listed([group.title.lower() for group in groups])
    return format_html("{}: <strong>{}</strong>.", first, kinds)
