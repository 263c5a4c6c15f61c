"""The page of a team's channels: who may do what, what is said, and what is never shown."""

import re
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook

from ledger.models import Entry
from reminders.deliveries import logs_of
from reminders.delivery import deliver
from reminders.disabling import GONE
from reminders.models import Endpoint, Notice
from reminders.sealing import unseal
from reminders.telling import TRIAL, notice_for
from tests.factories import NOW, EndpointFactory, OccasionFactory, PersonFactory, TeamFactory
from tests.pages import own_queries
from tests.reminders.conftest import replaced
from tests.reminders.receivers import receiver, says

pytestmark = pytest.mark.django_db

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.fixture(autouse=True)
def inside(settings, monkeypatch):
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    for kind in (TRIAL, GONE):
        replaced(kind, monkeypatch)


@pytest.fixture
def team():
    return TeamFactory(key="fraud-detection", name="Fraud detection", lead=PersonFactory(name="Ada"))


@pytest.fixture
def lead(client, team) -> Client:
    client.force_login(team.lead)
    return client


PAGE = "/teams/fraud-detection/channels/"
WEBHOOK = {"name": "Deploy board", "address": "http://127.0.0.1:8099/hook", "kinds": ["retrospective"]}


def errors_beside(response, field: str) -> str:
    """What stands beside a field."""
    assert response.status_code == 422
    text = response.content.decode()
    found = re.search(rf'id="id_{field}_error"[^>]*>.*?<span>(.*?)</span></div>', text, re.DOTALL)
    assert found, text
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def test_webhook_is_added_and_its_secret_shown_once(lead, team):
    response = lead.post(PAGE + "webhook/", WEBHOOK)
    assert response.status_code == 200
    endpoint = Endpoint.objects.get()
    secret = unseal(endpoint.sealed_secret)
    assert secret in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert secret not in lead.get(PAGE).content.decode()
    assert (endpoint.way, endpoint.team, endpoint.kinds, endpoint.names_people, endpoint.place) == (
        "webhook",
        team,
        ["retrospective"],
        False,
        "127.0.0.1:8099",
    )
    entry = Entry.objects.get(key="reminders.endpoint.added")
    assert (entry.actor_id, entry.object_id) == (team.lead_id, str(endpoint.pk))
    assert entry.change == {"way": ["", "webhook"], "kinds": [[], ["retrospective"]]}


def test_own_secret_is_taken(lead):
    own = "whsec_" + "c2VjcmV0" * 4
    lead.post(PAGE + "webhook/", {**WEBHOOK, "secret": own})
    assert unseal(Endpoint.objects.get().sealed_secret) == own


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("address", "http://10.0.0.1/hook", "10.0.0.1 leads to 10.0.0.1, which is not a public address."),
        ("address", "http://169.254.169.254/latest/", "which is not a public address."),
        ("address", "ftp://example.org/", "It starts with https://."),
        ("address", "http://127.0.0.1:22/", "Nothing is sent to port 22."),
        ("address", "", "This field is required."),
        ("address", "https://example.org/" + "a" * 3000, "at most 2000 characters"),
        ("secret", "whsec_c2hvcnQ=", "Too short: it holds 5 bytes, and 24 is the least."),
        ("secret", "whsec_" + "A" * 100, "Too long: it holds 75 bytes, and 64 is the most."),
        ("secret", "hunter2", "A secret starts with whsec_."),
        ("secret", "whsec_!!", "After whsec_ comes Base64."),
        ("name", "", "This field is required."),
        ("name", "a\nb", "Write it on one line"),
        ("kinds", [], "Choose at least one kind."),
        ("kinds", ["nonsense"], "nonsense is not one of the available choices."),
    ],
)
def test_what_cannot_be_a_webhook_is_said_beside_its_field(lead, field, value, said):
    response = lead.post(PAGE + "webhook/", {**WEBHOOK, field: value})
    assert said in errors_beside(response, field)
    assert not Endpoint.objects.exists()


