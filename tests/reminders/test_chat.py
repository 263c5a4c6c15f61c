"""Chats through Apprise: only the services that are listed, only by our way out."""

import inspect
import json
import sys
from ipaddress import ip_network

import pytest
from django.utils import timezone

from reminders.channels import chat
from reminders.channels.chat import GUARDED, SERVICES, ChatChannel, check_room, read_room, write_message
from reminders.channels.outbound import AddressRefused, Wire
from reminders.delivery import deliver
from reminders.models import Endpoint, Notice
from reminders.telling import notice_for
from tests.factories import NOW, EndpointFactory, OccasionFactory
from tests.reminders.receivers import closes, receiver, says

pytestmark = pytest.mark.django_db

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23general"
TEAMS = (
    "https://prod-1.westus.logic.azure.com:443/workflows/643e69f83c8944438d68119179a10a64/triggers/manual"
    "/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu"
)
KEY = "3ccdd113474722377935511fc85d3dd4"


@pytest.fixture(autouse=True)
def inside(settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]


def room(address: str, **changes) -> Endpoint:
    return EndpointFactory(way="chat", url=address, place="Mattermost", **changes)


def due(endpoint: Endpoint, **changes) -> Notice:
    notice = notice_for(endpoint, OccasionFactory(team=endpoint.team, **changes), "-7d", now=timezone.now())
    notice.save()
    return notice


def test_room_is_told_with_a_link():
    with receiver(says(200, b"ok")) as board:
        endpoint = room(f"mmost://127.0.0.1:{board.port}/{KEY}")
        notice = due(endpoint, title="Retrospective 12")
        deliver()
    notice.refresh_from_db()
    assert (notice.state, notice.failure) == ("sent", "")
    (request,) = board.received
    assert request.path == f"/hooks/{KEY}"
    text = json.loads(request.body)["text"]
    assert "Retrospective 12" in text
    assert "http://127.0.0.1:8000/inbox/" in text
    assert request.headers["user-agent"] != "Apprise"


def test_nobody_is_called_by_a_title():
    message = write_message(due(room(SLACK), title="@channel <!here> lunch"), why="", now=NOW)
    for word in ("@channel", "<!here>"):
        assert word not in message.title + message.text
    assert "lunch" in message.title


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        (says(404), "retry", "It answered 404 Not Found."),
        (says(302, Location="http://127.0.0.1/"), "retry", "It answered 302 Found: Remit follows no redirects."),
        (says(410), "retry", "It answered 410 Gone."),
        (closes, "retry", "The connection broke off before it answered."),
    ],
)
def test_room_that_does_not_take_it(answer, state, said):
    with receiver(answer) as board:
        notice = due(room(f"mmost://127.0.0.1:{board.port}/{KEY}"))
        deliver()
    notice.refresh_from_db()
    assert (notice.state, notice.failure) == (state, said)
    assert notice.doubts == int(answer is closes)
    assert notice.endpoint.is_active


def test_message_in_doubt_is_repeated_once_says_so_and_is_parked():
    with receiver(closes) as board:
        notice = due(room(f"mmost://127.0.0.1:{board.port}/{KEY}"))
        deliver()
        notice.refresh_from_db()
        deliver(clock=lambda: notice.due_at)
    notice.refresh_from_db()
    assert (notice.state, notice.doubts) == ("in_doubt", 2)
    first, second = (json.loads(request.body)["text"] for request in board.received)
    assert "may have had this message before" not in first
    assert "may have had this message before" in second


def test_private_room_is_refused_when_it_connects(settings):
    with receiver() as board:
        endpoint = room(f"mmost://127.0.0.1:{board.port}/{KEY}")
        with ChatChannel() as channel:
            message = channel.write(due(endpoint), why="", now=NOW)
            settings.WEBHOOK_ALLOWED_NETWORKS = []
            result = channel.send(message)
        assert board.received == []
    assert result.detail == "127.0.0.1 leads to 127.0.0.1, which is not a public address."


