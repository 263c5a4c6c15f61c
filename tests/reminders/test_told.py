"""The log that a person understands: what became of each notice."""

from datetime import timedelta

import pytest

from reminders.told import how_told, what_became_of
from tests.factories import NOW, NoticeFactory, OccasionFactory, OccasionPersonFactory, PersonFactory

AT = NOW.replace(hour=8, minute=0)  # nine o'clock in Berlin


def told(**changes) -> str:
    notice = NoticeFactory.build(**{"due_at": AT, "created_at": AT} | changes)
    return what_became_of(notice, timezone="Europe/Berlin", now=NOW)


@pytest.mark.parametrize(
    ("notice", "says"),
    [
        ({"channel": "inbox", "state": "sent", "sent_at": AT}, "Sent to your inbox: Today, 09:00"),
        ({"state": "sent", "sent_at": AT}, "E-mail: Today, 09:00"),
        ({"state": "due"}, "E-mail: goes out Today, 09:00"),
        ({"state": "due", "for_digest": True}, "E-mail: comes with the digest, Today, 09:00"),
        ({"state": "on_wire"}, "E-mail: is going out now"),
        ({"state": "retry", "attempts": 3, "due_at": AT + timedelta(hours=3)},
         "E-mail: refused 3 ×, next try Today, 12:00"),
        ({"state": "retry", "attempts": 0}, "E-mail: goes out again Today, 09:00"),
        ({"state": "in_doubt"}, "E-mail: may have arrived; an admin looks at it"),
        ({"state": "failed", "failure_kind": "refused"}, "E-mail: refused for good; an admin looks at it"),
        ({"state": "failed", "failure_kind": "withdrawn"}, "E-mail: not sent, as it was not needed any more"),
        ({"covered_by": NoticeFactory.build(state="sent", sent_at=AT)}, "E-mail, in a digest: Today, 09:00"),
        ({"covered_by": NoticeFactory.build(state="retry", attempts=1, due_at=AT)},
         "E-mail, in a digest: refused 1 ×, next try Today, 09:00"),
    ],
)  # fmt: skip
def test_each_state_has_its_words(notice, says):
    assert told(**notice) == says


@pytest.mark.django_db
def test_log_is_the_persons_own_in_the_order_of_time_by_one_query(django_assert_num_queries):
    ada, occasion = PersonFactory(), OccasionFactory()
    NoticeFactory(occasion=occasion, recipient=ada, created_at=NOW, state="on_wire", leased_until=NOW)
    NoticeFactory(occasion=occasion, recipient=ada, channel="inbox", state="sent", sent_at=AT, created_at=AT)
    NoticeFactory(occasion=occasion)
    with django_assert_num_queries(1):
        log = how_told(ada, [occasion.pk], now=NOW)
    assert log == {occasion.pk: ["Sent to your inbox: Today, 09:00", "E-mail: is going out now"]}


@pytest.mark.django_db
def test_inbox_shows_it(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    row = OccasionPersonFactory()
    NoticeFactory(occasion=row.occasion, recipient=row.person, channel="inbox", state="sent", sent_at=AT)
    NoticeFactory(occasion=row.occasion, recipient=row.person, state="retry", attempts=3, due_at=AT)
    client.force_login(row.person)
    page = client.get("/inbox/").text
    assert "<li>Sent to your inbox: Today, 09:00</li>" in page
    assert "<li>E-mail: refused 3 ×, next try Today, 09:00</li>" in page
    assert "Remind me later" in page
