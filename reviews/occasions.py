"""What falls due around a review: votes while a round runs, the post-implementation review after the release."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.durations import parse_duration
from reminders.kinds import OccasionKind, register_kind
from reminders.models import Occasion
from reminders.occasions import cancel_occasions, complete_occasion, open_occasion
from reviews.models import PlacePerson, Review
from reviews.rules import can_release
from reviews.words import ReviewState
from teams.calendar import WorkingCalendar
from teams.models import Person

VOTE, PIR = "vote", "pir"
DECIDE_WITHIN = "5 business days"
"""When a vote falls due where the decision right names no time."""

PIR_AFTER = "30d"
"""When a release is looked back on where the charter does not say."""


def register_kinds() -> None:
    """Make `vote` and `pir` known to the reminder engine."""
    register_kind(
        OccasionKind(
            key=VOTE,
            title=gettext_lazy("Vote"),
            sentence=gettext_lazy("{team} asks for your decision. Read what changes and why, then vote."),
            action=gettext_lazy("Read and vote"),
            why=gettext_lazy("The charter of {team} names you to decide."),
            ladder=(timedelta(days=-1), timedelta(0), timedelta(days=2)),
            overdue_after=timedelta(0),
            announce=True,
            urgency=3,
            is_open=is_round_running,
            is_entitled=is_still_asked,
        )
    )
    register_kind(
        OccasionKind(
            key=PIR,
            title=gettext_lazy("Post-implementation review"),
            sentence=gettext_lazy("This change is out. Hold what was expected of it against what happened."),
            action=gettext_lazy("Enter what happened"),
            why=gettext_lazy("You answer for the model or drove its change."),
            is_open=is_not_closed,
            is_entitled=is_still_answering,
        )
    )


# -- votes ----------------------------------------------------------------------------------------------------------


def ask_for_votes(review: Review, *, now: datetime) -> None:
    """Everybody named in a place of the new round is asked, each by an occasion of their own."""
    call_off_votes(review, by=None, now=now)
    due_at = review.decide_by or parse_duration(DECIDE_WITHIN).after(now, _calendar(review))
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


def is_round_running(occasion: Occasion) -> bool:
    return Review.objects.filter(
        pk=occasion.subject["review"], round=occasion.subject["round"], state=ReviewState.SUBMITTED
    ).exists()


def is_still_asked(occasion: Occasion, person: Person) -> bool:
    return PlacePerson.objects.filter(place__review=occasion.subject["review"], person=person).exists()


def _vote_key(review: Review, person: Person) -> str:
    return f"review:{review.pk}:vote:{review.round}:{person.pk}"


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


def is_not_closed(occasion: Occasion) -> bool:
    return Review.objects.filter(
        pk=occasion.subject["review"], state__in=[ReviewState.RELEASED, ReviewState.ROLLED_BACK]
    ).exists()


def is_still_answering(occasion: Occasion, person: Person) -> bool:
    review = Review.objects.select_related("model").filter(pk=occasion.subject["review"]).first()
    return review is not None and can_release(person, review)


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
