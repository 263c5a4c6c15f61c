"""The whole path once on real data: 3,611 AI systems of an inventory, and the working groups of an ML platform.

The data lies beside the repository and is not part of it; where it is absent, these tests are skipped. The people of
the agency are made up; nobody of the working groups is named here.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from http import HTTPStatus
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from charter.checking import check_here
from charter.document import Document
from charter.exchange import read_charter, replace_draft
from charter.models import Version
from charter.parsing import read_yaml
from charter.queries import documents_in_force, open_draft, version_in_force
from charter.ratification import propose, sign
from charter.storage import document_of
from charter.words import VersionState
from config.environment import BASE_DIR
from ledger.models import Entry
from portal.importing.applying import apply_organisation
from portal.importing.community import UNREACHABLE, read_community
from portal.importing.drafts import draft_charters
from portal.importing.inventory import import_models
from portal.importing.mapping import read_map
from portal.importing.organisation import read_organisation
from portal.importing.tables import read_table
from reminders.delivery import deliver
from reminders.models import Notice, Occasion, Schedule
from reminders.recurrence import next_dates
from reminders.sweeping import sweep
from reviews.drafting import draft_review
from reviews.evidence import attach_evidence
from reviews.models import Review
from reviews.releasing import release_review
from reviews.submitting import preview, submit_review
from reviews.voting import cast_vote
from reviews.words import ReviewState
from teams.models import MLModel, Person, Seat, Team

DATA = BASE_DIR.parent / "shared" / "data"
INVENTORY = DATA / "omb-2025-ai-use-cases.csv"
WORKING_GROUPS = DATA / "kubeflow-wgs.yaml"
MAPPING = BASE_DIR / "docs" / "examples" / "maps" / "omb-2025.yaml"

NOW = datetime(2026, 11, 20, 14, 32, tzinfo=UTC)
MOST_QUERIES = 25
LIST_PAGES = (
    "/",
    "/teams/",
    "/people/",
    "/roles/",
    "/models/",
    "/charters/",
    "/reviews/",
    "/escalation-matrix/",
    "/inbox/",
    "/ledger/",
)

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.django_db,
    pytest.mark.skipif(not INVENTORY.exists(), reason=f"the real data is not here: {INVENTORY} is looked for"),
]

AGENCY = "va"
AGENCY_PEOPLE = """\
remit_org: 1
people:
  - {email: lead@agency.example, name: Imani Lead, timezone: America/New_York}
  - {email: owner@agency.example, name: Pat Owner, timezone: America/New_York}
  - {email: scientist@agency.example, name: Sam Scientist, timezone: America/Chicago}
  - {email: engineer@agency.example, name: Eli Engineer, timezone: America/New_York}
  - {email: second-engineer@agency.example, name: Kit Engineer, timezone: America/Denver}
  - {email: compliance@agency.example, name: Cleo Compliance, timezone: America/New_York}
  - {email: admin@agency.example, name: Alex Admin, admin: true}
teams:
  - key: va
    name: Department of Veterans Affairs
    lead: lead@agency.example
    seats:
      - {role: product-owner, person: owner@agency.example, kind: primary, since: 2026-01-01}
      - {role: data-scientist, person: scientist@agency.example, kind: primary, since: 2026-01-01}
      - {role: ml-engineer, person: engineer@agency.example, kind: primary, since: 2026-01-01}
      - {role: ml-engineer, person: second-engineer@agency.example, kind: deputy, since: 2026-01-01}
      - {role: compliance-lead, person: compliance@agency.example, kind: primary, since: 2026-01-01}
"""
AGENCY_CHARTER = """\
remit: 1
team: va
purpose: Systems that decide about veterans are owned, judged before they change, and stopped when they fail.
stages:
  - {key: validation, name: Validation}
  - {key: deployment, name: Deployment}
  - {key: monitoring, name: Monitoring}
  - {key: retraining, name: Retraining}
  - {key: retirement, name: Retirement}
responsibilities:
  validation: {data-scientist: AR, compliance-lead: C, ml-engineer: C}
  deployment: {ml-engineer: AR, product-owner: I, data-scientist: C}
  monitoring: {ml-engineer: AR, data-scientist: C}
  retraining: {data-scientist: AR, ml-engineer: C}
  retirement: {product-owner: A, ml-engineer: R}
