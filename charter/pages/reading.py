"""The charter as it is read: what was agreed at the left, who that is today at the right."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charter.access import documents_reached, get_team
from charter.document import DecisionRight, Document, EscalationPath
from charter.forms import ObjectionForm
from charter.lint import Finding, Severity, lint_document
from charter.models import Signature, Version
from charter.pages.matrix import ReadMatrix, roles_in_order
from charter.pages.rituals import next_day
from charter.ratification import SIGNABLE
from charter.resolver import (
    Call,
    Meant,
    calls_of,
    current_seats,
    match_path,
    opens_at,
    who_is_accountable,
    who_is_meant,
    who_may_approve,
)
from charter.sentences import (
    Mark,
    Names,
    bold_subject,
    capped,
    day_in_words,
    duration_in_words,
    evidence_in_words,
    level_clause,
    lowered,
    north_star_sentence,
    path_sentence,
    right_sentence,
    ritual_sentence,
    threshold_sentence,
    tiers_in_words,
    title_of,
    voices_sentence,
    weekday_in_words,
)
from charter.storage import document_of
from charter.words import RitualKind, VersionState
from charter.words import Severity as IncidentSeverity
from config.components import person_name
from config.words import in_words, listed
from teams.models import Person, Team
from teams.organisation import Organisation, PersonFacts, load_organisation

STANDING = (VersionState.INTERIM, VersionState.RATIFIED, VersionState.PROPOSED, VersionState.DRAFT)
Today = Sequence[tuple[str, SafeString]]


@dataclass(frozen=True)
class Found:
    """A team's charter: the version in force, the newest ratified (behind an interim another one), the open draft,
    and how many versions there are."""

    team: Team
    version: Version | None
    draft: Version | None
    count: int
    ratified: Version | None = None


@dataclass(frozen=True)
class ReadClause:
    """A numbered agreement and who that is today."""

    number: str
    sentence: SafeString
    note: str = ""
    today: Today = ()


@dataclass(frozen=True)
class ReadLevel:
    number: int
    at: str
    sentence: SafeString
    today: Today


@dataclass(frozen=True)
class ReadPath:
    title: str
    lead: SafeString
    levels: Sequence[ReadLevel]


@dataclass(frozen=True)
class ReadSignature:
    """A line under the charter; `state` as the component knows it."""

    signature: Signature
    role: str
    state: str
    note: str
    instead: str = ""  # what stands on the line where nobody signed, and nobody is asked any more

    @property
    def person(self) -> Person:
        return self.signature.person

    @property
    def digest(self) -> str:
        return self.signature.digest


def load_charter(team: str, *, now: datetime) -> Found:
    """The charter of a team: one query, two where there is no version yet. Raises 404."""
    rows = list(
        Version.objects.filter(charter__team__key=team, state__in=STANDING)
        .select_related("charter__team__lead", "drafted_by")
        .order_by("number")
    )
    if not rows:
        return Found(get_team(team), None, None, 0)
    by_state = {
        row.state: row
        for row in rows
        if row.state != VersionState.INTERIM or (row.interim_until and row.interim_until > now)
    }
    held = by_state.get(VersionState.INTERIM) or by_state.get(VersionState.RATIFIED)
    draft = by_state.get(VersionState.PROPOSED) or by_state.get(VersionState.DRAFT)
    return Found(rows[0].charter.team, held, draft, rows[-1].number, by_state.get(VersionState.RATIFIED))


class Reading:
    """A version as its readers see it at a moment. `proposal` is an open version that may wait for signatures."""

    def __init__(self, version: Version, *, reader: Person, now: datetime, proposal: Version | None) -> None:
        self.version = version
        self.reader = reader
        self.now = now
        self.proposal = proposal
        self.team: Team = version.charter.team
        self.document: Document = document_of(version)
        self.organisation: Organisation = load_organisation()
        self.names = Names(self.organisation, self.team.key)
        self.zone = ZoneInfo(self.team.timezone)

    # -- what the page says at its top -------------------------------------------------------------------------

    @cached_property
    def others(self) -> Mapping[str, Document]:
        return {**documents_reached(self.document, self.now), self.team.key: self.document}

    @cached_property
    def errors(self) -> Sequence[Finding]:
        """What no longer holds today."""
        result = lint_document(self.document, now=self.now, organisation=self.organisation, others=self.others)
        return [finding for finding in result.findings if finding.severity == Severity.ERROR]

    @cached_property
    def accountable(self) -> Mapping[str, Meant]:
        return {
            stage.key: who_is_accountable(self.organisation, self.document, stage.key, self.now)
            for stage in self.document.stages
        }

    @cached_property
    def owners(self) -> Mapping[int, Sequence[str]]:
        """Person id → the names of the stages for which they answer, in the order of the stages."""
        owned: dict[int, list[str]] = defaultdict(list)
        for stage in self.document.stages:
            if person := self.accountable[stage.key].person:
                owned[person.id].append(lowered(stage.name))
        return owned

    @cached_property
    def who_owns(self) -> SafeString:
        """Who answers for which stages; the reader comes last, as in "…, you for validation"."""
        if not self.owners:
            return format_html("<b>{}</b>", _("Nobody: no stage has somebody accountable."))
        people = sorted(self.owners, key=lambda person: person == self.reader.pk)
        first = self.organisation.people[people[0]]
        answers = _("<b>{}</b> answer for {}") if first.id == self.reader.pk else _("<b>{}</b> answers for {}")
        parts = [format_html(answers, self._name(first, start=True), listed(self.owners[first.id]))]
        parts += [
            format_html(
                _("<b>{}</b> for {}"), self._name(self.organisation.people[person]), listed(self.owners[person])
            )
            for person in people[1:]
        ]
        return format_html("{}.", SafeString(", ".join(parts)))

    @cached_property
    def who_decides(self) -> SafeString:
        """The decision that takes the most people, and what passes by itself."""
        rights = [right for right in self.document.decisions if right.places]
        if not rights:
            return format_html("<b>{}</b>", _("Nobody: no decision right names an approver."))
        right = max(rights, key=lambda each: sum(place.count for place in each.places))
        count = sum(place.count for place in right.places)
        within = _(" within %(time)s") % {"time": duration_in_words(right.decide_within)} if right.decide_within else ""
        people = ngettext("%(count)s person", "%(count)s people", count) % {"count": in_words(count)}
        takes = _("A change takes <b>{}{}</b>: {}.") if count == 1 else _("A change takes up to <b>{}{}</b>: {}.")
        sentence = format_html(takes, people, within, _or_joined(self._places(right), _(" and ")))
        automatic = next((each for each in self.document.decisions if each.is_automatic), None)
        if automatic is None:
            return sentence
        tiers = tiers_in_words(automatic.tiers)
        more = _("%(tiers)s passes by itself when every threshold holds.") % {"tiers": tiers[:1].upper() + tiers[1:]}
        return format_html("{} {}", sentence, more)

    @cached_property
    def who_is_called(self) -> SafeString:
        """The first people whom the worst incident reaches."""
        path = match_path(self.document, None, IncidentSeverity.SEV1) or next(iter(self.document.escalation), None)
        calls = _first_calls(self._calls(path)) if path else []
        if not calls:
            return format_html("<b>{}</b>", _("Nobody: no path is drawn."))
        parts = [format_html("<b>{}</b>", self._called(calls[0]))]
        for call in calls[1:3]:
            after = _in_short(call.starts_after)
            parts.append(format_html(_("after {} {}"), after, self._called(call)))
        return format_html("{}.", SafeString(_(", then ").join(parts)))

    @cached_property
    def what_is_due(self) -> SafeString:
        today = self.now.astimezone(self.zone).date()
        due = []
        missing = [each for each in self.proposal_signatures if each.state == Signature.State.ASKED]
        if missing and self.proposal:
            text = ngettext(
                "%(count)s signature under version %(number)d",
                "%(count)s signatures under version %(number)d",
                len(missing),
            )
            due.append(
                format_html("<b>{}</b>", text % {"count": in_words(len(missing)), "number": self.proposal.number})
            )
        coming = sorted(
            (day, RitualKind(ritual.kind).label)
            for ritual in self.document.rituals
            if (day := next_day(ritual, self.now))
        )
        due += [
            format_html(
                _("the {} on {}"), label, weekday_in_words(day, today) if number == 0 else day_in_words(day, today)
            )
            for number, (day, label) in enumerate(coming[:3])
        ]
        if not due:
            return format_html("{}", _("Nothing: no ritual comes round."))
        return format_html("{}.", capped(SafeString(", ".join(due))))

    # -- articles ----------------------------------------------------------------------------------------------

    @cached_property
    def north_star(self) -> SafeString:
        star = self.document.north_star
        return north_star_sentence(star) if star else SafeString("")

    @cached_property
    def matrix(self) -> ReadMatrix:
        columns = roles_in_order(self.document, self.organisation)
        team = self.team.key
        return ReadMatrix(
            document=self.document,
            names=self.names,
            columns=columns,
            holders={ref: who_is_meant(self.organisation, team, ref, self.now) for ref in columns},
            accountable=self.accountable,
            reader=self.reader,
            own={
                ref
                for ref in columns
                if any(seat.person == self.reader.pk for seat in current_seats(self.organisation, team, ref, self.now))
            },
        )

    @cached_property
    def rights(self) -> Sequence[ReadClause]:
        return [
            ReadClause(
                number=f"3.{number}",
                sentence=right_sentence(right, self.names, bold_subject),
                note=voices_sentence(right, self.names, bold_subject),
                today=[self._deciding(right)],
            )
            for number, right in enumerate(self.document.decisions, start=1)
        ]

    @cached_property
    def paths(self) -> Sequence[ReadPath]:
        return [
            ReadPath(
                title=title_of(path.key),
                lead=path_sentence(path),
                levels=[
                    ReadLevel(
                        number=call.level,
                        at=_("at once")
                        if number == 0
                        else _("after %(time)s") % {"time": _in_short(call.starts_after)},
                        sentence=level_clause(path, number, self.names),
                        today=self._today(path, call),
                    )
                    for number, call in enumerate(_first_calls(self._calls(path)))
                ],
            )
            for path in self.document.escalation
        ]

    @cached_property
    def obligations(self) -> Sequence[ReadClause]:
        """Thresholds, required evidence, and the post-implementation review."""
        sentences = [
            threshold_sentence(threshold, _defined(threshold.metric)) for threshold in self.document.thresholds
        ]
        sentences += [
            format_html(_("A review of <b>tier {}</b> must carry {}."), tier, evidence_in_words(kinds))
            for tier, kinds in sorted(self.document.evidence.items())
        ]
        if after := self.document.post_implementation_review:
            words = duration_in_words(after.after)
            sentences.append(
                format_html(_("A <b>post-implementation review</b> falls due {} after the release."), words)
            )
        return [ReadClause(f"5.{number}", sentence) for number, sentence in enumerate(sentences, start=1)]

    @cached_property
    def rituals(self) -> Sequence[ReadClause]:
        today = self.now.astimezone(self.zone).date()
        clauses = []
        for number, ritual in enumerate(self.document.rituals, start=1):
            day = next_day(ritual, self.now)
            pairs = [(_("Next"), format_html("{}", weekday_in_words(day, today) if day else _("never again")))]
            if ritual.facilitator:
                meant = who_is_meant(self.organisation, self.team.key, ritual.facilitator, self.now)
                pairs.append((_("Facilitated by"), self._person(meant)))
            clauses.append(ReadClause(f"6.{number}", ritual_sentence(ritual, self.names, bold_subject), today=pairs))
        return clauses

    # -- signatures --------------------------------------------------------------------------------------------

    @cached_property
    def _all_signatures(self) -> Sequence[Signature]:
        versions = {self.version.pk, *([self.proposal.pk] if self.proposal else [])}
        standing = Signature.objects.filter(version__in=versions).exclude(state=Signature.State.VOID)
        found = list(standing.select_related("person"))
        known = {each.pk: each for each in (self.version, self.proposal) if each}
        for signature in found:
            signature.version = known[signature.version_id]
        return found

    @property
    def signatures(self) -> Sequence[Signature]:
        return [each for each in self._all_signatures if each.version_id == self.version.pk]

    @property
    def proposal_signatures(self) -> Sequence[Signature]:
        if self.proposal is None or self.proposal.state not in SIGNABLE:
            return []
        return [each for each in self._all_signatures if each.version_id == self.proposal.pk]

    @property
    def waits_for_reader(self) -> bool:
        """Whether the version itself, an interim, is one that the reader is asked to sign."""
        return self.version.state == VersionState.INTERIM and any(
            each.person_id == self.reader.pk and each.state == Signature.State.ASKED for each in self.signatures
        )

    @property
    def own_open_signature(self) -> Signature | None:
        """The signature for which the reader is asked."""
        return next(
            (
                each
                for each in self.proposal_signatures
                if each.person_id == self.reader.pk and each.state == Signature.State.ASKED
            ),
            None,
        )

    @cached_property
    def signed(self) -> Sequence[ReadSignature]:
        return [read_signature(signature, self.names) for signature in self.signatures]

    # -- building blocks ---------------------------------------------------------------------------------------

    def _calls(self, path: EscalationPath) -> Sequence[Call]:
        return calls_of(self.organisation, self.others, self.team.key, path, self.now)

    def _deciding(self, right: DecisionRight) -> tuple[str, SafeString]:
        if right.is_automatic:
            return _("Today"), format_html("{}", _("nobody is asked"))
        places = self._places(right, start=True)
        if not places:
            return _("Today"), person_name(None, nobody=_("nobody decides"))
        one = len(right.places) == 1 and right.places[0].count == 1 and _(" or ") not in places[0]
        label = _("Today this person decides") if one else _("Today these decide")
        return label, SafeString(", ".join(places))

    def _places(self, right: DecisionRight, *, start: bool = False) -> Sequence[SafeString]:
        """Who may fill each approver place today, the driver left out."""
        team = self.team.key
        driver = who_is_meant(self.organisation, team, right.driver, self.now).person if right.driver else None
        found = []
        for number, place in enumerate(right.places):
            people = [
                meant.person
                for meant in who_may_approve(self.organisation, team, place.role, self.now)
                if meant.person and (driver is None or meant.person.id != driver.id)
            ]
            if len(people) < place.count:
                found.append(person_name(None, nobody=_("nobody as %(role)s") % {"role": self.names.role(place.role)}))
            elif len(people) > 3:
                words = _("%(count)s of %(all)s as %(role)s") % {
                    "count": in_words(place.count),
                    "all": in_words(len(people)),
                    "role": self.names.role(place.role),
                }
                found.append(format_html("{}", words))
            else:
                names = [self._name(person, start=start and number == 0) for person in people]
                found.append(SafeString((_(" or ") if place.count < len(people) else _(" and ")).join(names)))
        return found

    def _today(self, path: EscalationPath, call: Call) -> Today:
        start = opens_at(self.organisation, self.team.key, path, self.now)
        label = _("Now") if start == self.now else date_format(start.astimezone(self.zone), "l H:i")
        pairs = [(label, self._person(call.meant))]
        if call.meant.instead_of:
            pairs.append((_("In place of"), format_html("{}", call.meant.instead_of.name)))
        return pairs

    def _called(self, call: Call) -> SafeString:
        return self._name(call.meant.person) if call.meant.person else self._person(call.meant)

    def _person(self, meant: Meant) -> SafeString:
        return person_name(meant.person, reader=self.reader, link=False, start=True, nobody=_("nobody"))

    def _name(self, person: PersonFacts, *, start: bool = False) -> SafeString:
        return person_name(person, reader=self.reader, link=False, start=start)


def read_signature(signature: Signature, names: Names) -> ReadSignature:
    """A signature as it stands under the charter."""
    roles = names.roles(signature.roles)
    if signature.state == Signature.State.SIGNED and signature.answered_at:
        note = _("Signed %(when)s") % {"when": date_format(signature.answered_at, "j M Y, H:i")}
        return ReadSignature(signature, roles[:1].upper() + roles[1:], "signed", note)
    if signature.state == Signature.State.OBJECTED:
        return ReadSignature(signature, roles, "objected", f"“{signature.reason}”")
    if signature.state in (Signature.State.SILENT, Signature.State.OVERRULED, Signature.State.EXCUSED):
        day = date_format(signature.overruled_at or signature.answered_at or signature.asked_at, "j M Y")
        return ReadSignature(signature, roles, "open", day, instead=signature.get_state_display())
    note = _("Asked %(when)s") % {"when": date_format(signature.asked_at, "j M")}
    return ReadSignature(signature, roles, "open", note)


def _defined(metric: str) -> Mark:
    """For reading a threshold: its metric leads to what that means here."""

    def mark(field: str, words: object, *, missing: bool = False) -> SafeString:
        marked = bold_subject(field, words)
        if field != "metric":
            return marked
        return format_html('<a href="{}">{}</a>', reverse("charter:definition", args=[metric]), marked)

    return mark


def signing_context(version: Version, signatures: Sequence[Signature], reader: Person) -> dict[str, Any]:
    """What the panel of signatures asks: the reader's own line, and whether it can be answered."""
    own = next(
        (each for each in signatures if each.person_id == reader.pk and each.state != Signature.State.EXCUSED), None
    )
    answered = (Signature.State.SIGNED, Signature.State.EXCUSED)
    may_sign = own is not None and version.state in SIGNABLE and own.state not in answered
    return {"own_signature": own, "may_sign": may_sign, "objection": ObjectionForm(auto_id="objection-%s")}


def _first_calls(calls: Sequence[Call]) -> Sequence[Call]:
    """The first call of each level."""
    return [call for call in calls if call.call == 1]


def _in_short(minutes: int) -> str:
    """ "15 min", "1 h 45", "2 days"."""
    days, rest = divmod(minutes, 1440)
    if days and not rest:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(n)d min") % {"n": rest}
    return _("%(hours)d h %(rest)02d") % {"hours": hours, "rest": rest} if rest else _("%(n)d h") % {"n": hours}


def _or_joined(parts: Sequence[SafeString], last: str) -> SafeString:
    if len(parts) < 2:
        return parts[0] if parts else SafeString("")
    return format_html("{}{}{}", format_html_join(", ", "{}", ((part,) for part in parts[:-1])), last, parts[-1])
