"""Digests: one e-mail about much, with the promises of every other."""

from datetime import timedelta

import pytest
from django.core import mail

from reminders import delivery
from reminders.delivery import claim, deliver, has_work, parked, take_through
from reminders.digests import MOST_AT_ONCE, gather
from reminders.models import Notice, Preferences
from reminders.occasions import complete_occasion
from reminders.sweeping import sweep
from tests.factories import NOW, NoticeFactory, OccasionFactory, OccasionPersonFactory, PersonFactory
from tests.reminders.conftest import BALLOT, GATHERING, replaced

pytestmark = pytest.mark.django_db


class Kill(BaseException):
    """The process dies here."""


@pytest.fixture
def ada():
    return PersonFactory(name="Ada Brandt", email="ada@example.org", timezone="UTC")


def due_for(person, count=1, **changes) -> list[Notice]:
    occasions = [OccasionFactory(due_at=NOW + timedelta(days=day)) for day in range(count)]
    for occasion in occasions:
        OccasionPersonFactory(occasion=occasion, person=person)
    return [NoticeFactory(occasion=occasion, recipient=person, **changes) for occasion in occasions]


def digests():
    return Notice.objects.filter(occasion__isnull=True).order_by("pk")


def states(notices):
    return set(Notice.objects.filter(pk__in=[one.pk for one in notices]).values_list("state", flat=True))


def at(moment):
    return lambda: moment


def test_few_go_alone_and_many_together(ada):
    few = PersonFactory()
    alone, together = due_for(few, MOST_AT_ONCE), due_for(ada, MOST_AT_ONCE + 1)
    deliver(clock=at(NOW))
    assert states(alone + together) == {"sent"}
    assert [message.to[0] for message in mail.outbox].count("Ada Brandt <ada@example.org>") == 1
    assert len(mail.outbox) == MOST_AT_ONCE + 1
    letter = next(message for message in mail.outbox if "Ada" in message.to[0])
    for notice in together:
        assert letter.body.count(notice.occasion.title) in (1, 2)  # the first stands in the subject as well
        assert f"/inbox/{notice.occasion_id}/" in letter.alternatives[0].content
    assert letter.subject.startswith(f"{MOST_AT_ONCE + 1} things are due, first: {together[0].occasion.title}")


def test_outage_gives_one_digest_and_the_inbox_everything(ada):
    for hour in range(20):
        occasion = OccasionFactory(next_step_at=NOW - timedelta(days=2), due_at=NOW - timedelta(hours=hour))
        OccasionPersonFactory(occasion=occasion, person=ada)
    sweep(now=NOW)
    deliver(clock=at(NOW))
    assert len(mail.outbox) == 1
    assert Notice.objects.filter(channel="inbox").count() == 20
    assert "20 things are due" in mail.outbox[0].subject


def test_daily_digest_waits_for_its_hour_and_comes_once(ada):
    Preferences.objects.create(person=ada, ways={"work": "digest"}, digest_at="18:00")
    for _ in range(2):
        OccasionPersonFactory(person=ada, occasion=OccasionFactory(next_step_at=NOW, due_at=NOW))
    for minute in range(0, 24 * 60, 10):
        moment = NOW + timedelta(minutes=minute)
        sweep(now=moment)
        deliver(clock=at(moment))
    assert [message.subject[:17] for message in mail.outbox] == ["2 things are due,"]
    digest = digests().get()
    assert (digest.key, digest.step) == (f"digest:{ada.pk}:2026-11-20:1", "digest:2026-11-20")
    assert digest.sent_at == NOW.replace(hour=18, minute=2)


def test_urgent_is_never_joined(ada, monkeypatch):
    replaced(BALLOT, monkeypatch)
    due_for(ada, MOST_AT_ONCE + 3, urgency=0)
    deliver(clock=at(NOW))
    assert len(mail.outbox) == MOST_AT_ONCE + 3
    assert not digests().exists()


def test_what_became_of_its_parts_is_asked_before_it_goes(ada):
    notices = due_for(ada, MOST_AT_ONCE + 1)
    gather(delivery.waiting(NOW), now=NOW)
    complete_occasion(key=notices[0].occasion.key, by=None, now=NOW)
    deliver(clock=at(NOW))
    assert notices[0].occasion.title not in mail.outbox[0].body
    notices[0].refresh_from_db()
    assert (notices[0].state, notices[0].failure_kind) == ("failed", "withdrawn")
    assert states(notices[1:]) == {"sent"}


def test_digest_of_which_nothing_is_left_does_not_go(ada):
    notices = due_for(ada, MOST_AT_ONCE + 1)
    gather(delivery.waiting(NOW), now=NOW)
    for notice in notices:
        complete_occasion(key=notice.occasion.key, by=None, now=NOW)
    deliver(clock=at(NOW))
    assert mail.outbox == []
    assert states([*notices, digests().get()]) == {"failed"}
    assert not parked().exists()