decisions:
  - key: high-impact
    tiers: [1]
    driver: ml-engineer
    approvers: [{role: product-owner}, {role: data-scientist}, {role: compliance-lead}]
    decide_within: 5 business days
  - key: others
    driver: ml-engineer
    approvers: [{role: product-owner}]
    decide_within: 3 business days
escalation:
  - key: incidents
    levels:
      - {to: {role: ml-engineer}, acknowledge_within: 15m, channels: [email]}
      - {to: {lead: va}, acknowledge_within: 30m, channels: [email], repeat: 1}
evidence:
  "1": [evaluation, fairness, rollback-plan]
rituals:
  - {key: retro, kind: retrospective, cadence: "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", from: 2026-11-26, at: "15:00",
     timezone: America/New_York, facilitator: product-owner}
  - {key: review, kind: charter-review, cadence: "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1", from: 2026-12-01,
     at: "10:00", timezone: America/New_York}
post_implementation_review: {after: 30d}
"""


@dataclass
class Clock:
    """What each step took, for the reader of the run."""

    lines: list[str]

    def time(self, what: str) -> "Step":
        return Step(self, what)


class Step:
    def __init__(self, clock: Clock, what: str) -> None:
        self.clock = clock
        self.what = what

    def __enter__(self) -> None:
        self.began = perf_counter()

    def __exit__(self, *_failure: object) -> None:
        self.clock.lines.append(f"{perf_counter() - self.began:8.2f} s  {self.what}")


@pytest.fixture
def clock(capsys: pytest.CaptureFixture[str]) -> Iterator[Clock]:
    clock = Clock([])
    yield clock
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(clock.lines) + "\n")


def import_inventory() -> None:
    mapping = read_map(MAPPING.read_bytes(), name=MAPPING.name)
    table = read_table(INVENTORY.read_bytes(), name=INVENTORY.name)
    first = import_models(table, mapping, by=None, now=NOW)
    assert (first.new, first.changed, first.same, first.teams_founded) == (3_611, 0, 0, 41)
    assert first.left_out == ()


def import_working_groups() -> int:
    """Import the groups; how many things about their meetings were left open."""
    community = read_community(WORKING_GROUPS.read_bytes(), today=NOW.date())
    applied = apply_organisation(community.organisation, community.source, by=None, now=NOW)
    assert applied.counts["teams"]["new"] == 5
    assert applied.counts["people"]["new"] == 20
    assert applied.counts["seats"]["new"] == 22
    assert draft_charters(community.drafts, by=None, now=NOW) == 5
    return len(community.notes)


def people_of_the_agency() -> dict[str, Person]:
    file, source = read_organisation(AGENCY_PEOPLE.encode())
    apply_organisation(file, source, by=None, now=NOW)
    return {
        person.email.partition("@")[0]: person for person in Person.objects.filter(email__endswith="@agency.example")
    }


def ratify(version: Version, *, lead: Person) -> int:
    """Take a draft through signature into force; how many signed."""
    assert not check_here(document_of(version), now=NOW).has_errors
    proposed = propose(version=version, by=lead, now=NOW)
    signatures = list(proposed.signatures.select_related("person"))
    for signature in signatures:
        sign(version=proposed, digest=proposed.digest, by=signature.person, now=NOW)
    version.refresh_from_db()
    assert version.state == VersionState.RATIFIED
    return len(signatures)


def test_inventory_comes_in_whole_and_only_once(clock: Clock) -> None:
    with clock.time("importing 3,611 systems"):
        import_inventory()
    tiers = dict(MLModel.objects.values_list("tier").annotate(Count("pk")).order_by("tier"))
    assert tiers == {1: 445, 2: 536, 3: 2_630}
    stages = dict(MLModel.objects.values_list("stage").annotate(Count("pk")).order_by())
    assert stages == {"building": 1_479, "pilot": 440, "retired": 314, "running": 1_378}
    assert Team.objects.count() == 41
    assert Entry.objects.filter(key="teams.model.registered").count() == 3_611

    mapping = read_map(MAPPING.read_bytes(), name=MAPPING.name)
    with clock.time("reading the table"):
        table = read_table(INVENTORY.read_bytes(), name=INVENTORY.name)
    with clock.time("importing them again"):
        again = import_models(table, mapping, by=None, now=NOW)
    assert (again.new, again.changed, again.same, again.teams_founded) == (0, 0, 3_611, 0)
    assert Entry.objects.count() == 3_611 + 41


def test_whole_path_on_real_data(client: Client, clock: Clock) -> None:
    with clock.time("importing the inventory"):
        import_inventory()
    with clock.time("importing the working groups"):
        assert import_working_groups() == 5  # the meetings of every other week that do not say which week
    people = people_of_the_agency()

    with clock.time("ratifying the agency's charter"):
        ratify_the_agency(people)
    with clock.time("a review, from draft to release"):
        review = review_a_real_model(people)
    with clock.time("ratifying the working groups' charters"):
        groups = ratify_the_working_groups()
    with clock.time("reminding of the meetings of a fortnight"):
        remind_of_real_meetings(groups)

    assert version_in_force(Team.objects.get(key=AGENCY), NOW) == review.charter_version
    assert len(documents_in_force(NOW)) == 6
    for person in (people["admin"], people["engineer"], people["compliance"]):
        client.force_login(person)
        look_at_pages(client, [*LIST_PAGES, *pages_about(review, groups)], clock, who=person.name)


def ratify_the_agency(people: dict[str, Person]) -> None:
    team = Team.objects.get(key=AGENCY)
    document = read_charter(read_yaml(AGENCY_CHARTER))
    written = replace_draft(team=team, document=document, by=people["lead"], now=NOW)
    assert ratify(written.version, lead=people["lead"]) == 4
    assert set(Schedule.objects.filter(team=team).values_list("key", flat=True)) == {
        "charter:va:retro",
        "charter:va:review",
    }


def review_a_real_model(people: dict[str, Person]) -> Review:
    model = MLModel.objects.filter(team__key=AGENCY, tier=1, stage=MLModel.Stage.RUNNING).order_by("key")[0]
    author, driver = people["second-engineer"], people["engineer"]
    outcome = preview(model=model, kind="retrain", by=author, now=NOW)
    assert outcome.route is not None
    assert outcome.route.right.key == "high-impact"
    assert not outcome.obstacles
    assert set(outcome.missing) == {"evaluation", "fairness", "rollback-plan"}

    review = draft_review(
        model=model,
        version="2026.11",
        kind="retrain",
        title="Retrain on this year's cases",
        what="The same model on newer data.",
        why="It has not seen this year's cases.",
        expectations=[{"metric": "recall", "direction": "up", "expected": 0.91}],
        by=author,
        now=NOW,
    )
    for kind in outcome.missing:
        attach_evidence(review, kind=kind, summary=f"The {kind} of November.", by=author, now=NOW)
    review = submit_review(Review.objects.get(pk=review.pk), by=author, now=NOW)
    asked = {place.role: {row.person for row in place.people.all()} for place in review.places.all()}
    assert asked == {
        "product-owner": {people["owner"]},
        "data-scientist": {people["scientist"]},
        "compliance-lead": {people["compliance"]},
    }
    for voter in ("owner", "scientist", "compliance"):
        assert review.state == ReviewState.SUBMITTED
        cast_vote(review, vote="approve", digest=review.digest, by=people[voter], now=NOW)
        review.refresh_from_db()
    assert review.state == ReviewState.APPROVED

    review = release_review(review, by=driver, now=NOW)
    assert review.state == ReviewState.RELEASED
    pir = Occasion.objects.get(kind="pir")
    assert pir.due_at == NOW + timedelta(days=30)
    assert set(pir.for_people.values_list("person", flat=True)) == {driver.pk}
    return review


def ratify_the_working_groups() -> list[Team]:
    """What the groups' drafts lack to be in force is added; their mission and meetings stay as imported."""
    groups = list(Team.objects.filter(key__startswith="wg-").select_related("lead").order_by("key"))
    for team in groups:
        assert team.lead is not None
        draft = open_draft(team)
        assert draft is not None
        imported = document_of(draft)
        assert imported.purpose
        assert imported.rituals
        whole = Document.model_validate({**imported.as_json(), **made_up_rest(imported)}, strict=False)
        written = replace_draft(team=team, document=whole, by=team.lead, now=NOW)
        signed = ratify(written.version, lead=team.lead)
        assert signed == Seat.objects.filter(team=team).count()
    assert Schedule.objects.filter(kind="alignment", is_active=True).count() == 6
    return groups


