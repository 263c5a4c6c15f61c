from datetime import timedelta

import pytest

from ledger.models import Entry
from ledger.queries import tell
from teams.founding import change_team, found_team
from teams.models import Team
from teams.people import change_person
from tests.factories import NOW, EntryFactory, PersonFactory, SeatFactory, TeamFactory
from tests.pages import own_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    person = PersonFactory(auditor=True)
    client.force_login(person)
    return person


def sentences(page):
    return [str(each.sentence) for each in page.context["told"]]


def test_ledger_tells_acts_as_sentences_with_names_looked_up(client, reader):
    ada = PersonFactory(name="Ada Brandt", admin=True)
    team = found_team(by=ada, now=NOW, key="fraud", name="Fraud", structure="squad")
    change_team(team, by=ada, now=NOW, name="Fraud detection", lead=ada, structure="hub")
    page = client.get("/ledger/")
    person = f'<a href="/people/{ada.pk}/">Ada Brandt</a>'
    thing = '<a href="/teams/fraud/">Fraud detection</a>'
    assert sentences(page) == [f"{person} changed {thing}", f"{person} founded {thing}"]
    [newest, _first] = page.context["told"]
    changes = {change.field: (change.before, change.after) for change in newest.changes}
    assert changes == {"name": ("", ""), "lead": ("", "Ada Brandt"), "structure": ("squad", "hub")}
    assert ada.name in page.content.decode()


def test_ledger_tells_what_remit_did_and_what_is_gone(client, reader):
    EntryFactory(object_type="teams.team", object_id="999", key="teams.team.changed")
    EntryFactory(object_type="teams.gone", object_id="1", key="teams.team.changed", actor_id=999)
    [of_unknown, of_gone] = sentences(client.get("/ledger/"))
    assert of_gone == "Remit changed something that is gone (teams.team 999)"
    assert of_unknown == "somebody who was erased changed something that is gone (teams.gone 1)"


def test_ledger_shortens_digests_that_changed(client, reader):
    EntryFactory(change={"digest": [None, "sha256:" + "ab" * 32]})
    [told] = client.get("/ledger/").context["told"]
    [change] = told.changes
    assert ">sha256:abab…abab<" in change.after


def test_ledger_takes_as_many_queries_for_three_as_for_one(client, reader):
    def act():
        change_person(PersonFactory(), by=None, now=NOW, timezone="Asia/Tokyo")

    act()
    assert own_queries(client, "/ledger/") == 3
    act()
    act()
    assert own_queries(client, "/ledger/") == 3


def test_sentences_of_many_kinds_take_one_query_a_kind(django_assert_num_queries):
    for make in (TeamFactory, SeatFactory):
        for _ in range(3):
            row = make()
            EntryFactory(object_type=row._meta.label_lower, object_id=str(row.pk))
    entries = list(Entry.objects.all())
    with django_assert_num_queries(2):
        tell(entries, reader=PersonFactory.build())


def test_ledger_is_read_in_pages_by_cursor(client, reader):
    EntryFactory.create_batch(60)
    first = client.get("/ledger/")
    assert len(first.context["told"]) == 50
    second = client.get(f"/ledger/?{first.context['older']}")
    assert len(second.context["told"]) == 10
    assert second.context["older"] == ""
    seen = [each.entry.pk for page in (first, second) for each in page.context["told"]]
    assert seen == sorted(Entry.objects.values_list("pk", flat=True), reverse=True)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("who=ada", 1),
        ("who=brandt+ada", 1),
        ("who=nobody", 0),
        ("act=teams.team.created", 1),
        ("since=2026-11-20", 2),
        ("since=2026-11-20&until=2026-11-20", 1),
        ("until=2026-11-19", 0),
        ("about=teams.team:{team}", 2),
        ("about=teams.team:0", 0),
    ],
)
def test_ledger_is_filtered_by_the_address(client, reader, query, count):
    ada = PersonFactory(name="Ada Brandt", admin=True)
    found_team(by=ada, now=NOW, key="fraud", name="Fraud", structure="squad")
    team = Team.objects.get()
    change_team(team, by=None, now=NOW + timedelta(days=1), structure="hub")
    page = client.get("/ledger/?" + query.format(team=team.pk))
    assert page.status_code == 200
    assert len(page.context["told"]) == count


@pytest.mark.parametrize(
    "query",
    [
        "act=no.such.act",
        "since=yesterday",
        "about=x",
        "about=a.b:1",
        "before=x",
        "before=-1",
        f"before={10**30}",
        "who=%00",
    ],
)
def test_filter_that_cannot_be_understood_is_no_error(client, reader, query):
    EntryFactory()
    assert client.get(f"/ledger/?{query}").status_code == 200


def test_empty_ledger_says_so(client, reader):
    assert "Nothing yet" in client.get("/ledger/").content.decode()
