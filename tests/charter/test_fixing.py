"""“Fix it”: each mechanical mend takes its finding away, brings no error, and says what it does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from charter import exchange
from charter.checking import check_here
from charter.document import Document
from charter.editing.desk import NotADraft
from charter.fixing import NothingToFix, fix_finding
from charter.lint import RULES, Severity
from charter.lint.examples import EXAMPLES
from charter.mending import is_mechanical, mend_of
from charter.models import Version
from charter.parsing import read_yaml
from charter.ratification import propose
from charter.storage import read_rows
from ledger.errors import Forbidden
from ledger.models import Entry
from teams.models import Seat
from teams.organisation import load_organisation
from tests.charters import Crew, clean_tree, document_from, make_crew
from tests.factories import NOW, PersonFactory, RoleFactory, SeatFactory, TeamFactory

pytestmark = pytest.mark.django_db

FIX = "/charters/fraud-detection/edit/fix/"


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def draft_of(crew: Crew, tree: dict[str, Any]) -> Version:
    return exchange.replace_draft(team=crew.team, document=document_from(tree), by=crew.lead, now=NOW).version


def findings(document: Document) -> list[tuple[str, str]]:
    return [(finding.rule_id, finding.pointer) for finding in check_here(document, now=NOW).findings]


def errors(document: Document) -> set[tuple[str, str]]:
    found = check_here(document, now=NOW).findings
    return {(finding.rule_id, finding.pointer) for finding in found if finding.severity == Severity.ERROR}


def now_of(version: Version) -> Document:
    return read_rows(Version.objects.select_related("charter__team").get(pk=version.pk))


def monitoring(**letters: str) -> dict[str, Any]:
    tree = clean_tree()
    tree["responsibilities"]["monitoring"] = {role.replace("_", "-"): letter for role, letter in letters.items()}
    return tree


def with_part(section: str, change: Callable[[list[Any]], Any]) -> dict[str, Any]:
    tree = clean_tree()
    change(tree[section])
    return tree


def without_stages(*keys: str) -> dict[str, Any]:
    tree = clean_tree()
    tree["stages"] = [stage for stage in tree["stages"] if stage["key"] not in keys]
    for key in keys:
        del tree["responsibilities"][key]
    return tree


RITUALS = clean_tree()["rituals"]
CASES = [
    ("RESP001", "/stages/monitoring", monitoring(ml_engineer="R")),
    ("RESP002", "/stages/monitoring", monitoring(product_owner="A", ml_engineer="AR")),
    ("RESP003", "/stages/monitoring", monitoring(ml_engineer="A")),
    ("RESP005", "/stages", without_stages("monitoring", "retirement")),
    ("RESP006", "/stages/monitoring", monitoring(data_scientist="R", product_owner="A")),
    ("DEC006", "/decisions", with_part("decisions", lambda rights: rights[0].update(tiers=[1]))),
    (
        "DEC007",
        "/decisions/late",
        with_part("decisions", lambda rights: rights.append({**rights[0], "key": "late", "kinds": ["rollback"]})),
    ),
    (
        "DEC008",
        "/decisions/all-changes",
        with_part("decisions", lambda rights: rights[0].update(driver="data-scientist",
                                                               approvers=[{"role": "product-owner"}])),
    ),
    ("ESC001", "/escalation", with_part("escalation", lambda paths: paths[0].update(severities=["SEV1"]))),
    (
        "ESC006",
        "/escalation/incidents/levels/0",
        with_part("escalation", lambda paths: paths[0]["levels"][0].pop("acknowledge_within")),
    ),
    ("RIT001", "/rituals", clean_tree(rituals=RITUALS[1:])),
    ("RIT002", "/rituals", clean_tree(rituals=RITUALS[:1])),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "pointer", "tree"), CASES, ids=[case[0] for case in CASES])
def test_a_fix_takes_the_finding_away_and_brings_no_error(
    crew: Crew, rule: str, pointer: str, tree: dict[str, Any]
) -> None:
    if rule == "RESP006":  # nobody who monitors had a say in deployment
        tree["responsibilities"]["deployment"] = {"ml-engineer": "AR"}
    version = draft_of(crew, tree)
    before = now_of(version)
    assert (rule, pointer) in findings(before)
    mend = fix_finding(version=version, rule=rule, pointer=pointer, by=crew.lead, now=NOW)
    after = now_of(version)
    assert after == mend.document
    assert (rule, pointer) not in findings(after)
    assert errors(after) <= errors(before)
    assert mend.label


def test_every_case_is_mechanical_and_every_mechanical_rule_has_a_case() -> None:
    mechanical = {rule for rule in RULES if is_mechanical(rule)}
    assert mechanical == {case[0] for case in CASES} | {"RESP007", "ESC005"}


def test_examples_of_mechanical_rules_are_mended_by_their_mend(crew: Crew) -> None:
    organisation = load_organisation()
    for rule in filter(is_mechanical, EXAMPLES):
        tree = clean_tree(**read_yaml(EXAMPLES[rule].before.encode()).tree)
        document = document_from(tree)
        pointer = next(pointer for found, pointer in findings(document) if found == rule)
        mend = mend_of(document, rule=rule, pointer=pointer, organisation=organisation, now=NOW)
        assert mend, rule
        assert rule not in [found for found, _pointer in findings(mend.document)], rule


def test_a_seat_without_a_letter_is_informed_in_a_column_of_its_own(crew: Crew) -> None:
    SeatFactory(team=crew.team, role=RoleFactory(key="software-engineer"), person=PersonFactory(), since=NOW.date())
    version = draft_of(crew, clean_tree())
    mend = fix_finding(version=version, rule="RESP007", pointer="/responsibilities", by=crew.lead, now=NOW)
    assert mend.label == "Inform the software engineer of every stage"
    after = now_of(version)
    assert {after.letter(stage.key, "software-engineer") for stage in after.stages} == {"I"}
    assert "RESP007" not in [rule for rule, _pointer in findings(after)]


def test_a_path_leaves_the_team_to_the_lead_above(crew: Crew) -> None:
    version = draft_of(crew, clean_tree())
    assert (
        mend_of(
            now_of(version), rule="ESC005", pointer="/escalation/incidents", organisation=load_organisation(), now=NOW
        )
        is None
    )
    above = TeamFactory(key="payments", name="Payments", lead=PersonFactory(name="Hanna Vogel"))
    crew.team.parent = above
    crew.team.save()
    mend = fix_finding(version=version, rule="ESC005", pointer="/escalation/incidents", by=crew.lead, now=NOW)
    assert mend.label == "In the end, call Hanna Vogel, lead of Payments"
    assert now_of(version).escalation[0].levels[-1].to.lead == "payments"
    assert "ESC005" not in [rule for rule, _pointer in findings(now_of(version))]


def test_the_one_who_does_the_work_stays_accountable_if_somebody_holds_the_role(crew: Crew) -> None:
    version = draft_of(crew, monitoring(product_owner="A", ml_engineer="AR"))
    fix_finding(version=version, rule="RESP002", pointer="/stages/monitoring", by=crew.lead, now=NOW)
    assert dict(now_of(version).responsibilities["monitoring"]) == {"product-owner": "C", "ml-engineer": "AR"}
    Seat.objects.filter(team=crew.team, role__key="ml-engineer").delete()
    document = document_from(monitoring(product_owner="A", ml_engineer="AR"))
    mend = mend_of(document, rule="RESP002", pointer="/stages/monitoring", organisation=load_organisation(), now=NOW)
    assert mend
    assert dict(mend.document.responsibilities["monitoring"]) == {"product-owner": "A", "ml-engineer": "R"}


def test_what_was_written_by_others_keeps_its_rows(crew: Crew) -> None:
    version = draft_of(crew, monitoring(product_owner="A", ml_engineer="AR"))
    cells = set(version.stages.get(key="deployment").cells.values_list("pk", flat=True))
    columns = list(version.columns.values_list("pk", "position"))
    fix_finding(version=version, rule="RESP002", pointer="/stages/monitoring", by=crew.lead, now=NOW)
    assert set(version.stages.get(key="deployment").cells.values_list("pk", flat=True)) == cells
    assert list(version.columns.values_list("pk", "position")) == columns


def test_the_ledger_says_what_was_fixed(crew: Crew) -> None:
    version = draft_of(crew, monitoring(product_owner="A", ml_engineer="AR"))
    fix_finding(version=version, rule="RESP002", pointer="/stages/monitoring", by=crew.lead, now=NOW)
    entry = Entry.objects.filter(key="charter.version.edited").latest("id")
    assert entry.change == {
        "fixed": ["RESP002 /stages/monitoring", None],
        "responsibilities/monitoring/product-owner": ["A", "C"],
    }


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [("RESP002", "/stages/monitoring"), ("RESP002", "/stages/nowhere"), ("NOPE999", "/"), ("", ""), ("DEC007", "/x"),
     ("ESC006", "/escalation/incidents/levels/99"), ("ESC006", "/escalation"), ("RESP004", "/stages/monitoring"),
     ("DEC008", "/decisions/gone"), ("RESP006", "/stages")],
)  # fmt: skip
def test_what_is_not_there_cannot_be_fixed(crew: Crew, rule: str, pointer: str) -> None:
    version = draft_of(crew, clean_tree())
    with pytest.raises(NothingToFix):
        fix_finding(version=version, rule=rule, pointer=pointer, by=crew.lead, now=NOW)


def test_only_who_edits_the_charter_fixes_it_and_only_a_draft(crew: Crew) -> None:
    version = draft_of(crew, clean_tree(rituals=RITUALS[:1]))
    with pytest.raises(Forbidden):
        fix_finding(version=version, rule="RIT002", pointer="/rituals", by=crew["ml-engineer"], now=NOW)
    Version.objects.filter(pk=version.pk).update(state="withdrawn")
    with pytest.raises(NotADraft):
        fix_finding(version=version, rule="RIT002", pointer="/rituals", by=crew.lead, now=NOW)


def test_a_fix_during_signature_voids_the_signatures(crew: Crew) -> None:
    version = propose(version=draft_of(crew, clean_tree(rituals=RITUALS[:1])), by=crew.lead, now=NOW)
    fix_finding(version=version, rule="RIT002", pointer="/rituals", by=crew.lead, now=NOW)
    version.refresh_from_db()
    assert (version.state, set(version.signatures.values_list("state", flat=True))) == ("draft", {"void"})


def test_a_team_that_is_unknown_to_the_snapshot_is_mended_in_utc(crew: Crew) -> None:
    organisation = replace(load_organisation(), teams={})
    document = document_from(clean_tree(rituals=RITUALS[:1]))
    mend = mend_of(document, rule="RIT002", pointer="/rituals", organisation=organisation, now=NOW)
    assert mend
    assert mend.document.rituals[-1].timezone == "UTC"


# -- in the editor --------------------------------------------------------------------------------------------------


def test_the_editor_offers_the_fix_and_does_it_without_script(crew: Crew, client: Client) -> None:
    version = draft_of(crew, monitoring(product_owner="A", ml_engineer="AR"))
    client.force_login(crew.lead)
    page = client.get("/charters/fraud-detection/edit/").content.decode()
    assert f'action="{FIX}"' in page
    assert "Keep the A of the ML engineer" in page or "Keep the A of the ml engineer" in page.lower()
    answer = client.post(FIX, {"rule": "RESP002", "pointer": "/stages/monitoring"}, follow=True)
    assert answer.redirect_chain[0][0] == "/charters/fraud-detection/edit/#responsibilities"
    assert "RESP002 is mended" in answer.content.decode()
    again = client.post(FIX, {"rule": "RESP002", "pointer": "/stages/monitoring"})
    assert again.status_code == 409
    assert "There is nothing to fix here any more" in again.content.decode()
    assert now_of(version).letter("monitoring", "product-owner") == "C"
    assert client.post(FIX, {}).status_code == 409
