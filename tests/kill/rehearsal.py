"""A rehearsal: notices by the thousand, engines that are killed, and what came of every single one."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from reminders.channels.email import message_id
from reminders.delivery import TRAIN
from reminders.models import Notice, Occasion, OccasionPerson
from teams.models import Person
from tests.kill.nursery import Engine, Nursery, kill
from tests.kill.plan import KIND, Plan
from tests.kill.sink import Letter, MailSink

PEOPLE_EACH = 5  # an occasion concerns five people, of whom nobody has a second one
OCCASIONS_AT_ONCE = 40
BACKLOG = 400  # letters that always wait, so that a kill meets work
SETTLES_WITHIN = 90.0
SAYS_EVERY = 2.0


@dataclass(frozen=True)
class Kill:
    """Who was killed, and when (monotonic)."""

    at: float
    pids: tuple[int, ...]
    what: str


@dataclass
class Verdict:
    """The numbers. `problems` is empty where the promises held."""

    kills: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    keys: int = 0
    inbox_copies: int = 0
    effects: int = 0
    letters: int = 0
    repeats: int = 0
    parked: int = 0
    lost: int = 0
    doubts: int = 0
    unexplained: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"killed": dict(self.killed)}


class Engines:
    """The processes of one installation, each started again whenever it is gone."""

    def __init__(self, nursery: Nursery, commands: list[tuple[str, ...]], plan: Plan) -> None:
        self.nursery, self.commands, self.plan = nursery, commands, plan
        self.running: dict[int, Engine] = {}

    def keep_up(self) -> None:
        """Start whatever does not run."""
        for number, command in enumerate(self.commands):
            if number not in self.running or not self.running[number].is_alive():
                self.running[number] = self.nursery.start(*command, plan=self.plan)

    def kill_one(self, chance: random.Random) -> Kill | None:
        """SIGKILL for somebody: mostly one process of a pool, now and then the head alone, or all of an engine."""
        engine = chance.choice(list(self.running.values()))
        pool = engine.pool()
        how = chance.random()
        if pool and how < 0.8:
            victim = chance.choice(pool)
            met, what = ([victim] if kill(victim) else []), "one of its pool"
        elif pool and how < 0.9:
            met, what = engine.behead(), "its head"
        else:
            met, what = engine.kill(), "all of it"
        return Kill(time.monotonic(), tuple(met), f"{engine.name}: {what}") if met else None

    def end(self) -> None:
        for engine in self.running.values():
            engine.end()


def feed(occasions: int) -> None:
    """So many occasions whose moment has come, each with people of its own."""
    now = timezone.now()
    first = Occasion.objects.count()
    people = Person.objects.bulk_create(
        Person(
            name=f"Person {n}",
            email=f"person-{n}@example.org",
            password="!",
            timezone="UTC",
            working_days=[0, 1, 2, 3, 4, 5, 6],
        )
        for n in range(first * PEOPLE_EACH, (first + occasions) * PEOPLE_EACH)
    )
    made = Occasion.objects.bulk_create(
        Occasion(
            key=f"rehearsal:{n}",
            kind=KIND,
            title=f"Rehearsal {n}",
            url="/inbox/",
            due_at=now - timedelta(seconds=1),
            next_step_at=now,
        )
        for n in range(first, first + occasions)
    )
    OccasionPerson.objects.bulk_create(
        OccasionPerson(occasion=made[n // PEOPLE_EACH], person=person, why="You rehearse.")
        for n, person in enumerate(people)
    )


def waiting() -> int:
    """How many letters wait, written or not."""
    steps = Occasion.objects.filter(state=Occasion.State.OPEN, next_step_at__lte=timezone.now()).count()
    return steps * PEOPLE_EACH + Notice.objects.filter(state__in=["due", "retry"]).count()


def unsettled() -> int:
    """How many letters are not sent and not parked."""
    moving = ["due", "retry", "leased", "on_wire"]
    steps = Occasion.objects.filter(state=Occasion.State.OPEN, next_step_at__isnull=False).count()
    return steps * PEOPLE_EACH + Notice.objects.filter(state__in=moving).count()


@contextmanager
def said(text: Callable[[], str], *, loudly: bool) -> Iterator[Callable[[], None]]:
    """Gives something to call often, which says how far it is now and then."""
    last = time.monotonic()

    def tell() -> None:
        nonlocal last
        if loudly and time.monotonic() - last > SAYS_EVERY:
            last = time.monotonic()
            print(f"   {text()}", flush=True)

    yield tell


def rehearse(
    nursery: Nursery,
    sink: MailSink,
    commands: list[tuple[str, ...]],
    *,
    kills: int,
    letters: int,
    plan: Plan,
    seed: int,
    pause: tuple[float, float],
    meets_work: float = 0.5,
    loudly: bool = True,
) -> Verdict:
    """Kill so often while letters go out, then let it settle; at least so many letters in all.

    `meets_work` is the share of the kills that wait until a letter has just gone out; the others come at any time.
    """
    started = time.monotonic()
    chance = random.Random(seed)
    log: list[Kill] = []
    engines = Engines(nursery, commands, plan)
    feed(OCCASIONS_AT_ONCE)
    with said(lambda: f"{len(log)} kills, {len(sink.letters)} letters", loudly=loudly) as tell:
        while len(log) < kills or Occasion.objects.count() * PEOPLE_EACH < letters:
            engines.keep_up()
            if waiting() < BACKLOG:
                feed(OCCASIONS_AT_ONCE)
            time.sleep(chance.uniform(*pause))
            if chance.random() < meets_work:
                await_letter(sink)
            if len(log) < kills and (struck := engines.kill_one(chance)):
                log.append(struck)
            tell()
    settle(engines, loudly=loudly)
    engines.end()
    verdict = judge(sink.letters, log, may_lose=plan.marks_before_it_sends)
    verdict.seconds = time.monotonic() - started
    return verdict


def await_letter(sink: MailSink, *, patience: float = 2.0) -> None:
    """Until the next letter is taken."""
    before, deadline = len(sink.letters), time.monotonic() + patience
    while len(sink.letters) == before and time.monotonic() < deadline:
        time.sleep(0.002)


def settle(engines: Engines, *, loudly: bool = True) -> None:
    """Leave the engines alone until nothing moves any more, or it has taken too long."""
    deadline = time.monotonic() + SETTLES_WITHIN
    with said(lambda: f"settling, {unsettled()} to go", loudly=loudly) as tell:
        while unsettled() and time.monotonic() < deadline:
            engines.keep_up()
            time.sleep(0.1)
            tell()


def judge(letters: list[Letter], log: list[Kill], *, may_lose: bool = False) -> Verdict:
    """Hold every key against what the mail server took and against the log of kills."""
    notices = list(Notice.objects.filter(channel="email").values_list("key", "state", "doubts"))
    copies: dict[str, list[Letter]] = {}
    for letter in letters:
        copies.setdefault(letter.message_id, []).append(letter)
    inbox = Notice.objects.filter(channel="inbox")
    effects = Counter(subject.get("effects", 0) for subject in Occasion.objects.values_list("subject", flat=True))
    of_key = {key: copies.get(message_id(key), []) for key, _state, _doubts in notices}
    lost = [key for key, state, _doubts in notices if state == "sent" and not of_key[key]]
    unexplained = [key for key, found in of_key.items() if not all(is_explained(one, log) for one in found[:-1])]
    verdict = Verdict(
        kills=len(log),
        killed=Counter(one.what for one in log),
        keys=len(notices),
        inbox_copies=inbox.count(),
        effects=effects[1],
        letters=len(letters),
        repeats=sum(len(found) - 1 for found in copies.values()),
        parked=sum(state == "in_doubt" for _key, state, _doubts in notices),
        lost=len(lost),
        doubts=sum(doubts for _key, _state, doubts in notices),
        unexplained=len(unexplained),
    )
    expected = OccasionPerson.objects.count()
    strangers = set(copies) - {message_id(key) for key in of_key}
    unmarked = [key for key, found in of_key.items() if not all(letter.is_marked for letter in found[1:])]
    states = Counter(state for _key, state, _doubts in notices)
    reached = inbox.values("occasion", "recipient").distinct().count()
    claims = [
        (len(lost) == 0 or may_lose, f"{len(lost)} letters are said to be sent and never arrived: {lost[:3]}"),
        (len(notices) == expected, f"{len(notices)} letters for {expected} people concerned"),
        (verdict.inbox_copies == reached == expected, f"{verdict.inbox_copies} inbox copies for {expected}"),
        (set(effects) == {1}, f"effects of an occasion came so often: {dict(effects)}"),
        (set(states) <= {"sent", "in_doubt"}, f"letters that did not settle: {dict(states)}"),
        (max(map(len, copies.values()), default=0) <= 2, "a letter came more than twice"),
        (not unexplained, f"{len(unexplained)} extra copies that no kill explains: {unexplained[:3]}"),
        (not unmarked, f"repeats that do not say so: {unmarked[:3]}"),
        (not strangers, f"letters that no notice asked for: {len(strangers)}"),
        (verdict.doubts <= TRAIN * sum(len(one.pids) for one in log), f"{verdict.doubts} doubts by {len(log)} kills"),
    ]
    verdict.problems = [problem for holds, problem in claims if not holds]
    return verdict


def is_explained(letter: Letter, log: list[Kill]) -> bool:
    """Whether who sent it was killed, after it was taken and before anybody could know."""
    return any(f"pid-{pid}." in letter.sender and one.at >= letter.at - 1 for one in log for pid in one.pids)


def let_go() -> None:
    """Leave nothing open towards a database that is about to be dropped."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
