"""Action items: promised, done, carried over, dropped; reminded of like everything due; kept or not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from ledger.errors import Forbidden, Invalid
from ledger.models import Entry
from reminders.action_items.acts import (
    KIND,
    ActionItemClosed,
    drop_action,
    finish_action,
    key_of,
    move_action,
    promise_action,
    register_kinds,
)
from reminders.action_items.queries import kept_promises
from reminders.models import ActionItem, Notice, Occasion
from reminders.occasions import finish_by_hand
from reminders.queries import waiting_for
from reminders.sweeping import sweep
from tests.factories import NOW, ActionItemFactory, PersonFactory, SeatFactory, TeamFactory
from tests.pages import own_queries

pytestmark = pytest.mark.django_db

TODAY = NOW.date()  # Friday 20 November 2026
IN_THREE_WEEKS = date(2026, 12, 11)


@pytest.fixture(autouse=True)
def action_items(known_kinds):
    register_kinds()


@pytest.fixture
def ada():
    return PersonFactory(name="Ada Brandt")


@pytest.fixture
def team(ada):
    """Led by Lea; Ada holds a seat."""
    team = TeamFactory(key="fraud-detection", lead=PersonFactory(name="Lea Roth"))
    SeatFactory(team=team, person=ada)
    return team


def promised(owner, team, *, by=None, due_on: date = IN_THREE_WEEKS, now=NOW, **changes) -> ActionItem:
    changes.setdefault("title", "Write the runbook")
    return promise_action(owner=owner, team=team, due_on=due_on, by=by or owner, now=now, **changes)


def occasion_of(item: ActionItem) -> Occasion:
    return Occasion.objects.get(key=key_of(item))


def told() -> set[tuple[int, str]]:
    return set(Notice.objects.filter(channel="inbox").values_list("recipient", "step"))


# Promising


def test_promise_falls_due_at_the_end_of_its_day_where_the_team_is(ada, team):
    item = promised(ada, team)
    occasion = occasion_of(item)
    assert (item.state, item.promised_on, item.due_on) == ("open", IN_THREE_WEEKS, IN_THREE_WEEKS)
    assert occasion.due_at == datetime(2026, 12, 11, 16, tzinfo=UTC)
    assert (occasion.kind, occasion.team, occasion.url) == (KIND, team, f"/actions/{item.pk}/")
    assert [(line.id, line.why) for line in waiting_for(ada, now=NOW)] == [
        (occasion.pk, "You promised it for 11 December 2026.")
    ]


def test_ledger_holds_who_and_when_and_not_what(ada, team):
    item = promised(ada, team)
    entry = Entry.objects.get(key="reminders.action.promised")
    assert (entry.actor_id, entry.object_id) == (ada.pk, str(item.pk))
    assert entry.change == {
        "owner": [None, ada.pk],
        "due_on": [None, "2026-12-11"],
        "team": [None, "fraud-detection"],
    }


def test_who_promises_hears_of_it_by_the_ladder_and_others_at_once(ada, team):
    promised(ada, team)
    sweep(now=NOW)
    assert told() == set()
    promised(ada, team, by=team.lead)
    sweep(now=NOW)
    assert told() == {(ada.pk, "new")}
    sweep(now=NOW + timedelta(days=14))
    assert told() == {(ada.pk, "new"), (ada.pk, "-7d")}


def test_others_are_put_down_by_their_lead_their_team_and_admins(ada, team):
    colleague = SeatFactory(team=team).person
    for by in (team.lead, colleague, PersonFactory(admin=True)):
        promised(ada, team, by=by)
    for by in (PersonFactory(), PersonFactory(auditor=True)):
        with pytest.raises(Forbidden):
            promised(ada, team, by=by)
    assert ActionItem.objects.count() == 3


def test_everybody_promises_for_themselves_also_to_another_team():
    promised(PersonFactory(), TeamFactory())
    assert ActionItem.objects.count() == 1


def test_closed_team_is_promised_nothing(ada):
    with pytest.raises(Forbidden):
        promised(ada, TeamFactory(closed_at=NOW))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " \r\n "}, "title"),
        ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
        ({"due_on": date(2031, 1, 1)}, "due_on"),
        ({"source": "gossip"}, "source"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "//elsewhere.example/x"}, "url"),
        ({"url": "http://[broken"}, "url"),
        ({"url": "https://example.org/a b"}, "url"),
    ],
)
def test_promise_that_cannot_be_is_refused_at_the_field(ada, team, changes, field):
    with pytest.raises(Invalid) as refused:
        promised(ada, team, **changes)
    assert [name for name, _detail in refused.value.errors] == [field]
    assert not ActionItem.objects.exists()
    assert not Occasion.objects.exists()


def test_nobody_promises_for_who_left_or_only_reads(team):
    for owner in (PersonFactory(gone=True), PersonFactory(auditor=True)):
        with pytest.raises(Invalid):
            promised(owner, team, by=team.lead)


def test_today_is_the_day_where_the_team_is(ada):
    late_evening = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # Saturday in Berlin, still Friday in New York
    with pytest.raises(Invalid):
        promised(ada, TeamFactory(timezone="Europe/Berlin"), due_on=TODAY, now=late_evening)
    promised(ada, TeamFactory(timezone="America/New_York"), due_on=TODAY, now=late_evening)


# What becomes of it


def test_done_closes_the_occasion(ada, team):
    item = finish_action(promised(ada, team), by=ada, now=NOW)
    assert (item.state, item.closed_at, item.closed_on) == ("done", NOW, TODAY)
    assert occasion_of(item).state == "done"
    assert Entry.objects.get(key="reminders.action.done").change == {"state": ["open", "done"]}


def test_done_by_hand_in_the_inbox_is_done(ada, team):
    item = promised(ada, team)
    finish_by_hand(occasion_id=occasion_of(item).pk, by=ada, now=NOW)
    item.refresh_from_db()
    assert item.state == "done"
    assert occasion_of(item).state == "done"
    assert Entry.objects.filter(key="reminders.action.done", actor_id=ada.pk).count() == 1


def test_carried_over_keeps_the_first_date_and_the_reason(ada, team):
    item = promised(ada, team)
    move_action(item, due_on=date(2026, 12, 18), reason=" The cluster is full. ", by=ada, now=NOW)
    move_action(item, due_on=date(2027, 1, 8), reason="So it stays.", by=team.lead, now=NOW)
    item.refresh_from_db()
    assert (item.promised_on, item.due_on) == (IN_THREE_WEEKS, date(2027, 1, 8))
    assert list(item.carry_overs.values_list("before_on", "after_on", "reason", "by")) == [
        (IN_THREE_WEEKS, date(2026, 12, 18), "The cluster is full.", ada.pk),
        (date(2026, 12, 18), date(2027, 1, 8), "So it stays.", team.lead.pk),
    ]
    occasion = occasion_of(item)
    assert (occasion.due_at, occasion.sequence) == (datetime(2027, 1, 8, 16, tzinfo=UTC), 2)
    moves = Entry.objects.filter(key="reminders.action.moved").order_by("id")
    assert [entry.change["due_on"] for entry in moves] == [["2026-12-11", "2026-12-18"], ["2026-12-18", "2027-01-08"]]
    assert "cluster" not in str(list(Entry.objects.values_list("change", flat=True)))


def test_dropped_cancels_the_occasion_and_keeps_the_reason(ada, team):
    item = drop_action(promised(ada, team), reason="The model is retired.", by=team.lead, now=NOW)
    assert (item.state, item.drop_reason) == ("dropped", "The model is retired.")
    assert occasion_of(item).state == "cancelled"
    assert Entry.objects.get(key="reminders.action.dropped").change == {"state": ["open", "dropped"]}


@pytest.mark.parametrize(
    ("due_on", "reason", "fields"),
    [
        (IN_THREE_WEEKS, "Why not", ["due_on"]),
        (TODAY - timedelta(days=1), "", ["due_on", "reason"]),
        (date(2027, 1, 8), "  ", ["reason"]),
        (date(2027, 1, 8), "x" * 501, ["reason"]),
    ],
)
def test_another_date_without_sense_or_reason_is_refused(ada, team, due_on, reason, fields):
    item = promised(ada, team)
    with pytest.raises(Invalid) as refused:
        move_action(item, due_on=due_on, reason=reason, by=ada, now=NOW)
    assert [field for field, _detail in refused.value.errors] == fields
    assert not item.carry_overs.exists()


def test_only_owner_lead_and_admins_settle(ada, team):
    item = promised(ada, team)
    for by in (PersonFactory(), SeatFactory(team=team).person, PersonFactory(auditor=True)):
        with pytest.raises(Forbidden):
            finish_action(item, by=by, now=NOW)
        with pytest.raises(Forbidden):
            move_action(item, due_on=date(2027, 1, 8), reason="Because", by=by, now=NOW)
        with pytest.raises(Forbidden):
            drop_action(item, reason="Because", by=by, now=NOW)
    assert finish_action(item, by=PersonFactory(admin=True), now=NOW).state == "done"


def test_closed_item_stays_closed(ada, team):
    item = finish_action(promised(ada, team), by=ada, now=NOW)
    for again in (
        lambda: finish_action(item, by=ada, now=NOW),
        lambda: drop_action(item, reason="Because", by=ada, now=NOW),
        lambda: move_action(item, due_on=date(2027, 1, 8), reason="Because", by=ada, now=NOW),
    ):
        with pytest.raises(ActionItemClosed):
            again()


def test_late_item_is_told_to_the_lead_once(ada, team):
    item = promised(ada, team, due_on=TODAY)
    late = NOW + timedelta(days=4)
    for hour in range(3):
        sweep(now=late + timedelta(hours=hour))
    assert {recipient for recipient, _step in told()} == {ada.pk, team.lead.pk}
    assert Notice.objects.filter(recipient=team.lead, channel="inbox").count() == 1
    why = occasion_of(item).for_people.get(person=team.lead).why
    assert why == "Ada Brandt promised it for 20 November 2026, and you lead the team."


def test_lead_is_out_of_it_once_it_has_another_date(ada, team):
    item = promised(ada, team, due_on=TODAY)
    late = NOW + timedelta(days=4)
    sweep(now=late)
    move_action(item, due_on=date(2027, 1, 8), reason="Agreed with Lea.", by=ada, now=late)
    assert list(occasion_of(item).for_people.values_list("person", flat=True)) == [ada.pk]


def test_late_item_of_the_lead_or_of_a_team_without_lead_is_told_to_its_owner_alone(ada, team):
    promised(team.lead, team, due_on=TODAY)
    promised(ada, TeamFactory(lead=None), due_on=TODAY)
    sweep(now=NOW + timedelta(days=4))
    assert {recipient for recipient, _step in told()} == {ada.pk, team.lead.pk}


# Kept or not


def test_promises_kept_are_those_done_by_the_first_date(team):
    first = TODAY - timedelta(days=10)
    done = {"state": "done", "closed_at": NOW}
    dropped = {"state": "dropped", "closed_at": NOW, "drop_reason": "Because"}
    for fields in (
        done | {"closed_on": first},
        done | {"closed_on": first + timedelta(days=1)},  # a day late
        done | {"closed_on": first + timedelta(days=5), "due_on": first + timedelta(days=5)},  # carried over
        {},  # still open
        dropped | {"closed_on": first + timedelta(days=1)},
        dropped | {"closed_on": first},  # taken back in time: does not count
    ):
        ActionItemFactory(team=team, promised_on=first, **({"due_on": first} | fields))
    ActionItemFactory(team=team, promised_on=TODAY, due_on=TODAY)  # not due before the day is over
    ActionItemFactory(team=team, promised_on=TODAY - timedelta(days=200), due_on=TODAY)  # long ago
    assert [(each.team, each.due, each.kept, each.share) for each in kept_promises(TODAY)] == [(team, 5, 1, 20)]


def test_team_without_a_promise_that_fell_due_has_no_rate(team):
    ActionItemFactory(team=team)
    assert kept_promises(TODAY) == []


# Pages


@pytest.fixture
def enter(client, ada, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(ada)
    return client


def page_of(client, **query) -> str:
    return client.get(reverse("reminders:actions"), query).content.decode()


@pytest.fixture
def four(ada, team):
    """Mine, of my team, late, closed."""
    return {
        "mine": ActionItemFactory(owner=ada, title="Mine"),
        "team": ActionItemFactory(team=team, title="Of my team"),
        "overdue": ActionItemFactory(title="Late", due_on=TODAY - timedelta(days=2)),
        "closed": ActionItemFactory(owner=ada, title="Closed", state="done", closed_at=NOW, closed_on=TODAY),
    }


@pytest.mark.parametrize(
    ("tab", "titles"),
    [
        ("mine", {"Mine"}),
        ("team", {"Of my team"}),
        ("overdue", {"Late"}),
        ("all", {"Mine", "Of my team", "Late", "Closed"}),
        ("nonsense", {"Mine"}),
    ],
)
def test_tabs_show_what_is_theirs(enter, four, tab, titles):
    page = page_of(enter, tab=tab)
    assert {
        item.title for item in four.values() if f">{item.title}</a></" in page or f">{item.title}</a><" in page
    } == (titles)


def test_answer_begins_with_the_most_urgent(enter, ada):
    ActionItemFactory(owner=ada, title="Later")
    ActionItemFactory(owner=ada, title="First", due_on=TODAY - timedelta(days=2))
    assert "You promised two things. <strong>“First” is 2 days late.</strong>" in page_of(enter)
    assert "One promise is late." in page_of(enter, tab="overdue")
    assert "Two promises are on record; <strong>one is late.</strong>" in page_of(enter, tab="all")


def test_empty_tabs_say_what_comes_there(enter):
    assert "You have promised nothing that is still open." in page_of(enter)
    assert "No promise is late." in page_of(enter, tab="overdue")
    assert "Nothing has been promised yet." in page_of(enter, tab="all")


def test_list_of_all_is_filtered(enter, four, team):
    page = page_of(enter, tab="all", team=team.key)
    assert "Of my team" in page
    assert ">Late<" not in page
    assert ">Closed<" in page_of(enter, tab="all", state="done")
    assert ">Late<" not in page_of(enter, tab="all", state="done")
    assert "No promise is like that" in page_of(enter, tab="all", q="nowhere")
    assert ">Late<" in page_of(enter, tab="all", team="no-such-team", state="odd")


def test_page_shows_the_rate_of_each_team(enter, team):
    ActionItemFactory(team=team, promised_on=TODAY - timedelta(days=2), due_on=TODAY)
    page = page_of(enter)
    assert "0 % of 1 that fell due in the last half year" in page
    assert f"?tab=all&amp;team={team.key}" in page


@pytest.mark.parametrize("tab", ["mine", "all"])
def test_list_asks_as_much_for_three_as_for_one(enter, ada, tab):
    counts = []
    for number in (1, 2):
        for _ in range(number):
            ActionItemFactory(owner=ada, promised_on=TODAY - timedelta(days=9), due_on=TODAY)
        counts.append(own_queries(enter, f"{reverse('reminders:actions')}?tab={tab}"))
    assert counts[0] == counts[1] <= 8


def test_promise_is_put_down_through_the_page(enter, ada, team):
    values = {
        "title": "Write the runbook",
        "owner": ada.pk,
        "team": team.key,
        "due_on": "2026-12-11",
        "source": "review",
        "reference": "MCR-000123",
        "url": "/reviews/MCR-000123/",
    }
    response = enter.post(reverse("reminders:new-action"), values)
    item = ActionItem.objects.get()
    assert response.headers["Location"] == item.get_absolute_url()
    assert (item.source, item.reference, item.url) == ("review", "MCR-000123", "/reviews/MCR-000123/")
    page = enter.get(item.get_absolute_url()).content.decode()
    assert 'href="/reviews/MCR-000123/"' in page
    assert "You promised it for 11 December 2026. <strong>It is due in 21 days.</strong>" in page


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": ""}, "This field is required."),
        ({"title": "a\r\nBcc: b"}, "one line"),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"owner": "999999"}, "Select a valid choice"),
        ({"team": "no-such-team"}, "Select a valid choice"),
        ({"due_on": "2026-02-30"}, "Enter a valid date."),
        ({"due_on": "2026-11-19"}, "A promise is for today or later."),
        ({"source": "gossip"}, "Select a valid choice"),
        ({"url": "javascript:alert(1)"}, "Write a whole address"),
        ({"title": "nul\x00"}, "Null characters are not allowed."),
    ],
)
def test_bad_promise_comes_back_with_the_input_and_a_message(enter, ada, team, changes, says):
    values = {"title": "Keep me", "owner": ada.pk, "team": team.key, "due_on": "2026-12-11", "source": "by-hand"}
    response = enter.post(reverse("reminders:new-action"), values | {"reference": "Kept too"} | changes)
    assert response.status_code == 422
    page = response.content.decode()
    assert says in page
    assert "Kept too" in page
    assert not ActionItem.objects.exists()


def test_done_from_the_list_leads_back_to_it(enter, ada):
    item = promised(ada, TeamFactory())
    address = reverse("reminders:action-done", args=[item.pk])
    response = enter.post(address, {"next": "/actions/?tab=mine"})
    assert response.headers["Location"] == "/actions/?tab=mine"
    assert enter.post(address).status_code == 409
    other = promised(ada, TeamFactory())
    away = enter.post(reverse("reminders:action-done", args=[other.pk]), {"next": "https://elsewhere.example/"})
    assert away.headers["Location"] == other.get_absolute_url()


def test_date_and_reason_through_the_page(enter, ada):
    item = promised(ada, TeamFactory())
    address = reverse("reminders:action-move", args=[item.pk])
    refused = enter.post(address, {"move-due_on": "2027-01-08", "move-reason": " "})
    assert refused.status_code == 422
    assert "2027-01-08" in refused.content.decode()
    enter.post(address, {"move-due_on": "2027-01-08", "move-reason": "The cluster is full."})
    page = enter.get(item.get_absolute_url()).content.decode()
    assert "The cluster is full." in page
    assert "first promised for 11 December 2026" in page
    assert "You promised it for 11 December 2026; it was carried over once." in page
    assert "1 ×" in page_of(enter)


def test_dropping_through_the_page_asks_for_a_reason(enter, ada):
    item = promised(ada, TeamFactory())
    address = reverse("reminders:action-drop", args=[item.pk])
    assert enter.post(address).status_code == 422
    enter.post(address, {"drop-reason": "The model is retired."})
    page = enter.get(item.get_absolute_url()).content.decode()
    assert "It was dropped on 20 November 2026." in page
    assert "The model is retired." in page
    assert "Give it another date" not in page


def test_others_read_and_settle_nothing(enter, four):
    address = four["overdue"].get_absolute_url()
    assert "Mark as done" not in enter.get(address).content.decode()
    for act in ("done", "move", "drop"):
        assert enter.post(reverse(f"reminders:action-{act}", args=[four["overdue"].pk])).status_code == 403


def test_auditor_puts_nothing_down(client):
    client.force_login(PersonFactory(auditor=True))
    assert client.get(reverse("reminders:new-action")).status_code == 403
    assert "Put down a promise" not in page_of(client)
