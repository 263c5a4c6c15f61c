"""Webhooks against real receivers: signed, under a stable id, retried, and never where they must not go."""

import json
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from ledger.models import Entry
from reminders import delivery
from reminders.channels import CHANNELS, Outcome, outbound
from reminders.channels.patience import Patience
from reminders.channels.webhook import WebhookChannel, pause_of, webhook_id, write_call
from reminders.delivery import deliver
from reminders.disabling import GONE
from reminders.endpoints import disable_endpoint, new_secret, rotate_secret, try_out
from reminders.models import Endpoint, Notice, Occasion
from reminders.occasions import complete_occasion
from reminders.sealing import seal
from reminders.sweeping import sweep
from reminders.telling import TRIAL, notice_for
from tests.factories import NOW, EndpointFactory, OccasionFactory, OccasionPersonFactory, PersonFactory, TeamFactory
from tests.reminders.conftest import replaced
from tests.reminders.receivers import closes, receiver, says

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def inside(settings, monkeypatch):
    """Receivers are on this machine, which only the operator can allow; the channels' own kinds are known."""
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    for kind in (TRIAL, GONE):
        replaced(kind, monkeypatch)


def endpoint_at(address: str, **changes) -> Endpoint:
    return EndpointFactory(url=address, **changes)


def due(endpoint: Endpoint, **changes) -> Notice:
    """A notice of a retrospective in the endpoint's team, due now."""
    occasion = OccasionFactory(team=endpoint.team, **changes)
    notice = notice_for(endpoint, occasion, "-7d", now=timezone.now())
    notice.save()
    return notice


def later(notice: Notice, *, plus: timedelta = timedelta(seconds=1)):
    """A clock that stands when the notice is due again."""
    notice.refresh_from_db()
    return lambda: notice.due_at + plus


def verify(endpoint_secret: str, request) -> dict:
    return Webhook(endpoint_secret).verify(request.body, request.headers)


def test_message_verifies_and_says_what_is_due():
    secret = new_secret()
    with receiver() as board:
        team = TeamFactory(key="fraud-detection", name="Fraud detection")
        notice = due(endpoint_at(board.address, team=team, secret=secret), title="Retrospective 12")
        deliver()
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == ("sent", 1)
    (request,) = board.received
    content = verify(secret, request)
    assert content == {
        "type": "occasion.retrospective",
        "timestamp": notice.created_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "data": {
            "id": notice.occasion_id,
            "kind": "retrospective",
            "step": "-7d",
            "title": "Retrospective 12",
            "team": {"key": "fraud-detection", "name": "Fraud detection"},
            "due_at": "2026-11-26T14:00:00Z",
            "url": "http://127.0.0.1:8000/inbox/",
        },
    }
    assert request.headers["webhook-id"] == webhook_id(notice.key)
    assert request.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        verify(new_secret(), request)


def test_people_are_named_only_where_the_team_chose_so():
    with receiver() as board:
        ada = PersonFactory(name="Ada", email="ada@example.org")
        for endpoint in (endpoint_at(board.address), endpoint_at(board.address, names_people=True)):
            OccasionPersonFactory(occasion=due(endpoint).occasion, person=ada)
        deliver()
    first, second = (json.loads(request.body)["data"] for request in board.received)
    assert "people" not in first
    assert second["people"] == [{"name": "Ada", "email": "ada@example.org"}]


def test_refusal_is_retried_under_the_same_id_until_it_is_taken():
    with receiver(says(500), says(404), says(204)) as board:
        notice = due(endpoint_at(board.address))
        deliver()
        notice.refresh_from_db()
        assert (notice.state, notice.failure) == ("retry", "It answered 500 Internal Server Error.")
        deliver(clock=later(notice))
        notice.refresh_from_db()
        assert (notice.state, notice.failure) == ("retry", "It answered 404 Not Found.")
        deliver(clock=later(notice))
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.doubts) == ("sent", 3, 0)
    assert {request.headers["webhook-id"] for request in board.received} == {webhook_id(notice.key)}
    assert len(board.received) == 3


