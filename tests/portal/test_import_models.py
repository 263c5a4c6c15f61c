import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ledger.models import Entry
from teams.models import MLModel, Team
from tests.factories import MLModelFactory, PersonFactory, TeamFactory

pytestmark = pytest.mark.django_db

MAPPING = """\
remit_models: 1
key: {columns: [unit, id], when_blank: [unit, title], tell_apart_by: [title], number_repeats: true}
name: {columns: [title], when_blank: [id]}
team: {columns: [unit], found: {name: {columns: [unit_name]}, structure: hub, timezone: Europe/Berlin, holidays: DE}}
tier: {column: risk, values: {high: 1, low: 3}, blank: 2}
stage: {column: phase, values: {idea: building, live: running}, blank: running}
registry: {columns: [link]}
description: {columns: [what, why], headings: {why: Reason}, joined_by: "\\n\\n"}
accountable: {columns: [owner]}
"""
HEADER = "unit,unit_name,id,title,risk,phase,link,what,why,owner\n"
ROWS = """\
OPS,Operations,1,Pump watcher,high,live,models:/pump,"Watches
pumps",Leaks,
OPS,Operations,,Valve watcher,low,idea,,,,
HR,Human resources,1,=cmd|'/c calc'!A1,,,,<script>alert(1)</script>,,
"""


@pytest.fixture
def run(tmp_path: Path):
    """Run the command on a CSV and a mapping; what it wrote to stdout and stderr."""

    def run(rows: str | bytes, *options: str, mapping: str = MAPPING) -> tuple[str, str]:
        csv, yaml = tmp_path / "list.csv", tmp_path / "map.yaml"
        csv.write_bytes(rows if isinstance(rows, bytes) else (HEADER + rows).encode())
        yaml.write_text(mapping)
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("import_models", str(csv), "--map", str(yaml), *options, stdout=out, stderr=err)
        except CommandError as refusal:
            err.write(f"{refusal}\nexit {refusal.returncode}\n")
        return out.getvalue(), err.getvalue().replace(f"{tmp_path}/", "")

    return run


def test_import_takes_each_row_in_once(run) -> None:
    out, err = run(ROWS)
    assert out == "3 new, 0 changed, 0 the same; 2 teams founded.\n"
    assert err == ""
    pump = MLModel.objects.get(key="ops-1")
    assert (pump.name, pump.team.key, pump.tier, pump.stage) == ("Pump watcher", "ops", 1, "running")
    assert pump.registry == "models:/pump"
    assert pump.description == "Watches\npumps\n\nReason: Leaks"
    assert set(MLModel.objects.values_list("key", flat=True)) == {"ops-1", "ops-valve-watcher", "hr-1"}
    ops = Team.objects.get(key="ops")
    assert (ops.name, ops.structure, ops.timezone, ops.holidays) == ("Operations", "hub", "Europe/Berlin", "DE")


def test_import_stores_formulas_and_markup_as_text(run) -> None:
    run(ROWS)
    model = MLModel.objects.get(key="hr-1")
    assert model.name == "=cmd|'/c calc'!A1"
    assert model.description == "<script>alert(1)</script>"


def test_import_writes_one_entry_a_model_without_its_texts(run) -> None:
    run(ROWS)
    entries = Entry.objects.filter(key="teams.model.registered")
    assert {entry.object_id for entry in entries} == {str(pk) for pk in MLModel.objects.values_list("pk", flat=True)}
    pump = entries.get(object_id=str(MLModel.objects.get(key="ops-1").pk))
    assert pump.change == {
        "team": [None, "ops"],
        "accountable": [None, None],
        "tier": [None, 1],
        "stage": [None, "running"],
    }
    assert pump.actor_id is None
    assert Entry.objects.filter(key="teams.team.created").count() == 2


def test_second_import_changes_nothing(run) -> None:
    run(ROWS)
    entries = Entry.objects.count()
    out, _err = run(ROWS)
    assert out == "0 new, 0 changed, 3 the same.\n"
    assert Entry.objects.count() == entries


def test_changed_rows_change_their_models_and_say_so_in_the_ledger(run) -> None:
    run(ROWS)
    out, _err = run(ROWS.replace("Pump watcher,high", "Pump guard,low"))
    assert out == "0 new, 1 changed, 2 the same.\n"
    pump = MLModel.objects.get(key="ops-1")
    assert (pump.name, pump.tier) == ("Pump guard", 3)
    [entry] = Entry.objects.filter(key="teams.model.changed")
    assert entry.change == {"name": [], "tier": [1, 3]}
    assert entry.object_id == str(pump.pk)


