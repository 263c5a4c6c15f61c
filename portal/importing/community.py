"""Community files of the sigs.yaml family: groups with chairs, technical leads and meetings (docs/importing.md).

A group becomes a team, its chairs and technical leads people with seats, its mission the purpose and its meetings the
rituals of a draft charter. The file knows no mail addresses, so people get one at a domain that RFC 2606 reserves: no
mail can ever reach it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import ConfigDict

from charter.document import Document, Part, Ritual, Text
from charter.parsing import Problem, Source, Unreadable, read_part, read_yaml
from charter.words import RitualKind
from portal.importing.cadences import Cadence, NotUnderstood, read_cadence
from portal.importing.faults import Fault
from portal.importing.keys import Identity, key_of, keys_of, number_repeats
from portal.importing.organisation import MAX_BYTES, Organisation, PersonPart, SeatPart, TeamPart
from teams.models import Seat, Structure

UNREACHABLE = "users.noreply.invalid"
CHAIR = "product-owner"
TECH_LEAD = "solution-architect"

RITUAL_WORDS = (
    (RitualKind.RETROSPECTIVE, ("retrospective", "retro", "post-mortem", "postmortem")),
    (RitualKind.DEMO, ("demo", "show and tell", "showcase")),
)


class Loose(Part):
    """A part of a format that is not ours: what is not named here is passed over."""

    model_config = ConfigDict(extra="ignore")


class Leader(Loose):
    github: str
    name: str = ""


class Leadership(Loose):
    chairs: tuple[Leader, ...] | None = None
    tech_leads: tuple[Leader, ...] | None = None


class Meeting(Loose):
    description: str = ""
    day: str = ""
    time: str = ""
    tz: str = ""
    frequency: str = ""


class Subproject(Loose):
    name: str = ""
    meetings: tuple[Meeting, ...] | None = None


class Group(Loose):
    dir: str
    name: str
    mission_statement: Text | None = None
    leadership: Leadership | None = None
    meetings: tuple[Meeting, ...] | None = None
    subprojects: tuple[Subproject, ...] | None = None


class CommunityFile(Loose):
    sigs: tuple[Group, ...] | None = None
    workinggroups: tuple[Group, ...] | None = None
    usergroups: tuple[Group, ...] | None = None
    committees: tuple[Group, ...] | None = None


@dataclass(frozen=True)
class GroupKind:
    """A section of the file: how its teams are called and built."""

    section: str
    name: str
    structure: Structure


GROUP_KINDS = (
    GroupKind("sigs", "SIG {name}", Structure.HUB),
    GroupKind("workinggroups", "WG {name}", Structure.SQUAD),
    GroupKind("usergroups", "UG {name}", Structure.SPOKE),
    GroupKind("committees", "{name} Committee", Structure.CENTRALIZED),
)


@dataclass
class Community:
    """A community file in our words: the organisation, a draft for each group, and what was not understood."""

    organisation: Organisation
    source: Source
    drafts: Sequence[Document]
    notes: Sequence[Fault]


def read_community(data: bytes, *, today: date) -> Community:
    """Read a community file. Meetings that leave their day open are counted from `today`. Raises Unreadable."""
    source = read_yaml(data, max_bytes=MAX_BYTES)
    file = read_part(CommunityFile, source)
    translator = _Translator(source, today)
    for kind in GROUP_KINDS:
        for index, group in enumerate(getattr(file, kind.section) or ()):
            translator.take(kind, f"/{kind.section}/{index}", group)
    if not translator.teams:
        sections = ", ".join(kind.section for kind in GROUP_KINDS)
        raise Unreadable([Problem("", f"holds no groups: it has none of {sections}")])
    organisation = Organisation(remit_org=1, people=tuple(translator.people.values()), teams=tuple(translator.teams))
    return Community(organisation, Source(None, translator.places), translator.drafts, sorted(translator.notes))


@dataclass
class _Translator:
    source: Source
    today: date
    people: dict[str, PersonPart] = field(default_factory=dict)
    teams: list[TeamPart] = field(default_factory=list)
    drafts: list[Document] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    places: dict[str, tuple[int, int]] = field(default_factory=lambda: {"": (0, 0)})

    def take(self, kind: GroupKind, pointer: str, group: Group) -> None:
        """Add a group to what there is."""
        here = f"/teams/{len(self.teams)}"
        self.places[here] = self.source.place(pointer)
        key = key_of(Identity((group.dir,)))
        seats = self._seats(here, pointer, group.leadership or Leadership())
        meetings = list(self._meetings(pointer, group))
        rituals = self._rituals(meetings)
        chair = next((seat.person for seat in seats if seat.kind == Seat.Kind.PRIMARY and seat.role == CHAIR), None)
        if chair is None:
            self._note(pointer, f"{key} has no chair, so the team has no lead")
        self.teams.append(
            TeamPart(
                key=key,
                name=kind.name.format(name=group.name) if _is_bare(group.name) else group.name,
                structure=kind.structure,
                lead=chair,
                timezone=rituals[0].timezone if rituals else "UTC",
                seats=seats,
            )
        )
        purpose = " ".join((group.mission_statement or "").split())
        if purpose or rituals:
            self.drafts.append(Document(team=key, purpose=purpose, rituals=rituals))

    def _seats(self, here: str, pointer: str, leadership: Leadership) -> tuple[SeatPart, ...]:
        """A seat for each chair and technical lead; the first of each is the primary, the others are members."""
        seats: list[SeatPart] = []
        for section, role in (("chairs", CHAIR), ("tech_leads", TECH_LEAD)):
            for index, leader in enumerate(getattr(leadership, section) or ()):
                below = f"{pointer}/leadership/{section}/{index}"
                email = self._person(below, leader)
                self.places[f"{here}/seats/{len(seats)}"] = self.source.place(below)
                kind = Seat.Kind.MEMBER if index else Seat.Kind.PRIMARY
                seats.append(SeatPart(role=role, person=email, kind=kind))
        return tuple(seats)

    def _person(self, pointer: str, leader: Leader) -> str:
        email = address_of(leader.github)
        name = leader.name.strip() or leader.github
        known = self.people.get(email)
        if known is None:
            self.places[f"/people/{len(self.people)}"] = self.source.place(pointer)
            self.people[email] = PersonPart(email=email, name=name)
        elif known.name != name:
            self._note(pointer, f"{leader.github} has two names here; the first counts")
        return email

    def _meetings(self, pointer: str, group: Group) -> Iterator[tuple[str, Cadence]]:
        """The meetings that can be understood, with their description; a note about each other one."""
        for below, said, meeting in _all_meetings(pointer, group):
            try:
                cadence = read_cadence(
                    day=meeting.day, clock=meeting.time, zone=meeting.tz, frequency=meeting.frequency, today=self.today
                )
            except NotUnderstood as failure:
                self._note(below, f"“{said}” is left out, not understood: {failure}")
                continue
            for doubt in cadence.doubts:
                self._note(below, f"“{said}”: {doubt}")
            yield said, cadence

    def _rituals(self, meetings: Sequence[tuple[str, Cadence]]) -> tuple[Ritual, ...]:
        keys = keys_of(number_repeats([Identity((said,)) for said, _cadence in meetings]))
        return tuple(
            Ritual(
                key=key,
                kind=_ritual_kind(said),
                cadence=cadence.rule,
                starts_on=cadence.starts_on,
                at=cadence.at.strftime("%H:%M"),
                timezone=cadence.timezone,
                facilitator=CHAIR,
            )
            for key, (said, cadence) in zip(keys, meetings, strict=True)
        )

    def _note(self, pointer: str, detail: str) -> None:
        self.notes.append(Fault(self.source.place(pointer)[0], detail))


def address_of(handle: str) -> str:
    """The placeholder address of a person who is known by a handle."""
    return f"{handle.strip().lower()}@{UNREACHABLE}"


def _all_meetings(pointer: str, group: Group) -> Iterator[tuple[str, str, Meeting]]:
    for index, meeting in enumerate(group.meetings or ()):
        yield f"{pointer}/meetings/{index}", meeting.description.strip() or "Meeting", meeting
    for number, subproject in enumerate(group.subprojects or ()):
        for index, meeting in enumerate(subproject.meetings or ()):
            below = f"{pointer}/subprojects/{number}/meetings/{index}"
            yield below, meeting.description.strip() or f"{subproject.name} meeting", meeting


def _ritual_kind(said: str) -> RitualKind:
    return next(
        (kind for kind, words in RITUAL_WORDS if any(word in said.lower() for word in words)), RitualKind.ALIGNMENT
    )


def _is_bare(name: str) -> bool:
    """Whether a group's name does not say yet what kind of group it is."""
    words = name.lower().split()
    return not ({"sig", "wg", "ug", "committee", "group"} & set(words))
