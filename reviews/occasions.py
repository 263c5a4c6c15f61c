"""What falls due around a review: votes while a round runs, its expiry, the post-implementation review afterwards."""

from collections.abc import Callable, Collection, Container, Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.document import REVIEW_AFTER
from charter.durations import parse_duration
from charter.queries import documents_in_force
from charter.resolver import Meant, lead_of, who_is_called, who_may_approve
from charter.storage import thaw
from reminders.kinds import Group, OccasionKind, Text, register_kind
from reminders.models import Occasion
from reminders.occasions import cancel_occasions, complete_occasion, let_pass, open_occasion
from reviews.models import Comment, PlacePerson, Review
from reviews.rules import can_release
from reviews.words import ReviewState
from teams.calendar import WorkingCalendar
from teams.models import Person
from teams.organisation import Organisation, load_organisation

VOTE, PIR, EXPIRY = "vote", "pir", "expiry"
LATE, BREAK, AFTER_BREAK, MENTION = "late-decision", "break-glass", "break-glass-review", "mention"
DECIDE_WITHIN = "5 business days"
"""When a vote falls due where the decision right names no time."""

UNDECIDED_FOR = timedelta(days=30)
"""How long after its decision was due a review still waits for one."""

UNRELEASED_FOR = timedelta(days=30)
"""How long an approval holds until the release."""

REVIEWED_WITHIN = timedelta(hours=72)
"""When a release by break-glass is looked at."""

TOLD_FOR = timedelta(days=3)
"""How long news stands among what is due; then it is over by itself."""

NEWS = {
    ReviewState.APPROVED: (
        gettext_lazy("Change approved"),
        gettext_lazy("{team} may release this change: every place is filled."),
    ),
    ReviewState.REJECTED: (gettext_lazy("Change rejected"), gettext_lazy("This change was rejected. Read why.")),
    ReviewState.CHANGES_REQUESTED: (
        gettext_lazy("Changes requested"),
        gettext_lazy("An approver asks for changes. Mend it, and submit it again."),
    ),
    ReviewState.EXPIRED: (
        gettext_lazy("Review expired"),
        gettext_lazy("Nobody carried this change on, so it expired. It can be proposed again."),
    ),
    ReviewState.RELEASED: (gettext_lazy("Change released"), gettext_lazy("{team} released this change.")),
    ReviewState.ROLLED_BACK: (
        gettext_lazy("Change rolled back"),
        gettext_lazy("{team} rolled this release back. Read why."),
    ),
}
"""What is told when a review reaches a state, by the name of the state; the informed hear what is final."""

FOR_THE_INFORMED = (ReviewState.APPROVED, ReviewState.REJECTED, ReviewState.RELEASED, ReviewState.ROLLED_BACK)
EXPIRABLE = (ReviewState.SUBMITTED, ReviewState.CHANGES_REQUESTED, ReviewState.APPROVED)


def register_kinds(*, expire: Callable[[Occasion, datetime], None]) -> None:
    """Make the kinds of this package known to the reminder engine; `expire` ends a review that nobody carries on."""
    for state, (title, sentence) in NEWS.items():
        _register_news(f"review-{state.value}", title, sentence)
    _register_news(MENTION, gettext_lazy("You are mentioned"), gettext_lazy("Somebody mentions you in a comment."))
    register_kind(
        OccasionKind(
            key=LATE,
            title=gettext_lazy("Late decision"),
            sentence=gettext_lazy("The decision on this change of {team} is late. See whom it waits for, and help."),
            action=gettext_lazy("See what it waits for"),
            why=gettext_lazy("The charter of {team} names you for late decisions."),
            group=Group.DECISIONS,
            ladder=(timedelta(days=1), timedelta(days=3)),
            overdue_after=timedelta(days=7),
            on_overdue=let_pass,
            announce=True,
            urgency=3,
            still_open=rounds_running,
        )
    )
    register_kind(
        OccasionKind(
            key=BREAK,
            title=gettext_lazy("Break-glass release"),
            sentence=gettext_lazy("This change is to go out before its decision. It takes a second person: you."),
            action=gettext_lazy("Read and confirm"),
            group=Group.DECISIONS,
            ladder=(),
            overdue_after=TOLD_FOR,
            on_overdue=let_pass,
            announce=True,
            urgency=1,
            still_open=rounds_running,
        )
    )
    register_kind(
        OccasionKind(
            key=AFTER_BREAK,
            title=gettext_lazy("Review after break-glass"),
            sentence=gettext_lazy("This change went out before its decision. Look at it within 72 hours."),
            action=gettext_lazy("Look at the release"),
            ladder=(timedelta(days=-1), timedelta(0), timedelta(days=1)),
            announce=True,
            urgency=2,
            still_open=not_closed,
        )
    )
    register_kind(
        OccasionKind(
            key=VOTE,
            title=gettext_lazy("Vote"),
            sentence=gettext_lazy("{team} asks for your decision. Read what changes and why, then vote."),
            action=gettext_lazy("Read and vote"),
            why=gettext_lazy("The charter of {team} names you to decide."),
            group=Group.DECISIONS,
            ladder=(timedelta(days=-1), timedelta(0), timedelta(days=2)),
            overdue_after=timedelta(0),
            announce=True,
            while_away="deputy",  # where a deputy may vote; else it waits for who was asked
            urgency=3,
            still_open=rounds_running,
            still_entitled=still_asked,
            on_overdue=climb_late_path,
        )
    )
    register_kind(
        OccasionKind(
            key=EXPIRY,
            title=gettext_lazy("Review expires"),
            sentence=gettext_lazy(
                "Nobody has carried this change on, so it is about to expire: decide, release or withdraw it."
            ),
            action=gettext_lazy("Carry it on"),
            group=Group.DECISIONS,
            ladder=(timedelta(days=-7), timedelta(days=-1)),
            overdue_after=timedelta(0),
            still_open=can_still_expire,
            on_overdue=expire,
        )
    )
    register_kind(
        OccasionKind(
            key=PIR,
            title=gettext_lazy("Post-implementation review"),
            sentence=gettext_lazy("This change is out. Hold what was expected of it against what happened."),
            action=gettext_lazy("Enter what happened"),
            why=gettext_lazy("You answer for the model or drove its change."),
            still_open=not_closed,
            still_entitled=still_answering,
        )
    )


