"""Signing in depth: objections and what becomes of them, shares and silence, people who come and go meanwhile."""

from datetime import timedelta

import pytest

from charter import exchange, ratification
from charter.models import Remark, Signature, Version
from charter.objections import NoOpenObjection, answer_objection, overrule, withdraw_objection
from charter.realignment import realign
from charter.signing import is_agreed
from charter.terms import IsOutForSignature, set_terms
from charter.words import VersionState
from ledger.errors import Forbidden, Invalid
from ledger.models import Entry
from reminders.models import Occasion
from reminders.sweeping import sweep
from teams.models import Seat
from teams.people import deactivate_person
from teams.seating import end_seat, give_seat
from tests.charters import Crew, clean_tree, document_from, make_crew
from tests.factories import NOW, PersonFactory, RoleFactory, TeamFactory

pytestmark = pytest.mark.django_db

ASKED, SIGNED, OBJECTED, SILENT, OVERRULED, EXCUSED = (
    Signature.State.ASKED,
    Signature.State.SIGNED,
    Signature.State.OBJECTED,
    Signature.State.SILENT,
    Signature.State.OVERRULED,
    Signature.State.EXCUSED,
)


@pytest.fixture
def crew() -> Crew:
    return make_crew(parent=TeamFactory(key="payments", lead=PersonFactory(name="Parent Lead")))


@pytest.fixture
def proposed(crew: Crew) -> Version:
    return propose(crew)


def propose(crew: Crew) -> Version:
    draft = exchange.replace_draft(team=crew.team, document=document_from(clean_tree()), by=crew.lead, now=NOW).version
    return ratification.propose(version=draft, by=crew.lead, now=NOW)


def sign(version: Version, *people: object, now=NOW) -> None:
    for person in people:
        ratification.sign(version=version, digest=version.digest, by=person, now=now)  # type: ignore[arg-type]


def objection(version: Version, crew: Crew, role: str = "data-scientist") -> Signature:
    return ratification.object_to(
        version=version, digest=version.digest, reason="Too few tests", by=crew[role], now=NOW
    )


def state_of(version: Version) -> str:
    return Version.objects.get(pk=version.pk).state


def open_occasions(person: object, kind: str = "signature") -> int:
    return Occasion.objects.filter(kind=kind, state=Occasion.State.OPEN, people=person).count()


# -- when it is agreed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "share", "agreed"),
    [
        ([], 1, False),
        ([SIGNED], 100, True),
        ([SIGNED, ASKED], 100, False),
        ([SIGNED, SIGNED, ASKED], 66, True),
        ([SIGNED, SIGNED, ASKED], 67, False),
        ([SIGNED, SIGNED, OBJECTED], 50, False),
        ([SIGNED, OVERRULED], 100, True),
        ([OVERRULED], 1, False),
        ([SILENT, SILENT], 1, False),
        ([SIGNED, SILENT, SILENT], 100, True),
        ([EXCUSED, EXCUSED], 1, False),
        ([SIGNED, EXCUSED], 100, True),
    ],
)
def test_agreed_when_the_share_consents_nobody_objects_and_somebody_signed(
    states: list[str], share: int, *, agreed: bool
) -> None:
    assert is_agreed(states, share=share) is agreed


# -- objections -----------------------------------------------------------------------------------------------------


def test_objection_is_answered_and_its_author_hears_of_it(crew: Crew, proposed: Version) -> None:
    mine = objection(proposed, crew)
    assert (open_occasions(crew.lead, "objection"), open_occasions(crew["data-scientist"])) == (1, 0)
    answer_objection(signature=mine, text=" We add them. ", by=crew["ml-engineer"], now=NOW)
    assert list(Remark.objects.values_list("text", "person")) == [("We add them.", crew["ml-engineer"].pk)]
    assert open_occasions(crew["data-scientist"]) == 1
    entry = Entry.objects.get(key="charter.version.answered")
    assert entry.change == {"remark": [None, Remark.objects.get().pk]}