def test_slow_room_is_cut():
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x")
            handler.connection.settimeout(1)

    with receiver(drip) as board, ChatChannel(seconds=0.5) as channel:
        started = timezone.now()
        channel.send(channel.write(due(room(f"mmost://127.0.0.1:{board.port}/{KEY}")), why="", now=NOW))
        assert (timezone.now() - started).total_seconds() < 2


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (SLACK, "Slack"),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "Slack"),
        (
            TEAMS,
            "Microsoft Teams",
        ),
        (f"mmosts://127.0.0.1:8443/{KEY}", "Mattermost, 127.0.0.1"),
        ("matrixs://user:word@127.0.0.1/#room", "Matrix, 127.0.0.1"),
        ("ntfy://some-topic", "ntfy"),
        ("pagerduty://A1BRTD4JD@TIiajkdnlazkcOXrIdevi7FQ", "PagerDuty"),
        ("gchat://space/key/token", "Google Chat"),
        ("https://chat.googleapis.com/v1/spaces/space/messages?key=key&token=token", "Google Chat"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "Discord"),
        ("zulip://botname@organisation/a1bcdefghijklmnopqrstuvwxyz12345", "Zulip"),
    ],
)
def test_address_of_a_room_is_read(address, place):
    found = check_room(address)
    assert found.place == place
    assert "word" not in found.place


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("file:///etc/passwd", "Remit speaks to no service that starts with file://."),
        ("exec://rm", "Remit speaks to no service that starts with exec://."),
        ("syslog://", "Remit speaks to no service that starts with syslog://."),
        ("dbus://", "Remit speaks to no service that starts with dbus://."),
        ("mailto://user:word@example.org", "Remit speaks to no service that starts with mailto://."),
        ("json://127.0.0.1/", "Remit speaks to no service that starts with json://."),
        ("slack", "This is no address."),
        ("slack://short", "Slack does not understand this address."),
        ("https://example.org/hook", "No chat that Remit knows has such an address."),
        (SLACK + "?template=/etc/passwd", "Leave out the option “template”."),
        (SLACK + "?verify=no", "Leave out the option “verify”."),
        (SLACK + "?redirect=yes", "Leave out the option “redirect”."),
        ("ntfy://topic?attach=http://127.0.0.1/", "Leave out the option “attach”."),
        ("mmosts://10.0.0.1/" + KEY, "which is not a public address."),
        ("gotifys://[fe80::1]/" + KEY, "which is not a public address."),
        ("mmosts://8.8.8.8:6379/" + KEY, "Nothing is sent to port 6379."),
        (SLACK + "\r\nX: y", "An address has no spaces and no line breaks."),
    ],
)
def test_address_of_a_room_is_refused_in_words(address, said):
    with pytest.raises(AddressRefused) as refused:
        check_room(address)
    assert said in refused.value.message


def test_unencrypted_room_is_for_demonstrations(settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(AddressRefused, match="without encryption"):
        read_room(f"mmost://127.0.0.1:8065/{KEY}")


@pytest.mark.parametrize("service", sorted({service.module: service for service in SERVICES.values()}.items()))
def test_plugin_has_no_other_way_out(service):
    """What an upgrade of Apprise could bring: a plugin that speaks past the guard."""
    plugin = service[1].load()
    for owner in plugin.__mro__:
        module = sys.modules[owner.__module__]
        if not module.__name__.startswith("apprise.plugins.") or module.__name__ == "apprise.plugins.base":
            continue
        assert module.requests is GUARDED
        source = inspect.getsource(module)
        for way in ("urllib.request", "http.client", "import socket", "smtplib", "subprocess", "requests.Session"):
            assert way not in source, (module.__name__, way)


def test_plugin_gets_nothing_else_of_requests():
    with pytest.raises(AttributeError):
        _ = GUARDED.Session
    assert issubclass(GUARDED.ConnectionError, GUARDED.RequestException)


def test_plugin_cannot_speak_after_its_message():
    """Matrix signs off when it is forgotten: by then there is no wire."""
    with receiver() as board:
        with Wire():
            GUARDED.get(board.address)
        with pytest.raises(GUARDED.RequestException):
            GUARDED.get(board.address)
    assert len(board.received) == 1


def test_server_does_not_say_how_long_we_sleep(monkeypatch):
    slept = []
    monkeypatch.setattr(chat, "sleep", slept.append)
    speaker = read_room(SLACK).open()
    with Wire(seconds=2):
        speaker.throttle(wait=3600)
    assert slept[0] <= 2


def test_plugin_cannot_switch_off_checks(settings):
    with receiver(says(302, Location="http://127.0.0.1:1/")) as board, Wire():
        response = GUARDED.post(
            board.address, verify=False, allow_redirects=True, proxies={"http": "http://127.0.0.1:1"}
        )
    assert (response.status_code, len(board.received)) == (302, 1)
