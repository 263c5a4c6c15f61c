"""Kinds of occasion: what a package tells the reminder engine about the things that fall due in its rooms.

An upper package registers its kinds in AppConfig.ready:

    register_kind(
        OccasionKind(
            key="vote",
            title=_("Vote"),
            sentence=_("{team} asks for your decision. Read what changed, then vote."),
            action=_("Read and vote"),
            ladder=(timedelta(days=-1), timedelta(0)),
            overdue_after=timedelta(0),
            announce=True,                      # people hear of it at once, not only by the ladder
            still_entitled=still_asked,         # many (occasion, person) → the ids of those still asked
            on_overdue=climb_the_late_path,     # (occasion, now) → None
        )
    )

and speaks of single occasions through `reminders.occasions` (open, complete, move, cancel) and of recurring ones
through `reminders.scheduling`, always inside the transaction that changes the state they speak of.

Whom an occasion concerns is stored with it (its people, or its whole team). A kind that knows better, such as who
facilitates a meeting, answers `people` for many occasions at once.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reminders.models import Occasion
from teams.models import Person

Text = str | Promise
Reasons = Mapping[int, str]
"""Person id → why it concerns them, in a sentence ("You facilitate.")."""

WhileAway = Literal["wait", "deputy", "both"]
"""Who hears of it while somebody whom it concerns is away (`reminders.covering`)."""


class Group(TextChoices):
    """What kinds are to a person who chooses how to hear of them."""

    MEETINGS = "meetings", _("Meetings")
    DECISIONS = "decisions", _("Decisions, signatures and charters")
    WORK = "work", _("Promises and follow-ups")


YOURS = _("It is yours to deal with.")
DEFAULT_LADDER = (timedelta(days=-7), timedelta(days=-1), timedelta(0), timedelta(days=2))


class UnknownKind(LookupError):
    """A kind that no package registered: a typing error in the code, never bad input."""


def always(*_of_what: object) -> bool:
    return True


def let_be(occasion: Occasion, now: datetime) -> None:
    """Nothing more happens: the occasion stays open until somebody does it."""


def nothing_else(occasion: Occasion, by: Person, now: datetime) -> None:
    """Nothing else has to know that somebody said it is done."""


@dataclass(frozen=True, kw_only=True)
class OccasionKind:
    """What the engine needs to know of a kind.

    Texts may name `{title}` and `{team}`; when it is due every message says itself. Steps of the ladder are distances
    from the moment it is due: whole days count in local days and come at nine in the morning, or earlier if it is due
    earlier that day; others count exactly. `on_overdue` is called once, `overdue_after` the moment it was due, in a
    transaction of the sweep. `on_done` is called when a person says by hand that it is done, in the transaction that
    closes the occasion. A kind that `lasts` is a meeting: calendars show it for so long, and its e-mails carry an
    invitation.
    `then` says in a sentence what follows. `ladder` is what holds until an organisation or a team says otherwise.

    Before each send a kind is asked whether the occasion is still open and the person entitled, after the engine itself
    saw that the person is active and concerned and the occasion open. A kind that can tell from the occasion answers
    `is_open` and `is_entitled`; one that has to look in the database answers `still_open` and `still_entitled`, which
    are asked about hundreds at once: the ids of the occasions, and of the (occasion, person) pairs, that still are.
    """

    key: str
    title: Text
    sentence: Text
    action: Text
    why: Text = YOURS
    group: Group = Group.WORK
    then: Text = ""
    ladder: Sequence[timedelta] = DEFAULT_LADDER
    overdue_after: timedelta = timedelta(days=3)
    announce: bool = False
    done_by_hand: bool = False
    urgency: int = 5
    while_away: WhileAway = "wait"
    lasts: timedelta | None = None
    is_entitled: Callable[[Occasion, Person], bool] = always
    is_open: Callable[[Occasion], bool] = always
    still_entitled: Callable[[Sequence[tuple[Occasion, Person]]], Container[tuple[int, int]]] | None = None
    still_open: Callable[[Sequence[Occasion]], Container[int]] | None = None
    on_overdue: Callable[[Occasion, datetime], None] = let_be
    on_done: Callable[[Occasion, Person, datetime], None] = nothing_else
    people: Callable[[Sequence[Occasion], datetime], Mapping[int, Reasons]] | None = None

    @property
    def may_query(self) -> bool:
        """Whether its checks are more than a look at the occasion."""
        own = self.still_entitled or self.still_open
        return own is not None or self.is_entitled is not always or self.is_open is not always

    def open_among(self, occasions: Sequence[Occasion]) -> Container[int]:
        """The ids of those that are open to it."""
        if self.still_open:
            return self.still_open(occasions)
        return {occasion.pk for occasion in occasions if self.is_open(occasion)}

    def entitled_among(self, pairs: Sequence[tuple[Occasion, Person]]) -> Container[tuple[int, int]]:
        """The ids of occasion and person where the person is entitled to hear of it."""
        if self.still_entitled:
            return self.still_entitled(pairs)
        return {(occasion.pk, person.pk) for occasion, person in pairs if self.is_entitled(occasion, person)}


_kinds: dict[str, OccasionKind] = {}


def register_kind(kind: OccasionKind) -> None:
    """Make a kind known; a later registration of the same key replaces the earlier one."""
    _kinds[kind.key] = kind


def kind_of(key: str) -> OccasionKind:
    """The kind registered under a key. Raises UnknownKind."""
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(key) from None


def title_of(key: str) -> str:
    """What people call a kind; its key where the package that registered it is gone."""
    return str(_kinds[key].title) if key in _kinds else key


def all_kinds() -> list[OccasionKind]:
    """Every kind that is registered, by group and in the order in which packages told of them."""
    order = list(Group)
    return sorted(_kinds.values(), key=lambda kind: order.index(kind.group))