def test_only_who_is_concerned_answers_and_only_with_words(crew: Crew, proposed: Version) -> None:
    mine = objection(proposed, crew)
    with pytest.raises(Forbidden):
        answer_objection(signature=mine, text="I think …", by=PersonFactory(), now=NOW)
    with pytest.raises(Forbidden):
        answer_objection(signature=mine, text="I saw …", by=PersonFactory(auditor=True), now=NOW)
    with pytest.raises(Invalid):
        answer_objection(signature=mine, text=" ", by=crew.lead, now=NOW)
    assert not Remark.objects.exists()


def test_withdrawn_objection_asks_its_author_again(crew: Crew, proposed: Version) -> None:
    mine = objection(proposed, crew)
    sign(proposed, crew.lead, crew["ml-engineer"])
    with pytest.raises(Forbidden):
        withdraw_objection(signature=mine, by=crew.lead, now=NOW)
    withdraw_objection(signature=mine, by=crew["data-scientist"], now=NOW)
    assert (open_occasions(crew["data-scientist"]), open_occasions(crew.lead, "objection")) == (1, 0)
    assert state_of(proposed) == VersionState.PROPOSED
    sign(proposed, crew["data-scientist"])
    assert state_of(proposed) == VersionState.RATIFIED
    assert Signature.objects.get(pk=mine.pk).reason == "Too few tests"


def test_who_objects_again_keeps_what_they_said_before(crew: Crew, proposed: Version) -> None:
    mine = objection(proposed, crew)
    withdraw_objection(signature=mine, by=crew["data-scientist"], now=NOW)
    ratification.object_to(
        version=proposed, digest=proposed.digest, reason="And no rollback", by=crew["data-scientist"], now=NOW
    )
    assert Signature.objects.get(pk=mine.pk).reason == "And no rollback"
    assert [remark.text for remark in mine.remarks.all()] == ["Too few tests"]


def test_parent_lead_overrules_with_a_reason_and_the_version_goes_on(crew: Crew, proposed: Version) -> None:
    mine = objection(proposed, crew)
    sign(proposed, crew.lead, crew["ml-engineer"])
    parent_lead = crew.team.parent.lead
    assert open_occasions(parent_lead, "objection") == 1
    with pytest.raises(Forbidden):
        overrule(signature=mine, ruling="No", by=crew.lead, now=NOW)
    with pytest.raises(Invalid):
        overrule(signature=mine, ruling="", by=parent_lead, now=NOW)
    overrule(signature=mine, ruling="Tests follow in May.", by=parent_lead, now=NOW)
    mine.refresh_from_db()
    assert (mine.state, mine.overruled_by, mine.ruling) == (OVERRULED, parent_lead, "Tests follow in May.")
    assert state_of(proposed) == VersionState.RATIFIED
    entry = Entry.objects.get(key="charter.version.overruled")
    assert entry.actor_id == parent_lead.pk
    assert "May" not in str(entry.change)
    assert not Occasion.objects.filter(kind__in=["signature", "objection"], state=Occasion.State.OPEN).exists()


def test_nobody_overrules_their_own_objection_nor_one_without_parent_team() -> None:
    crew = make_crew(parent=TeamFactory(key="payments"))
    crew.team.parent.lead = crew["data-scientist"]
    crew.team.parent.save()
    version = propose(crew)
    mine = objection(version, crew)
    with pytest.raises(Forbidden):
        overrule(signature=mine, ruling="So what", by=crew["data-scientist"], now=NOW)
    crew.team.parent = None
    crew.team.save()
    with pytest.raises(Forbidden):
        overrule(signature=mine, ruling="So what", by=PersonFactory(admin=True), now=NOW)


def test_settled_objection_is_settled_once(crew: Crew, proposed: Version) -> None:
    mine = objection(proposed, crew)
    withdraw_objection(signature=mine, by=crew["data-scientist"], now=NOW)
    with pytest.raises(NoOpenObjection):
        withdraw_objection(signature=mine, by=crew["data-scientist"], now=NOW)
    with pytest.raises(NoOpenObjection):
        answer_objection(signature=mine, text="But …", by=crew.lead, now=NOW)