# -- votes ----------------------------------------------------------------------------------------------------------


def ask_for_votes(review: Review, *, now: datetime) -> None:
    """Everybody named in a place of the new round is asked, each by an occasion of their own."""
    call_off_votes(review, by=None, now=now)
    due_at = vote_due_at(review, now)
    asked = PlacePerson.objects.filter(place__review=review).select_related("person", "place").order_by("place", "id")
    reasons: dict[Person, str] = {}
    for row in asked:
        words = {"role": row.place.name, "why": row.why}
        reasons.setdefault(row.person, _("You are asked as %(role)s: %(why)s.") % words)
    for person, why in reasons.items():
        _open(review, _vote_key(review, person), VOTE, due_at=due_at, people=[(person, why)], now=now)


def ask_again(review: Review, *, gone: Collection[int], come: Collection[int], now: datetime) -> None:
    """Other people hold the places now: those who went are asked no more, those who came are."""
    for person in Person.objects.filter(pk__in=gone):
        complete_occasion(key=_vote_key(review, person), by=None, now=now)
    due_at = max(vote_due_at(review, now), now)
    rows = PlacePerson.objects.filter(place__review=review, person__in=come).select_related("person", "place")
    for row in rows:
        why = _("You are asked as %(role)s: %(why)s.") % {"role": row.place.name, "why": row.why}
        _open(review, _vote_key(review, row.person), VOTE, due_at=due_at, people=[(row.person, why)], now=now)


def climb_late_path(occasion: Occasion, now: datetime) -> None:
    """A vote is late: whom the right's `overdue` path calls first is told, else the lead of the team; once a round."""
    review = Review.objects.select_related("model__team__lead", "charter_version").get(pk=occasion.subject["review"])
    organisation = load_organisation()
    meant = who_hears_of_late(review, organisation, now)
    if meant.person is None:
        return
    person = Person.objects.get(pk=meant.person.id)
    why = _("This decision is late, and you are %(why)s.") % {"why": meant.why}
    _open(review, f"review:{review.pk}:late:{review.round}", LATE, due_at=now, people=[(person, why)], now=now)


def who_hears_of_late(review: Review, organisation: Organisation, now: datetime) -> Meant:
    """Whom the first level of the `overdue` path of the stored right means; the lead of the team without one."""
    team = review.model.team.key
    version = review.charter_version
    document = thaw(version.document) if version and version.document else None
    if document is not None:
        right = next((right for right in document.decisions if right.key == review.right_key), None)
        path = document.path(right.overdue) if right and right.overdue else None
        if path and path.levels:
            others = {**documents_in_force(now), team: document}
            meant = who_is_called(organisation, others, team, path.levels[0].to, now)
            if meant.person:
                return meant
    return lead_of(organisation, team)


def vote_is_done(review: Review, *, by: Person, now: datetime) -> None:
    complete_occasion(key=_vote_key(review, by), by=by, now=now)


def call_off_votes(review: Review, *, by: Person | None, now: datetime) -> None:
    """The round is over: whoever has not voted is not asked any more."""
    cancel_occasions(prefix=f"review:{review.pk}:vote:", by=by, now=now)
    cancel_occasions(prefix=f"review:{review.pk}:late:", by=by, now=now)
    cancel_occasions(prefix=f"review:{review.pk}:break", by=by, now=now)


