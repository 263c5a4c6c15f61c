"""Who is asked while somebody is away, on the pages of the person and the team."""

import pytest
from django.urls import reverse

from teams.models import Seat
from tests.factories import NOW, AbsenceFactory, PersonFactory, SeatFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(client, time_machine):
    """Held as primary by Ada, who is away."""
    time_machine.move_to(NOW, tick=False)
    client.force_login(PersonFactory())
    absence = AbsenceFactory(person=PersonFactory(name="Ada Brandt"))
    return SeatFactory(person=absence.person, kind=Seat.Kind.PRIMARY)


def pages(client, seat: Seat) -> tuple[str, str]:
    addresses = (reverse("portal:person", args=[seat.person_id]), reverse("portal:team", args=[seat.team.key]))
    person, team = (client.get(address).content.decode() for address in addresses)
    return person, team


def test_pages_say_until_when_somebody_is_away_and_who_covers(client, seat):
    SeatFactory(team=seat.team, role=seat.role, kind=Seat.Kind.DEPUTY, person=PersonFactory(name="Lea Roth"))
    person, team = pages(client, seat)
    assert "Away until 27 November; Lea Roth covers." in person
    assert "away until 27 Nov; " in team
    assert "covered by <a" in team
    assert "Lea Roth</a></span>" in team


def test_pages_name_nobody_where_nobody_covers(client, seat):
    person, team = pages(client, seat)
    assert "Away until 27 November." in person
    assert "away until 27 Nov</span>" in team
    assert "covered by" not in team
