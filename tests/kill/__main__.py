"""`make kill`: kills the engine a thousand times on each database there is; `--help` for fewer, and for more.

SQLite runs two engines without a broker. PostgreSQL with Redis (`DATABASE_URL`, `REDIS_URL`) runs two workers of two
processes each and two beats. The seed of a run is printed; with the same seed the victims are chosen in the same order.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.kill.nursery import Nursery
from tests.kill.scratch import environment_for, migrate, scratch_postgres, sweep_redis
from tests.kill.sink import MailSink

PIECES = ("kills", "quiet", "control", "seams")


def main() -> int:
    """Play what is asked for; 0 where every promise held."""
    parser = argparse.ArgumentParser(prog="python -m tests.kill", description=__doc__)
    parser.add_argument("pieces", nargs="*", metavar="PIECE", default=["kills"], help=", ".join(PIECES))
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--database", choices=["sqlite", "postgres"], help="one of them; else both, where there are")
    parser.add_argument("--json", type=Path, help="a file for the numbers")
    arguments = parser.parse_args()
    if unknown := set(arguments.pieces) - set(PIECES):
        parser.error(f"no piece called {', '.join(sorted(unknown))}")
    if arguments.database:
        return play_on(arguments.database, arguments)
    databases = ["sqlite", *(["postgres"] if has_postgres() else [])]
    if len(databases) == 1:
        print("PostgreSQL and Redis are left out: name them with DATABASE_URL and REDIS_URL.", flush=True)
    # One process each: Django knows one database for as long as it lives.
    again = [sys.executable, "-m", "tests.kill", *sys.argv[1:], "--seed", str(arguments.seed), "--database"]
    return max([subprocess.run([*again, database], check=False).returncode for database in databases])


def has_postgres() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres") and bool(os.environ.get("REDIS_URL"))


def play_on(database: str, arguments: argparse.Namespace) -> int:
    """Set the stage on one database, play, and print the numbers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="remit-kill-")))
        urls = {}
        prefix = f"remit-kill-{os.getpid()}:"
        if database == "postgres":
            server = os.environ["DATABASE_URL"]
            urls = {"database_url": stack.enter_context(scratch_postgres(server)), "redis_url": os.environ["REDIS_URL"]}
            stack.callback(sweep_redis, urls["redis_url"], prefix)
        environment = environment_for(folder, prefix=prefix, **urls)
        sink = stack.enter_context(MailSink(folder / "letters.log"))
        environment["EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"
        migrate(environment)
        log = folder / "engines.log"
        nursery = stack.enter_context(Nursery(environment, log=log))
        verdicts = perform(environment, nursery, sink, folder, arguments, has_broker=database == "postgres")
        if any(verdict["problems"] for verdict in verdicts.values()):
            print("".join(log.read_text(errors="replace").splitlines(keepends=True)[-60:]), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(verdicts))
    return 1 if any(verdict["problems"] for verdict in verdicts.values()) else 0


def perform(
    environment: dict[str, str],
    nursery: Nursery,
    sink: MailSink,
    folder: Path,
    arguments: argparse.Namespace,
    *,
    has_broker: bool,
) -> dict[str, dict[str, Any]]:
    """In this process Django sees the database of the engines."""
    os.environ.update(environment)
    import django

    django.setup()
    from tests.kill.pieces import Stage, play
    from tests.kill.plan import register_rehearsal
    from tests.kill.rehearsal import let_go

    register_rehearsal()
    stage = Stage(nursery, sink, folder, has_broker=has_broker)
    verdicts: dict[str, dict[str, Any]] = {}
    try:
        for piece in arguments.pieces:
            where = "PostgreSQL and Redis" if has_broker else "SQLite"
            print(f"== {piece} on {where}, seed {arguments.seed}", flush=True)
            for name, verdict in play(stage, piece, kills=arguments.kills, seed=arguments.seed).items():
                verdicts[name] = verdict.as_json()
                report(name, verdicts[name])
    finally:
        let_go()
    return verdicts


def report(name: str, verdict: dict[str, Any]) -> None:
    """The numbers of one piece, in a few lines."""
    print(
        f"{name}: {verdict['kills']} kills in {verdict['seconds']:.0f} s; {verdict['keys']} letters: "
        f"{verdict['lost']} lost, {verdict['letters']} taken by the mail server, {verdict['repeats']} of them repeats "
        f"({verdict['unexplained']} without a kill to explain them), {verdict['parked']} parked in sight; "
        f"{verdict['inbox_copies']} inbox copies"
    )
    for whom, count in sorted(verdict["killed"].items()):
        print(f"   {count:5} × {whom}")
    for problem in verdict["problems"]:
        print(f"   BROKEN: {problem}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
