import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ledger.models import Entry
from portal.importing.organisation import Installed, parents_after, problems_of, read_organisation, top_down
from teams.models import MLModel, Person, Role, Seat, Team
from tests.factories import MLModelFactory, PersonFactory, RoleFactory, SeatFactory, TeamFactory

pytestmark = pytest.mark.django_db

ORGANISATION = """\
remit_org: 1
roles:
  - {key: label-lead, name: Label lead, discipline: data, skills: [Patience]}
people:
  - {email: Ada@example.org, name: Ada Brandt, timezone: Europe/Berlin, admin: true, auditor: false}
  - {email: ben@example.org, name: Ben Ito, auditor: true, working_days: [1, 2], work_starts: "08:30"}
teams:
  - {key: fraud, name: Fraud, parent: payments, structure: squad, lead: ada@example.org, holidays: DE,
     seats: [{role: ml-engineer, person: ada@example.org, kind: primary, since: 2026-01-01},
             {role: label-lead, person: ben@example.org, since: 2025-03-01, until: 2025-12-31}]}
  - {key: payments, name: Payments}
models:
  - {key: scorer, name: Scorer, team: fraud, accountable: ada@example.org, tier: 1, registry: "models:/scorer"}
"""


@pytest.fixture
def run(tmp_path: Path):
    """Run import_org on a text; what it wrote to stdout and stderr."""

    def run(text: str | bytes, *options: str) -> tuple[str, str]:
        path = tmp_path / "org.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("import_org", str(path), *options, stdout=out, stderr=err)
        except CommandError as refusal:
            err.write(f"{refusal}\nexit {refusal.returncode}\n")
        return out.getvalue(), err.getvalue().replace(f"{tmp_path}/", "")

    return run


def exported() -> str:
    out = io.StringIO()
    call_command("export_org", stdout=out)
    return out.getvalue()


def everything() -> list[int]:
    return [kind.objects.count() for kind in (Person, Team, Seat, MLModel, Role, Entry)]


def test_import_makes_what_the_file_says(run) -> None:
    out, err = run(ORGANISATION)
    assert out.splitlines() == [
        "roles: 1 new, 0 changed, 0 the same",
        "people: 2 new, 0 changed, 0 the same",
        "teams: 2 new, 0 changed, 0 the same",
        "seats: 2 new, 0 changed, 0 the same",
        "models: 1 new, 0 changed, 0 the same",
    ]
    assert err == ""
    ada, ben = Person.objects.get(email="ada@example.org"), Person.objects.get(email="ben@example.org")
    assert (ada.name, ada.is_staff, ada.has_usable_password()) == ("Ada Brandt", True, False)
    assert (ben.is_auditor, ben.working_days, f"{ben.work_starts:%H:%M}") == (True, [1, 2], "08:30")
    fraud = Team.objects.get(key="fraud")
    assert fraud.parent == Team.objects.get(key="payments")
    assert (fraud.lead, fraud.structure, fraud.holidays) == (ada, "squad", "DE")
    assert set(Seat.objects.values_list("role__key", "person__email", "kind", "since", "until")) == {
        ("ml-engineer", "ada@example.org", "primary", date(2026, 1, 1), None),
        ("label-lead", "ben@example.org", "member", date(2025, 3, 1), date(2025, 12, 31)),
    }
    model = MLModel.objects.get()
    assert (model.team, model.accountable, model.tier, model.registry) == (fraud, ada, 1, "models:/scorer")


def test_import_acts_through_the_domain(run) -> None:
    run(ORGANISATION)
    keys = sorted(Entry.objects.values_list("key", flat=True))
    assert keys == [
        "teams.model.registered",
        "teams.person.created",
        "teams.person.created",
        "teams.role.created",
        "teams.seat.given",
        "teams.seat.given",
        "teams.team.created",
        "teams.team.created",
    ]
    assert set(Entry.objects.values_list("actor_id", flat=True)) == {None}


def test_second_import_changes_nothing(run) -> None:
    run(ORGANISATION)
    before = everything()
    out, _err = run(ORGANISATION)
    assert all("0 new, 0 changed" in line for line in out.splitlines())
    assert everything() == before


