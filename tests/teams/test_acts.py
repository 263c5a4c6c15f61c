from datetime import date, time

import pytest

from ledger.errors import Forbidden, IllegalState, Invalid
from ledger.models import Entry
from teams.catalogue import add_role, change_role
from teams.founding import TeamIsClosed, TeamIsNeeded, change_team, close_team, found_team, reopen_team
from teams.models import MLModel, Person, Role, Seat, Team
from teams.people import (
    NoAdminWouldBeLeft,
    SomebodyIsHere,
    add_first_admin,
    add_person,
    change_person,
    deactivate_person,
    reactivate_person,
)
from teams.registering import change_model, register_model
from teams.seating import change_seat, end_seat, give_seat
from tests.factories import (
    NEW_YEAR,
    NOW,
    MLModelFactory,
    PersonFactory,
    RoleFactory,
    SeatFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db


def only_entry() -> tuple[str, int | None, dict[str, list[object]]]:
    entry = Entry.objects.get()
    return entry.key, entry.actor_id, entry.change


# People


def test_person_added_by_an_admin_is_recorded_without_name():
    admin = PersonFactory(admin=True)
    person = add_person(by=admin, now=NOW, name=" Ada Brandt ", email="Ada@Example.org", timezone="Europe/Berlin")
    assert (person.name, person.email, person.has_usable_password()) == ("Ada Brandt", "ada@example.org", False)
    assert only_entry() == ("teams.person.created", admin.pk, {})


@pytest.mark.parametrize("actor", [{}, {"auditor": True}, {"admin": True, "gone": True}])
def test_person_added_by_anybody_else_is_refused(actor):
    by = PersonFactory(**actor)
    with pytest.raises(Forbidden):
        add_person(by=by, now=NOW, name="Ada", email="ada@example.org")
    assert not Person.objects.filter(email="ada@example.org").exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "TAKEN@example.org"}, "email"),
        ({"email": "no address"}, "email"),
        ({"name": "Ada\nBrandt"}, "name"),
        ({"name": "Ada\r\nBcc: all@example.org"}, "name"),
        ({"name": ""}, "name"),
        ({"timezone": "Europe/Atlantis"}, "timezone"),
        ({"working_days": []}, "working_days"),
        ({"working_days": [1, 1]}, "working_days"),
        ({"working_days": [0, 8]}, "working_days"),
        ({"work_starts": time(18)}, "work_ends"),
        ({"is_staff": True, "is_auditor": True}, "is_auditor"),
    ],
)
def test_person_with_bad_input_is_refused_at_the_field(fields, field):
    PersonFactory(email="taken@example.org")
    with pytest.raises(Invalid) as refusal:
        add_person(by=None, now=NOW, **{"name": "Ada", "email": "ada@example.org", **fields})
    assert [name for name, _detail in refusal.value.errors] == [field]
    assert Entry.objects.count() == 0


def test_person_changed_leaves_names_out_of_the_ledger():
    person = PersonFactory(timezone="UTC")
    change_person(person, by=None, now=NOW, name="Somebody Else", timezone="Europe/Paris")
    assert only_entry() == ("teams.person.changed", None, {"name": [], "timezone": ["UTC", "Europe/Paris"]})


def test_person_changed_to_what_they_were_leaves_no_entry():
    person = PersonFactory()
    change_person(person, by=None, now=NOW, name=person.name)
    assert not Entry.objects.exists()


def test_person_changed_after_the_fact_by_an_auditor_is_refused():
    with pytest.raises(Forbidden):
        change_person(PersonFactory(), by=PersonFactory(auditor=True, admin=True), now=NOW, name="Nobody")


def test_former_address_no_longer_opens_the_account():
    person = PersonFactory(email="old@example.org")
    person.emailaddress_set.create(email="old@example.org", verified=True, primary=True)
    change_person(person, by=None, now=NOW, email="new@example.org")
    assert not person.emailaddress_set.exists()


