import signal
from threading import Event
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reminders import engine
from reminders.delivery import never
from reminders.occasions import make_due_occasions


class Command(BaseCommand):
    help = "Makes occasions, gives notice of what is due and sends it, round after round, without a broker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then exit")
        parser.add_argument("--every", type=float, default=engine.TICK, metavar="SECONDS", help="between two rounds")

    def handle(self, *args: Any, once: bool, every: float, **options: Any) -> None:
        if once:
            make_due_occasions(now=timezone.now())
            engine.run_round(clock=timezone.now, stop=never)
            return
        stop = Event()

        def end(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        self.stdout.write(f"The reminder engine runs, a round every {every:g} s. SIGTERM or Ctrl-C ends it.")
        engine.run(stop=stop, tick=every)
        self.stdout.write("The reminder engine has ended.")
