"""The demonstration organisation, told through the real acts."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from charter.checking import check_file
from charter.lint import lint_document
from charter.models import Version
from charter.parsing import read_document, read_yaml
from charter.queries import documents_in_force
from charter.words import VersionState
from ledger.models import Entry
from portal.demo import PASSWORD
from portal.demo.calendar import DemoCalendar
from portal.demo.files import HERE, read_charter_of
from portal.demo.loading import load_demonstration
from reminders.models import Occasion
from reviews.models import Review
from reviews.words import ReviewState
from teams.models import MLModel, Person, Role, Structure, Team
from teams.organisation import load_organisation
from tests.factories import PersonFactory

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
CLEAN = ["credit-risk", "fraud-detection", "payment-routing", "platform"]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _told(django_db_setup, django_db_blocker):
    """The organisation, loaded once for this module and rolled back after it."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        load_demonstration(now=timezone.now(), tell=lambda number, of: None)
        yield
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.mark.usefixtures("_told")
class TestOrganisation:
    def test_is_as_large_as_promised(self):
        assert Person.objects.count() >= 30
        assert len(set(Person.objects.values_list("timezone", flat=True))) >= 10
        assert set(Team.objects.values_list("structure", flat=True)) == set(Structure.values)
        assert MLModel.objects.count() >= 12
        assert MLModel.objects.filter(accountable__isnull=True).count() == 1

    def test_has_charters_in_every_state(self):
        assert set(Version.objects.values_list("state", flat=True)) == set(VersionState.values)

    def test_has_reviews_in_every_state(self):
        assert set(Review.objects.values_list("state", flat=True)) == set(ReviewState.values)

    def test_charters_in_force_are_without_error_but_for_the_holes_that_are_told(self):
        now = timezone.now()
        documents = documents_in_force(now)
        organisation = load_organisation()
        errors = {
            team: Counter(
                finding.rule_id
                for finding in lint_document(document, now=now, organisation=organisation, others=documents).findings
                if finding.severity == "error"
            )
            for team, document in documents.items()
        }
        assert {team for team, found in errors.items() if found} == {
            "disputes",
            "fraud-detection",
            "merchant-onboarding",
        }
        assert errors["fraud-detection"] == {"ESC002": 1}
        assert errors["merchant-onboarding"] == {"ESC001": 1}

    def test_retrospectives_are_ahead_and_none_is_left_behind(self):
        now = timezone.now()
        ahead = Occasion.objects.filter(kind="retrospective", state="open", due_at__gt=now)
        assert ahead.filter(due_at__lt=now + timedelta(days=15)).count() >= 4
        assert not Occasion.objects.filter(state="open", schedule__isnull=False, due_at__lt=now).exists()

    def test_every_act_stands_in_the_ledger_and_none_lies_ahead(self):
        assert Entry.objects.count() > 400
        assert not Entry.objects.filter(at__gt=timezone.now()).exists()

    def test_doors_open_for_lead_engineer_admin_and_auditor(self):
        accounts = StringIO()
        call_command("load_demo", accounts=True, stdout=accounts)
        lines = accounts.getvalue()
        for name in ("Ada Brandt", "Jonas Weidner", "Hanna Vogel", "Pierre Lacroix"):
            assert name in lines
        assert PASSWORD in lines
        assert Client().login(email="ada.brandt@tessel.example", password=PASSWORD)

    def test_second_load_changes_nothing_or_is_refused(self):
        people = Person.objects.count()
        call_command("load_demo", if_empty=True, stdout=StringIO())
        assert Person.objects.count() == people
        with pytest.raises(CommandError, match="Somebody is here already"):
            call_command("load_demo", stdout=StringIO())

    @pytest.mark.parametrize("path", ["/", "/escalation-matrix/?at=2026-11-22T02:00", "/search/?q=fraud"])
    @pytest.mark.parametrize("name", ["ada.brandt", "hanna.vogel", "pierre.lacroix", "henrik.aas"])
    def test_pages_stand(self, path, name):
        client = Client()
        client.force_login(Person.objects.get(email=f"{name}@tessel.example"))
        page = client.get(path)
        assert page.status_code == 200
        assert "Tessel Payments is a demonstration organisation" in page.content.decode()


def test_demonstration_does_not_mix_with_people_who_are_here():
    PersonFactory()
    with pytest.raises(CommandError, match="empty installation only"):
        call_command("load_demo", stdout=StringIO())


@pytest.mark.parametrize("today", [datetime(2026, 11, 21, tzinfo=UTC), datetime(2027, 3, 28, 0, 30, tzinfo=UTC)])
def test_story_ends_yesterday_and_weekdays_stay(today):
    calendar = DemoCalendar(today)
    assert calendar.day("2026-11-20") == today.date() - timedelta(days=1)
    assert calendar.moment("2026-11-20T23:59") < today
    assert calendar.week_day("2026-01-08").weekday() == date(2026, 1, 8).weekday()
    assert calendar.in_tree({"a": ["2026-01-08", "not a day"]})["a"][1] == "not a day"


def test_changes_of_a_version_reach_into_the_document():
    calendar = DemoCalendar(datetime(2026, 11, 21, tzinfo=UTC))
    document = read_charter_of(
        "fraud-detection",
        calendar,
        without=["thresholds"],
        changes={"/decisions/3/approvers": [{"role": "product-owner"}], "/north_star/target": "at most 5"},
    )
    assert not document.thresholds
    assert document.decisions[3].places[0].role == "product-owner"
    assert document.north_star.target == "at most 5"


@pytest.mark.parametrize("team", CLEAN)
def test_example_charter_lints_clean(team):
    document = read_document(read_yaml((EXAMPLES / f"{team}.yaml").read_bytes()))
    result = check_file(document, now=timezone.now())
    assert [(finding.rule_id, finding.pointer, finding.message) for finding in result.findings] == []


def test_examples_are_the_charters_of_the_demonstration_that_lint_clean():
    assert sorted(path.stem for path in EXAMPLES.glob("*.yaml")) == CLEAN


def test_roles_that_the_story_names_are_in_the_catalogue():
    catalogue = set(Role.objects.values_list("key", flat=True))
    tree = read_yaml((HERE / "organisation.yaml").read_bytes()).tree
    assert {seat["role"] for team in tree["teams"] for seat in team.get("seats", [])} <= catalogue
