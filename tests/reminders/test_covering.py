"""What is due for somebody who is away: it waits, or their deputy hears of it, by kind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reminders import covering
from reminders.audience import audience_of
from reminders.delivery import deliver
from reminders.models import Notice, Occasion
from reminders.queries import waiting_for
from reminders.sweeping import sweep
from tests.factories import NOW, AbsenceFactory, OccasionFactory, OccasionPersonFactory, PersonFactory, TeamFactory
from tests.reminders.conftest import BALLOT, GATHERING, replaced

pytestmark = pytest.mark.django_db

BACK = datetime(2026, 11, 30, 8, tzinfo=UTC)  # Monday, nine o'clock in Berlin
AFTERWARDS = datetime(2026, 12, 3, 14, tzinfo=UTC)
MEANWHILE = datetime(2026, 11, 24, 14, tzinfo=UTC)


HEARD_OF_AT_ONCE = replace(GATHERING, announce=True)


@pytest.fixture(autouse=True)
def gathering(monkeypatch):
    replaced(HEARD_OF_AT_ONCE, monkeypatch)


@pytest.fixture
def ada():
    """Away until Friday 27 November."""
    return AbsenceFactory(person=PersonFactory(name="Ada Brandt")).person


@pytest.fixture
def lea(monkeypatch, ada):
    """Covers for Ada."""
    deputy = PersonFactory(name="Lea Roth")

    def cover(absent, now):
        return [(occasion.pk, deputy.pk, "You cover for Ada Brandt.") for occasion, one in absent if one == ada.pk]

    monkeypatch.setattr(covering, "_cover", cover)
    return deputy


def due_for(*people, due_at: datetime = AFTERWARDS, **changes) -> Occasion:
    changes.setdefault("kind", GATHERING.key)
    occasion = OccasionFactory(due_at=due_at, next_step_at=NOW, team=TeamFactory(), **changes)
    for person in people:
        OccasionPersonFactory(occasion=occasion, person=person)
    return occasion


def told() -> set[tuple[int, str, datetime]]:
    return set(Notice.objects.values_list("recipient", "channel", "due_at"))


def at_once(person) -> set[tuple[int, str, datetime]]:
    return {(person.pk, "inbox", NOW), (person.pk, "email", NOW)}


def later(person) -> set[tuple[int, str, datetime]]:
    return {(person.pk, "inbox", NOW), (person.pk, "email", BACK)}


def let_it(kind, monkeypatch, **changes) -> None:
    replaced(replace(kind, **changes), monkeypatch)


def test_letter_waits_until_they_are_back(ada):
    due_for(ada)
    sweep(now=NOW)
    assert told() == later(ada)


def test_letter_does_not_wait_for_what_is_due_before_they_are_back(ada):
    due_for(ada, due_at=MEANWHILE)
    sweep(now=NOW)
    assert told() == at_once(ada)


def test_others_are_told_at_once(ada):
    here = PersonFactory()
    due_for(ada, here)
    sweep(now=NOW)
    assert told() == later(ada) | at_once(here)


def test_one_letter_waits_however_many_steps_pass(ada, monkeypatch):
    let_it(GATHERING, monkeypatch, ladder=(timedelta(days=-13), timedelta(days=-10), timedelta(days=-7)))
    due_for(ada)
    for day in range(8):
        sweep(now=NOW + timedelta(days=day))
    assert Notice.objects.filter(channel="inbox").count() == 3
    assert Notice.objects.get(channel="email").due_at == BACK


def test_letter_that_waited_is_sent_when_they_are_back_if_it_is_still_open(ada, mailoutbox):
    due_for(ada, title="Still open")
    done = due_for(ada, title="Done meanwhile")
    sweep(now=NOW)
    deliver(clock=lambda: BACK - timedelta(minutes=1))
    assert mailoutbox == []
    Occasion.objects.filter(pk=done.pk).update(state="done", closed_at=BACK, next_step_at=None)
    deliver(clock=lambda: BACK)
    assert [mail.subject.split(":")[0] for mail in mailoutbox] == ["Still open"]


def test_deputy_is_told_and_the_letter_waits_even_if_it_is_due_before(ada, lea, monkeypatch, mailoutbox):
    let_it(HEARD_OF_AT_ONCE, monkeypatch, while_away="deputy")
    due_for(ada, due_at=MEANWHILE)
    sweep(now=NOW)
    assert told() == later(ada) | at_once(lea)
    deliver(clock=lambda: NOW)
    assert [(mail.to, "You cover for Ada Brandt." in mail.body) for mail in mailoutbox] == [
        ([f"Lea Roth <{lea.email}>"], True)
    ]


def test_without_a_deputy_it_is_as_if_it_waited(ada, monkeypatch):
    let_it(HEARD_OF_AT_ONCE, monkeypatch, while_away="deputy")
    due_for(ada, due_at=MEANWHILE)
    sweep(now=NOW)
    assert told() == at_once(ada)


def test_deputy_who_may_not_act_is_not_told(ada, lea, monkeypatch):
    let_it(BALLOT, monkeypatch, while_away="deputy", is_entitled=lambda occasion, person: person == ada)
    due_for(ada, due_at=MEANWHILE, kind=BALLOT.key)
    sweep(now=NOW)
    assert told() == at_once(ada)


def test_both_are_told_at_once(ada, lea, monkeypatch):
    let_it(HEARD_OF_AT_ONCE, monkeypatch, while_away="both")
    due_for(ada)
    sweep(now=NOW)
    assert told() == at_once(ada) | at_once(lea)


def test_deputy_who_is_concerned_anyway_keeps_their_own_reason(ada, lea, monkeypatch):
    let_it(HEARD_OF_AT_ONCE, monkeypatch, while_away="both")
    occasion = due_for(ada, lea)
    assert audience_of([occasion], NOW) == {occasion.pk: {ada.pk: "You facilitate.", lea.pk: "You facilitate."}}


def test_deputy_sees_it_among_what_waits_until_the_other_is_back(ada, lea, monkeypatch):
    let_it(HEARD_OF_AT_ONCE, monkeypatch, while_away="deputy")
    occasion = due_for(ada)
    sweep(now=NOW)
    assert [(line.id, line.why) for line in waiting_for(lea, now=NOW)] == [(occasion.pk, "You cover for Ada Brandt.")]
    assert waiting_for(lea, now=BACK) == []


def test_kinds_that_wait_ask_nobody_who_covers(ada, monkeypatch, django_assert_num_queries):
    occasion = due_for(ada)
    with django_assert_num_queries(1):
        audience_of([occasion], NOW)
