"""What becomes of an objection: it is answered in a thread, withdrawn by its author, or overruled on record.

An edit of the draft answers it too: it voids all signatures, and everybody is asked anew. Texts stand in the thread,
never in the ledger.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from charter import occasions
from charter.models import Remark, Signature
from charter.ratification import SIGNABLE, lock_version, move_signature, settle, time_to_sign
from charter.rules import can_answer, can_overrule
from ledger.errors import IllegalState, Invalid
from ledger.record import record_act
from teams.models import Person
from teams.rules import require


class NoOpenObjection(IllegalState):
    """There is no objection, or it was withdrawn, overruled or voided by an edit."""


@transaction.atomic
def answer_objection(*, signature: Signature, text: str, by: Person, now: datetime) -> Remark:
    """Write into the thread of an objection; its author hears of it. Raises Invalid, Forbidden, NoOpenObjection."""
    if not text.strip():
        raise Invalid([("/text", _("Write what there is to say to it."))])
    signature = _open_objection(signature)
    require(can_answer(by, signature.version), _("Only who signs this version or holds a seat in the team can answer."))
    remark = signature.remarks.create(person=by, text=text.strip(), at=now)
    record_act(
        by=by, key="charter.version.answered", on=signature.version, change={"remark": [None, remark.pk]}, now=now
    )
    if by.pk != signature.person_id:
        occasions.objection_answered(signature, remark, due_at=now + time_to_sign(signature.version.charter), now=now)
    return remark


@transaction.atomic
def withdraw_objection(*, signature: Signature, by: Person, now: datetime) -> Signature:
    """Its author takes it back, and is asked again to sign. Raises Forbidden, NoOpenObjection."""
    signature = _open_objection(signature)
    require(by.pk == signature.person_id, _("Only who objected can withdraw the objection."))
    move_signature(signature, Signature.State.ASKED, key="charter.version.objection_withdrawn", by=by, now=now)
    due_at = now + time_to_sign(signature.version.charter)
    occasions.signature_asked_again(signature, due_at=due_at, now=now)
    settle(version=signature.version, now=now)
    return signature


@transaction.atomic
def overrule(*, signature: Signature, ruling: str, by: Person, now: datetime) -> Signature:
    """The parent team's lead lets the version go on against an objection. Raises Invalid, Forbidden, NoOpenObjection.

    The objection, its thread and the ruling stay to be read.
    """
    if not ruling.strip():
        raise Invalid([("/ruling", _("Say why it is overruled; it stays on record under your name."))])
    signature = _open_objection(signature)
    require(can_overrule(by, signature), _("Only the lead of the parent team can overrule an objection of others."))
    signature.overruled_by, signature.overruled_at, signature.ruling = by, now, ruling.strip()
    objected_at = signature.answered_at
    move_signature(signature, Signature.State.OVERRULED, key="charter.version.overruled", by=by, now=now)
    Signature.objects.filter(pk=signature.pk).update(answered_at=objected_at)
    settle(version=signature.version, now=now)
    return signature


def _open_objection(signature: Signature) -> Signature:
    """The objection as it stands, with its charter locked."""
    version = lock_version(signature.version)
    signature = Signature.objects.select_related("person").get(pk=signature.pk)
    signature.version = version
    if version.state not in SIGNABLE or signature.state != Signature.State.OBJECTED:
        raise NoOpenObjection(_("This objection is not open any more."), state=signature.state)
    return signature
