"""The main path in Chromium: a charter is drafted and ratified, a change reviewed and released, people reminded.

Every act is done by hand on the pages; only Celery's beat and worker are played by calling their tasks.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from charter.models import Version
from ledger.models import Entry
from reminders.models import Occasion
from reminders.tasks import deliver_task, make_occasions_task, sweep_task
from reviews.models import Review
from teams.models import Person
from tests.charters import Crew, make_crew
from tests.factories import MLModelFactory, PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STAGES = 9
CHARTER = "/charters/fraud-detection/"


@pytest.fixture
def crew(transactional_db: None, settings: Any, tmp_path: Any) -> Crew:
    """A team with a model, without a charter; an admin stands by. Mail goes to the file mailbox, as in `make run`."""
    settings.EMAIL_BACKEND = "config.mailbox.MailboxBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    crew = make_crew(name="Fraud detection")
    PersonFactory(name="Hanna Vogel", admin=True)
    MLModelFactory(key="card-fraud-scorer", name="Card fraud scorer", team=crew.team, tier=2, accountable=crew.lead)
    return crew


def enter(page: Page, live_server: Any, door: str) -> None:
    """Through a door of the demonstration."""
    page.context.clear_cookies()
    page.goto(live_server.url)
    page.get_by_role("button", name=re.compile(f"^{door}")).click()
    expect(page.get_by_role("heading", name="What waits for me?")).to_be_visible()


def become(page: Page, live_server: Any, person: Person) -> None:
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


def draft_charter(page: Page) -> None:
    """Fill in what lint asks for: a purpose, the matrix by keyboard, a decision right, a path that calls somebody."""
    page.get_by_role("textbox", name="Purpose").fill("Stop card fraud before the customer notices.")
    page.locator('.cell[value="problem-framing/ml-engineer"]').focus()
    for _stage in range(STAGES):
        page.keyboard.type("ar")
        page.keyboard.press("ArrowDown")
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    expect(page.locator("#findings")).not_to_contain_text("RESP001")

    page.get_by_role("link", name="Add a path").click()
    form = page.locator("#escalation-new")
    form.get_by_label("Name").fill("Incidents")
    form.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a level").click()
    form = page.locator("#escalation-incidents-new")
    form.get_by_label("Calls", exact=True).select_option("role:ml-engineer")
    form.locator("[name=acknowledge_within]").fill("15")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#escalation-incidents-0")).to_contain_text("call the ML engineer")

    page.get_by_role("link", name="Add a decision right").click()
    form = page.locator("#decisions-new")
    form.get_by_label("Name").fill("All changes")
    form.get_by_label("Driver").select_option("ml-engineer")
    form.locator("[name=approvers_role]").first.select_option("data-scientist")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#decisions-all-changes")).to_contain_text("One data scientist must approve")

    page.get_by_role("link", name="Add a ritual").click()
    form = page.locator("#rituals-new")
    form.get_by_label("Name").fill("Retro")
    form.get_by_label("Every").fill("2")
    form.get_by_label("Thursday").check()
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#rituals-retro")).to_contain_text("retrospective", ignore_case=True)


def submit_review(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/reviews/new/")
    page.select_option("#id_model", "card-fraud-scorer")
    page.select_option("#id_kind", "retrain")
    expect(page.locator("#who-decides")).to_contain_text("Data Scientist")
    page.get_by_label("Version").fill("4.3.0")
    page.get_by_label("Title").fill("Retrain on the labels of October")
    page.get_by_label("What changes").fill("The same model on newer labels.")
    page.get_by_role("button", name="Submit for review").click()
    expect(page).to_have_url(re.compile("/reviews/MCR-"))


def test_main_path(page: Page, live_server: Any, crew: Crew) -> None:
    scientist, engineer = crew["data-scientist"], crew["ml-engineer"]

    enter(page, live_server, "Team lead")
    page.goto(live_server.url + CHARTER)
    page.get_by_role("button", name="Start a charter").click()
    expect(page.locator("#answer")).to_contain_text("Nobody is accountable for nine stages")
    expect(page.get_by_role("button", name="Propose for signature")).to_have_attribute("aria-disabled", "true")

    draft_charter(page)
    expect(page.locator("#findings")).to_contain_text("0 errors")
    page.get_by_role("button", name="Propose for signature").click()
    expect(page.get_by_role("heading", name="Does Fraud detection agree to this?")).to_be_visible()

    signers = set(Version.objects.get().signatures.values_list("person", flat=True))
    assert signers == {scientist.pk, engineer.pk}
    for number, signer in enumerate((engineer, scientist)):
        become(page, live_server, signer)
        page.goto(live_server.url)
        page.get_by_role("link", name="Read and sign").first.click()
        page.get_by_role("button", name="Sign", exact=True).click()
        assert Version.objects.get().state == ("proposed", "ratified")[number]
    page.goto(live_server.url + CHARTER)
    expect(page.get_by_role("heading", name="What has Fraud detection agreed?")).to_be_visible()
    expect(page.locator(".page-head, main").first).to_contain_text("in force")

    enter(page, live_server, "Engineer")
    submit_review(page, live_server)
    review = Review.objects.get()
    become(page, live_server, scientist)
    page.goto(live_server.url)
    page.get_by_role("link", name="Read and vote").first.click()
    page.get_by_label("Approve", exact=True).check()
    page.get_by_role("button", name="Record my vote").click()
    expect(page.locator("#answer")).to_contain_text("Approved")

    enter(page, live_server, "Engineer")
    page.goto(f"{live_server.url}/reviews/{review.ref}/")
    page.get_by_role("button", name="Release it").click()
    expect(page.get_by_role("button", name="Roll back").first).to_be_visible()
    pir = Occasion.objects.get(kind="pir")
    assert pir.due_at - timezone.now() > timedelta(days=27)

    enter(page, live_server, "Admin")
    page.goto(f"{live_server.url}/escalation-matrix/?all=1")
    expect(page.get_by_role("main")).to_contain_text("Ml Engineer")
    expect(page.locator("#answer")).to_contain_text("In all four cases somebody is")

    make_occasions_task()
    enter(page, live_server, "Engineer")
    page.goto(f"{live_server.url}/dev/mailbox/")
    page.get_by_role("button", name="Make the next retrospective due now").click()
    expect(page.get_by_role("main")).to_contain_text("is due now")
    sweep_task()
    deliver_task()
    letter = page.get_by_role("link", name=re.compile("Retrospective of Fraud detection")).first
    expect(letter).to_be_visible(timeout=15_000)  # the page looks for new mail by itself

    acts = set(Entry.objects.values_list("key", flat=True))
    assert {f"charter.version.{act}" for act in ("drafted", "proposed", "signed", "ratified")} <= acts
    assert {f"reviews.review.{act}" for act in ("submitted", "voted", "approved", "released")} <= acts
