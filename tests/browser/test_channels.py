"""The page of a team's channels in Chromium: by axe in light and dark, on a phone, and a log that goes on by itself."""

from ipaddress import ip_network

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as ours
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from reminders.delivery import deliver
from reminders.models import Endpoint
from reminders.telling import notice_for
from tests.factories import NOW, EndpointFactory, OccasionFactory, PersonFactory, TeamFactory
from tests.reminders.receivers import receiver, says

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HERE = "/teams/fraud-detection/channels/"


@pytest.fixture
def team(transactional_db, settings):
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    return TeamFactory(key="fraud-detection", name="Fraud detection", lead=PersonFactory(name="Ada Okafor"))


def sign_in(page: Page, live_server, person) -> None:
    client = Client()
    client.force_login(person)
    cookie = client.cookies[ours.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": ours.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])


def fill_with_channels(team, address: str) -> Endpoint:
    """One of each kind, with a log of every sort."""
    board = EndpointFactory(team=team, name="Deploy board", url=address, place="127.0.0.1", names_people=True)
    room = EndpointFactory(team=team, name="#fraud-detection", way="chat", place="Slack", url="slack://nothing")
    EndpointFactory(team=team, name="Old pager", disabled_at=NOW, disabled_because="gone")
    for endpoint in (board, room):
        occasion = OccasionFactory(team=team, title="Retrospective of the fraud detection squad")
        for step in ("-7d", "-1d", "0d"):
            notice_for(endpoint, occasion, step, now=timezone.now()).save()
    deliver()
    return board


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_accessible_and_break_no_policy(live_server, page, team, scheme, width):
    sign_in(page, live_server, team.lead)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    with receiver(says(500), says(200)) as target:
        board = fill_with_channels(team, target.address)
    for path in ("", "webhook/", "chat/", f"{board.pk}/", f"{board.pk}/rotate/"):
        page.goto(live_server.url + HERE + path)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        assert Axe().run(page).response["violations"] == [], path
    assert said == []


def test_webhook_is_added_without_javascript_and_its_secret_shown(live_server, browser, team):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, team.lead)
    page.goto(live_server.url + HERE)
    page.get_by_role("link", name="Add a webhook").click()
    page.get_by_label("Name", exact=True).fill("Deploy board")
    page.get_by_label("Address").fill("http://10.0.0.1/hook")
    page.get_by_role("button", name="Add the webhook").click()
    expect(page.locator("#id_address_error")).to_contain_text("which is not a public address")
    page.get_by_label("Address").fill("http://127.0.0.1:8099/hook")
    page.get_by_role("button", name="Add the webhook").click()
    expect(page.locator("#new-secret")).to_contain_text("whsec_")
    page.goto(live_server.url + HERE)
    expect(page.locator("#new-secret")).to_have_count(0)
    context.close()


def test_log_goes_on_by_itself(live_server, page, team):
    sign_in(page, live_server, team.lead)
    with receiver() as target:
        EndpointFactory(team=team, name="Deploy board", url=target.address)
        page.goto(live_server.url + HERE)
        page.get_by_role("button", name="Send a test to Deploy board").click()
        expect(page.get_by_text("Waits for its turn.")).to_be_visible()
        deliver()
        expect(page.get_by_text("Taken today at")).to_be_visible(timeout=10_000)
    assert page.locator("#channels[hx-trigger]").count() == 0