def test_import_changes_what_differs(run) -> None:
    run(ORGANISATION)
    text = ORGANISATION.replace("name: Ada Brandt", "name: Ada Koch").replace("tier: 1", "tier: 2")
    text = text.replace("kind: primary, since: 2026-01-01}", "kind: deputy, since: 2026-01-01, until: 2026-06-30}")
    out, _err = run(text.replace("structure: squad", "structure: hub").replace("[Patience]", "[Rigour]"))
    assert [line.split(", ")[1] for line in out.splitlines()] == ["1 changed"] * 5
    assert Person.objects.get(email="ada@example.org").name == "Ada Koch"
    assert Team.objects.get(key="fraud").structure == "hub"
    assert MLModel.objects.get().tier == 2
    seat = Seat.objects.get(role__key="ml-engineer")
    assert (seat.kind, seat.until) == ("deputy", date(2026, 6, 30))
    changed = Entry.objects.get(key="teams.model.changed")
    assert changed.change == {"tier": [1, 2]}


def test_import_leaves_alone_what_the_file_does_not_say(run) -> None:
    run(ORGANISATION)
    bystander = SeatFactory(team=Team.objects.get(key="fraud"))
    run("remit_org: 1\nteams: [{key: fraud, name: Fraud}]\npeople: [{email: ada@example.org, name: Ada Brandt}]\n")
    fraud = Team.objects.get(key="fraud")
    assert (fraud.structure, fraud.lead.email, fraud.parent.key) == ("squad", "ada@example.org", "payments")
    assert Person.objects.get(email="ada@example.org").is_staff
    assert Seat.objects.filter(pk=bystander.pk, until=None).exists()


def test_null_takes_away(run) -> None:
    run(ORGANISATION)
    run("remit_org: 1\nteams: [{key: fraud, name: Fraud, parent: null, lead: null}]\n")
    fraud = Team.objects.get(key="fraud")
    assert (fraud.parent, fraud.lead) == (None, None)


def test_primaries_can_change_places(run) -> None:
    team, role = TeamFactory(key="ops", name="Ops"), RoleFactory(key="ml-engineer")
    ada, ben = PersonFactory(email="ada@example.org"), PersonFactory(email="ben@example.org")
    SeatFactory(team=team, role=role, person=ada, kind="primary")
    SeatFactory(team=team, role=role, person=ben, kind="deputy")
    out, err = run("""\
remit_org: 1
teams:
  - key: ops
    name: Ops
    seats:
      - {role: ml-engineer, person: ben@example.org, kind: primary}
      - {role: ml-engineer, person: ada@example.org, kind: deputy}
""")
    assert err == ""
    assert "seats: 0 new, 2 changed, 0 the same" in out
    assert Seat.objects.get(kind="primary").person == ben


def test_teams_can_change_places(run) -> None:
    upper = TeamFactory(key="upper", name="Upper")
    middle = TeamFactory(key="middle", name="Middle", parent=upper)
    TeamFactory(key="lower", name="Lower", parent=middle)
    out, err = run(
        "remit_org: 1\nteams: [{key: upper, name: Upper, parent: middle}, {key: lower, name: Lower, parent: null}, "
        "{key: middle, name: Middle, parent: lower}]\n"
    )
    assert err == ""
    assert "3 changed" in out
    assert Team.objects.get(key="upper").parent.parent.key == "lower"


def test_line_of_teams_may_be_long() -> None:
    links = "".join(f"  - {{key: t-{n}, name: T, parent: t-{n + 1}}}\n" for n in range(1_200))
    file, source = read_organisation(f"remit_org: 1\nteams:\n{links}  - {{key: t-1200, name: T}}\n".encode())
    assert problems_of(file, Installed(roles=(), people=(), parents={}), source) == []
    ordered = [team.key for _index, team in top_down(file, parents_after(file, {}))]
    assert ordered == [f"t-{n}" for n in range(1_200, -1, -1)]


def test_people_leave_and_teams_close_last(run) -> None:
    text = ORGANISATION.replace("auditor: true, working_days", "auditor: true, active: false, working_days")
    text += "  - {key: old, name: Old, team: past, stage: retired}\n"
    text = text.replace(
        "name: Payments}\n",
        "name: Payments}\n  - {key: past, name: Past, closed: true, "
        "seats: [{role: ml-engineer, person: ben@example.org, since: 2024-01-01}]}\n",
    )
    _out, err = run(text)
    assert err == ""
    assert not Person.objects.get(email="ben@example.org").is_active
    assert Team.objects.get(key="past").closed_at is not None
    before = everything()
    run(text)
    assert everything() == before
    back = text.replace("active: false", "active: true").replace("closed: true", "closed: false")
    run(back)
    assert Person.objects.get(email="ben@example.org").is_active
    assert Team.objects.get(key="past").closed_at is None


