"""For each rule the smallest document that has it, and the same mended that does not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charter.lint import RULES, Severity, lint_document
from charter.lint.examples import EXAMPLES as EXAMPLES_OF_RULES
from charter.parsing import read_document, read_yaml
from charter.queries import documents_in_force
from charter.words import Kind
from teams.models import Person, Role, Seat
from teams.organisation import load_organisation
from tests.charters import ROLES, Crew, clean_tree, document_from, make_crew, put_in_force
from tests.factories import NOW, PersonFactory, RoleFactory, SeatFactory, TeamFactory

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.yaml"))

Mender = Callable[[dict[str, Any]], None]


DEFINITIONS = frozenset({"psi", "demographic-parity-gap"})
DISCIPLINES = {"product-owner": "product", "data-scientist": "science", "ml-engineer": "engineering"}


def found(tree: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Findings while only the file is at hand."""
    result = lint_document(document_from(tree), now=NOW, disciplines=DISCIPLINES, definitions=DEFINITIONS)
    return [(finding.rule_id, finding.pointer, finding.message) for finding in result.findings]


def found_by(rule_id: str, tree: dict[str, Any]) -> list[tuple[str, str]]:
    """What one rule finds with the people at hand."""
    result = lint_document(
        document_from(tree), now=NOW, organisation=load_organisation(), others=documents_in_force(NOW)
    )
    return [(finding.pointer, finding.message) for finding in result.findings if finding.rule_id == rule_id]


def set_row(**letters: str) -> Mender:
    def mend(tree: dict[str, Any]) -> None:
        tree["responsibilities"]["monitoring"] = {role.replace("_", "-"): letter for role, letter in letters.items()}

    return mend


def set_part(name: str, value: Any) -> Mender:
    def mend(tree: dict[str, Any]) -> None:
        tree[name] = value

    return mend


def psi(key: str, **limits: float) -> dict[str, Any]:
    return {"key": key, "metric": "psi", "then": "notify", **limits}


