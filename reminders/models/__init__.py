from reminders.models.notice import Notice
from reminders.models.occasion import Occasion, OccasionPerson
from reminders.models.schedule import Schedule

__all__ = ["Notice", "Occasion", "OccasionPerson", "Schedule"]