def test_import_leaves_alone_what_the_mapping_does_not_speak_of(run) -> None:
    mapping = MAPPING.replace("registry: {columns: [link]}\n", "").replace("accountable: {columns: [owner]}\n", "")
    run(ROWS, mapping=mapping)
    owner = PersonFactory()
    MLModel.objects.filter(key="ops-1").update(registry="models:/kept", accountable=owner)
    assert run(ROWS, mapping=mapping)[0] == "0 new, 0 changed, 3 the same.\n"
    pump = MLModel.objects.get(key="ops-1")
    assert (pump.registry, pump.accountable) == ("models:/kept", owner)


def test_import_finds_the_accountable_person_by_address(run) -> None:
    owner = PersonFactory(email="ada@example.org")
    run("OPS,Operations,1,Pump watcher,high,live,,,,Ada@Example.org\n")
    assert MLModel.objects.get().accountable == owner


def test_team_that_is_there_stays_as_it_is(run) -> None:
    TeamFactory(key="ops", name="Our operations")
    run(ROWS)
    assert Team.objects.get(key="ops").name == "Our operations"


def test_dry_run_stores_nothing(run) -> None:
    out, _err = run(ROWS, "--dry-run")
    assert out == "Would be: 3 new, 0 changed, 0 the same; 2 teams founded.\n"
    assert not MLModel.objects.exists()
    assert not Team.objects.exists()
    assert not Entry.objects.exists()


def test_import_by_an_admin_names_them_in_the_ledger(run) -> None:
    admin = PersonFactory(admin=True, email="admin@example.org")
    run(ROWS, "--by", "admin@example.org")
    assert set(Entry.objects.values_list("actor_id", flat=True)) == {admin.pk}


def test_import_by_anybody_else_is_refused(run) -> None:
    PersonFactory(email="somebody@example.org")
    assert "Only an admin may change this." in run(ROWS, "--by", "somebody@example.org")[1]
    assert "Nobody here has the address nobody@example.org." in run(ROWS, "--by", "nobody@example.org")[1]
    assert not Team.objects.exists()


def test_repeated_ids_are_told_apart_and_equal_rows_are_numbered(run) -> None:
    row = "OPS,Operations,7,{},low,live,,,,\n"
    out, _err = run(row.format("One") + row.format("Two") + row.format("Two"))
    assert out.startswith("3 new")
    keys = list(MLModel.objects.order_by("key").values_list("key", flat=True))
    assert all(key.startswith("ops-7-") for key in keys)
    assert run(row.format("Two") + row.format("One") + row.format("Two"))[0] == "0 new, 0 changed, 3 the same.\n"


def test_import_by_anybody_else_is_refused_where_teams_are_there(run) -> None:
    for key in ("ops", "hr"):
        TeamFactory(key=key)
    PersonFactory(email="somebody@example.org")
    assert run(ROWS, "--by", "somebody@example.org")[1].startswith("Nothing was stored: Only an admin may change this.")
    assert not MLModel.objects.exists()


# What is refused


def test_duplicate_key_is_refused_with_both_lines(run) -> None:
    mapping = MAPPING.replace(", tell_apart_by: [title], number_repeats: true", "")
    out, err = run(ROWS + "OPS,Operations,1,Another,low,live,,,,\n", mapping=mapping)
    assert out == ""
    assert err == "list.csv:6: the key ops-1 stands on line 2 already\nNothing was stored: 1 fault.\nexit 1\n"
    assert not MLModel.objects.exists()
    assert not Team.objects.exists()


def test_missing_column_is_refused_with_the_columns_there_are(run) -> None:
    _out, err = run(b"unit,unit_name,id,title\nOPS,Operations,1,Pump\n")
    assert err.startswith("list.csv:1: there is no column 'risk' (tier), 'phase' (stage), ")
    assert "the columns are unit, unit_name, id, title\n" in err


def test_broken_encoding_is_refused_with_byte_and_line(run) -> None:
    _out, err = run((HEADER + ROWS + "HR,Käse,2,x,,,,,,\n").encode("latin-1"))
    assert err.startswith("list.csv:6: the byte 0xE4 (number ")


