"""What falls due around a review: votes while a round runs, its expiry, the post-implementation review afterwards."""

from collections.abc import Container, Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.durations import parse_duration
from reminders.kinds import Group, OccasionKind, register_kind
from reminders.models import Occasion
from reminders.occasions import cancel_occasions, complete_occasion, open_occasion
from reviews.models import PlacePerson, Review
from reviews.rules import can_release
from reviews.words import ReviewState
from teams.calendar import WorkingCalendar
from teams.models import Person

VOTE, PIR, EXPIRY = "vote", "pir", "expiry"
DECIDE_WITHIN = "5 business days"
"""When a vote falls due where the decision right names no time."""

PIR_AFTER = "30d"
"""When a release is looked back on where the charter does not say."""

UNDECIDED_FOR = timedelta(days=30)
"""How long after its decision was due a review still waits for one."""

UNRELEASED_FOR = timedelta(days=30)
"""How long an approval holds until the release."""

EXPIRABLE = (ReviewState.SUBMITTED, ReviewState.CHANGES_REQUESTED, ReviewState.APPROVED)


def register_kinds() -> None:
    """Make `vote`, `expiry` and `pir` known to the reminder engine."""
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
            urgency=3,
            still_open=rounds_running,
            still_entitled=still_asked,
        )
    )
    register_kind(
        OccasionKind(
            key=EXPIRY,
            title=gettext_lazy("Review expires"),
            sentence=gettext_lazy(
                "Nobody has carried this change on. It expires {when}: decide, release or withdraw it."
            ),
            action=gettext_lazy("Carry it on"),
            group=Group.DECISIONS,
            ladder=(timedelta(days=-7), timedelta(days=-1)),
            overdue_after=timedelta(0),
            still_open=can_still_expire,
            on_overdue=_expire,
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
        open_occasion(
            key=_vote_key(review, person),
            kind=VOTE,
            team=review.model.team,
            title=f"{review.ref}: {review.title}",
            url=review.get_absolute_url(),
            due_at=due_at,
            people=[(person, why)],
            subject={"review": review.pk, "round": review.round},
            now=now,
        )


def vote_is_done(review: Review, *, by: Person, now: datetime) -> None:
    complete_occasion(key=_vote_key(review, by), by=by, now=now)


def call_off_votes(review: Review, *, by: Person | None, now: datetime) -> None:
    """The round is over: whoever has not voted is not asked any more."""
    cancel_occasions(prefix=f"review:{review.pk}:vote:", by=by, now=now)


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
    open_occasion(
        key=expiry_key(review),
        kind=EXPIRY,
        team=review.model.team,
        title=f"{review.ref}: {review.title}",
        url=review.get_absolute_url(),
        due_at=expires_at,
        people=_who_carries_on(review),
        subject={"review": review.pk},
        now=now,
    )


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


def _expire(occasion: Occasion, now: datetime) -> None:
    from reviews.expiring import expire_review

    expire_review(Review.objects.get(pk=occasion.subject["review"]), now=now)


def _who_carries_on(review: Review) -> Iterable[tuple[Person, str]]:
    reasons: dict[Person, str] = {review.author: _("You wrote this change.")}
    for person, why in _who_looks_back(review):
        reasons.setdefault(person, why)
    return reasons.items()


# -- looking back ---------------------------------------------------------------------------------------------------


def plan_pir(review: Review, *, now: datetime) -> Occasion:
    """The post-implementation review falls due as the charter of the decision says, for who drove and who answers."""
    document = (review.charter_version.document if review.charter_version else None) or {}
    after = document.get("post_implementation_review", {}).get("after", PIR_AFTER)
    return open_occasion(
        key=pir_key(review),
        kind=PIR,
        team=review.model.team,
        title=f"{review.ref}: {review.title}",
        url=review.get_absolute_url(),
        due_at=parse_duration(after).after(now, _calendar(review)),
        people=_who_looks_back(review),
        subject={"review": review.pk},
        now=now,
    )


def pir_is_done(review: Review, *, by: Person, now: datetime) -> None:
    complete_occasion(key=pir_key(review), by=by, now=now)


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


def _calendar(review: Review) -> WorkingCalendar:
    team = review.model.team
    return WorkingCalendar(team.timezone, holidays=team.holidays)