def rounds_running(occasions: Sequence[Occasion]) -> Container[int]:
    """Those whose round is the one that runs. One query."""
    reviews = {occasion.subject["review"] for occasion in occasions}
    running = Review.objects.filter(pk__in=reviews, state=ReviewState.SUBMITTED).values_list("pk", "round")
    rounds = dict(running)
    return {one.pk for one in occasions if rounds.get(one.subject["review"]) == one.subject["round"]}


def still_asked(pairs: Sequence[tuple[Occasion, Person]]) -> Container[tuple[int, int]]:
    """Those where the person has a place in the review. One query."""
    reviews = {occasion.subject["review"] for occasion, _person in pairs}
    asked = set(PlacePerson.objects.filter(place__review__in=reviews).values_list("place__review", "person"))
    return {(occasion.pk, person.pk) for occasion, person in pairs if (occasion.subject["review"], person.pk) in asked}


def vote_due_at(review: Review, asked_at: datetime) -> datetime:
    """When the votes of a round are due that began at that moment."""
    return review.decide_by or parse_duration(DECIDE_WITHIN).after(asked_at, _calendar(review))


def _vote_key(review: Review, person: Person) -> str:
    return f"review:{review.pk}:vote:{review.round}:{person.pk}"


# -- expiry ---------------------------------------------------------------------------------------------------------


def expiry_of(review: Review) -> datetime | None:
    """When a review expires if nobody carries it on; None where it does not."""
    if review.state == ReviewState.APPROVED and review.decided_at:
        return review.decided_at + UNRELEASED_FOR
    if review.state in EXPIRABLE and review.submitted_at:
        return vote_due_at(review, review.submitted_at) + UNDECIDED_FOR
    return None


def plan_expiry(review: Review, *, now: datetime) -> None:
    """The author, who drives it and who answers for the model are warned before the review expires."""
    expires_at = expiry_of(review)
    if expires_at is None:
        return
    _open(review, expiry_key(review), EXPIRY, due_at=expires_at, people=_who_carries_on(review), now=now)


def call_off_expiry(review: Review, *, by: Person | None, now: datetime) -> None:
    """It was carried on, or taken back: it does not expire."""
    cancel_occasions(prefix=expiry_key(review), by=by, now=now)


def it_expired(review: Review, *, now: datetime) -> None:
    complete_occasion(key=expiry_key(review), by=None, now=now)


def can_still_expire(occasions: Sequence[Occasion]) -> Container[int]:
    """Those whose review still waits for its decision or its release. One query."""
    reviews = {occasion.subject["review"] for occasion in occasions}
    waiting = set(Review.objects.filter(pk__in=reviews, state__in=EXPIRABLE).values_list("pk", flat=True))
    return {occasion.pk for occasion in occasions if occasion.subject["review"] in waiting}


def expiry_key(review: Review) -> str:
    return f"review:{review.pk}:expiry"


def _who_carries_on(review: Review) -> Iterable[tuple[Person, str]]:
    reasons: dict[Person, str] = {review.author: _("You wrote this change.")}
    for person, why in _who_looks_back(review):
        reasons.setdefault(person, why)
    return reasons.items()


# -- looking back ---------------------------------------------------------------------------------------------------


def plan_pir(review: Review, *, now: datetime) -> Occasion:
    """The post-implementation review falls due as the charter of the decision says, for who drove and who answers."""
    document = (review.charter_version.document if review.charter_version else None) or {}
    after = document.get("post_implementation_review", {}).get("after", REVIEW_AFTER)
    due_at = parse_duration(after).after(now, _calendar(review))
    return _open(review, pir_key(review), PIR, due_at=due_at, people=_who_looks_back(review), now=now)


def pir_is_done(review: Review, *, by: Person, now: datetime) -> None:
    complete_occasion(key=pir_key(review), by=by, now=now)
    complete_occasion(key=_after_break_key(review), by=by, now=now)


def pir_key(review: Review) -> str:
    return f"review:{review.pk}:pir"


def not_closed(occasions: Sequence[Occasion]) -> Container[int]:
    """Those whose review has been released and not yet looked back on. One query."""
    reviews = {occasion.subject["review"] for occasion in occasions}
    closing = [ReviewState.RELEASED, ReviewState.ROLLED_BACK]
    waiting = set(Review.objects.filter(pk__in=reviews, state__in=closing).values_list("pk", flat=True))
    return {occasion.pk for occasion in occasions if occasion.subject["review"] in waiting}


