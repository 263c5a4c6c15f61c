"""What is read, what is refused, and where it stands."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.parsing import MAX_BYTES, Source, Unparsable, Unreadable, read_document, read_json, read_yaml
from charter.references import Known, refuse_unknown
from charter.rendering import dump_yaml, to_yaml
from tests.charters import ROLES, clean_tree, document_from

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.yaml"))


def refusal(text: str | bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read_document(read_yaml(text))
    return "; ".join(str(problem) for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &x 1\nb: *x", "line 1, column 4: /a: anchors are not accepted"),
        ("b: *x", "line 1, column 4: /b: aliases are not accepted: write the value out"),
        ("a: 1\na: 2", "line 2, column 1: /: the key a stands twice"),
        ("a: !!python/object x", "line 1, column 4: /a: tags are not accepted"),
        ("[" * 21 + "]" * 21, "nested deeper than 20"),
        ('team: "a\\0b"', "hidden character (control character U+0000)"),
        ("team: a\u202eb", "hidden character (right-to-left override)"),
        ("a: 1\n---\nb: 2", "holds more than one document"),
        ("", "is empty"),
        ("a: [1,\nb: 2", "is not YAML"),
        (b"team: \xff", "line 1, column 1: /: is not UTF-8"),
        ("? [a]\n: b", "a key is a word"),
        ("x" * (MAX_BYTES + 1), "is larger than 1,000,000 bytes"),
    ],
)
def test_hostile_yaml_is_refused_with_the_reason(text: str | bytes, reason: str) -> None:
    assert reason in refusal(text)


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 2}', '{"a": NaN}', '{"a": Infinity}', '{"a": 1e400}', "[" * 5000 + "]" * 5000, "{", b"\xff"]
)
def test_hostile_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(Unreadable):
        read_json(text)


def test_what_is_no_yaml_at_all_is_unparsable() -> None:
    with pytest.raises(Unparsable):
        read_yaml("a: [1,\nb: 2")


def test_every_fault_of_a_document_is_told_with_its_line() -> None:
    text = "remit: 1\nteam: x\npurpos: Oops\nresponsibilities:\n  monitoring: {ml-engineer: X}\n"
    assert refusal(text).split("; ") == [
        "line 5, column 16: /responsibilities/monitoring/ml-engineer: must be 'A', 'AR', 'R', 'C' or 'I'",
        "line 3, column 1: /purpos: is not a key that belongs here",
    ]


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"remit": 2}, "/remit"),
        ({"remit": None}, "/remit"),
        ({"rituals": [{**clean_tree()["rituals"][0], "starts_on": "2026-01-08"}]}, "/rituals/0/starts_on"),
        ({"team": "Not a key", "escalation": None}, "/team"),
        ({"stages": {"key": "x"}}, "/stages"),
        ({"decisions": [{"key": "x", "approvers": "auto"}]}, "/decisions/0/approvers"),
        ({"decisions": [{"key": "x", "tiers": ["1"]}]}, "/decisions/0/tiers/0"),
        ({"decisions": [{"key": "x", "tiers": [True]}]}, "/decisions/0/tiers/0"),
        ({"decisions": [{"key": "x", "decide_within": "soon"}]}, "/decisions/0/decide_within"),
        ({"escalation": [{"key": "x", "levels": [{"to": {}}]}]}, "/escalation/0/levels/0/to"),
        ({"escalation": [{"key": "x", "levels": [{"to": {"role": "a", "lead": "b"}}]}]}, "/escalation/0/levels/0/to"),
        ({"thresholds": [{"key": "x", "metric": "psi", "then": "shout"}]}, "/thresholds/0/then"),
        ({"evidence": {"4": ["lineage"]}}, "/evidence/4"),
        ({"purpose": "x" * 20_001}, "/purpose"),
    ],
)
def test_what_cannot_be_understood_is_refused_at_its_place(parts: dict[str, object], pointer: str) -> None:
    with pytest.raises(Unreadable) as refused:
        document_from(clean_tree(**parts))
    assert [problem.pointer for problem in refused.value.problems] == [pointer]


@pytest.mark.parametrize("cadence", ["FREQ=SECONDLY", "FREQ=MINUTELY", "every Thursday", "FREQ=WEEKLY;BYDAY=XX", ""])
def test_a_cadence_that_nobody_understands_or_that_fires_all_the_time_is_refused(cadence: str) -> None:
    ritual = {**clean_tree()["rituals"][0], "cadence": cadence}
    with pytest.raises(Unreadable) as refused:
        document_from(clean_tree(rituals=[ritual]))
    assert [problem.pointer for problem in refused.value.problems] == ["/rituals/0/cadence"]


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"responsibilities": {"nowhere": {"ml-engineer": "A"}}}, "/responsibilities/nowhere"),
        ({"responsibilities": {"monitoring": {"wizard": "A"}}}, "/responsibilities/monitoring/wizard"),
        (
            {"responsibilities": {"monitoring": {"moon/ml-engineer": "A"}}},
            "/responsibilities/monitoring/moon~1ml-engineer",
        ),
        ({"decisions": [{"key": "a", "driver": "wizard"}]}, "/decisions/0/driver"),
        ({"decisions": [{"key": "a", "overdue": "nowhere"}]}, "/decisions/0/overdue"),
        ({"decisions": [{"key": "a"}, {"key": "a"}]}, "/decisions/1"),
        ({"stages": [{"key": "a", "name": "A"}, {"key": "a", "name": "B"}], "responsibilities": None}, "/stages/1"),
        (
            {"escalation": [{"key": "incidents", "levels": [{"to": {"lead": "moon"}}]}]},
            "/escalation/0/levels/0/to/lead",
        ),
    ],
)
def test_mentions_that_lead_nowhere_are_refused(parts: dict[str, object], pointer: str) -> None:
    known = Known(roles=set(ROLES), teams={"fraud-detection"}, people=set())
    with pytest.raises(Unreadable) as refused:
        refuse_unknown(document_from(clean_tree(**parts)), known)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]


def test_dates_and_words_of_yaml_1_1_are_text() -> None:
    assert read_yaml("a: 2027-06-30\nb: yes\nc: 0o17\nd: 1_000\ne: 12:30").tree == {
        "a": "2027-06-30",
        "b": "yes",
        "c": 15,
        "d": "1_000",
        "e": "12:30",
    }


scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]) | st.just("\n"), max_size=40
)
trees = st.recursive(
    scalars | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


@given(trees)
def test_yaml_reads_back_what_was_written(tree: object) -> None:
    assert read_yaml(dump_yaml({"tree": tree})).tree == {"tree": tree}


def test_a_document_reads_back_to_the_byte() -> None:
    document = document_from(clean_tree())
    again = read_document(read_yaml(to_yaml(document)))
    assert (again.canonical, to_yaml(again)) == (document.canonical, to_yaml(document))
    assert read_document(read_json(document.canonical)).digest == document.digest


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_read_back_to_the_byte(example: Path) -> None:
    document = read_document(read_yaml(example.read_bytes()))
    written = to_yaml(document)
    assert to_yaml(read_document(read_yaml(written))) == written


def test_the_digest_ignores_what_is_empty_or_default() -> None:
    tree = clean_tree()
    spelled = clean_tree(thresholds=[], waivers=[])
    spelled["decisions"][0]["approvers"][0]["count"] = 1
    assert document_from(tree).digest == document_from(spelled).digest
    tree["purpose"] += "!"
    assert document_from(tree).digest != document_from(spelled).digest


def test_a_problem_without_its_own_place_stands_at_its_ancestor() -> None:
    source = read_yaml("remit: 1\nteam: x\nstages:\n  - key: a\n")
    assert source.place("/stages/0/name") == (4, 5)
    assert Source({}).place("/stages") == (0, 0)