def test_part_that_nobody_can_judge_stays_behind_and_goes_alone(ada, monkeypatch):
    notices = due_for(ada, MOST_AT_ONCE + 1)
    bad = notices[2].occasion
    kind = {"is_open": lambda occasion: occasion.pk != bad.pk or 1 / 0}
    from dataclasses import replace

    replaced(replace(GATHERING, **kind), monkeypatch)
    deliver(clock=at(NOW))
    assert bad.title not in mail.outbox[0].body
    notices[2].refresh_from_db()
    assert (notices[2].state, notices[2].covered_by) == ("retry", None)
    replaced(GATHERING, monkeypatch)
    deliver(clock=at(NOW + timedelta(minutes=5)))
    assert bad.title in mail.outbox[1].subject


def test_digest_that_broke_off_is_sent_once_more_under_its_id_then_parked(ada, monkeypatch):
    notices = due_for(ada, MOST_AT_ONCE + 1)
    real = delivery._settle

    def die(*args, **options):
        raise Kill

    monkeypatch.setattr(delivery, "_settle", die)
    with pytest.raises(Kill):
        deliver(clock=at(NOW))
    assert states([digests().get()]) == {"on_wire"}
    assert states(notices) == {"due"}
    monkeypatch.setattr(delivery, "_settle", real)
    deliver(clock=at(NOW + delivery.WIRE_LEASE))
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert second.extra_headers["X-Remit-Possible-Repeat"] == "yes"
    assert "X-Remit-Possible-Repeat" not in first.extra_headers
    assert states(notices) == {"sent"}


def test_gathering_again_covers_nothing_twice_and_adds_what_came(ada):
    due_for(ada, MOST_AT_ONCE + 1)
    assert gather(delivery.waiting(NOW), now=NOW) == 1
    assert gather(delivery.waiting(NOW), now=NOW) == 0
    late = due_for(ada, MOST_AT_ONCE + 1)
    assert gather(delivery.waiting(NOW), now=NOW) == 1
    assert digests().count() == 1
    assert {Notice.objects.get(pk=one.pk).covered_by for one in late} == {digests().get()}


def test_digest_that_is_under_way_takes_nothing_more(ada):
    first = due_for(ada, MOST_AT_ONCE + 1)
    gather(delivery.waiting(NOW), now=NOW)
    batch = claim(now=NOW)
    later = due_for(ada, MOST_AT_ONCE + 1)
    gather(delivery.waiting(NOW), now=NOW)
    take_through(batch, delivery.Delivered(), clock=at(NOW))
    assert (states(first), states(later)) == ({"sent"}, {"due"})
    deliver(clock=at(NOW))
    assert states(later) == {"sent"}
    assert [one.key.rpartition(":")[2] for one in digests()] == ["1", "2"]


def test_what_a_digest_takes_along_is_not_claimed_alone(ada):
    due_for(ada, 1, for_digest=True)
    assert has_work(now=NOW)
    assert len(claim(now=NOW)) == 0


def test_digest_waits_in_quiet_hours(ada):
    Preferences.objects.create(person=ada, quiet_from="14:00", quiet_until="16:00")
    due_for(ada, MOST_AT_ONCE + 1)
    deliver(clock=at(NOW))
    assert mail.outbox == []
    assert digests().get().due_at == NOW.replace(hour=16, minute=0)
    deliver(clock=at(NOW.replace(hour=16, minute=0)))
    assert len(mail.outbox) == 1


def test_wishes_are_asked_again_when_its_turn_comes(ada):
    notices = due_for(ada, 2)
    Preferences.objects.create(person=ada, ways={"work": "off"})
    deliver(clock=at(NOW))
    assert mail.outbox == []
    assert states(notices) == {"failed"}
    assert not parked().exists()


def test_who_chose_the_digest_meanwhile_gets_it_there(ada):
    due_for(ada, 2)
    Preferences.objects.create(person=ada, ways={"work": "digest"}, digest_at="18:00")
    deliver(clock=at(NOW))
    assert mail.outbox == []
    deliver(clock=at(NOW.replace(hour=18, minute=0)))
    assert len(mail.outbox) == 1


def test_gathering_takes_the_same_queries_for_one_and_for_many_people(django_assert_max_num_queries):
    counts = []
    for people in (1, 4):
        for _ in range(people):
            due_for(PersonFactory(), MOST_AT_ONCE + 1)
        with django_assert_max_num_queries(12) as captured:
            gather(delivery.waiting(NOW), now=NOW)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_far_too_many_are_told_by_number(ada):
    due_for(ada, 60)
    deliver(clock=at(NOW))
    assert "10 more stand in your inbox." in mail.outbox[0].body
    assert states(Notice.objects.all()) == {"sent"}
