"""The workers' own clock: what nobody looked at for half a minute is done by a worker without being told."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.core import mail

from config.environment import valkey_socket
from config.serve import redis_problem, valkey_program
from reminders import clock
from reminders.models import Notice, Occasion
from tests.factories import NOW, NoticeFactory, OccasionFactory, OccasionPersonFactory, ScheduleFactory, SeatFactory

ROOT = Path(__file__).parents[2]

SET_UP = """
from datetime import timedelta
from django.utils import timezone
from reminders.models import Occasion, OccasionPerson
from teams.models import Person
person = Person.objects.create_user("ada@example.org", name="Ada Brandt")
now = timezone.now() - timedelta(seconds=31)
for number in range(2):
    occasion = Occasion.objects.create(
        key=f"late:{number}", kind="retrospective", title="Retrospective", url="/inbox/",
        due_at=timezone.now(), next_step_at=now,
    )
    OccasionPerson.objects.create(occasion=occasion, person=person)
"""


def looked(moment=NOW) -> bool:
    return clock.look(clock=lambda: moment)


def test_a_minute_is_enough_for_hint_patience_and_look():
    assert clock.PATIENCE.total_seconds() + clock.LOOK_EVERY < 60


@pytest.mark.django_db
def test_what_hints_will_take_care_of_is_left_to_them():
    soon = NOW - clock.PATIENCE + timedelta(seconds=1)
    OccasionPersonFactory(occasion=OccasionFactory(next_step_at=soon))
    NoticeFactory(due_at=soon)
    assert not looked()
    assert not Notice.objects.filter(channel="inbox").exists()


@pytest.mark.django_db
def test_what_nobody_looked_at_is_done():
    OccasionPersonFactory(occasion=OccasionFactory(next_step_at=NOW - clock.PATIENCE, due_at=NOW))
    assert looked()
    assert len(mail.outbox) == 1
    assert not looked()


@pytest.mark.django_db
def test_letter_that_nobody_fetches_goes():
    row = OccasionPersonFactory()
    NoticeFactory(occasion=row.occasion, recipient=row.person, due_at=NOW - clock.PATIENCE)
    assert looked()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_schedule_that_nobody_looks_at_makes_its_occasions():
    ScheduleFactory(team=SeatFactory().team, cadence="FREQ=DAILY")
    assert looked()
    assert Occasion.objects.count() == 60


@pytest.mark.django_db
def test_look_at_nothing_asks_little(django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        assert not looked()


def test_clock_survives_a_bad_look_and_ends_when_told(monkeypatch):
    stop, looks = Event(), []

    def look(**options):
        looks.append(options)
        if len(looks) == 2:
            stop.set()
        raise RuntimeError("the database went away")

    monkeypatch.setattr(clock, "close_old_connections", lambda: None)
    monkeypatch.setattr(clock, "connection", type("Quiet", (), {"close": lambda self: None})())
    monkeypatch.setattr(clock, "look", look)
    clock.run(stop=stop, every=0.01)
    assert len(looks) == 2


@pytest.mark.redis
@pytest.mark.sqlite
def test_worker_whose_broker_was_killed_still_reminds(tmp_path_factory):
    """A real worker, a real broker, and no beat: the broker dies, and what falls due is sent within a minute."""
    folder = tmp_path_factory.mktemp("w")
    with subprocess.Popen([*valkey_program(folder).command], stdout=subprocess.DEVNULL) as broker:
        url = f"unix://{valkey_socket(folder)}"
        environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
            "REMIT_DATA_DIR": str(folder),
            "REDIS_URL": url,
            "SECRET_KEY": "only for tests",
        }

        def manage(*arguments):
            subprocess.run(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )

        try:
            while redis_problem(url):
                assert broker.poll() is None
                time.sleep(0.05)
            manage("migrate", "--verbosity", "0")
            log = (folder / "worker.log").open("wb")
            worker = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "INFO"],
                cwd=ROOT, env=environment, stdout=log, stderr=log,
            )  # fmt: skip
            wait_for(lambda: b" ready." in (folder / "worker.log").read_bytes(), within=60)
            broker.send_signal(signal.SIGKILL)
            broker.wait()
            manage("shell", "-c", SET_UP)
            started = time.monotonic()
            wait_for(lambda: len(list((folder / "mailbox").glob("*.eml"))) == 2, within=60)
            assert time.monotonic() - started < 60
            assert b"this worker's own clock" in (folder / "worker.log").read_bytes()
        finally:
            broker.kill()
            worker.terminate()
            worker.wait(timeout=30)


def wait_for(is_so, *, within: float) -> None:
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)
