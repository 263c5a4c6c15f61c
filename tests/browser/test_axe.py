"""Every page of the demonstration in Chromium: axe finds nothing in light and dark, and no page is wider than a phone.

The pages come from the URLconf, so that a new one is walked by itself. Where a route wants an object, the links of
the demonstration lead to one, as they would lead a person. A page that nothing leads to fails, or stands in ELSEWHERE.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, URLResolver, get_resolver, resolve
from django.utils import timezone
from playwright.sync_api import Page

from portal.demo.loading import load_demonstration
from teams.demo_doors import who_opens

PARTS = ("anonymous", "lead", "engineer", "admin", "auditor")
MOST_OF_A_ROUTE = 3  # pages that the links of one person are followed to

NO_PAGES_OF_OURS = ("api/v1/", "admin/", "accounts/3rdparty/", "accounts/social/")

FROM_AN_EMAIL, IN_A_FRAME, NONE_THERE = "only from an e-mail", "only within a page", "the demonstration has none"
ELSEWHERE = {
    "welcome/": "only while nobody is here",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": FROM_AN_EMAIL,
    "accounts/confirm-email/<path:key>": "closed",
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$": "closed",
    "say/<str:token>/": FROM_AN_EMAIL,
    "fewer/<str:token>/": FROM_AN_EMAIL,
    "calendar/<str:token>.ics": "for calendar programs",
    "dev/mailbox/<slug:name>/": NONE_THERE,
    "dev/mailbox/<slug:name>/html/": IN_A_FRAME,
    "dev/emails/<slug:kind>/<slug:scheme>/": IN_A_FRAME,
    "teams/<slug:key>/channels/<int:pk>/": NONE_THERE,
    "teams/<slug:key>/channels/<int:pk>/rotate/": NONE_THERE,
    "charters/<slug:team>/compare/": "a form leads there",
    "decisions/<int:pk>/": NONE_THERE,
    "decisions/<int:pk>/edit/": NONE_THERE,
    "reviews/<str:ref>/evidence/<int:pk>/file/": NONE_THERE,
}
"""Pages that no link of the demonstration leads to, and why."""


def all_routes(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from all_routes(pattern.url_patterns, route)
        else:
            yield route


ROUTES = [route for route in dict.fromkeys(all_routes()) if not route.startswith(NO_PAGES_OF_OURS)]


class Links(HTMLParser):
    """Where a page leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def route_of(path: str) -> str | None:
    try:
        return resolve(urlsplit(path).path).route
    except Resolver404:
        return None


def is_page(response: HttpResponse) -> bool:
    return response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html")


def walk(client: Client) -> Iterator[tuple[str, str, bool]]:
    """Where links lead, and what needs no object: (route, address, whether a page is there)."""
    waiting = ["/", *(f"/{route}" for route in ROUTES if not re.search(r"[<(]", route))]
    seen: dict[str | None, int] = {}
    done = set()
    while waiting:
        address = waiting.pop(0)
        route = route_of(address)
        if route not in ROUTES or address in done or seen.get(route, 0) >= MOST_OF_A_ROUTE:
            continue
        done.add(address)
        response = client.get(address)
        yield str(route), address, is_page(response)
        if is_page(response):
            seen[route] = seen.get(route, 0) + 1
            links = (urljoin(address, link).partition("#")[0] for link in Links(response.content.decode()).found)
            waiting += [link for link in links if link.startswith("/")]


@pytest.fixture
def pages(db: None) -> dict[str, tuple[str, str]]:
    """By route the first page of the demonstration that somebody was led to, as (their session, address).

    The address is empty where something else than a page answers.
    """
    load_demonstration(now=timezone.now(), tell=lambda number, of: None)
    found: dict[str, tuple[str, str]] = {}
    for part in PARTS:
        client, session = Client(), ""
        if person := who_opens(part) if part != "anonymous" else None:
            client.force_login(person)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
        for route, address, is_there in walk(client):
            if is_there and not found.get(route, ("", ""))[1]:
                found[route] = (session, address)
            found.setdefault(route, (session, ""))
    return found


@pytest.mark.django_db
def test_every_page_is_led_to(pages: dict[str, tuple[str, str]]) -> None:
    client = Client()
    client.force_login(who_opens("admin"))
    alone = [route for route in ROUTES if route not in pages and route not in ELSEWHERE]
    assert [route for route in alone if client.get(filled(route)).status_code != 405] == []


def filled(route: str) -> str:
    """An address for a route: what takes only POST says so before it looks for its object."""
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda kind: "1" if kind[1] == "int" else "x", route)


@pytest.mark.browser
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing(
    page: Page, live_server: Any, pages: dict[str, tuple[str, str]], scheme: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    complaints = []
    for session, address in sorted(pages.values()):
        if not address:
            continue
        page.context.clear_cookies()
        if session:
            page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page.goto(live_server.url + address)
        found = Axe().run(page)
        if found.violations_count:
            complaints.append(f"{address}: {found.generate_report()}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            complaints.append(f"{address} is wider than {width} pixels")
    assert complaints == []
