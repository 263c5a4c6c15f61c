"""The organisation view: who answers for what, the hand-offs, and what hangs on one person."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from charter.document import Document
from charter.pages.responsibilities import hand_off_picture, hand_offs_in_words
from charter.queries import documents_in_force
from charter.responsibilities import Responsibilities, responsibilities_of
from teams.models import Seat
from teams.organisation import load_organisation
from tests.charters import Crew, clean_tree, document_from, make_crew, put_in_force
from tests.factories import NOW, PersonFactory, SeatFactory, TeamFactory
from tests.pages import own_queries

pytestmark = pytest.mark.django_db

PAGE = "/responsibilities/"


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(PersonFactory())
    return client


def seen() -> Responsibilities:
    organisation, documents = load_organisation(), documents_in_force(NOW)
    return responsibilities_of(organisation, documents, list(organisation.teams.values()), NOW)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def empty_role(crew: Crew, role: str) -> None:
    Seat.objects.filter(team=crew.team, role__key=role).update(until=(NOW - timedelta(days=3)).date())


# -- what is found --------------------------------------------------------------------------------------------------


def test_a_hole_is_a_stage_whose_role_nobody_holds() -> None:
    crew = make_crew()
    put_in_force(crew)
    assert seen().with_holes == []
    empty_role(crew, "ml-engineer")
    (row,) = seen().with_holes
    assert [answer.stage.key for answer in row.holes] == ["deployment", "monitoring", "retraining"]


def test_stages_stand_in_the_order_of_a_life_and_others_after_them() -> None:
    tree = clean_tree()
    tree["stages"].insert(0, {"key": "labelling", "name": "Labelling"})
    tree["responsibilities"]["labelling"] = {"data-scientist": "AR"}
    put_in_force(make_crew(), tree)
    assert [stage.key for stage in seen().stages] == [
        "experimentation", "deployment", "monitoring", "retraining", "retirement", "labelling",
    ]  # fmt: skip


def test_an_accountable_role_without_deputy_is_named_once_with_its_stages() -> None:
    crew = make_crew()
    put_in_force(crew)
    engineer = crew["ml-engineer"]
    SeatFactory(team=crew.team, role__key="x", person=engineer)
    Seat.objects.filter(team=crew.team, kind=Seat.Kind.DEPUTY).delete()
    found = {each.ref: [stage.key for stage in each.stages] for each in seen().alone}
    assert found["ml-engineer"] == ["deployment", "monitoring", "retraining"]
    deputy = PersonFactory()
    SeatFactory(team=crew.team, role=Seat.objects.get(team=crew.team, person=engineer, role__key="ml-engineer").role,
                person=deputy, kind=Seat.Kind.DEPUTY)  # fmt: skip
    assert "ml-engineer" not in {each.ref for each in seen().alone}


def test_whoever_answers_in_four_teams_has_too_much() -> None:
    crews = [make_crew(key) for key in ("one", "two", "three", "four")]
    busy = crews[0]["ml-engineer"]
    for number, crew in enumerate(crews):
        Seat.objects.filter(team=crew.team, role__key="ml-engineer").update(person=busy)
        put_in_force(crew)
        assert [each.person.id for each in seen().overburdened] == ([busy.pk] if number >= 3 else [])


def test_passages_are_kept_apart_by_how_they_change_hands() -> None:
    tree = clean_tree("unasked")
    tree["responsibilities"]["experimentation"] = {"data-scientist": "AR"}
    put_in_force(make_crew("unasked"), tree)
    put_in_force(make_crew("asked"), clean_tree("asked"))
    first, second = seen().crossings[:2]
    assert (first.before.key, first.after.key) == ("experimentation", "deployment")
    assert [team.key for team in first.unprepared] == ["unasked"]
    assert [team.key for team in first.prepared] == ["asked"]
    assert (second.teams, second.hand_offs) == (2, 0)


def test_the_picture_is_well_formed_and_says_the_same_in_words() -> None:
    put_in_force(make_crew("asked"), clean_tree("asked"))
    found = seen()
    tree = ET.fromstring(str(hand_off_picture(found)))
    assert [rect.get("class") for rect in tree.iter("rect")] == ["prepared", "stays", "stays", "stays"]
    (passed,) = hand_offs_in_words(found)
    assert passed.title == "Experimentation → Deployment"
    assert passed.sentence.startswith("Changes hands in one team, to somebody who was asked before: <a ")


def test_there_is_no_picture_without_passages() -> None:
    assert hand_off_picture(Responsibilities([])) == ""
    one_stage = clean_tree(stages=[{"key": "monitoring", "name": "Monitoring"}])
    one_stage["responsibilities"] = {"monitoring": {"ml-engineer": "AR"}}
    team = TeamFactory(key="fraud-detection")
    documents: dict[str, Document] = {team.key: document_from(one_stage)}
    organisation = load_organisation()
    found = responsibilities_of(organisation, documents, list(organisation.teams.values()), NOW)
    assert hand_off_picture(found) == ""


# -- the page -------------------------------------------------------------------------------------------------------


def test_an_empty_organisation_is_told_where_to_start(reader: Client) -> None:
    assert "Nobody yet: there is no team." in text_of(reader.get(PAGE))
    TeamFactory(name="Pricing")
    assert "Nobody yet: no charter is in force." in text_of(reader.get(PAGE))


def test_the_page_names_who_answers_and_marks_holes_by_shape_and_word(reader: Client) -> None:
    crew = make_crew()
    put_in_force(crew)
    TeamFactory(name="Pricing")
    page = text_of(reader.get(PAGE))
    assert "For all 5 stages somebody answers. <strong>One team has no charter in force</strong>." in page
    assert f'<td data-label="Retirement"><a class="person" href="/people/{crew.lead.pk}/">' in page
    assert "nobody answers for anything: no charter in force" in page
    empty_role(crew, "ml-engineer")
    page = text_of(reader.get(PAGE))
    assert "For 2 of 5 stages somebody answers. <strong>Fraud detection has holes</strong>" in page
    assert page.count('<td class="hole"') == 3
    assert 'href="#g-error"' in page


def test_the_page_is_filtered_by_team_and_below_and_by_holes(reader: Client) -> None:
    above = TeamFactory(key="payments", name="Payments")
    inside, outside = make_crew("cards", parent=above), make_crew("lending")
    put_in_force(inside)
    put_in_force(outside)

    def teams(**asked: str) -> list[str]:
        return [row.team.key for row in reader.get(PAGE, asked).context["page"]]

    assert teams() == ["cards", "lending"]
    assert teams(team="payments") == ["cards"]
    assert teams(only="on") == []
    empty_role(outside, "ml-engineer")
    assert teams(only="on") == ["lending"]
    assert reader.get(PAGE, {"team": "nonsense"}).status_code == 422
    assert reader.get(PAGE, {"page": "999"}).status_code == 200


def test_names_are_escaped(reader: Client) -> None:
    tree = clean_tree()
    tree["stages"].append({"key": "other", "name": "<script>x</script>"})
    tree["responsibilities"]["other"] = {"ml-engineer": "AR"}
    crew = make_crew(name="<i>Team</i>")
    put_in_force(crew, tree)
    page = text_of(reader.get(PAGE))
    assert "<script>x" not in page
    assert "<i>Team" not in page


def test_queries_are_the_same_for_one_and_for_three(reader: Client) -> None:
    put_in_force(make_crew("one"))
    few = own_queries(reader, PAGE)
    assert few <= 7
    for key in ("two", "three"):
        put_in_force(make_crew(key))
    assert own_queries(reader, PAGE) == few
