"""The loop without a broker, and the tasks."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.core import mail
from django.core.management import call_command
from kombu.exceptions import OperationalError

from reminders import engine, hints, tasks
from reminders.models import Notice, Occasion
from tests.factories import NOW, NoticeFactory, OccasionFactory, OccasionPersonFactory, ScheduleFactory, SeatFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_one_round_makes_sweeps_and_sends():
    seat = SeatFactory()
    ScheduleFactory(team=seat.team, cadence="FREQ=DAILY;COUNT=400", at="17:00")
    call_command("engine", "--once")
    assert Occasion.objects.count() == 60
    assert [message.to[0] for message in mail.outbox] == [f"{seat.person.name} <{seat.person.email}>"]
    assert mail.outbox[0].subject.startswith("8 things are due")
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


def test_loop_survives_a_bad_round_and_stops_when_told(monkeypatch):
    stop, rounds = Event(), []

    def sweep(*, now):
        rounds.append(now)
        if len(rounds) == 1:
            raise RuntimeError("the database went away")
        stop.set()
        raise RuntimeError("and went away again")

    monkeypatch.setattr(engine, "close_old_connections", lambda: None)  # the test holds its own
    monkeypatch.setattr(engine, "sweep", sweep)
    engine.run(stop=stop, tick=0.01)
    assert len(rounds) == 2


def test_engine_ends_cleanly_on_sigterm(tmp_path):
    environment = {
        "REMIT_DATA_DIR": str(tmp_path),
        "PATH": "/usr/bin:/bin",
        "DEMO": "0",
        "REDIS_URL": "redis://127.0.0.1:1",
    }
    process = subprocess.Popen(
        [sys.executable, "-u", "manage.py", "engine", "--every", "0.1"],
        cwd=Path(__file__).parents[2],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert "runs" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert "has ended" in process.stdout.read()
    assert process.wait(timeout=20) == 0


def test_tasks_have_their_names_and_do_one_thing(monkeypatch):
    given = []
    monkeypatch.setattr(hints, "hint", given.append)
    OccasionPersonFactory(occasion=OccasionFactory(next_step_at=NOW, due_at=NOW))

    tasks.sweep_task()
    assert given == ["reminders.deliver"]
    tasks.deliver_task()
    tasks.make_occasions_task()

    assert given == ["reminders.deliver"]
    assert len(mail.outbox) == 1
    names = {task.name for task in (tasks.sweep_task, tasks.deliver_task, tasks.make_occasions_task)}
    assert names == {"reminders.sweep", "reminders.deliver", "reminders.make_occasions"}


def test_task_that_leaves_something_wakes_the_next(monkeypatch):
    given = []
    monkeypatch.setattr(hints, "hint", given.append)
    monkeypatch.setattr(tasks, "ROUNDS_A_TASK", 0)
    row = OccasionPersonFactory()
    NoticeFactory(occasion=row.occasion, recipient=row.person)
    tasks.deliver_task()
    assert given == ["reminders.deliver"]


def test_beat_knows_the_tasks(settings):
    entries = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert entries == {"reminders.sweep", "reminders.make_occasions"}


def test_broker_that_is_away_costs_nothing(settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    def refuse(*args, **options):
        raise OperationalError("refused")

    monkeypatch.setattr("celery.app.base.Celery.send_task", refuse)
    hints.hint("reminders.sweep")


def test_hint_comes_after_the_commit_and_only_for_what_is_due(
    settings, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr("celery.app.base.Celery.send_task", lambda self, name, **options: sent.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        hints.wake_sweep_by(NOW, now=NOW)
        hints.wake_sweep_by(NOW + timedelta(days=1), now=NOW)
        hints.wake_sweep_by(None, now=NOW)
        assert sent == []
    assert sent == ["reminders.sweep"]
