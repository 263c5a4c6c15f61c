"""The doors of the demonstration: sign-in by one click as a lead, an engineer, an admin, an auditor."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from teams.models import Person


@dataclass(frozen=True)
class Door:
    """What the sign-in page shows of a door."""

    role: str | Promise
    name: str
    part: str

    @property
    def address(self) -> str:
        return reverse("teams:enter-demo", args=[self.part])


ENGINEERING = Q(seats__role__key__in=["ml-engineer", "mlops-engineer"])
PLAIN = Q(is_staff=False, is_auditor=False)

DOORS: dict[str, tuple[str | Promise, Q]] = {
    "lead": (_("Team lead"), PLAIN & Q(teams_led__isnull=False)),
    "engineer": (_("Engineer"), PLAIN & Q(teams_led__isnull=True) & ENGINEERING),
    "admin": (_("Admin"), Q(is_staff=True)),
    "auditor": (_("Auditor"), Q(is_auditor=True)),
}


def who_opens(part: str) -> Person | None:
    """The person behind a door: of those who play the part the one who came first."""
    return _players(part).first()


def all_doors() -> list[Door]:
    """The doors that somebody stands behind."""
    people = {part: who_opens(part) for part in DOORS}
    return [Door(DOORS[part][0], person.name, part) for part, person in people.items() if person is not None]


def _players(part: str) -> QuerySet[Person]:
    return Person.objects.filter(DOORS[part][1], is_active=True).order_by("id").distinct()