def test_only_admin_stays_admin_and_active():
    admin, other = PersonFactory(admin=True), PersonFactory(admin=True)
    change_person(other, by=admin, now=NOW, is_staff=False)
    with pytest.raises(NoAdminWouldBeLeft):
        change_person(admin, by=admin, now=NOW, is_staff=False)
    with pytest.raises(NoAdminWouldBeLeft):
        deactivate_person(admin, by=None, now=NOW)
    admin.refresh_from_db()
    assert admin.is_admin


def test_person_deactivated_and_back_is_recorded_and_keeps_the_seats():
    admin = PersonFactory(admin=True)
    seat = SeatFactory()
    deactivate_person(seat.person, by=admin, now=NOW)
    deactivate_person(seat.person, by=admin, now=NOW)
    assert not Person.objects.get(pk=seat.person_id).is_active
    assert only_entry() == ("teams.person.deactivated", admin.pk, {"is_active": [True, False]})
    reactivate_person(seat.person, by=admin, now=NOW)
    assert Person.objects.get(pk=seat.person_id).is_active
    assert Seat.objects.get() == seat


def test_person_cannot_deactivate_themselves():
    admin = PersonFactory(admin=True)
    PersonFactory(admin=True)
    with pytest.raises(Forbidden):
        deactivate_person(admin, by=admin, now=NOW)


def test_first_admin_is_made_once():
    first = add_first_admin(name="Ada", email="ada@example.org", timezone="UTC", password="xyzzy plugh 42", now=NOW)
    assert first.is_admin
    assert first.check_password("xyzzy plugh 42")
    with pytest.raises(SomebodyIsHere):
        add_first_admin(name="Eve", email="eve@example.org", timezone="UTC", password="xyzzy plugh 42", now=NOW)


# Teams


def test_team_founded_is_recorded_with_keys():
    admin, lead, parent = PersonFactory(admin=True), PersonFactory(), TeamFactory(key="payments")
    team = found_team(
        by=admin, now=NOW, key="fraud", name="Fraud", parent=parent, structure="squad", lead=lead, holidays="DE-BY"
    )
    assert Team.objects.get(key="fraud") == team
    change = {"parent": [None, "payments"], "structure": [None, "squad"], "lead": [None, lead.pk]}
    assert only_entry() == ("teams.team.created", admin.pk, change)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"key": "taken"}, "key"),
        ({"key": "Not A Key"}, "key"),
        ({"key": "new"}, "key"),
        ({"name": "Two\nlines"}, "name"),
        ({"structure": "pyramid"}, "structure"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"holidays": "ATLANTIS"}, "holidays"),
    ],
)
def test_team_with_bad_input_is_refused_at_the_field(fields, field):
    TeamFactory(key="taken")
    with pytest.raises(Invalid) as refusal:
        found_team(by=None, now=NOW, **{"key": "fraud", "name": "Fraud", "structure": "squad", **fields})
    assert [name for name, _detail in refusal.value.errors] == [field]


def test_team_led_by_somebody_who_left_is_refused():
    with pytest.raises(Invalid):
        change_team(TeamFactory(), by=None, now=NOW, lead=PersonFactory(gone=True))


def test_team_below_itself_is_refused():
    top = TeamFactory()
    middle = TeamFactory(parent=top)
    bottom = TeamFactory(parent=middle)
    for parent in (top, middle, bottom):
        with pytest.raises(Invalid) as refusal:
            change_team(top, by=None, now=NOW, parent=parent)
        assert refusal.value.errors == [("parent", "A team cannot stand below itself.")]
    change_team(bottom, by=None, now=NOW, parent=top)
    assert Team.objects.get(pk=bottom.pk).parent == top


def test_team_keeps_its_key():
    team = TeamFactory()
    with pytest.raises(IllegalState):
        change_team(team, by=None, now=NOW, key="another")


