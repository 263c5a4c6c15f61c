import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from charter.models import Version
from charter.parsing import Unreadable
from charter.storage import document_of
from ledger.models import Entry
from portal.importing.community import address_of, read_community
from teams.models import Person, Seat, Team

COMMUNITY = """\
sigs:
- dir: sig-weather
  name: Weather
  mission_statement: >
    Forecasts for everybody,
    without surprises.
  charter_link: charter.md
  leadership:
    chairs:
    - {github: RainMaker, name: Una Storm, company: Acme}
    - {github: sunny, name: Sol Bright}
    tech_leads:
    - {github: sunny, name: Sol Bright}
    emeritus_leads:
    - {github: fog, name: Gone Long}
  meetings:
  - description: Regular Weather Meeting
    day: Thursday
    time: 4:00PM-5:00PM
    tz: CET (Central European Time)
    frequency: weekly
    url: https://example.org/meet
  - description: Monthly demo
    day: Friday
    time: "9:00"
    tz: PT (Pacific Time)
    frequency: monthly
  subprojects:
  - name: radar
    owners: [https://example.org/OWNERS]
    meetings:
    - description: Radar Retrospective
      day: Monday
      time: 08:00AM
      tz: Europe/Madrid
      frequency: biweekly - every other Monday of the month
workinggroups:
- dir: wg-tides
  name: WG Tides
  leadership: {chairs: []}
  meetings: []
committees: []
gb_rep: {github: sunny}
"""


def community(text: str = COMMUNITY):
    return read_community(text.encode(), today=date(2026, 11, 20))


def test_groups_become_teams_and_leaders_people_with_seats() -> None:
    organisation = community().organisation
    weather, tides = organisation.teams
    assert (weather.key, weather.name, weather.structure) == ("sig-weather", "SIG Weather", "hub")
    assert (weather.lead, weather.timezone) == ("rainmaker@users.noreply.invalid", "Europe/Berlin")
    assert [(seat.role, seat.person.partition("@")[0], seat.kind.value) for seat in weather.seats] == [
        ("product-owner", "rainmaker", "primary"),
        ("product-owner", "sunny", "member"),
        ("solution-architect", "sunny", "primary"),
    ]
    assert (tides.key, tides.name, tides.structure, tides.lead) == ("wg-tides", "WG Tides", "squad", None)
    assert {person.name for person in organisation.people} == {"Una Storm", "Sol Bright"}


def test_mission_and_meetings_become_a_draft() -> None:
    [draft] = community().drafts
    assert draft.as_json() == {
        "remit": 1,
        "team": "sig-weather",
        "purpose": "Forecasts for everybody, without surprises.",
        "rituals": [
            {
                "key": "regular-weather-meeting",
                "kind": "alignment",
                "cadence": "FREQ=WEEKLY;BYDAY=TH",
                "from": "2026-11-26",
                "at": "16:00",
                "timezone": "Europe/Berlin",
                "facilitator": "product-owner",
            },
            {
                "key": "radar-retrospective",
                "kind": "retrospective",
                "cadence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
                "from": "2026-11-23",
                "at": "08:00",
                "timezone": "Europe/Madrid",
                "facilitator": "product-owner",
            },
        ],
    }


def test_what_was_not_understood_is_listed_with_its_line() -> None:
    assert [note.within("sigs.yaml") for note in community().notes] == [
        "sigs.yaml:23: “Monthly demo” is left out, not understood: which friday of the month “monthly” means",
        "sigs.yaml:32: “Radar Retrospective”: which week it starts is not said: counted from 2026-11-23",
        "sigs.yaml:38: wg-tides has no chair, so the team has no lead",
    ]


