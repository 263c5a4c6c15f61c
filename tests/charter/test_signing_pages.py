"""Signing, objecting, realigning and the terms, through HTTP without script."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from charter import exchange, ratification
from charter.models import Charter, Signature, Version
from charter.words import VersionState
from tests.charters import Crew, clean_tree, document_from, make_crew, put_in_force
from tests.factories import NOW, PersonFactory, TeamFactory

pytestmark = pytest.mark.django_db

HERE = "/charters/fraud-detection/"


@pytest.fixture
def crew() -> Crew:
    return make_crew(parent=TeamFactory(key="payments", lead=PersonFactory(name="Parent Lead")))


def draft(crew: Crew) -> Version:
    tree = clean_tree()
    tree["responsibilities"]["monitoring"] = {"data-scientist": "AR", "product-owner": "I"}
    return exchange.replace_draft(team=crew.team, document=document_from(tree), by=crew.lead, now=NOW).version


@pytest.fixture
def proposed(crew: Crew) -> Version:
    put_in_force(crew)
    return ratification.propose(version=draft(crew), by=crew.lead, now=NOW)


def as_(person: object) -> Client:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def objected(version: Version, crew: Crew) -> str:
    signature = ratification.object_to(
        version=version, digest=version.digest, reason="Too few tests", by=crew["data-scientist"], now=NOW
    )
    return f"{HERE}versions/2/objections/{signature.pk}/"


def test_signer_sees_first_what_changes_for_them_since_they_last_signed(crew: Crew, proposed: Version) -> None:
    page = text_of(as_(crew["ml-engineer"]).get(HERE + "versions/2/"))
    assert "You are no longer accountable for monitoring." in page
    assert "Since version 1, which you signed last." in page
    assert page.index('id="for-you"') < page.index('class="four"')
    assert "None of your duties changes." in text_of(as_(crew.lead).get(HERE + "versions/2/"))
    assert 'id="for-you"' not in text_of(as_(PersonFactory()).get(HERE + "versions/2/"))


def test_first_signer_sees_all_that_the_charter_gives_them(crew: Crew) -> None:
    ratification.propose(version=draft(crew), by=crew.lead, now=NOW)
    page = text_of(as_(crew["data-scientist"]).get(HERE + "versions/1/"))
    assert "You become accountable for experimentation and monitoring." in page
    assert "You have signed no version of this charter yet" in page


def test_objection_is_answered_and_withdrawn_on_the_page(crew: Crew, proposed: Version) -> None:
    here = objected(proposed, crew)
    lead = as_(crew.lead)
    refused = lead.post(here + "answer/", {"text": ""})
    assert refused.status_code == 422
    assert lead.post(here + "answer/", {"text": "We add <b>them</b>."}).status_code == 302
    page = text_of(as_(crew["data-scientist"]).get(HERE + "versions/2/"))
    assert "We add &lt;b&gt;them&lt;/b&gt;." in page
    assert "Withdraw my objection" in page
    assert "Withdraw my objection" not in text_of(lead.get(HERE + "versions/2/"))
    assert lead.post(here + "withdraw/").status_code == 403
    assert as_(crew["data-scientist"]).post(here + "withdraw/").status_code == 302
    assert as_(crew["data-scientist"]).post(here + "withdraw/").status_code == 409


def test_parent_lead_overrules_on_the_page_and_it_stays_to_be_read(crew: Crew, proposed: Version) -> None:
    here = objected(proposed, crew)
    parent = as_(crew.team.parent.lead)
    assert "Overrule this objection" in text_of(parent.get(HERE + "versions/2/"))
    assert "Overrule this objection" not in text_of(as_(crew.lead).get(HERE + "versions/2/"))
    assert as_(crew.lead).post(here + "overrule/", {"ruling": "No"}).status_code == 403
    assert parent.post(here + "overrule/", {"ruling": ""}).status_code == 422
    assert parent.post(here + "overrule/", {"ruling": "Tests follow."}).status_code == 302
    page = text_of(as_(PersonFactory()).get(HERE + "versions/2/"))
    assert "Overruled by Parent Lead" in page
    assert "Tests follow." in page


def test_thread_of_another_version_is_not_found(crew: Crew, proposed: Version) -> None:
    here = objected(proposed, crew).replace("versions/2", "versions/1")
    assert as_(crew.lead).post(here + "answer/", {"text": "x"}).status_code == 404


def test_draft_is_put_in_force_at_once_on_its_page(crew: Crew) -> None:
    put_in_force(crew)
    version = draft(crew)
    lead, today = as_(crew.lead), timezone.now().date()
    assert "Put in force at once" in text_of(lead.get(HERE + "realign/"))
    assert f'href="{HERE}realign/"' in text_of(lead.get(HERE))
    late = {"reason": "Attack", "until": (today + timedelta(days=40)).isoformat()}
    refused = lead.post(HERE + "realign/", late)
    assert refused.status_code == 422
    assert "thirty days at most" in text_of(refused)
    good = {"reason": "Attack", "until": (today + timedelta(days=29)).isoformat()}
    assert as_(crew["ml-engineer"]).post(HERE + "realign/", good).status_code == 403
    assert lead.post(HERE + "realign/", good).url == HERE
    version.refresh_from_db()
    assert version.state == VersionState.INTERIM
    assert "What differs" in text_of(lead.get(HERE))


def test_interim_is_signed_on_its_page(crew: Crew) -> None:
    put_in_force(crew)
    version = draft(crew)
    until = (timezone.now().date() + timedelta(days=9)).isoformat()
    as_(crew.lead).post(HERE + "realign/", {"reason": "Attack", "until": until})
    version.refresh_from_db()
    assert "Read and sign" in text_of(as_(crew.lead).get(HERE))
    assert "Read and sign" not in text_of(as_(PersonFactory()).get(HERE))
    for person in crew.by_role.values():
        assert as_(person).post(HERE + "versions/2/sign/", {"digest": version.digest}).status_code == 302
    version.refresh_from_db()
    assert version.state == VersionState.RATIFIED


def test_lead_chooses_whose_signatures_ratify(crew: Crew) -> None:
    lead = as_(crew.lead)
    assert "All who are asked" in text_of(lead.get(HERE + "terms/"))
    assert lead.post(HERE + "terms/", {"signing_share": "0"}).status_code == 422
    assert lead.post(HERE + "terms/", {"signing_share": "60", "silence_days": "7"}).status_code == 302
    charter = Charter.objects.get()
    assert (charter.signing_share, charter.silence_days) == (60, 7)
    page = text_of(lead.get(HERE + "terms/"))
    assert "60 percent of those who are asked" in page
    assert "silence is consent after seven days" in page
    ratification.propose(version=draft(crew), by=crew.lead, now=NOW)
    assert lead.post(HERE + "terms/", {"signing_share": "10"}).status_code == 409
    assert "This team needs 60 percent of them." in text_of(lead.get(HERE + "versions/1/"))


def test_signature_that_is_not_asked_for_any_more_is_shown_so(crew: Crew, proposed: Version) -> None:
    Signature.objects.filter(person=crew["ml-engineer"], version=proposed).update(state=Signature.State.EXCUSED)
    page = text_of(as_(crew["ml-engineer"]).get(HERE + "versions/2/"))
    assert "no longer asked" in page
    assert "Sign or object" not in page
