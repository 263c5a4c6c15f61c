"""Who may do what at every address. The routes come from the URLconf: one that nobody classified here fails.

A new route gets a line in ROUTES. What each class promises is written beside its name; who may do what to a given
object beyond that (the lead of this team, an approver of this review) is tested by the package that owns the act.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import (
    ApiTokenFactory,
    DefinitionFactory,
    EndpointFactory,
    MLModelFactory,
    PersonFactory,
    RoleFactory,
    SeatFactory,
    TeamFactory,
)

OPEN = "open"  # everybody, also who is not signed in
READ = "read"  # everybody who is signed in reads; nothing is changed here
ADMIN = "admin"  # a page with a form, for admins
ADMIN_ACT = "admin-act"  # a POST, for admins
SEATER = "seater"  # a page with a form, for the lead of the team and admins
SEATER_ACT = "seater-act"  # a POST, for the lead of the team and admins
LISTED = "listed"  # API: everybody who is signed in reads, admins POST
KEPT = "kept"  # API: everybody who is signed in reads, admins PATCH
OWN = "own"  # everybody who is signed in, auditors too, with what is their own and changes nothing for others
OWN_OR_ADMIN = "own-or-admin"  # a page with a form, for the person whose it is and admins
ACT = "act"  # a change: never for auditors; else for whom the act's own package says
EDIT = "edit"  # a page that reads for some and changes for others: an auditor never gets a POST through
DEMO = "demo"  # everybody, only in the demonstration
DEMO_OWN = "demo-own"  # everybody who is signed in, only in the demonstration

# Whole apps of others, which keep their own doors.
FOREIGN = ("accounts/", "admin/")

ROUTES = {
    "": READ,
    "search/": READ,
    "ledger/": READ,
    "welcome/": OPEN,
    "healthz": OPEN,
    "readyz": OPEN,
    "api/schema/": OPEN,
    "api/docs/": OPEN,
    "schemas/charter-v1.json": OPEN,
    "dev/components/": DEMO_OWN,
    "dev/mailbox/": DEMO,
    "dev/mailbox/<slug:name>/": DEMO,
    "dev/mailbox/<slug:name>/html/": DEMO,
    "demo/enter/<slug:part>/": DEMO,
    "demo/retrospective-now/": DEMO_OWN,
    # teams
    "teams/": READ,
    "teams/<slug:key>/": READ,
    "teams/new/": ADMIN,
    "teams/<slug:key>/edit/": ADMIN,
    "teams/<slug:key>/close/": ADMIN_ACT,
    "teams/<slug:key>/reopen/": ADMIN_ACT,
    "teams/<slug:key>/seats/": READ,
    "teams/<slug:key>/seats/new/": SEATER,
    "seats/<int:pk>/": SEATER,
    "seats/<int:pk>/end/": SEATER_ACT,
    "people/": READ,
    "people/<int:pk>/": READ,
    "people/new/": ADMIN,
    "people/<int:pk>/edit/": ADMIN,
    "people/<int:pk>/deactivate/": ADMIN_ACT,
    "people/<int:pk>/reactivate/": ADMIN_ACT,
    "roles/": READ,
    "roles/new/": ADMIN,
    "roles/<slug:key>/edit/": ADMIN,
    "models/": READ,
    "models/<slug:key>/": READ,
    "models/new/": ADMIN,
    "models/<slug:key>/edit/": ADMIN,
    "people/<int:pk>/absences/": OWN_OR_ADMIN,
    "absences/<int:pk>/withdraw/": ACT,
    "profile/absences/": EDIT,
    "profile/tokens/": OWN,
    "profile/tokens/<int:pk>/revoke/": OWN,
    "api/v1/^teams/$": LISTED,
    "api/v1/^teams/(?P<key>[a-z0-9-]{1,60})/$": KEPT,
    "api/v1/^people/$": LISTED,
    "api/v1/^people/(?P<pk>[0-9]{1,18})/$": KEPT,
    "api/v1/^roles/$": LISTED,
    "api/v1/^roles/(?P<key>[a-z0-9-]{1,60})/$": KEPT,
    "api/v1/^models/$": LISTED,
    "api/v1/^models/(?P<key>[a-z0-9-]{1,60})/$": KEPT,
    # reminders
    "inbox/": OWN,
    "inbox/read/": OWN,
    "inbox/<int:occasion_id>/": OWN,
    "inbox/<int:occasion_id>/done/": ACT,
    "actions/": READ,
    "actions/new/": EDIT,
    "actions/<int:pk>/": READ,
    "actions/<int:pk>/done/": ACT,
    "actions/<int:pk>/move/": ACT,
    "actions/<int:pk>/drop/": ACT,
    "profile/calendar/": OWN,
    "profile/calendar/<int:pk>/revoke/": OWN,
    "calendar/<str:token>.ics": OPEN,
    "teams/<slug:key>/channels/": READ,
    "teams/<slug:key>/channels/webhook/": SEATER,
    "teams/<slug:key>/channels/chat/": SEATER,
    "teams/<slug:key>/channels/<int:pk>/": SEATER,
    "teams/<slug:key>/channels/<int:pk>/rotate/": SEATER,
    "teams/<slug:key>/channels/<int:pk>/test/": SEATER_ACT,
    "teams/<slug:key>/channels/<int:pk>/disable/": SEATER_ACT,
    "teams/<slug:key>/channels/<int:pk>/enable/": SEATER_ACT,
    "teams/<slug:key>/channels/<int:pk>/remove/": SEATER_ACT,
    "api/v1/occasions/": READ,
    "settings/reminders/": ADMIN,
    "teams/<slug:key>/reminders/": SEATER,
    "profile/notices/": OWN,
    "say/<str:token>/": OPEN,
    "fewer/<str:token>/": OPEN,
    "operations/letters/": ADMIN,
    "operations/letters/<int:pk>/resend/": ADMIN_ACT,
    "dev/emails/": DEMO_OWN,
    "dev/emails/<slug:kind>/": DEMO_OWN,
    "dev/emails/<slug:kind>/<slug:scheme>/": DEMO_OWN,
    # charter
    "charters/": READ,
    "charters/<slug:team>/": READ,
    "charters/<slug:team>/versions/": READ,
    "charters/<slug:team>/versions/<int:number>/": READ,
    "charters/<slug:team>/versions/<int:number>/charter.yaml": READ,
    "charters/<slug:team>/realign/": EDIT,
    "charters/<slug:team>/terms/": SEATER,
    "charters/<slug:team>/compare/": READ,
    "charters/<slug:team>/compare/<slug:a>...<slug:b>/": READ,
    "charters/<slug:team>/edit/": EDIT,
    "responsibilities/": READ,
    "lint/": READ,
    "lint/<slug:rule>/": READ,
    "definitions/": READ,
    "definitions/<slug:key>/": READ,
    "definitions/new/": ADMIN,
    "definitions/<slug:key>/edit/": ADMIN,
    "decisions/": READ,
    "decisions/<int:pk>/": READ,
    "decisions/new/": EDIT,
    "decisions/<int:pk>/edit/": EDIT,
    "api/v1/charters/lint/": OWN,
    "api/v1/charters/<slug:team>/document/": EDIT,
    # escalations
    "escalation-matrix/": READ,
    "api/v1/escalation-matrix/": READ,
    # reviews
    "reviews/": READ,
    "reviews/<str:ref>/": READ,
    "reviews/<str:ref>/evidence/<int:pk>/file/": READ,
    "reviews/new/": EDIT,
    "reviews/<str:ref>/edit/": EDIT,
    "api/v1/reviews/": EDIT,
    "api/v1/reviews/preview/": OWN,
    "api/v1/reviews/<str:ref>/": EDIT,
    "api/v1/gate/": READ,
    **dict.fromkeys(
        [
            "charters/<slug:team>/start/",
            "charters/<slug:team>/versions/<int:number>/restore/",
            "charters/<slug:team>/versions/<int:number>/objections/<int:signature>/answer/",
            "charters/<slug:team>/versions/<int:number>/objections/<int:signature>/withdraw/",
            "charters/<slug:team>/versions/<int:number>/objections/<int:signature>/overrule/",
            "charters/<slug:team>/versions/<int:number>/sign/",
            "charters/<slug:team>/versions/<int:number>/object/",
            "charters/<slug:team>/versions/<int:number>/withdraw/",
            "charters/<slug:team>/edit/propose/",
            "charters/<slug:team>/edit/purpose/",
            "charters/<slug:team>/edit/evidence/",
            "charters/<slug:team>/edit/review-after/",
            "charters/<slug:team>/edit/fix/",
            "charters/<slug:team>/edit/cell/",
            "charters/<slug:team>/edit/stages/",
            "charters/<slug:team>/edit/stages/<slug:stage>/",
            "charters/<slug:team>/edit/stages/<slug:stage>/move/",
            "charters/<slug:team>/edit/stages/<slug:stage>/remove/",
            "charters/<slug:team>/edit/roles/",
            "charters/<slug:team>/edit/roles/change/",
            "charters/<slug:team>/edit/roles/move/",
            "charters/<slug:team>/edit/roles/remove/",
            "charters/<slug:team>/edit/escalation/<slug:path>/levels/",
            "charters/<slug:team>/edit/escalation/<slug:path>/levels/<int:number>/",
            "charters/<slug:team>/edit/escalation/<slug:path>/levels/<int:number>/move/",
            "charters/<slug:team>/edit/escalation/<slug:path>/levels/<int:number>/remove/",
            "charters/<slug:team>/edit/<slug:section>/",
            "charters/<slug:team>/edit/<slug:section>/<slug:key>/",
            "charters/<slug:team>/edit/<slug:section>/<slug:key>/move/",
            "charters/<slug:team>/edit/<slug:section>/<slug:key>/remove/",
            "api/v1/charters/<slug:team>/propose/",
            "api/v1/charters/<slug:team>/sign/",
            "api/v1/charters/<slug:team>/object/",
            "api/v1/charters/<slug:team>/realign/",
            "reviews/<str:ref>/submit/",
            "reviews/<str:ref>/evidence/",
            "reviews/<str:ref>/waive/",
            "reviews/<str:ref>/vote/",
            "reviews/<str:ref>/comments/",
            "reviews/<str:ref>/break-glass/",
            "reviews/<str:ref>/break-glass/confirm/",
            "reviews/<str:ref>/release/",
            "reviews/<str:ref>/rollback/",
            "reviews/<str:ref>/withdraw/",
            "reviews/<str:ref>/pir/",
            "api/v1/reviews/<str:ref>/evidence/",
            "api/v1/reviews/<str:ref>/waivers/",
            "api/v1/reviews/<str:ref>/submit/",
            "api/v1/reviews/<str:ref>/votes/",
            "api/v1/reviews/<str:ref>/comments/",
            "api/v1/reviews/<str:ref>/break-glass/",
            "api/v1/reviews/<str:ref>/break-glass/confirm/",
            "api/v1/reviews/<str:ref>/release/",
            "api/v1/reviews/<str:ref>/rollback/",
            "api/v1/reviews/<str:ref>/withdraw/",
            "api/v1/reviews/<str:ref>/pir/",
        ],
        ACT,
    ),
}


def all_routes(patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[str]:
    """Every route of the URLconf as it is written there."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from all_routes(pattern.url_patterns, route)
        else:
            yield route


