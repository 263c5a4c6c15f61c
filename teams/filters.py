"""What the lists of the API can be asked for."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from teams.models import Discipline, MLModel, Person, Role, Structure, Team
from teams.queries import seats_held_on


class TextFilter(django_filters.CharFilter):
    """All words, each in any of some fields."""

    def __init__(self, *fields: str, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.fields = fields

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        for word in (value or "").split():
            anywhere = Q()
            for field in self.fields:
                anywhere |= Q(**{f"{field}__icontains": word})
            qs = qs.filter(anywhere)
        return qs


class TeamFilter(django_filters.FilterSet):
    q = TextFilter("name", "key")
    parent = django_filters.CharFilter("parent__key", max_length=60)
    lead = django_filters.CharFilter("lead__email", "iexact", max_length=254)
    structure = django_filters.ChoiceFilter(choices=Structure.choices)
    closed = django_filters.BooleanFilter("closed_at", "isnull", exclude=True)

    class Meta:
        model = Team
        fields: list[str] = []


class PersonFilter(django_filters.FilterSet):
    q = TextFilter("name", "email")
    email = django_filters.CharFilter("email", "iexact", max_length=254)
    team = django_filters.CharFilter(method="holding_a_seat", label="key of a team in which a seat is held today")
    role = django_filters.CharFilter(method="holding_a_seat", label="key of a role that is held today")
    active = django_filters.BooleanFilter("is_active")
    admin = django_filters.BooleanFilter("is_staff")
    auditor = django_filters.BooleanFilter("is_auditor")

    class Meta:
        model = Person
        fields: list[str] = []

    def holding_a_seat(self, people: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        seats = seats_held_on(timezone.localdate()).filter(**{f"{name}__key": value})
        return people.filter(pk__in=seats.values("person"))


class RoleFilter(django_filters.FilterSet):
    q = TextFilter("name", "key", "description")
    discipline = django_filters.ChoiceFilter(choices=Discipline.choices)

    class Meta:
        model = Role
        fields: list[str] = []


class MLModelFilter(django_filters.FilterSet):
    q = TextFilter("name", "key", "description")
    team = django_filters.CharFilter("team__key", max_length=60)
    accountable = django_filters.CharFilter("accountable__email", "iexact", max_length=254)
    tier = django_filters.ChoiceFilter(choices=[(1, "1"), (2, "2"), (3, "3")])
    stage = django_filters.ChoiceFilter(choices=MLModel.Stage.choices)

    class Meta:
        model = MLModel
        fields: list[str] = []
