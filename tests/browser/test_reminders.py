"""The pages around reminders in Chromium: accessible by day and by night, wide and narrow; they work without script."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from reminders import links
from reminders.models import Notice, Occasion, Preferences
from reminders.sweeping import sweep
from tests.factories import NoticeFactory, OccasionFactory, OccasionPersonFactory, PersonFactory, TeamFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada(transactional_db):
    """An admin with something in her inbox, quiet hours, and two letters that could not be delivered."""
    ada = PersonFactory(name="Ada Brandt", email="ada@example.org", admin=True)
    now = timezone.now()
    team = TeamFactory(key="fraud-detection", name="Fraud detection", lead=ada)
    for title, days in (("Retrospective of Fraud detection", 1), ("Retrospective of Pricing", -2)):
        due_at = now + timedelta(days=days)
        occasion = OccasionFactory(title=title, team=team, due_at=due_at, next_step_at=now)
        OccasionPersonFactory(occasion=occasion, person=ada)
    sweep(now=now)
    Notice.objects.filter(channel="email").update(
        state="retry", attempts=3, due_at=now + timedelta(hours=2), failure="450 mailbox busy"
    )
    NoticeFactory(state="failed", failure_kind="refused", failure="550 5.1.1 no such user here", created_at=now)
    NoticeFactory(state="in_doubt", doubts=2, failure="The connection broke off.", created_at=now)
    Preferences.objects.create(person=ada, ways={"meetings": "digest"}, quiet_from="20:00", quiet_until="07:00")
    return ada


def sign_in(page, live_server, person):
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


PAGES = {
    "inbox": "/inbox/",
    "notices": "/profile/notices/",
    "ladders": "/settings/reminders/",
    "team": "/teams/fraud-detection/reminders/",
    "letters": "/operations/letters/",
    "emails": "/dev/emails/",
    "email": "/dev/emails/vote/",
    "digest": "/dev/emails/digest/",
}


def address_of(name, ada):
    occasion = Occasion.objects.order_by("pk").first()
    match name:
        case "done" | "snooze":
            return links.act_path(ada, occasion, name)
        case "fewer":
            return urlsplit(links.unsubscribe_address(ada, "meetings")).path
    return PAGES[name]


@pytest.mark.parametrize("look", [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")])
@pytest.mark.parametrize("name", [*PAGES, "done", "snooze", "fewer"])
def test_page_is_accessible_and_breaks_no_policy(live_server, page, ada, name, look):
    (width, scheme), said = look, []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    sign_in(page, live_server, ada)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)

    page.goto(f"{live_server.url}{address_of(name, ada)}", wait_until="networkidle")

    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert Axe().run(page).response["violations"] == []
    assert said == []


def test_without_script_a_signed_link_and_the_settings_work(live_server, browser, ada):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}{address_of('snooze', ada)}")
    page.get_by_role("button", name="Next week").click()
    expect(page.locator(".answer")).to_contain_text("You hear of it again on")
    page.goto(f"{live_server.url}{address_of('done', ada)}")
    page.get_by_role("button", name="Yes, it is done").click()

    sign_in(page, live_server, ada)
    page.goto(f"{live_server.url}/profile/notices/")
    page.get_by_label("Quiet from").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Quiet hours have a start and an end, or neither.").first).to_be_visible()
    page.get_by_label("Quiet until").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It holds for every e-mail from now on.")).to_be_visible()
    page.goto(f"{live_server.url}/operations/letters/")
    page.get_by_role("button", name="Send all again").click()
    expect(page.get_by_text("2 letters go out again.")).to_be_visible()
    context.close()
