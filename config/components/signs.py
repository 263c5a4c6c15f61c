"""Signs: a glyph and a word, a letter, a person.

They are small, frequent and used from Python as much as from templates, so they are plain functions that build their
markup with format_html; a tag is the same function under a template name.
"""

from typing import Any, Protocol

from django.template import Context
from django.urls import get_script_prefix
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.components.library import UnknownNameError, one_of, register
from config.components.sprite import glyph

Words = str | Promise


class Named(Protocol):
    """Whoever can be shown by name: a Person, or the facts about one in a snapshot."""

    @property
    def id(self) -> Any: ...

    @property
    def name(self) -> Any: ...


# kind → state → (glyph, word, tone). Round: a version. Triangle: an escalation. Octagon: stop. Filled: in force.
STATES: dict[str, dict[str, tuple[str, Words, str]]] = {
    "charter": {
        "draft": ("draft", gettext_lazy("draft"), "past"),
        "proposed": ("proposed", gettext_lazy("proposed"), ""),
        "ratified": ("ratified", gettext_lazy("in force"), ""),
        "interim": ("interim", gettext_lazy("interim"), ""),
        "lapsed": ("lapsed", gettext_lazy("lapsed"), "past"),
        "superseded": ("superseded", gettext_lazy("superseded"), "past"),
        "withdrawn": ("withdrawn", gettext_lazy("withdrawn"), "past"),
        "none": ("error", gettext_lazy("no charter"), "bad"),
    },
    "review": {
        "draft": ("draft", gettext_lazy("draft"), "past"),
        "submitted": ("submitted", gettext_lazy("submitted"), ""),
        "changes_requested": ("changes", gettext_lazy("changes requested"), ""),
        "approved": ("approved", gettext_lazy("approved"), ""),
        "rejected": ("rejected", gettext_lazy("rejected"), ""),
        "expired": ("expired", gettext_lazy("expired"), "past"),
        "withdrawn": ("withdrawn", gettext_lazy("withdrawn"), "past"),
        "released": ("released", gettext_lazy("released"), ""),
        "rolled_back": ("rolled", gettext_lazy("rolled back"), "bad"),
        "reviewed": ("reviewed", gettext_lazy("reviewed"), ""),
    },
    "vote": {
        "open": ("open", gettext_lazy("not voted yet"), ""),
        "approve": ("approved", gettext_lazy("approved"), ""),
        "request_changes": ("changes", gettext_lazy("requested changes"), ""),
        "reject": ("rejected", gettext_lazy("rejected"), ""),
        "abstain": ("abstain", gettext_lazy("abstained"), "past"),
    },
    "escalation": {
        "open": ("esc-open", gettext_lazy("open"), "bad"),
        "acknowledged": ("esc-ack", gettext_lazy("acknowledged"), ""),
        "resolved": ("esc-done", gettext_lazy("resolved"), "past"),
        "exhausted": ("exhausted", gettext_lazy("exhausted"), "bad"),
    },
    "measured": {
        "holds": ("pass", gettext_lazy("holds"), "good"),
        "close": ("warning", gettext_lazy("close"), "weak"),
        "fails": ("error", gettext_lazy("fails"), "bad"),
        "unverified": ("draft", gettext_lazy("unverified"), "past"),
    },
    "finding": {
        "error": ("error", gettext_lazy("Error"), "bad"),
        "warning": ("warning", gettext_lazy("Warning"), "weak"),
        "info": ("info", gettext_lazy("For information"), "past"),
    },
    "cover": {
        "hole": ("error", gettext_lazy("nobody"), "bad"),
        "single": ("single", gettext_lazy("only one person"), "weak"),
        "uncovered": ("warning", gettext_lazy("nobody covers"), "weak"),
        "covered": ("pass", gettext_lazy("covered"), ""),
    },
    "occasion": {
        "open": ("open", gettext_lazy("open"), ""),
        "overdue": ("warning", gettext_lazy("overdue"), "bad"),
        "done": ("approved", gettext_lazy("done"), "past"),
        "cancelled": ("withdrawn", gettext_lazy("cancelled"), "past"),
    },
    "channel": {
        "active": ("pass", gettext_lazy("active"), "good"),
        "by_hand": ("withdrawn", gettext_lazy("disabled"), "past"),
        "gone": ("error", gettext_lazy("disabled, its receiver is gone"), "bad"),
    },
    "notice": {
        "due": ("open", gettext_lazy("due"), ""),
        "leased": ("proposed", gettext_lazy("leased"), ""),
        "on_wire": ("released", gettext_lazy("on the wire"), ""),
        "sent": ("approved", gettext_lazy("sent"), "past"),
        "retry": ("changes", gettext_lazy("to be retried"), "weak"),
        "failed": ("error", gettext_lazy("failed"), "bad"),
        "in_doubt": ("warning", gettext_lazy("in doubt"), "weak"),
    },
}