def test_team_closes_only_when_nothing_hangs_on_it():
    parent = TeamFactory()
    child = TeamFactory(parent=parent)
    model = MLModelFactory(team=child)
    with pytest.raises(TeamIsNeeded):
        close_team(parent, by=None, now=NOW)
    with pytest.raises(TeamIsNeeded):
        close_team(child, by=None, now=NOW)
    change_model(model, by=None, now=NOW, stage="retired")
    close_team(child, by=None, now=NOW)
    close_team(parent, by=None, now=NOW)
    assert set(Team.objects.filter(closed_at=NOW)) == {parent, child}
    with pytest.raises(TeamIsClosed):
        register_model(by=None, now=NOW, key="m", name="M", team=parent)
    with pytest.raises(TeamIsClosed):
        found_team(by=None, now=NOW, key="below", name="Below", parent=parent)
    with pytest.raises(TeamIsClosed):
        give_seat(team=parent, role=RoleFactory(), person=PersonFactory(), since=NEW_YEAR, by=None, now=NOW)
    reopen_team(parent, by=None, now=NOW)
    assert Team.objects.get(pk=parent.pk).closed_at is None


# Seats


@pytest.fixture
def team():
    return TeamFactory(key="fraud")


def give(team, *, by=None, role="ml-engineer", since=NEW_YEAR, **seat):
    return give_seat(team=team, role=RoleFactory(key=role), since=since, by=by, now=NOW, **seat)


def test_seat_given_by_the_lead_is_recorded(team):
    person = PersonFactory()
    seat = give(team, person=person, kind="primary", by=team.lead)
    assert Seat.objects.get() == seat
    assert only_entry() == (
        "teams.seat.given",
        team.lead_id,
        {
            "team": [None, "fraud"],
            "role": [None, "ml-engineer"],
            "person": [None, person.pk],
            "kind": [None, "primary"],
            "since": [None, "2026-01-01"],
            "until": [None, None],
        },
    )


def test_seat_given_by_the_lead_of_another_team_is_refused(team):
    for by in (TeamFactory().lead, PersonFactory(), PersonFactory(auditor=True)):
        with pytest.raises(Forbidden):
            give(team, person=PersonFactory(), by=by)


def test_lead_who_is_an_auditor_gives_no_seat():
    team = TeamFactory(lead=PersonFactory(auditor=True))
    with pytest.raises(Forbidden):
        give(team, person=PersonFactory(), by=team.lead)


@pytest.mark.parametrize(
    ("since", "until", "is_refused"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), False),  # ends the day before
        (date(2025, 1, 1), date(2026, 1, 1), True),  # one day in common
        (date(2026, 3, 1), date(2026, 4, 1), True),  # within
        (date(2025, 1, 1), None, True),  # around
        (date(2026, 6, 30), None, True),  # last day in common
        (date(2026, 7, 1), None, False),  # starts the day after
    ],
)
def test_second_primary_is_refused_where_dates_overlap(team, since, until, is_refused):
    holder = PersonFactory(name="Jonas Weidner")
    give(team, person=holder, kind="primary", until=date(2026, 6, 30))
    if not is_refused:
        give(team, person=PersonFactory(), kind="primary", since=since, until=until)
        return
    with pytest.raises(Invalid) as refusal:
        give(team, person=PersonFactory(), kind="primary", since=since, until=until)
    [(field, detail)] = refusal.value.errors
    assert field == "kind"
    assert "Jonas Weidner" in detail
    assert "1 January 2026" in detail


def test_deputy_beside_a_primary_and_primaries_of_other_roles_are_fine(team):
    give(team, person=PersonFactory(), kind="primary")
    give(team, person=PersonFactory(), kind="deputy")
    give(team, person=PersonFactory(), kind="primary", role="data-scientist")
    give(TeamFactory(), person=PersonFactory(), kind="primary")
    assert Seat.objects.count() == 4


def test_person_twice_in_a_role_at_the_same_time_is_refused(team):
    person = PersonFactory()
    give(team, person=person)
    with pytest.raises(Invalid) as refusal:
        give(team, person=person, kind="deputy", since=date(2026, 5, 1))
    assert refusal.value.errors[0][0] == "person"


def test_seat_for_somebody_who_left_is_refused(team):
    with pytest.raises(Invalid):
        give(team, person=PersonFactory(gone=True))


