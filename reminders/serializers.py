from rest_framework import serializers

from reminders.models import Occasion


class OccasionSerializer(serializers.ModelSerializer[Occasion]):
    """What falls due: `url` is the page on which it is dealt with."""

    team = serializers.SlugRelatedField[Occasion](slug_field="key", read_only=True)

    class Meta:
        model = Occasion
        fields = ["key", "kind", "team", "title", "url", "state", "due_at", "timezone", "sequence"]
        read_only_fields = fields
