"""The model-change reviews of the story, step by step."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from portal.demo.acts import Act, Cast
from portal.demo.calendar import DemoCalendar
from reviews.drafting import ExpectationFields, draft_review
from reviews.evidence import attach_evidence
from reviews.expiring import expire_review
from reviews.models import Review
from reviews.releasing import close_review, release_review, roll_back_review
from reviews.submitting import submit_review, withdraw_review
from reviews.voting import cast_vote
from teams.models import Person


def review_acts(told: dict[str, Any], calendar: DemoCalendar, cast: Cast) -> list[Act]:
    """The acts of one review."""
    review = _ReviewOfTheStory(told, calendar, cast)
    return [review.act(step) for step in told["steps"]]


class _ReviewOfTheStory:
    """A review that the steps make and carry on."""

    def __init__(self, told: dict[str, Any], calendar: DemoCalendar, cast: Cast) -> None:
        self.told = told
        self.calendar = calendar
        self.cast = cast
        self.made: Review | None = None

    @property
    def review(self) -> Review:
        """The review as it stands."""
        assert self.made is not None  # noqa: S101  the first step drafts it
        self.made.refresh_from_db()
        return self.made

    def act(self, step: dict[str, Any]) -> Act:
        at = self.calendar.moment(step["at"])
        if step["do"] == "expire":
            return Act(at, self._expire_at(at))
        by = step["by"]
        do: Callable[[dict[str, Any], Person, datetime], None] = getattr(self, f"_{step['do']}")
        return Act(at, lambda: do(step, self.cast.person(by), at))

    def _expire_at(self, now: datetime) -> Callable[[], None]:
        """What nobody does: Remit itself lets the review expire."""

        def expire() -> None:
            expire_review(self.review, now=now)

        return expire

    def _draft(self, step: dict[str, Any], by: Person, now: datetime) -> None:
        fields = ("version", "kind", "title", "what", "why", "rollout", "rollback_plan", "links")
        self.made = draft_review(
            **{name: self.told[name] for name in fields},
            model=self.cast.models[self.told["model"]],
            expectations=[self._expectation(row) for row in self.told["expectations"]],
            by=by,
            now=now,
        )

    def _expectation(self, row: dict[str, Any]) -> ExpectationFields:
        by: date | None = self.calendar.day(row["by"]) if "by" in row else None
        return ExpectationFields(
            metric=row["metric"],
            direction=row["direction"],
            expected=row["expected"],
            low=row["low"],
            high=row["high"],
            by=by,
        )

    def _evidence(self, step: dict[str, Any], by: Person, now: datetime) -> None:
        for kind, said in step["kinds"].items():
            fields = said if isinstance(said, dict) else {"summary": said}
            attach_evidence(self.review, kind=kind, by=by, now=now, **fields)

    def _submit(self, step: dict[str, Any], by: Person, now: datetime) -> None:
        submit_review(self.review, by=by, now=now)

    def _vote(self, step: dict[str, Any], by: Person, now: datetime) -> None:
        review = self.review
        comment = step.get("comment", "")
        cast_vote(review, vote=step["vote"], digest=review.digest, comment=comment, by=by, now=now)

    def _withdraw(self, step: dict[str, Any], by: Person, now: datetime) -> None:
        withdraw_review(self.review, reason=step["reason"], by=by, now=now)

    def _release(self, step: dict[str, Any], by: Person, now: datetime) -> None:
        release_review(self.review, by=by, now=now)

    def _roll_back(self, step: dict[str, Any], by: Person, now: datetime) -> None:
        roll_back_review(self.review, reason=step["reason"], by=by, now=now)

    def _close(self, step: dict[str, Any], by: Person, now: datetime) -> None:
        close_review(
            self.review,
            actuals=list(step["actuals"].items()),
            verdict=step["verdict"],
            lessons=step["lessons"],
            by=by,
            now=now,
        )