@register.simple_tag(name="state")
def state_mark(kind: str, state: str, label: Words = "") -> SafeString:
    """The state of anything, as glyph and word: `{% state "charter" version.state %}`.

    A label replaces the word where the state is part of a phrase: "version 7, interim".
    """
    states = STATES[one_of("kind of state", kind, STATES)]
    drawing, word, tone = states[one_of(f"{kind} state", state, states)]
    return format_html(
        '<span class="state{}">{}{}</span>', f" state-{tone}" if tone else "", glyph(drawing), label or word
    )


@register.simple_tag(name="tier")
def tier_mark(tier: int | str) -> SafeString:
    """The risk tier of a model: `{% tier model.tier %}`."""
    number = one_of("tier", str(tier), ("1", "2", "3"))
    return format_html(
        '<span class="tier{}">{}</span>', " tier-1" if number == "1" else "", _("tier %(number)s") % {"number": number}
    )


SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4")


@register.simple_tag(name="severity")
def severity_mark(severity: str, label: Words = "") -> SafeString:
    """Four rising bars, as many filled as it is grave, and the word: `{% severity "SEV2" %}`.

    For a span of severities give the gravest and the words: `{% severity "SEV1" label="SEV1 to SEV3" %}`.
    """
    filled = 4 - SEVERITIES.index(one_of("severity", severity, SEVERITIES))
    return format_html(
        '<b class="sev"><span class="sevmark" aria-hidden="true">{}</span>{}</b>',
        _marks(filled, 4),
        label or severity,
    )


LETTERS: dict[str, Words] = {
    "A": gettext_lazy("accountable"),
    "R": gettext_lazy("responsible"),
    "AR": gettext_lazy("accountable and responsible"),
    "C": gettext_lazy("consulted"),
    "I": gettext_lazy("informed"),
    "": gettext_lazy("none"),
    "hole": gettext_lazy("hole: nobody is accountable"),
}
_DRAWN = {
    letter: format_html_join("", '<b aria-hidden="true"><i>{}</i></b>', ((one,) for one in drawn))
    for letter, drawn in {"A": "A", "R": "R", "AR": "AR", "C": "C", "I": "I", "": "·", "hole": "?"}.items()
}
_ON = mark_safe(' class="on"')
_NOT_HELD = mark_safe(' data-held="no"')
_RACI = '<span class="raci{}" data-raci="{}"{}>{}{}</span>'


@register.simple_tag(name="raci")
def raci_letter(letter: str, *, mine: bool = False, held: bool = True, spoken: bool = True) -> SafeString:
    """A letter of the matrix: `A`, `R`, `AR`, `C`, `I`, the empty one, or `hole`.

    mine: it is the reader's, so it carries the pen. held: somebody holds the role. spoken: the word follows for who
    listens; switch it off where the control around it has a name of its own.
    """
    key = one_of("letter", letter, LETTERS)
    word = LETTERS[key]
    return format_html(
        _RACI,
        " is-mine" if mine else "",
        key,
        "" if held else _NOT_HELD,
        _DRAWN[key],
        format_html('<span class="vh">{}</span>', word if held else _("%(letter)s, held by nobody") % {"letter": word})
        if spoken
        else "",
    )