def test_edit_closes_the_objections_for_all(crew: Crew, proposed: Version) -> None:
    objection(proposed, crew)
    document = document_from(clean_tree(purpose="Otherwise."))
    exchange.replace_draft(team=crew.team, document=document, by=crew.lead, now=NOW)
    assert set(proposed.signatures.values_list("state", flat=True)) == {Signature.State.VOID}
    assert not Occasion.objects.filter(kind="objection", state=Occasion.State.OPEN).exists()


# -- a share, and silence -------------------------------------------------------------------------------------------


def test_share_of_signers_ratifies_and_the_others_are_asked_no_longer(crew: Crew) -> None:
    set_terms(team=crew.team, share=60, silence_days=None, by=crew.lead, now=NOW)
    version = propose(crew)
    sign(version, crew.lead)
    assert state_of(version) == VersionState.PROPOSED
    sign(version, crew["ml-engineer"])
    assert state_of(version) == VersionState.RATIFIED
    assert version.signatures.get(person=crew["data-scientist"]).state == EXCUSED
    assert open_occasions(crew["data-scientist"]) == 0


def test_silence_is_consent_after_its_days_and_not_before(crew: Crew) -> None:
    set_terms(team=crew.team, share=100, silence_days=5, by=crew.lead, now=NOW)
    version = propose(crew)
    sign(version, crew.lead)
    sweep(now=NOW + timedelta(days=5, minutes=-1))
    assert state_of(version) == VersionState.PROPOSED
    sweep(now=NOW + timedelta(days=5, minutes=1))
    assert state_of(version) == VersionState.RATIFIED
    assert version.signatures.filter(state=SILENT).count() == 2
    assert Entry.objects.filter(key="charter.version.consented", actor_id=None).count() == 2


def test_silence_of_all_ratifies_nothing_until_one_signs(crew: Crew) -> None:
    set_terms(team=crew.team, share=100, silence_days=5, by=crew.lead, now=NOW)
    version = propose(crew)
    late = NOW + timedelta(days=6)
    sweep(now=late)
    assert state_of(version) == VersionState.PROPOSED
    sign(version, crew["ml-engineer"], now=late)
    assert state_of(version) == VersionState.RATIFIED


def test_objection_stands_against_all_silence(crew: Crew) -> None:
    set_terms(team=crew.team, share=100, silence_days=5, by=crew.lead, now=NOW)
    version = propose(crew)
    objection(version, crew)
    sign(version, crew.lead)
    sweep(now=NOW + timedelta(days=20))
    assert state_of(version) == VersionState.PROPOSED


def test_without_the_terms_silence_is_only_overdue(crew: Crew, proposed: Version) -> None:
    sign(proposed, crew.lead)
    sweep(now=NOW + timedelta(days=40))
    assert state_of(proposed) == VersionState.PROPOSED
    assert open_occasions(crew["ml-engineer"]) == 1


@pytest.mark.parametrize(("share", "days"), [(0, None), (101, None), (50, 0), (50, 91)])
def test_terms_stay_within_bounds(crew: Crew, share: int, days: int | None) -> None:
    with pytest.raises(Invalid):
        set_terms(team=crew.team, share=share, silence_days=days, by=crew.lead, now=NOW)


def test_terms_are_for_the_lead_and_not_while_people_are_asked(crew: Crew) -> None:
    with pytest.raises(Forbidden):
        set_terms(team=crew.team, share=50, silence_days=None, by=crew["ml-engineer"], now=NOW)
    propose(crew)
    with pytest.raises(IsOutForSignature):
        set_terms(team=crew.team, share=50, silence_days=None, by=crew.lead, now=NOW)


# -- people come and go ---------------------------------------------------------------------------------------------