def test_dry_run_stores_nothing(run) -> None:
    before = everything()
    out, _err = run(ORGANISATION, "--dry-run")
    assert "Would be: people: 2 new, 0 changed, 0 the same" in out
    assert everything() == before


def test_import_by_an_admin_names_them_and_by_others_is_refused(run) -> None:
    admin = PersonFactory(admin=True, email="admin@example.org")
    PersonFactory(email="somebody@example.org")
    assert "Only an admin may change this." in run(ORGANISATION, "--by", "somebody@example.org")[1]
    run(ORGANISATION, "--by", "admin@example.org")
    assert set(Entry.objects.values_list("actor_id", flat=True)) == {admin.pk}


# Export


def test_export_and_import_and_export_are_the_same_bytes(run) -> None:
    run(ORGANISATION)
    Team.objects.filter(key="fraud").update(name='"Fraud": yes #1 – ångström')
    MLModel.objects.update(description="  two\n\nlines \n# of: text\n", registry="=1+1")
    first = exported()
    Team.objects.update(parent=None)
    for kind in (Seat, MLModel, Team, Person, Role):
        kind.objects.all().delete()
    _out, err = run(first)
    assert err == ""
    assert exported() == first
    assert "0 new, 0 changed" in run(first)[0]


def test_export_writes_a_file(tmp_path: Path) -> None:
    TeamFactory(key="ops")
    call_command("export_org", str(tmp_path / "org.yaml"))
    assert "- key: ops\n" in (tmp_path / "org.yaml").read_text()
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_org", str(tmp_path / "no" / "org.yaml"))


def test_export_refuses_what_could_not_be_read_back() -> None:
    MLModelFactory(key="odd", description="left\u202eright")
    err = io.StringIO()
    with pytest.raises(CommandError, match="could not be read back"):
        call_command("export_org", stderr=err)
    assert err.getvalue().startswith("export: /models/odd/description: contains a hidden character")


def test_export_takes_the_same_queries_for_one_team_and_for_many(django_assert_num_queries) -> None:
    for _ in range(2):
        SeatFactory.create_batch(3)
        MLModelFactory.create_batch(3)
        with django_assert_num_queries(5):
            exported()


