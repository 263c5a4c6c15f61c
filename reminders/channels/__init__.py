"""The ways to people. A channel writes a message and sends it, and says honestly what became of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from reminders.channels.base import Channel, Outcome, Result
from reminders.channels.chat import ChatChannel
from reminders.channels.email import EmailChannel
from reminders.channels.webhook import WebhookChannel
from reminders.models import Notice

CHANNELS: dict[str, Callable[[], AbstractContextManager[Channel]]] = {
    Notice.Channel.EMAIL: EmailChannel,
    Notice.Channel.WEBHOOK: WebhookChannel,
    Notice.Channel.CHAT: ChatChannel,
}

__all__ = ["CHANNELS", "Channel", "Outcome", "Result"]
