"""The page of the API in a browser: also the proof that Chromium, the live server and the strict policy go together."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.factories import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_page_is_accessible_and_breaks_no_policy(live_server, page, scheme, width):
    PersonFactory()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)

    page.goto(f"{live_server.url}/api/docs/")

    assert page.get_by_role("heading", name="How does a program talk to Remit?").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert Axe().run(page).response["violations"] == []
    assert said == []