ANY_THRESHOLD = [{"key": "parity", "metric": "demographic-parity-gap", "above": 0.05, "then": "block-release"}]
AUTOMATIC = [{"key": "all", "driver": "ml-engineer", "approvers": "automatic"}]
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
        lambda tree: tree["decisions"][0].update(approvers=[], contributors=["product-owner", "data-scientist"]),
        lambda tree: None,
        ("DEC001", "/decisions/all-changes", "nobody approves"),
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
            f"no decision right covers {', '.join(Kind)} of tier 3",
        ),
    ),
    (
        lambda tree: (tree["stages"].pop(), tree["responsibilities"].pop("retirement")),
        lambda tree: None,
        ("RESP005", "/stages", "deployment is on the charter, but not retirement"),
    ),
    (
        lambda tree: tree["responsibilities"]["experimentation"].pop("ml-engineer"),
        lambda tree: tree["responsibilities"]["experimentation"].update({"ml-engineer": "C"}),
        (
            "RESP006",
            "/stages/deployment",
            "taken over from Experimentation by ml-engineer, who had no say there",
        ),
    ),
    (
        lambda tree: tree["decisions"][0]["approvers"][0].update(count=5),
        lambda tree: tree["decisions"][0]["approvers"][0].update(count=4),
        ("DEC003", "/decisions/all-changes", "6 approvals are asked for"),
    ),
    (
        lambda tree: tree["decisions"][0].update(approvers=[{"role": "product-owner"}]),
        lambda tree: tree["decisions"][0].update(
            approvers=[{"role": "product-owner"}], contributors=["data-scientist"]
        ),
        ("DEC005", "/decisions/all-changes", "a model is replaced without a voice of science"),
    ),
    (
        lambda tree: tree["decisions"].append({**tree["decisions"][0], "key": "rollbacks", "kinds": ["rollback"]}),
        lambda tree: tree["decisions"].insert(0, {**tree["decisions"][0], "key": "rollbacks", "kinds": ["rollback"]}),
        ("DEC007", "/decisions/rollbacks", "earlier rights cover all of it, so it never matches"),
    ),
    (
        lambda tree: tree["decisions"].insert(
            0, {**tree["decisions"][0], "key": "back", "kinds": ["rollback"], "driver": "data-engineer"}
        ),
        lambda tree: tree["decisions"].insert(
            0, {**tree["decisions"][0], "key": "back", "kinds": ["rollback"], "driver": "ml-engineer"}
        ),
        (
            "DEC008",
            "/decisions/back",
            "ml-engineer is accountable for monitoring but neither drives nor approves: rollback",
        ),
    ),
    (
        lambda tree: tree["escalation"][0]["levels"].append({"to": {"path": "fraud-detection/incidents"}}),
        lambda tree: tree["escalation"][0]["levels"].append({"to": {"path": "platform/incidents"}}),
        ("ESC004", "/escalation/incidents/levels/2", "leads back into this path in a circle"),
    ),
    (
        lambda tree: tree["escalation"][0]["levels"].append({"to": {"role": "data-engineer"}}),
        lambda tree: tree["escalation"][0]["levels"].append({"to": {"path": "platform/incidents"}}),
        ("ESC006", "/escalation/incidents/levels/2", "no time to acknowledge is given"),
    ),
    (
        set_part("thresholds", [{**psi("a", above=0.2), "metric": "our-drift"}]),
        set_part("thresholds", [psi("a", above=0.2)]),
        ("THR001", "/thresholds/a", "nobody has defined our-drift"),
    ),
    (
        set_part("thresholds", [psi("a", above=0.2), psi("b", below=0.3)]),
        set_part("thresholds", [psi("a", above=0.3), psi("b", below=0.2)]),
        ("THR002", "/thresholds/b", "no value holds both this limit and that of a"),
    ),
    (
        set_part("thresholds", [psi("a", above=0.2, clears_below=0.25)]),
        set_part("thresholds", [psi("a", above=0.2, clears_below=0.15)]),
        ("THR002", "/thresholds/a", "it clears below a value that lies beyond its upper limit"),
    ),
    (
        set_part("thresholds", [psi("a")]),
        set_part("thresholds", [psi("a", above=0.2)]),
        ("THR002", "/thresholds/a", "it names no limit"),
    ),
    (
        lambda tree: tree["rituals"].pop(0),
        lambda tree: None,
        ("RIT001", "/rituals", "there is no retrospective"),
    ),
    (
        lambda tree: tree["rituals"][0].update(cadence="FREQ=WEEKLY;UNTIL=20261101"),
        lambda tree: tree["rituals"][0].update(cadence="FREQ=WEEKLY;UNTIL=20271101"),
        ("RIT001", "/rituals/retro", "no retrospective falls within the next 90 days"),
    ),
    (
        lambda tree: tree["rituals"].pop(1),
        lambda tree: None,
        ("RIT002", "/rituals", "there is no charter review"),
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


@pytest.fixture
def crew(db: None) -> Crew:
    return make_crew()


def seat(crew: Crew, role: str, person: Person | None = None, kind: str = "member", **parts: Any) -> Seat:
    return SeatFactory(team=crew.team, role=RoleFactory(key=role), person=person or PersonFactory(), kind=kind, **parts)


def test_resp004_a_role_that_nobody_holds(crew: Crew) -> None:
    tree = clean_tree()
    assert found_by("RESP004", tree) == []
    tree["responsibilities"]["monitoring"] = {"ml-engineer": "AR", "data-analyst": "R"}
    assert found_by("RESP004", tree) == [("/stages/monitoring", "nobody holds the role Data analyst")]
    given = seat(crew, "data-analyst")
    assert found_by("RESP004", tree) == []
    given.person.is_active = False
    given.person.save()
    assert len(found_by("RESP004", tree)) == 1


def test_resp007_a_seat_without_a_letter(crew: Crew) -> None:
    assert found_by("RESP007", clean_tree()) == []
    seat(crew, "software-engineer")
    assert found_by("RESP007", clean_tree()) == [("/responsibilities", "Software engineer has a seat but no letter")]


def test_dec002_too_few_distinct_people(crew: Crew) -> None:
    tree = clean_tree()
    assert found_by("DEC002", tree) == []
    tree["decisions"][0]["approvers"][0]["count"] = 2
    assert found_by("DEC002", tree) == [("/decisions/all-changes", "only 1 of 2 people can approve as Product owner")]
    seat(crew, "product-owner")
    assert found_by("DEC002", tree) == []


def test_dec002_one_person_in_two_places(crew: Crew) -> None:
    tree = clean_tree()
    tree["decisions"][0]["approvers"] = [{"role": "product-owner"}, {"role": "data-analyst"}]
    seat(crew, "data-analyst", crew.lead)
    assert found_by("DEC002", tree) == [
        ("/decisions/all-changes", "there are not enough distinct people for all approver places")
    ]
    seat(crew, "data-analyst")
    assert found_by("DEC002", tree) == []


def test_dec004_a_place_that_only_the_driver_could_fill(crew: Crew) -> None:
    tree = clean_tree()
    tree["decisions"][0]["approvers"] = [{"role": "product-owner"}, {"role": "ml-engineer"}]
    name = Role.objects.get(key="ml-engineer").name
    assert found_by("DEC004", tree) == [("/decisions/all-changes/approvers/1", f"only the driver holds {name}")]
    assert found_by("DEC002", tree) == []
    seat(crew, "ml-engineer")
    assert found_by("DEC004", tree) == []


def test_esc002_a_level_that_reaches_nobody(crew: Crew) -> None:
    tree = clean_tree()
    tree["escalation"][0]["levels"].append({"to": {"role": "data-analyst"}, "acknowledge_within": "15m"})
    assert found_by("ESC002", tree) == [
        (
            "/escalation/incidents/levels/2",
            "reaches nobody: nobody holds the role Data analyst in Fraud detection",
        )
    ]
    seat(crew, "data-analyst")
    assert found_by("ESC002", tree) == []


def test_esc003_neighbouring_levels_that_reach_the_same_person(crew: Crew) -> None:
    tree = clean_tree()
    assert found_by("ESC003", tree) == []
    tree["escalation"][0]["levels"].append({"to": {"role": "product-owner"}, "acknowledge_within": "15m"})
    assert found_by("ESC003", tree) == [("/escalation/incidents/levels/2", "levels 2 and 3 both reach Product Owner")]


def test_esc004_paths_of_two_teams_in_a_circle(crew: Crew) -> None:
    platform = make_crew("platform")
    over_there = clean_tree("platform")
    over_there["escalation"][0]["levels"].append({"to": {"path": "fraud-detection/incidents"}})
    put_in_force(crew)
    put_in_force(platform, over_there)
    tree = clean_tree()
    assert found_by("ESC004", tree) == []
    tree["escalation"][0]["levels"].append({"to": {"path": "platform/incidents"}})
    assert found_by("ESC004", tree) == [("/escalation/incidents/levels/2", "leads back into this path in a circle")]
    assert found_by("ESC002", tree) == []


def test_esc005_a_path_that_never_leaves_the_team(crew: Crew) -> None:
    assert found_by("ESC005", clean_tree()) == []
    crew.team.parent = TeamFactory(key="payments")
    crew.team.save()
    assert found_by("ESC005", clean_tree()) == [("/escalation/incidents", "no level calls anybody outside the team")]
    tree = clean_tree()
    tree["escalation"][0]["levels"].append({"to": {"lead": "payments"}, "acknowledge_within": "15m"})
    assert found_by("ESC005", tree) == []


def test_team001_an_accountable_role_without_a_deputy(crew: Crew) -> None:
    assert [pointer for pointer, _ in found_by("TEAM001", clean_tree())] == [
        "/stages/experimentation",
        "/stages/deployment",
        "/stages/retirement",
    ]
    for role in ROLES:
        seat(crew, role, kind="deputy")
    assert found_by("TEAM001", clean_tree()) == []


def test_team002_one_person_accountable_in_more_than_three_teams(crew: Crew) -> None:
    for key in ("one", "two", "three"):
        assert found_by("TEAM002", clean_tree()) == []
        other = make_crew(key)
        Seat.objects.filter(team=other.team, role__key="ml-engineer").update(person=crew["ml-engineer"])
        put_in_force(other)
    assert found_by("TEAM002", clean_tree()) == [("/responsibilities", "Ml Engineer is accountable in 4 teams")]


def test_team003_share_of_those_who_run_what_is_built(crew: Crew) -> None:
    assert found_by("TEAM003", clean_tree()) == []
    for _ in range(2):
        given = seat(crew, "software-engineer")
    assert found_by("TEAM003", clean_tree()) == [
        ("/team", "0 % of the seats are MLOps, DevOps or reliability engineers")
    ]
    given.role = RoleFactory(key="mlops-engineer")
    given.save()
    assert found_by("TEAM003", clean_tree()) == []


def test_team004_a_core_role_missing(crew: Crew) -> None:
    assert found_by("TEAM004", clean_tree()) == [
        ("/team", "nobody is Data engineer, usual in a team of the structure squad")
    ]
    seat(crew, "data-engineer")
    assert found_by("TEAM004", clean_tree()) == []


def test_rules_are_skipped_and_said_to_be_without_what_they_need() -> None:
    tree = clean_tree(thresholds=[psi("drift", above=0.2)])
    result = lint_document(document_from(tree), now=NOW)
    needs_more = [rule.id for rule in RULES.values() if rule.needs_people or rule.needs_definitions]
    assert list(result.skipped) == sorted(needs_more)
    with_words = lint_document(document_from(tree), now=NOW, definitions=frozenset())
    assert set(result.skipped) - set(with_words.skipped) == {"THR001"}
    assert [(finding.rule_id, finding.pointer) for finding in with_words.findings] == [("THR001", "/thresholds/drift")]


@pytest.mark.parametrize("rule_id", EXAMPLES_OF_RULES)
def test_the_example_of_a_rule_has_the_finding_and_mended_has_not(rule_id: str) -> None:
    example = EXAMPLES_OF_RULES[rule_id]
    for text, has_it in ((example.before, True), (example.after, False)):
        tree = clean_tree(**read_yaml(text.encode()).tree)
        assert (rule_id in [found_id for found_id, _pointer, _message in found(tree)]) is has_it, text


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
