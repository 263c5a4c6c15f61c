"""`manage.py charter check|import|export|diff`."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from charter.models import Version
from charter.rendering import dump_yaml
from tests.charters import Crew, clean_tree, document_from, make_crew, put_in_force
from tests.factories import NOW, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


@pytest.fixture
def charter_file(tmp_path: Path) -> Path:
    file = tmp_path / "fraud.yaml"
    file.write_text(dump_yaml(clean_tree()))
    return file


def run(*args: object) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("charter", *map(str, args), stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_check_prints_a_finding_a_line_and_exits_with_one(charter_file: Path) -> None:
    tree = clean_tree()
    tree["responsibilities"]["monitoring"] = {"ml-engineer": "R"}
    charter_file.write_text(dump_yaml(tree))
    line = charter_file.read_text().splitlines().index("  - key: monitoring") + 1
    code, out, err = run("check", charter_file)
    assert (code, out) == (1, f"{charter_file}:{line}: error RESP001 /stages/monitoring: nobody is accountable\n")
    assert "skipped DEC002, DEC004, ESC002, ESC003, ESC005, RESP004, RESP007, TEAM001" in err


def test_check_of_a_clean_file_exits_with_zero(charter_file: Path) -> None:
    code, out, _err = run("check", charter_file)
    assert (code, out) == (0, "")


@pytest.mark.parametrize("text", ["a: [", "remit: 1\nteam: x\nteam: y\n", "remit: 1\nteam: x\nresponsibilities: 3\n"])
def test_check_of_what_cannot_be_read_exits_with_two(charter_file: Path, text: str) -> None:
    charter_file.write_text(text)
    code, out, err = run("check", charter_file)
    assert (code, out) == (2, "")
    assert err.startswith(f"{charter_file}:")


def test_check_of_neither_a_file_nor_a_team_exits_with_two() -> None:
    assert run("check", "nowhere")[0] == 2


def test_check_of_a_team_looks_at_its_people(crew: Crew) -> None:
    put_in_force(crew)
    assert run("check", "fraud-detection")[0] == 0
    crew["ml-engineer"].is_active = False
    crew["ml-engineer"].save()
    code, out, _err = run("check", "fraud-detection")
    assert code == 1
    assert "fraud-detection:0: error RESP004 /stages/monitoring: nobody holds the role" in out


def test_check_speaks_json_sarif_and_github(charter_file: Path) -> None:
    tree = clean_tree()
    tree["escalation"] = []
    tree["decisions"][0].pop("overdue")
    charter_file.write_text(dump_yaml(tree))
    _code, out, _err = run("check", charter_file, "--format", "json")
    assert [finding["id"] for finding in json.loads(out)["findings"]] == ["ESC001"]
    _code, out, _err = run("check", charter_file, "--format", "github")
    assert out.startswith("::error file=")
    _code, out, _err = run("check", charter_file, "--format", "sarif")
    report = json.loads(out)
    assert (report["version"], report["runs"][0]["results"][0]["ruleId"]) == ("2.1.0", "ESC001")


def test_import_export_import_is_the_same_to_the_byte(crew: Crew, charter_file: Path, tmp_path: Path) -> None:
    assert run("import", charter_file, "--by", crew.lead.email)[0] == 0
    first = run("export", "fraud-detection", "--draft")[1]
    again = tmp_path / "again.yaml"
    again.write_text(first)
    run("import", again)
    assert run("export", "fraud-detection", "--draft")[1] == first
    assert Version.objects.count() == 1


def test_import_by_a_stranger_is_refused(crew: Crew, charter_file: Path) -> None:
    with pytest.raises(CommandError, match="Only the lead"):
        run("import", charter_file, "--by", PersonFactory().email)
    assert not Version.objects.exists()


def test_diff_shows_what_differs_and_exits_with_one(crew: Crew, charter_file: Path) -> None:
    put_in_force(crew)
    assert run("diff", charter_file)[:2] == (0, "")
    charter_file.write_text(dump_yaml(clean_tree(purpose="Something else.")))
    code, out, _err = run("diff", charter_file)
    assert code == 1
    assert "+purpose: Something else." in out


def test_the_document_of_the_draft_is_what_was_imported(crew: Crew, charter_file: Path) -> None:
    code, out, _err = run("import", charter_file)
    assert (code, document_from(clean_tree()).digest in out) == (0, True)
    assert Version.objects.get().edited_at >= NOW
