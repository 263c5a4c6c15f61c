"""What is due, for machines."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.generics import ListAPIView

from config.pagination import CursorPages
from reminders.audience import concerning
from reminders.models import Occasion
from reminders.queries import visible_to
from reminders.serializers import OccasionSerializer
from teams.rules import reader_of

YES, NO = ("1", "true"), ("0", "false")


class OccasionPages(CursorPages):
    """The next due first."""

    ordering = ("due_at", "id")  # type: ignore[assignment]  # one field or several


class OccasionFilter(django_filters.FilterSet):
    """Open occasions unless a state is asked for; `mine`: those that concern the caller now."""

    mine = django_filters.ChoiceFilter(
        method="only_mine", choices=[(word, word) for word in (*YES, *NO)], label="Those that concern you"
    )
    kind = django_filters.CharFilter(field_name="kind")
    team = django_filters.CharFilter(field_name="team__key")
    state = django_filters.ChoiceFilter(choices=Occasion.State.choices)

    class Meta:
        model = Occasion
        fields = ["mine", "kind", "team", "state"]

    def filter_queryset(self, queryset: QuerySet[Occasion]) -> QuerySet[Occasion]:
        if not self.form.cleaned_data.get("state"):
            queryset = queryset.filter(state=Occasion.State.OPEN)
        found: QuerySet[Occasion] = super().filter_queryset(queryset)
        return found

    def only_mine(self, queryset: QuerySet[Occasion], name: str, value: str) -> QuerySet[Occasion]:
        return queryset & concerning(reader_of(self.request), timezone.now()) if value in YES else queryset


class OccasionList(ListAPIView[Occasion]):
    """What is due, the next first."""

    serializer_class = OccasionSerializer
    pagination_class = OccasionPages
    filterset_class = OccasionFilter
    queryset = Occasion.objects.select_related("team")

    def get_queryset(self) -> QuerySet[Occasion, Any]:
        return visible_to(reader_of(self.request)).select_related("team")
