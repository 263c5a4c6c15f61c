"""Occasions that upper floors open, complete, move and cancel."""

from datetime import timedelta

import pytest

from ledger.errors import Forbidden
from ledger.models import Entry
from reminders.kinds import UnknownKind
from reminders.models import Occasion
from reminders.occasions import (
    OccasionClosed,
    cancel_occasions,
    complete_occasion,
    complete_occasions,
    finish_by_hand,
    move_occasion,
    open_occasion,
)
from reminders.sweeping import sweep
from tests.factories import NOW, OccasionFactory, OccasionPersonFactory, PersonFactory, TeamFactory

pytestmark = pytest.mark.django_db

DUE = NOW + timedelta(days=3)


def ballot(key="review:1:vote", people=(), **changes):
    said = {
        "key": key,
        "kind": "ballot",
        "team": None,
        "title": "MCR-000001",
        "url": "/reviews/MCR-000001/",
        "people": [(person, "You are asked.") for person in people],
        "due_at": DUE,
        "subject": {"review": 1},
        "now": NOW,
    }
    return open_occasion(**said | changes)


def test_opening_twice_makes_one():
    ada = PersonFactory()
    assert ballot(people=[ada]) == ballot(people=[ada])
    assert list(Occasion.objects.values_list("key", "sequence")) == [("review:1:vote", 0)]


def test_opening_again_with_other_people_and_date_follows():
    ada, ben = PersonFactory(), PersonFactory()
    ballot(people=[ada])
    occasion = ballot(people=[ben], due_at=DUE + timedelta(days=1))
    assert list(occasion.people.all()) == [ben]
    assert (occasion.due_at, occasion.sequence) == (DUE + timedelta(days=1), 1)


def test_person_who_joins_is_told_and_the_others_are_not_told_again():
    ada, ben = PersonFactory(), PersonFactory()
    occasion = ballot(people=[ada])
    sweep(now=NOW)
    ballot(people=[ada, ben], now=NOW + timedelta(minutes=1))
    sweep(now=NOW + timedelta(minutes=1))

    told = occasion.notices.filter(channel="inbox").values_list("recipient", "step")
    assert sorted(told) == [(ada.pk, "new"), (ben.pk, "new")]


def test_done_stays_done_and_cancelled_opens_again():
    ada = PersonFactory()
    ballot(people=[ada])
    assert complete_occasion(key="review:1:vote", by=ada, now=NOW)
    assert not complete_occasion(key="review:1:vote", by=ada, now=NOW)
    assert ballot(people=[ada]).state == "done"

    ballot(key="review:2:vote", people=[ada])
    cancel_occasions(prefix="review:2:", by=None, now=NOW)
    assert (ballot(key="review:2:vote", people=[ada]).state) == "open"


def test_closing_by_prefix_touches_no_neighbour_and_writes_the_ledger():
    ada = PersonFactory()
    for key in ("review:1:vote", "review:1:pir", "review:12:vote", "review:1%:vote"):
        ballot(key=key, people=[ada])
    assert complete_occasions(prefix="review:1:", by=ada, now=NOW) == 2
    assert set(Occasion.objects.filter(state="open").values_list("key", flat=True)) == {
        "review:12:vote",
        "review:1%:vote",
    }
    entries = Entry.objects.filter(key="reminders.occasion.done", actor_id=ada.pk)
    assert [entry.change for entry in entries] == [{"state": ["open", "done"]}] * 2


def test_moving_counts_and_starts_the_ladder_anew():
    ada = PersonFactory()
    occasion = ballot(people=[ada])
    sweep(now=DUE)
    moved = move_occasion(key=occasion.key, due_at=DUE + timedelta(days=7), by=ada, now=DUE)
    sweep(now=DUE + timedelta(days=7))

    assert moved.sequence == 1
    steps = occasion.notices.filter(channel="inbox").values_list("step", flat=True)
    assert sorted(steps) == ["-4h", "-4h~1"]


def test_closed_occasion_does_not_move():
    occasion = OccasionFactory(state="done", closed_at=NOW)
    with pytest.raises(OccasionClosed) as refused:
        move_occasion(key=occasion.key, due_at=DUE, by=None, now=NOW)
    assert refused.value.state == "done"


def test_unknown_kind_is_a_mistake_in_the_code():
    with pytest.raises(UnknownKind):
        ballot(kind="nobody-registered-this")


def test_title_with_line_breaks_is_stored_on_one_line():
    assert ballot(title="MCR\r\nBcc: everyone@example.org\x00").title == "MCR Bcc: everyone@example.org"


class TestFinishByHand:
    def test_person_concerned_finishes(self):
        occasion = OccasionFactory()
        ada = OccasionPersonFactory(occasion=occasion).person
        finish_by_hand(occasion_id=occasion.pk, by=ada, now=NOW)
        occasion.refresh_from_db()
        assert (occasion.state, occasion.closed_at, occasion.next_step_at) == ("done", NOW, None)

    def test_others_may_not(self):
        with pytest.raises(Forbidden):
            finish_by_hand(occasion_id=OccasionFactory().pk, by=PersonFactory(), now=NOW)

    def test_auditor_may_not(self):
        row = OccasionPersonFactory(person=PersonFactory(is_auditor=True))
        with pytest.raises(Forbidden):
            finish_by_hand(occasion_id=row.occasion_id, by=row.person, now=NOW)

    def test_kind_may_forbid_it(self):
        row = OccasionPersonFactory(occasion=OccasionFactory(kind="ballot", team=TeamFactory()))
        with pytest.raises(Forbidden):
            finish_by_hand(occasion_id=row.occasion_id, by=row.person, now=NOW)

    def test_twice_is_refused_with_its_state(self):
        row = OccasionPersonFactory()
        finish_by_hand(occasion_id=row.occasion_id, by=row.person, now=NOW)
        with pytest.raises(OccasionClosed):
            finish_by_hand(occasion_id=row.occasion_id, by=row.person, now=NOW)
