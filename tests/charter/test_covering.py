"""Who deputises for somebody who is away, as the resolver says."""

import pytest

from charter.covering import deputies_for
from reminders import covering
from teams.models import Seat
from tests.charters import make_crew
from tests.factories import NOW, AbsenceFactory, OccasionFactory, PersonFactory, RoleFactory, SeatFactory, TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew():
    return make_crew()


def deputise(crew, role: str, **changes):
    person = PersonFactory(**changes)
    SeatFactory(team=crew.team, role=RoleFactory(key=role), person=person, kind=Seat.Kind.DEPUTY)
    return person


def test_deputy_of_the_role_covers(crew):
    absent = crew["ml-engineer"]
    AbsenceFactory(person=absent)
    deputy = deputise(crew, "ml-engineer")
    deputise(crew, "data-scientist")
    occasion = OccasionFactory(team=crew.team)
    assert deputies_for([(occasion, absent.pk)], NOW) == [
        (occasion.pk, deputy.pk, f"You cover for {absent.name}, who is away until 27 November.")
    ]


def test_deputy_who_is_away_too_covers_nobody(crew):
    absent = crew["ml-engineer"]
    AbsenceFactory(person=absent)
    AbsenceFactory(person=deputise(crew, "ml-engineer"))
    assert deputies_for([(OccasionFactory(team=crew.team), absent.pk)], NOW) == []


def test_nobody_covers_in_another_team_or_without_one(crew):
    absent = crew["ml-engineer"]
    AbsenceFactory(person=absent)
    deputise(crew, "ml-engineer")
    occasions = [OccasionFactory(team=TeamFactory()), OccasionFactory(team=None)]
    assert deputies_for([(occasion, absent.pk) for occasion in occasions], NOW) == []


def test_covers_for_many_take_as_many_queries_as_for_one(crew, django_assert_num_queries):
    absent = crew["ml-engineer"]
    AbsenceFactory(person=absent)
    deputise(crew, "ml-engineer")
    for number in (1, 3):
        occasions = [OccasionFactory(team=crew.team) for _ in range(number)]
        with django_assert_num_queries(5):
            assert len(deputies_for([(occasion, absent.pk) for occasion in occasions], NOW)) == number


def test_reminders_ask_the_resolver():
    assert covering._cover is deputies_for
