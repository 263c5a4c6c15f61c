"""Bringing an installation to what an organisation file says: through the domain's acts, all of it or nothing."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, TypeVar

from django.db import models, transaction

from charter.parsing import Problem, Source, Unreadable
from ledger.errors import ActRefused, Invalid
from portal.importing.organisation import (
    DOMAIN_NAMES,
    Installed,
    Organisation,
    PersonPart,
    RolePart,
    TeamPart,
    parents_after,
    problems_of,
    said,
    top_down,
)
from portal.importing.seats import plan_seats
from teams.catalogue import add_role, change_role
from teams.founding import change_team, close_team, found_team, reopen_team
from teams.inventory import change_models, check_model, register_models
from teams.models import MLModel, Person, Role, Team
from teams.people import add_person, change_person, deactivate_person, reactivate_person
from teams.registering import ModelFields
from teams.seating import change_seat, give_seat

KINDS = ("roles", "people", "teams", "seats", "models")

Row = TypeVar("Row", bound=models.Model)


@dataclass
class Applied:
    """How many rows of each kind are new, changed and the same."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})


@transaction.atomic
def apply_organisation(file: Organisation, source: Source, *, by: Person | None, now: datetime) -> Applied:
    """Bring people, teams, seats, roles and models to what the file says. Raises Unreadable; then nothing is stored."""
    applier = _Applier(file, source, by=by, now=now)
    if problems := problems_of(file, applier.installed, source):
        raise Unreadable(problems)
    applier.apply()
    if applier.problems:
        raise Unreadable(applier.problems)
    return applier.applied