def made_up_rest(imported: Document) -> dict[str, object]:
    """Stages, rights and paths; and a retrospective after every other of the group's own first meeting."""
    first = imported.as_json()["rituals"][0]
    hour, minute = first["at"].split(":")
    retrospective = {**first, "key": "retrospective", "kind": "retrospective", "at": f"{int(hour) + 1:02}:{minute}"}
    return {
        "stages": [{"key": "release", "name": "Release"}],
        "responsibilities": {"release": {"product-owner": "AR"}},
        "decisions": [{"key": "all", "approvers": [{"role": "product-owner"}], "decide_within": "3 business days"}],
        "escalation": [
            {
                "key": "all",
                "levels": [
                    {"to": {"role": "product-owner"}, "acknowledge_within": "4h", "channels": ["email"]},
                    {"to": {"lead": imported.team}, "acknowledge_within": "1d", "channels": ["email"]},
                ],
            }
        ],
        "rituals": [*imported.as_json()["rituals"], retrospective],
    }


def remind_of_real_meetings(groups: Sequence[Team]) -> None:
    """Let a fortnight pass, hour by hour: everybody with a seat hears of each meeting the day before and on the day."""
    mail.outbox.clear()
    for hour in range(24 * 15):
        now = NOW + timedelta(hours=hour)
        sweep(now=now)
        deliver(clock=lambda now=now: now)

    fortnight = NOW + timedelta(days=14)
    held = Occasion.objects.filter(team__in=groups, due_at__lte=fortnight).exclude(kind="signature")
    assert {occasion.kind for occasion in held} == {"alignment", "retrospective"}
    sent = Notice.objects.filter(channel=Notice.Channel.EMAIL, state=Notice.State.SENT)
    for occasion in held:
        members = set(Seat.objects.filter(team=occasion.team).values_list("person", flat=True))
        told = sent.filter(occasion=occasion)
        assert set(told.values_list("recipient", flat=True)) == members
        assert told.count() == 2 * len(members)
    recipients = {parseaddr(recipient)[1] for message in mail.outbox for recipient in message.to}
    reached = {address for address in recipients if address.endswith(UNREACHABLE)}
    assert reached == set(Seat.objects.filter(team__in=groups).values_list("person__email", flat=True))
    assert (
        not Notice.objects.exclude(state=Notice.State.SENT)
        .exclude(due_at__gt=fortnight)
        .filter(occasion__team__in=groups)
    )
    meetings_stay_at_their_local_time()


