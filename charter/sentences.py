"""A charter in words: rights, paths, levels, thresholds, rituals and cadences as sentences.

A sentence is written once. How it is set, a `Mark` decides: plain, with the subject in bold (reading), or with every
part that can be changed as a slot (editing).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from charter.cadences import cadence_in_words
from charter.document import (
    DecisionRight,
    EscalationLevel,
    EscalationPath,
    NorthStar,
    Ritual,
    Target,
    Threshold,
    split_role,
)
from charter.durations import parse_duration
from charter.words import EvidenceKind, Hours, Kind, RitualKind, Severity, Then, Trigger
from config.words import in_words, listed
from teams.organisation import Organisation


class Mark(Protocol):
    """Sets one part of a sentence; `missing` where it says that something is not there."""

    def __call__(self, field: str, words: object, *, missing: bool = False) -> SafeString: ...


def plain(field: str, words: object, *, missing: bool = False) -> SafeString:
    """No mark at all."""
    return format_html("{}", words)


def bold_subject(field: str, words: object, *, missing: bool = False) -> SafeString:
    """For reading: what the clause is about, and whom it calls, stands out."""
    return format_html("<b>{}</b>" if field in {"kinds", "to", "kind", "metric"} else "{}", words)


def slots(address_of: Callable[[str], str]) -> Mark:
    """For editing: each part is a link to the field that changes it."""

    def mark(field: str, words: object, *, missing: bool = False) -> SafeString:
        look = "slot slot-empty" if missing else "slot"
        return format_html('<a class="{}" href="{}" data-field="{}">{}</a>', look, address_of(field), field, words)

    return mark


# -- roles and people -----------------------------------------------------------------------------------------------


def lowered(name: str) -> str:
    """A name inside a sentence: "data scientist", but "ML engineer"."""
    return name if len(name) > 1 and name[1].isupper() else name[:1].lower() + name[1:]


@dataclass(frozen=True)
class Names:
    """What roles, teams and paths are called in the charter of a team."""

    organisation: Organisation
    team: str

    def role(self, ref: str, count: int = 1) -> str:
        """ "data scientist", "two data scientists" is left to `approvers`; of another team: "lead of Governance"."""
        of_team, role = split_role(ref, self.team)
        name = lowered(self.organisation.roles.get(role, role))
        name = name if count == 1 else _plural(name)
        return name if of_team == self.team else _("%(role)s of %(team)s") % {"role": name, "team": self.of(of_team)}

    def roles(self, refs: Iterable[str]) -> str:
        return listed([self.role(ref) for ref in refs])

    def of(self, team: str) -> str:
        facts = self.organisation.teams.get(team)
        return facts.name if facts else team

    def head(self, ref: str) -> tuple[str, str]:
        """The head of a column: (team before the slash or nothing, name of the role)."""
        of_team, role = split_role(ref, self.team)
        return ("" if of_team == self.team else of_team), self.organisation.roles.get(role, role)

    def target(self, target: Target) -> str:
        """Whom a level calls: "the ML engineer", "the lead of Payments", "the path platform/incidents"."""
        match target.kind:
            case "role":
                return _("the %(role)s") % {"role": self.role(target.value)}
            case "lead":
                return _("the lead of %(team)s") % {"team": self.of(target.value)}
            case "path":
                return _("the path %(path)s") % {"path": target.value}
        return _("the rotation %(key)s") % {"key": target.value}


def _plural(name: str) -> str:
    return _("%(role)ss") % {"role": name}


def title_of(key: str) -> str:
    """A key as a title: "model-quality" → "Model quality"."""
    return str(capfirst(key.replace("-", " ")))


# -- decisions ------------------------------------------------------------------------------------------------------

_MODELS = {
    Kind.NEW_MODEL: gettext_lazy("new"),
    Kind.REPLACE_MODEL: gettext_lazy("replaced"),
    Kind.RETIRE_MODEL: gettext_lazy("retired"),
}
_CHANGES = {
    Kind.FEATURE_CHANGE: gettext_lazy("feature"),
    Kind.DATA_CHANGE: gettext_lazy("data"),
    Kind.LABELLING_CHANGE: gettext_lazy("labelling"),
    Kind.THRESHOLD_CHANGE: gettext_lazy("threshold"),
}


def kinds_in_words(kinds: Sequence[Kind]) -> str:
    """ "any change", "new, replaced and retired models", "retraining, data and labelling changes"."""
    if not kinds or set(kinds) == set(Kind):
        return _("any change")
    groups: list[list[object]] = [
        [_MODELS[kind] for kind in kinds if kind in _MODELS],
        [_CHANGES[kind] for kind in kinds if kind in _CHANGES],
    ]
    models, changes = (listed(group) for group in groups)
    words = [_("%(which)s models") % {"which": models}] if models else []
    if Kind.RETRAIN in kinds:
        words.append(_("retraining"))
    if changes:
        words.append(_("%(which)s changes") % {"which": changes})
    if Kind.ROLLBACK in kinds:
        words.append(_("rollbacks"))
    return ", ".join(words) if any(len(group) > 1 for group in groups) else listed(words)


def tiers_in_words(tiers: Sequence[int]) -> str:
    """ "every tier", "tier 3", "tier 1 or 2"."""
    if not tiers or len(tiers) == 3:
        return _("every tier")
    return _("tier %(numbers)s") % {"numbers": _(" or ").join(map(str, tiers))}


def duration_in_words(text: str | None) -> str:
    return parse_duration(text).in_words() if text else ""


def right_sentence(right: DecisionRight, names: Names, mark: Mark = plain) -> SafeString:
    """Who drives a change, who must approve it, by when, and who is called when they are late."""
    what = {"kinds": mark("kinds", kinds_in_words(right.kinds)), "tiers": mark("tiers", tiers_in_words(right.tiers))}
    if right.driver:
        driver = mark("driver", names.role(right.driver))
        sentences = [format_html(_("For {kinds} of {tiers} the {driver} drives."), driver=driver, **what)]
    else:
        driver = mark("driver", _("whoever proposes it"))
        sentences = [format_html(_("For {kinds} of {tiers} {driver} drives."), driver=driver, **what)]
    if right.is_automatic:
        sentences.append(
            format_html(
                _("It is approved {how} when its evidence is complete and every threshold holds."),
                how=mark("approvers", _("automatically")),
            )
        )
    else:
        sentences.append(_approval(right, names, mark))
    if right.overdue and not right.is_automatic:
        sentences.append(
            format_html(_("If they are late, {path} is called."), path=mark("overdue", title_of(right.overdue)))
        )
    return SafeString(" ".join(sentences))


def _approval(right: DecisionRight, names: Names, mark: Mark) -> SafeString:
    if not right.places:
        who = mark("approvers", _("Nobody"), missing=True)
        return format_html(_("{who} approves."), who=who)
    places = [
        f"{in_words(place.count, start=number == 0)} {names.role(place.role, place.count)}"
        for number, place in enumerate(right.places)
    ]
    who = _joined([mark("approvers", words) for words in places])
    if right.decide_within:
        within = mark("decide_within", duration_in_words(right.decide_within))
        return format_html(_("{who} must approve within {time}."), who=who, time=within)
    return format_html(_("{who} must approve."), who=who)


def voices_sentence(right: DecisionRight, names: Names, mark: Mark = plain) -> SafeString:
    """Who is asked before and told after; where nobody is, it is said only to who can change it."""
    is_read = mark in (plain, bold_subject)
    parts = [
        format_html("{} {}.", label, mark(field, names.roles(refs) or _("nobody")))
        for field, label, refs in (
            ("contributors", _("Asked before:"), right.contributors),
            ("informed", _("Told after:"), right.informed),
        )
        if refs or not is_read
    ]
    return SafeString(" ".join(parts))


# -- escalation -----------------------------------------------------------------------------------------------------


def triggers_in_words(triggers: Sequence[Trigger]) -> str:
    """ "anything", "drift and quality"."""
    if not triggers or set(triggers) == set(Trigger):
        return _("anything")
    return listed([Trigger(trigger).label for trigger in triggers])


def severities_in_words(severities: Sequence[Severity]) -> str:
    """ "SEV1 to SEV3", "SEV2", "SEV1 and SEV4"; none named means all."""
    order = list(Severity)
    chosen = [severity for severity in order if not severities or severity in severities]
    first, last = order.index(chosen[0]), order.index(chosen[-1])
    if len(chosen) > 1 and last - first == len(chosen) - 1:
        return _("%(first)s to %(last)s") % {"first": chosen[0].value, "last": chosen[-1].value}
    return listed([severity.value for severity in chosen])


def path_sentence(path: EscalationPath, mark: Mark = plain) -> SafeString:
    """When a path is climbed: what triggers it, at which severities, at which hours."""
    return format_html(
        _("For {triggers}; {severities}, {hours}."),
        triggers=mark("triggers", triggers_in_words(path.triggers)),
        severities=mark("severities", severities_in_words(path.severities)),
        hours=mark("hours", Hours(path.hours).label),
    )


def channels_in_words(level: EscalationLevel) -> str:
    """By what a level calls; the inbox always has it too."""
    return listed([channel.label for channel in level.channels if channel != "inbox"]) or _("inbox")


def level_sentence(
    path: EscalationPath, number: int, names: Names, mark: Callable[[int], Mark], *, reaches: bool = True
) -> SafeString:
    """A level as the editor writes it. `mark(number)` sets the parts of a level: the time belongs to the one before."""
    level = path.levels[number]
    here = mark(number)
    to = here("to", names.target(level.to), missing=not reaches)
    if level.to.kind == "path":
        call = format_html(_("{to} takes over"), to=to)
    else:
        call = format_html(_("call {to} by {channels}"), to=to, channels=here("channels", channels_in_words(level)))
    if level.repeat:
        call = format_html(_("{call}, and {times} more"), call=call, times=here("repeat", times_in_words(level.repeat)))
    if number == 0:
        sentence = format_html(_("At once, {call}."), call=call)
    else:
        before = path.levels[number - 1]
        within = mark(number - 1)(
            "acknowledge_within",
            duration_in_words(before.acknowledge_within) or _("a time that nobody set"),
            missing=not before.acknowledge_within,
        )
        sentence = format_html(_("If nobody acknowledges within {time}, {call}."), time=within, call=call)
    if number == len(path.levels) - 1 and level.to.kind != "path":
        time = here(
            "acknowledge_within",
            duration_in_words(level.acknowledge_within) or _("no time set"),
            missing=not level.acknowledge_within,
        )
        sentence = format_html(_("{sentence} Time to acknowledge: {time}."), sentence=sentence, time=time)
    return sentence


def level_clause(path: EscalationPath, number: int, names: Names) -> SafeString:
    """A level as the charter reads it: "The **ML engineer** is called by e-mail and has 15 minutes to acknowledge." """
    level = path.levels[number]
    if level.to.kind == "path":
        return format_html(_("{then} path <b>{path}</b> takes over."), then=_then(number), path=level.to.value)
    who = names.target(level.to).removeprefix(_("the "))
    words = {"then": _then(number), "who": who, "channels": channels_in_words(level)}
    time = duration_in_words(level.acknowledge_within)
    if level.repeat:
        calls = times_in_words(level.repeat + 1)
        return format_html(
            _("{then} <b>{who}</b> is called by {channels}, {calls} {time} apart."), calls=calls, time=time, **words
        )
    if not time:
        return format_html(_("{then} <b>{who}</b> is called by {channels}."), **words)
    return format_html(
        _("{then} <b>{who}</b> is called by {channels} and has {time} to acknowledge."), time=time, **words
    )


def _then(number: int) -> str:
    return _("The") if number == 0 else _("Then the")


def times_in_words(count: int) -> str:
    """ "once", "twice", "three times"."""
    if count < 3:
        return (_("never"), _("once"), _("twice"))[count]
    return _("%(count)s times") % {"count": in_words(count)}


# -- thresholds, evidence, rituals ----------------------------------------------------------------------------------

_THEN = {
    Then.NOTIFY: gettext_lazy("tell the team"),
    Then.REQUIRE_REVIEW: gettext_lazy("require a review"),
    Then.BLOCK_RELEASE: gettext_lazy("block the release"),
    Then.OPEN_ESCALATION: gettext_lazy("open an escalation"),
}


def threshold_sentence(threshold: Threshold, mark: Mark = plain) -> SafeString:
    """Metric, limit, window, and what happens then."""
    models = listed([title_of(key) for key in threshold.models]) or _("every model")
    limits = [
        format_html("{} {}", label, mark(field, f"{value:g}"))
        for field, label, value in (
            ("above", _("above"), threshold.above),
            ("below", _("below"), threshold.below),
        )
        if value is not None
    ]
    limit = _joined(limits, _("or")) if limits else mark("above", _("a limit that nobody set"), missing=True)
    sentence = format_html(
        _("When {metric} of {models} is {limit}"),
        metric=mark("metric", metric_in_words(threshold.metric)),
        models=mark("models", models),
        limit=limit,
    )
    if threshold.window:
        time = mark("window", duration_in_words(threshold.window))
        sentence = format_html(_("{sentence} for {time}"), sentence=sentence, time=time)
    sentence = format_html("{}, {}", sentence, mark("then", _THEN[Then(threshold.then)]))
    if threshold.then == Then.OPEN_ESCALATION:
        severity = mark("severity", threshold.severity or _("no severity"), missing=not threshold.severity)
        sentence = format_html(_("{sentence} as {severity}"), sentence=sentence, severity=severity)
        if threshold.trigger:
            trigger = mark("trigger", Trigger(threshold.trigger).label)
            sentence = format_html(_("{sentence} for {trigger}"), sentence=sentence, trigger=trigger)
    clears = [
        format_html("{} {}", label, mark(field, f"{value:g}"))
        for field, label, value in (
            ("clears_below", _("below"), threshold.clears_below),
            ("clears_above", _("above"), threshold.clears_above),
        )
        if value is not None
    ]
    if clears:
        return format_html(_("{sentence}. It clears {limits}."), sentence=sentence, limits=_joined(clears, _("or")))
    return format_html("{}.", sentence)


def metric_in_words(key: str) -> str:
    """ "PSI", "demographic parity gap": a metric of up to four letters is an abbreviation."""
    return key.upper() if len(key) <= 4 else key.replace("-", " ")


def evidence_in_words(kinds: Sequence[EvidenceKind]) -> str:
    """ "lineage, evaluation and fairness", or "nothing"."""
    return listed([EvidenceKind(kind).label for kind in kinds]) or _("nothing")


_MEETINGS = {
    RitualKind.RETROSPECTIVE: gettext_lazy("retrospective"),
    RitualKind.DEMO: gettext_lazy("demo"),
    RitualKind.ALIGNMENT: gettext_lazy("meeting for alignment"),
    RitualKind.CHARTER_REVIEW: gettext_lazy("charter review"),
}


def ritual_sentence(ritual: Ritual, names: Names, mark: Mark = plain) -> SafeString:
    """What is held, how often, when, and who facilitates."""
    sentence = format_html(
        _("A {kind} is held {cadence} at {time} in {zone}"),
        kind=mark("kind", _MEETINGS[RitualKind(ritual.kind)]),
        cadence=mark("cadence", cadence_in_words(ritual.cadence)),
        time=mark("at", ritual.at),
        zone=mark("timezone", ritual.timezone.replace("_", " ")),
    )
    if ritual.facilitator:
        role = mark("facilitator", names.role(ritual.facilitator))
        return format_html(_("{sentence}; the {role} facilitates."), sentence=sentence, role=role)
    return format_html("{}.", sentence)


def north_star_sentence(star: NorthStar, mark: Mark = plain) -> SafeString:
    """ "By 30 June 2027 fraud losses per 10,000 transactions are at most 4.0." """
    day = mark("reached_by", date_format(star.by, "j F Y")) if star.by else ""
    statement = mark("north_star", lowered(star.statement) if star.by else star.statement)
    target = mark("target", star.target) if star.target else ""
    if day and target:
        return format_html(_("By {day} {statement}: {target}."), day=day, statement=statement, target=target)
    if day:
        return format_html(_("By {day}: {statement}."), day=day, statement=statement)
    return format_html("{}: {}." if target else "{}.", statement, target)


def day_in_words(day: date, today: date) -> str:
    """A day as near as it can be said: the year only where it is another one."""
    return date_format(day, "j F" if day.year == today.year else "j F Y")


def weekday_in_words(day: date, today: date) -> str:
    """A day with its weekday: "Thursday 26 November"."""
    return f"{date_format(day, 'l')} {day_in_words(day, today)}"


def stages_in_words(names: Sequence[str], *, most: int = 3) -> str:
    """Stages by name where they are few, else how many."""
    if len(names) > most:
        return ngettext("%(count)s stage", "%(count)s stages", len(names)) % {"count": in_words(len(names))}
    return listed([lowered(name) for name in names])


def capped(sentence: SafeString) -> SafeString:
    """A sentence with a capital letter, also where it starts with a mark: "<b>two people</b> …"."""
    mark, letter, rest = re.fullmatch(r"((?:<[^>]*>)*)(.?)(.*)", sentence, re.DOTALL).groups()  # type: ignore[union-attr]
    return SafeString(f"{mark}{letter.upper()}{rest}")


def _joined(parts: Sequence[SafeString], last: str = "") -> SafeString:
    """Marked words as a list: "a, b and c"."""
    if len(parts) < 2:
        return parts[0] if parts else SafeString("")
    head = format_html_join(", ", "{}", ((part,) for part in parts[:-1]))
    return format_html("{} {} {}", head, last or _("and"), parts[-1])
