"""What the list of the API is narrowed by."""

import django_filters

from charter.words import Kind
from reviews.models import Review
from reviews.words import ReviewState


class ReviewFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=ReviewState.choices)
    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    model = django_filters.CharFilter(field_name="model__key", max_length=60, help_text="The key of the model")
    version = django_filters.CharFilter(field_name="version", max_length=100)
    team = django_filters.CharFilter(field_name="model__team__key", max_length=60, help_text="The key of the team")
    tier = django_filters.NumberFilter(field_name="model__tier", min_value=1, max_value=3)
    author = django_filters.CharFilter(field_name="author__email", lookup_expr="iexact", max_length=254)

    class Meta:
        model = Review
        fields: list[str] = []
