"""Who is asked to sign: every holder of an accountable or approver seat (DESIGN.md §4). Pure."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from charter.document import Document
from charter.resolver import current_seats
from teams.models import Seat
from teams.organisation import Organisation


def signers_of(organisation: Organisation, document: Document, at: datetime) -> Mapping[int, list[str]]:
    """Person id → the roles for which they sign, as the charter writes them.

    For a role the primary and the members sign; deputies only where there is neither.
    """
    signers: dict[int, list[str]] = defaultdict(list)
    for ref in _roles_that_sign(document):
        seats = current_seats(organisation, document.team, ref, at)
        holders = [seat for seat in seats if seat.kind != Seat.Kind.DEPUTY] or list(seats)
        for seat in holders:
            signers[seat.person].append(ref)
    return dict(signers)


def _roles_that_sign(document: Document) -> list[str]:
    accountable = [ref for stage in document.stages for ref in document.roles_with(stage.key, "A")]
    approvers = [place.role for right in document.decisions for place in right.places]
    return list(dict.fromkeys([*accountable, *approvers]))
