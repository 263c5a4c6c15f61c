"""What differs between two documents, in words: structural, by key, never by line. Pure.

A difference is a list of `Change`, each a sentence that stands alone, with the section and (for the matrix) the stage
that it belongs to. Long texts are not squeezed into the sentence: they stand beside it, as they were and as they are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from html import unescape
from typing import Protocol, TypeVar

from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.cadences import cadence_in_words
from charter.document import DecisionRight, Document, EscalationLevel, EscalationPath, Ritual, Threshold
from charter.sentences import (
    Names,
    channels_in_words,
    duration_in_words,
    evidence_in_words,
    kinds_in_words,
    level_clause,
    lowered,
    metric_in_words,
    north_star_sentence,
    path_sentence,
    right_sentence,
    ritual_sentence,
    severities_in_words,
    threshold_sentence,
    tiers_in_words,
    times_in_words,
    title_of,
    triggers_in_words,
)
from charter.words import Hours, Letter, Then, Trigger
from config.words import in_words, listed

Cells = Mapping[tuple[str, str], tuple[str, str]]
"""(stage, role) → (letter before, letter after), of those cells only whose letter differs."""


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


K = TypeVar("K", bound=Keyed)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs, as a sentence; `was` and `now` where the texts themselves say it best."""

    section: str
    sentence: str
    stage: str = ""
    was: str = ""
    now: str = ""


