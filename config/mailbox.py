"""The file mailbox: where mail goes as long as no mail server is set, one file a message."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class MailboxBackend(BaseEmailBackend):
    """Writes each message to EMAIL_FILE_PATH, whole or not at all, under a name that sorts by time."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = mailbox_folder()
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
            draft = folder / f"{name}.draft"
            draft.write_bytes(message.message().as_bytes())
            draft.rename(folder / f"{name}.eml")
        return len(email_messages)


@dataclass(frozen=True)
class MailboxMessage:
    """A message of the mailbox; `name` finds it again."""

    name: str
    written_at: datetime
    parsed: ParsedMessage


def mailbox_folder() -> Path:
    """Where the messages are."""
    return Path(settings.EMAIL_FILE_PATH)  # type: ignore[misc]  # it is only set where mail goes to files


def read_mailbox(*, newest: int = 50) -> list[MailboxMessage]:
    """The newest messages, the latest first."""
    names = sorted((path.stem for path in mailbox_folder().glob("*.eml")), reverse=True)
    messages = (read_message(name) for name in names[:newest])
    return [message for message in messages if message is not None]


def read_message(name: str) -> MailboxMessage | None:
    """One message by its name; None where there is none."""
    path = mailbox_folder() / f"{name}.eml"
    if path.parent != mailbox_folder() or not path.is_file():
        return None
    written_at = datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    parsed = message_from_bytes(path.read_bytes(), policy=policy.default)
    return MailboxMessage(name=name, written_at=written_at, parsed=parsed)
