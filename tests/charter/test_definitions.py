"""Definitions: the acts, and their pages as a browser without script sees them."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from charter.checking import check_file, check_here
from charter.definitions import DefinitionMoved, add_definition, change_definition
from charter.models import Definition, DefinitionVersion
from charter.models.final import RowIsFinal
from ledger.errors import Forbidden, IllegalState, Invalid
from ledger.models import Entry
from teams.models import Person
from tests.charters import clean_tree, document_from, make_crew, put_in_force
from tests.factories import NOW, DefinitionFactory, PersonFactory
from tests.pages import own_queries

pytestmark = pytest.mark.django_db

FORM = {
    "key": "win-rate",
    "name": "Win rate",
    "meaning": "Disputes that we win, of all that **ended**.",
    "formula": "won / ended",
    "unit": "%",
    "direction": "higher",
    "source": "Scheme rules 2026",
    "owner": "",
}


@pytest.fixture
def admin() -> Person:
    return PersonFactory(admin=True)


@pytest.fixture
def as_admin(admin: Person, client: Client) -> Client:
    client.force_login(admin)
    return client


@pytest.fixture
def word(admin: Person) -> Definition:
    return add_definition(key="win-rate", name="Win rate", meaning="Disputes that we win.", by=admin, now=NOW)


def threshold(metric: str) -> dict[str, object]:
    return {"key": "watch", "metric": metric, "above": 0.2, "then": "notify"}


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


# -- the acts -------------------------------------------------------------------------------------------------------


def test_the_start_set_has_a_meaning_a_formula_and_a_source_for_each() -> None:
    words = Definition.objects.all()
    assert {"psi", "ks", "auc", "f1", "rmse", "label-delay", "cost-per-1000-predictions"} <= {it.key for it in words}
    assert all(it.meaning and it.formula and it.source for it in words)
    assert all(it.versions.get().number == it.number == 1 for it in words)
    for it in words:
        it.full_clean()


def test_a_definition_starts_with_its_first_version(word: Definition, admin: Person) -> None:
    version = word.versions.get()
    assert (version.number, version.meaning, version.written_by) == (1, "Disputes that we win.", admin)
    assert Entry.objects.get(key="charter.definition.added").change == {
        "key": [None, "win-rate"],
        "owner": [None, None],
    }


def test_each_change_is_a_version_and_the_ledger_holds_no_text(word: Definition, admin: Person) -> None:
    change_definition(word, by=admin, now=NOW, meaning="Something else.", direction="higher")
    assert list(word.versions.values_list("number", "meaning")) == [
        (2, "Something else."),
        (1, "Disputes that we win."),
    ]
    assert Entry.objects.get(key="charter.definition.changed").change == {
        "meaning": [],
        "direction": ["neither", "higher"],
        "version": [1, 2],
    }


def test_a_new_owner_is_no_new_version(word: Definition, admin: Person) -> None:
    owner = PersonFactory()
    change_definition(word, by=admin, now=NOW, owner=owner)
    assert word.versions.count() == 1
    assert Entry.objects.get(key="charter.definition.changed").change == {"owner": [None, owner.pk]}


def test_nothing_changed_writes_nothing(word: Definition, admin: Person) -> None:
    change_definition(word, by=admin, now=NOW, name="Win rate")
    assert not Entry.objects.filter(key="charter.definition.changed").exists()


def test_the_owner_changes_it_and_strangers_do_not(word: Definition, admin: Person) -> None:
    owner, stranger = PersonFactory(), PersonFactory()
    change_definition(word, by=admin, now=NOW, owner=owner)
    change_definition(word, by=owner, now=NOW, unit="%")
    with pytest.raises(Forbidden):
        change_definition(word, by=stranger, now=NOW, unit="x")
    with pytest.raises(Forbidden):
        add_definition(key="other", name="Other", meaning="x", by=owner, now=NOW)
    owner.is_auditor = True
    with pytest.raises(Forbidden):
        change_definition(word, by=owner, now=NOW, unit="x")


def test_a_change_that_saw_an_older_version_is_refused(word: Definition, admin: Person) -> None:
    change_definition(word, seen=1, by=admin, now=NOW, meaning="First.")
    with pytest.raises(DefinitionMoved):
        change_definition(word, seen=1, by=admin, now=NOW, meaning="Second.")
    word.refresh_from_db()
    assert word.meaning == "First."


@pytest.mark.parametrize(
    ("field", "value"),
    [("key", "Win Rate"), ("key", "psi"), ("key", "new"), ("meaning", ""), ("name", "a\nb"), ("direction", "up"),
     ("meaning", "x" * 10_001), ("unit", "x" * 61)],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_beside_its_field(admin: Person, field: str, value: str) -> None:
    fields = {"key": "win-rate", "name": "Win rate", "meaning": "x", field: value}
    with pytest.raises(Invalid) as refused:
        add_definition(by=admin, now=NOW, **fields)
    assert [name for name, _detail in refused.value.errors] == [field]


def test_the_key_stays(word: Definition, admin: Person) -> None:
    with pytest.raises(IllegalState):
        change_definition(word, by=admin, now=NOW, key="other")


def test_a_version_is_never_changed_or_deleted(word: Definition) -> None:
    version = word.versions.get()
    with pytest.raises(RowIsFinal):
        version.save()
    with pytest.raises(RowIsFinal):
        version.delete()


def test_lint_knows_the_definitions_here_and_for_a_file() -> None:
    make_crew()
    document = document_from(clean_tree(thresholds=[threshold("our-drift")]))
    for result in (check_here(document, now=NOW), check_file(document, now=NOW)):
        assert "THR001" in [finding.rule_id for finding in result.findings]
        assert "THR001" not in result.skipped
    DefinitionFactory(key="our-drift")
    assert "THR001" not in [finding.rule_id for finding in check_file(document, now=NOW).findings]


# -- the pages ------------------------------------------------------------------------------------------------------


def test_the_list_names_what_is_watched_but_not_defined(as_admin: Client) -> None:
    put_in_force(make_crew(), clean_tree(thresholds=[threshold("our-drift")]))
    page = text_of(as_admin.get("/definitions/"))
    assert "Our drift is watched by a charter, but nobody has said what it means" in page
    assert '<a href="/definitions/new/?key=our-drift">' in page
    assert "Population stability index" in page


def test_the_list_is_filtered(as_admin: Client) -> None:
    put_in_force(make_crew(), clean_tree(thresholds=[threshold("psi")]))
    page = as_admin.get("/definitions/", {"q": "stability", "direction": "lower", "used": "on"})
    assert [entry.definition.key for entry in page.context["page"]] == ["psi"]
    nothing = as_admin.get("/definitions/", {"q": "no such word \x00", "direction": "sideways", "page": "x"})
    assert nothing.status_code == 200


def test_a_definition_shows_its_meaning_its_uses_and_its_history(as_admin: Client, admin: Person) -> None:
    put_in_force(make_crew(), clean_tree(thresholds=[threshold("psi")]))
    psi = Definition.objects.get(key="psi")
    change_definition(psi, by=admin, now=NOW, meaning="Ours: **fixed** bins. <script>alert(1)</script>")
    page = text_of(as_admin.get("/definitions/psi/"))
    assert "Lower is better. <strong>Fraud detection watches it.</strong>" in page
    assert "Ours: <strong>fixed</strong> bins." in page
    assert "<script>alert" not in page
    assert "Changed: meaning" in page
    assert "When PSI of every model is above 0.2" in page


def test_a_word_that_nobody_defined_says_who_uses_it(as_admin: Client) -> None:
    put_in_force(make_crew(), clean_tree(thresholds=[threshold("our-drift")]))
    answer = as_admin.get("/definitions/our-drift/")
    assert answer.status_code == 404
    assert "Nobody has said." in text_of(answer)
    assert '"/definitions/new/?key=our-drift"' in text_of(answer)
    assert as_admin.get("/definitions/Our_Drift!/").status_code == 404


def test_the_charter_leads_from_its_metric_to_the_definition(as_admin: Client) -> None:
    put_in_force(make_crew(), clean_tree(thresholds=[threshold("psi")]))
    assert '<a href="/definitions/psi/"><b>PSI</b></a>' in text_of(as_admin.get("/charters/fraud-detection/"))


def test_an_admin_defines_a_word(as_admin: Client) -> None:
    assert 'value="win-rate"' in text_of(as_admin.get("/definitions/new/?key=win-rate"))
    answer = as_admin.post("/definitions/new/", FORM)
    assert (answer.status_code, answer.url) == (302, "/definitions/win-rate/")
    assert Definition.objects.get(key="win-rate").formula == "won / ended"


def test_what_was_typed_stays_where_it_is_refused(as_admin: Client) -> None:
    answer = as_admin.post("/definitions/new/", {**FORM, "key": "psi"})
    assert answer.status_code == 422
    assert "This is defined already." in text_of(answer)
    assert "of all that **ended**" in text_of(answer)
    assert as_admin.post("/definitions/new/", {**FORM, "name": "a\x00b"}).status_code == 422


def test_two_who_change_it_at_once_both_keep_their_text(as_admin: Client, word: Definition, admin: Person) -> None:
    shown = text_of(as_admin.get("/definitions/win-rate/edit/"))
    assert 'name="seen" value="1"' in shown
    change_definition(word, by=admin, now=NOW, meaning="Theirs.")
    mine = {**FORM, "meaning": "Mine.", "seen": "1"}
    answer = as_admin.post("/definitions/win-rate/edit/", mine)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Somebody else changed it since you read it" in page
    assert "Mine.</textarea>" in page
    assert 'name="seen" value="2"' in page
    assert as_admin.post("/definitions/win-rate/edit/", {**mine, "seen": "2"}).url == "/definitions/win-rate/"
    assert [it.meaning for it in DefinitionVersion.objects.filter(definition=word)] == [
        "Mine.", "Theirs.", "Disputes that we win.",
    ]  # fmt: skip


def test_strangers_read_and_do_not_change(client: Client, word: Definition) -> None:
    client.force_login(PersonFactory())
    assert "/edit/" not in text_of(client.get("/definitions/win-rate/"))
    assert client.get("/definitions/win-rate/edit/").status_code == 403
    assert client.post("/definitions/win-rate/edit/", FORM).status_code == 403
    assert client.get("/definitions/new/").status_code == 403


def test_owner_gets_the_form(client: Client, word: Definition, admin: Person) -> None:
    owner = PersonFactory()
    change_definition(word, by=admin, now=NOW, owner=owner)
    client.force_login(owner)
    assert client.get("/definitions/win-rate/edit/").status_code == 200


def test_queries_are_the_same_for_one_and_for_three(as_admin: Client) -> None:
    put_in_force(make_crew("one"), clean_tree("one", thresholds=[threshold("psi")]))
    few = {path: own_queries(as_admin, path) for path in ("/definitions/", "/definitions/psi/")}
    for key in ("two", "three"):
        put_in_force(make_crew(key), clean_tree(key, thresholds=[threshold("psi")]))
        change_definition(Definition.objects.get(key="psi"), by=PersonFactory(admin=True), now=NOW, meaning=key)
    assert {path: own_queries(as_admin, path) for path in few} == few


def test_the_database_itself_refuses_change_of_a_version(word: Definition) -> None:
    for change in (lambda: word.versions.update(meaning="x"), lambda: word.versions.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