def test_retries_go_on_over_days_then_end():
    with receiver(says(500)) as board:
        notice = due(endpoint_at(board.address))
        start = notice.created_at
        while notice.state in {"due", "retry"}:
            deliver(clock=later(notice))
            notice.refresh_from_db()
    assert (notice.state, notice.failure_kind) == ("failed", "exhausted")
    assert notice.due_at - start > timedelta(days=2, hours=20)
    assert 30 < len(board.received) == notice.attempts < 70


def test_two_notices_have_two_ids():
    endpoint = EndpointFactory()
    assert webhook_id(due(endpoint).key) != webhook_id(due(endpoint).key)


def test_receiver_that_hangs_up_after_reading_leaves_a_doubt_and_gets_the_same_id_again():
    with receiver(closes, closes, closes, says(200)) as board:
        notice = due(endpoint_at(board.address))
        for doubts in (1, 2, 3):
            deliver(clock=later(notice))
            notice.refresh_from_db()
            assert (notice.state, notice.doubts) == ("retry", doubts)
            assert notice.failure == "The connection broke off before it answered."
        deliver(clock=later(notice))
    notice.refresh_from_db()
    assert (notice.state, notice.doubts) == ("sent", 3)
    assert [request.headers["webhook-id"] for request in board.received] == [webhook_id(notice.key)] * 4


def test_worker_that_dies_on_the_wire_twice_leaves_a_webhook_to_be_sent_again():
    with receiver() as board:
        notice = due(endpoint_at(board.address))
        for _ in range(3):
            Notice.objects.filter(pk=notice.pk).update(state="on_wire", leased_until=timezone.now(), fence=7)
            delivery.recover(now=timezone.now())
        notice.refresh_from_db()
        assert (notice.state, notice.doubts) == ("retry", 3)
        deliver()
    notice.refresh_from_db()
    assert notice.state == "sent"
    assert board.received[0].headers["webhook-id"] == webhook_id(notice.key)


def test_nobody_listening_is_no_doubt():
    with receiver() as board:
        address = board.address
    notice = due(endpoint_at(address))
    deliver()
    notice.refresh_from_db()
    assert (notice.state, notice.doubts) == ("retry", 0)
    assert notice.failure == "It could not be reached: Connection refused."


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(status):
    with receiver() as secret_place, receiver(says(status, Location=secret_place.address)) as board:
        notice = due(endpoint_at(board.address))
        deliver()
    notice.refresh_from_db()
    assert (notice.state, len(board.received), secret_place.received) == ("retry", 1, [])
    assert "Remit follows no redirects" in notice.failure


def test_private_address_is_refused_when_it_connects(settings):
    with receiver() as board:
        notice = due(endpoint_at(board.address))
        settings.WEBHOOK_ALLOWED_NETWORKS = []
        deliver()
        assert board.received == []
    notice.refresh_from_db()
    assert (notice.state, notice.doubts) == ("retry", 0)
    assert notice.failure == "127.0.0.1 leads to 127.0.0.1, which is not a public address."


def test_name_that_changes_its_mind_gains_nothing(settings, monkeypatch):
    """DNS rebinding: public when it was entered, private when it is used; then private only in a second look-up."""
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    with receiver() as board:
        public = [(2, 1, 6, "", ("93.184.215.14", board.port))]
        private = [(2, 1, 6, "", ("127.0.0.1", board.port))]
        answers = [public, private, public, private]
        tried = []
        monkeypatch.setattr(outbound.socket, "getaddrinfo", lambda *_, **__: answers.pop(0))
        address = f"http://rebind.example.org:{board.port}/"
        outbound.check_address(address)
        notice = due(endpoint_at(address))
        deliver()
        notice.refresh_from_db()
        assert notice.failure == "rebind.example.org leads to 127.0.0.1, which is not a public address."

        def connect(_self, place):
            tried.append(place)
            raise ConnectionRefusedError

        with monkeypatch.context() as patch:
            patch.setattr(outbound.socket.socket, "connect", connect)
            deliver(clock=later(notice))
        assert tried == [("93.184.215.14", board.port)]  # exactly what was checked, looked up once
        assert len(answers) == 1
        assert board.received == []


