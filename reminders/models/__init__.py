from reminders.models.action_item import ActionItem, CarryOver
from reminders.models.calendar_token import CalendarToken
from reminders.models.endpoint import Endpoint
from reminders.models.ladder_setting import LadderSetting
from reminders.models.notice import Notice
from reminders.models.occasion import Occasion, OccasionPerson
from reminders.models.preferences import Preferences
from reminders.models.schedule import Schedule
from reminders.models.snooze import Snooze

__all__ = [
    "ActionItem",
    "CalendarToken",
    "CarryOver",
    "Endpoint",
    "LadderSetting",
    "Notice",
    "Occasion",
    "OccasionPerson",
    "Preferences",
    "Schedule",
    "Snooze",
]
