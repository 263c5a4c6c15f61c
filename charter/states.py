"""The life of a version (DESIGN.md §4): which act leads from which state to which."""

from django.utils.translation import gettext as _

from charter.words import VersionState
from ledger.errors import IllegalState

DRAFT, PROPOSED, INTERIM, RATIFIED = (
    VersionState.DRAFT,
    VersionState.PROPOSED,
    VersionState.INTERIM,
    VersionState.RATIFIED,
)

TRANSITIONS = {
    (DRAFT, "propose"): PROPOSED,
    (PROPOSED, "reopen"): DRAFT,
    (PROPOSED, "ratify"): RATIFIED,
    (INTERIM, "ratify"): RATIFIED,
    (DRAFT, "realign"): INTERIM,
    (INTERIM, "lapse"): VersionState.LAPSED,
    (RATIFIED, "supersede"): VersionState.SUPERSEDED,
    (DRAFT, "withdraw"): VersionState.WITHDRAWN,
    (PROPOSED, "withdraw"): VersionState.WITHDRAWN,
}


class WrongState(IllegalState):
    """The version is not in a state from which the act leads anywhere."""


def state_after(state: str, action: str) -> VersionState:
    """The state that an act leads to. Raises WrongState."""
    try:
        return TRANSITIONS[VersionState(state), action]
    except KeyError:
        label = VersionState(state).label
        raise WrongState(
            _("This version is %(state)s, so this cannot be done to it.") % {"state": label}, state=state
        ) from None
