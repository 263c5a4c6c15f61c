"""From a draft to a charter in force: propose, sign or object, ratify; withdraw. Each an act in one transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from charter import occasions
from charter.checking import check_here
from charter.document import Document
from charter.lint import Severity
from charter.models import Charter, Signature, Version
from charter.resolver import role_name
from charter.rules import can_edit
from charter.signing import signers_of
from charter.states import state_after
from charter.storage import read_rows
from charter.words import VersionState
from ledger.errors import Forbidden, IllegalState, Invalid, Stale
from ledger.record import Change, record_act
from teams.models import Person
from teams.organisation import Organisation, load_organisation

SIGN_WITHIN = timedelta(days=14)
SIGNABLE = (VersionState.PROPOSED, VersionState.INTERIM)


class LintErrors(Invalid):
    """The charter has errors of lint, which block proposing."""


class NotAsked(Forbidden):
    """The person is not among the signers of this version."""


@transaction.atomic
def propose(*, version: Version, by: Person, now: datetime) -> Version:
    """Send a draft round for signature: freeze its document, ask every signer.

    Raises Forbidden, WrongState, LintErrors (errors of lint, pointer by pointer), Invalid (nobody would sign).
    """
    version = lock_version(version)
    refuse_stranger(version, by)
    after = state_after(version.state, "propose")
    organisation = load_organisation()
    document = read_rows(version)
    refuse_errors(document, organisation, now)
    signers = signers_of(organisation, document, now)
    if not signers:
        raise Invalid([("", _("Nobody holds an accountable or approver seat, so nobody could sign."))])
    freeze(version, document)
    version.state = after
    version.proposed_at = now
    version.save()
    ask_signers(version, signers, organisation, now)
    change: Change = {
        "state": [VersionState.DRAFT, after],
        "digest": ["", version.digest],
        "signers": [[], sorted(signers)],
    }
    record_act(by=by, key="charter.version.proposed", on=version, change=change, now=now)
    return version


@transaction.atomic
def sign(*, version: Version, digest: str, by: Person, now: datetime) -> Signature:
    """Sign what was seen. The last signature ratifies. Raises Stale, NotAsked, WrongState."""
    version, signature = _standing_signature(version, digest, by)
    before = signature.state
    signature.state = Signature.State.SIGNED
    signature.reason = ""
    signature.answered_at = now
    signature.save()
    occasions.signature_given(signature, by=by, now=now)
    change: Change = {
        "signature": [signature.pk, signature.pk],
        "answer": [before, signature.state],
        "digest": [digest, digest],
    }
    record_act(by=by, key="charter.version.signed", on=version, change=change, now=now)
    if not version.signatures.filter(state__in=[Signature.State.ASKED, Signature.State.OBJECTED]).exists():
        ratify(version=version, now=now)
    return signature


@transaction.atomic
def object_to(*, version: Version, digest: str, reason: str, by: Person, now: datetime) -> Signature:
    """Object, with a reason; an open objection blocks. Raises Invalid, Stale, NotAsked, WrongState."""
    if not reason.strip():
        raise Invalid([("/reason", _("Say what stands against it; the others need it to answer."))])
    version, signature = _standing_signature(version, digest, by)
    before = signature.state
    signature.state = Signature.State.OBJECTED
    signature.reason = reason.strip()
    signature.answered_at = now
    signature.save()
    occasions.signature_given(signature, by=by, now=now)
    change: Change = {
        "signature": [signature.pk, signature.pk],
        "answer": [before, signature.state],
        "digest": [digest, digest],
    }
    record_act(by=by, key="charter.version.objected", on=version, change=change, now=now)
    return signature


def ratify(*, version: Version, now: datetime) -> None:
    """Put a version in force that all have signed; what was in force is superseded, and rituals follow the new one.

    Runs in the transaction of the last signature, which holds the charter's lock. Remit itself is the actor.
    """
    after = state_after(version.state, "ratify")
    for earlier in Version.objects.filter(charter=version.charter, state=VersionState.RATIFIED):
        end_version(earlier, state_after(earlier.state, "supersede"), "charter.version.superseded", now)
    for interim in Version.objects.filter(charter=version.charter, state=VersionState.INTERIM).exclude(pk=version.pk):
        end_version(interim, state_after(interim.state, "lapse"), "charter.version.lapsed", now)
    before, version.state = version.state, after
    version.in_force_from = version.in_force_from or now
    version.save()
    record_act(by=None, key="charter.version.ratified", on=version, change={"state": [before, after]}, now=now)
    occasions.interim_ended(version, now=now)
    occasions.set_rituals(version, now=now)


@transaction.atomic
def withdraw(*, version: Version, by: Person, now: datetime) -> Version:
    """Give a draft or a proposal up; it stays readable. Raises Forbidden, WrongState."""
    version = lock_version(version)
    refuse_stranger(version, by)
    before, after = version.state, state_after(version.state, "withdraw")
    _void_signatures(version, by=by, now=now)
    if version.document is None:
        freeze(version, read_rows(version))
    version.state = after
    version.save()
    record_act(by=by, key="charter.version.withdrawn", on=version, change={"state": [before, after]}, now=now)
    return version


def reopen(*, version: Version, by: Person | None, now: datetime) -> None:
    """An edit during signature: the version is a draft again, its signatures are void. Under the charter's lock."""
    before, after = version.state, state_after(version.state, "reopen")
    digest = version.digest
    version.state = after
    version.document = None
    version.digest = ""
    version.proposed_at = None
    version.save()
    _void_signatures(version, by=by, now=now)
    change = {"state": [before, after], "digest": [digest, ""]}
    record_act(by=by, key="charter.version.reopened", on=version, change=change, now=now)


