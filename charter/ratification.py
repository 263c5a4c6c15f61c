"""From a draft to a charter in force: propose, sign or object, ratify; withdraw. Each an act in one transaction.

Who must sign can change while a version is out: somebody leaves, a seat ends, another takes it. `settle` looks at that
anew. It runs with every answer, when a seat or a person changes (`teams.seating`), and when a signature falls due.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from charter import occasions
from charter.checking import check_here
from charter.document import Document
from charter.lint import Severity
from charter.models import Charter, Signature, Version
from charter.resolver import role_name
from charter.rules import can_edit
from charter.signing import is_agreed, signers_of
from charter.states import state_after
from charter.storage import document_of, read_rows
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


class CharterIsBusy(RuntimeError):
    """Somebody acts on the charter at this moment; the sweep comes again later."""


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
    """Sign what was seen. The signature that was still wanting ratifies. Raises Stale, NotAsked, WrongState."""
    version, signature = standing_signature(version, digest, by)
    move_signature(signature, Signature.State.SIGNED, key="charter.version.signed", by=by, now=now)
    settle(version=version, now=now)
    signature.refresh_from_db()
    return signature


@transaction.atomic
def object_to(*, version: Version, digest: str, reason: str, by: Person, now: datetime) -> Signature:
    """Object, with a reason; an open objection blocks. Raises Invalid, Stale, NotAsked, WrongState."""
    if not reason.strip():
        raise Invalid([("/reason", _("Say what stands against it; the others need it to answer."))])
    version, signature = standing_signature(version, digest, by)
    if signature.reason and signature.answered_at:
        signature.remarks.create(person=by, text=signature.reason, at=signature.answered_at)
    signature.reason = reason.strip()
    move_signature(signature, Signature.State.OBJECTED, key="charter.version.objected", by=by, now=now)
    occasions.objection_raised(signature, now=now)
    return signature


@transaction.atomic
def consent_by_silence(*, signature: Signature, now: datetime) -> bool:
    """The time to answer is over. Where the team has it so, silence is consent; False where it changes nothing.

    Called by the sweep, which holds the signature's occasion: it waits for nobody. Raises CharterIsBusy.
    """
    version = lock_version(signature.version, wait=False)
    if version.state not in SIGNABLE:
        return False
    signature = version.signatures.get(pk=signature.pk)
    if version.charter.silence_days and signature.state == Signature.State.ASKED:
        move_signature(signature, Signature.State.SILENT, key="charter.version.consented", by=None, now=now)
    settle(version=version, now=now)
    return True


@transaction.atomic
def settle(*, version: Version, now: datetime) -> None:
    """Ask exactly those who hold the seats now, and ratify where what was wanting is no longer wanting.

    Who holds no such seat any more, or holds it today for the last day, is not asked any longer, and an objection of
    theirs blocks no more; a signature that was given stays. Who has come to such a seat is asked.
    """
    version = lock_version(version)
    if version.state not in SIGNABLE:
        return
    organisation = load_organisation()
    signers = signers_of(organisation, document_of(version), now + timedelta(days=1))
    standing = {each.person_id: each for each in standing_signatures(version)}
    for person, signature in standing.items():
        if person not in signers and signature.state not in (Signature.State.SIGNED, Signature.State.OVERRULED):
            move_signature(signature, Signature.State.EXCUSED, key="charter.version.excused", by=None, now=now)
    newcomers = {person: roles for person, roles in signers.items() if person not in standing}
    if newcomers:
        ask_signers(version, newcomers, organisation, now)
        change: Change = {"signers": [[], sorted(newcomers)]}
        record_act(by=None, key="charter.version.asked", on=version, change=change, now=now)
    states = [each.state for each in standing_signatures(version)]
    if signers and is_agreed(states, share=version.charter.signing_share):
        ratify(version=version, now=now)


def ratify(*, version: Version, now: datetime) -> None:
    """Put a version in force that is agreed; what was in force is superseded, and rituals follow the new one.

    Runs in the transaction of the last signature, which holds the charter's lock. Remit itself is the actor. Whose
    signature was not needed is no longer asked.
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
    version.signatures.filter(state=Signature.State.ASKED).update(state=Signature.State.EXCUSED)
    occasions.interim_ended(version, now=now)
    occasions.signatures_called_off(version, by=None, now=now)
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


def lock_version(version: Version, *, wait: bool = True) -> Version:
    """The version as it stands now, with its charter's row locked: acts on one charter run one after the other.

    Raises CharterIsBusy where it must not wait and another act holds the lock.
    """
    can_skip = connection.features.has_select_for_update_skip_locked
    charters = Charter.objects.select_for_update(skip_locked=not wait and can_skip)
    if charters.filter(pk=version.charter_id).first() is None:
        raise CharterIsBusy(version.charter_id)
    return Version.objects.select_related("charter__team__lead", "charter__team__parent__lead").get(pk=version.pk)


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


def standing_signatures(version: Version) -> QuerySet[Signature]:
    """The signatures that were asked for and still count, or are waited for."""
    return version.signatures.exclude(state__in=[Signature.State.VOID, Signature.State.EXCUSED])


def standing_signature(version: Version, digest: str, by: Person) -> tuple[Version, Signature]:
    """The person's own signature under what they saw, with the charter locked. Raises Stale, NotAsked, WrongState."""
    version = lock_version(version)
    if version.state not in SIGNABLE:
        raise IllegalState(_("This version is not out for signature."), state=version.state)
    if digest != version.digest:
        raise Stale(_("The charter was edited since you read it. Read it again before you sign."), state=version.state)
    signature = standing_signatures(version).filter(person=by).first()
    if signature is None:
        raise NotAsked(_("You hold no accountable or approver seat of this charter, so you are not asked to sign."))
    return version, signature


def move_signature(signature: Signature, after: Signature.State, *, key: str, by: Person | None, now: datetime) -> None:
    """Give a signature another state, on record. Nobody is reminded of it any more."""
    before, signature.state = signature.state, after
    signature.answered_at = now
    signature.save()
    occasions.signature_given(signature, by=by, now=now)
    change: Change = {
        "signature": [signature.pk, signature.pk],
        "answer": [before, after],
        "digest": [signature.digest, signature.digest],
    }
    record_act(by=by, key=key, on=signature.version, change=change, now=now)


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
        occasions.signature_asked(signature, names, due_at=now + time_to_sign(version.charter), now=now)


def time_to_sign(charter: Charter) -> timedelta:
    """How long signers have: until silence is consent, else until they are overdue."""
    return timedelta(days=charter.silence_days) if charter.silence_days else SIGN_WITHIN


def _void_unanswered(version: Version, now: datetime) -> None:
    version.signatures.filter(state=Signature.State.ASKED).update(state=Signature.State.VOID)
    occasions.signatures_called_off(version, by=None, now=now)


def _void_signatures(version: Version, *, by: Person | None, now: datetime) -> None:
    standing_signatures(version).update(state=Signature.State.VOID)
    occasions.signatures_called_off(version, by=by, now=now)


def end_version(version: Version, state: VersionState, key: str, now: datetime) -> None:
    """A version is in force no more; whoever was still asked to sign it is not asked any longer."""
    _void_unanswered(version, now)
    before, version.state = version.state, state
    version.in_force_until = now
    version.save()
    record_act(by=None, key=key, on=version, change={"state": [before, state]}, now=now)
