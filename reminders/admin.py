"""The Django admin shows the rows of the engine; they are changed by its acts only."""

from django.contrib import admin

from reminders.models import Notice, Occasion, OccasionPerson, Schedule
from teams.admin import ReadingAdmin


@admin.register(Schedule)
class ScheduleAdmin(ReadingAdmin):
    list_display = ["key", "kind", "team", "cadence", "at", "timezone", "is_active", "made_until"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["team"]
    search_fields = ["key", "title"]


class OccasionPersonInline(admin.TabularInline):
    model = OccasionPerson
    extra = 0
    can_delete = False


@admin.register(Occasion)
class OccasionAdmin(ReadingAdmin):
    list_display = ["key", "kind", "team", "state", "due_at", "next_step_at", "sequence"]
    list_filter = ["state", "kind"]
    list_select_related = ["team"]
    search_fields = ["key", "title"]
    inlines = [OccasionPersonInline]


@admin.register(Notice)
class NoticeAdmin(ReadingAdmin):
    list_display = ["key", "recipient", "channel", "step", "state", "due_at", "attempts", "doubts", "failure"]
    list_filter = ["state", "channel", "failure_kind"]
    list_select_related = ["recipient"]
    search_fields = ["key", "recipient__email"]