def test_seat_that_ends_takes_the_missing_signature_with_it(crew: Crew, proposed: Version) -> None:
    sign(proposed, crew.lead, crew["ml-engineer"])
    seat = Seat.objects.get(person=crew["data-scientist"])
    end_seat(seat, until=NOW.date(), by=crew.lead, now=NOW)
    assert proposed.signatures.get(person=crew["data-scientist"]).state == EXCUSED
    assert state_of(proposed) == VersionState.RATIFIED
    assert open_occasions(crew["data-scientist"]) == 0


def test_person_who_left_is_not_waited_for(crew: Crew, proposed: Version) -> None:
    sign(proposed, crew.lead, crew["ml-engineer"])
    deactivate_person(crew["data-scientist"], by=None, now=NOW)
    assert state_of(proposed) == VersionState.RATIFIED


def test_objection_of_somebody_who_left_blocks_no_more(crew: Crew, proposed: Version) -> None:
    objection(proposed, crew)
    sign(proposed, crew.lead, crew["ml-engineer"])
    deactivate_person(crew["data-scientist"], by=None, now=NOW)
    assert state_of(proposed) == VersionState.RATIFIED


def test_signature_that_was_given_stays_when_its_person_leaves_and_their_follower_is_asked(
    crew: Crew, proposed: Version
) -> None:
    sign(proposed, crew["data-scientist"])
    deactivate_person(crew["data-scientist"], by=None, now=NOW)
    assert proposed.signatures.get(person=crew["data-scientist"]).state == SIGNED
    follower = PersonFactory()
    give_seat(
        team=crew.team,
        role=RoleFactory(key="data-scientist"),
        person=follower,
        since=NOW.date(),
        by=crew.lead,
        now=NOW,
        kind=Seat.Kind.MEMBER,
    )
    assert (proposed.signatures.get(person=follower).state, open_occasions(follower)) == (ASKED, 1)
    sign(proposed, crew.lead, crew["ml-engineer"])
    assert state_of(proposed) == VersionState.PROPOSED
    sign(proposed, follower)
    assert state_of(proposed) == VersionState.RATIFIED


def test_nobody_left_to_sign_ratifies_nothing(crew: Crew, proposed: Version) -> None:
    for person in crew.by_role.values():
        if person != crew.lead:
            deactivate_person(person, by=None, now=NOW)
    deactivate_person(crew.lead, by=None, now=NOW)
    assert state_of(proposed) == VersionState.PROPOSED


def test_seat_that_ended_by_its_date_is_noticed_when_the_signature_falls_due(crew: Crew, proposed: Version) -> None:
    sign(proposed, crew.lead, crew["ml-engineer"])
    Seat.objects.filter(person=crew["data-scientist"]).update(until=NOW.date() + timedelta(days=2))
    sweep(now=NOW + timedelta(days=15))
    assert state_of(proposed) == VersionState.RATIFIED


# -- an interim -----------------------------------------------------------------------------------------------------


def test_everyone_affected_by_an_interim_is_told_what_changes_for_them(crew: Crew) -> None:
    sign(propose(crew), *crew.by_role.values())
    tree = clean_tree()
    tree["responsibilities"]["monitoring"] = {"data-scientist": "AR", "product-owner": "I"}
    draft = exchange.replace_draft(team=crew.team, document=document_from(tree), by=crew.lead, now=NOW).version
    until = NOW + timedelta(days=9)
    realign(version=draft, reason="Attack", until=until, by=crew.lead, now=NOW)
    occasion = Occasion.objects.get(kind="interim-end")
    assert occasion.for_team
    assert dict(occasion.for_people.values_list("person", "why")) == {
        crew["data-scientist"].pk: "You become accountable for monitoring; you become responsible for monitoring.",
        crew["ml-engineer"].pk: (
            "You are no longer accountable for monitoring; you are no longer responsible for monitoring."
        ),
    }
    sweep(now=until + timedelta(hours=1))
    told = Occasion.objects.get(kind="interim-lapsed")
    assert (told.state, told.for_team) == (Occasion.State.OPEN, True)
    sweep(now=until + timedelta(days=4))
    told.refresh_from_db()
    assert told.state == Occasion.State.DONE