# What is refused


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("role: ml-engineer", "role: wizard", "org.yaml:9: /teams/0/seats/0/role: wizard is no role of the catalogue"),
        (
            "email: ben@example.org",
            "email: ADA@example.org",
            "org.yaml:6: /people/1/email: ada@example.org stands twice",
        ),
        ("key: payments, ", "key: fraud, ", "org.yaml:11: /teams/1/key: fraud stands twice"),
        ("lead: ada@", "lead: eve@", "org.yaml:8: /teams/0/lead: nobody has the address eve@example.org"),
        ("person: ben@", "person: eve@", "org.yaml:10: /teams/0/seats/1/person: nobody has the address"),
        ("accountable: ada@", "accountable: eve@", "org.yaml:13: /models/0/accountable: nobody has the address"),
        ("parent: payments", "parent: board", "org.yaml:8: /teams/0/parent: there is no team board"),
        ("team: fraud", "team: board", "org.yaml:13: /models/0/team: there is no team board"),
        (
            "key: payments, name: Payments}",
            "key: payments, name: Payments, parent: fraud}",
            "org.yaml:11: /teams/1/parent: the teams stand above each other in a circle: payments → fraud → payments",
        ),
        (
            "parent: payments",
            "parent: fraud",
            "org.yaml:8: /teams/0/parent: the teams stand above each other in a circle",
        ),
        (
            "role: label-lead, person: ben@example.org, since: 2025-03-01, until: 2025-12-31",
            "role: ml-engineer, person: ben@example.org, kind: primary, since: 2026-02-01",
            "org.yaml:10: /teams/0/seats/1/kind: ml-engineer has two primaries at the same time: ada@example.org",
        ),
        (
            "role: label-lead, person: ben@example.org, since: 2025-03-01, until: 2025-12-31",
            "role: ml-engineer, person: ada@example.org, since: 2026-02-01",
            "org.yaml:10: /teams/0/seats/1/person: ada@example.org holds ml-engineer here twice at the same time",
        ),
        ("until: 2025-12-31", "until: 2024-12-31", "org.yaml:10: /teams/0/seats/1/until: a seat ends on or after"),
        ("structure: squad", "structure: heap", "org.yaml:8: /teams/0/structure: must be 'embedded'"),
        ("since: 2026-01-01", "since: yesterday", "org.yaml:9: /teams/0/seats/0/since: write a date as 2027-06-30"),
        ("tier: 1", "tier: 4", "org.yaml:13: /models/0/tier: "),
        ("timezone: Europe/Berlin, admin", "timezone: Mars/Crater, admin", "org.yaml:5: /people/0/timezone: "),
        ("people:\n", "people:\n  - {email: eve at home, name: Eve}\n", "org.yaml:5: /people/0/email: Enter a valid"),
        (
            "admin: true, auditor: false",
            "admin: true, auditor: true",
            "org.yaml:5: /people/0/auditor: An auditor changes",
        ),
        ("holidays: DE", "holidays: Bavaria", "org.yaml:8: /teams/0/holidays: No holidays are known"),
        ("key: scorer", "key: Card Scorer", "org.yaml:13: /models/0/key: 'Card Scorer' is not written as expected"),
        (
            "name: Payments}",
            "name: Payments, colour: red}",
            "org.yaml:11: /teams/1/colour: is not a key that belongs here",
        ),
        ("remit_org: 1", "remit_org: 2", "org.yaml:1: /remit_org: must be 1"),
        ("admin: true", "admin: 'yes'", "org.yaml:5: /people/0/admin: "),
        ('work_starts: "08:30"', 'work_starts: "18:30"', "org.yaml:6: /people/1/work_ends: "),
    ],
)
def test_faulty_file_is_refused_with_its_line_and_stores_nothing(run, old: str, new: str, problem: str) -> None:
    assert old in ORGANISATION
    before = everything()
    out, err = run(ORGANISATION.replace(old, new))
    assert problem in err
    assert "Nothing was stored" in err
    assert err.endswith("exit 1\n")
    assert out == ""
    assert everything() == before


def test_every_fault_is_reported_at_once(run) -> None:
    text = ORGANISATION.replace("role: ml-engineer", "role: wizard").replace("team: fraud", "team: board")
    _out, err = run(text.replace("lead: ada@", "lead: eve@"))
    assert [line.split(": ")[0] for line in err.splitlines()[:-2]] == ["org.yaml:8", "org.yaml:9", "org.yaml:13"]
    assert "Nothing was stored: 3 faults." in err


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("remit_org: 1\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "org.yaml:2: /a: anchors are not accepted"),
        ("remit_org: 1\npeople: *gone\n", "org.yaml:2: /people: aliases are not accepted"),
        ("remit_org: 1\nremit_org: 1\n", "org.yaml:2: the key remit_org stands twice"),
        ("remit_org: 1\npeople: !!python/object/apply:os.system [ls]\n", "org.yaml:2: /people: tags are not accepted"),
        ("remit_org: " + "[" * 30 + "]" * 30 + "\n", "nested deeper than 20"),
        ("remit_org: 1\npeople: [\n", "is not YAML"),
        ("", "org.yaml: is empty"),
        ("just text\n", "org.yaml:1: must be a mapping"),
        (b"remit_org: 1\npeople: [{name: K\xe4the}]\n", "org.yaml:2: is not UTF-8"),
        ('remit_org: 1\nteams: [{key: a, name: "x\\0y"}]\n', "contains a hidden character"),
    ],
)
def test_text_that_is_no_organisation_is_refused(run, text: str | bytes, problem: str) -> None:
    out, err = run(text)
    assert problem in err
    assert err.endswith("exit 1\n")
    assert out == ""


def test_what_the_domain_refuses_is_refused_with_its_line(run) -> None:
    team = TeamFactory(key="ops", name="Ops")
    SeatFactory(team=team, role=RoleFactory(key="ml-engineer"), person__name="Cy", kind="primary")
    PersonFactory(email="ada@example.org")
    _out, err = run("""\
remit_org: 1
teams:
  - key: ops
    name: Ops
    seats:
      - {role: ml-engineer, person: ada@example.org, kind: primary}
""")
    assert "org.yaml:6: /teams/0/seats/0/kind: Cy is the primary since 1 January 2026." in err
    assert Seat.objects.count() == 1


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        call_command("import_org", str(tmp_path / "org.yaml"))
