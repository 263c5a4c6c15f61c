"""What differs between two documents, in words: by section, by stage, in the matrix, and for each person."""

from typing import Any

import pytest

from charter.comparing import Difference
from charter.document import Document
from charter.effects import effects_on, effects_on_people
from charter.sentences import Names
from teams.organisation import Organisation, load_organisation
from tests.charters import Crew, clean_tree, document_from, make_crew
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


@pytest.fixture
def organisation(crew: Crew) -> Organisation:
    return load_organisation()


def edited(**parts: Any) -> Document:
    return document_from(clean_tree(**parts))


def difference(organisation: Organisation, after: Document, before: Document | None = None) -> Difference:
    return Difference(before or edited(), after, Names(organisation, "fraud-detection"))


def sentences(organisation: Organisation, **parts: Any) -> list[str]:
    return [change.sentence for change in difference(organisation, edited(**parts)).changes]


def letters(**rows: dict[str, str]) -> dict[str, dict[str, str]]:
    return {**clean_tree()["responsibilities"], **rows}


def right(**parts: Any) -> list[dict[str, Any]]:
    return [{**clean_tree()["decisions"][0], **parts}]


def path(*levels: dict[str, Any], **parts: Any) -> list[dict[str, Any]]:
    whole = {**clean_tree()["escalation"][0], **parts}
    return [{**whole, "levels": list(levels)}] if levels else [whole]


ML_ENGINEER, LEAD = clean_tree()["escalation"][0]["levels"]
SCIENTIST = {**ML_ENGINEER, "to": {"role": "data-scientist"}}


def test_same_document_differs_in_nothing(organisation: Organisation) -> None:
    same = difference(organisation, edited())
    assert (same.changes, same.cells) == ([], {})
    assert effects_on_people(same.before, same.after, organisation, NOW) == {}


def test_letters_that_move_are_said_as_a_move(organisation: Organisation) -> None:
    after = edited(responsibilities=letters(monitoring={"data-scientist": "AR", "product-owner": "I"}))
    found = difference(organisation, after)
    assert [change.sentence for change in found.changes] == [
        "Monitoring: accountable moves from ML engineer to data scientist.",
        "Monitoring: responsible moves from ML engineer to data scientist.",
    ]
    assert set(found.by_section) == {"responsibilities"}
    assert set(found.by_stage) == {"monitoring"}
    assert found.cells == {("monitoring", "ml-engineer"): ("AR", ""), ("monitoring", "data-scientist"): ("", "AR")}


def test_letters_that_come_and_go_are_said_one_by_one(organisation: Organisation) -> None:
    row = {"ml-engineer": "A", "data-scientist": "R", "product-owner": "R"}
    assert sentences(organisation, responsibilities=letters(retraining=row)) == [
        "Retraining: responsible moves from ML engineer to product owner."
    ]
    row = {"ml-engineer": "AR"}
    assert sentences(organisation, responsibilities=letters(deployment=row)) == [
        "Deployment: data scientist is no longer consulted.",
        "Deployment: product owner is no longer informed.",
    ]
    row = {"ml-engineer": "AR", "product-owner": "C", "data-scientist": "C"}
    assert sentences(organisation, responsibilities=letters(monitoring=row)) == [
        "Monitoring: product owner and data scientist are consulted now.",
        "Monitoring: product owner is no longer informed.",
    ]


