"""Document ↔ rows. A draft lives in rows (references to roles, teams and people); a frozen version also as JSON."""

from collections.abc import Callable
from datetime import time
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from charter import document as doc
from charter.models import (
    ApproverPlace,
    Cell,
    Column,
    DecisionRight,
    EscalationLevel,
    EscalationPath,
    EvidenceRequirement,
    Ritual,
    Stage,
    Threshold,
    Version,
    Voice,
    Waiver,
)
from charter.references import Known
from charter.words import Channel, EvidenceKind, Hours, Kind, Letter, RitualKind, Severity, Then, Trigger
from teams.models import Person, Role, Team

PARTS = (Stage, Column, DecisionRight, EscalationPath, Threshold, EvidenceRequirement, Ritual, Waiver)

_MENTIONS = ("role", "role_team")

# Everything that a draft's document is made of; prefetched for many versions it takes the queries of one.
ROWS = (
    Prefetch(
        "stages",
        Stage.objects.prefetch_related(
            Prefetch(
                "cells",
                Cell.objects.select_related("column__role", "column__role_team").order_by(
                    "column__position", "column_id"
                ),
            )
        ),
    ),
    Prefetch(
        "decisionrights",
        DecisionRight.objects.select_related(*_MENTIONS).prefetch_related(
            Prefetch("places", ApproverPlace.objects.select_related(*_MENTIONS)),
            Prefetch("voices", Voice.objects.select_related(*_MENTIONS)),
        ),
    ),
    Prefetch(
        "escalationpaths",
        EscalationPath.objects.prefetch_related(
            Prefetch("levels", EscalationLevel.objects.select_related(*_MENTIONS, "target_team"))
        ),
    ),
    "thresholds",
    "evidencerequirements",
    Prefetch("rituals", Ritual.objects.select_related(*_MENTIONS)),
    Prefetch("waivers", Waiver.objects.select_related("by")),
)


def load_known() -> Known:
    """What a document may mention in this installation: three queries."""
    return Known(
        roles=set(Role.objects.values_list("key", flat=True)),
        teams=set(Team.objects.values_list("key", flat=True)),
        people={email.lower() for email in Person.objects.values_list("email", flat=True)},
    )


def document_of(version: Version) -> doc.Document:
    """The document of a version: from its frozen JSON where it has one, else from its rows."""
    if version.document is not None:
        return thaw(version.document)
    return read_rows(version)


def thaw(frozen: dict[str, Any]) -> doc.Document:
    """A document from the JSON that was frozen when it was proposed; it was validated then."""
    return doc.Document.model_validate(frozen, strict=False)


def read_rows(version: Version) -> doc.Document:
    """The document as a draft's rows have it: 11 queries, or none where `ROWS` were prefetched with the version."""
    prefetch_related_objects([version], *ROWS)
    responsibilities = {
        stage.key: {cell.column.ref: Letter(cell.letter) for cell in stage.cells.all()}
        for stage in version.stages.all()
        if stage.cells.all()
    }
    evidence: dict[Any, tuple[EvidenceKind, ...]] = {}
    for requirement in version.evidencerequirements.all():
        tier = str(requirement.tier)
        evidence[tier] = (*evidence.get(tier, ()), EvidenceKind(requirement.kind))
    return doc.Document(
        team=version.charter.team.key,
        purpose=version.purpose,
        north_star=doc.NorthStar(
            statement=version.north_star, target=version.north_star_target, by=version.north_star_by
        )
        if version.north_star
        else None,
        stages=tuple(
            doc.Stage(key=stage.key, name=stage.name, outcome=stage.outcome) for stage in version.stages.all()
        ),
        responsibilities=responsibilities,
        decisions=tuple(map(_right_part, version.decisionrights.all())),
        escalation=tuple(map(_path_part, version.escalationpaths.all())),
        thresholds=tuple(map(threshold_part, version.thresholds.all())),
        evidence=evidence,
        rituals=tuple(map(_ritual_part, version.rituals.all())),
        post_implementation_review=doc.PostImplementationReview(after=version.pir_after) if version.pir_after else None,
        waivers=tuple(
            doc.Waiver(rule=row.rule, at=row.at, reason=row.reason, until=row.until, by=row.by.email)
            for row in version.waivers.all()
        ),
    )


def write_rows(version: Version, document: doc.Document) -> None:
    """Replace the content of a draft by a document that `references.refuse_unknown` has passed.

    Runs in the caller's transaction, under the charter's lock. The version itself is saved too.
    """
    writer = _Writer(version, document)
    for part in PARTS:
        part.objects.filter(version=version).delete()
    writer.write()


