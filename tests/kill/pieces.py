"""The pieces that are played: kills at random, kills at each seam, nobody killed, and the control that must lose."""

import time
from dataclasses import replace
from pathlib import Path

from reminders.models import Notice, Occasion
from teams.models import Person
from tests.kill.nursery import Nursery
from tests.kill.plan import SEAMS, Plan
from tests.kill.rehearsal import Engines, Kill, Verdict, feed, judge, rehearse, settle
from tests.kill.sink import MailSink

ALONE = Plan(lease=1.0, wire_lease=1.5)  # nobody else is there to doubt an engine that is only slow
DIES_WITHIN = 30.0

ENGINE = ("engine", "--every", "0.2")
WORKER = ("worker", "--without-gossip", "--without-mingle", "--loglevel", "WARNING")
BEAT = ("beat", "--pidfile=", "--loglevel", "WARNING")

Commands = list[tuple[str, ...]]


class Stage:
    """Everything a piece needs."""

    def __init__(self, nursery: Nursery, sink: MailSink, folder: Path, *, has_broker: bool) -> None:
        self.nursery, self.sink, self.folder = nursery, sink, folder
        self.has_broker = has_broker

    def crowd(self) -> Commands:
        """Several at once: two engines, or two workers of two and two beats."""
        if not self.has_broker:
            return [ENGINE, ENGINE]
        workers = [(*WORKER, "--concurrency", "2", "--hostname", f"{name}@rehearsal") for name in ("one", "two")]
        return [*workers, *(self._beat(name) for name in ("one", "two"))]

    def single(self) -> Commands:
        """Only what is needed."""
        return [(*WORKER, "--concurrency", "1"), self._beat("one")] if self.has_broker else [ENGINE]

    def _beat(self, name: str) -> tuple[str, ...]:
        return (*BEAT, "--schedule", str(self.folder / f"beat-{name}"))

    def clear(self) -> None:
        """Nothing has happened yet."""
        Notice.objects.all().delete()
        Occasion.objects.all().delete()
        Person.objects.all().delete()
        self.sink.letters.clear()


def random_kills(stage: Stage, *, kills: int, seed: int) -> Verdict:
    """Kill at random points, so often."""
    pause = (0.02, 0.5)
    return rehearse(
        stage.nursery, stage.sink, stage.crowd(), kills=kills, letters=1000, plan=Plan(), seed=seed, pause=pause
    )


def nobody_killed(stage: Stage, *, seed: int) -> Verdict:
    """No extra copies without kills."""
    return rehearse(
        stage.nursery, stage.sink, stage.crowd(), kills=0, letters=400, plan=Plan(), seed=seed, pause=(0.05, 0.1)
    )


def control(stage: Stage, *, seed: int) -> Verdict:
    """Letters that are marked as sent before they are: if none of them were lost, the harness could not see a loss."""
    plan = Plan(marks_before_it_sends=True)
    verdict = rehearse(
        stage.nursery,
        stage.sink,
        stage.crowd(),
        kills=12,
        letters=0,
        plan=plan,
        seed=seed,
        pause=(0.1, 0.4),
        meets_work=1.0,
    )
    if not verdict.lost:
        verdict.problems.append("the control lost nothing, so nobody can say that the others did not")
    return verdict


def at_the_seam(stage: Stage, seam: str) -> Verdict:
    """Thirty letters and one kill, exactly there."""
    started = time.monotonic()
    marker = stage.folder / "died"
    marker.unlink(missing_ok=True)
    engines = Engines(stage.nursery, stage.single(), replace(ALONE, seam=seam, marker=str(marker)))
    feed(6)
    while not (marker.exists() and marker.read_text()):
        if time.monotonic() > started + DIES_WITHIN:
            return Verdict(problems=[f"nobody died {seam}"])
        engines.keep_up()
        time.sleep(0.02)
    log = [Kill(time.monotonic(), (int(marker.read_text()),), seam)]
    settle(engines)
    engines.end()
    verdict = judge(stage.sink.letters, log)
    verdict.seconds = time.monotonic() - started
    return verdict


def play(stage: Stage, what: str, *, kills: int, seed: int) -> dict[str, Verdict]:
    """One of the pieces by its name."""
    stage.clear()
    match what:
        case "kills":
            return {what: random_kills(stage, kills=kills, seed=seed)}
        case "quiet":
            return {what: nobody_killed(stage, seed=seed)}
        case "control":
            return {what: control(stage, seed=seed)}
    verdicts = {}
    for seam in SEAMS:
        stage.clear()
        verdicts[seam] = at_the_seam(stage, seam)
    return verdicts
