"""Ladders of the organisation and of a team: set, taken back, climbed from then on."""

from datetime import timedelta

import pytest
from django.urls import reverse

from ledger.errors import Forbidden, Invalid
from ledger.models import Entry
from reminders.ladder import name_of, offset_of
from reminders.ladder_words import UnreadableStep, in_words, read_steps
from reminders.ladders import load_ladders, set_ladders
from reminders.models import LadderSetting, Notice, Occasion
from reminders.occasions import open_occasion
from reminders.sweeping import sweep
from tests.factories import NOW, OccasionFactory, OccasionPersonFactory, PersonFactory, TeamFactory

pytestmark = pytest.mark.django_db

KIND = "retrospective"


@pytest.fixture
def admin():
    return PersonFactory(admin=True)


def set_for(team, *steps, by=None):
    return set_ladders(team=team, steps={KIND: list(steps) or None}, by=by, now=NOW)


def steps_in(team):
    ladders = load_ladders(teams=[team.pk], kinds=[KIND])
    return [name_of(offset) for offset in ladders.kind_for(KIND, team.pk).ladder]


def test_team_comes_before_the_organisation_and_that_before_the_kind(admin):
    team, other = TeamFactory(), TeamFactory()
    assert steps_in(team) == ["-7d", "-1d", "0d", "+2d"]
    set_for(None, "-3d", by=admin)
    set_for(team, "0d", "-2h", by=team.lead)
    assert (steps_in(team), steps_in(other)) == (["-2h", "0d"], ["-3d"])
    set_for(team)
    assert steps_in(team) == ["-3d"]
    set_for(None)
    assert steps_in(team) == ["-7d", "-1d", "0d", "+2d"]
    assert not LadderSetting.objects.exists()


def test_each_change_is_in_the_ledger_and_saying_the_same_again_is_none(admin):
    assert set_for(None, "-3d", by=admin) == [KIND]
    assert set_for(None, "-3d", by=admin) == []
    entry = Entry.objects.get(key="reminders.ladder.set")
    assert (entry.actor_id, entry.change) == (admin.pk, {KIND: [None, ["-3d"]]})


@pytest.mark.parametrize("steps", [["-61d"], ["soon"], [f"-{day}d" for day in range(11)], ["+²d"]])
def test_ladder_that_makes_no_sense_is_refused(steps):
    with pytest.raises(Invalid):
        set_for(None, *steps)
    assert not LadderSetting.objects.exists()


def test_lead_sets_the_own_team_and_no_other():
    team, other = TeamFactory(), TeamFactory()
    for forbidden in (other, None):
        with pytest.raises(Forbidden):
            set_for(forbidden, "0d", by=team.lead)
    assert not LadderSetting.objects.exists()


def test_sweep_climbs_the_ladder_that_was_set():
    team = TeamFactory()
    set_for(team, "-2d")
    person = PersonFactory()
    for where, key in ((team, "here"), (TeamFactory(), "there")):
        open_occasion(
            key=key, kind=KIND, team=where, title=key, url="/inbox/", due_at=NOW + timedelta(days=5),
            people=[(person, "")], now=NOW,
        )  # fmt: skip
    for hour in range(24 * 9):
        sweep(now=NOW + timedelta(hours=hour))
    told = set(Notice.objects.filter(channel="inbox").values_list("occasion__key", "step"))
    assert told == {("here", "-2d"), ("there", "-7d"), ("there", "-1d"), ("there", "0d"), ("there", "+2d")}


def test_open_occasions_climb_the_new_ladder_and_make_up_for_nothing():
    team = TeamFactory()
    here = OccasionFactory(team=team, next_step_at=NOW + timedelta(days=5), due_at=NOW + timedelta(days=6))
    climbed = OccasionFactory(team=team, next_step_at=None, due_at=NOW - timedelta(days=4))
    waiting = OccasionFactory(team=team, next_step_at=NOW, due_at=NOW + timedelta(days=6))
    elsewhere = OccasionFactory(next_step_at=NOW + timedelta(days=5), due_at=NOW + timedelta(days=6))
    set_for(team, "-10d", "-3d", "+6d")
    next_step = dict(Occasion.objects.values_list("pk", "next_step_at"))
    assert next_step[here.pk].date() == (NOW + timedelta(days=3)).date()
    assert next_step[climbed.pk].date() == (NOW + timedelta(days=2)).date()
    assert next_step[waiting.pk] == NOW
    assert next_step[elsewhere.pk] == NOW + timedelta(days=5)


def test_sweep_reads_the_settings_once_however_many_there_are(django_assert_max_num_queries):
    counts = []
    for teams in (1, 4):
        for _ in range(teams):
            team = TeamFactory()
            set_for(team, "0d")
            OccasionPersonFactory(occasion=OccasionFactory(team=team, next_step_at=NOW, due_at=NOW))
        with django_assert_max_num_queries(40) as captured:
            sweep(now=NOW)
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("7 days before, 1 day before, on the day, 2 days after", ["-7d", "-1d", "0d", "+2d"]),
        ("-7d,0,+90m , 1 week before", ["-7d", "0d", "+90m", "-7d"]),
        ("4 hours before", ["-4h"]),
        ("", []),
    ],
)
def test_ladder_is_read_as_people_write_it(text, steps):
    assert read_steps(text) == steps


@pytest.mark.parametrize("text", ["soon", "7 days", "-7x", "٣ days before", "1 day before;"])
def test_step_that_nobody_understands_is_named(text):
    with pytest.raises(UnreadableStep):
        read_steps(text)


def test_ladder_in_words_is_read_back():
    steps = [timedelta(days=-7), timedelta(hours=-4), timedelta(0), timedelta(minutes=90), timedelta(days=1)]
    assert in_words(steps) == "7 days before, 4 hours before, on the day, 90 minutes after, 1 day after"
    assert [offset_of(name) for name in read_steps(in_words(steps))] == steps


def test_page_of_the_organisation_sets_and_shows(client, admin):
    client.force_login(admin)
    address = reverse("reminders:ladders")
    assert "The organisation is reminded <strong>when Remit proposes it</strong>" in client.get(address).text
    assert client.post(address, {KIND: "3 days before, on the day"}).status_code == 302
    page = client.get(address).text
    assert 'value="3 days before, on the day"' in page
    assert "<strong>Retrospective differs</strong>" in page
    refused = client.post(address, {KIND: "soon"})
    assert refused.status_code == 422
    assert "“soon” is no step." in refused.text
    assert 'value="soon"' in refused.text


def test_page_of_a_team_is_for_its_lead(client):
    team = TeamFactory()
    set_for(None, "-5d")
    client.force_login(team.lead)
    address = reverse("reminders:team-ladders", args=[team.key])
    assert "Empty means: 5 days before." in client.get(address).text
    client.post(address, {KIND: "1 day before"})
    assert steps_in(team) == ["-1d"]
    client.post(address, {KIND: ""})
    assert steps_in(team) == ["-5d"]
    assert client.get(reverse("reminders:ladders")).status_code == 403
