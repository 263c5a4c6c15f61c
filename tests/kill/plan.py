"""What is different in a process that is to be killed, put over the product from outside: it has no code for tests."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.mail import utils
from django.db import transaction
from django.utils import timezone

from reminders import delivery, sweeping
from reminders.channels import EmailChannel, Outcome
from reminders.kinds import OccasionKind, register_kind
from reminders.models import Occasion

KIND = "rehearsal"
Die = Callable[[], None]


@dataclass(frozen=True)
class Plan:
    """Leases in seconds, short enough to wait for; the seam at which to die, once: whoever makes the marker dies."""

    lease: float = 3.0
    wire_lease: float = 6.0
    seam: str = ""
    marker: str = ""
    marks_before_it_sends: bool = False

    def apply(self) -> None:
        """Change this process."""
        delivery.LEASE = timedelta(seconds=self.lease)
        delivery.WIRE_LEASE = timedelta(seconds=self.wire_lease)
        delivery.TRANSPORT_RETRY = timedelta(seconds=0.5)
        type(utils.DNS_NAME).get_fqdn = lambda _: f"pid-{os.getpid()}.example.org"  # who greets the mail server
        register_rehearsal()
        if self.marks_before_it_sends:
            wrap(delivery, "_put_on_wire", mark_as_sent)
        if self.seam:
            SEAMS[self.seam](self._die)

    def _die(self) -> None:
        try:
            os.close(os.open(self.marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        Path(self.marker).write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)


def register_rehearsal() -> None:
    """A kind with one step and one effect, which is counted."""
    register_kind(
        OccasionKind(
            key=KIND,
            title="Rehearsal",
            sentence="{title} is due.",
            action="Look",
            ladder=(timedelta(0),),
            overdue_after=timedelta(0),
            on_overdue=count_the_effect,
        )
    )


def count_the_effect(occasion: Occasion, now: datetime) -> None:
    """Adds one; nobody else writes here."""
    occasion.subject = {"effects": occasion.subject.get("effects", 0) + 1}
    occasion.save(update_fields=["subject"])


def wrap(owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    """Put `wrapper(real, *args, **options)` in the place of a function."""
    real = getattr(owner, name)
    setattr(owner, name, lambda *args, **options: wrapper(real, *args, **options))


def mark_as_sent(real: Callable[..., Any], batch: delivery.Batch, ready: list[Any], *, now: datetime) -> list[Any]:
    """The negative control: who marks a letter as sent before it is loses it when killed in between."""
    gone = real(batch, ready, now=now)
    held = batch.held(delivery.State.ON_WIRE, [notice.pk for notice, _ in gone])
    held.update(state=delivery.State.SENT, sent_at=timezone.now(), leased_until=None)
    return gone


def before_the_commit_of(owner: Any, name: str) -> Callable[[Die], None]:
    """Die with everything written and nothing committed."""

    def put(die: Die) -> None:
        def run(real: Callable[..., Any], *args: Any, **options: Any) -> Any:
            with transaction.atomic():
                result = real(*args, **options)
                if result or name == "_settle":
                    die()
            return result

        wrap(owner, name, run)

    return put


def after(owner: Any, name: str) -> Callable[[Die], None]:
    """Die with everything committed and nothing more done."""

    def put(die: Die) -> None:
        def run(real: Callable[..., Any], *args: Any, **options: Any) -> Any:
            result = real(*args, **options)
            if result or name == "_settle":
                die()
            return result

        wrap(owner, name, run)

    return put


def after_it_was_taken(die: Die) -> None:
    """Die when the mail server has said yes to the third letter of a train."""
    taken: list[int] = []

    def run(real: Callable[..., Any], *args: Any) -> Any:
        result = real(*args)
        taken.append(result.outcome == Outcome.SENT)
        if sum(taken) == 3:
            die()
        return result

    wrap(EmailChannel, "send", run)


SEAMS: dict[str, Callable[[Die], None]] = {
    "before the sweep commits": before_the_commit_of(sweeping, "sweep_batch"),
    "after the sweep": after(sweeping, "sweep_batch"),
    "before the claim commits": before_the_commit_of(delivery, "claim"),
    "after the claim": after(delivery, "claim"),
    "before on_wire commits": before_the_commit_of(delivery, "_put_on_wire"),
    "after on_wire": after(delivery, "_put_on_wire"),
    "after the server took it": after_it_was_taken,
    "before sent commits": before_the_commit_of(delivery, "_settle"),
    "after sent": after(delivery, "_settle"),
}
