"""The editor in Chromium: by keyboard alone, with another editor at work, with a network that fails."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from charter import editing, exchange, ratification
from charter.models import Version
from charter.storage import read_rows
from tests.charters import Crew, clean_tree, document_from, make_crew, put_in_force
from tests.factories import NOW, PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HERE = "/charters/fraud-detection/"


@pytest.fixture
def crew(transactional_db) -> Crew:
    return make_crew()


@pytest.fixture
def draft(crew: Crew) -> Version:
    document = document_from(clean_tree())
    return exchange.replace_draft(team=crew.team, document=document, by=crew.lead, now=NOW).version


def sign_in(page: Page, live_server, person) -> None:
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


@pytest.fixture
def editor(page: Page, live_server, crew: Crew, draft: Version) -> Page:
    """The editor, open before its lead; whatever the console complains of fails the test."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_in(page, live_server, crew.lead)
    page.goto(f"{live_server.url}{HERE}edit/")
    yield page
    assert [line for line in said if "ERR_" not in line and "status of" not in line] == []


def letter(version: Version, stage: str, role: str) -> str:
    return str(read_rows(Version.objects.select_related("charter__team").get(pk=version.pk)).letter(stage, role))


def cell(page: Page, stage: str, role: str):
    return page.locator(f'.cell[value="{stage}/{role}"]')


def expect_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")


def test_matrix_is_filled_by_keyboard_alone(editor: Page, draft: Version) -> None:
    cell(editor, "experimentation", "product-owner").focus()
    expect(editor.locator(".cell[tabindex='0']")).to_have_count(1)

    editor.keyboard.press("ArrowDown")
    editor.keyboard.press("ArrowRight")
    expect(cell(editor, "deployment", "data-scientist")).to_be_focused()
    editor.keyboard.type("ar")
    expect(cell(editor, "deployment", "data-scientist")).to_have_attribute("data-letter", "AR")

    editor.keyboard.press("ArrowRight")
    editor.keyboard.press("Delete")
    editor.keyboard.press("ArrowDown")
    editor.keyboard.press("c")
    editor.keyboard.press("ArrowLeft")
    editor.keyboard.press("Enter")
    editor.keyboard.press("Enter")
    expect_saved(editor)

    assert letter(draft, "deployment", "data-scientist") == "AR"
    assert letter(draft, "deployment", "ml-engineer") == ""
    assert letter(draft, "monitoring", "ml-engineer") == "C"
    assert letter(draft, "monitoring", "data-scientist") == "A"


def test_r_then_a_gives_both_letters(editor: Page, draft: Version) -> None:
    cell(editor, "monitoring", "data-scientist").focus()
    editor.keyboard.type("ra")
    expect_saved(editor)
    assert letter(draft, "monitoring", "data-scientist") == "AR"


def test_findings_follow_what_is_typed(editor: Page) -> None:
    expect(editor.get_by_role("button", name="Propose for signature")).not_to_have_attribute("aria-disabled", "true")

    cell(editor, "monitoring", "ml-engineer").focus()
    editor.keyboard.press("Delete")

    expect(editor.locator("#answer")).to_contain_text("Nobody is accountable for monitoring")
    expect(editor.locator("#stage-monitoring")).to_have_class("has-error")
    expect(editor.locator("#contents")).to_contain_text("2 errors")
    expect(editor.get_by_role("button", name="Propose for signature")).to_have_attribute("aria-disabled", "true")
    expect(cell(editor, "monitoring", "ml-engineer")).to_be_focused()

    editor.locator("#findings a[href='#stage-monitoring']").first.press("Enter")
    expect(cell(editor, "monitoring", "product-owner")).to_be_focused()


def test_choice_of_letters_opens_by_space_and_closes_by_escape(editor: Page, draft: Version) -> None:
    cell(editor, "monitoring", "data-scientist").focus()
    editor.keyboard.press("Space")
    row = editor.locator(".pop-row")
    expect(row).to_contain_text("Data scientist at monitoring")
    expect(row.get_by_role("radio", name="none")).to_be_focused()

    editor.keyboard.press("ArrowUp")
    expect_saved(editor)
    editor.keyboard.press("Escape")

    expect(row).to_have_count(0)
    expect(cell(editor, "monitoring", "data-scientist")).to_be_focused()
    assert letter(draft, "monitoring", "data-scientist") == "I"


def test_same_cell_shows_both_letters_and_asks(editor: Page, draft: Version) -> None:
    other = PersonFactory(name="Nikhil Rao", admin=True)
    editing.save_cell(version=draft, stage="monitoring", column="product-owner", letter="C", by=other, now=NOW)

    cell(editor, "monitoring", "product-owner").focus()
    editor.keyboard.press("r")
    expect(editor.locator("#refusals")).to_contain_text("Nikhil Rao")
    expect(cell(editor, "monitoring", "product-owner")).to_have_attribute("data-letter", "C")

    editor.get_by_role("button", name="Save my R").click()
    expect_saved(editor)
    expect(editor.locator("#refusals")).not_to_contain_text("Nikhil Rao")
    assert letter(draft, "monitoring", "product-owner") == "R"