def test_unencrypted_address_is_refused_outside_demonstrations(lead, settings):
    settings.DEMO = settings.DEBUG = False
    response = lead.post(PAGE + "webhook/", WEBHOOK)
    assert "It starts with https://: without encryption" in errors_beside(response, "address")


def test_input_is_kept_where_something_is_wrong(lead):
    response = lead.post(PAGE + "webhook/", {**WEBHOOK, "address": "http://10.0.0.1/hook", "names_people": "on"})
    text = response.content.decode()
    assert 'value="Deploy board"' in text
    assert 'value="http://10.0.0.1/hook"' in text


def test_chat_is_added_and_its_address_never_shown(lead, team):
    response = lead.post(PAGE + "chat/", {"name": "#fraud", "address": SLACK, "kinds": ["retrospective", "ballot"]})
    assert response.status_code == 302
    endpoint = Endpoint.objects.get()
    assert (endpoint.way, endpoint.place, endpoint.sealed_secret) == ("chat", "Slack", "")
    assert unseal(endpoint.sealed_address) == SLACK
    for path in (PAGE, f"{PAGE}{endpoint.pk}/", "/ledger/"):
        assert "TIiajkdnlazkcOXrIdevi7FQ" not in lead.get(path, follow=True).content.decode()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("file:///etc/passwd", "Remit speaks to no service that starts with file://."),
        ("mmosts://10.0.0.1/3ccdd113474722377935511fc85d3dd4", "which is not a public address."),
        (SLACK + "?template=/etc/passwd", "Leave out the option “template”."),
    ],
)
def test_what_cannot_be_a_chat_is_said_beside_the_address(lead, address, said):
    response = lead.post(PAGE + "chat/", {"name": "#fraud", "address": address, "kinds": ["ballot"]})
    assert said in errors_beside(response, "address")
    assert not Endpoint.objects.exists()


def test_member_reads_without_addresses_and_secrets(client, team):
    endpoint = EndpointFactory(team=team, name="Deploy board")
    client.force_login(PersonFactory())
    text = client.get(PAGE).content.decode()
    assert "Deploy board" in text
    assert "hooks.example.org" in text
    assert "hooks.example.org/remit" not in text
    assert f"{PAGE}{endpoint.pk}/" not in text
    assert "Send a test" not in text


def test_lead_reads_the_whole_address_of_a_webhook(lead, team):
    EndpointFactory(team=team)
    assert "https://hooks.example.org/remit" in lead.get(PAGE).content.decode()


@pytest.mark.parametrize("act", ["test", "disable", "enable", "remove"])
@pytest.mark.parametrize("who", ["member", "other lead", "auditor"])
def test_acts_are_for_the_lead_and_admins(client, team, act, who):
    endpoint = EndpointFactory(team=team, disabled_at=NOW, disabled_because="gone")
    person = {
        "member": PersonFactory,
        "other lead": lambda: TeamFactory().lead,
        "auditor": lambda: PersonFactory(auditor=True, admin=True),
    }[who]()
    client.force_login(person)
    assert client.post(f"{PAGE}{endpoint.pk}/{act}/").status_code == 403
    assert Endpoint.objects.get().disabled_because == "gone"
    assert not Entry.objects.exists()


def test_channel_of_another_team_is_not_found(lead):
    other = EndpointFactory(team=TeamFactory(key="other"))
    for path in ("", "rotate/"):
        assert lead.get(f"{PAGE}{other.pk}/{path}").status_code == 404
    assert lead.post(f"{PAGE}{other.pk}/disable/").status_code == 404


def test_admin_changes_the_channels_of_every_team(client, team):
    endpoint = EndpointFactory(team=team)
    client.force_login(PersonFactory(admin=True))
    assert client.post(f"{PAGE}{endpoint.pk}/disable/").status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_because) == (False, "by_hand")
    assert client.post(f"{PAGE}{endpoint.pk}/test/").status_code == 409
    assert client.post(f"{PAGE}{endpoint.pk}/enable/").status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.is_active
    keys = list(Entry.objects.order_by("id").values_list("key", flat=True))
    assert keys == ["reminders.endpoint.disabled", "reminders.endpoint.enabled"]


