"""Rooms of chats and tools that call people, through Apprise.

Apprise knows well over a hundred services, and many of them reach further than a chat should: files, commands, mail,
the machine's own log. So only the services listed here exist, only with options that name no file and switch off no
check, and each of them speaks HTTP by way of `reminders.channels.outbound` instead of `requests`.
"""

import logging
import sys
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from time import sleep
from types import ModuleType, TracebackType
from typing import Any, Self

import requests
from apprise import AppriseAsset, NotifyFormat, NotifyType
from apprise.plugins.base import NotifyBase
from django.conf import settings
from django.utils.translation import gettext as _

from reminders.channels import outbound
from reminders.channels.base import Outcome, Result
from reminders.channels.outbound import AddressRefused
from reminders.channels.patience import Patience
from reminders.channels.webhook import answered, endpoint_of
from reminders.models import Notice
from reminders.sealing import unseal
from reminders.wording import words_about

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """A service that Apprise knows: its name, where its plugin is, and whether its addresses may name a host."""

    title: str
    module: str
    plugin: str
    has_host: bool = False

    def load(self) -> type[NotifyBase]:
        """The plugin, made to go out by our way."""
        plugin: type[NotifyBase] = getattr(import_module(f"apprise.plugins.{self.module}"), self.plugin)
        sys.modules[plugin.__module__].requests = GUARDED  # type: ignore[attr-defined]  # its whole way out
        return plugin


SLACK = Service("Slack", "slack", "NotifySlack")
TEAMS = Service("Microsoft Teams", "workflows", "NotifyWorkflows")
MATTERMOST = Service("Mattermost", "mattermost", "NotifyMattermost", has_host=True)
ROCKET_CHAT = Service("Rocket.Chat", "rocketchat", "NotifyRocketChat", has_host=True)
MATRIX = Service("Matrix", "matrix.base", "NotifyMatrix", has_host=True)
GOOGLE_CHAT = Service("Google Chat", "google_chat", "NotifyGoogleChat")
WEBEX = Service("Webex", "webexteams", "NotifyWebexTeams")
ZULIP = Service("Zulip", "zulip", "NotifyZulip")
DISCORD = Service("Discord", "discord", "NotifyDiscord")
TELEGRAM = Service("Telegram", "telegram", "NotifyTelegram")
NEXTCLOUD_TALK = Service("Nextcloud Talk", "nextcloudtalk", "NotifyNextcloudTalk", has_host=True)
NTFY = Service("ntfy", "ntfy", "NotifyNtfy", has_host=True)
GOTIFY = Service("Gotify", "gotify", "NotifyGotify", has_host=True)
PAGERDUTY = Service("PagerDuty", "pagerduty", "NotifyPagerDuty")
OPSGENIE = Service("Opsgenie", "opsgenie", "NotifyOpsgenie")
SPLUNK = Service("Splunk On-Call", "splunk", "NotifySplunk")
SIGNL4 = Service("SIGNL4", "signl4", "NotifySIGNL4")
SQUADCAST = Service("Squadcast", "squadcast", "NotifySquadcast")

SERVICES = {
    "slack": SLACK,
    "workflow": TEAMS,
    "workflows": TEAMS,
    "mmost": MATTERMOST,
    "mmosts": MATTERMOST,
    "rocket": ROCKET_CHAT,
    "rockets": ROCKET_CHAT,
    "matrix": MATRIX,
    "matrixs": MATRIX,
    "gchat": GOOGLE_CHAT,
    "wxteams": WEBEX,
    "webex": WEBEX,
    "zulip": ZULIP,
    "discord": DISCORD,
    "tgram": TELEGRAM,
    "nctalk": NEXTCLOUD_TALK,
    "nctalks": NEXTCLOUD_TALK,
    "ntfy": NTFY,
    "ntfys": NTFY,
    "gotify": GOTIFY,
    "gotifys": GOTIFY,
    "pagerduty": PAGERDUTY,
    "opsgenie": OPSGENIE,
    "splunk": SPLUNK,
    "victorops": SPLUNK,
    "signl4": SIGNL4,
    "squadcast": SQUADCAST,
}
IN_CLEAR = ("mmost", "rocket", "matrix", "nctalk", "gotify")  # the same with an s is encrypted
NATIVE = (SLACK, TEAMS, GOOGLE_CHAT, WEBEX, DISCORD)  # whose own https addresses are understood
# What an address may say after its question mark: nothing that names a file or switches off a check.
OPTIONS = {"api-version", "auth", "avatar", "blocks", "botname", "channel", "channels", "class", "component"}
OPTIONS |= {"discovery", "footer", "format", "group", "hsreq", "id", "image", "key", "mode", "msgtype", "pa", "path"}
OPTIONS |= {"powerautomate", "priority", "region", "route", "routeid", "service", "sig", "source", "sp", "sv"}
OPTIONS |= {"tags", "team", "thread", "timestamp", "to", "token", "topic", "ver", "version", "wrap", "xtags"}


@dataclass(frozen=True)
class Room:
    """Where an address leads: what of it may be shown, the host if it names one, and the plugin with its arguments."""

    place: str
    host: str
    port: int
    plugin: type[NotifyBase]
    arguments: dict[str, Any]

    def open(self) -> NotifyBase:
        """The plugin, ready to speak. Raises TypeError where its arguments do not fit."""
        speaker = self.plugin(**self.arguments, asset=_asset())
        speaker.request_rate_per_sec = 0
        speaker.throttle = _bounded_throttle  # type: ignore[method-assign]  # else a server says how long we sleep
        return speaker


