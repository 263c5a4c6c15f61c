"""Opening a draft, and every act of editing it: what changes, what the ledger says, what is refused."""

import pytest

from charter import editing, exchange, ratification
from charter.document import (
    ApproverPlace,
    DecisionRight,
    Document,
    EscalationLevel,
    EscalationPath,
    NorthStar,
    Ritual,
    Target,
)
from charter.drafting import DraftIsOpen, start_draft
from charter.editing import CellConflict, PartConflict, Purpose, token_of
from charter.editing.desk import NotADraft
from charter.models import Cell, Signature, Version
from charter.storage import read_rows
from charter.words import DEFAULT_STAGES, EvidenceKind, RitualKind, VersionState
from ledger.errors import Forbidden, Invalid
from ledger.models import Entry
from tests.charters import Crew, clean_tree, document_from, make_crew, put_in_force
from tests.factories import NOW, ColumnFactory, PersonFactory, RoleFactory, StageFactory, TeamFactory, VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


@pytest.fixture
def draft(crew: Crew) -> Version:
    """A draft with everything in it."""
    document = document_from(clean_tree())
    return exchange.replace_draft(team=crew.team, document=document, by=crew.lead, now=NOW).version


@pytest.fixture
def act(crew: Crew, draft: Version) -> dict[str, object]:
    """Who edits what, when."""
    return {"version": draft, "by": crew.lead, "now": NOW}


def stored(version: Version) -> Document:
    return read_rows(Version.objects.select_related("charter__team").get(pk=version.pk))


def last_change() -> dict[str, list[object]]:
    entry = Entry.objects.latest("id")
    assert entry.key == "charter.version.edited"
    return dict(entry.change)


# -- opening --------------------------------------------------------------------------------------------------------


def test_first_draft_has_the_nine_stages_and_the_usual_roles(crew: Crew) -> None:
    version = start_draft(team=crew.team, by=crew.lead, now=NOW)

    assert [stage.key for stage in version.stages.all()] == [key for key, _name in DEFAULT_STAGES]
    assert {column.ref for column in version.columns.all()} >= {"product-owner", "data-scientist", "ml-engineer"}
    assert (version.number, version.state, version.based_on) == (1, VersionState.DRAFT, None)
    assert Entry.objects.latest("id").key == "charter.version.drafted"


def test_next_draft_starts_from_the_version_in_force(crew: Crew) -> None:
    held = put_in_force(crew)

    version = start_draft(team=crew.team, by=crew.lead, now=NOW)

    assert stored(version) == document_from(clean_tree())
    assert (version.number, version.based_on) == (2, held)


def test_second_draft_is_refused(crew: Crew, draft: Version) -> None:
    with pytest.raises(DraftIsOpen):
        start_draft(team=crew.team, by=crew.lead, now=NOW)


@pytest.mark.parametrize("who", [{}, {"auditor": True}, {"admin": True, "auditor": True}])
def test_draft_is_opened_by_lead_or_admin_only(crew: Crew, who: dict[str, bool]) -> None:
    with pytest.raises(Forbidden):
        start_draft(team=crew.team, by=PersonFactory(**who), now=NOW)
    assert not Version.objects.exists()


def test_admin_opens_a_draft(crew: Crew) -> None:
    assert start_draft(team=crew.team, by=PersonFactory(admin=True), now=NOW).state == VersionState.DRAFT


# -- cells ----------------------------------------------------------------------------------------------------------


