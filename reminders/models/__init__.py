from reminders.models.action_item import ActionItem, CarryOver
from reminders.models.calendar_token import CalendarToken
from reminders.models.notice import Notice
from reminders.models.occasion import Occasion, OccasionPerson
from reminders.models.schedule import Schedule

__all__ = ["ActionItem", "CalendarToken", "CarryOver", "Notice", "Occasion", "OccasionPerson", "Schedule"]
