"""Reviews in Chromium: who decides stands beside the form as it is filled, and axe finds nothing on any page."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from reviews.breaking import ask_to_break_glass
from reviews.commenting import add_comment
from reviews.evidence import attach_evidence
from reviews.looking import look_at
from reviews.releasing import release_review
from reviews.waiving import waive_evidence
from teams.models import Person
from tests.factories import NOW, MLModelFactory, TeamFactory
from tests.reviews.worlds import World, make_world, vote

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world(
        evidence={"2": ["evaluation", "fairness"]},
        thresholds=[{"key": "parity", "metric": "parity-gap", "above": 0.05, "then": "block-release"}],
    )


def sign_in(page: Page, live_server: Any, person: Person) -> None:
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


def test_who_decides_follows_the_form(page: Page, live_server: Any, world: World) -> None:
    MLModelFactory(key="orphan", name="Orphan", team=TeamFactory(lead=world.author))
    sign_in(page, live_server, world.author)
    page.goto(f"{live_server.url}/reviews/new/")
    panel = page.locator("#who-decides")
    page.select_option("#id_model", "card-fraud-scorer")
    page.select_option("#id_kind", "retrain")
    expect(panel).to_contain_text("Ada Brandt")
    expect(page.locator("#answer")).to_contain_text("Submitted now, two people decide")
    page.select_option("#id_model", "orphan")
    expect(panel).to_contain_text("has no charter in force")
    page.select_option("#id_model", "card-fraud-scorer")
    expect(panel).to_contain_text("Mei-Ling Zhou")
    page.select_option("#id_kind", "threshold-change")
    expect(page.locator("#answer")).to_contain_text("approved by itself")
    expect(page.locator("#id_model")).to_have_value("card-fraud-scorer")


def test_a_vote_is_cast_with_the_keyboard(page: Page, live_server: Any, world: World) -> None:
    review = world.submitted()
    sign_in(page, live_server, world.owner)
    page.goto(f"{live_server.url}/reviews/{review.ref}/")
    page.get_by_label("Approve", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("Canary first, please.")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text("You requested changes")
    assert review.votes.get().vote == "request_changes"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(page: Page, live_server: Any, world: World, width: int, scheme: Any) -> None:
    draft = world.draft(version="5.0.0")
    running = world.submitted(
        version="5.1.0", expectations=[{"metric": "auc", "direction": "up", "low": 0.9, "high": 1}]
    )
    look_at(running, by=world.owner, now=NOW)
    gap = [{"metric": "parity-gap", "value": 0.061, "slice": "age 18 to 25"}]
    further = {"link": "https://example.org/r", "measurements": gap}
    attach_evidence(running, kind="fairness", summary="Gap", by=world.author, now=NOW, **further)
    add_comment(running, body="Which holdout is this?", by=world.owner, now=NOW)
    ask_to_break_glass(running, reason="Customers are blocked.", by=world.driver, now=NOW)
    mended = world.submitted(version="5.2.0")
    vote(mended, world.owner, "request_changes", "Canary first, please.")
    released = world.submitted(version="5.3.0", expectations=[{"metric": "auc", "direction": "up", "expected": 0.9}])
    for kind in ("evaluation", "fairness"):
        waive_evidence(released, kind=kind, reason="A trial.", by=world.owner, now=NOW)
    for voter in (world.owner, world.scientist):
        vote(released, voter)
    release_review(released, by=world.driver, now=NOW)
    visits = [
        (world.author, "/reviews/?tab=all"),
        (world.stranger, "/reviews/"),
        (world.author, f"/reviews/new/?model={world.model.key}&kind=retrain"),
        (world.stranger, "/reviews/new/"),
        (world.author, f"/reviews/{draft.ref}/"),
        (world.author, f"/reviews/{mended.ref}/edit/"),
        (world.author, f"/reviews/{mended.ref}/"),
        (world.owner, f"/reviews/{running.ref}/"),
        (world.accountable, f"/reviews/{running.ref}/"),
        (world.driver, f"/reviews/{released.ref}/"),
    ]
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for person, path in visits:
        sign_in(page, live_server, person)
        page.goto(f"{live_server.url}{path}")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