def test_busy_receiver_is_left_alone_for_as_long_as_it_asks():
    with receiver(says(429, Retry_After="7200"), says(503, Retry_After="3"), says(200)) as board:
        notice = due(endpoint_at(board.address))
        before = timezone.now()
        deliver()
        notice.refresh_from_db()
        assert notice.due_at >= before + timedelta(hours=2)
        assert notice.failure == "It answered 429 Too Many Requests."
        deliver(clock=lambda: before + timedelta(hours=1))
        assert len(board.received) == 1
        at = later(notice)()
        deliver(clock=lambda: at)
        notice.refresh_from_db()
        assert notice.due_at > at + timedelta(seconds=3)  # our own pause is longer than it asks


@pytest.mark.parametrize(
    ("status", "text", "pause"),
    [
        (429, "120", timedelta(minutes=2)),
        (503, "Fri, 20 Nov 2026 14:42:00 GMT", timedelta(minutes=10)),
        (503, "Fri, 20 Nov 2026 14:00:00 GMT", timedelta(0)),
        (429, "9" * 4000, timedelta(days=1)),
        (429, "soon", None),
        (429, "-5", None),
        (500, "120", None),
        (429, "", None),
    ],
)
def test_pause_that_is_asked_for(status, text, pause):
    assert pause_of(outbound.Answer(status, "", text), now=NOW) == pause


def test_gone_receiver_disables_the_endpoint_and_the_lead_hears_of_it():
    with receiver(says(410)) as board:
        endpoint = endpoint_at(board.address)
        first, second = due(endpoint), due(endpoint)
        deliver()
    for notice in (first, second):
        notice.refresh_from_db()
    endpoint.refresh_from_db()
    assert (first.state, first.failure_kind) == ("failed", "refused")
    assert second.state == "failed"  # refused in the same train, or withdrawn from the next
    assert (endpoint.is_active, endpoint.disabled_because) == (False, "gone")
    occasion = Occasion.objects.get(kind=GONE.key)
    assert list(occasion.people.all()) == [endpoint.team.lead]
    assert occasion.url == f"/teams/{endpoint.team.key}/channels/"
    entry = Entry.objects.get(key="reminders.endpoint.disabled")
    assert (entry.actor_id, entry.object_id) == (None, str(endpoint.pk))
    assert entry.change == {"disabled_because": ["", "gone"]}

    third = due(endpoint)
    deliver()
    third.refresh_from_db()
    assert (third.state, third.failure_kind) == ("failed", "withdrawn")

    sweep(now=timezone.now())
    told = Notice.objects.filter(occasion=occasion)
    assert {(notice.recipient, notice.channel) for notice in told} == {
        (endpoint.team.lead, "inbox"),
        (endpoint.team.lead, "email"),
    }


def test_gone_receiver_of_a_team_without_lead_is_told_to_admins():
    admin = PersonFactory(admin=True)
    PersonFactory()
    with receiver(says(410)) as board:
        due(endpoint_at(board.address, team=TeamFactory(lead=None)))
        deliver()
    assert list(Occasion.objects.get(kind=GONE.key).people.all()) == [admin]


def test_both_secrets_sign_while_they_rotate_and_the_new_one_alone_afterwards():
    old = new_secret()
    with receiver() as board:
        endpoint = endpoint_at(board.address, secret=old)
        now = timezone.now()
        new = rotate_secret(endpoint, keep=timedelta(hours=1), by=endpoint.team.lead, now=now)
        endpoint.refresh_from_db()
        notice = due(endpoint)
        deliver()
        (request,) = board.received
        assert verify(old, request) == verify(new, request)
        assert len(request.headers["webhook-signature"].split()) == 2

    call = write_call(notice, now=now + timedelta(minutes=59))
    assert len(call.headers["webhook-signature"].split()) == 2
    call = write_call(notice, now=now + timedelta(hours=1))
    assert len(call.headers["webhook-signature"].split()) == 1
    moment = datetime.fromtimestamp(int(call.headers["webhook-timestamp"]), UTC)
    its_id = call.headers["webhook-id"]
    assert call.headers["webhook-signature"] == Webhook(new).sign(its_id, moment, call.body.decode())


# Receivers that mean harm


def endless(handler):
    """A gigabyte, slowly: a hundred bytes each time, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(10**9))
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 100)
        time.sleep(0.01)


def gushing(handler):
    handler.send_response(200)
    handler.end_headers()
    handler.gushed = 0
    while True:
        handler.gushed += handler.connection.send(b"x" * 65536)
        handler.server.gushed = handler.gushed


def endless_head(handler):
    """Headers that never end: each read gets something, so no time limit of a single read helps."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: yes\r\n")
        time.sleep(0.01)


