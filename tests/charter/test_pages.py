"""The pages of a charter through HTTP, as a browser without script sees them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from charter import editing, exchange, ratification
from charter.models import Cell, Version
from charter.parsing import read_document, read_yaml
from charter.queries import version_in_force
from charter.storage import read_rows
from charter.words import DEFAULT_STAGES, VersionState
from tests.charters import Crew, clean_tree, document_from, make_crew, put_in_force
from tests.factories import NOW, PersonFactory, SeatFactory, TeamFactory

pytestmark = pytest.mark.django_db

EDIT = "/charters/fraud-detection/edit/"


@pytest.fixture
def crew() -> Crew:
    return make_crew()


@pytest.fixture
def draft(crew: Crew) -> Version:
    document = document_from(clean_tree())
    return exchange.replace_draft(team=crew.team, document=document, by=crew.lead, now=NOW).version


@pytest.fixture
def lead(crew: Crew, client: Client) -> Client:
    client.force_login(crew.lead)
    return client


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def document_now(version: Version):
    return read_rows(Version.objects.select_related("charter__team").get(pk=version.pk))


# -- the whole way --------------------------------------------------------------------------------------------------


def test_charter_is_drafted_filled_proposed_signed_and_in_force_without_script(crew: Crew, lead: Client) -> None:
    assert "You can start its charter." in text_of(lead.get("/charters/fraud-detection/"))
    assert lead.post("/charters/fraud-detection/start/").url == EDIT
    page = text_of(lead.get(EDIT))
    assert "Nobody is accountable for nine stages" in page
    assert "must be mended before the draft can be proposed" in page

    lead.post(EDIT + "purpose/", {"purpose": "Stop card fraud.", "north_star": "Losses", "target": "at most 4"})
    for key, _name in DEFAULT_STAGES:
        answer = lead.post(EDIT + "cell/", {"stage": key, "column": "ml-engineer", "letter": "AR", "seen": ""})
        assert answer.url == f"{EDIT}#stage-{key}"
    right = {
        "name": "All changes",
        "approval": "people",
        "driver": "ml-engineer",
        "approvers_count": ["1", "1", "1"],
        "approvers_role": ["product-owner", "data-scientist", ""],
        "decide_within": "3",
        "decide_within_unit": " business days",
        "contributors": ["", ""],
        "informed": [""],
    }
    assert lead.post(EDIT + "decisions/", right).url == f"{EDIT}#decisions"
    assert lead.post(EDIT + "escalation/", {"name": "Incidents", "hours": "always"}).status_code == 302
    level = {
        "to": "role:ml-engineer",
        "acknowledge_within": "15",
        "acknowledge_within_unit": "m",
        "channels": ["email"],
    }
    assert lead.post(EDIT + "escalation/incidents/levels/", level).url == f"{EDIT}#escalation-incidents"
    ritual = {
        "name": "Retro",
        "kind": "retrospective",
        "every": "2",
        "period": "WEEKLY",
        "weekdays": ["TH"],
        "starts_on": "2026-01-08",
        "at": "15:00",
        "timezone": "Europe/Berlin",
        "facilitator": "product-owner",
    }
    assert lead.post(EDIT + "rituals/", ritual).url == f"{EDIT}#rituals"
    assert lead.post(EDIT + "evidence/", {"tier_1": ["evaluation", "fairness"]}).status_code == 302
    assert lead.post(EDIT + "review-after/", {"after": "30", "after_unit": "d"}).status_code == 302

    assert "<strong>" in text_of(lead.get(EDIT))
    answer = lead.post(EDIT + "propose/")
    assert answer.url == "/charters/fraud-detection/versions/1/"
    version = Version.objects.get()
    assert version.state == VersionState.PROPOSED
    assert version.document["rituals"][0]["cadence"] == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"
    assert version.document["decisions"][0]["decide_within"] == "3 business days"

    signers = [signature.person for signature in version.signatures.select_related("person")]
    assert set(signers) == {crew["ml-engineer"], crew["product-owner"], crew["data-scientist"]}
    for signer in signers:
        lead.force_login(signer)
        page = text_of(lead.get("/charters/fraud-detection/versions/1/"))
        assert "It waits for you." in page
        answer = lead.post("/charters/fraud-detection/versions/1/sign/", {"digest": version.digest})
    assert answer.url == "/charters/fraud-detection/"
    assert version_in_force(crew.team, timezone.now()) == version
    assert "What has Fraud detection agreed?" in text_of(lead.get("/charters/fraud-detection/"))


# -- the editor -----------------------------------------------------------------------------------------------------


def test_editor_without_draft_leads_to_the_charter(crew: Crew, lead: Client) -> None:
    assert lead.get(EDIT).url == "/charters/fraud-detection/"
    assert lead.post(EDIT + "cell/", {"stage": "monitoring", "column": "x", "letter": "R"}).status_code == 409


def test_editor_is_closed_to_strangers_and_auditors(draft: Version, client: Client) -> None:
    for person in (PersonFactory(), PersonFactory(auditor=True), PersonFactory(admin=True, auditor=True)):
        client.force_login(person)
        assert client.get(EDIT).status_code == 403
        assert client.post(EDIT + "cell/", {"stage": "monitoring", "column": "ml-engineer"}).status_code == 403
    assert document_now(draft).letter("monitoring", "ml-engineer") == "AR"


def test_illegal_letter_is_answered_with_422_and_the_page(draft: Version, lead: Client) -> None:
    sent = {"stage": "monitoring", "column": "product-owner", "letter": "Z", "seen": "I"}
    response = lead.post(EDIT + "cell/", sent)

    assert response.status_code == 422
    assert "“Z” is none of R, A, AR, C, I and empty." in text_of(response)
    assert document_now(draft).letter("monitoring", "product-owner") == "I"


def test_same_cell_saved_by_two_shows_both_and_asks(crew: Crew, draft: Version, lead: Client) -> None:
    other = PersonFactory(name="Nikhil Rao", admin=True)
    editing.save_cell(
        version=draft, stage="monitoring", column="product-owner", letter="C", seen="I", by=other, now=NOW
    )

    sent = {"stage": "monitoring", "column": "product-owner", "letter": "R", "seen": "I"}
    response = lead.post(EDIT + "cell/", sent)

    assert response.status_code == 409
    page = text_of(response)
    assert "Nikhil Rao" in page
    assert "Save my R" in page
    assert "Keep C" in page
    assert lead.post(EDIT + "cell/", {**sent, "seen": "C"}).status_code == 302
    assert Cell.objects.get(stage__key="monitoring", column__role__key="product-owner").letter == "R"


def test_cell_asked_for_shows_its_letters(draft: Version, lead: Client) -> None:
    page = text_of(lead.get(EDIT, {"cell": "monitoring/product-owner"}))
    assert "<b>Product owner</b> at monitoring" in page
    assert page.count('name="letter"') == 2 * 6  # the row, and the template of the script


def test_slot_leads_to_the_form_of_its_clause(draft: Version, lead: Client) -> None:
    page = text_of(lead.get(EDIT))
    assert (
        'href="/charters/fraud-detection/edit/?edit=decisions/all-changes&amp;at=driver#decisions-all-changes"' in page
    )

    page = text_of(lead.get(EDIT, {"edit": "decisions/all-changes", "at": "driver"}))
    assert f'action="{EDIT}decisions/all-changes/"' in page
    assert "autofocus" in page


@pytest.mark.parametrize(
    "where",
    [
        "decisions/all-changes",
        "decisions/+",
        "escalation/incidents",
        "escalation/incidents/0",
        "escalation/incidents/+",
        "escalation/+",
        "thresholds/+",
        "rituals/retro",
        "rituals/+",
        "stages/monitoring",
        "stages/+",
        "roles/ml-engineer",
        "roles/+",
        "evidence",
        "review-after",
    ],
)
def test_form_opens_at_its_place(draft: Version, lead: Client, where: str) -> None:
    assert lead.get(EDIT, {"edit": where}).content.count(b"data-open") == 1


@pytest.mark.parametrize(
    "where", ["decisions/no-such", "escalation/incidents/9", "nonsense/+", "stages/", "++", "roles/a/b"]
)
def test_form_of_what_is_not_there_opens_nothing(draft: Version, lead: Client, where: str) -> None:
    response = lead.get(EDIT, {"edit": where})
    assert response.status_code == 200
    assert b"data-open" not in response.content


def test_form_that_cannot_be_saved_keeps_its_input(draft: Version, lead: Client) -> None:
    response = lead.post(
        EDIT + "rituals/retro/",
        {
            "name": "Looking back",
            "kind": "demo",
            "every": "1",
            "period": "WEEKLY",
            "rule": "FREQ=MINUTELY",
            "at": "15:00",
            "starts_on": "2026-01-08",
            "timezone": "Europe/Berlin",
        },
    )

    assert response.status_code == 422
    page = text_of(response)
    assert "Looking back" in page
    assert "FREQ=MINUTELY" in page
    assert document_now(draft).rituals[0].key == "retro"


def test_stale_form_is_answered_with_409_and_saved_the_second_time(draft: Version, lead: Client) -> None:
    sent = {"name": "Incidents", "hours": "business", "severities": ["SEV1"], "seen": "0123456789abcdef"}
    response = lead.post(EDIT + "escalation/incidents/", sent)

    assert response.status_code == 409
    assert "Somebody else was faster" in text_of(response)
    assert document_now(draft).escalation[0].severities == ()
    token = editing.token_of(document_now(draft).escalation[0])
    assert f'value="{token}"' in text_of(response)
    assert lead.post(EDIT + "escalation/incidents/", {**sent, "seen": token}).status_code == 302
    assert [each.value for each in document_now(draft).escalation[0].severities] == ["SEV1"]


def test_script_gets_the_section_it_edited_and_what_is_always_live(draft: Version, lead: Client) -> None:
    sent = {"stage": "monitoring", "column": "ml-engineer", "letter": "R", "seen": "AR"}
    response = lead.post(EDIT + "cell/", sent, headers={"X-Remit-Section": "responsibilities"})

    assert response.status_code == 200
    page = text_of(response)
    assert 'data-sheet="responsibilities"' in page
    assert 'data-sheet="decisions"' not in page
    assert "nobody is accountable for monitoring" in page.lower()
    assert 'id="findings"' in page


def test_edit_of_a_proposal_says_that_its_signatures_are_void(crew: Crew, draft: Version, lead: Client) -> None:
    ratification.propose(version=draft, by=crew.lead, now=NOW)
    sent = {"stage": "monitoring", "column": "data-scientist", "letter": "C", "seen": ""}

    response = lead.post(EDIT + "cell/", sent, follow=True)

    assert "its signatures are void" in text_of(response)
    draft.refresh_from_db()
    assert draft.state == VersionState.DRAFT


def test_proposing_with_errors_is_answered_with_422(draft: Version, lead: Client) -> None:
    lead.post(EDIT + "cell/", {"stage": "monitoring", "column": "ml-engineer", "letter": "", "seen": "AR"})
    response = lead.post(EDIT + "propose/")
    assert response.status_code == 422
    assert "RESP001" in text_of(response)


def test_text_with_markup_stays_text(draft: Version, lead: Client) -> None:
    evil = "<script>alert(1)</script>"
    lead.post(EDIT + "purpose/", {"purpose": evil, "north_star": evil, "target": evil})
    lead.post(EDIT + "stages/", {"name": evil})

    assert evil not in lead.get(EDIT).content.decode()
    assert evil not in lead.get("/charters/fraud-detection/versions/1/").content.decode()


def test_stages_and_roles_move_by_buttons(draft: Version, lead: Client) -> None:
    page = text_of(lead.get(EDIT, {"edit": "stages/monitoring"}))
    assert "Move before the one above" in page

    lead.post(EDIT + "stages/monitoring/move/", {"to": "0"})
    lead.post(EDIT + "roles/move/", {"column": "ml-engineer", "to": "0"})

    assert document_now(draft).stages[0].key == "monitoring"
    assert draft.columns.first().ref == "ml-engineer"


def test_what_is_of_no_section_is_not_found(draft: Version, lead: Client) -> None:
    assert lead.post(EDIT + "waivers/").status_code == 404
    assert lead.post(EDIT + "waivers/one/remove/").status_code == 404
    assert lead.get(EDIT + "cell/").status_code == 405


def test_editor_takes_the_same_queries_for_few_and_many_stages(crew, draft, lead, django_assert_num_queries) -> None:
    lead.get(EDIT)  # the session and what is cached once
    with django_assert_num_queries(24):
        lead.get(EDIT)
    for number in range(25):
        editing.add_stage(version=draft, name=f"Stage {number}", by=crew.lead, now=NOW)
    with django_assert_num_queries(24):
        lead.get(EDIT)


# -- reading --------------------------------------------------------------------------------------------------------


def test_charter_in_force_says_who_that_is_today(crew: Crew, client: Client) -> None:
    put_in_force(crew)
    client.force_login(crew["data-scientist"])

    page = text_of(client.get("/charters/fraud-detection/"))

    assert "Who owns what?" in page
    assert "Ml Engineer</span></b> answers for deployment, monitoring and retraining" in page
    assert "Today these decide" in page
    assert 'class="mine"' in page
    assert "/charters/fraud-detection/versions/1/charter.yaml" in page


def test_version_as_code_reads_back_as_the_same_document(crew: Crew, client: Client) -> None:
    version = put_in_force(crew)
    client.force_login(crew["data-scientist"])

    response = client.get("/charters/fraud-detection/versions/1/charter.yaml")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert read_document(read_yaml(response.content)).digest == version.digest


def test_charter_says_what_no_longer_holds(crew: Crew, client: Client) -> None:
    put_in_force(crew)
    crew["ml-engineer"].is_active = False
    crew["ml-engineer"].save()
    client.force_login(crew.lead)

    page = text_of(client.get("/charters/fraud-detection/"))

    assert "But today" in page
    assert 'data-held="no"' in page


def test_charter_of_nobody_says_who_can_start_one(crew: Crew, client: Client) -> None:
    client.force_login(PersonFactory())
    page = text_of(client.get("/charters/fraud-detection/"))
    assert "its lead, can start a charter" in page
    assert "Start a charter" not in page
    assert client.post("/charters/fraud-detection/start/").status_code == 403
    assert client.get("/charters/no-such-team/").status_code == 404


def test_charter_page_takes_few_queries_whatever_its_size(crew, client, django_assert_num_queries) -> None:
    put_in_force(crew)
    client.force_login(crew["data-scientist"])
    client.get("/charters/fraud-detection/")
    with django_assert_num_queries(3 + 7):  # session, reader and their inbox; then the page
        client.get("/charters/fraud-detection/")
    for _ in range(3):
        SeatFactory(team=crew.team)
    with django_assert_num_queries(3 + 7):
        client.get("/charters/fraud-detection/")


def test_versions_are_listed_and_each_is_read(crew: Crew, lead: Client) -> None:
    put_in_force(crew)
    lead.post("/charters/fraud-detection/start/")

    page = text_of(lead.get("/charters/fraud-detection/versions/"))
    assert "Two versions" in page
    assert "This is a draft" in text_of(lead.get("/charters/fraud-detection/versions/2/"))
    assert lead.get("/charters/fraud-detection/versions/3/").status_code == 404
    assert lead.get(f"/charters/fraud-detection/versions/{10**30}/").status_code == 404


def test_draft_is_withdrawn_by_its_lead_only(crew: Crew, draft: Version, lead: Client) -> None:
    address = "/charters/fraud-detection/versions/1/withdraw/"
    lead.force_login(crew["data-scientist"])
    assert lead.post(address).status_code == 403

    lead.force_login(crew.lead)
    assert lead.post(address).url == "/charters/fraud-detection/versions/"
    draft.refresh_from_db()
    assert draft.state == VersionState.WITHDRAWN
    assert lead.post(address).status_code == 409


def test_objection_needs_a_reason_and_stands_with_it(crew: Crew, draft: Version, client: Client) -> None:
    version = ratification.propose(version=draft, by=crew.lead, now=NOW)
    client.force_login(crew["data-scientist"])
    address = "/charters/fraud-detection/versions/1/object/"

    assert client.post(address, {"digest": version.digest, "reason": " "}).status_code == 422
    assert client.post(address, {"digest": version.digest, "reason": "Nobody covers."}).status_code == 302

    page = text_of(client.get("/charters/fraud-detection/versions/1/"))
    assert "Nobody covers." in page
    assert "stands against it" in page


def test_signature_on_an_old_digest_is_a_conflict(crew: Crew, draft: Version, client: Client) -> None:
    ratification.propose(version=draft, by=crew.lead, now=NOW)
    client.force_login(crew["data-scientist"])
    answer = client.post("/charters/fraud-detection/versions/1/sign/", {"digest": "sha256:" + "0" * 64})
    assert answer.status_code == 409


# -- all charters ---------------------------------------------------------------------------------------------------


@pytest.fixture
def three_teams() -> list[Crew]:
    crews = [make_crew(key) for key in ("alpha", "beta", "gamma")]
    put_in_force(crews[0])
    exchange.replace_draft(
        team=crews[1].team, document=document_from(clean_tree("beta", decisions=None)), by=crews[1].lead, now=NOW
    )
    return crews


def test_list_shows_every_team_and_what_is_wrong(three_teams, client: Client) -> None:
    client.force_login(three_teams[0].lead)
    page = text_of(client.get("/charters/"))

    assert "One of three does." in page
    assert "first draft" in page
    assert "none yet" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["beta", "alpha", "gamma"]),
        ({"sort": "-team"}, ["gamma", "beta", "alpha"]),
        ({"sort": "nonsense"}, ["alpha", "beta", "gamma"]),
        ({"q": "alp"}, ["alpha"]),
        ({"state": "draft"}, ["beta"]),
        ({"state": "none"}, ["gamma"]),
        ({"errors_only": "on"}, ["beta"]),
        ({"structure": "hub"}, []),
        ({"state": "no-such"}, ["beta", "alpha", "gamma"]),
    ],
)
def test_list_is_sorted_and_filtered_alike_on_the_page_and_in_the_file(three_teams, client, query, expected) -> None:
    client.force_login(three_teams[0].lead)

    rows = client.get("/charters/", {**query, "format": "csv"}).content.decode().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == expected
    shown = [row.team.key for row in client.get("/charters/", query).context["listing"].rows]
    assert shown == expected


def test_list_takes_the_same_queries_for_one_and_three(client: Client, django_assert_num_queries) -> None:
    def fill(number: int) -> Crew:
        crew = make_crew(f"held-{number}")
        put_in_force(crew)
        first = make_crew(f"first-{number}")
        exchange.replace_draft(
            team=first.team, document=document_from(clean_tree(first.team.key)), by=first.lead, now=NOW
        )
        return crew

    client.force_login(fill(1).lead)
    client.get("/charters/")
    with django_assert_num_queries(23):
        client.get("/charters/")
    fill(2)
    fill(3)
    with django_assert_num_queries(23):
        client.get("/charters/")


def test_file_holds_no_formula(client: Client) -> None:
    team = TeamFactory(name="=HYPERLINK(1)")
    client.force_login(team.lead)
    assert "'=HYPERLINK(1)" in client.get("/charters/", {"format": "csv"}).content.decode()


def test_empty_list_says_what_to_do_first(client: Client) -> None:
    team = TeamFactory()
    client.force_login(team.lead)
    page = text_of(client.get("/charters/"))
    assert "Not yet: nobody has written one." in page
    assert reverse("charter:charter", args=[team.key]) in page


def test_closed_team_has_no_line(three_teams, client: Client) -> None:
    three_teams[2].team.closed_at = timezone.now() - timedelta(days=1)
    three_teams[2].team.save()
    client.force_login(three_teams[0].lead)
    assert [row.team.key for row in client.get("/charters/").context["listing"].rows] == ["beta", "alpha"]