def test_table_without_rows_is_refused(run) -> None:
    assert run("")[1] == "list.csv: has a header but no rows\nNothing was stored: 1 fault.\nexit 1\n"


def test_unknown_value_is_refused_with_its_line(run) -> None:
    _out, err = run(ROWS.replace("Pump watcher,high", "Pump watcher,extreme"))
    assert err.startswith("list.csv:2: risk is 'extreme', which the mapping does not translate; it knows high, low\n")


@pytest.mark.parametrize(
    ("row", "detail"),
    [
        ("OPS,Operations,1,,low,live,,,", "has 9 cells where the header has 10"),
        ("OPS,Operations,,,low,live,,,,", "title: the name is blank"),
        ("OPS,Operations,9," + "x" * 301 + ",low,live,,,,", "name: Ensure this value has at most 300 characters"),
        ("OPS,Operations,9,a\0b,low,live,,,,", "the name holds a hidden character (control character U+0000)"),
        ("OPS,Operations,9,a,low,live,,,,nobody@example.org", "nobody here has the address nobody@example.org"),
        (",Operations,9,a,low,live,,,,", "unit: no team is named"),
    ],
)
def test_faulty_row_is_refused_with_its_line(run, row: str, detail: str) -> None:
    _out, err = run(ROWS + row + "\n")
    assert f"list.csv:6: {detail}" in err
    assert not MLModel.objects.exists()


def test_blank_key_is_refused_where_the_mapping_has_nothing_in_its_place(run) -> None:
    _out, err = run(ROWS, mapping=MAPPING.replace(" when_blank: [unit, title],", ""))
    assert "list.csv:4: has no key: id is blank" in err


def test_missing_team_is_refused_where_the_mapping_does_not_found_it(run) -> None:
    TeamFactory(key="ops")
    mapping = MAPPING.replace(
        ", found: {name: {columns: [unit_name]}, structure: hub, timezone: Europe/Berlin, holidays: DE}", ""
    )
    _out, err = run(ROWS, mapping=mapping)
    assert "list.csv:5: there is no team hr, and the mapping does not say how to found it" in err


def test_team_that_cannot_be_founded_is_refused(run) -> None:
    _out, err = run(ROWS, mapping=MAPPING.replace("holidays: DE", "parent: board"))
    assert "list.csv:2: the team ops cannot be founded: there is no team board above it" in err
    _out, err = run(ROWS, mapping=MAPPING.replace("Europe/Berlin", "Mars/Crater"))
    assert "list.csv:2: the team ops cannot be founded: timezone: " in err


def test_closed_team_takes_no_models(run) -> None:
    TeamFactory(key="ops", closed_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert "Nothing was stored" in run(ROWS)[1]
    assert not MLModel.objects.exists()


def test_faulty_rows_are_left_out_and_listed_when_asked(run) -> None:
    out, err = run(
        ROWS + "OPS,Operations,8,Bad,extreme,live,,,,\nOPS,Operations,9,Good,low,live,,,,\n", "--skip-invalid"
    )
    assert out == "4 new, 0 changed, 0 the same; 2 teams founded; 1 row left out.\n"
    assert err == "list.csv:6: risk is 'extreme', which the mapping does not translate; it knows high, low\n"
    assert MLModel.objects.filter(key="ops-9").exists()
    assert not MLModel.objects.filter(key="ops-8").exists()


def test_long_list_of_faults_is_cut(run) -> None:
    rows = "".join(f"OPS,Operations,{number},Bad,extreme,live,,,,\n" for number in range(60))
    _out, err = run(rows)
    assert "… and 10 more\nNothing was stored: 60 faults.\nexit 1\n" in err


def test_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"map\.yaml cannot be read: No such file or directory"):
        call_command("import_models", str(tmp_path / "list.csv"), "--map", str(tmp_path / "map.yaml"))


def test_number_of_queries_does_not_follow_the_number_of_models(run, django_assert_max_num_queries) -> None:
    TeamFactory(key="ops")
    MLModelFactory.create_batch(3)
    rows = "".join(f"OPS,Operations,{number},Good,low,live,,,,\n" for number in range(400))
    with django_assert_max_num_queries(30):
        run(rows)
    with django_assert_max_num_queries(30):
        run(rows.replace("Good", "Better"))
