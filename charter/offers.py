"""What the editor's selects offer: roles, targets, paths, models. Computed only where a form stands open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from charter.document import Document
from teams.models import MLModel, Structure
from teams.organisation import Organisation

# In a large organisation only teams that work for others are offered beside the own line of parents.
SERVING = {Structure.PLATFORM, Structure.HUB, Structure.CENTRALIZED}
MANY_TEAMS = 20

Choice = tuple[str, str]
Group = tuple[str, Sequence[Choice]]


@dataclass(frozen=True)
class Offers:
    """`others` are the charters in force by team, for the paths that a level can hand over to."""

    organisation: Organisation
    document: Document
    others: Mapping[str, Document]

    @cached_property
    def roles(self) -> Sequence[Group]:
        """The roles of the catalogue, those held in the team first, then roles held in other teams."""
        organisation, own = self.organisation, self.document.team
        held = {seat.role for seat in organisation.seats_in(own)}
        name = organisation.roles
        return [
            (_("Held in this team"), [(key, name[key]) for key in name if key in held]),
            *(
                (
                    _("In %(team)s") % {"team": organisation.teams[team].name},
                    [
                        (f"{team}/{role}", f"{name[role]}, {organisation.teams[team].name}")
                        for role in sorted({seat.role for seat in organisation.seats_in(team)})
                    ],
                )
                for team in self.teams
            ),
            (_("Held by nobody in this team"), [(key, name[key]) for key in name if key not in held]),
        ]

    @cached_property
    def teams(self) -> Sequence[str]:
        """Other teams that are worth offering."""
        teams, own = self.organisation.teams, self.document.team
        open_teams = [key for key, facts in teams.items() if key != own and not facts.is_closed]
        if len(open_teams) <= MANY_TEAMS:
            return open_teams
        mentioned = {ref.partition("/")[0] for _pointer, ref in self.document.role_refs() if "/" in ref}
        line = self._parents()
        return [key for key in open_teams if key in line | mentioned or teams[key].structure in SERVING]

    @cached_property
    def targets(self) -> Sequence[Group]:
        """Whom a level can call: a role, a lead, another path."""
        teams, own = self.organisation.teams, self.document.team
        leads = [
            (f"lead:{key}", _("the lead of %(team)s") % {"team": teams[key].name})
            for key in (own, *self.teams)
            if key in teams and teams[key].lead
        ]
        paths = [
            (f"path:{team}/{path.key}", f"{team}/{path.key}")
            for team in (own, *self.teams)
            for path in (self.document if team == own else self.others.get(team, Document(team=team))).escalation
        ]
        held, *rest = self.roles
        return [
            (held[0], [(f"role:{ref}", name) for ref, name in held[1]]),
            (_("Leads"), leads),
            (_("Paths"), paths),
            *((label, [(f"role:{ref}", name) for ref, name in choices]) for label, choices in rest),
        ]

    @cached_property
    def own_paths(self) -> Sequence[Group]:
        """The paths of this charter, for late decisions."""
        return [(_("Paths of this charter"), [(path.key, path.key) for path in self.document.escalation])]

    @cached_property
    def models(self) -> Sequence[Choice]:
        """The models that the team owns."""
        return list(
            MLModel.objects.filter(team__key=self.document.team)
            .exclude(stage=MLModel.Stage.RETIRED)
            .values_list("key", "name")
        )

    def _parents(self) -> set[str]:
        line: set[str] = set()
        key = self.organisation.teams[self.document.team].parent
        while key and key not in line:
            line.add(key)
            key = self.organisation.teams[key].parent
        return line