def test_person_of_two_names_is_listed_and_keeps_the_first() -> None:
    text = COMMUNITY.replace(
        "tech_leads:\n    - {github: sunny, name: Sol Bright}", "tech_leads:\n    - {github: Sunny, name: S. B.}"
    )
    read = community(text)
    assert {person.name for person in read.organisation.people} == {"Una Storm", "Sol Bright"}
    assert "sigs.yaml:13: Sunny has two names here; the first counts" in [
        note.within("sigs.yaml") for note in read.notes
    ]


def test_meetings_of_one_name_get_keys_of_their_own() -> None:
    text = COMMUNITY.replace("Radar Retrospective", "Regular Weather Meeting")
    [draft] = community(text).drafts
    keys = [ritual.key for ritual in draft.rituals]
    assert len(set(keys)) == 2
    assert all(key.startswith("regular-weather-meeting") for key in keys)


def test_address_is_one_that_no_mail_can_reach() -> None:
    assert address_of(" RainMaker ") == "rainmaker@users.noreply.invalid"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("- dir: sig-weather\n  name", "- name", "line 2, column 3: /sigs/0/dir: is missing"),
        ("day: Thursday", "day: [Thursday]", "line 18, column 5: /sigs/0/meetings/0/day: must be text"),
        ("github: RainMaker, ", "", "line 10, column 7: /sigs/0/leadership/chairs/0/github: is missing"),
        ("charter_link: charter.md", "charter_link: &x charter.md", "anchors are not accepted"),
    ],
)
def test_file_that_is_not_of_this_family_is_refused_with_its_line(old: str, new: str, problem: str) -> None:
    assert old in COMMUNITY
    with pytest.raises(Unreadable) as caught:
        community(COMMUNITY.replace(old, new))
    assert problem in " ".join(str(one) for one in caught.value.problems)


def test_file_without_groups_is_refused() -> None:
    with pytest.raises(Unreadable, match="holds no groups"):
        community("remit_org: 1\npeople: []\n")


# The command


def run(path: Path, *options: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_org", str(path), "--format", "kubernetes-community", *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sigs.yaml"
    path.write_text(COMMUNITY)
    return path


@pytest.mark.django_db
def test_import_makes_teams_seats_and_drafts(path: Path) -> None:
    out, err = run(path)
    assert out.splitlines() == [
        "people: 2 new, 0 changed, 0 the same",
        "teams: 2 new, 0 changed, 0 the same",
        "seats: 3 new, 0 changed, 0 the same",
        "charters: 1 drafted, 0 left as they are",
    ]
    assert "which friday of the month" in err
    assert Team.objects.get(key="sig-weather").lead.name == "Una Storm"
    version = Version.objects.get()
    assert (version.state, version.charter.team.key) == ("draft", "sig-weather")
    assert [ritual.key for ritual in document_of(version).rituals] == ["regular-weather-meeting", "radar-retrospective"]
    assert Entry.objects.filter(key="charter.version.drafted", object_id=str(version.pk)).exists()


@pytest.mark.django_db
def test_second_import_changes_nothing(path: Path) -> None:
    run(path)
    before = Entry.objects.count()
    out, _err = run(path)
    assert "charters: 0 drafted, 1 left as they are" in out
    assert all("0 new, 0 changed" in line for line in out.splitlines()[:-1])
    assert Entry.objects.count() == before


@pytest.mark.django_db
def test_import_leaves_a_charter_alone_that_people_have_worked_on(path: Path) -> None:
    run(path)
    Version.objects.update(purpose="Ours by now.")
    run(path)
    assert Version.objects.get().purpose == "Ours by now."


@pytest.mark.django_db
def test_dry_run_stores_nothing(path: Path) -> None:
    out, _err = run(path, "--dry-run")
    assert "Would be: charters: 1 drafted" in out
    assert not any(kind.objects.exists() for kind in (Person, Team, Seat, Version, Entry))


@pytest.mark.django_db
def test_community_file_is_not_taken_for_one_of_our_own(path: Path) -> None:
    err = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_org", str(path), stderr=err)
    assert "sigs.yaml:1: /sigs: is not a key that belongs here" in err.getvalue()
