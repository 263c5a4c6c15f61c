from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Place(models.Model):
    """An approver place of the right that matched: `count` distinct people of a role must approve.

    `name` is the role in words, as it was called when the round began.
    """

    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="places")
    position = models.PositiveIntegerField(default=0)
    role = models.CharField(_("role as the charter writes it"), max_length=121)
    name = models.CharField(_("role in words"), max_length=420, blank=True)
    count = models.PositiveSmallIntegerField(_("how many"), default=1)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.CheckConstraint(condition=Q(count__gte=1), name="reviews_place_at_least_one")]

    def __str__(self) -> str:
        return f"{self.count} × {self.role}"


class PlacePerson(models.Model):
    """Somebody who may fill a place, with the sentence that says why, and for whom where somebody is away."""

    place = models.ForeignKey("reviews.Place", on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="places_asked_for")
    why = models.CharField(_("why"), max_length=300)
    instead_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["place", "person"], name="reviews_placeperson_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.place}"
