"""The decision log: the acts, and its pages as a browser without script sees them."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from charter.deciding import DecisionMoved, change_decision, log_decision
from charter.models import Decision
from charter.models.final import RowIsFinal
from ledger.errors import Forbidden, Invalid
from ledger.models import Entry
from reminders.models import Occasion
from teams.models import Person
from tests.charters import Crew, make_crew, put_in_force
from tests.factories import NOW, PersonFactory, TeamFactory
from tests.pages import own_queries

pytestmark = pytest.mark.django_db

TEXTS = {
    "title": "Score before the authorisation",
    "outcome": "Every payment is scored **first**.",
    "options": "- before\n- after",
    "rationale": "Losses happen within seconds.",
    "dissent": "Carla would have waited.",
}
NEW = "/decisions/new/?team=fraud-detection"


@pytest.fixture
def crew() -> Crew:
    return make_crew()


@pytest.fixture
def lead(crew: Crew, client: Client) -> Client:
    client.force_login(crew.lead)
    return client


def log(crew: Crew, **fields) -> Decision:
    values = {**TEXTS, "decided_on": date(2026, 11, 2), **fields}
    deciders = values.pop("deciders", [crew.lead])
    return log_decision(team=crew.team, deciders=deciders, by=crew.lead, now=NOW, **values)


def revisits() -> list[tuple[str, str]]:
    return [(it.state, it.key.rpartition(".")[2]) for it in Occasion.objects.filter(kind="decision-revisit")]


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


# -- the acts -------------------------------------------------------------------------------------------------------


def test_a_decision_is_linked_to_the_charter_in_force(crew: Crew) -> None:
    version = put_in_force(crew)
    decision = log(crew, right_key="all-changes", review_ref="MCR-000123")
    assert decision.version == version
    assert decision.revisions.get().outcome == TEXTS["outcome"]
    assert Entry.objects.get(key="charter.decision.logged").change == {
        "team": [None, "fraud-detection"],
        "decided_on": [None, "2026-11-02"],
        "right_key": [None, "all-changes"],
        "review_ref": [None, "MCR-000123"],
        "deciders": [None, [crew.lead.pk]],
    }


def test_an_edit_keeps_the_earlier_text(crew: Crew) -> None:
    decision = log(crew)
    other = crew["ml-engineer"]
    change_decision(decision, deciders=[crew.lead, other], by=other, now=NOW, rationale="Also cheaper.")
    assert list(decision.revisions.values_list("number", "rationale", "written_by")) == [
        (2, "Also cheaper.", other.pk),
        (1, TEXTS["rationale"], crew.lead.pk),
    ]
    assert Entry.objects.get(key="charter.decision.changed").change == {
        "rationale": [],
        "deciders": [[crew.lead.pk], sorted([crew.lead.pk, other.pk])],
        "text": [1, 2],
    }
    with pytest.raises(RowIsFinal):
        decision.revisions.first().save()


def test_an_edit_of_an_older_text_is_refused(crew: Crew) -> None:
    decision = log(crew)
    change_decision(decision, deciders=[crew.lead], seen=1, by=crew.lead, now=NOW, title="Second")
    with pytest.raises(DecisionMoved):
        change_decision(decision, deciders=[crew.lead], seen=1, by=crew.lead, now=NOW, title="Third")


def test_to_revisit_is_an_occasion_of_who_decided(crew: Crew) -> None:
    decision = log(crew, deciders=[crew.lead, crew["ml-engineer"]], revisit_on=date(2027, 1, 20))
    occasion = Occasion.objects.get(kind="decision-revisit")
    assert occasion.due_at == datetime(2027, 1, 20, 8, tzinfo=UTC)  # nine in the morning in Berlin
    assert set(occasion.people.all()) == {crew.lead, crew["ml-engineer"]}
    assert occasion.url == decision.get_absolute_url()


def test_another_day_moves_the_occasion_and_no_day_ends_it(crew: Crew) -> None:
    decision = log(crew, revisit_on=date(2027, 1, 20))
    change_decision(decision, deciders=[crew.lead], by=crew.lead, now=NOW, revisit_on=date(2027, 2, 1))
    assert sorted(revisits()) == [("cancelled", "2027-01-20:decision-revisit"), ("open", "2027-02-01:decision-revisit")]
    change_decision(decision, deciders=[crew.lead], by=crew.lead, now=NOW, revisit_on=None)
    assert {state for state, _key in revisits()} == {"cancelled"}


def test_where_all_who_decided_have_left_the_team_is_asked(crew: Crew) -> None:
    gone = PersonFactory(is_active=False)
    log(crew, deciders=[gone], revisit_on=date(2027, 1, 20))
    assert Occasion.objects.get(kind="decision-revisit").for_team


def test_people_of_the_team_write_and_nobody_else(crew: Crew) -> None:
    decision = log(crew)
    change_decision(decision, deciders=[crew.lead], by=crew["data-scientist"], now=NOW, title="By a member")
    auditor = crew["ml-engineer"]
    auditor.is_auditor = True
    for stranger in (PersonFactory(), make_crew("other").lead, auditor):
        with pytest.raises(Forbidden):
            log_decision(
                team=crew.team, deciders=[crew.lead], by=stranger, now=NOW, decided_on=date(2026, 1, 2), **TEXTS
            )
        with pytest.raises(Forbidden):
            change_decision(decision, deciders=[crew.lead], by=stranger, now=NOW, title="x")


def test_the_log_of_a_closed_team_rests(crew: Crew) -> None:
    crew.team.closed_at = NOW
    crew.team.save()
    with pytest.raises(Forbidden):
        log(crew)


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("outcome", ""), ("decided_on", date(2026, 11, 25)), ("revisit_on", date(2026, 11, 1)),
     ("review_ref", "MCR-1"), ("right_key", "All Changes"), ("deciders", []), ("outcome", "x" * 20_001)],
)  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field(crew: Crew, field: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        log(crew, **{field: value})
    assert [name for name, _detail in refused.value.errors] == [field]
    assert not Decision.objects.exists()


# -- the pages ------------------------------------------------------------------------------------------------------


def form(crew: Crew, **fields) -> dict[str, object]:
    return {**TEXTS, "decided_on": "2026-11-02", "deciders": [crew.lead.pk], "right_key": "", "review_ref": "",
            "revisit_on": "", "others": "", **fields}  # fmt: skip


def test_empty_log_says_what_it_is_for(lead: Client) -> None:
    assert "Nothing is written down yet." in text_of(lead.get("/decisions/"))


def test_who_has_one_team_is_not_asked_for_it(crew: Crew, lead: Client) -> None:
    assert lead.get("/decisions/new/").url == NEW
    TeamFactory(key="second", lead=crew.lead)
    assert "choose whose it is" in text_of(lead.get("/decisions/new/"))
    assert lead.get("/decisions/new/?team=nonsense").status_code == 422


def test_who_has_no_team_is_told(client: Client) -> None:
    client.force_login(PersonFactory())
    assert "You hold no seat" in text_of(client.get("/decisions/new/"))
    assert client.get(NEW).status_code == 422


def test_a_decision_is_logged_in_the_browser(crew: Crew, lead: Client) -> None:
    put_in_force(crew, now=timezone.now())
    guest = PersonFactory(email="guest@example.org")
    shown = text_of(lead.get(NEW))
    assert '<option value="all-changes">All changes</option>' in shown
    sent = form(
        crew, others="Guest@Example.org", right_key="all-changes", review_ref="mcr-000007", revisit_on="2099-01-02"
    )
    answer = lead.post(NEW, sent)
    decision = Decision.objects.get()
    assert answer.url == f"/decisions/{decision.pk}/"
    assert set(decision.deciders.all()) == {crew.lead, guest}
    page = text_of(lead.get(answer.url))
    for words in (
        "scored <strong>first</strong>",
        "<li>after</li>",
        "Carla would have waited.",
        'href="/charters/fraud-detection/versions/1/#s3">All changes</a>, 3.1',
        'href="/reviews/MCR-000007/"',
        "to be revisited on 2 January 2099",
    ):
        assert words in page
    assert "?team=fraud-detection" in text_of(lead.get("/charters/fraud-detection/"))


def test_what_was_typed_stays_where_it_is_refused(crew: Crew, lead: Client) -> None:
    answer = lead.post(NEW, form(crew, title="", others="nobody@example.org", deciders=[]))
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Nobody here has the address nobody@example.org." in page
    assert "nobody@example.org</textarea>" in page
    assert "Losses happen within seconds.</textarea>" in page
    for bad in (
        {"decided_on": "2026-02-31"},
        {"right_key": "made-up"},
        {"deciders": ["x", "999999"]},
        {"title": "a\x00"},
    ):
        assert lead.post(NEW, form(crew, **bad)).status_code == 422
    assert not Decision.objects.exists()


def test_two_who_edit_at_once_both_keep_their_text(crew: Crew, lead: Client) -> None:
    decision = log(crew)
    change_decision(decision, deciders=[crew.lead], by=crew.lead, now=NOW, outcome="Theirs.")
    address = f"/decisions/{decision.pk}/edit/"
    answer = lead.post(address, form(crew, outcome="Mine.", seen="1"))
    assert answer.status_code == 409
    assert "Mine.</textarea>" in text_of(answer)
    assert 'name="seen" value="2"' in text_of(answer)
    assert lead.post(address, form(crew, outcome="Mine.", seen="2")).status_code == 302
    page = text_of(lead.get(decision.get_absolute_url()))
    assert page.index("Mine.") < page.index("Earlier texts") < page.index("Theirs.")


def test_script_in_a_text_stays_text(crew: Crew, lead: Client) -> None:
    decision = log(crew, outcome="<script>alert(1)</script> [x](javascript:alert(1))", title="<b>Bold</b>")
    for address in ("/decisions/", decision.get_absolute_url()):
        page = text_of(lead.get(address))
        assert "<script>alert" not in page
        assert 'href="javascript' not in page
        assert "&lt;b&gt;Bold&lt;/b&gt;" in page


def test_the_log_is_searched_and_filtered(crew: Crew, lead: Client) -> None:
    other = make_crew("pricing")
    log(crew)
    log_decision(team=other.team, deciders=[other.lead], by=other.lead, now=NOW, title="Prices", outcome="Rise.",
                 decided_on=date(2026, 11, 3))  # fmt: skip

    def found(**asked: str) -> list[str]:
        return [row.team.key for row, _excerpt in lead.get("/decisions/", asked).context["rows"]]

    assert found() == ["pricing", "fraud-detection"]
    assert found(q="carla waited") == ["fraud-detection"]
    assert found(q="carla prices") == []
    assert found(team="pricing") == ["pricing"]
    assert found(mine="on") == ["fraud-detection"]
    assert found(team="nonsense", q="x" * 500, page="-3") == ["pricing", "fraud-detection"]


@pytest.mark.parametrize("address", ["/decisions/999999/", "/decisions/99999999999999999999999/", "/decisions/9/edit/"])
def test_what_is_not_there_is_not_found(lead: Client, address: str) -> None:
    assert lead.get(address).status_code == 404


def test_strangers_read_and_do_not_write(crew: Crew, client: Client) -> None:
    decision = log(crew)
    client.force_login(PersonFactory())
    assert "/edit/" not in text_of(client.get(decision.get_absolute_url()))
    assert client.get(f"/decisions/{decision.pk}/edit/").status_code == 403
    assert client.post(f"/decisions/{decision.pk}/edit/", form(crew)).status_code == 403


def test_queries_are_the_same_for_one_and_for_three(crew: Crew, lead: Client) -> None:
    decision = log(crew, revisit_on=date(2099, 1, 1))
    paths = ("/decisions/", decision.get_absolute_url())
    few = [own_queries(lead, path) for path in paths]
    for number in (1, 2):
        log(make_crew(f"team-{number}"))
        people: list[Person] = [crew.lead, crew["ml-engineer"]]
        change_decision(decision, deciders=people, by=crew.lead, now=NOW, title=f"Title {number}")
    assert [own_queries(lead, path) for path in paths] == few


def test_the_database_itself_refuses_change_of_a_text(crew: Crew) -> None:
    decision = log(crew)
    for change in (lambda: decision.revisions.update(outcome="x"), lambda: decision.revisions.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
