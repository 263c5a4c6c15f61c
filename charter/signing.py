"""Who is asked to sign (every holder of an accountable or approver seat), and when that is agreed. Pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from charter.document import Document
from charter.models import Signature
from charter.resolver import current_seats
from teams.models import Seat
from teams.organisation import Organisation


def is_agreed(states: Collection[str], *, share: int) -> bool:
    """Whether these signatures ratify a version, where `share` percent of those who are asked must be for it.

    One person at least signs, however many consent by silence, and no objection is open. Whoever was overruled, or is
    no longer asked, counts neither way.
    """
    state = Signature.State
    pool = [each for each in states if each in (state.ASKED, state.SIGNED, state.SILENT)]
    if state.SIGNED not in pool or state.OBJECTED in states:
        return False
    consenting = sum(each != state.ASKED for each in pool)
    return consenting * 100 >= share * len(pool)


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
