"""For each rule the smallest document that has it, and the same mended that does not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charter.lint import RULES, Severity, lint_document
from charter.parsing import read_document, read_yaml
from teams.organisation import load_organisation
from tests.charters import clean_tree, document_from, make_crew
from tests.factories import NOW, PersonFactory, RoleFactory, SeatFactory

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.yaml"))

Mender = Callable[[dict[str, Any]], None]


def found(tree: dict[str, Any], *, people: bool = False) -> list[tuple[str, str, str]]:
    organisation = load_organisation() if people else None
    result = lint_document(document_from(tree), now=NOW, organisation=organisation)
    return [(finding.rule_id, finding.pointer, finding.message) for finding in result.findings]


def set_row(**letters: str) -> Mender:
    def mend(tree: dict[str, Any]) -> None:
        tree["responsibilities"]["monitoring"] = {role.replace("_", "-"): letter for role, letter in letters.items()}

    return mend


def set_part(name: str, value: Any) -> Mender:
    def mend(tree: dict[str, Any]) -> None:
        tree[name] = value

    return mend


ANY_THRESHOLD = [{"key": "parity", "metric": "demographic-parity-gap", "above": 0.05, "then": "block-release"}]
AUTOMATIC = [{"key": "all", "approvers": "automatic"}]
SOME_LEVEL = [{"to": {"lead": "fraud-detection"}, "acknowledge_within": "15m"}]

PAIRS = [
    (
        set_row(ml_engineer="R"),
        set_row(ml_engineer="AR"),
        ("RESP001", "/stages/monitoring", "nobody is accountable"),
    ),
    (
        set_row(ml_engineer="AR", product_owner="A"),
        set_row(ml_engineer="AR", product_owner="C"),
        ("RESP002", "/stages/monitoring", "2 roles are accountable: ml-engineer, product-owner"),
    ),
    (
        set_row(ml_engineer="A"),
        set_row(ml_engineer="A", data_scientist="R"),
        ("RESP003", "/stages/monitoring", "nobody is responsible"),
    ),
    (
        set_part("decisions", [{"key": "all", "driver": "ml-engineer"}]),
        set_part("decisions", [{"key": "all", "approvers": [{"role": "product-owner"}]}]),
        ("DEC001", "/decisions/all", "nobody approves"),
    ),
    (
        lambda tree: tree.update(decisions=AUTOMATIC, thresholds=ANY_THRESHOLD, evidence={"1": ["lineage"]}),
        lambda tree: tree.update(
            decisions=AUTOMATIC,
            thresholds=ANY_THRESHOLD,
            evidence={"1": ["lineage"], "2": ["lineage"], "3": ["lineage"]},
        ),
        ("DEC001", "/decisions/all", "approved automatically, but tier 2, 3 requires no evidence"),
    ),
    (
        lambda tree: tree.update(decisions=AUTOMATIC),
        lambda tree: tree.update(decisions=AUTOMATIC, thresholds=ANY_THRESHOLD),
        ("DEC001", "/decisions/all", "approved automatically, but no threshold stands in its way"),
    ),
    (
        lambda tree: tree["decisions"][0].update(tiers=[1, 2]),
        lambda tree: tree["decisions"][0].update(tiers=[1, 2, 3]),
        (
            "DEC006",
            "/decisions",
            "no decision right covers new-model, replace-model, retrain, feature-change, data-change, "
            "labelling-change, threshold-change, rollback, retire-model of tier 3",
        ),
    ),
    (
        lambda tree: tree["escalation"][0].update(severities=["SEV1", "SEV2", "SEV3"]),
        lambda tree: tree["escalation"].append({"key": "rest", "severities": ["SEV4"], "levels": SOME_LEVEL}),
        ("ESC001", "/escalation", "no path for SEV4"),
    ),
]


@pytest.mark.parametrize(("spoil", "mend", "finding"), PAIRS, ids=[f"{pair[2][0]}-{n}" for n, pair in enumerate(PAIRS)])
def test_a_rule_finds_its_fault_and_nothing_once_it_is_mended(
    spoil: Mender, mend: Mender, finding: tuple[str, str, str]
) -> None:
    tree = clean_tree()
    spoil(tree)
    assert found(tree) == [finding]
    tree = clean_tree()
    mend(tree)
    assert found(tree) == []


@pytest.mark.django_db
def test_resp004_a_role_that_nobody_holds() -> None:
    crew = make_crew()
    tree = clean_tree()
    assert found(tree, people=True) == []
    tree["responsibilities"]["monitoring"] = {"ml-engineer": "AR", "data-analyst": "R"}
    assert found(tree, people=True) == [
        ("RESP004", "/stages/monitoring", "nobody holds the role Data analyst"),
    ]
    seat = SeatFactory(team=crew.team, role=RoleFactory(key="data-analyst"))
    assert found(tree, people=True) == []
    seat.person.is_active = False
    seat.person.save()
    assert [rule for rule, _, _ in found(tree, people=True)] == ["RESP004"]


@pytest.mark.django_db
def test_esc002_a_level_that_reaches_nobody() -> None:
    crew = make_crew()
    tree = clean_tree()
    tree["escalation"][0]["levels"].append({"to": {"role": "data-analyst"}, "acknowledge_within": "15m"})
    assert found(tree, people=True) == [
        (
            "ESC002",
            "/escalation/incidents/levels/2",
            "reaches nobody: nobody holds the role Data analyst in Fraud detection",
        )
    ]
    SeatFactory(team=crew.team, role=RoleFactory(key="data-analyst"), person=PersonFactory())
    assert found(tree, people=True) == []


@pytest.mark.django_db
def test_esc002_paths_that_lead_in_a_circle_reach_nobody() -> None:
    make_crew()
    tree = clean_tree()
    tree["escalation"][0]["levels"] = [{"to": {"path": "fraud-detection/incidents"}}]
    assert [(rule, pointer) for rule, pointer, _ in found(tree, people=True)] == [
        ("ESC002", "/escalation/incidents/levels/0")
    ]


def test_rules_about_people_are_skipped_and_said_to_be_without_people() -> None:
    result = lint_document(document_from(clean_tree()), now=NOW)
    assert list(result.skipped) == sorted(rule.id for rule in RULES.values() if rule.needs_people)


def test_a_waiver_silences_its_finding_until_its_last_day() -> None:
    waiver = {"rule": "ESC001", "at": "/escalation", "reason": "Later", "until": "2026-11-20", "by": "a@example.org"}
    tree = clean_tree(waivers=[waiver])
    tree["escalation"][0]["severities"] = ["SEV1"]
    assert found(tree) == []
    tree["waivers"][0]["until"] = "2026-11-19"
    assert [rule for rule, _, _ in found(tree)] == ["ESC001"]


def test_every_rule_says_why_its_source_and_how_to_mend_it() -> None:
    for rule in RULES.values():
        assert all(map(str, (rule.title, rule.why, rule.source, rule.mend))), rule.id
        assert rule.severity in Severity


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_lint_without_an_error(example: Path) -> None:
    result = lint_document(read_document(read_yaml(example.read_bytes())), now=NOW)
    assert not result.has_errors, result.findings