@dataclass(frozen=True)
class Difference:
    """What differs from one document to another."""

    before: Document
    after: Document
    names: Names

    @cached_property
    def changes(self) -> Sequence[Change]:
        """Everything that differs, in the order of the charter."""
        return [
            *self._purpose(),
            *self._stages(),
            *self._responsibilities(),
            *self._decisions(),
            *self._escalation(),
            *self._thresholds(),
            *self._evidence(),
            *self._rituals(),
            *self._waivers(),
        ]

    @cached_property
    def by_section(self) -> Mapping[str, Sequence[Change]]:
        return _grouped(self.changes, lambda change: change.section)

    @cached_property
    def by_stage(self) -> Mapping[str, Sequence[Change]]:
        """Stage → what differs there; under "" what concerns no single stage."""
        return _grouped(self.changes, lambda change: change.stage)

    @cached_property
    def cells(self) -> Cells:
        """The cells of the matrix whose letters differ, those of new and dropped stages among them."""
        stages = {*self.before.responsibilities, *self.after.responsibilities}
        found = {}
        for stage in stages:
            for role in {*self.before.responsibilities.get(stage, {}), *self.after.responsibilities.get(stage, {})}:
                pair = self.before.letter(stage, role), self.after.letter(stage, role)
                if pair[0] != pair[1]:
                    found[stage, role] = pair
        return found

    # -- sections ----------------------------------------------------------------------------------------------

    def _purpose(self) -> Iterable[Change]:
        before, after = self.before, self.after
        if before.purpose != after.purpose:
            words = _gained_lost(
                before.purpose,
                after.purpose,
                gained=_("The purpose is written down."),
                lost=_("The purpose is no longer written down."),
                other=_("The purpose is worded otherwise."),
            )
            yield Change("purpose", words, was=before.purpose, now=after.purpose)
        if before.north_star != after.north_star:
            was, now = (
                _text(north_star_sentence(star)) if star else "" for star in (before.north_star, after.north_star)
            )
            words = _gained_lost(
                was,
                now,
                gained=_("A north star is set."),
                lost=_("The north star is gone."),
                other=_("The north star is another."),
            )
            yield Change("purpose", words, was=was, now=now)

    def _stages(self) -> Iterable[Change]:
        added, dropped, kept = _paired(self.before.stages, self.after.stages)
        for stage in dropped:
            words = _("%(stage)s is no stage any more%(who)s.")
            who = self._row(self.before, stage.key)
            sentence = words % {"stage": stage.name, "who": _("; it had %(row)s") % {"row": who} if who else ""}
            yield Change("responsibilities", sentence, stage.key)
        for stage in added:
            words = _("%(stage)s is a new stage%(who)s.")
            who = self._row(self.after, stage.key)
            sentence = words % {"stage": stage.name, "who": _(": %(row)s") % {"row": who} if who else ""}
            yield Change("responsibilities", sentence, stage.key, now=stage.outcome)
        for was, now in kept:
            if was.name != now.name:
                words = _("%(was)s is called %(now)s now.") % {"was": was.name, "now": now.name}
                yield Change("responsibilities", words, now.key)
            if was.outcome != now.outcome:
                words = _("%(stage)s: the outcome is worded otherwise.") % {"stage": now.name}
                yield Change("responsibilities", words, now.key, was=was.outcome, now=now.outcome)
        if _is_reordered(self.before.stages, self.after.stages):
            order = listed([lowered(stage.name) for stage in self.after.stages])
            yield Change("responsibilities", _("The stages follow in another order: %(order)s.") % {"order": order})

    def _row(self, document: Document, stage: str) -> str:
        """The letters of a stage in words: "ML engineer accountable and responsible, data scientist consulted"."""
        return ", ".join(
            f"{listed(roles)} {Letter(letter).label}"
            for letter in Letter.values
            if (roles := [self.names.role(ref) for ref, held in _row_of(document, stage).items() if held == letter])
        )

    def _responsibilities(self) -> Iterable[Change]:
        before = {stage.key for stage in self.before.stages}
        for stage in self.after.stages:
            if stage.key in before:
                for words in self._moves(_row_of(self.before, stage.key), _row_of(self.after, stage.key)):
                    yield Change("responsibilities", f"{stage.name}: {words}", stage.key)

    def _moves(self, was: Mapping[str, str], now: Mapping[str, str]) -> Iterable[str]:
        """What becomes of each duty of a stage, accountable first."""
        for duty, word, becomes, became, ends, ended in _DUTIES:
            lost = [ref for ref in was if duty in was[ref] and duty not in now.get(ref, "")]
            gained = [ref for ref in now if duty in now[ref] and duty not in was.get(ref, "")]
            if len(lost) == len(gained) == 1:
                yield _("%(duty)s moves from %(was)s to %(now)s.") % {
                    "duty": word,
                    "was": self.names.role(lost[0]),
                    "now": self.names.role(gained[0]),
                }
                continue
            for refs, one, many in ((gained, becomes, became), (lost, ends, ended)):
                if refs:
                    yield str(one if len(refs) == 1 else many) % {"roles": self.names.roles(refs)}

    def _decisions(self) -> Iterable[Change]:
        def sentence(right: DecisionRight) -> str:
            return _text(right_sentence(right, self.names))

        yield from _keyed("decisions", self.before.decisions, self.after.decisions, sentence, self._right)
        if _is_reordered(self.before.decisions, self.after.decisions):
            words = _("The decision rights follow in another order; the first that matches wins.")
            yield Change("decisions", words)

    def _right(self, was: DecisionRight, now: DecisionRight) -> Iterable[str]:
        names = self.names
        if was.kinds != now.kinds or was.tiers != now.tiers:
            yield _instead(
                _("it covers"),
                f"{kinds_in_words(was.kinds)}, {tiers_in_words(was.tiers)}",
                f"{kinds_in_words(now.kinds)}, {tiers_in_words(now.tiers)}",
            )
        if was.driver != now.driver:
            nobody = _("whoever proposes it")
            yield _("driving moves from %(was)s to %(now)s") % {
                "was": names.role(was.driver) if was.driver else nobody,
                "now": names.role(now.driver) if now.driver else nobody,
            }
        yield from self._approvals(was, now)
        for label, old, new in (
            (_("asked before"), was.contributors, now.contributors),
            (_("told after"), was.informed, now.informed),
        ):
            if gained := [ref for ref in new if ref not in old]:
                yield _("%(voice)s now too: %(roles)s") % {"voice": label, "roles": names.roles(gained)}
            if lost := [ref for ref in old if ref not in new]:
                yield _("%(voice)s no longer: %(roles)s") % {"voice": label, "roles": names.roles(lost)}
        if was.decide_within != now.decide_within:
            yield _instead(
                _("time to decide"), duration_in_words(was.decide_within), duration_in_words(now.decide_within)
            )
        if was.overdue != now.overdue:
            yield _instead(_("a late decision climbs"), title_of(was.overdue or ""), title_of(now.overdue or ""))

    def _approvals(self, was: DecisionRight, now: DecisionRight) -> Iterable[str]:
        if was.is_automatic != now.is_automatic:
            yield (
                _("it is approved automatically, by nobody")
                if now.is_automatic
                else _("it is no longer approved automatically")
            )
        old = {place.role: place.count for place in was.places}
        new = {place.role: place.count for place in now.places}
        lost = [ref for ref in old if ref not in new]
        gained = [ref for ref in new if ref not in old]
        if len(lost) == len(gained) == 1 and old[lost[0]] == new[gained[0]]:
            yield _("approval moves from %(was)s to %(now)s") % {
                "was": self._place(lost[0], old[lost[0]]),
                "now": self._place(gained[0], new[gained[0]]),
            }
        else:
            if gained:
                places = listed([self._place(ref, new[ref]) for ref in gained])
                yield _("must approve now: %(places)s") % {"places": places}
            if lost:
                places = listed([self._place(ref, old[ref]) for ref in lost])
                yield _("no longer approves: %(places)s") % {"places": places}
        for ref, count in new.items():
            if ref in old and old[ref] != count:
                yield _instead(_("must approve"), self._place(ref, old[ref]), self._place(ref, count))

    def _place(self, ref: str, count: int) -> str:
        return f"{in_words(count)} {self.names.role(ref, count)}"

    def _escalation(self) -> Iterable[Change]:
        def sentence(path: EscalationPath) -> str:
            levels = [_text(level_clause(path, number, self.names)) for number in range(len(path.levels))]
            return " ".join([_text(path_sentence(path)), *levels])

        yield from _keyed("escalation", self.before.escalation, self.after.escalation, sentence, self._path)
        if _is_reordered(self.before.escalation, self.after.escalation):
            yield Change("escalation", _("The paths follow in another order; the first that matches is climbed."))

    def _path(self, was: EscalationPath, now: EscalationPath) -> Iterable[str]:
        if was.triggers != now.triggers:
            yield _instead(_("climbed for"), triggers_in_words(was.triggers), triggers_in_words(now.triggers))
        if was.severities != now.severities:
            yield _instead(_("climbed for"), severities_in_words(was.severities), severities_in_words(now.severities))
        if was.hours != now.hours:
            yield _instead(_("climbed"), Hours(was.hours).label, Hours(now.hours).label)
        matcher = SequenceMatcher(None, [level.to for level in was.levels], [level.to for level in now.levels], False)  # noqa: FBT003
        for _tag, start, end, first, last in matcher.get_opcodes():
            both = min(end - start, last - first)
            for step in range(both):
                number = first + step + 1
                for words in self._level(was.levels[start + step], now.levels[first + step]):
                    yield _("level %(number)d: %(words)s") % {"number": number, "words": words}
            for position in range(first + both, last):
                yield _("level %(number)d is new: it calls %(who)s") % {
                    "number": position + 1,
                    "who": self.names.target(now.levels[position].to),
                }
            for position in range(start + both, end):
                yield _("level %(number)d is dropped: it called %(who)s") % {
                    "number": position + 1,
                    "who": self.names.target(was.levels[position].to),
                }

    def _level(self, was: EscalationLevel, now: EscalationLevel) -> Iterable[str]:
        if was.to != now.to:
            yield _instead(_("it calls"), self.names.target(was.to), self.names.target(now.to))
        if was.acknowledge_within != now.acknowledge_within:
            old, new = duration_in_words(was.acknowledge_within), duration_in_words(now.acknowledge_within)
            yield _instead(_("time to acknowledge"), old, new)
        if was.channels != now.channels:
            yield _instead(_("called by"), channels_in_words(was), channels_in_words(now))
        if was.repeat != now.repeat:
            yield _instead(_("called again"), times_in_words(was.repeat), times_in_words(now.repeat))

    def _thresholds(self) -> Iterable[Change]:
        def sentence(threshold: Threshold) -> str:
            return _text(threshold_sentence(threshold))

        yield from _keyed("thresholds", self.before.thresholds, self.after.thresholds, sentence, _threshold)

    def _evidence(self) -> Iterable[Change]:
        for tier in (1, 2, 3):
            was, now = self.before.evidence_for(tier), self.after.evidence_for(tier)
            words = _("Tier %(tier)d: %(change)s.")
            if gained := [kind for kind in now if kind not in was]:
                change = _("a review must carry %(kinds)s too") % {"kinds": evidence_in_words(gained)}
                yield Change("evidence", words % {"tier": tier, "change": change})
            if lost := [kind for kind in was if kind not in now]:
                change = _("a review need no longer carry %(kinds)s") % {"kinds": evidence_in_words(lost)}
                yield Change("evidence", words % {"tier": tier, "change": change})
        old, new = (
            duration_in_words(each.post_implementation_review.after) if each.post_implementation_review else ""
            for each in (self.before, self.after)
        )
        if old != new:
            if not new:
                words = _("A post-implementation review no longer falls due.")
            elif not old:
                words = _("A post-implementation review falls due %(after)s after the release.") % {"after": new}
            else:
                words = _("A post-implementation review falls due %(now)s after the release instead of %(was)s.")
                words %= {"now": new, "was": old}
            yield Change("evidence", words)

    def _rituals(self) -> Iterable[Change]:
        def sentence(ritual: Ritual) -> str:
            return _text(ritual_sentence(ritual, self.names))

        yield from _keyed("rituals", self.before.rituals, self.after.rituals, sentence, self._ritual)

    def _ritual(self, was: Ritual, now: Ritual) -> Iterable[str]:
        if was.kind != now.kind:
            yield _instead(_("it is a"), was.kind.label, now.kind.label)
        if was.cadence != now.cadence:
            yield _instead(_("held"), cadence_in_words(was.cadence), cadence_in_words(now.cadence))
        if (was.at, was.timezone) != (now.at, now.timezone):
            yield _instead(_("held at"), f"{was.at} {was.timezone}", f"{now.at} {now.timezone}")
        if was.starts_on != now.starts_on:
            old, new = date_format(was.starts_on, "j F Y"), date_format(now.starts_on, "j F Y")
            yield _instead(_("counted from"), old, new)
        if was.facilitator != now.facilitator:
            old, new = (self.names.role(each.facilitator) if each.facilitator else "" for each in (was, now))
            yield _instead(_("facilitated by"), old, new)

    def _waivers(self) -> Iterable[Change]:
        was, now = ({(each.rule, each.at): each for each in doc.waivers} for doc in (self.before, self.after))
        for key in [*was, *(key for key in now if key not in was)]:
            old, new = was.get(key), now.get(key)
            if old == new:
                continue
            place = {"rule": key[0], "at": key[1]}
            if new is None:
                words = _("%(rule)s at %(at)s is no longer waived.") % place
            else:
                until = date_format(new.until, "j F Y")
                words = _("%(rule)s at %(at)s is waived until %(until)s.") % {**place, "until": until}
            yield Change("waivers", words, was=old.reason if old else "", now=new.reason if new else "")


