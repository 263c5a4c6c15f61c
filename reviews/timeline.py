"""What happened to a review, newest first: its ledger entries as a track, with what was said beside the votes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.words import EvidenceKind
from config.components import person_name
from ledger.models import Entry
from ledger.queries import entries_about
from reviews.models import Review, Vote
from reviews.queries import people_by_id
from reviews.wording import moment
from reviews.words import VoteWord
from teams.models import Person

VOTED = {
    VoteWord.APPROVE: ("approved", gettext_lazy("{who} approved")),
    VoteWord.REQUEST_CHANGES: ("changes", gettext_lazy("{who} requested changes")),
    VoteWord.REJECT: ("rejected", gettext_lazy("{who} rejected")),
    VoteWord.ABSTAIN: ("abstain", gettext_lazy("{who} abstained")),
}
HAPPENED = {
    "reviews.review.drafted": ("draft", gettext_lazy("{who} drafted it")),
    "reviews.review.edited": ("draft", gettext_lazy("{who} edited it")),
    "reviews.review.evidence_attached": ("draft", gettext_lazy("{who} attached evidence: {kind}")),
    "reviews.review.evidence_waived": ("draft", gettext_lazy("{who} waived evidence: {kind}")),
    "reviews.review.submitted": ("submitted", gettext_lazy("{who} submitted round {round}")),
    "reviews.review.reseated": ("submitted", gettext_lazy("Other people were asked: somebody left or is away")),
    "reviews.review.break_glass_asked": ("warning", gettext_lazy("{who} asked to release it before the decision")),
    "reviews.review.glass_broken": ("warning", gettext_lazy("{who} confirmed its release before the decision")),
    "reviews.review.approved": ("approved", gettext_lazy("Approved: every place is filled")),
    "reviews.review.rejected": ("rejected", gettext_lazy("Rejected")),
    "reviews.review.expired": ("expired", gettext_lazy("It expired")),
    "reviews.review.withdrawn": ("withdrawn", gettext_lazy("{who} withdrew it")),
    "reviews.review.released": ("released", gettext_lazy("{who} released it")),
    "reviews.review.rolled_back": ("rolled", gettext_lazy("{who} rolled it back")),
    "reviews.review.reviewed": ("reviewed", gettext_lazy("{who} closed it")),
}
WITH_REASON = ("reviews.review.withdrawn", "reviews.review.rolled_back")


@dataclass(frozen=True, slots=True)
class Event:
    glyph: str
    text: SafeString
    note: str
    said: str = ""


def timeline_of(review: Review, reader: Person) -> Sequence[Event]:
    """The events of a review in words, for a reader: two queries."""
    entries = [entry for entry in entries_about(review) if entry.key in HAPPENED or entry.key == "reviews.review.voted"]
    people = people_by_id({entry.actor_id for entry in entries if entry.actor_id})
    said = _comments(review)
    events = []
    for entry in reversed(entries):
        who = people.get(entry.actor_id or 0)
        name = person_name(who, reader=reader, start=True, link=False) if who else format_html("{}", _("Remit"))
        events.append(_event(entry, name, review, said, reader.timezone))
    return events[::-1]


def _event(
    entry: Entry, who: SafeString, review: Review, said: dict[tuple[int, int], Iterator[Vote]], timezone: str
) -> Event:
    when = moment(entry.at, timezone)
    if entry.key != "reviews.review.voted":
        glyph, sentence = HAPPENED[entry.key]
        if entry.key == "reviews.review.approved" and entry.actor_id is None:
            sentence = gettext_lazy("Approved by itself: all evidence is there")
        kind = _after(entry, "kind")
        name = EvidenceKind(kind).label if kind in EvidenceKind.values else ""
        text = format_html(str(sentence), who=who, round=_after(entry, "round"), kind=name)
        return Event(glyph, text, when, review.reason if entry.key in WITH_REASON else "")
    glyph, sentence = VOTED[VoteWord(_after(entry, "vote"))]
    of_round = int(_after(entry, "round"))
    vote = next(said.get((entry.actor_id or 0, of_round), iter(())), None)
    note = _("%(when)s, round %(round)s") % {"when": when, "round": of_round}
    if vote and vote.on_behalf_of:
        note = _("%(note)s, for %(who)s") % {"note": note, "who": vote.on_behalf_of}
    if of_round < review.round:
        note = _("%(note)s, superseded") % {"note": note}
    return Event(glyph, format_html(str(sentence), who=who), note, vote.comment if vote else "")


def _comments(review: Review) -> dict[tuple[int, int], Iterator[Vote]]:
    """The votes of each person in each round, in the order in which the ledger tells them."""
    votes: dict[tuple[int, int], list[Vote]] = defaultdict(list)
    for vote in review.votes.all():
        votes[vote.voter_id, vote.round].append(vote)
    return {key: iter(some) for key, some in votes.items()}


def _after(entry: Entry, field: str) -> str:
    """What a field was changed to."""
    change = entry.change.get(field) or [""]
    return str(change[-1])