def lock_version(version: Version) -> Version:
    """The version as it stands now, with its charter's row locked: acts on one charter run one after the other."""
    Charter.objects.select_for_update().get(pk=version.charter_id)
    return Version.objects.select_related("charter__team__lead").get(pk=version.pk)


def freeze(version: Version, document: Document) -> None:
    """Fix what will be signed: the canonical document and its digest. The caller saves."""
    version.document = document.as_json()
    version.digest = document.digest


def refuse_errors(document: Document, organisation: Organisation, now: datetime) -> None:
    """Raise LintErrors where lint finds an error in the document."""
    errors = [
        (finding.pointer, f"{finding.rule_id}: {finding.message}")
        for finding in check_here(document, now=now, organisation=organisation).findings
        if finding.severity == Severity.ERROR
    ]
    if errors:
        raise LintErrors(errors)


def refuse_stranger(version: Version, by: Person) -> None:
    """Raise Forbidden unless the person may edit the team's charter."""
    team = version.charter.team
    if not can_edit(by, team):
        raise Forbidden(_("Only the lead of %(team)s or an admin can do this.") % {"team": team.name})


def _standing_signature(version: Version, digest: str, by: Person) -> tuple[Version, Signature]:
    version = lock_version(version)
    if version.state not in SIGNABLE:
        raise IllegalState(_("This version is not out for signature."), state=version.state)
    if digest != version.digest:
        raise Stale(_("The charter was edited since you read it. Read it again before you sign."), state=version.state)
    signature = version.signatures.exclude(state=Signature.State.VOID).filter(person=by).first()
    if signature is None:
        raise NotAsked(_("You hold no accountable or approver seat of this charter, so you are not asked to sign."))
    return version, signature


def ask_signers(version: Version, signers: Mapping[int, list[str]], organisation: Organisation, now: datetime) -> None:
    """Ask these people (id → the roles for which they sign) to sign or to object."""
    team = version.charter.team
    people = Person.objects.in_bulk(signers)
    signatures = Signature.objects.bulk_create(
        Signature(version=version, person=people[person], roles=roles, digest=version.digest, asked_at=now)
        for person, roles in signers.items()
    )
    for signature in signatures:
        names = [role_name(organisation, ref, team.key) for ref in signature.roles]
        occasions.signature_asked(signature, names, due_at=now + SIGN_WITHIN, now=now)


def _void_unanswered(version: Version, now: datetime) -> None:
    version.signatures.filter(state=Signature.State.ASKED).update(state=Signature.State.VOID)
    occasions.signatures_called_off(version, by=None, now=now)


def _void_signatures(version: Version, *, by: Person | None, now: datetime) -> None:
    version.signatures.exclude(state=Signature.State.VOID).update(state=Signature.State.VOID)
    occasions.signatures_called_off(version, by=by, now=now)


def end_version(version: Version, state: VersionState, key: str, now: datetime) -> None:
    """A version is in force no more; whoever was still asked to sign it is not asked any longer."""
    _void_unanswered(version, now)
    before, version.state = version.state, state
    version.in_force_until = now
    version.save()
    record_act(by=None, key=key, on=version, change={"state": [before, state]}, now=now)