class _Applier:
    def __init__(self, file: Organisation, source: Source, *, by: Person | None, now: datetime) -> None:
        self.file = file
        self.source = source
        self.acting: dict[str, Any] = {"by": by, "now": now}
        self.applied = Applied()
        self.problems: list[Problem] = []
        self.roles = {role.key: role for role in Role.objects.all()}
        self.people = {person.email.lower(): person for person in Person.objects.all()}
        self.teams = {team.key: team for team in Team.objects.select_related("parent", "lead")}
        parents = {key: team.parent.key if team.parent else None for key, team in self.teams.items()}
        self.installed = Installed(roles=set(self.roles), people=set(self.people), parents=parents)

    def apply(self) -> None:
        """People can leave and teams can close only when all else stands, so that comes last."""
        teams = top_down(self.file, parents_after(self.file, self.installed.parents))
        people = list(enumerate(self.file.people))
        for index, role in enumerate(self.file.roles):
            self._role(f"/roles/{index}", role)
        for index, person in people:
            self._person(f"/people/{index}", person)
        for index, team in teams:
            self._team(f"/teams/{index}", team)
        self._seats()
        self._models()
        for index, team in reversed(teams):
            self._close(f"/teams/{index}/closed", team)
        for index, person in people:
            self._let_go(f"/people/{index}/active", person)

    def _role(self, pointer: str, part: RolePart) -> None:
        wanted = said(
            part,
            key=part.key,
            name=part.name,
            discipline=part.discipline.value,
            description=part.description,
            skills=list(part.skills),
            tools=list(part.tools),
            position=part.position,
        )
        self._store("roles", pointer, wanted, rows=self.roles, key=part.key, add=add_role, change=change_role)

    def _person(self, pointer: str, part: PersonPart) -> None:
        wanted = said(
            part,
            email=part.email,
            name=part.name,
            timezone=part.timezone,
            is_staff=part.admin,
            is_auditor=part.auditor,
            working_days=list(part.working_days),
            work_starts=time.fromisoformat(part.work_starts),
            work_ends=time.fromisoformat(part.work_ends),
        )
        known = self.people.get(part.email)
        if known and not known.is_active and said(part, active=part.active).get("active"):
            self._change("people", f"{pointer}/active", reactivate_person, known)
        self._store("people", pointer, wanted, rows=self.people, key=part.email, add=add_person, change=change_person)

    def _team(self, pointer: str, part: TeamPart) -> None:
        if part.parent and part.parent not in self.teams:
            return  # its founding was refused, and that is said already
        wanted = said(
            part,
            key=part.key,
            name=part.name,
            parent=self.teams[part.parent] if part.parent else None,
            structure=part.structure.value,
            lead=self.people.get(part.lead) if part.lead else None,
            timezone=part.timezone,
            holidays=part.holidays,
        )
        known = self.teams.get(part.key)
        if known and known.closed_at and said(part, closed=part.closed).get("closed") is False:
            self._change("teams", f"{pointer}/closed", reopen_team, known)
        self._store("teams", pointer, wanted, rows=self.teams, key=part.key, add=found_team, change=change_team)

    def _seats(self) -> None:
        steps = plan_seats(self.file, teams=self.teams, roles=self.roles, people=self.people, now=self.acting["now"])
        for step in steps:
            place = step.place
            if step.seat is None:
                with self._counting("seats", "new", step.pointer):
                    give_seat(team=place.team, role=place.role, person=place.person, **self.acting, **step.wanted)
            elif _differs(step.seat, step.wanted):
                with self._counting("seats", "changed", step.pointer):
                    change_seat(step.seat, **self.acting, **step.wanted)
            else:
                self.applied.counts["seats"]["same"] += 1

    def _models(self) -> None:
        known = {model.key: model for model in MLModel.objects.select_related("team", "accountable")}
        new: list[MLModel] = []
        changes: list[tuple[MLModel, ModelFields]] = []
        for index, part in enumerate(self.file.models):
            if part.team not in self.teams:
                continue  # its founding was refused, and that is said already
            wanted: Any = said(
                part,
                key=part.key,
                name=part.name,
                team=self.teams[part.team],
                accountable=self.people.get(part.accountable) if part.accountable else None,
                tier=part.tier,
                stage=part.stage.value,
                registry=part.registry,
                description=part.description,
            )
            there = known.get(part.key)
            if there is not None and not _differs(there, wanted):
                self.applied.counts["models"]["same"] += 1
                continue
            with self._counting("models", "changed" if there else "new", f"/models/{index}"):
                check_model(MLModel(**wanted))
                if there:
                    changes.append((there, wanted))
                else:
                    new.append(MLModel(**wanted))
        with self._refusing("/models"):
            register_models(new, **self.acting)
            change_models(changes, **self.acting)

    def _close(self, pointer: str, part: TeamPart) -> None:
        team = self.teams.get(part.key)
        if part.closed and team and team.closed_at is None:
            self._change("teams", pointer, close_team, team)

    def _let_go(self, pointer: str, part: PersonPart) -> None:
        person = self.people.get(part.email)
        if not part.active and person and person.is_active:
            self._change("people", pointer, deactivate_person, person)

    def _store(
        self,
        kind: str,
        pointer: str,
        wanted: Mapping[str, Any],
        *,
        rows: dict[str, Row],
        key: str,
        add: Callable[..., Row],
        change: Callable[..., Row],
    ) -> None:
        """Add a row, or change it where it is not as wanted."""
        known = rows.get(key)
        if known is None:
            with self._counting(kind, "new", pointer):
                rows[key] = add(**self.acting, **wanted)
        elif _differs(known, wanted):
            with self._counting(kind, "changed", pointer):
                rows[key] = change(known, **self.acting, **wanted)
        else:
            self.applied.counts[kind]["same"] += 1

    def _change(self, kind: str, pointer: str, act: Callable[..., Row], row: Row) -> None:
        with self._counting(kind, "changed", pointer):
            act(row, **self.acting)

    @contextmanager
    def _counting(self, kind: str, what: str, pointer: str) -> Iterator[None]:
        with self._refusing(pointer):
            yield
            self.applied.counts[kind][what] += 1

    @contextmanager
    def _refusing(self, pointer: str) -> Iterator[None]:
        """Turn what an act refuses into problems of the file, and go on."""
        try:
            yield
        except Invalid as refusal:
            for name, detail in refusal.errors:
                below = f"{pointer}/{DOMAIN_NAMES.get(name, name)}" if name else pointer
                self.problems.append(self.source.problem(below, detail))
        except ActRefused as refusal:
            self.problems.append(self.source.problem(pointer, refusal.message))


def _differs(row: models.Model, wanted: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in wanted.items())
