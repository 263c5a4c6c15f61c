"""Who is meant, which right matches, which path is climbed."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter import resolver
from charter.matching import Slot, are_filled, fill_slots
from charter.words import TIERS, Kind
from teams.models import Seat
from teams.organisation import load_organisation
from tests.charters import Crew, clean_tree, document_from, make_crew
from tests.factories import NOW, AbsenceFactory, PersonFactory, RoleFactory, SeatFactory, TeamFactory

SUNDAY_NIGHT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture
def crew(db: None) -> Crew:
    return make_crew()


def meant(ref: str, at: datetime = NOW) -> tuple[str | None, str]:
    answer = resolver.who_is_meant(load_organisation(), "fraud-detection", ref, at)
    return answer.person and answer.person.name, answer.why


def test_the_primary_is_meant(crew: Crew) -> None:
    name, why = meant("ml-engineer")
    assert name == "Ml Engineer"
    assert why.endswith(" of Fraud detection since 1 January 2026")


def test_the_deputy_covers_while_the_primary_is_away(crew: Crew) -> None:
    deputy = PersonFactory(name="Dora Deputy")
    SeatFactory(team=crew.team, role=RoleFactory(key="ml-engineer"), person=deputy, kind=Seat.Kind.DEPUTY)
    assert meant("ml-engineer")[0] == "Ml Engineer"
    AbsenceFactory(person=crew["ml-engineer"], first_on=date(2026, 11, 20), last_on=date(2026, 11, 27))
    name, why = meant("ml-engineer")
    assert name == "Dora Deputy"
    assert why.startswith("covers for Ml Engineer, ")
    assert why.endswith("away until 27 November 2026")
    assert meant("ml-engineer", NOW + timedelta(days=8))[0] == "Ml Engineer"


def test_nobody_is_meant_where_the_primary_is_away_without_cover(crew: Crew) -> None:
    AbsenceFactory(person=crew["ml-engineer"])
    assert meant("ml-engineer") == (None, "Ml Engineer is away and nobody covers")


def test_an_absence_counts_in_the_time_zone_of_the_person(crew: Crew) -> None:
    person = crew["ml-engineer"]
    person.timezone = "Pacific/Auckland"
    person.save()
    AbsenceFactory(person=person, first_on=date(2026, 11, 21), last_on=date(2026, 11, 21))
    assert meant("ml-engineer", datetime(2026, 11, 20, 10, tzinfo=UTC))[0] == "Ml Engineer"
    assert meant("ml-engineer", datetime(2026, 11, 20, 12, tzinfo=UTC))[0] is None


def test_a_seat_is_held_through_its_last_day(crew: Crew) -> None:
    Seat.objects.filter(person=crew["ml-engineer"]).update(until=date(2026, 11, 20))
    assert meant("ml-engineer", NOW)[0] == "Ml Engineer"
    assert meant("ml-engineer", NOW + timedelta(days=1))[0] is None
    assert "has left" in meant("ml-engineer", NOW + timedelta(days=1))[1]


def test_a_role_of_another_team_is_meant_there(crew: Crew) -> None:
    governance = TeamFactory(key="governance")
    SeatFactory(team=governance, role=RoleFactory(key="compliance-lead"), person=PersonFactory(name="Ingrid"))
    assert meant("governance/compliance-lead")[0] == "Ingrid"
    assert meant("compliance-lead")[0] is None
    assert meant("nowhere/compliance-lead") == (None, "there is no team nowhere")


def test_deputies_approve_only_while_no_primary_is_there(crew: Crew) -> None:
    role = RoleFactory(key="data-scientist")
    for name, kind in (("Dora Deputy", Seat.Kind.DEPUTY), ("Mia Member", Seat.Kind.MEMBER)):
        SeatFactory(team=crew.team, role=role, person=PersonFactory(name=name), kind=kind)

    def approvers() -> list[str]:
        people = resolver.who_may_approve(load_organisation(), "fraud-detection", "data-scientist", NOW)
        return [answer.person.name for answer in people if answer.person]

    assert approvers() == ["Data Scientist", "Mia Member"]
    AbsenceFactory(person=crew["data-scientist"])
    assert approvers() == ["Dora Deputy", "Mia Member"]


def test_the_first_right_that_covers_wins() -> None:
    rights = [{"key": "big", "kinds": ["retrain"], "tiers": [1]}, {"key": "rest"}]
    document = document_from(clean_tree(decisions=rights))
    for kind in Kind:
        for tier in TIERS:
            right = resolver.match_right(document, kind, tier)
            assert right
            assert right.key == ("big" if (kind, tier) == (Kind.RETRAIN, 1) else "rest")


def test_a_change_is_routed_past_its_driver_and_its_authors(crew: Crew) -> None:
    tree = clean_tree()
    tree["decisions"][0]["approvers"].append({"role": "ml-engineer"})
    author = crew["data-scientist"].pk
    route = resolver.route_change(
        load_organisation(), document_from(tree), kind="retrain", tier=1, at=NOW, barred=frozenset({author})
    )
    assert route is not None
    names = [[answer.person.name for answer in place.people if answer.person] for place in route.places]
    assert names == [["Product Owner"], [], []]
    assert [sentence.split(" as ")[0] for sentence in route.blocked_by] == ["only 0 of 1 people can approve"] * 2
    assert route.decide_by == datetime(2026, 11, 25, 14, 32, tzinfo=UTC)  # Friday and three business days


def test_approvers_of_the_ratified_keep_their_say_on_tier_1_while_an_interim_runs(crew: Crew) -> None:
    interim, ratified = clean_tree(), clean_tree()
    interim["decisions"][0]["approvers"] = [{"role": "data-scientist"}]
    ratified["decisions"][0]["approvers"] = [{"role": "product-owner"}, {"role": "data-scientist"}]

    def roles(tier: int, *, kept: bool) -> list[str]:
        route = resolver.route_change(
            load_organisation(),
            document_from(interim),
            kind="retrain",
            tier=tier,
            at=NOW,
            ratified=document_from(ratified) if kept else None,
        )
        assert route
        return [place.role for place in route.places]

    assert roles(1, kept=True) == ["data-scientist", "product-owner"]
    assert roles(1, kept=False) == ["data-scientist"]
    assert roles(2, kept=True) == ["data-scientist"]
    interim["decisions"][0]["approvers"] = "automatic"
    assert roles(1, kept=True) == ["product-owner", "data-scientist"]


def test_one_person_in_two_places_fills_only_one(crew: Crew) -> None:
    SeatFactory(team=crew.team, role=RoleFactory(key="data-analyst"), person=crew["product-owner"], kind="primary")
    tree = clean_tree()
    tree["decisions"][0]["approvers"] = [{"role": "product-owner"}, {"role": "data-analyst"}]
    route = resolver.route_change(load_organisation(), document_from(tree), kind="retrain", tier=1, at=NOW)
    assert route
    assert list(route.blocked_by) == ["there are not enough distinct people for all approver places"]


def test_calls_follow_each_other_with_their_repeats(crew: Crew) -> None:
    document = document_from(clean_tree())
    calls = resolver.calls_of(
        load_organisation(), {"fraud-detection": document}, "fraud-detection", document.escalation[0], NOW
    )
    assert [
        (call.level, call.call, call.meant.person and call.meant.person.name, call.starts_after) for call in calls
    ] == [
        (1, 1, "Ml Engineer", 0),
        (2, 1, "Product Owner", 15),
        (2, 2, "Product Owner", 45),
    ]
    assert calls[0].channels == ("inbox", "email")


def test_a_path_of_business_hours_waits_for_monday(crew: Crew) -> None:
    tree = clean_tree()
    tree["escalation"][0]["hours"] = "business"
    document = document_from(tree)
    opening = resolver.opens_at(load_organisation(), "fraud-detection", document.escalation[0], SUNDAY_NIGHT)
    assert opening == datetime(2026, 11, 23, 8, tzinfo=UTC)
    always = document_from(clean_tree()).escalation[0]
    assert resolver.opens_at(load_organisation(), "fraud-detection", always, SUNDAY_NIGHT) == SUNDAY_NIGHT


def test_a_level_hands_over_to_the_first_person_of_another_path(crew: Crew) -> None:
    platform = TeamFactory(key="platform", lead=PersonFactory(name="Ravi"))
    other = document_from(clean_tree("platform"))
    tree = clean_tree()
    tree["escalation"][0]["levels"] = [{"to": {"path": "platform/incidents"}}]
    mine = document_from(tree)
    documents = {"platform": other, "fraud-detection": mine}
    organisation = load_organisation()
    reached = resolver.who_is_called(organisation, documents, "fraud-detection", mine.escalation[0].levels[0].to, NOW)
    assert reached.person is not None
    assert (reached.person.name, platform.name) == ("Ravi", "Platform")
    nobody = resolver.who_is_called(organisation, {}, "fraud-detection", mine.escalation[0].levels[0].to, NOW)
    assert nobody.why == "no charter in force draws the path platform/incidents"


@given(
    st.lists(st.tuples(st.integers(1, 2), st.frozensets(st.integers(0, 6), max_size=4)), max_size=4),
    st.lists(st.integers(0, 6), unique=True),
)
def test_places_are_filled_exactly_where_hall_says_they_can_be(
    places: list[tuple[int, frozenset[int]]], available: list[int]
) -> None:
    slots = [Slot(count, people) for count, people in places]
    can = all(
        len(set().union(*(slot.people for slot in some)) & set(available)) >= sum(slot.count for slot in some)
        for size in range(1, len(slots) + 1)
        for some in combinations(slots, size)
    )
    assert are_filled(slots, available) == can
    assigned = fill_slots(slots, available)
    assert all(person in slots[index].people for person, index in assigned.items())
