"""What stands around the signatures of a version: what changes for a signer, and the threads of objections."""

from collections.abc import Sequence
from dataclasses import dataclass

from charter.document import Document
from charter.effects import effects_on
from charter.models import Remark, Signature, Version
from charter.pages.comparing import effects_in_words
from charter.pages.reading import Reading
from charter.ratification import SIGNABLE
from charter.rules import can_answer, can_overrule
from charter.storage import document_of
from charter.version_forms import RemarkForm, RulingForm

OpenThread = tuple[Signature, RemarkForm | RulingForm]
"""An objection, and the form about it with input that could not be saved."""


@dataclass(frozen=True)
class ForSigner:
    """What changes for somebody who is asked to sign, since the version that they last signed (None: the first)."""

    since: Version | None
    effects: Sequence[str]


@dataclass(frozen=True)
class Thread:
    """An objection, what was said to it, and what the reader can do about it (None: nothing)."""

    signature: Signature
    remarks: Sequence[Remark]
    answering: RemarkForm | None
    overruling: RulingForm | None
    may_withdraw: bool

    @property
    def is_open(self) -> bool:
        return self.signature.state == Signature.State.OBJECTED


def what_changes_for_signer(reading: Reading, own: Signature | None) -> ForSigner | None:
    """What a signer sees first; None for everybody else."""
    if own is None or reading.version.state not in SIGNABLE:
        return None
    last = (
        Signature.objects.filter(
            person=reading.reader.pk, version__charter=reading.version.charter, state=Signature.State.SIGNED
        )
        .exclude(version=reading.version)
        .select_related("version__charter__team")
        .order_by("-answered_at")
        .first()
    )
    since = last.version if last else None
    before = document_of(since) if since else Document(team=reading.document.team)
    effects = effects_on(reading.reader.pk, before, reading.document, reading.organisation, reading.now)
    return ForSigner(since, effects_in_words(effects))


def threads_of(
    reading: Reading, *, remark: OpenThread | None = None, ruling: OpenThread | None = None
) -> Sequence[Thread]:
    """Every objection to a version that was not voided by an edit, the open ones first."""
    objections = [each for each in reading.signatures if each.reason]
    if not objections:
        return []
    remarks: dict[int, list[Remark]] = {each.pk: [] for each in objections}
    for each in Remark.objects.filter(signature__in=remarks).select_related("person"):
        remarks[each.signature_id].append(each)
    may_answer = can_answer(reading.reader, reading.version)
    threads = []
    for signature in sorted(objections, key=lambda each: each.state != Signature.State.OBJECTED):
        is_open = signature.state == Signature.State.OBJECTED and reading.version.state in SIGNABLE
        answering = RemarkForm(auto_id=f"remark-{signature.pk}-%s") if is_open and may_answer else None
        may_overrule = is_open and can_overrule(reading.reader, signature)
        overruling = RulingForm(auto_id=f"ruling-{signature.pk}-%s") if may_overrule else None
        threads.append(
            Thread(
                signature,
                remarks[signature.pk],
                _bound(signature, remark) or answering,  # type: ignore[arg-type]
                _bound(signature, ruling) or overruling,  # type: ignore[arg-type]
                may_withdraw=is_open and signature.person_id == reading.reader.pk,
            )
        )
    return threads


def _bound(signature: Signature, opened: OpenThread | None) -> RemarkForm | RulingForm | None:
    return opened[1] if opened and opened[0].pk == signature.pk else None
