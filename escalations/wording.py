"""Words for severities, triggers, paths, durations and moments, as the matrix says them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charter.document import EscalationPath, Target, split_role
from charter.resolver import Call
from charter.words import Trigger
from config.words import in_words, listed
from escalations.matrix import SEVERITIES
from teams.organisation import Organisation


def severity_span(severities: Sequence[str]) -> str:
    """ "SEV1", "SEV1, SEV2", "SEV1 to SEV3"."""
    positions = [SEVERITIES.index(severity) for severity in severities]
    if len(positions) > 2 and positions == list(range(positions[0], positions[-1] + 1)):
        return _("%(first)s to %(last)s") % {"first": severities[0], "last": severities[-1]}
    return ", ".join(severities)


def trigger_names(triggers: Sequence[str], *, most: int = 4) -> str:
    """ "drift, quality and privacy"."""
    names = [str(Trigger(trigger).label) for trigger in triggers]
    return first_of(names, most=most)


def first_of(words: Sequence[str], *, most: int = 3) -> str:
    """A list in a sentence; of a long one the first and how many more."""
    return listed(words[:most], more=max(len(words) - most, 0))


def path_name(path: EscalationPath) -> str:
    """A path is called by its key: "model-quality" reads "Model quality"."""
    return str(capfirst(path.key.replace("-", " ")))


def target_name(organisation: Organisation, team: str, target: Target) -> str:
    """Whom a level is meant for, as a note under a name: "ML engineer", "lead", "platform/incidents"."""
    if target.role:
        of_team, role = split_role(target.role, team)
        name = organisation.roles.get(role, role)
        return name if of_team == team else f"{of_team}/{name}"
    if target.lead:
        if target.lead == team:
            return _("lead")
        facts = organisation.teams.get(target.lead)
        return _("lead of %(team)s") % {"team": facts.name if facts else target.lead}
    return target.value


def call_note(organisation: Organisation, team: str, call: Call, calls: int) -> str:
    """ "ML engineer, 15 min", "lead, 30 min, three calls"."""
    parts = [target_name(organisation, team, call.target)]
    if call.minutes is not None:
        parts.append(short_minutes(call.minutes))
    if calls > 1:
        parts.append(_("%(number)s calls") % {"number": in_words(calls)})
    return ", ".join(parts)


def short_minutes(minutes: int) -> str:
    """ "15 min", "1 h", "1 h 45", "31 h", "3 days"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    if hours >= 48 or minutes == 24 * 60:
        days = round(hours / 24)
        return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    if rest and hours < 24:
        return _("%(hours)d h %(minutes)02d") % {"hours": hours, "minutes": rest}
    return _("%(hours)d h") % {"hours": round(minutes / 60)}


def short_duration(duration: timedelta) -> str:
    return short_minutes(round(duration.total_seconds() / 60))


def short_time(at: datetime, zone: ZoneInfo) -> str:
    """ "Mon 09:00": for moments of the coming days."""
    return date_format(at.astimezone(zone), "D H:i")


def question_time(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment as one asks for it: "now", "on Sunday at 02:00", "on 24 December 2026 at 02:00"."""
    if at == now:
        return _("now")
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today).days
    clock = date_format(local, "H:i")
    if days == 0:
        return _("today at %(time)s") % {"time": clock}
    day = date_format(local, "l") if 0 < days < 7 else date_format(local, "j F Y")
    return _("on %(day)s at %(time)s") % {"day": day, "time": clock}