def still_answering(pairs: Sequence[tuple[Occasion, Person]]) -> Container[tuple[int, int]]:
    """Those where the person answers for the model or drove the change. One query."""
    ids = {occasion.subject["review"] for occasion, _person in pairs}
    reviews = Review.objects.select_related("model").in_bulk(ids)
    return {
        (occasion.pk, person.pk)
        for occasion, person in pairs
        if (review := reviews.get(occasion.subject["review"])) and can_release(person, review)
    }


def _who_looks_back(review: Review) -> Iterable[tuple[Person, str]]:
    model = review.model
    reasons: dict[Person, str] = {}
    if review.driver:
        reasons[review.driver] = _("You drove this change.")
    if model.accountable:
        reasons[model.accountable] = _("You are accountable for %(model)s.") % {"model": model}
    return reasons.items()


# -- news -----------------------------------------------------------------------------------------------------------


def tell_news(review: Review, *, by: Person | None, now: datetime) -> None:
    """The author, the driver, and where it is final the informed hear of the state that a review reached."""
    state = ReviewState(review.state)
    people: dict[Person, str] = {review.author: _("You wrote this change.")}
    if review.driver:
        people.setdefault(review.driver, _("You drive this change."))
    if state in FOR_THE_INFORMED:
        for person in _informed(review, now):
            people.setdefault(person, _("The charter of %(team)s has you informed.") % {"team": review.model.team})
    told = [(person, why) for person, why in people.items() if by is None or person.pk != by.pk]
    if told:
        key = f"review:{review.pk}:news:{review.round}:{state.value}"
        _open(review, key, f"review-{state.value}", due_at=now, people=told, now=now)


def tell_mentioned(review: Review, comment: Comment, mentioned: Sequence[Person], *, by: Person, now: datetime) -> None:
    """Those whom a comment mentions hear of it."""
    why = _("%(who)s mentions you.") % {"who": by}
    people = [(person, why) for person in mentioned]
    if people:
        _open(review, f"review:{review.pk}:mention:{comment.pk}", MENTION, due_at=now, people=people, now=now)


def _informed(review: Review, now: datetime) -> Sequence[Person]:
    """Who holds the roles now that the stored right informs."""
    version = review.charter_version
    document = thaw(version.document) if version and version.document else None
    right = next((right for right in document.decisions if right.key == review.right_key), None) if document else None
    if right is None or not right.informed:
        return []
    organisation, team = load_organisation(), review.model.team.key
    meant = [each for ref in right.informed for each in who_may_approve(organisation, team, ref, now)]
    return list(Person.objects.filter(pk__in={each.person.id for each in meant if each.person}))


def _register_news(key: str, title: Text, sentence: Text) -> None:
    register_kind(
        OccasionKind(
            key=key,
            title=title,
            sentence=sentence,
            action=gettext_lazy("Read it"),
            group=Group.DECISIONS,
            ladder=(),
            overdue_after=TOLD_FOR,
            on_overdue=let_pass,
            announce=True,
            done_by_hand=True,
        )
    )


# -- break-glass ----------------------------------------------------------------------------------------------------


def ask_to_confirm_break(review: Review, *, by: Person, now: datetime) -> None:
    """The others who answer for the change, and the lead, hear that a second person is needed."""
    people = {person: why for person, why in _who_looks_back(review) if person.pk != by.pk}
    lead = review.model.team.lead
    if lead and lead.pk != by.pk:
        people.setdefault(lead, _("You lead %(team)s.") % {"team": review.model.team})
    _open(review, _break_key(review), BREAK, due_at=now, people=people.items(), now=now)


def break_is_confirmed(review: Review, *, by: Person, now: datetime) -> None:
    complete_occasion(key=_break_key(review), by=by, now=now)


def plan_look_after_break(review: Review, *, now: datetime) -> None:
    """Who answers for it and who was to decide it look at the release within three days."""
    people = dict(_who_looks_back(review))
    rows = PlacePerson.objects.filter(place__review=review).select_related("person")
    for row in rows:
        people.setdefault(row.person, _("You were to decide this change, and it went out without you."))
    due_at = now + REVIEWED_WITHIN
    _open(review, _after_break_key(review), AFTER_BREAK, due_at=due_at, people=people.items(), now=now)


def _break_key(review: Review) -> str:
    return f"review:{review.pk}:break"


def _after_break_key(review: Review) -> str:
    return f"review:{review.pk}:after-break"


def _open(
    review: Review, key: str, kind: str, *, due_at: datetime, people: Iterable[tuple[Person, str]], now: datetime
) -> Occasion:
    return open_occasion(
        key=key,
        kind=kind,
        team=review.model.team,
        title=f"{review.ref}: {review.title}",
        url=review.get_absolute_url(),
        due_at=due_at,
        people=people,
        subject={"review": review.pk, "round": review.round},
        now=now,
    )


def _calendar(review: Review) -> WorkingCalendar:
    team = review.model.team
    return WorkingCalendar(team.timezone, holidays=team.holidays)
