"""How often a ritual comes round, in words. When exactly, `reminders.recurrence` knows."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.words import listed

_DAYS = {
    "MO": gettext_lazy("Monday"),
    "TU": gettext_lazy("Tuesday"),
    "WE": gettext_lazy("Wednesday"),
    "TH": gettext_lazy("Thursday"),
    "FR": gettext_lazy("Friday"),
    "SA": gettext_lazy("Saturday"),
    "SU": gettext_lazy("Sunday"),
}
_PERIODS = {
    "DAILY": gettext_lazy("day"),
    "WEEKLY": gettext_lazy("week"),
    "MONTHLY": gettext_lazy("month"),
    "YEARLY": gettext_lazy("year"),
}
_ORDINALS = (
    "",
    gettext_lazy("first"),
    gettext_lazy("second"),
    gettext_lazy("third"),
    gettext_lazy("fourth"),
    gettext_lazy("fifth"),
    gettext_lazy("sixth"),
)
_SAID = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY"}


def cadence_in_words(cadence: str) -> str:
    """ "every second Thursday", "on the first day of every third month"; a rarer rule as it is written."""
    parts = dict(part.split("=", 1) for part in cadence.upper().split(";") if "=" in part)
    frequency, interval = parts.get("FREQ", ""), int(parts.get("INTERVAL", "1"))
    if frequency not in _PERIODS or not parts.keys() <= _SAID or not 0 < interval < 60:
        return _("by the rule %(rule)s") % {"rule": cadence}
    days = [(day[:-2], _DAYS[day[-2:]]) for day in parts.get("BYDAY", "").split(",") if day[-2:] in _DAYS]
    dates = parts.get("BYMONTHDAY", "")
    if frequency == "WEEKLY" and days and not dates and not any(number for number, _day in days):
        return _every(interval, listed([day for _number, day in days]))
    if frequency == "MONTHLY" and dates.isdecimal() and not days:
        day = _("the %(nth)s day") % {"nth": ordinal(int(dates))}
        return _("on %(day)s of %(months)s") % {"day": day, "months": _every(interval, _PERIODS[frequency])}
    if frequency == "MONTHLY" and dates == "-1" and not days:
        return _("on the last day of %(months)s") % {"months": _every(interval, _PERIODS[frequency])}
    if frequency == "MONTHLY" and not dates and len(days) == 1 and days[0][0].lstrip("+-").isdecimal():
        number, day_name = days[0]
        nth = _("last") if number.startswith("-") else ordinal(int(number))
        values = {"nth": nth, "day": day_name, "months": _every(interval, _PERIODS[frequency])}
        if number == "-1" or not number.startswith("-"):
            return _("on the %(nth)s %(day)s of %(months)s") % values
    if not days and not dates:
        return _every(interval, _PERIODS[frequency])
    return _("by the rule %(rule)s") % {"rule": cadence}


def _every(interval: int, what: object) -> str:
    if interval == 1:
        return _("every %(what)s") % {"what": what}
    return _("every %(nth)s %(what)s") % {"nth": ordinal(interval), "what": what}


def ordinal(number: int) -> str:
    """ "first" … "sixth", then "7th"."""
    if number < len(_ORDINALS):
        return str(_ORDINALS[number])
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
