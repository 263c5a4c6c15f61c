"""The ledger keys of this package and the sentence that tells each."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "charter.version.drafted": _("{actor} opened {object}"),
    "charter.version.restored": _("{actor} opened {object} with what an older version says"),
    "charter.version.edited": _("{actor} edited {object}"),
    "charter.version.replaced": _("{actor} replaced the document of {object}"),
    "charter.version.proposed": _("{actor} proposed {object} for signature"),
    "charter.version.reopened": _("{actor} edited {object} during signature; its signatures are void"),
    "charter.version.signed": _("{actor} signed {object}"),
    "charter.version.objected": _("{actor} objected to {object}"),
    "charter.version.answered": _("{actor} answered an objection to {object}"),
    "charter.version.objection_withdrawn": _("{actor} withdrew an objection to {object}"),
    "charter.version.overruled": _("{actor} overruled an objection to {object}"),
    "charter.version.consented": _("somebody consented to {object} by silence"),
    "charter.version.excused": _("somebody is no longer asked to sign {object}"),
    "charter.version.asked": _("whoever came to a seat was asked to sign {object}"),
    "charter.version.ratified": _("{object} was ratified"),
    "charter.version.superseded": _("{object} was superseded"),
    "charter.version.realigned": _("{actor} put {object} in force at once, as an interim"),
    "charter.version.lapsed": _("{object} lapsed"),
    "charter.version.withdrawn": _("{actor} withdrew {object}"),
    "charter.charter.terms_set": _("{actor} changed whose signatures ratify {object}"),
    "charter.definition.added": _("{actor} defined {object}"),
    "charter.definition.changed": _("{actor} changed the definition of {object}"),
    "charter.decision.logged": _("{actor} logged the decision {object}"),
    "charter.decision.changed": _("{actor} changed what the log says of {object}"),
}
