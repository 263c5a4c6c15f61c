"""From draft to charter in force, and what the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from charter import exchange, ratification
from charter.models import Signature, Stage, Version
from charter.queries import documents_in_force, version_in_force
from charter.ratification import LintErrors, NotAsked
from charter.states import WrongState
from charter.storage import document_of, read_rows
from charter.words import VersionState
from ledger.errors import Forbidden, Invalid, Stale
from ledger.models import Entry
from reminders.models import Occasion, Schedule
from tests.charters import Crew, clean_tree, document_from, make_crew, put_in_force
from tests.factories import NOW, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def draft(crew: Crew, **parts: object) -> Version:
    document = document_from(clean_tree(**parts))
    return exchange.replace_draft(team=crew.team, document=document, by=crew.lead, now=NOW).version


def test_ratified_when_the_last_signer_has_signed(crew: Crew) -> None:
    version = ratification.propose(version=draft(crew), by=crew.lead, now=NOW)
    signers = {signature.person for signature in version.signatures.all()}
    assert signers == {crew["product-owner"], crew["data-scientist"], crew["ml-engineer"]}

    for person in list(signers)[:-1]:
        ratification.sign(version=version, digest=version.digest, by=person, now=NOW)
    assert version_in_force(crew.team, NOW) is None
    ratification.sign(version=version, digest=version.digest, by=list(signers)[-1], now=NOW)

    held = version_in_force(crew.team, NOW)
    assert held is not None
    assert (held.number, held.state, held.digest) == (1, VersionState.RATIFIED, document_of(held).digest)
    assert documents_in_force(NOW)["fraud-detection"].canonical == document_from(clean_tree()).canonical
    assert list(Entry.objects.order_by("id").values_list("key", flat=True).filter(object_type="charter.version")) == [
        "charter.version.drafted",
        "charter.version.replaced",
        "charter.version.proposed",
        "charter.version.signed",
        "charter.version.signed",
        "charter.version.signed",
        "charter.version.ratified",
    ]


def test_signers_get_an_occasion_that_their_answer_closes(crew: Crew) -> None:
    version = ratification.propose(version=draft(crew), by=crew.lead, now=NOW)
    open_ones = Occasion.objects.filter(kind="signature", state=Occasion.State.OPEN)
    assert open_ones.count() == 3
    ratification.sign(version=version, digest=version.digest, by=crew["ml-engineer"], now=NOW)
    assert open_ones.count() == 2
    assert not open_ones.filter(people=crew["ml-engineer"]).exists()


def test_proposing_with_an_error_of_lint_is_refused_and_names_the_stage(crew: Crew) -> None:
    tree = clean_tree()
    tree["responsibilities"]["monitoring"] = {"ml-engineer": "R"}
    version = draft(crew, responsibilities=tree["responsibilities"])
    with pytest.raises(LintErrors) as refused:
        ratification.propose(version=version, by=crew.lead, now=NOW)
    assert refused.value.errors == [("/stages/monitoring", "RESP001: nobody is accountable")]
    version.refresh_from_db()
    assert (version.state, version.digest) == (VersionState.DRAFT, "")


def test_proposing_is_for_the_lead(crew: Crew) -> None:
    with pytest.raises(Forbidden):
        ratification.propose(version=draft(crew), by=crew["ml-engineer"], now=NOW)


def test_signing_an_old_digest_is_refused(crew: Crew) -> None:
    version = ratification.propose(version=draft(crew), by=crew.lead, now=NOW)
    with pytest.raises(Stale):
        ratification.sign(version=version, digest="sha256:" + "0" * 64, by=crew.lead, now=NOW)


def test_signing_by_somebody_who_was_not_asked_is_refused(crew: Crew) -> None:
    version = ratification.propose(version=draft(crew), by=crew.lead, now=NOW)
    with pytest.raises(NotAsked):
        ratification.sign(version=version, digest=version.digest, by=PersonFactory(is_staff=True), now=NOW)


def test_an_objection_needs_a_reason_and_blocks(crew: Crew) -> None:
    version = ratification.propose(version=draft(crew), by=crew.lead, now=NOW)
    with pytest.raises(Invalid):
        ratification.object_to(version=version, digest=version.digest, reason="  ", by=crew.lead, now=NOW)
    ratification.object_to(version=version, digest=version.digest, reason="Not mine", by=crew["ml-engineer"], now=NOW)
    for role in ("product-owner", "data-scientist"):
        ratification.sign(version=version, digest=version.digest, by=crew[role], now=NOW)
    assert version_in_force(crew.team, NOW) is None
    ratification.sign(version=version, digest=version.digest, by=crew["ml-engineer"], now=NOW)
    assert version_in_force(crew.team, NOW) is not None


def test_an_edit_during_signature_voids_the_signatures(crew: Crew) -> None:
    version = ratification.propose(version=draft(crew), by=crew.lead, now=NOW)
    ratification.sign(version=version, digest=version.digest, by=crew["ml-engineer"], now=NOW)
    draft(crew, purpose="Something else.")
    version.refresh_from_db()
    assert (version.state, version.digest, version.document) == (VersionState.DRAFT, "", None)
    assert set(version.signatures.values_list("state", flat=True)) == {Signature.State.VOID}
    assert not Occasion.objects.filter(kind="signature", state=Occasion.State.OPEN).exists()


def test_the_next_version_supersedes_and_its_rituals_replace_the_old(crew: Crew) -> None:
    first = put_in_force(crew)
    tree = clean_tree()
    tree["rituals"][0]["key"] = "look-back"
    second = put_in_force(crew, tree, now=NOW)
    first.refresh_from_db()
    assert (first.state, first.in_force_until) == (VersionState.SUPERSEDED, NOW)
    assert (second.number, second.state, second.based_on) == (2, VersionState.RATIFIED, first)
    running = Schedule.objects.filter(is_active=True).values_list("key", flat=True)
    assert set(running) == {"charter:fraud-detection:look-back", "charter:fraud-detection:review"}


def test_withdrawing_keeps_the_version_readable(crew: Crew) -> None:
    version = ratification.withdraw(version=draft(crew), by=crew.lead, now=NOW)
    assert version.state == VersionState.WITHDRAWN
    assert document_of(version).purpose == clean_tree()["purpose"]
    with pytest.raises(WrongState):
        ratification.propose(version=version, by=crew.lead, now=NOW)


def test_rows_and_frozen_document_agree(crew: Crew) -> None:
    version = put_in_force(crew)
    assert read_rows(version).canonical == document_of(version).canonical


@pytest.mark.parametrize(
    "change",
    [
        lambda version: Version.objects.filter(pk=version.pk).update(purpose="Other"),
        lambda version: Version.objects.filter(pk=version.pk).update(document={"remit": 1, "team": "x"}),
        lambda version: Stage.objects.filter(version=version).update(name="Other"),
        lambda version: Stage.objects.create(version=version, key="other", name="Other"),
        lambda version: version.decisionrights.first().places.all().delete(),
        lambda version: version.escalationpaths.first().levels.update(repeat=5),
        lambda version: Version.objects.filter(pk=version.pk).delete(),
    ],
)
def test_the_database_refuses_change_of_a_version_in_force(crew: Crew, change) -> None:  # type: ignore[no-untyped-def]
    version = put_in_force(crew)
    with pytest.raises(DatabaseError), transaction.atomic():
        change(version)


def test_the_database_refuses_change_of_the_ledger(crew: Crew) -> None:
    put_in_force(crew)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.update(key="something.else")
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.all().delete()


def test_an_interim_holds_before_the_ratified_until_it_ends(crew: Crew) -> None:
    ratified = put_in_force(crew)
    document = document_of(ratified)
    interim = Version.objects.create(
        charter=ratified.charter,
        number=2,
        state=VersionState.INTERIM,
        interim_until=NOW + timedelta(days=3),
        in_force_from=NOW,
        drafted_at=NOW,
        edited_at=NOW,
        document=document.as_json(),
        digest=document.digest,
    )
    assert version_in_force(crew.team, NOW) == interim
    assert version_in_force(crew.team, NOW + timedelta(days=3)) == ratified