@register.inclusion_tag("components/raci_key.html")
def raci_key(*, gaps: bool = False) -> dict[str, Any]:
    """The legend under a matrix; with the two kinds of gap beside it in the editor: `{% raci_key gaps=True %}`."""
    return {"gaps": gaps}


def person_address(person: Named) -> str:
    """Where a person's page is."""
    return f"{get_script_prefix()}people/{person.id}/"


def person_name(
    person: Named | None,
    *,
    reader: Named | None = None,
    link: bool = True,
    start: bool = False,
    nobody: Words = "",
) -> SafeString:
    """A person by name, linked to their page; "you" in the pen's colour when it is the reader (the name in print).

    start: at the start of a sentence or a cell ("You"). nobody: the words of the hole when there is no person;
    without them a missing person is a mistake.
    """
    if person is None:
        if not nobody:
            raise UnknownNameError("person", None, ("a person, or nobody= with the words for the hole",))
        return state_mark("cover", "hole", nobody)
    name: SafeString | str = person.name
    is_reader = reader is not None and reader.id is not None and reader.id == person.id
    if is_reader:
        name = format_html(
            '<span class="noprint">{}</span><span class="printonly">{}</span>', _("You") if start else _("you"), name
        )
    if link:
        return format_html(
            '<a class="{}" href="{}">{}</a>', "person you" if is_reader else "person", person_address(person), name
        )
    return format_html('<span class="{}">{}</span>', "you" if is_reader else "person", name)


@register.simple_tag(name="person", takes_context=True)
def person_tag(
    context: Context,
    person: Named | None,
    *,
    link: bool = True,
    start: bool = False,
    nobody: Words = "",
) -> SafeString:
    """A person by name; "you" when it is the reader: `{% person seat.person %}`, `{% person p nobody="no seat" %}`."""
    return person_name(person, reader=context.get("user"), link=link, start=start, nobody=nobody)


def initials(name: str) -> str:
    """First letters of the first and the last word of a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.simple_tag
def presence(person: Named, *, here: bool = False) -> SafeString:
    """Initials in a circle, for presence only: `{% presence user %}`; dotted while somebody edits the same page."""
    return format_html(
        '<span class="who{}" aria-hidden="true">{}</span>', " who-here" if here else "", initials(str(person.name))
    )


@register.simple_tag
def key(text: str) -> SafeString:
    """A key or reference in the fixed face: `{% key review.ref %}`."""
    return format_html('<span class="key">{}</span>', text)


@register.simple_tag
def digest(value: str) -> SafeString:
    """A SHA-256, shortened to its ends; the whole of it in the title: `{% digest version.digest %}`."""
    bare = value.removeprefix("sha256:")
    shown = f"sha256:{bare[:4]}…{bare[-4:]}" if len(bare) > 12 else f"sha256:{bare}"
    return format_html('<span class="digest" title="sha256:{}">{}</span>', bare, shown)


@register.simple_tag
def kbd(*keys: str) -> SafeString:
    """Keys to press: `{% kbd "A" %}`, `{% kbd "Ctrl" "Z" %}`."""
    return format_html_join(" ", "<kbd>{}</kbd>", ((pressed,) for pressed in keys))


@register.simple_tag
def tally(filled: int, of: int) -> SafeString:
    """Small boxes, some of them filled: `{% tally 1 3 %}`."""
    return format_html(
        '<span class="tally" aria-hidden="true">{}</span><span class="vh">{}</span>',
        _marks(filled, of),
        _("%(filled)d of %(of)d") % {"filled": filled, "of": of},
    )


@register.simple_tag
def saved(state: str, text: Words) -> SafeString:
    """The save state, always in sight: `{% saved "saved" "All changes saved, 14:32:08" %}`."""
    drawing = {"saving": "saving", "saved": "saved", "failed": "error"}[
        one_of("save state", state, ("saving", "saved", "failed"))
    ]
    return format_html(
        '<span class="saved{}" role="status">{}{}</span>',
        " is-failed" if state == "failed" else "",
        glyph(drawing),
        text,
    )


def _marks(filled: int, of: int) -> SafeString:
    return format_html_join("", "<i{}></i>", ((_ON if number < filled else "",) for number in range(of)))