def write_section(version: Version, document: doc.Document, section: str) -> None:
    """Replace the rows of one section of a draft: decisions, escalation, thresholds, evidence, rituals or waivers.

    Like `write_rows`, of one section: in the caller's transaction, under the charter's lock.
    """
    part, write = _SECTIONS[section]
    part.objects.filter(version=version).delete()
    write(_Writer(version, document))


def _right_part(row: DecisionRight) -> doc.DecisionRight:
    voices = row.voices.all()
    return doc.DecisionRight(
        key=row.key,
        kinds=tuple(Kind(kind) for kind in row.kinds),
        tiers=tuple(row.tiers),
        driver=row.ref,
        approvers="automatic"
        if row.is_automatic
        else tuple(doc.ApproverPlace(role=place.ref, count=place.count) for place in row.places.all()),
        contributors=tuple(voice.ref for voice in voices if voice.part == Voice.Part.CONTRIBUTOR),
        informed=tuple(voice.ref for voice in voices if voice.part == Voice.Part.INFORMED),
        decide_within=row.decide_within or None,
        overdue=row.overdue or None,
    )


def _path_part(row: EscalationPath) -> doc.EscalationPath:
    return doc.EscalationPath(
        key=row.key,
        triggers=tuple(Trigger(trigger) for trigger in row.triggers),
        severities=tuple(Severity(severity) for severity in row.severities),
        hours=Hours(row.hours),
        levels=tuple(
            doc.EscalationLevel(
                to=doc.Target(**{level.to: _target_value(level)}),
                acknowledge_within=level.acknowledge_within or None,
                channels=tuple(Channel(channel) for channel in level.channels),
                repeat=level.repeat,
            )
            for level in row.levels.all()
        ),
    )


def _target_value(level: EscalationLevel) -> str | None:
    if level.to == EscalationLevel.To.ROLE:
        return level.ref
    team = level.target_team.key if level.target_team else ""
    return team if level.to == EscalationLevel.To.LEAD else f"{team}/{level.target_key}"


def threshold_part(row: Threshold) -> doc.Threshold:
    """A threshold of the document, from its row."""
    return doc.Threshold(
        key=row.key,
        metric=row.metric,
        models=tuple(row.model_keys),
        above=row.above,
        below=row.below,
        clears_below=row.clears_below,
        clears_above=row.clears_above,
        window=row.window or None,
        then=Then(row.then),
        severity=Severity(row.severity) if row.severity else None,
        trigger=Trigger(row.trigger) if row.trigger else None,
    )


def _ritual_part(row: Ritual) -> doc.Ritual:
    return doc.Ritual(
        key=row.key,
        kind=RitualKind(row.kind),
        cadence=row.cadence,
        starts_on=row.starts_on,
        at=row.at.strftime("%H:%M"),
        timezone=row.timezone,
        facilitator=row.ref,
    )