def test_secret_rotates_and_is_shown_once(lead, team):
    endpoint = EndpointFactory(team=team)
    before = unseal(endpoint.sealed_secret)
    assert lead.get(f"{PAGE}{endpoint.pk}/rotate/").status_code == 200
    response = lead.post(f"{PAGE}{endpoint.pk}/rotate/", {"keep": "3600"})
    endpoint.refresh_from_db()
    secret = unseal(endpoint.sealed_secret)
    assert secret != before
    assert secret in response.content.decode()
    assert unseal(endpoint.sealed_previous) == before
    assert timedelta(minutes=59) < endpoint.previous_until - timezone.now() <= timedelta(hours=1)
    assert secret not in lead.get(PAGE).content.decode()
    assert "with two secrets, the one before ends" in lead.get(PAGE).content.decode()
    entry = Entry.objects.get(key="reminders.endpoint.rotated")
    assert list(entry.change) == ["previous_until"]
    Webhook(secret)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("secret", "whsec_c2hvcnQ=", "Too short"),
        ("keep", "5", "5 is not one of the available choices"),
        ("keep", "", "required"),
    ],
)
def test_secret_stays_where_something_is_wrong(lead, team, field, value, said):
    endpoint = EndpointFactory(team=team)
    response = lead.post(f"{PAGE}{endpoint.pk}/rotate/", {"keep": "3600", field: value})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert Endpoint.objects.get().sealed_secret == endpoint.sealed_secret


def test_chat_has_no_secret_to_rotate(lead, team):
    endpoint = EndpointFactory(team=team, way="chat", url=SLACK)
    assert lead.get(f"{PAGE}{endpoint.pk}/rotate/").status_code == 404


def test_channel_is_changed(lead, team):
    endpoint = EndpointFactory(team=team, name="Old")
    response = lead.post(f"{PAGE}{endpoint.pk}/", {"name": "New", "kinds": ["ballot"], "names_people": "on"})
    assert response.status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.kinds, endpoint.names_people) == ("New", ["ballot"], True)
    assert Entry.objects.get().change == {
        "name": [],
        "kinds": [["retrospective"], ["ballot"]],
        "names_people": [False, True],
    }
    response = lead.post(f"{PAGE}{endpoint.pk}/", {"name": "New", "kinds": []})
    assert "Choose at least one kind." in errors_beside(response, "kinds")


def test_channel_is_removed_with_all_that_was_sent(lead, team):
    endpoint = EndpointFactory(team=team)
    notice_for(endpoint, OccasionFactory(team=team), "0d", now=NOW).save()
    assert lead.post(f"{PAGE}{endpoint.pk}/remove/").status_code == 302
    assert (Endpoint.objects.count(), Notice.objects.count()) == (0, 0)
    assert Entry.objects.get().key == "reminders.endpoint.removed"
    assert lead.get("/ledger/").status_code == 200


def test_test_is_sent_and_told_in_the_log(lead, team):
    with receiver() as board:
        endpoint = EndpointFactory(team=team, url=board.address, name="Deploy board")
        response = lead.post(f"{PAGE}{endpoint.pk}/test/", follow=True)
        text = response.content.decode()
        assert "The test is on its way." in text
        assert 'hx-trigger="every 3s"' in text  # there is more to say in a moment
        deliver()
    text = lead.get(PAGE).content.decode()
    assert "Test of the channel “Deploy board”" in text
    assert "Taken today at" in text
    assert "hx-trigger" not in text
    assert len(board.received) == 1


