import pytest

from portal.importing.faults import BadInput
from portal.importing.mapping import ModelMap, NotSaid, read_map
from portal.importing.tables import Row

MAPPING = """\
remit_models: 1
key: {columns: [unit, id], when_blank: [unit, title]}
name: {columns: [title]}
team: {columns: [unit], found: {name: {columns: [unit_name]}, structure: hub}}
tier: {column: risk, values: {High: 1, Low: 3}, blank: 2}
stage: {column: phase, values: {live: running}, otherwise: building}
description: {columns: [what, why], headings: {why: Reason}, joined_by: "\\n", otherwise: Not described}
"""


def mapping(text: str = MAPPING) -> ModelMap:
    return read_map(text.encode(), name="map.yaml")


def refusal(old: str, new: str) -> tuple[int, str]:
    assert old in MAPPING
    with pytest.raises(BadInput) as caught:
        mapping(MAPPING.replace(old, new))
    [fault] = caught.value.faults
    return fault.line, fault.detail


def row(**cells: str) -> Row:
    return Row(2, cells)


def test_translation_gives_our_word_whatever_the_case() -> None:
    tier = mapping().tier
    assert [tier.word(row(risk=said)) for said in ("High", "HIGH", "low", "")] == [1, 1, 3, 2]


def test_translation_of_an_unknown_value_is_refused_with_what_it_knows() -> None:
    with pytest.raises(NotSaid, match="risk is 'Medium', which the mapping does not translate; it knows High, Low"):
        mapping().tier.word(row(risk="Medium"))


def test_translation_of_a_blank_needs_to_be_said() -> None:
    with pytest.raises(NotSaid, match="risk is blank"):
        mapping(MAPPING.replace(", blank: 2", "")).tier.word(row(risk=""))


def test_translation_may_have_a_word_for_everything_else() -> None:
    stage = mapping().stage
    assert stage is not None
    assert stage.word(row(phase="idea")) == "building"


def test_text_joins_columns_and_passes_blanks_over() -> None:
    description = mapping().description
    assert description is not None
    assert description.text(row(what="Scores", why="Fraud")) == "Scores\nReason: Fraud"
    assert description.text(row(what="Scores", why="")) == "Scores"
    assert description.text(row(what="", why="")) == "Not described"


def test_line_makes_one_line() -> None:
    assert mapping().name.line(row(title="Two\n  lines")) == "Two lines"


@pytest.mark.parametrize(
    ("old", "new", "line", "detail"),
    [
        ("hub", "heap", 4, "/team/found/structure: must be 'embedded'"),
        ("High: 1", "High: 4", 5, "/tier/values/High"),
        ("column: risk, ", "", 5, "/tier: name either a column or what is always so"),
        ("Low: 3", "HIGH: 3", 5, "/tier: a value stands there twice"),
        ("live: running", "live: walking", 6, "/stage/values/live: must be 'building'"),
        ("[title]}\nteam", "[]}\nteam", 3, "/name/columns: name at least one column"),
        ("name: {columns: [title]}\n", "", 1, "/name: is missing"),
        ("columns: [unit], found", "always: x, columns: [unit], found", 4, "/team: name either columns or the team"),
        ("remit_models: 1", "remit_models: 2", 1, "/remit_models: must be 1"),
        ("key:", "keys: 1\nkey:", 2, "/keys: is not a key that belongs here"),
        ("headings: {why", "headings: {who", 7, "/description/headings: who is none of the columns"),
        ("[unit, id]", "[unit, id", 2, "is not YAML"),
        ("[unit, id]", "&x [unit, id]", 2, "anchors are not accepted"),
    ],
)
def test_mapping_that_says_too_little_is_refused_with_its_line(old: str, new: str, line: int, detail: str) -> None:
    found_line, found_detail = refusal(old, new)
    assert detail in found_detail
    assert found_line == line


def test_missing_columns_are_named_with_those_that_are_there() -> None:
    with pytest.raises(BadInput) as caught:
        mapping().refuse_missing(["unit", "id", "title", "what", "why", "phase"], name="list.csv")
    [fault] = caught.value.faults
    assert fault.within("list.csv") == (
        "list.csv:1: there is no column 'unit_name' (team), 'risk' (tier); "
        "the columns are unit, id, title, what, why, phase"
    )
