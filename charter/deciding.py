"""The acts on the decision log. What is written is never lost: each text is kept, with who wrote it and when."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from charter.models import Decision, DecisionRevision
from charter.models.decision import TEXT_FIELDS
from charter.occasions import decision_to_be_revisited
from charter.queries import version_in_force
from charter.rules import can_log_decisions
from ledger.errors import Stale
from ledger.record import record_act
from teams.changing import apply_changes, locked, store
from teams.models import Person, Team
from teams.rules import require

EASTERNMOST = timedelta(hours=14)  # there a day has begun when it has nowhere else


class DecisionMoved(Stale):
    """Somebody else changed the decision since it was read."""


class DecisionFields(TypedDict, total=False):
    """What can be said about a decision."""

    title: str
    outcome: str
    options: str
    rationale: str
    dissent: str
    decided_on: date
    right_key: str
    review_ref: str
    revisit_on: date | None


@transaction.atomic
def log_decision(
    *, team: Team, deciders: Sequence[Person], by: Person, now: datetime, **fields: Unpack[DecisionFields]
) -> Decision:
    """Write down what a team decided; it is linked to the charter in force. Raises Invalid, Forbidden."""
    _require_may(by, team, now)
    decision = Decision(team=team, version=version_in_force(team, now), written_by=by, written_at=now, **fields)
    _store(decision, deciders, now)
    decision.deciders.set(deciders)
    _write_revision(decision, by=by, now=now)
    change = {field: [None, value] for field, value in _record_of(decision, deciders).items() if value}
    record_act(by=by, key="charter.decision.logged", on=decision, change=change, now=now)
    decision_to_be_revisited(decision, deciders, by=by, now=now)
    return decision


@transaction.atomic
def change_decision(
    decision: Decision,
    *,
    deciders: Sequence[Person],
    seen: int | None = None,
    by: Person,
    now: datetime,
    **fields: Unpack[DecisionFields],
) -> Decision:
    """Correct or complete what the log says; the earlier text stays readable. `seen` is the text that was read.

    Raises Invalid, Forbidden, DecisionMoved.
    """
    decision = locked(decision)
    _require_may(by, decision.team, now)
    if seen is not None and seen != decision.number:
        raise DecisionMoved(
            _("Somebody else changed it since you read it: text %(number)d says something else now.")
            % {"number": decision.number},
            state=f"text {decision.number}",
        )
    before = _record_of(decision, decision.deciders.all())
    changes: dict[str, Any] = dict(fields)
    change = apply_changes(decision, changes, unrecorded=TEXT_FIELDS)
    says_something_else = bool(change.keys() & set(TEXT_FIELDS))
    if says_something_else:
        decision.number += 1
    _store(decision, deciders, now)
    decision.deciders.set(deciders)
    after = _record_of(decision, deciders)
    change |= {field: [before[field], after[field]] for field in after if before[field] != after[field]}
    if says_something_else:
        _write_revision(decision, by=by, now=now)
        change["text"] = [decision.number - 1, decision.number]
    if change:
        record_act(by=by, key="charter.decision.changed", on=decision, change=change, now=now)
        decision_to_be_revisited(decision, deciders, by=by, now=now)
    return decision


def _require_may(by: Person, team: Team, now: datetime) -> None:
    require(
        can_log_decisions(by, team, now),
        _("Only people of %(team)s and admins write in its decision log.") % {"team": team},
    )


def _store(decision: Decision, deciders: Collection[Person], now: datetime) -> None:
    def contradictions(row: Decision) -> list[tuple[str, str]]:
        found = []
        if not deciders:
            found.append(("deciders", _("Say who decided: one person at least.")))
        if row.decided_on and row.decided_on > (now + EASTERNMOST).date():
            found.append(("decided_on", _("This day is still to come: log what has been decided.")))
        if row.revisit_on and row.decided_on and row.revisit_on <= row.decided_on:
            found.append(("revisit_on", _("Choose a day after the decision.")))
        return found

    store(decision, taken={}, further=contradictions)


def _record_of(decision: Decision, deciders: Collection[Person]) -> dict[str, Any]:
    """What the ledger keeps of a decision: ids, keys and days, no text."""
    return {
        "team": decision.team.key,
        "decided_on": decision.decided_on.isoformat(),
        "right_key": decision.right_key,
        "review_ref": decision.review_ref,
        "revisit_on": decision.revisit_on.isoformat() if decision.revisit_on else None,
        "deciders": sorted(person.pk for person in deciders),
    }


def _write_revision(decision: Decision, *, by: Person, now: datetime) -> None:
    texts = {field: getattr(decision, field) for field in TEXT_FIELDS}
    DecisionRevision.objects.create(decision=decision, number=decision.number, written_by=by, written_at=now, **texts)