def meetings_stay_at_their_local_time() -> None:
    """A meeting at eight in the morning of the Pacific coast is so in November and in April, an hour apart in UTC."""
    schedule = Schedule.objects.get(team__key="wg-notebooks", kind="alignment")
    zone = ZoneInfo("America/Los_Angeles")
    winter, summer = (
        next_dates(schedule, after=datetime.combine(day, NOW.timetz()), count=1)[0].due_at
        for day in (date(2026, 11, 20), date(2027, 4, 1))
    )
    assert (winter.astimezone(UTC).hour, summer.astimezone(UTC).hour) == (16, 15)
    assert {moment.astimezone(zone).strftime("%A %H:%M") for moment in (winter, summer)} == {"Thursday 08:00"}


def pages_about(review: Review, groups: Sequence[Team]) -> list[str]:
    team, group = review.model.team, groups[0]
    return [
        team.get_absolute_url(),
        group.get_absolute_url(),
        review.model.get_absolute_url(),
        review.get_absolute_url(),
        f"/charters/{team.key}/",
        f"/charters/{group.key}/",
        "/models/?q=chatbot",
        "/reviews/new/",
        f"/people/{group.lead_id}/",
    ]


def look_at_pages(client: Client, pages: Sequence[str], clock: Clock, *, who: str) -> None:
    """Every page answers within its queries; how long it took on the server is told, not judged."""
    client.raise_request_exception = False
    clock.lines.append(f"pages as {who}:")
    wrong = []
    for page in pages:
        client.get(page)  # what is kept between requests is kept by now
        with CaptureQueriesContext(connection) as queries:
            began = perf_counter()
            response = client.get(page)
            took = perf_counter() - began
        size = len(response.content) / 1024
        clock.lines.append(f"{took * 1000:8.0f} ms {len(queries):4} queries {size:7.0f} KiB  {page}")
        if response.status_code != HTTPStatus.OK or len(queries) > MOST_QUERIES:
            wrong.append((page, response.status_code, len(queries)))
    assert not wrong