class _Writer:
    """Writes a document's parts with the ids of what they mention."""

    def __init__(self, version: Version, document: doc.Document) -> None:
        self.version = version
        self.document = document
        getattr(version, "_prefetched_objects_cache", {}).clear()  # the rows that were read are about to go
        self.roles = {role.key: role for role in Role.objects.all()}
        self.teams = dict(Team.objects.values_list("key", "id"))

    def write(self) -> None:
        self._write_head()
        self._write_matrix()
        for _, write_part in _SECTIONS.values():
            write_part(self)

    def _mention(self, ref: str | None) -> dict[str, int | None]:
        if ref is None:
            return {"role_id": None, "role_team_id": None}
        team, role = doc.split_role(ref, "")
        return {"role_id": self.roles[role].pk, "role_team_id": self.teams[team] if team else None}

    def _write_head(self) -> None:
        version, star, pir = self.version, self.document.north_star, self.document.post_implementation_review
        version.purpose = self.document.purpose
        version.north_star = star.statement if star else ""
        version.north_star_target = star.target if star else ""
        version.north_star_by = star.by if star else None
        version.pir_after = pir.after if pir else ""
        version.save(update_fields=["purpose", "north_star", "north_star_target", "north_star_by", "pir_after"])

    def _write_matrix(self) -> None:
        stages = {
            part.key: Stage(version=self.version, position=position, key=part.key, name=part.name, outcome=part.outcome)
            for position, part in enumerate(self.document.stages)
        }
        Stage.objects.bulk_create(stages.values())
        refs = sorted(
            {ref for row in self.document.responsibilities.values() for ref in row}, key=self._catalogue_order
        )
        columns = {
            ref: Column(version=self.version, position=position, **self._mention(ref))
            for position, ref in enumerate(refs)
        }
        Column.objects.bulk_create(columns.values())
        Cell.objects.bulk_create(
            Cell(stage=stages[stage], column=columns[ref], letter=letter)
            for stage, row in self.document.responsibilities.items()
            for ref, letter in row.items()
        )

    def _catalogue_order(self, ref: str) -> tuple[bool, int, str]:
        team, role = doc.split_role(ref, "")
        return bool(team), self.roles[role].position, ref

    def write_decisions(self) -> None:
        rights = [
            DecisionRight(
                version=self.version,
                position=position,
                key=part.key,
                kinds=[kind.value for kind in part.kinds],
                tiers=list(part.tiers),
                is_automatic=part.is_automatic,
                decide_within=part.decide_within or "",
                overdue=part.overdue or "",
                **self._mention(part.driver),
            )
            for position, part in enumerate(self.document.decisions)
        ]
        DecisionRight.objects.bulk_create(rights)
        pairs = list(zip(rights, self.document.decisions, strict=True))
        ApproverPlace.objects.bulk_create(
            ApproverPlace(right=right, position=position, count=place.count, **self._mention(place.role))
            for right, part in pairs
            for position, place in enumerate(part.places)
        )
        Voice.objects.bulk_create(
            Voice(right=right, position=position, part=kind, **self._mention(ref))
            for right, part in pairs
            for kind, refs in ((Voice.Part.CONTRIBUTOR, part.contributors), (Voice.Part.INFORMED, part.informed))
            for position, ref in enumerate(refs)
        )

    def write_escalation(self) -> None:
        paths = [
            EscalationPath(
                version=self.version,
                position=position,
                key=part.key,
                triggers=[trigger.value for trigger in part.triggers],
                severities=[severity.value for severity in part.severities],
                hours=part.hours,
            )
            for position, part in enumerate(self.document.escalation)
        ]
        EscalationPath.objects.bulk_create(paths)
        EscalationLevel.objects.bulk_create(
            EscalationLevel(
                path=path,
                position=position,
                acknowledge_within=level.acknowledge_within or "",
                channels=[channel.value for channel in level.channels],
                repeat=level.repeat,
                **self._target(level.to),
            )
            for path, part in zip(paths, self.document.escalation, strict=True)
            for position, level in enumerate(part.levels)
        )

    def _target(self, target: doc.Target) -> dict[str, Any]:
        if target.role:
            return {"to": target.kind, **self._mention(target.role)}
        team, _, key = target.value.partition("/")
        return {"to": target.kind, "target_team_id": self.teams[team], "target_key": key}

    def write_thresholds(self) -> None:
        Threshold.objects.bulk_create(
            Threshold(
                version=self.version,
                position=position,
                key=part.key,
                metric=part.metric,
                model_keys=list(part.models),
                above=part.above,
                below=part.below,
                clears_below=part.clears_below,
                clears_above=part.clears_above,
                window=part.window or "",
                then=part.then,
                severity=part.severity or "",
                trigger=part.trigger or "",
            )
            for position, part in enumerate(self.document.thresholds)
        )

    def write_evidence(self) -> None:
        EvidenceRequirement.objects.bulk_create(
            EvidenceRequirement(version=self.version, position=position, tier=int(tier), kind=kind)
            for tier, kinds in self.document.evidence.items()
            for position, kind in enumerate(kinds)
        )

    def write_rituals(self) -> None:
        Ritual.objects.bulk_create(
            Ritual(
                version=self.version,
                position=position,
                key=part.key,
                kind=part.kind,
                cadence=part.cadence,
                starts_on=part.starts_on,
                at=time.fromisoformat(part.at),
                timezone=part.timezone,
                **self._mention(part.facilitator),
            )
            for position, part in enumerate(self.document.rituals)
        )

    def write_waivers(self) -> None:
        people = {person.email.lower(): person for person in self._waiving_people()}
        Waiver.objects.bulk_create(
            Waiver(
                version=self.version,
                position=position,
                rule=part.rule,
                at=part.at,
                reason=part.reason,
                until=part.until,
                by=people[part.by.lower()],
            )
            for position, part in enumerate(self.document.waivers)
        )

    def _waiving_people(self) -> list[Person]:
        emails = {waiver.by.lower() for waiver in self.document.waivers}
        return list(Person.objects.filter(email__in=emails)) if emails else []


_SECTIONS: dict[str, tuple[Any, Callable[[_Writer], None]]] = {
    "decisions": (DecisionRight, _Writer.write_decisions),
    "escalation": (EscalationPath, _Writer.write_escalation),
    "thresholds": (Threshold, _Writer.write_thresholds),
    "evidence": (EvidenceRequirement, _Writer.write_evidence),
    "rituals": (Ritual, _Writer.write_rituals),
    "waivers": (Waiver, _Writer.write_waivers),
}