CLASSIFIED = [route for route in dict.fromkeys(all_routes()) if route in ROUTES]


def routes_of(*classes: str) -> list[str]:
    return [route for route in CLASSIFIED if ROUTES[route] in classes]


def test_every_route_is_classified():
    assert [route for route in all_routes() if not route.startswith(FOREIGN) and route not in ROUTES] == []


@dataclass
class World:
    """One of each, and an address for each route."""

    values: dict[str, object]

    def address(self, route: str) -> str:
        if "seats/<int:pk>" in route:
            return self._filled(route, {"pk": self.values["seat"]})
        if "channels/<int:pk>" in route:
            return self._filled(route, {"key": self.values["teams"], "pk": self.values["endpoint"]})
        if "tokens/<int:pk>" in route:
            return self._filled(route, {"pk": self.values["token"]})
        first = route.removeprefix("api/v1/").lstrip("^").split("/")[0]
        return self._filled(route, {"key": self.values.get(first, "some-key"), "pk": self.values["person"]})

    def _filled(self, route: str, own: dict[str, object]) -> str:
        values = {"team": "fraud-detection", "ref": "MCR-000001", "part": "admin", "name": "letter"} | own
        plain = re.sub(
            r"\(\?P<(\w+)>[^)]*\)", lambda match: str(values[match[1]]), route.replace("^", "").replace("$", "")
        )
        return "/" + re.sub(
            r"<(\w+):(\w+)>",
            lambda match: str(values.get(match[2], "1" if match[1] == "int" else "some-key")),
            plain,
        )