def test_cell_is_saved_with_its_ledger_entry_in_ten_queries(act, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(10):
        editing.save_cell(stage="monitoring", column="data-scientist", letter="C", seen="", **act)

    assert stored(act["version"]).letter("monitoring", "data-scientist") == "C"
    assert last_change() == {"responsibilities/monitoring/data-scientist": ["", "C"]}


def test_cell_is_cleared(act) -> None:
    editing.save_cell(stage="monitoring", column="product-owner", letter="", seen="I", **act)

    assert stored(act["version"]).letter("monitoring", "product-owner") == ""
    assert last_change() == {"responsibilities/monitoring/product-owner": ["I", ""]}


@pytest.mark.parametrize("letter", ["X", "RA", "a", "A ", "CI", "\0"])
def test_illegal_letter_is_refused(act, letter: str) -> None:
    before = Entry.objects.count()
    with pytest.raises(Invalid):
        editing.save_cell(stage="monitoring", column="product-owner", letter=letter, seen="I", **act)
    assert Entry.objects.count() == before


def test_two_people_saving_the_same_cell_meet_with_both_values(act) -> None:
    editing.save_cell(stage="monitoring", column="product-owner", letter="C", seen="I", **act)

    with pytest.raises(CellConflict) as conflict:
        editing.save_cell(stage="monitoring", column="product-owner", letter="R", seen="I", **act)

    assert (conflict.value.stored, conflict.value.wanted) == ("C", "R")
    assert stored(act["version"]).letter("monitoring", "product-owner") == "C"


def test_same_letter_twice_is_no_conflict_and_no_second_entry(act) -> None:
    editing.save_cell(stage="monitoring", column="product-owner", letter="C", seen="I", **act)
    before = Entry.objects.count()

    editing.save_cell(stage="monitoring", column="product-owner", letter="C", seen="I", **act)

    assert Entry.objects.count() == before


def test_different_cells_never_conflict(act) -> None:
    editing.save_cell(stage="monitoring", column="product-owner", letter="C", seen="I", **act)
    editing.save_cell(stage="monitoring", column="data-scientist", letter="C", seen="", **act)

    assert stored(act["version"]).responsibilities["monitoring"] == {
        "product-owner": "C",
        "data-scientist": "C",
        "ml-engineer": "AR",
    }


@pytest.mark.parametrize(("stage", "column"), [("no-such", "product-owner"), ("monitoring", "no-such")])
def test_cell_that_is_gone_is_a_conflict(act, stage: str, column: str) -> None:
    with pytest.raises(PartConflict):
        editing.save_cell(stage=stage, column=column, letter="R", seen="", **act)


def test_stranger_saves_nothing(act) -> None:
    with pytest.raises(Forbidden):
        editing.save_cell(stage="monitoring", column="product-owner", letter="C", **{**act, "by": PersonFactory()})


def test_edit_during_signature_returns_to_draft_and_voids_the_signatures(crew: Crew, act) -> None:
    version = ratification.propose(**act)
    ratification.sign(version=version, digest=version.digest, by=crew["data-scientist"], now=NOW)

    editing.save_cell(stage="monitoring", column="data-scientist", letter="C", **act)

    version.refresh_from_db()
    assert (version.state, version.digest) == (VersionState.DRAFT, "")
    assert set(version.signatures.values_list("state", flat=True)) == {Signature.State.VOID}
    assert list(Entry.objects.order_by("-id").values_list("key", flat=True)[:2]) == [
        "charter.version.edited",
        "charter.version.reopened",
    ]


def test_version_in_force_is_not_edited(crew: Crew) -> None:
    version = put_in_force(crew)
    with pytest.raises(NotADraft):
        editing.save_cell(
            version=version, stage="monitoring", column="data-scientist", letter="C", by=crew.lead, now=NOW
        )


# -- stages and roles -----------------------------------------------------------------------------------------------


def test_stage_is_added_renamed_moved_and_removed(act) -> None:
    stage = editing.add_stage(name="Shadow run!", outcome="No surprises", **act)
    assert (stage.key, stored(act["version"]).stages[-1].name) == ("shadow-run", "Shadow run!")

    editing.change_stage(stage="shadow-run", name="Shadow", outcome="", **act)
    editing.move_stage(stage="shadow-run", to=1, **act)
    assert [each.name for each in stored(act["version"]).stages][:3] == ["Experimentation", "Shadow", "Deployment"]
    assert last_change() == {"stages/shadow-run/position": [5, 1]}

    editing.remove_stage(stage="monitoring", **act)
    assert last_change() == {"stages/monitoring": [{"ml-engineer": "AR", "product-owner": "I"}, None]}
    assert "monitoring" not in stored(act["version"]).responsibilities


def test_second_stage_of_a_name_has_a_key_of_its_own(act) -> None:
    assert [editing.add_stage(name="Deployment", **act).key for _ in range(2)] == ["deployment-2", "deployment-3"]


def test_stage_without_name_is_refused(act) -> None:
    with pytest.raises(Invalid):
        editing.add_stage(name="   ", **act)


def test_column_is_added_changed_moved_and_removed(act) -> None:
    TeamFactory(key="governance")
    RoleFactory(key="compliance-lead")
    version = act["version"]

    editing.add_column(role="governance/compliance-lead", **act)
    editing.save_cell(stage="monitoring", column="governance/compliance-lead", letter="C", **act)
    editing.change_column(column="governance/compliance-lead", role="compliance-lead", **act)
    assert stored(version).letter("monitoring", "compliance-lead") == "C"

    editing.move_column(column="compliance-lead", to=0, **act)
    assert version.columns.first().ref == "compliance-lead"

    editing.remove_column(column="compliance-lead", **act)
    assert last_change() == {"columns/compliance-lead": [{"monitoring": "C"}, None]}
    assert not Cell.objects.filter(column__role__key="compliance-lead").exists()


@pytest.mark.parametrize("role", ["no-such", "no-team/ml-engineer", "ml-engineer"])
def test_column_of_an_unknown_or_present_role_is_refused(act, role: str) -> None:
    with pytest.raises(Invalid):
        editing.add_column(role=role, **act)


# -- parts ----------------------------------------------------------------------------------------------------------


def a_right(**fields: object) -> DecisionRight:
    values = {"key": "retraining", "approvers": (ApproverPlace(role="product-owner", count=2),), **fields}
    return DecisionRight(**values)  # type: ignore[arg-type]


def test_right_is_added_changed_moved_and_removed(act) -> None:
    version = act["version"]
    editing.add_part(section="decisions", part=a_right(), **act)
    assert last_change() == {
        "decisions/retraining": [None, {"key": "retraining", "approvers": [{"role": "product-owner", "count": 2}]}]
    }

    editing.change_part(section="decisions", key="retraining", part=a_right(tiers=(1,)), **act)
    assert stored(version).decisions[1].tiers == (1,)
    assert last_change() == {"decisions/retraining/tiers": [[], [1]]}

    editing.move_part(section="decisions", key="retraining", to=0, **act)
    assert [right.key for right in stored(version).decisions] == ["retraining", "all-changes"]

    editing.remove_part(section="decisions", key="retraining", **act)
    assert [right.key for right in stored(version).decisions] == ["all-changes"]


def test_right_with_an_unknown_role_is_refused_and_nothing_stored(act) -> None:
    before = stored(act["version"])
    with pytest.raises(Invalid):
        editing.add_part(section="decisions", part=a_right(driver="no-such"), **act)
    assert stored(act["version"]) == before


def test_right_under_a_taken_key_is_refused(act) -> None:
    with pytest.raises(Invalid):
        editing.add_part(section="decisions", part=a_right(key="all-changes"), **act)


def test_right_that_somebody_changed_meanwhile_is_a_conflict(act) -> None:
    seen = token_of(stored(act["version"]).decisions[0])
    first = a_right(key="all-changes", tiers=(1, 2, 3))
    editing.change_part(section="decisions", key="all-changes", part=first, seen=seen, **act)

    with pytest.raises(PartConflict):
        editing.change_part(section="decisions", key="all-changes", part=a_right(key="all-changes"), seen=seen, **act)

    assert stored(act["version"]).decisions[0] == first


def test_path_keeps_its_levels_and_takes_late_decisions_along(act) -> None:
    version = act["version"]
    levels = stored(version).escalation[0].levels

    editing.change_part(section="escalation", key="incidents", part=EscalationPath(key="trouble"), **act)

    assert stored(version).escalation == (EscalationPath(key="trouble", levels=levels),)
    assert stored(version).decisions[0].overdue == "trouble"

    editing.remove_part(section="escalation", key="trouble", **act)
    assert stored(version).decisions[0].overdue is None


def test_level_is_added_changed_moved_and_removed(act) -> None:
    version = act["version"]
    level = EscalationLevel(to=Target(role="data-scientist"), acknowledge_within="1h")

    editing.add_level(path="incidents", level=level, **act)
    editing.move_level(path="incidents", number=2, to=0, **act)
    assert [each.to.value for each in stored(version).escalation[0].levels] == [
        "data-scientist",
        "ml-engineer",
        "fraud-detection",
    ]

    later = level.model_copy(update={"acknowledge_within": "2h"})
    editing.change_level(path="incidents", number=0, level=later, seen=token_of(level), **act)
    assert last_change() == {"escalation/incidents/levels/0/acknowledge_within": ["1h", "2h"]}
    with pytest.raises(PartConflict):
        editing.change_level(path="incidents", number=0, level=level, seen="another", **act)

    editing.remove_level(path="incidents", number=0, **act)
    assert len(stored(version).escalation[0].levels) == 2
    with pytest.raises(PartConflict):
        editing.remove_level(path="incidents", number=2, **act)


def test_ritual_is_changed(act) -> None:
    ritual = Ritual.model_validate(
        {
            "key": "retro",
            "kind": RitualKind.RETROSPECTIVE,
            "cadence": "FREQ=MONTHLY;BYDAY=1MO",
            "from": "2026-01-05",
            "at": "09:30",
            "timezone": "Europe/Berlin",
        }
    )
    editing.change_part(section="rituals", key="retro", part=ritual, **act)
    assert stored(act["version"]).rituals[0] == ritual


# -- what stands once -----------------------------------------------------------------------------------------------


def test_purpose_is_set_and_the_ledger_holds_no_text(act) -> None:
    purpose = Purpose(purpose="Pay out on time.", north_star=NorthStar(statement="Late payouts", target="none"))

    editing.set_purpose(purpose=purpose, **act)

    assert editing.purpose_of(stored(act["version"])) == purpose
    assert last_change() == {"purpose": [], "north_star": []}


def test_purpose_that_somebody_changed_meanwhile_is_a_conflict(act) -> None:
    seen = token_of(editing.purpose_of(stored(act["version"])))
    editing.set_purpose(purpose=Purpose(purpose="One."), seen=seen, **act)
    with pytest.raises(PartConflict):
        editing.set_purpose(purpose=Purpose(purpose="Two."), seen=seen, **act)


def test_evidence_is_set_by_tier(act) -> None:
    editing.set_evidence(evidence={"1": [EvidenceKind.LINEAGE], "3": []}, **act)

    assert stored(act["version"]).evidence == {"1": (EvidenceKind.LINEAGE,)}
    assert last_change()["evidence/3"] == [["evaluation"], []]


def test_review_interval_is_set_and_unset(act) -> None:
    editing.set_review_interval(after="60d", **act)
    assert stored(act["version"]).post_implementation_review.after == "60d"

    editing.set_review_interval(after="", **act)
    assert stored(act["version"]).post_implementation_review is None


def test_saving_a_cell_takes_the_same_queries_in_a_large_matrix(crew: Crew, django_assert_num_queries) -> None:
    version = VersionFactory(charter__team=crew.team)
    stages = [StageFactory(version=version) for _ in range(30)]
    columns = [ColumnFactory(version=version) for _ in range(12)]
    with django_assert_num_queries(10):
        editing.save_cell(
            version=version, stage=stages[-1].key, column=columns[-1].ref, letter="R", seen="", by=crew.lead, now=NOW
        )
