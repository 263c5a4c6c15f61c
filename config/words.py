"""Numbers and lists as a sentence writes them, for the answers that pages open with."""

from collections.abc import Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

NUMBERS = (
    gettext_lazy("no"),
    gettext_lazy("one"),
    gettext_lazy("two"),
    gettext_lazy("three"),
    gettext_lazy("four"),
    gettext_lazy("five"),
    gettext_lazy("six"),
    gettext_lazy("seven"),
    gettext_lazy("eight"),
    gettext_lazy("nine"),
    gettext_lazy("ten"),
    gettext_lazy("eleven"),
    gettext_lazy("twelve"),
    gettext_lazy("thirteen"),
)


def in_words(number: int, *, start: bool = False) -> str:
    """A small number as a word, a large one in figures; `start` where it begins the sentence."""
    text = str(NUMBERS[number]) if 0 <= number < len(NUMBERS) else f"{number:,}"
    return str(capfirst(text)) if start else text


def listed(items: Sequence[object], *, more: int = 0) -> str:
    """ "a", "a and b", "a, b and c"; with `more`: "a, b and two more"."""
    words = [str(item) for item in items]
    if more > 0:
        words.append(ngettext("%(count)s more", "%(count)s more", more) % {"count": in_words(more)})
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def in_sentence(name: str) -> str:
    """A name of a list as it stands within a sentence: "Data analyst" → "data analyst", "ML engineer" stays."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