@pytest.fixture
def world(db) -> World:
    lead = PersonFactory(email="lead@example.org")
    team = TeamFactory(key="fraud-detection", lead=lead)
    engineer = PersonFactory(email="engineer@example.org")
    PersonFactory(email="admin@example.org", admin=True)
    PersonFactory(email="auditor@example.org", auditor=True)
    seat = SeatFactory(team=team, role=RoleFactory(key="ml-engineer"), person=engineer)
    MLModelFactory(key="scorer", team=team)
    values = {
        "teams": "fraud-detection",
        "roles": "ml-engineer",
        "models": "scorer",
        "definitions": DefinitionFactory(key="some-metric").key,
        "person": engineer.pk,
        "seat": seat.pk,
        "token": ApiTokenFactory(person=engineer).pk,
        "endpoint": EndpointFactory(team=team).pk,
    }
    return World(values)


@pytest.fixture
def enter(world, django_user_model):
    """A client signed in as somebody; nobody for "anonymous"."""

    def client_of(name: str) -> Client:
        client = Client(raise_request_exception=True)
        if name != "anonymous":
            client.force_login(django_user_model.objects.get(email=f"{name}@example.org"))
        return client

    return client_of


SIGNED_IN = ("engineer", "lead", "admin", "auditor")


def is_api(route: str) -> bool:
    return route.startswith("api/")


