"""Reading, comparing and restoring the versions of a charter, through HTTP without script."""

from datetime import timedelta

import pytest
from django.test import Client

from charter import exchange
from charter.drafting import DraftIsOpen, restore
from charter.models import Version
from charter.realignment import realign
from charter.storage import document_of, read_rows
from charter.words import VersionState
from ledger.errors import Forbidden
from ledger.models import Entry
from tests.charters import Crew, clean_tree, document_from, make_crew, put_in_force
from tests.factories import NOW
from tests.pages import own_queries

pytestmark = pytest.mark.django_db

HERE = "/charters/fraud-detection/"


@pytest.fixture
def crew() -> Crew:
    return make_crew()


@pytest.fixture
def lead(crew: Crew, client: Client) -> Client:
    client.force_login(crew.lead)
    return client


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def moved_tree() -> dict:
    tree = clean_tree()
    tree["responsibilities"]["monitoring"] = {"data-scientist": "AR", "product-owner": "I"}
    return tree


def draft(crew: Crew, tree: dict | None = None) -> Version:
    document = document_from(tree or moved_tree())
    return exchange.replace_draft(team=crew.team, document=document, by=crew.lead, now=NOW).version


# -- comparing ------------------------------------------------------------------------------------------------------


def test_comparison_says_what_changes_for_the_reader_first(crew: Crew, client: Client) -> None:
    put_in_force(crew)
    draft(crew)
    client.force_login(crew["data-scientist"])
    page = text_of(client.get(HERE + "compare/in-force...draft/"))
    assert "Two things differ; <strong>two of the changes concern you</strong>." in page
    assert "You become accountable for monitoring." in page
    assert "Monitoring: accountable moves from ML engineer to data scientist." in page
    assert '<del class="was">AR</del>' in page
    assert page.index("You become accountable") < page.index('class="matrix compared"') < page.index('id="in-words"')


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("section", "<h3>Responsibilities</h3>"),
        ("stage", "<h3>Monitoring</h3>"),
        ("person", "Becomes accountable for monitoring."),
        ("nonsense", "<h3>Responsibilities</h3>"),
    ],
)
def test_changes_are_read_in_three_orders(crew: Crew, lead: Client, by: str, expected: str) -> None:
    put_in_force(crew)
    draft(crew)
    assert expected in text_of(lead.get(HERE + f"compare/1...2/?by={by}"))


def test_version_compared_with_itself_differs_in_nothing(crew: Crew, lead: Client) -> None:
    put_in_force(crew)
    assert "Nothing: both say the same." in text_of(lead.get(HERE + "compare/1...in-force/"))


@pytest.mark.parametrize("pair", ["1...9", "draft...1", "x...1", "1...99999999999999999999"])
def test_comparison_with_what_is_not_there_is_not_found(crew: Crew, lead: Client, pair: str) -> None:
    put_in_force(crew)
    assert lead.get(HERE + f"compare/{pair}/").status_code == 404


def test_list_of_versions_leads_to_the_comparison_of_any_two(crew: Crew, lead: Client) -> None:
    put_in_force(crew)
    draft(crew)
    assert f'href="{HERE}compare/1...2/"' in text_of(lead.get(HERE + "versions/"))
    assert lead.get(HERE + "compare/", {"a": "2", "b": "1"}).url == HERE + "compare/1...2/"
    assert lead.get(HERE + "compare/", {"a": "2"}).status_code == 404


def test_comparison_asks_as_much_for_many_stages_as_for_few(crew: Crew, lead: Client) -> None:
    put_in_force(crew)
    version = draft(crew)
    few = own_queries(lead, HERE + "compare/1...2/")
    tree = moved_tree()
    for number in range(30):
        tree["stages"].append({"key": f"stage-{number}", "name": f"Stage {number}"})
        tree["responsibilities"][f"stage-{number}"] = {"ml-engineer": "AR", "data-scientist": "C"}
    draft(crew, tree)
    assert own_queries(lead, HERE + f"compare/1...{version.number}/") == few


def test_new_and_dropped_stages_stand_in_the_matrix(crew: Crew, lead: Client) -> None:
    put_in_force(crew)
    tree = clean_tree()
    tree["stages"][4] = {"key": "audit", "name": "Audit <b>"}
    tree["responsibilities"]["audit"] = tree["responsibilities"].pop("retirement")
    draft(crew, tree)
    page = text_of(lead.get(HERE + "compare/1...2/"))
    assert "<del>Retirement</del>" in page
    assert "<ins>Audit &lt;b&gt;</ins>" in page


# -- an interim -----------------------------------------------------------------------------------------------------


def test_banner_of_an_interim_says_until_when_and_leads_to_what_differs(crew: Crew, lead: Client) -> None:
    from django.utils import timezone

    now = timezone.now()
    put_in_force(crew, now=now - timedelta(days=7))
    version = draft(crew)
    realign(version=version, reason="Attack", until=now + timedelta(days=9), by=crew.lead, now=now)
    page = text_of(lead.get(HERE))
    assert f'href="{HERE}compare/1...2/"' in page
    assert "version 1 is in force again by itself" in page
    assert "the approvers of version 1 keep their say" in page


# -- restoring ------------------------------------------------------------------------------------------------------


def test_older_version_is_restored_as_a_draft(crew: Crew, lead: Client) -> None:
    first = put_in_force(crew)
    put_in_force(crew, moved_tree())
    assert "Draft it again" in text_of(lead.get(HERE + "versions/"))
    assert lead.post(HERE + "versions/1/restore/").url == HERE + "edit/"
    restored = Version.objects.get(number=3)
    assert (restored.state, restored.based_on) == (VersionState.DRAFT, first)
    assert read_rows(restored) == document_of(first)
    entry = Entry.objects.get(key="charter.version.restored")
    assert (entry.actor_id, entry.change) == (crew.lead.pk, {"number": [None, 3], "based_on": [None, 1]})


def test_restoring_beside_an_open_draft_or_by_a_stranger_is_refused(crew: Crew, client: Client) -> None:
    first = put_in_force(crew)
    with pytest.raises(Forbidden):
        restore(version=first, by=crew["ml-engineer"], now=NOW)
    client.force_login(crew["ml-engineer"])
    assert client.post(HERE + "versions/1/restore/").status_code == 403
    draft(crew)
    with pytest.raises(DraftIsOpen):
        restore(version=first, by=crew.lead, now=NOW)
    client.force_login(crew.lead)
    assert client.post(HERE + "versions/1/restore/").status_code == 409


def test_version_that_names_what_is_gone_is_not_restored(crew: Crew, lead: Client) -> None:
    put_in_force(crew)
    tree = clean_tree()
    tree["waivers"] = [
        {"rule": "RESP006", "at": "/stages/deployment", "reason": "x", "until": "2027-01-31", "by": crew.lead.email}
    ]
    put_in_force(crew, tree)
    crew.lead.email = "another@example.org"
    crew.lead.save()
    assert lead.post(HERE + "versions/2/restore/").status_code == 422
    assert Version.objects.count() == 2
