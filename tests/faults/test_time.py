"""Clocks that jump, outages of days, changes of clocks, and people who leave: nobody is told twice or not at all."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders import delivery
from reminders.channels import Outcome, Result
from reminders.delivery import WIRE_LEASE, Batch, claim, has_work
from reminders.engine import run_round
from reminders.models import Notice, Occasion, Schedule
from reminders.occasions import make_due_occasions
from teams.models import Seat
from tests.factories import NOW, OccasionFactory, OccasionPersonFactory, ScheduleFactory, SeatFactory
from tests.faults.conftest import make_letters, states

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)
EVERY_DAY = {1, 2, 3, 4, 5, 6, 7}


def seat_of_someone() -> Seat:
    """In Berlin; somebody who works every day, so that nothing waits for Monday."""
    seat = SeatFactory()
    seat.person.working_days = sorted(EVERY_DAY)
    seat.person.save()
    return seat


def round_at(moment: datetime) -> None:
    make_due_occasions(now=moment)
    run_round(clock=lambda: moment, stop=lambda: False)


def put_on_the_wire(now: datetime) -> Batch:
    """What a worker has done that is about to send, or dies."""
    batch = claim(now=now)
    delivery._put_on_wire(batch, [(notice, None) for notice in batch.held(Notice.State.LEASED)], now=now)
    return batch


def told() -> Counter[tuple[int | None, int | None, str, str]]:
    """How often each person was told of each step of each occasion over each channel."""
    return Counter(Notice.objects.values_list("occasion", "recipient", "channel", "step"))


# Clocks that jump


@pytest.mark.parametrize("jump", [A_DAY, -A_DAY])
def test_clock_that_jumps_and_comes_back_repeats_nothing_and_loses_nothing(jump, mail_server):
    seat = seat_of_someone()
    ScheduleFactory(team=seat.team, cadence="FREQ=DAILY", at=time(15))
    for hour in range(0, 24 * 6, 2):
        jumped = jump if 48 <= hour < 50 else timedelta(0)
        round_at(NOW + timedelta(hours=hour) + jumped)
    assert set(told().values()) == {1}
    days = {f"{NOW.date() + timedelta(days=day)}" for day in range(1, 6)}
    keys = Occasion.objects.filter(notices__channel="inbox", notices__step="0d").values_list("key", flat=True)
    assert days <= {key.rpartition(":")[2] for key in keys}
    letters = Counter(letter.message_id for letter in mail_server.letters)
    assert set(letters.values()) == {1}


@pytest.mark.parametrize("act", [claim, put_on_the_wire])
def test_lease_of_a_clock_that_was_ahead_ends_as_one_that_is_given_now(act, mail_server):
    """It is free again after minutes, not after a day."""
    make_letters(1)
    act(now=NOW + A_DAY)
    round_at(NOW)
    assert mail_server.letters == []
    assert has_work(now=NOW + WIRE_LEASE)
    round_at(NOW + WIRE_LEASE)
    assert (states(), len(mail_server.letters)) == ({"sent": 1}, 1)


def test_clock_that_jumps_ahead_doubts_no_worker_that_is_alive(mail_server):
    make_letters(1)
    batch = put_on_the_wire(now=NOW)
    round_at(NOW + A_DAY)
    assert (states(), mail_server.letters) == ({"on_wire": 1}, [])
    sent = [(notice, Result(Outcome.SENT)) for notice in batch.held(Notice.State.ON_WIRE)]
    delivery._settle(batch, sent, [], Counter(), now=NOW + A_DAY)
    round_at(NOW + A_DAY + 2 * WIRE_LEASE)
    assert (states(), mail_server.letters) == ({"sent": 1}, [])


def test_letter_on_the_wire_of_a_worker_that_died_days_ago_is_repeated_after_one_more_lease(mail_server):
    make_letters(1)
    put_on_the_wire(now=NOW)
    later = NOW + 3 * A_DAY
    round_at(later)
    assert states() == {"on_wire": 1}
    round_at(later + WIRE_LEASE)
    assert (states(), [letter.is_marked for letter in mail_server.letters]) == ({"sent": 1}, [True])


# Outages


def test_three_days_without_any_process_are_made_up_for_once(mail_server):
    seat = seat_of_someone()
    ScheduleFactory(team=seat.team, cadence="FREQ=DAILY", at=time(15))
    round_at(NOW)
    before = told()
    for minute in (0, 1, 60):
        round_at(NOW + 3 * A_DAY + timedelta(minutes=minute))
    assert set(told().values()) == {1}
    missed = {f"{NOW.date() + timedelta(days=day)}" for day in (1, 2, 3)}
    inbox = Notice.objects.filter(channel="inbox").exclude(key__in=before)
    assert missed <= {key.rpartition(":")[2] for key in inbox.values_list("occasion__key", flat=True)}
    new_steps = Counter(
        occasion for occasion, _person, channel, _step in (told() - before) if channel == "inbox" and occasion
    )
    assert set(new_steps.values()) == {1}  # several missed steps of one occasion are one notice


def test_three_days_without_any_process_send_each_letter_that_waited_once(mail_server, clock):
    letters = make_letters(30)
    claim(now=NOW)
    clock.at = NOW + 3 * A_DAY
    clock.run_engine(seconds=60)
    assert states() == {"sent": 30}
    assert len({letter.message_id for letter in mail_server.letters}) == len(mail_server.letters) == len(letters)


# Cadences


def test_cadence_that_never_comes_costs_one_look_a_day():
    never = ScheduleFactory(cadence="FREQ=DAILY;BYMONTH=2;BYYEARDAY=300")
    good = ScheduleFactory(cadence="FREQ=DAILY")
    assert make_due_occasions(now=NOW) == 2
    assert make_due_occasions(now=NOW + timedelta(hours=1)) == 0
    assert make_due_occasions(now=NOW + A_DAY + timedelta(hours=1)) == 2
    assert set(Occasion.objects.values_list("schedule", flat=True)) == {good.pk}
    assert Schedule.objects.get(pk=never.pk).made_until is not None


@pytest.mark.parametrize(
    ("zone", "changes_on"),
    [
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),  # half an hour
        ("Africa/Casablanca", date(2026, 2, 15)),
    ],
)
@pytest.mark.parametrize("at", [time(2, 30), time(9, 30)])
def test_change_of_clocks_gives_one_notice_a_day(zone, changes_on, at, mail_server):
    seat = seat_of_someone()
    seat.person.timezone = zone
    seat.person.save()
    ScheduleFactory(team=seat.team, cadence="FREQ=DAILY", at=at, timezone=zone, starts_on=date(2026, 1, 1))
    start = datetime.combine(changes_on, time(), ZoneInfo(zone)).astimezone(UTC) - 2 * A_DAY
    for hour in range(24 * 4):
        round_at(start + timedelta(hours=hour))
    assert set(told().values()) == {1}
    on_the_day = Notice.objects.filter(channel="inbox", step="0d").values_list("occasion__key", flat=True)
    days = {f"{changes_on + timedelta(days=day)}" for day in (-1, 0, 1)}
    assert days <= {key.rpartition(":")[2] for key in on_the_day}


# People


def test_team_that_nobody_is_in_keeps_its_occasion_for_whoever_comes(mail_server):
    seat = seat_of_someone()
    occasion = OccasionFactory(team=seat.team, for_team=True, due_at=NOW + 7 * A_DAY, next_step_at=NOW)
    seat.until = NOW.date() - A_DAY
    seat.save()
    round_at(NOW + timedelta(minutes=1))
    assert not Notice.objects.exists()

    newcomer = SeatFactory(team=seat.team, role=seat.role).person
    for day in range(1, 8):
        round_at(NOW + day * A_DAY)
    occasion.refresh_from_db()
    assert occasion.state == "open"
    assert set(Notice.objects.values_list("recipient", "step")) == {(newcomer.pk, "-1d"), (newcomer.pk, "0d")}


def test_person_who_leaves_between_two_steps_hears_no_more(mail_server):
    row = OccasionPersonFactory(occasion=OccasionFactory(due_at=NOW + A_DAY, next_step_at=NOW))
    round_at(NOW)
    row.person.is_active = False
    row.person.save()
    for day in range(1, 5):
        round_at(NOW + day * A_DAY)
    assert set(Notice.objects.values_list("channel", "step")) == {("inbox", "-1d"), ("email", "-1d")}
    assert len(mail_server.letters) == 1