def test_stages_that_come_go_move_and_change_their_names(organisation: Organisation) -> None:
    tree = clean_tree()
    stages = [each for each in tree["stages"] if each["key"] != "retirement"]
    stages[0] = {**stages[0], "name": "Trying out", "outcome": "A model worth deploying."}
    stages += [{"key": "audit", "name": "Audit"}]
    stages[1], stages[2] = stages[2], stages[1]
    rows = letters(audit={"product-owner": "AR", "ml-engineer": "C"})
    del rows["retirement"]
    assert sentences(organisation, stages=stages, responsibilities=rows) == [
        "Retirement is no stage any more; it had product owner accountable, ML engineer responsible.",
        "Audit is a new stage: product owner accountable and responsible, ML engineer consulted.",
        "Experimentation is called Trying out now.",
        "Trying out: the outcome is worded otherwise.",
        "The stages follow in another order: trying out, monitoring, deployment, retraining and audit.",
    ]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"driver": "data-scientist"}, "driving moves from ML engineer to data scientist"),
        ({"driver": None}, "driving moves from ML engineer to whoever proposes it"),
        (
            {"approvers": [{"role": "product-owner"}, {"role": "ml-engineer"}]},
            "approval moves from one data scientist to one ML engineer",
        ),
        ({"approvers": [{"role": "product-owner"}]}, "no longer approves: one data scientist"),
        (
            {"approvers": [{"role": "product-owner"}, {"role": "data-scientist", "count": 2}]},
            "must approve two data scientists instead of one data scientist",
        ),
        ({"kinds": ["rollback"]}, "it covers rollbacks, every tier instead of any change, every tier"),
        ({"decide_within": "4h"}, "time to decide 4 hours instead of 3 business days"),
        ({"overdue": None}, "a late decision climbs nothing instead of Incidents"),
        ({"contributors": ["product-owner"]}, "asked before now too: product owner"),
        ({"informed": []}, "told after no longer: ML engineer"),
    ],
)
def test_each_part_of_a_right_is_said(organisation: Organisation, parts: dict[str, Any], said: str) -> None:
    assert sentences(organisation, decisions=right(**parts)) == [f"All changes: {said}."]


def test_right_that_becomes_automatic_names_nobody_any_more(organisation: Organisation) -> None:
    assert sentences(organisation, decisions=right(approvers="automatic")) == [
        "All changes: it is approved automatically, by nobody.",
        "All changes: no longer approves: one product owner and one data scientist.",
    ]


def test_new_right_stands_with_its_sentence_and_the_order_is_said(organisation: Organisation) -> None:
    more = [{"key": "rollbacks", "kinds": ["rollback"], "approvers": [{"role": "ml-engineer"}]}, *right()]
    (change,) = difference(organisation, edited(decisions=more)).changes
    assert change.sentence == "Rollbacks is new."
    assert change.now == "For rollbacks of every tier whoever proposes it drives. One ML engineer must approve."
    turned = difference(organisation, edited(decisions=more[::-1]), before=edited(decisions=more))
    assert [each.sentence for each in turned.changes] == [
        "The decision rights follow in another order; the first that matches wins."
    ]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (path(SCIENTIST, LEAD), "level 1: it calls the data scientist instead of the ML engineer"),
        (
            path({**ML_ENGINEER, "acknowledge_within": "5m"}, LEAD),
            "level 1: time to acknowledge 5 minutes instead of 15 minutes",
        ),
        (path({**ML_ENGINEER, "channels": ["chat"]}, LEAD), "level 1: called by chat instead of e-mail"),
        (path(ML_ENGINEER, {**LEAD, "repeat": 0}), "level 2: called again never instead of once"),
        (path(LEAD), "level 1 is dropped: it called the ML engineer"),
        (path(ML_ENGINEER, SCIENTIST, LEAD), "level 2 is new: it calls the data scientist"),
        (path(hours="business"), "climbed in business hours instead of at any hour"),
        (path(severities=["SEV1", "SEV2"]), "climbed for SEV1 to SEV2 instead of SEV1 to SEV4"),
        (path(triggers=["drift"]), "climbed for drift instead of anything"),
    ],
)
def test_each_part_of_a_path_is_said(organisation: Organisation, parts: list[Any], said: str) -> None:
    assert sentences(organisation, escalation=parts) == [f"Incidents: {said}."]


