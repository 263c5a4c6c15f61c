"""Absences: entered, withdrawn, and who is away until when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from ledger.errors import Forbidden, Invalid
from ledger.models import Entry
from teams.absences import AbsenceIsOver, Away, away_among, enter_absence, withdraw_absence
from teams.models import Absence, Seat
from tests.factories import NOW, AbsenceFactory, PersonFactory, SeatFactory

pytestmark = pytest.mark.django_db

TODAY = NOW.date()  # Friday 20 November 2026


def days(*offsets: int) -> dict[str, date]:
    first, last = (TODAY + timedelta(days=offset) for offset in offsets)
    return {"first_on": first, "last_on": last}


def acts() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("key", flat=True))


# Acts


def test_absence_is_entered_by_the_person_and_withdrawn_before_it_begins():
    person = PersonFactory()
    absence = enter_absence(person=person, **days(3, 7), note=" On leave ", by=person, now=NOW)
    assert absence.note == "On leave"
    assert withdraw_absence(absence, by=person, now=NOW) is None
    assert not Absence.objects.exists()
    assert acts() == ["teams.absence.entered", "teams.absence.withdrawn"]


def test_ledger_holds_days_and_no_note():
    person = PersonFactory()
    enter_absence(person=person, **days(3, 7), note="Surgery", by=person, now=NOW)
    assert Entry.objects.get().change == {"first_on": [None, "2026-11-23"], "last_on": [None, "2026-11-27"]}


def test_withdrawing_an_absence_that_runs_keeps_the_days_that_passed():
    absence = AbsenceFactory()
    withdraw_absence(absence, by=absence.person, now=NOW)
    absence.refresh_from_db()
    assert (absence.first_on, absence.last_on) == (date(2026, 11, 16), date(2026, 11, 19))
    assert acts() == ["teams.absence.shortened"]


def test_withdrawing_an_absence_that_began_today_removes_it():
    absence = AbsenceFactory(**days(0, 3))
    assert withdraw_absence(absence, by=absence.person, now=NOW) is None
    assert not Absence.objects.exists()


def test_absence_that_is_over_stays():
    absence = AbsenceFactory(**days(-9, -1))
    with pytest.raises(AbsenceIsOver):
        withdraw_absence(absence, by=absence.person, now=NOW)
    assert Absence.objects.get() == absence


def test_absence_of_somebody_else_is_for_admins():
    absence = AbsenceFactory(**days(3, 7))
    for other in (PersonFactory(), PersonFactory(auditor=True)):
        with pytest.raises(Forbidden):
            withdraw_absence(absence, by=other, now=NOW)
        with pytest.raises(Forbidden):
            enter_absence(person=absence.person, **days(20, 21), by=other, now=NOW)
    enter_absence(person=absence.person, **days(20, 21), by=PersonFactory(admin=True), now=NOW)
    assert Absence.objects.count() == 2


def test_auditor_enters_no_absence_of_their_own():
    auditor = PersonFactory(auditor=True)
    with pytest.raises(Forbidden):
        enter_absence(person=auditor, **days(3, 7), by=auditor, now=NOW)


@pytest.mark.parametrize(
    ("offsets", "field"),
    [((7, 3), "last_on"), ((-400, 1), "first_on"), ((1, 1200), "last_on"), ((7, 9), "first_on"), ((1, 30), "first_on")],
    ids=["wrong way round", "too old", "too far", "touches another", "around another"],
)
def test_absence_that_cannot_be_is_refused(offsets, field):
    standing = AbsenceFactory(**days(3, 7))
    with pytest.raises(Invalid) as refused:
        enter_absence(person=standing.person, **days(*offsets), by=None, now=NOW)
    assert [name for name, _detail in refused.value.errors] == [field]
    assert Absence.objects.count() == 1


def test_absence_right_after_another_and_of_another_person_is_taken():
    standing = AbsenceFactory(**days(3, 7))
    enter_absence(person=standing.person, **days(8, 9), by=None, now=NOW)
    enter_absence(person=PersonFactory(), **days(3, 7), by=None, now=NOW)
    assert Absence.objects.count() == 3


# Who is away


def test_away_until_the_last_day_and_back_on_the_next_working_day():
    absence = AbsenceFactory()  # until Friday 27 November
    assert away_among([absence.person_id, PersonFactory().pk], NOW) == {
        absence.person_id: Away(until=date(2026, 11, 27), back_on=date(2026, 11, 30))
    }


def test_absences_on_both_sides_of_a_weekend_are_one():
    absence = AbsenceFactory()
    AbsenceFactory(person=absence.person, first_on=date(2026, 11, 30), last_on=date(2026, 12, 1))
    assert away_among([absence.person_id], NOW)[absence.person_id] == Away(date(2026, 12, 1), date(2026, 12, 2))


def test_absence_counts_in_the_persons_own_days():
    late_on_sunday = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)  # Monday in Berlin, still Sunday in New York
    berlin = AbsenceFactory()
    new_york = AbsenceFactory(person=PersonFactory(timezone="America/New_York"))
    assert list(away_among([berlin.person_id, new_york.person_id], late_on_sunday)) == [berlin.person_id]


def test_past_and_coming_absences_are_not_away():
    people = [AbsenceFactory(**days(*offsets)).person_id for offsets in ((-5, -1), (1, 5))]
    assert away_among(people, NOW) == {}


def test_somebody_without_working_days_is_back_the_day_after():
    absence = AbsenceFactory(person=PersonFactory(working_days=[]))
    assert away_among([absence.person_id], NOW)[absence.person_id].back_on == date(2026, 11, 28)


def test_who_is_away_takes_one_query_for_any_number(django_assert_num_queries):
    for number in (1, 3):
        people = [AbsenceFactory().person_id for _ in range(number)]
        with django_assert_num_queries(1):
            assert len(away_among(people, NOW)) == number


# Pages


@pytest.fixture
def ada(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    person = PersonFactory(name="Ada Brandt")
    client.force_login(person)
    return person


def test_page_lists_what_is_ahead_and_what_has_passed(ada, client):
    AbsenceFactory(person=ada, note="On leave")
    AbsenceFactory(person=ada, **days(-90, -80), note="Conference")
    AbsenceFactory(note="Of somebody else")
    page = client.get(reverse("teams:absences")).content.decode()
    assert "You are away until 27 November." in page
    assert "On leave" in page
    assert "Conference" in page
    assert "Of somebody else" not in page


def test_page_says_who_covers(ada, client):
    seat = SeatFactory(person=ada, kind=Seat.Kind.PRIMARY)
    assert "nobody covers" in client.get(reverse("teams:absences")).content.decode()
    SeatFactory(team=seat.team, role=seat.role, kind=Seat.Kind.DEPUTY, person=PersonFactory(name="Lea Roth"))
    page = client.get(reverse("teams:absences")).content.decode()
    assert "Lea Roth" in page
    assert "nobody covers" not in page


def test_leave_is_entered_and_withdrawn_through_the_page(ada, client):
    values = {"first_on": "2026-12-21", "last_on": "2027-01-06", "note": "Paternity leave"}
    response = client.post(reverse("teams:absences"), values)
    assert response.headers["Location"] == reverse("teams:absences")
    absence = Absence.objects.get()
    assert (absence.person, absence.note) == (ada, "Paternity leave")
    client.post(reverse("teams:withdraw-absence", args=[absence.pk]))
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "This field is required."),
        ({"first_on": "soon", "last_on": "2026-12-01"}, "Enter a valid date."),
        ({"first_on": "2026-12-02", "last_on": "2026-12-01"}, "The last day is on or after the first."),
        ({"first_on": "0001-01-01", "last_on": "9999-12-31"}, "Days from a year ago to three years ahead"),
        ({"first_on": "2026-12-01", "last_on": "2026-12-01", "note": "x" * 201}, "at most 200 characters"),
        ({"first_on": "2026-12-01", "last_on": "2026-12-01", "note": "a\r\nBcc: b"}, "one line"),
    ],
)
def test_bad_days_come_back_with_the_input_and_a_message(ada, client, values, says):
    response = client.post(reverse("teams:absences"), values)
    assert response.status_code == 422
    page = response.content.decode()
    assert says in page
    for value in values.values():
        assert value.split("\r")[0] in page
    assert not Absence.objects.exists()


def test_admin_enters_leave_for_others_and_nobody_else_does(ada, client):
    lea = PersonFactory(name="Lea Roth")
    address = reverse("teams:absences-of", args=[lea.pk])
    values = {"first_on": "2026-12-21", "last_on": "2026-12-22"}
    assert client.get(address).status_code == 403
    assert client.post(address, values).status_code == 403
    client.force_login(PersonFactory(admin=True))
    assert "Lea Roth is here." in client.get(address).content.decode()
    assert client.post(address, values).headers["Location"] == address
    absence = Absence.objects.get()
    assert absence.person == lea
    client.force_login(ada)
    assert client.post(reverse("teams:withdraw-absence", args=[absence.pk])).status_code == 403
    assert Absence.objects.exists()


def test_auditor_reads_that_there_is_nothing_to_enter(ada, client):
    client.force_login(PersonFactory(auditor=True))
    page = client.get(reverse("teams:absences"))
    assert page.status_code == 200
    assert "Enter the absence" not in page.content.decode()


def test_page_asks_as_much_for_three_as_for_one(ada, client, django_assert_num_queries):
    client.get(reverse("teams:absences"))
    for number in (1, 3):
        for offset in range(number):
            AbsenceFactory(person=ada, **days(10 * number + 2 * offset, 10 * number + 2 * offset))
            seat = SeatFactory(person=ada, kind=Seat.Kind.PRIMARY)
            SeatFactory(team=seat.team, role=seat.role, kind=Seat.Kind.DEPUTY)
        with django_assert_num_queries(6):
            client.get(reverse("teams:absences"))
