"""The ledger keys of this package and the sentence that tells each."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "teams.person.created": _("{actor} added {object}"),
    "teams.person.changed": _("{actor} changed {object}"),
    "teams.person.deactivated": _("{actor} deactivated {object}"),
    "teams.person.reactivated": _("{actor} reactivated {object}"),
    "teams.team.created": _("{actor} founded {object}"),
    "teams.team.changed": _("{actor} changed {object}"),
    "teams.team.closed": _("{actor} closed {object}"),
    "teams.team.reopened": _("{actor} reopened {object}"),
    "teams.role.created": _("{actor} added {object} to the role catalogue"),
    "teams.role.changed": _("{actor} changed {object}"),
    "teams.seat.given": _("{actor} gave a seat: {object}"),
    "teams.seat.changed": _("{actor} changed a seat: {object}"),
    "teams.seat.ended": _("{actor} ended a seat: {object}"),
    "teams.absence.entered": _("{actor} entered an absence: {object}"),
    "teams.absence.withdrawn": _("{actor} withdrew an absence: {object}"),
    "teams.absence.shortened": _("{actor} ended an absence early: {object}"),
    "teams.model.registered": _("{actor} registered {object}"),
    "teams.model.changed": _("{actor} changed {object}"),
    "teams.token.created": _("{actor} made the token {object}"),
    "teams.token.revoked": _("{actor} revoked the token {object}"),
}