def test_seat_cannot_end_before_it_starts(team):
    seat = give(team, person=PersonFactory())
    with pytest.raises(Invalid) as refusal:
        end_seat(seat, until=date(2025, 12, 31), by=None, now=NOW)
    assert refusal.value.errors[0][0] == "until"


def test_seat_ended_frees_the_role_for_the_next_primary(team):
    seat = give(team, person=PersonFactory(), kind="primary")
    end_seat(seat, until=date(2026, 11, 20), by=team.lead, now=NOW)
    give(team, person=PersonFactory(), kind="primary", since=date(2026, 11, 21))
    assert Entry.objects.filter(key="teams.seat.ended").get().change == {"until": [None, "2026-11-20"]}


def test_deputy_becomes_primary_only_when_the_place_is_free(team):
    primary, deputy = (
        give(team, person=PersonFactory(), kind="primary"),
        give(team, person=PersonFactory(), kind="deputy"),
    )
    with pytest.raises(Invalid):
        change_seat(deputy, by=None, now=NOW, kind="primary")
    change_seat(primary, by=None, now=NOW, kind="member")
    change_seat(deputy, by=None, now=NOW, kind="primary")
    assert Seat.objects.get(kind="primary") == deputy


# The catalogue


def test_catalogue_starts_with_the_thirteen_roles_in_order():
    assert list(Role.objects.values_list("key", flat=True)) == [
        "business-stakeholder",
        "product-owner",
        "solution-architect",
        "data-analyst",
        "data-engineer",
        "data-scientist",
        "research-scientist",
        "ml-engineer",
        "mlops-engineer",
        "software-engineer",
        "devops-engineer",
        "site-reliability-engineer",
        "compliance-lead",
    ]
    assert all(role.description and role.skills and role.tools for role in Role.objects.all())


def test_role_added_and_changed_by_an_admin():
    admin = PersonFactory(admin=True)
    role = add_role(by=admin, now=NOW, key="prompt-engineer", name="Prompt engineer", discipline="engineering")
    change_role(role, by=admin, now=NOW, skills=["Writing"])
    assert Role.objects.get(key="prompt-engineer").skills == ["Writing"]
    assert list(Entry.objects.order_by("id").values_list("key", "change")) == [
        ("teams.role.created", {"discipline": [None, "engineering"]}),
        ("teams.role.changed", {"skills": []}),
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"key": "ml-engineer"}, "key"),
        ({"discipline": "magic"}, "discipline"),
        ({"skills": ["One\ntwo"]}, "skills"),
        ({"tools": [""]}, "tools"),
        ({"tools": "hammer"}, "tools"),
    ],
)
def test_role_with_bad_input_is_refused_at_the_field(fields, field):
    with pytest.raises(Invalid) as refusal:
        add_role(by=None, now=NOW, **{"key": "r", "name": "R", "discipline": "data", **fields})
    assert [name for name, _detail in refusal.value.errors] == [field]


# Models


def test_model_registered_and_handed_over(team):
    admin, person = PersonFactory(admin=True), PersonFactory()
    model = register_model(by=admin, now=NOW, key="scorer", name="Scorer", team=team, tier=1)
    change_model(model, by=admin, now=NOW, accountable=person)
    assert MLModel.objects.get().accountable == person
    assert Entry.objects.order_by("id").last().change == {"accountable": [None, person.pk]}


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"key": "taken"}, "key"), ({"tier": 4}, "tier"), ({"stage": "lost"}, "stage"), ({"name": "a\tb"}, "name")],
)
def test_model_with_bad_input_is_refused_at_the_field(team, fields, field):
    MLModelFactory(key="taken")
    with pytest.raises(Invalid) as refusal:
        register_model(by=None, now=NOW, **{"key": "m", "name": "M", "team": team, **fields})
    assert [name for name, _detail in refusal.value.errors] == [field]


def test_model_answered_for_by_somebody_who_left_is_refused(team):
    with pytest.raises(Invalid):
        register_model(by=None, now=NOW, key="m", name="M", team=team, accountable=PersonFactory(gone=True))