def is_turned_away(response, route: str) -> bool:
    """Sent to sign in, or told to by a 401."""
    if is_api(route):
        return response.status_code == 401
    return response.status_code == 302 and response.headers["Location"].startswith("/accounts/login/")


def post(client: Client, address: str):
    if address.startswith("/api/"):
        return client.post(address, "{}", content_type="application/json")
    return client.post(address)


@pytest.mark.parametrize("route", routes_of(*set(ROUTES.values()) - {OPEN, DEMO}))
def test_nobody_gets_in_without_signing_in(world, enter, route):
    client = enter("anonymous")
    address = world.address(route)
    assert is_turned_away(client.get(address), route)
    assert is_turned_away(post(client, address), route)


@pytest.mark.parametrize("route", routes_of(OPEN, DEMO))
def test_open_address_never_asks_to_sign_in(world, enter, route):
    assert not is_turned_away(enter("anonymous").get(world.address(route)), route)


@pytest.mark.parametrize("route", routes_of(READ, OWN, LISTED, KEPT))
def test_reading_is_for_everybody_who_is_signed_in(world, enter, route):
    must_be_there = route.startswith(("teams/", "people/", "models/", "roles/"))
    for name in SIGNED_IN:
        response = enter(name).get(world.address(route))
        assert response.status_code in ({200} if must_be_there else {200, 302, 404, 405, 422})
        assert not is_turned_away(response, route)


@pytest.mark.parametrize("route", routes_of(READ))
def test_reading_changes_nothing_by_post(world, enter, route):
    for name in SIGNED_IN:
        assert post(enter(name), world.address(route)).status_code in {404, 405}


@pytest.mark.parametrize("route", routes_of(ADMIN))
def test_form_for_admins_is_forbidden_to_others(world, enter, route):
    address = world.address(route)
    assert enter("admin").get(address).status_code == 200
    for name in ("engineer", "lead", "auditor"):
        assert enter(name).get(address).status_code == 403
        assert post(enter(name), address).status_code == 403


@pytest.mark.parametrize("route", routes_of(SEATER))
def test_form_for_seats_is_for_the_lead_and_admins(world, enter, route):
    address = world.address(route)
    for name, status in (("admin", 200), ("lead", 200), ("engineer", 403), ("auditor", 403)):
        assert enter(name).get(address).status_code == status
    for name in ("engineer", "auditor"):
        assert post(enter(name), address).status_code == 403


@pytest.mark.parametrize("route", routes_of(OWN_OR_ADMIN))
def test_form_about_a_person_is_for_them_and_admins(world, enter, route):
    address = world.address(route)
    for name, status in (("engineer", 200), ("admin", 200), ("lead", 403), ("auditor", 403)):
        assert enter(name).get(address).status_code == status
    for name in ("lead", "auditor"):
        assert post(enter(name), address).status_code == 403


@pytest.mark.parametrize("route", routes_of(ADMIN_ACT))
def test_act_of_admins_is_forbidden_to_others(world, enter, route):
    for name in ("engineer", "lead", "auditor"):
        assert enter(name).get(world.address(route)).status_code == 405
        assert post(enter(name), world.address(route)).status_code == 403


@pytest.mark.parametrize("route", routes_of(SEATER_ACT))
def test_act_on_seats_is_for_the_lead_and_admins(world, enter, route):
    for name, status in (("engineer", 403), ("auditor", 403), ("lead", 302)):
        assert post(enter(name), world.address(route)).status_code == status


@pytest.mark.parametrize("route", routes_of(LISTED, KEPT))
def test_api_is_changed_by_admins_only(world, enter, route):
    for name in ("engineer", "lead", "auditor"):
        client = enter(name)
        change = client.post if ROUTES[route] == LISTED else client.patch
        assert change(world.address(route), "{}", content_type="application/json").status_code == 403


CHANGES = (ADMIN, ADMIN_ACT, SEATER, SEATER_ACT, OWN_OR_ADMIN, LISTED, KEPT, ACT, EDIT)


@pytest.mark.parametrize("route", routes_of(*CHANGES))
def test_auditor_never_gets_a_change_through(world, enter, route):
    client, address = enter("auditor"), world.address(route)
    assert post(client, address).status_code >= 400
    if is_api(route):
        for method in (client.put, client.patch, client.delete):
            assert method(address, "{}", content_type="application/json").status_code >= 400


@pytest.mark.parametrize("route", routes_of(DEMO, DEMO_OWN))
def test_demonstration_is_nowhere_else(world, enter, route, settings):
    settings.DEMO = False
    settings.DEBUG = False
    client = enter("admin")
    assert client.get(world.address(route)).status_code in {404, 405}
    assert post(client, world.address(route)).status_code in {404, 405}