def test_what_could_not_be_saved_stays_and_is_tried_again(editor: Page, draft: Version) -> None:
    editor.context.set_offline(True)
    cell(editor, "monitoring", "data-scientist").focus()
    editor.keyboard.press("c")
    expect(editor.locator("#saved")).to_have_attribute("data-state", "failed")
    expect(editor.locator("#saved")).to_contain_text("tried again")
    expect(cell(editor, "monitoring", "data-scientist")).to_have_attribute("data-letter", "C")
    editor.keyboard.press("ArrowDown")
    editor.keyboard.press("i")

    editor.context.set_offline(False)

    expect(editor.locator("#saved")).to_have_attribute("data-state", "saved", timeout=15_000)
    assert letter(draft, "monitoring", "data-scientist") == "C"
    assert letter(draft, "retraining", "data-scientist") == "I"


def test_answer_that_got_lost_is_no_conflict(editor: Page, draft: Version) -> None:
    lost = []

    def lose_the_first(route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort()

    editor.route(re.compile("/edit/cell/"), lose_the_first)
    cell(editor, "monitoring", "data-scientist").focus()
    editor.keyboard.press("c")

    expect(editor.locator("#saved")).to_have_attribute("data-state", "saved", timeout=10_000)
    expect(editor.locator("#refusals .caution")).to_have_count(0)
    assert letter(draft, "monitoring", "data-scientist") == "C"


def test_right_is_changed_in_its_sentence(editor: Page, draft: Version) -> None:
    clause = editor.locator("#decisions-all-changes")
    clause.get_by_role("link", name="3 business days").press("Enter")
    field = clause.get_by_label("Decide within")
    expect(field).to_be_focused()

    field.fill("5")
    expect(clause.locator(".sentence")).to_contain_text("5 business days")
    expect_saved(editor)
    expect(field).to_be_focused()
    clause.get_by_label("1, highest").check()
    expect(clause.locator(".sentence")).to_contain_text("of tier 1")
    expect_saved(editor)
    expect(editor.locator("#findings")).to_contain_text("DEC006")

    asked = clause.get_by_label("Asked before")
    asked.select_option("product-owner")
    expect(clause.locator("[name=contributors]")).to_have_count(2)
    expect(clause.locator(".sentence-note")).to_contain_text("Asked before: product owner.")
    expect_saved(editor)
    assert read_rows(Version.objects.get(pk=draft.pk)).decisions[0].contributors == ("product-owner",)
    asked.first.focus()

    editor.keyboard.press("Escape")
    expect(clause.locator("[data-open]")).to_have_count(0)


def test_level_is_added_and_removed(editor: Page, draft: Version) -> None:
    editor.get_by_role("link", name="Add a level").click()
    form = editor.locator("#escalation-incidents-new")
    form.get_by_label("Calls", exact=True).select_option("role:data-scientist")
    form.get_by_role("button", name="Save").click()

    level = editor.locator("#escalation-incidents-2")
    expect(level).to_contain_text("call the data scientist by e-mail")
    level.get_by_role("link", name="the data scientist").click()
    level.get_by_role("button", name="Remove").click()
    expect(level).to_have_count(0)
    expect_saved(editor)


def test_refused_form_keeps_its_input(editor: Page, draft: Version) -> None:
    editor.get_by_role("link", name="Add a ritual").click()
    form = editor.locator("#rituals-new")
    form.get_by_label("Name").fill("Standup")
    form.get_by_label("Or as a rule").fill("FREQ=MINUTELY")
    form.get_by_role("button", name="Save").click()

    expect(form.locator(".field-error")).to_contain_text("at most once a day")
    expect(form.get_by_label("Name")).to_have_value("Standup")
    expect(editor.locator("#saved")).to_have_attribute("data-state", "refused")


def test_purpose_is_saved_when_its_writer_pauses(editor: Page, draft: Version) -> None:
    editor.get_by_role("textbox", name="Purpose").fill("Pay out on time.")
    expect_saved(editor)
    draft.refresh_from_db()
    assert draft.purpose == "Pay out on time."

    editor.get_by_label("North star").fill("Late payouts")
    expect_saved(editor)
    draft.refresh_from_db()
    assert (draft.purpose, draft.north_star) == ("Pay out on time.", "Late payouts")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_accessible(page: Page, live_server, crew: Crew, scheme: str, width: int) -> None:
    put_in_force(crew)
    document = document_from(clean_tree(purpose="Stop card fraud."))
    version = exchange.replace_draft(team=crew.team, document=document, by=crew.lead, now=NOW).version
    sign_in(page, live_server, crew.lead)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)

    opened = [
        "decisions/all-changes",
        "escalation/incidents/0",
        "rituals/retro",
        "stages/monitoring",
        "roles/+",
        "evidence",
    ]
    editors = ["edit/", "edit/?cell=monitoring/ml-engineer", *(f"edit/?edit={where}" for where in opened)]
    for path in ["/charters/", HERE, f"{HERE}versions/", *(HERE + each for each in editors)]:
        page.goto(live_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        assert Axe().run(page).response["violations"] == [], path

    ratification.propose(version=version, by=crew.lead, now=NOW)
    for path in (f"{HERE}versions/2/", f"{HERE}edit/"):
        page.goto(live_server.url + path)
        assert Axe().run(page).response["violations"] == [], path


def test_charter_prints_on_two_sheets(page: Page, live_server, crew: Crew) -> None:
    put_in_force(crew)
    sign_in(page, live_server, crew.lead)
    page.goto(live_server.url + HERE)
    sheets = re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True))
    assert len(sheets) <= 2
