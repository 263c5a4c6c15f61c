"""Who is reached: the matrix as a pure answer."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from charter.document import Document
from escalations.answers import matrix_answer, matrix_question
from escalations.findings import Weight, findings_of
from escalations.matrix import lines_of, matrix_of, rows_of
from escalations.wording import severity_span, short_minutes
from teams.organisation import Organisation, PersonFacts, SeatFacts, TeamFacts
from teams.tree import team_and_below
from tests.charters import document_from

SUNDAY = datetime(2026, 11, 22, 1, tzinfo=UTC)  # 02:00 in Berlin
ALL = ["SEV1", "SEV2", "SEV3", "SEV4"]
ROLES = {"ml-engineer": "ML engineer", "data-engineer": "Data engineer"}


def person(
    number: int, name: str, *, absences: tuple[tuple[date, date], ...] = (), is_active: bool = True
) -> PersonFacts:
    return PersonFacts(
        id=number,
        name=name,
        email=f"{name.lower()}@example.org",
        timezone="Europe/Berlin",
        is_active=is_active,
        working_days=(1, 2, 3, 4, 5),
        work_starts=time(9),
        work_ends=time(17),
        absences=absences,
    )


def team(key: str, *, lead: int | None = 1, parent: str | None = None, is_closed: bool = False) -> TeamFacts:
    return TeamFacts(key, key.capitalize(), parent, "squad", lead, "Europe/Berlin", "", is_closed)


def seat(
    number: int, role: str = "ml-engineer", kind: str = "primary", of: str = "fraud", until: date | None = None
) -> SeatFacts:
    return SeatFacts(of, role, number, kind, date(2026, 1, 1), until)


def organisation(
    *people: PersonFacts, teams: list[TeamFacts] | None = None, seats: list[SeatFacts] | None = None
) -> Organisation:
    people = people or (person(1, "Ada"), person(2, "Jonas"))
    return Organisation(
        people={one.id: one for one in people},
        teams={one.key: one for one in teams or [team("fraud")]},
        roles=ROLES,
        disciplines={},
        seats=seats if seats is not None else [seat(2)],
    )


def level(within: str | None = "15m", repeat: int = 0, **to: str) -> dict[str, object]:
    return {"to": to, "repeat": repeat, **({"acknowledge_within": within} if within else {})}


def path(*levels: dict[str, object], key: str = "incidents", **more: object) -> dict[str, object]:
    return {"key": key, "levels": list(levels), **more}


def charter(*paths: dict[str, object], of: str = "fraud") -> Document:
    return document_from({"remit": 1, "team": of, "escalation": list(paths)})


def lines(people: Organisation, *charters: Document, at: datetime = SUNDAY, **asked: str):
    documents = {one.team: one for one in charters}
    return lines_of(people, documents, people.teams["fraud"], at, **asked)


def reached(line) -> list[str | None]:
    return [call.meant.person.name if call.meant.person else None for call in line.levels]


def test_levels_reach_who_holds_the_role_and_who_leads():
    [line] = lines(organisation(), charter(path(level(role="ml-engineer"), level(lead="fraud"))))
    assert reached(line) == ["Jonas", "Ada"]
    assert line.severities == ALL
    assert not line.has_finding


def test_deputy_is_reached_while_the_primary_is_away():
    away = person(2, "Jonas", absences=((date(2026, 11, 20), date(2026, 11, 25)),))
    people = organisation(person(1, "Ada"), away, person(3, "Sofia"), seats=[seat(2), seat(3, kind="deputy")])
    [line] = lines(people, charter(path(level(role="ml-engineer"))))
    assert reached(line) == ["Sofia"]
    assert line.levels[0].meant.instead_of == away


def test_nobody_is_reached_where_everybody_is_away():
    away = person(2, "Jonas", absences=((date(2026, 11, 20), date(2026, 11, 25)),))
    people = organisation(person(1, "Ada"), away)
    [line] = lines(people, charter(path(level(role="ml-engineer"), level(lead="fraud", within="30m"))))
    assert reached(line) == [None, "Ada"]
    assert line.first_answer_after == timedelta(minutes=45)


def test_business_hours_wait_for_monday():
    [line] = lines(organisation(), charter(path(level(role="ml-engineer", within="1h"), hours="business")))
    assert line.waits_until == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert line.first_answer_after == timedelta(hours=32)


def test_path_hands_over_to_the_first_person_of_the_other_path():
    people = organisation(
        teams=[team("fraud"), team("platform", lead=None)],
        seats=[seat(2), seat(1, "data-engineer", of="platform")],
    )
    own = charter(path(level(role="ml-engineer"), level(None, path="platform/incidents")))
    other = charter(path(level(role="data-engineer")), of="platform")
    [line] = lines(people, own, other)
    assert reached(line) == ["Jonas", "Ada"]


def test_paths_in_a_circle_reach_nobody():
    people = organisation(teams=[team("fraud"), team("platform")], seats=[])
    own = charter(path(level(None, path="platform/incidents")))
    other = charter(path(level(None, path="fraud/incidents")), of="platform")
    [line] = lines(people, own, other)
    assert reached(line) == [None]
    assert "circle" in line.levels[0].meant.why or "reaches nobody" in line.levels[0].meant.why


def test_first_path_that_matches_takes_the_trigger():
    document = charter(
        path(level(role="ml-engineer"), key="data", triggers=["data"], severities=["SEV1"]),
        path(level(lead="fraud"), key="rest"),
    )
    data, rest = lines(organisation(), document)
    assert (data.climb.path.key, data.severities, data.all_triggers) == ("data", ["SEV1"], ["data"])
    assert rest.severities == ALL
    assert "data" not in rest.triggers["SEV1"]
    assert "data" in rest.triggers["SEV2"]


def test_trigger_and_severity_narrow_the_lines():
    document = charter(
        path(level(role="ml-engineer"), key="data", triggers=["data"]), path(level(lead="fraud"), key="rest")
    )
    [line] = lines(organisation(), document, trigger="data", severity="SEV2")
    assert (line.climb.path.key, line.triggers) == ("data", {"SEV2": ["data"]})


def test_severity_without_path_is_a_hole():
    document = charter(path(level(role="ml-engineer"), severities=["SEV2", "SEV3", "SEV4"]))
    hole, line = lines(organisation(), document)
    assert (hole.climb, hole.severities, hole.is_for_every_trigger) == (None, ["SEV1"], True)
    assert hole.first_answer_after is None
    assert line.severities == ["SEV2", "SEV3", "SEV4"]


def test_trigger_that_no_path_takes_is_a_hole_of_its_own():
    document = charter(path(level(role="ml-engineer"), triggers=["drift", "data"], severities=["SEV1"]))
    hole = lines(organisation(), document, severity="SEV1")[0]
    assert hole.climb is None
    assert not hole.is_for_every_trigger
    assert "drift" not in hole.all_triggers


@pytest.mark.parametrize(
    ("levels", "severities", "expected"),
    [
        ([level(role="ml-engineer"), level(role="data-engineer")], ["SEV3"], "Jonas"),
        ([level(role="ml-engineer")], ["SEV1"], "Jonas"),
        ([level(role="ml-engineer")], ["SEV4"], None),
        ([level(role="ml-engineer"), level(lead="fraud")], ["SEV1"], None),
    ],
)
def test_single_point_is_one_person_for_several_levels_or_a_grave_severity(levels, severities, expected):
    people = organisation(seats=[seat(2), seat(2, "data-engineer")])
    line = lines(people, charter(path(*levels, severities=severities)), severity=severities[0])[0]
    assert (line.only_person.name if line.only_person else None) == expected


def test_units_and_closed_teams_are_not_called():
    teams = [team("unit"), team("fraud", parent="unit"), team("lonely"), team("gone", is_closed=True)]
    found = matrix_of(organisation(teams=teams), {}, SUNDAY)
    assert [one.team.key for one in found] == ["fraud", "lonely"]
    assert all(one.unreached == ALL for one in found)


def test_team_and_below_reaches_all_the_way_down():
    people = organisation(
        teams=[team("unit"), team("fraud", parent="unit"), team("cell", parent="fraud"), team("other")]
    )
    assert team_and_below(people, "unit") == {"unit", "fraud", "cell"}


def test_rows_repeat_calls_and_say_who():
    people = organisation()
    document = charter(path(level(role="ml-engineer"), level(lead="fraud", within="30m", repeat=1)))
    [found] = matrix_of(people, {"fraud": document}, SUNDAY, severity="SEV1")
    rows = list(rows_of(found))
    assert [(row["level"], row["call"], row["person"]) for row in rows] == [
        (1, 1, "jonas@example.org"),
        (2, 1, "ada@example.org"),
        (2, 2, "ada@example.org"),
    ]
    assert rows[0]["target"] == {"role": "ml-engineer"}
    assert rows[0]["channels"] == ["inbox"]
    assert rows[1]["acknowledge_within_minutes"] == 30


def test_row_of_an_unanswered_severity_has_no_path():
    [found] = matrix_of(organisation(), {}, SUNDAY, severity="SEV1")
    [row] = rows_of(found)
    assert (row["path"], row["level"], row["person"], row["channels"]) == (None, None, None, [])


def test_findings_put_the_worst_first():
    people = organisation(
        person(1, "Ada"),
        person(2, "Jonas", absences=((date(2026, 12, 21), date(2026, 12, 31)),)),
        teams=[team("fraud"), team("silent"), team("single", lead=2)],
        seats=[seat(2), seat(2, of="single"), seat(2, "data-engineer", of="single")],
    )
    documents = {
        "fraud": charter(path(level(role="data-engineer"), level(lead="fraud"))),
        "single": charter(path(level(role="ml-engineer"), level(role="data-engineer")), of="single"),
    }
    found = findings_of(people, matrix_of(people, documents, SUNDAY), SUNDAY, most=9).worst
    assert [(one.weight, one.team.key) for one in found] == [
        (Weight.NEVER, "silent"),
        (Weight.LATE, "fraud"),
        (Weight.SINGLE, "single"),
    ]
    assert found[0].headline == "Silent: no charter in force"
    assert found[1].headline == "Fraud: level 1 of Incidents reaches nobody"
    assert found[1].detail.endswith("it takes 15 min to reach Ada.")
    assert found[2].detail == "Jonas is away from 21 December: then it is a hole."


@pytest.mark.parametrize(
    ("paths", "headline"),
    [
        (
            [path(level(role="ml-engineer"), level(lead="fraud"), triggers=["data", "drift"])],
            "Fraud: no path for quality, latency, fairness, security and two more at SEV1 to SEV4",
        ),
        (
            [path(level(role="ml-engineer"), level(lead="fraud"), severities=["SEV1", "SEV2", "SEV3"])],
            "Fraud: no path for SEV4",
        ),
        ([path(level(role="data-engineer"))], "Fraud: the only level of Incidents reaches nobody"),
        ([path(level(role="data-engineer"), level(role="nobody"))], "Fraud: both levels of Incidents reach nobody"),
        ([path()], "Fraud: Incidents has no level"),
        ([path(level(role="ml-engineer"), level(role="nobody"))], "Fraud: level 2 of Incidents reaches nobody"),
        ([path(level(role="ml-engineer"))], "Fraud: Incidents hangs on one person"),
    ],
)
def test_finding_says_what_is_wrong(paths, headline):
    people = organisation()
    [finding] = findings_of(people, matrix_of(people, {"fraud": charter(*paths)}, SUNDAY), SUNDAY, most=9).worst
    assert finding.headline == headline
    assert finding.detail.endswith(".")


def test_findings_beyond_the_most_are_counted():
    people = organisation(teams=[team("fraud"), team("silent"), team("mute")])
    found = findings_of(people, matrix_of(people, {}, SUNDAY), SUNDAY, most=1)
    assert (len(found.worst), found.count, found.more) == (1, 3, 2)


def test_answer_counts_cases_and_names_teams():
    people = organisation(teams=[team("fraud"), team("silent")])
    documents = {"fraud": charter(path(level(role="ml-engineer"), level(lead="fraud")))}
    answer = matrix_answer(matrix_of(people, documents, SUNDAY))
    assert answer == "In 4 of 8 cases somebody is. <strong>Silent has holes</strong>."


def test_answer_escapes_the_names_of_teams():
    wicked = TeamFacts("fraud", "<b>Fraud</b>", None, "squad", 1, "UTC", "", False)
    answer = matrix_answer(matrix_of(organisation(teams=[wicked]), {}, SUNDAY))
    assert "<b>" not in answer


def test_answer_says_that_there_is_no_team():
    assert "no team is open" in matrix_answer([])


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (SUNDAY, "Who is reached now?"),
        (SUNDAY - timedelta(days=2), "Who is reached on Sunday at 02:00?"),
        (SUNDAY - timedelta(hours=1), "Who is reached today at 02:00?"),
        (SUNDAY - timedelta(days=20), "Who is reached on 22 November 2026 at 02:00?"),
    ],
)
def test_question_says_when(now, expected):
    from zoneinfo import ZoneInfo

    assert matrix_question(SUNDAY, now, ZoneInfo("Europe/Berlin")) == expected


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        (["SEV1"], "SEV1"),
        (["SEV1", "SEV2"], "SEV1, SEV2"),
        (ALL, "SEV1 to SEV4"),
        (["SEV1", "SEV3", "SEV4"], "SEV1, SEV3, SEV4"),
    ],
)
def test_severities_are_spanned_where_they_follow_each_other(severities, expected):
    assert severity_span(severities) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(15, "15 min"), (60, "1 h"), (105, "1 h 45"), (31 * 60, "31 h"), (1440, "1 day"), (72 * 60, "3 days")],
)
def test_minutes_are_written_short(minutes, expected):
    assert short_minutes(minutes) == expected