def _threshold(was: Threshold, now: Threshold) -> Iterable[str]:
    def limits(above: float | None, below: float | None) -> str:
        parts = [(_("above"), above), (_("below"), below)]
        return _(" or ").join(f"{word} {value:g}" for word, value in parts if value is not None)

    if was.metric != now.metric:
        yield _instead(_("it watches"), metric_in_words(was.metric), metric_in_words(now.metric))
    if was.models != now.models:
        old, new = (listed([title_of(key) for key in each.models]) or _("every model") for each in (was, now))
        yield _instead(_("it holds for"), old, new)
    if (old := limits(was.above, was.below)) != (new := limits(now.above, now.below)):
        yield _instead(_("it fires"), old, new)
    if (old := limits(was.clears_above, was.clears_below)) != (new := limits(now.clears_above, now.clears_below)):
        yield _instead(_("it clears"), old, new)
    if was.window != now.window:
        yield _instead(_("its window is"), duration_in_words(was.window), duration_in_words(now.window))
    if was.then != now.then:
        yield _instead(_("then"), Then(was.then).label, Then(now.then).label)
    if was.severity != now.severity:
        yield _instead(_("severity"), was.severity or "", now.severity or "")
    if was.trigger != now.trigger:
        old, new = (str(Trigger(each.trigger).label) if each.trigger else "" for each in (was, now))
        yield _instead(_("trigger"), old, new)