def test_log_says_what_happened(lead, team):
    with receiver(says(500), says(410)) as board:
        endpoint = EndpointFactory(team=team, url=board.address)
        notice = notice_for(endpoint, OccasionFactory(team=team, title="Retrospective 12"), "0d", now=timezone.now())
        notice.save()
        deliver()
        text = lead.get(PAGE).content.decode()
        assert "It answered 500 Internal Server Error. Tried once; next try today at" in text
        notice.refresh_from_db()
        deliver(clock=lambda: notice.due_at)
    text = lead.get(PAGE).content.decode()
    assert "It answered 410 Gone, so this channel is disabled. Tried 2 times; Remit tries no more." in text
    assert "is disabled: its receiver said that it is gone." in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "due"}, "Waits for its turn."),
        ({"state": "retry", "attempts": 0}, "Waits for its turn."),
        ({"state": "on_wire", "leased_until": NOW}, "On its way."),
        ({"state": "sent", "sent_at": NOW, "attempts": 1}, "Taken today at 15:32."),
        ({"state": "sent", "sent_at": NOW, "attempts": 3}, "Taken today at 15:32; it took 3 tries."),
        (
            {"state": "failed", "failure_kind": "withdrawn"},
            "Not sent: when its turn came, it was no longer due, or the channel had changed.",
        ),
        (
            {"state": "in_doubt", "attempts": 2, "failure": "The connection broke off before it answered."},
            "The connection broke off before it answered. It may have arrived. Tried 2 times; Remit leaves it at that.",
        ),
        (
            {"state": "retry", "attempts": 2, "failure": "ValueError: odd", "due_at": NOW + timedelta(hours=1)},
            "ValueError: odd. Tried 2 times; next try today at 16:32.",
        ),
    ],
)
def test_log_has_a_sentence_for_every_state(team, changes, said):
    endpoint = EndpointFactory(team=team)
    notice = notice_for(endpoint, OccasionFactory(team=team), "0d", now=NOW)
    for field, value in changes.items():
        setattr(notice, field, value)
    notice.save()
    (delivery,) = logs_of([endpoint], timezone="Europe/Berlin", now=NOW)[endpoint.pk].deliveries
    assert delivery.happened == said


@pytest.mark.parametrize(
    ("step", "kind"),
    [("-7d", "Retrospective, 7 days before"), ("0d~2", "Retrospective, on the day"), ("new", "Retrospective")],
)
def test_log_says_at_which_step(team, step, kind):
    endpoint = EndpointFactory(team=team)
    notice_for(endpoint, OccasionFactory(team=team), step, now=NOW).save()
    (delivery,) = logs_of([endpoint], timezone="UTC", now=NOW)[endpoint.pk].deliveries
    assert delivery.kind == kind


def test_log_keeps_to_the_latest(team):
    endpoint = EndpointFactory(team=team)
    for number in range(12):
        notice_for(endpoint, OccasionFactory(team=team, title=f"R{number}"), "0d", now=NOW).save()
    log = logs_of([endpoint], timezone="UTC", now=NOW)[endpoint.pk]
    assert [delivery.title for delivery in log.deliveries] == [f"R{number}" for number in range(11, 3, -1)]


def test_page_asks_as_much_for_three_as_for_one(lead, team):
    def add() -> None:
        endpoint = EndpointFactory(team=team)
        notice_for(endpoint, OccasionFactory(team=team), "0d", now=NOW).save()

    add()
    one = own_queries(lead, PAGE)
    add()
    add()
    assert own_queries(lead, PAGE) == one == 3


def test_team_has_only_so_many_channels(lead, team):
    for _ in range(20):
        EndpointFactory(team=team)
    response = lead.post(PAGE + "webhook/", WEBHOOK)
    assert response.status_code == 422
    assert "A team has at most 20 channels." in response.content.decode()
    assert Endpoint.objects.count() == 20


def test_page_without_channels_says_what_one_is(lead):
    text = lead.get(PAGE).content.decode()
    assert "Nowhere: Fraud detection has no channel." in text
    assert "No channel yet" in text