def check_room(address: str) -> Room:
    """Read and check an address of a chat, and look up the host that it names. Raises AddressRefused."""
    room = read_room(address)
    if room.host:
        outbound.check_host(room.host, room.port)
    return room


def read_room(address: str) -> Room:
    """Read and check an address of a chat as far as that goes without the network. Raises AddressRefused."""
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in address):
        raise AddressRefused(_("An address has no spaces and no line breaks."))
    scheme, separator, _rest = address.partition("://")
    scheme = scheme.lower()
    if not separator:
        raise AddressRefused(_("This is no address. It starts with the name of the service, as in slack://."))
    if scheme == "https":
        service, arguments = _read_native(address)
    elif scheme in SERVICES:
        service = SERVICES[scheme]
        arguments = service.load().parse_url(address) or {}
    else:
        raise AddressRefused(_("Remit speaks to no service that starts with %(scheme)s://.") % {"scheme": scheme[:20]})
    if refused := set(arguments.get("qsd", {})) - OPTIONS:
        raise AddressRefused(_("Leave out the option “%(name)s”.") % {"name": min(refused)[:40]})
    outbound.check_scheme(is_secure=scheme not in IN_CLEAR)
    host = str(arguments.get("host") or "").strip("[]")
    if service is MATRIX:
        arguments["e2ee"] = False  # keys would have to be kept from one message to the next
    if not service.has_host or not (host == "localhost" or "." in host or ":" in host):
        host = ""  # what stands there is a key or a topic
    room = Room(
        place=f"{service.title}, {host}" if host else service.title,
        host=host,
        port=arguments.get("port") or (80 if scheme in IN_CLEAR else 443),
        plugin=service.load(),
        arguments=arguments,
    )
    try:
        room.open()
    except (TypeError, ValueError):
        raise AddressRefused(_("%(service)s does not understand this address.") % {"service": service.title}) from None
    return room


def _read_native(address: str) -> tuple[Service, dict[str, Any]]:
    for service in NATIVE:
        if arguments := service.load().parse_native_url(address):
            return service, arguments
    raise AddressRefused(_("No chat that Remit knows has such an address. A webhook may be what you want."))


@dataclass(frozen=True)
class Message:
    """What is said in which room."""

    endpoint_id: int
    room: Room
    title: str
    text: str
    now: datetime


class ChatChannel:
    """Speaks in the rooms of teams."""

    def __init__(self, *, seconds: float = outbound.SECONDS) -> None:
        self.seconds = seconds
        self.patience = Patience()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def is_up(self) -> bool:
        return self.patience.is_left

    def write(self, notice: Notice, *, why: str, now: datetime) -> Message:
        return write_message(notice, why=why, now=now)

    def send(self, message: Message) -> Result:
        return self.patience.ask(message.endpoint_id, lambda: self._speak(message))

    def _speak(self, message: Message) -> Result:
        with outbound.Wire(seconds=self.seconds) as wire:
            was_taken = message.room.open().notify(
                title=message.title, body=message.text, notify_type=NotifyType.INFO, body_format=NotifyFormat.TEXT
            )
        if was_taken:
            return Result(Outcome.SENT)
        result = answered(wire, now=message.now)
        if result.outcome == Outcome.SENT or (wire.answer is None and not wire.trouble):
            return Result(Outcome.LATER, _("%(place)s did not take it.") % {"place": message.room.place})
        return result


def write_message(notice: Notice, *, why: str, now: datetime) -> Message:
    """The message of a notice, in plain text."""
    endpoint, occasion = endpoint_of(notice)
    words = words_about(occasion, why=why, timezone=endpoint.team.timezone, now=now)
    lines = [
        _calm(words.sentence),
        _("Due: %(moment)s") % {"moment": words.due},
        settings.BASE_URL + occasion.url,
        _calm(why),
    ]
    if notice.doubts > 0:
        lines.append(_("You may have had this message before: it broke off while it was sent."))
    return Message(
        endpoint_id=endpoint.pk,
        room=read_room(unseal(endpoint.sealed_address)),
        title=_calm(words.subject),
        text="\n".join(lines),
        now=now,
    )


def _calm(text: str) -> str:
    """Text that calls nobody: "@channel" or "<!here>" in a title must not wake a whole company."""
    return text.replace("@", "@\u2060").replace("<!", "<\u2060!")


def _asset() -> AppriseAsset:
    return AppriseAsset(
        app_id="Remit",
        app_desc="Remit",
        app_url=settings.BASE_URL,
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        plugin_paths=[],
    )


def _bounded_throttle(last_io: datetime | None = None, wait: float | None = None) -> None:
    """A pause that a service asks for, never beyond the time of the message."""
    if wait:
        sleep(min(wait, outbound.current_wire().left))


class _GuardedRequests(ModuleType):
    """Stands where a plugin has the module `requests`: the same calls and errors, by our way out; nothing else."""

    RequestException = requests.RequestException
    exceptions = requests.exceptions
    codes = requests.codes

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        return outbound.request(method, url, **{name: options[name] for name in options if name in PASSED_ON})

    def get(self, url: str, **options: Any) -> requests.Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> requests.Response:
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Any) -> requests.Response:
        return self.request("PUT", url, **options)

    def delete(self, url: str, **options: Any) -> requests.Response:
        return self.request("DELETE", url, **options)

    def __getattr__(self, name: str) -> Any:
        found = getattr(requests, name, None)
        if isinstance(found, type) and issubclass(found, Exception):
            return found
        raise AttributeError(name)


PASSED_ON = frozenset({"params", "data", "json", "headers", "auth", "files", "cookies"})
GUARDED = _GuardedRequests("requests")
