"""Writing the organisation as a file: what `import_org` reads, in an order that depends on nothing but its content."""

from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from charter.parsing import Problem, Unreadable, read_part, read_yaml
from charter.rendering import dump_yaml
from portal.importing.organisation import MAX_BYTES, Organisation
from teams.models import MLModel, Person, Role, Seat, Team
from teams.models.person import WORKING_WEEK


def export_organisation() -> str:
    """The organisation as YAML, in five queries. Raises Unreadable where what is stored could not be read back."""
    tree = {"remit_org": 1, "roles": _roles(), "people": _people(), "teams": _teams(), "models": _models()}
    text = dump_yaml(tree)
    try:
        read_part(Organisation, read_yaml(text, max_bytes=MAX_BYTES))
    except Unreadable as failure:
        raise Unreadable([Problem(_by_key(tree, it.pointer), it.detail) for it in failure.problems]) from None
    return text


def _by_key(tree: dict[str, Any], pointer: str) -> str:
    """A pointer with the key in place of the index, for a file that nobody has: /models/card-fraud-scorer/name."""
    _root, section, index, *rest = [*pointer.split("/"), "", ""]
    rows = tree.get(section)
    if not isinstance(rows, list) or not index.isdigit():
        return pointer
    row = rows[int(index)]
    return "/".join(["", section, row.get("key") or row["email"], *rest]).rstrip("/")


def _roles() -> list[dict[str, Any]]:
    fields = ("key", "name", "discipline", "description", "skills", "tools", "position")
    return sorted(map(dict, Role.objects.values(*fields)), key=lambda row: (row["position"], row["key"]))


def _people() -> list[dict[str, Any]]:
    return sorted(map(_person, Person.objects.all()), key=itemgetter("email"))


def _person(person: Person) -> dict[str, Any]:
    usual = {"active": True, "working_days": WORKING_WEEK, "work_starts": "09:00", "work_ends": "17:00"}
    own = {
        "active": person.is_active,
        "working_days": person.working_days,
        "work_starts": person.work_starts.strftime("%H:%M"),
        "work_ends": person.work_ends.strftime("%H:%M"),
    }
    return {
        "email": person.email.lower(),
        "name": person.name,
        "timezone": person.timezone,
        "admin": person.is_staff,
        "auditor": person.is_auditor,
        **{name: value for name, value in own.items() if value != usual[name]},
    }


def _teams() -> list[dict[str, Any]]:
    seats: dict[int, list[Seat]] = defaultdict(list)
    for seat in Seat.objects.select_related("role", "person"):
        seats[seat.team_id].append(seat)
    teams = Team.objects.select_related("parent", "lead")
    return sorted((_team(team, seats[team.pk]) for team in teams), key=itemgetter("key"))


def _team(team: Team, seats: Sequence[Seat]) -> dict[str, Any]:
    ordered = sorted(seats, key=lambda seat: (seat.role.position, seat.role.key, seat.since, seat.person.email))
    return {
        "key": team.key,
        "name": team.name,
        "parent": team.parent.key if team.parent else None,
        "structure": team.structure,
        "lead": team.lead.email.lower() if team.lead else None,
        "timezone": team.timezone,
        "holidays": team.holidays,
        **({"closed": True} if team.closed_at else {}),
        "seats": [_seat(seat) for seat in ordered],
    }


def _seat(seat: Seat) -> dict[str, Any]:
    return {
        "role": seat.role.key,
        "person": seat.person.email.lower(),
        "kind": seat.kind,
        "since": seat.since.isoformat(),
        **({"until": seat.until.isoformat()} if seat.until else {}),
    }


def _models() -> list[dict[str, Any]]:
    rows = (
        {
            "key": model.key,
            "name": model.name,
            "team": model.team.key,
            "accountable": model.accountable.email.lower() if model.accountable else None,
            "tier": model.tier,
            "stage": model.stage,
            "registry": model.registry,
            "description": model.description,
        }
        for model in MLModel.objects.select_related("team", "accountable")
    )
    return sorted(rows, key=itemgetter("key"))