# Duty, its word, and what is said of one role or several that get it or lose it.
_DUTIES = (
    (
        "A",
        gettext_lazy("accountable"),
        gettext_lazy("%(roles)s becomes accountable."),
        gettext_lazy("%(roles)s become accountable."),
        gettext_lazy("%(roles)s is no longer accountable."),
        gettext_lazy("%(roles)s are no longer accountable."),
    ),
    (
        "R",
        gettext_lazy("responsible"),
        gettext_lazy("%(roles)s becomes responsible."),
        gettext_lazy("%(roles)s become responsible."),
        gettext_lazy("%(roles)s is no longer responsible."),
        gettext_lazy("%(roles)s are no longer responsible."),
    ),
    (
        "C",
        gettext_lazy("consulted"),
        gettext_lazy("%(roles)s is consulted now."),
        gettext_lazy("%(roles)s are consulted now."),
        gettext_lazy("%(roles)s is no longer consulted."),
        gettext_lazy("%(roles)s are no longer consulted."),
    ),
    (
        "I",
        gettext_lazy("informed"),
        gettext_lazy("%(roles)s is informed now."),
        gettext_lazy("%(roles)s are informed now."),
        gettext_lazy("%(roles)s is no longer informed."),
        gettext_lazy("%(roles)s are no longer informed."),
    ),
)


