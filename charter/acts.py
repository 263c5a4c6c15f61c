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
    "charter.version.ratified": _("{object} was ratified"),
    "charter.version.superseded": _("{object} was superseded"),
    "charter.version.realigned": _("{actor} put {object} in force at once, as an interim"),
    "charter.version.lapsed": _("{object} lapsed"),
    "charter.version.withdrawn": _("{actor} withdrew {object}"),
}