def test_thresholds_rituals_evidence_and_waivers_are_said(organisation: Organisation) -> None:
    drift = {"key": "drift", "metric": "psi", "above": 0.2, "then": "open-escalation", "severity": "SEV2"}
    waiver = {"rule": "RESP006", "at": "/stages/deployment", "reason": "Platform", "until": "2027-01-31", "by": "a@b.c"}
    before = edited(thresholds=[drift])
    rituals = clean_tree()["rituals"]
    rituals[0] = {**rituals[0], "at": "09:30", "facilitator": "ml-engineer"}
    after = edited(
        thresholds=[{**drift, "above": 0.3, "window": "24h", "severity": "SEV1"}],
        rituals=rituals,
        evidence={"1": ["evaluation", "fairness"], "2": ["evaluation"], "3": ["evaluation"]},
        post_implementation_review={"after": "14d"},
        waivers=[waiver],
        purpose="Stop fraud.",
        north_star={"statement": "Fraud losses", "target": "at most 4"},
    )
    found = difference(organisation, after, before)
    assert [change.sentence for change in found.changes] == [
        "The purpose is worded otherwise.",
        "A north star is set.",
        "Drift: it fires above 0.3 instead of above 0.2.",
        "Drift: its window is 24 hours instead of nothing.",
        "Drift: severity SEV1 instead of SEV2.",
        "Tier 1: a review must carry fairness too.",
        "Tier 1: a review need no longer carry rollback plan.",
        "A post-implementation review falls due 14 days after the release instead of 30 days.",
        "Retro: held at 09:30 Europe/Berlin instead of 15:00 Europe/Berlin.",
        "Retro: facilitated by ML engineer instead of product owner.",
        "RESP006 at /stages/deployment is waived until 31 January 2027.",
    ]
    assert (found.changes[0].was, found.changes[0].now) == (before.purpose, "Stop fraud.")


def test_texts_stay_plain_whatever_they_hold(organisation: Organisation) -> None:
    star = {"statement": "Loss & <b>pain</b>"}
    (change,) = difference(organisation, edited(north_star=star)).changes
    assert change.now == "Loss & <b>pain</b>."


def test_each_person_is_told_what_they_get_and_lose(crew: Crew, organisation: Organisation) -> None:
    after = edited(
        responsibilities=letters(monitoring={"data-scientist": "AR", "product-owner": "I"}),
        decisions=[{"key": "rollbacks", "kinds": ["rollback"], "approvers": [{"role": "ml-engineer"}]}, *right()],
        escalation=path(SCIENTIST, LEAD),
    )
    effects = effects_on_people(edited(), after, organisation, NOW)
    said = {person: [effect.to_you for effect in effects[person.pk]] for person in crew.by_role.values()}
    assert said[crew["data-scientist"]] == [
        "you become accountable for monitoring",
        "you become responsible for monitoring",
        "you no longer approve rollbacks",
        "you are called first for SEV1 to SEV4",
    ]
    assert said[crew["ml-engineer"]] == [
        "you are no longer accountable for monitoring",
        "you are no longer responsible for monitoring",
        "you no longer drive rollbacks",
        "you approve rollbacks",
        "you are no longer called first for SEV1 to SEV4",
        "you are no longer told of decisions on rollbacks",
    ]
    assert said[crew.lead] == ["you no longer approve rollbacks"]
    assert effects[crew.lead.pk][0].of_them == "no longer approves rollbacks"


def test_right_that_is_split_without_effect_concerns_nobody(crew: Crew, organisation: Organisation) -> None:
    (whole,) = right()
    halves = [{**whole, "key": "high", "tiers": [1, 2]}, {**whole, "key": "low", "tiers": [3]}]
    assert effects_on_people(edited(), edited(decisions=halves), organisation, NOW) == {}


def test_tiers_are_named_where_not_all_are_meant(crew: Crew, organisation: Organisation) -> None:
    (whole,) = right()
    tier_3 = {**whole, "key": "small", "tiers": [3], "approvers": [{"role": "product-owner"}]}
    effects = effects_on(crew["data-scientist"].pk, edited(), edited(decisions=[tier_3, whole]), organisation, NOW)
    assert [effect.to_you for effect in effects] == ["you no longer approve any change of tier 3"]