# -- how things are paired ------------------------------------------------------------------------------------------


def _paired(before: Sequence[K], after: Sequence[K]) -> tuple[list[K], list[K], list[tuple[K, K]]]:
    """What is new, what is dropped, and what stays (in the order of afterwards), by key."""
    old, new = {each.key: each for each in before}, {each.key: each for each in after}
    return (
        [each for key, each in new.items() if key not in old],
        [each for key, each in old.items() if key not in new],
        [(old[key], each) for key, each in new.items() if key in old],
    )


def _keys_kept(parts: Sequence[K], kept: Sequence[tuple[K, K]]) -> list[str]:
    """The keys of what stays, in the order of these parts."""
    keys = {was.key for was, _now in kept}
    return [part.key for part in parts if part.key in keys]


def _is_reordered(before: Sequence[K], after: Sequence[K]) -> bool:
    _added, _dropped, kept = _paired(before, after)
    return [now.key for _was, now in kept] != _keys_kept(before, kept)


def _keyed(
    section: str,
    before: Sequence[K],
    after: Sequence[K],
    sentence: Callable[[K], str],
    differences: Callable[[K, K], Iterable[str]],
) -> Iterable[Change]:
    """New and dropped parts with their whole sentence; of each that stays, what differs."""
    added, dropped, kept = _paired(before, after)
    for part in dropped:
        yield Change(section, _("%(title)s is dropped.") % {"title": title_of(part.key)}, was=sentence(part))
    for part in added:
        yield Change(section, _("%(title)s is new.") % {"title": title_of(part.key)}, now=sentence(part))
    for was, now in kept:
        for words in differences(was, now):
            yield Change(section, f"{title_of(now.key)}: {words}.")


def _text(sentence: str) -> str:
    """A sentence without its marks."""
    return unescape(strip_tags(sentence))


def _row_of(document: Document, stage: str) -> Mapping[str, str]:
    return document.responsibilities.get(stage, {})


def _instead(what: str, was: object, now: object) -> str:
    """ "time to decide: 2 days instead of 3 days"; where one of them is missing, that is said."""
    return _("%(what)s %(now)s instead of %(was)s") % {
        "what": what,
        "was": was or _("nothing"),
        "now": now or _("nothing"),
    }


def _gained_lost(was: str, now: str, *, gained: str, lost: str, other: str) -> str:
    if not was:
        return gained
    return other if now else lost


def _grouped(changes: Iterable[Change], key: Callable[[Change], str]) -> Mapping[str, Sequence[Change]]:
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        groups[key(change)].append(change)
    return groups