def gushing_head(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(90):
        handler.wfile.write(b"X-%d: " % number + b"x" * 60_000 + b"\r\n")
    mute(handler)


def mute(handler):
    time.sleep(5)


def post_to(board, *, seconds: float, most_read: int = 64 * 1024):
    notice = due(endpoint_at(board.address))
    started = time.monotonic()
    with WebhookChannel(seconds=seconds, most_read=most_read) as channel:
        result = channel.send(channel.write(notice, why="", now=timezone.now()))
    return result, time.monotonic() - started


def test_slow_gigabyte_is_cut_by_time():
    with receiver(endless) as board:
        result, took = post_to(board, seconds=0.5)
    assert result.outcome == Outcome.SENT  # it was taken: the answer's head said so
    assert 0.4 < took < 1.5


def test_fast_gigabyte_is_cut_by_size(monkeypatch):
    kept = []
    real = outbound._read
    monkeypatch.setattr(outbound, "_read", lambda response, wire: (real(response, wire), kept.append(response.content)))
    with receiver(gushing) as board:
        result, took = post_to(board, seconds=20, most_read=5000)
    assert result.outcome == Outcome.SENT
    assert took < 2
    assert 4000 < len(kept[0]) < 5000  # the head counts too


def test_head_that_never_ends_is_cut_by_time():
    with receiver(endless_head) as board:
        _result, took = post_to(board, seconds=0.3)
    assert took < 1.3


def test_head_that_is_too_long_is_cut_by_size():
    with receiver(gushing_head) as board:
        _result, took = post_to(board, seconds=4)
    assert took < 2


def test_mute_receiver_is_in_doubt():
    with receiver(mute) as board:
        result, took = post_to(board, seconds=0.3)
    assert (result.outcome, result.detail) == (Outcome.DOUBT, "It did not answer within 0.3 seconds.")
    assert took < 1.5


def test_one_that_hangs_is_asked_once_a_turn_and_the_others_go_on(monkeypatch):
    monkeypatch.setitem(CHANNELS, "webhook", lambda: WebhookChannel(seconds=1.2))
    with receiver(mute) as slow, receiver() as quick:
        hanging, fine = endpoint_at(slow.address), endpoint_at(quick.address)
        notices = [due(hanging), due(fine), due(hanging), due(fine)]
        started = time.monotonic()
        deliver()
        took = time.monotonic() - started
    states = list(Notice.objects.order_by("id").values_list("state", flat=True))
    assert states == ["retry", "sent", "retry", "sent"]
    assert (len(slow.received), len(quick.received)) == (1, 2)
    assert took < 2.2
    notices[2].refresh_from_db()
    assert notices[2].failure.startswith("Not tried: it did not take the one before.")


def test_turn_ends_when_too_much_time_is_lost():
    patience = Patience(seconds=0.05)
    assert patience.is_left

    def fail():
        time.sleep(0.06)
        raise ValueError("a bug of ours")

    assert patience.ask(1, fail).outcome == Outcome.LATER
    assert not patience.is_left


def test_header_injection_is_impossible():
    secret = new_secret()
    nasty = "Retro\r\nX-Evil: yes\r\n\r\nPOST /again HTTP/1.1"
    with receiver() as board:
        team = TeamFactory.build(key="nasty", name=nasty, lead=PersonFactory())
        team.save()
        endpoint = endpoint_at(board.address, team=team, name=nasty, secret=secret)
        due(endpoint, title=nasty)
        deliver()
    (request,) = board.received
    assert "x-evil" not in request.headers
    assert request.path == "/hook"
    assert verify(secret, request)["data"]["title"] == "Retro X-Evil: yes POST /again HTTP/1.1"


# Who hears of what


def test_sweep_tells_an_endpoint_once_beside_the_people():
    team = TeamFactory()
    endpoint = EndpointFactory(team=team)
    EndpointFactory(team=team, kinds=["ballot"])
    EndpointFactory(team=team, disabled_at=NOW, disabled_because="by_hand")
    EndpointFactory()
    occasion = OccasionFactory(team=team, due_at=NOW + timedelta(days=6), next_step_at=NOW)
    people = [OccasionPersonFactory(occasion=occasion).person for _ in range(2)]
    sweep(now=NOW)
    sweep(now=NOW)
    told = Notice.objects.filter(endpoint__isnull=False)
    assert [(notice.key, notice.recipient, notice.endpoint, notice.state) for notice in told] == [
        (f"{occasion.pk}:endpoint-{endpoint.pk}:webhook:-7d", None, endpoint, "due")
    ]
    assert set(Notice.objects.filter(channel="email").values_list("recipient", flat=True)) == {
        person.pk for person in people
    }


def test_moved_occasion_is_told_again():
    endpoint = EndpointFactory()
    occasion = OccasionFactory(team=endpoint.team, sequence=2)
    assert notice_for(endpoint, occasion, "0d", now=NOW).key.endswith(":webhook:0d~2")


def test_sweep_asks_for_endpoints_once_however_many():
    def queries(count: int) -> int:
        for _ in range(count):
            endpoint = EndpointFactory()
            OccasionFactory(team=endpoint.team, due_at=NOW + timedelta(days=6), next_step_at=NOW)
        with CaptureQueriesContext(connection) as asked:
            sweep(now=NOW)
        return len([query for query in asked if 'FROM "reminders_endpoint"' in query["sql"]])

    assert queries(1) == queries(3) == 1


@pytest.mark.parametrize("how", ["done", "disabled", "kind"])
def test_what_concerns_it_no_more_is_not_sent(how):
    with receiver() as board:
        endpoint = endpoint_at(board.address)
        notice = due(endpoint)
        match how:
            case "done":
                complete_occasion(key=notice.occasion.key, by=None, now=NOW)
            case "disabled":
                disable_endpoint(endpoint, by=endpoint.team.lead, now=NOW)
            case "kind":
                Endpoint.objects.update(kinds=["ballot"])
        deliver()
    notice.refresh_from_db()
    assert (notice.state, notice.failure_kind, board.received) == ("failed", "withdrawn", [])


def test_test_goes_through_the_engine():
    with receiver() as board:
        endpoint = endpoint_at(board.address, kinds=["ballot"])
        notice = try_out(endpoint, by=endpoint.team.lead, now=timezone.now())
        deliver()
    notice.refresh_from_db()
    assert notice.state == "sent"
    content = json.loads(board.received[0].body)
    assert (content["type"], content["data"]["kind"]) == ("occasion.channel_test", "channel-test")
    assert not Occasion.objects.filter(state="open").exists()


def test_mail_server_that_is_away_delays_no_webhook_and_is_asked_once(settings):
    settings.EMAIL_BACKEND = "tests.reminders.test_webhooks.NoServer"
    NoServer.asked = 0
    row = OccasionPersonFactory()
    Notice.objects.bulk_create(
        Notice(
            key=f"letter {number}",
            occasion=row.occasion,
            recipient=row.person,
            channel="email",
            step="0d",
            urgency=0,
            due_at=NOW,
            created_at=NOW,
        )
        for number in range(delivery.CLAIMED_AT_ONCE + 1)
    )
    with receiver() as board:
        due(endpoint_at(board.address))
        done = deliver()
    assert (done.down, NoServer.asked, len(board.received)) == ({"email"}, 1, 1)


class NoServer:
    """A backend of mail that cannot be opened."""

    asked = 0

    def __init__(self, **_options):
        pass

    def open(self):
        NoServer.asked += 1
        raise ConnectionRefusedError

    def close(self):
        pass


def test_changed_secret_key_is_said_in_words(settings):
    endpoint = EndpointFactory()
    notice = due(endpoint)
    settings.SECRET_KEY = "another one"
    deliver()
    notice.refresh_from_db()
    assert notice.state == "retry"
    assert "SECRET_KEY has changed" in notice.failure
    settings.SECRET_KEY_FALLBACKS = ["only for tests"]
    assert write_call(notice, now=NOW).address == "https://hooks.example.org/remit"


def test_nothing_secret_is_stored_in_clear():
    endpoint = EndpointFactory()
    stored = str(Endpoint.objects.filter(pk=endpoint.pk).values().get())
    assert "c2VjcmV0" not in stored
    assert "/remit" not in stored
    assert seal("x") != seal("x")
