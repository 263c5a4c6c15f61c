"""The Django admin shows the rows of this package; they are changed on Remit's own pages, which write the ledger."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from teams.models import Absence, ApiToken, MLModel, Person, Role, Seat, Team


class ReadingAdmin(admin.ModelAdmin):
    """Lists and shows, changes nothing: an act without its ledger entry must not be possible."""

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return bool(request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Person)
class PersonAdmin(ReadingAdmin):
    list_display = ["name", "email", "timezone", "is_active", "is_staff", "is_auditor"]
    list_filter = ["is_active", "is_staff", "is_auditor"]
    search_fields = ["name", "email"]
    exclude = ["password", "groups", "user_permissions"]


@admin.register(Team)
class TeamAdmin(ReadingAdmin):
    list_display = ["name", "key", "parent", "structure", "lead", "closed_at"]
    list_filter = ["structure"]
    list_select_related = ["parent", "lead"]
    search_fields = ["name", "key"]


@admin.register(Role)
class RoleAdmin(ReadingAdmin):
    list_display = ["name", "key", "discipline", "position"]
    list_filter = ["discipline"]
    search_fields = ["name", "key"]


@admin.register(Seat)
class SeatAdmin(ReadingAdmin):
    list_display = ["person", "role", "team", "kind", "since", "until"]
    list_filter = ["kind", "role"]
    list_select_related = ["person", "role", "team"]
    search_fields = ["person__name", "team__name"]


@admin.register(MLModel)
class MLModelAdmin(ReadingAdmin):
    list_display = ["name", "key", "team", "accountable", "tier", "stage"]
    list_filter = ["tier", "stage"]
    list_select_related = ["team", "accountable"]
    search_fields = ["name", "key"]


@admin.register(Absence)
class AbsenceAdmin(ReadingAdmin):
    list_display = ["person", "first_on", "last_on"]
    list_select_related = ["person"]
    search_fields = ["person__name"]


@admin.register(ApiToken)
class ApiTokenAdmin(ReadingAdmin):
    list_display = ["__str__", "person", "label", "created_at", "last_used_on", "revoked_at"]
    list_select_related = ["person"]
    search_fields = ["person__name", "label"]
