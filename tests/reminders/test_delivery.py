"""Delivery: nothing is lost, nothing goes out twice without saying so, nobody who is not concerned hears of it."""

import smtplib
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail

from reminders import delivery
from reminders.channels import CHANNELS, EmailChannel, Outcome, Result
from reminders.delivery import Delivered, backoff, claim, deliver, has_work, parked, recover, take_through
from reminders.models import Notice, Occasion
from reminders.occasions import complete_occasion
from tests.factories import NOW, NoticeFactory, OccasionFactory, OccasionPersonFactory, SeatFactory, TeamFactory
from tests.reminders.conftest import GATHERING, replaced

pytestmark = pytest.mark.django_db


def notice(**changes) -> Notice:
    row = OccasionPersonFactory(occasion=changes.pop("occasion", None) or OccasionFactory())
    return NoticeFactory(occasion=row.occasion, recipient=row.person, **changes)


def clock():
    return NOW


def states() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("state", flat=True))


class Kill(BaseException):
    """The process dies here: nothing after it runs."""


def answering(*answers, monkeypatch):
    """A mail server that gives these answers in turn, then says yes."""
    left = list(answers)
    real = EmailChannel.send

    def send(self, message):
        answer = left.pop(0) if left else None
        match answer:
            case BaseException():
                raise answer
            case Result():
                return answer
        return real(self, message)

    monkeypatch.setattr(EmailChannel, "send", send)


def test_due_notice_is_sent_once():
    it = notice()
    deliver(clock=clock)
    deliver(clock=clock)
    it.refresh_from_db()
    assert (it.state, it.sent_at, it.attempts, it.leased_until) == ("sent", NOW, 1, None)
    assert [message.to for message in mail.outbox] == [[f"{it.recipient.name} <{it.recipient.email}>"]]


def test_future_notice_waits():
    notice(due_at=NOW + timedelta(seconds=1))
    assert deliver(clock=clock).claimed == 0


def test_urgent_goes_first_then_the_oldest():
    calm, late, urgent = notice(), notice(due_at=NOW - timedelta(hours=1)), notice(urgency=1)
    deliver(clock=clock)
    assert [message.to[0] for message in mail.outbox] == [
        f"{it.recipient.name} <{it.recipient.email}>" for it in (urgent, late, calm)
    ]


def test_many_go_out_in_many_trains():
    occasion = OccasionFactory()
    for _ in range(delivery.TRAIN * 2 + 3):
        notice(occasion=occasion)
    done = deliver(clock=clock)
    assert done.states["sent"] == len(mail.outbox) == done.claimed == delivery.TRAIN * 2 + 3


# Whoever dies


def test_death_while_leased_is_free_to_retry():
    notice()
    claim(now=NOW)
    assert states() == ["leased"]
    assert not has_work(now=NOW)

    later = NOW + delivery.LEASE
    assert has_work(now=later)
    deliver(clock=lambda: later)

    assert states() == ["sent"]
    assert "X-Remit-Possible-Repeat" not in mail.outbox[0].extra_headers


def test_death_on_the_wire_sends_once_more_under_the_same_id_then_parks(monkeypatch):
    notice()
    answering(Kill(), Kill(), monkeypatch=monkeypatch)
    with pytest.raises(Kill):
        deliver(clock=clock)
    assert states() == ["on_wire"]
    deliver(clock=clock)
    assert states() == ["on_wire"]  # nobody doubts a worker whose lease runs

    second = NOW + delivery.WIRE_LEASE
    with pytest.raises(Kill):
        deliver(clock=lambda: second)
    it = Notice.objects.get()
    assert (it.state, it.doubts) == ("on_wire", 1)

    deliver(clock=lambda: second + delivery.WIRE_LEASE)
    it.refresh_from_db()
    assert (it.state, it.doubts) == ("in_doubt", 2)
    assert list(parked()) == [it]
    assert mail.outbox == []


def test_repeat_carries_the_same_message_id_and_says_so(monkeypatch):
    notice()
    real = delivery._settle
    monkeypatch.setattr(delivery, "_settle", lambda *_, **__: (_ for _ in ()).throw(Kill()))
    with pytest.raises(Kill):
        deliver(clock=clock)
    monkeypatch.setattr(delivery, "_settle", real)

    deliver(clock=lambda: NOW + delivery.WIRE_LEASE)

    first, second = mail.outbox
    assert states() == ["sent"]
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert "X-Remit-Possible-Repeat" not in first.extra_headers
    assert second.extra_headers["X-Remit-Possible-Repeat"] == "yes"
    assert "may have had this message before" in second.body


def test_who_lost_the_lease_cannot_write_any_more():
    notice()
    slow = claim(now=NOW)
    later = NOW + delivery.LEASE
    recover(now=later)
    fast = claim(now=later)

    take_through(slow, Delivered(), clock=lambda: later)
    assert (mail.outbox, states()) == ([], ["leased"])

    take_through(fast, Delivered(), clock=lambda: later)
    assert (len(mail.outbox), states()) == (1, ["sent"])


def test_lease_that_ran_out_unnoticed_sends_nothing():
    notice()
    batch = claim(now=NOW)
    take_through(batch, Delivered(), clock=lambda: NOW + delivery.LEASE)
    assert mail.outbox == []


# Whom it concerns when its turn comes


def test_person_deactivated_between_claim_and_send_hears_nothing():
    it = notice()
    batch = claim(now=NOW)
    it.recipient.is_active = False
    it.recipient.save()
    take_through(batch, Delivered(), clock=clock)
    it.refresh_from_db()
    assert (mail.outbox, it.state, it.failure_kind) == ([], "failed", "withdrawn")
    assert not parked().exists()


def test_occasion_done_between_claim_and_send_is_not_told():
    it = notice()
    batch = claim(now=NOW)
    complete_occasion(key=it.occasion.key, by=None, now=NOW)
    take_through(batch, Delivered(), clock=clock)
    assert (mail.outbox, states()) == ([], ["failed"])


def test_seat_that_ended_between_claim_and_send_is_not_told():
    seat = SeatFactory(team=TeamFactory())
    NoticeFactory(occasion=OccasionFactory(team=seat.team, for_team=True), recipient=seat.person)
    batch = claim(now=NOW)
    seat.until = NOW.date() - timedelta(days=1)
    seat.save()
    take_through(batch, Delivered(), clock=clock)
    assert (mail.outbox, states()) == ([], ["failed"])


def test_person_no_longer_asked_between_claim_and_send_is_not_told():
    it = notice()
    batch = claim(now=NOW)
    it.occasion.for_people.all().delete()
    take_through(batch, Delivered(), clock=clock)
    assert (mail.outbox, states()) == ([], ["failed"])


def test_kind_is_asked_before_each_send(monkeypatch):
    notice()
    batch = claim(now=NOW)
    replaced(replace(GATHERING, is_entitled=lambda occasion, person: False), monkeypatch)
    take_through(batch, Delivered(), clock=clock)
    assert (mail.outbox, states()) == ([], ["failed"])


# What the server says


def test_refused_for_now_is_tried_again_later(monkeypatch):
    notice()
    answering(Result(Outcome.LATER, "450 busy"), monkeypatch=monkeypatch)
    deliver(clock=clock)
    it = Notice.objects.get()
    assert (it.state, it.failure) == ("retry", "450 busy")
    assert timedelta(seconds=44) < it.due_at - NOW < timedelta(seconds=76)

    deliver(clock=lambda: NOW + timedelta(minutes=2))
    it.refresh_from_db()
    assert (it.state, it.attempts, it.failure) == ("sent", 2, "")


def test_refused_for_good_is_parked(monkeypatch):
    notice()
    answering(Result(Outcome.REFUSED, "550 no such user"), monkeypatch=monkeypatch)
    deliver(clock=clock)
    it = parked().get()
    assert (it.state, it.failure_kind, it.failure) == ("failed", "refused", "550 no such user")


def test_given_up_after_days_and_many_attempts_is_parked(monkeypatch):
    notice(created_at=NOW - timedelta(days=4), attempts=9)
    young = notice(created_at=NOW - timedelta(days=4))  # three days without any process: still its first attempt
    answering(Result(Outcome.LATER), Result(Outcome.LATER), monkeypatch=monkeypatch)
    deliver(clock=clock)
    assert parked().get().failure_kind == "exhausted"
    young.refresh_from_db()
    assert young.state == "retry"


def test_broken_off_is_sent_once_more_marked_then_parked(monkeypatch):
    notice()
    answering(Result(Outcome.DOUBT), Result(Outcome.DOUBT), monkeypatch=monkeypatch)
    deliver(clock=clock)
    assert (states(), Notice.objects.get().doubts) == (["retry"], 1)
    deliver(clock=lambda: NOW + timedelta(minutes=1))
    assert states() == ["in_doubt"]
    assert parked().count() == 1


def test_server_that_is_away_costs_one_try_and_no_attempt(monkeypatch):
    for _ in range(30):
        notice()
    tries = []

    def refuse(self):
        tries.append(1)
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", refuse)
    done = deliver(clock=clock)
    assert (len(tries), done.is_way_down) == (1, True)
    assert set(Notice.objects.values_list("state", "attempts")) == {("retry", 0)}
    assert max(Notice.objects.values_list("due_at", flat=True)) <= NOW + timedelta(seconds=10)


def test_poison_does_not_stop_the_others():
    poison = notice(urgency=0)
    poison.recipient.email = "a@example.org\nBcc: b@example.org"
    poison.recipient.save()
    broken = notice(urgency=1)
    Occasion.objects.filter(pk=broken.occasion_id).update(kind="nobody-registered-this")
    notice()

    deliver(clock=clock)

    assert states() == ["retry", "retry", "sent"]
    assert len(mail.outbox) == 1


def test_slow_server_gets_short_trains(monkeypatch):
    monkeypatch.setattr(delivery, "TRAIN_TIME", -1.0)
    seen = []
    real = EmailChannel.send

    def send(self, message):
        seen.append(Notice.objects.filter(state="on_wire").count())
        return real(self, message)

    monkeypatch.setattr(EmailChannel, "send", send)
    for _ in range(3):
        notice()
    deliver(clock=clock)
    assert (seen, states()) == ([3, 2, 1], ["sent"] * 3)


def test_told_to_stop_hands_back_what_it_holds():
    for _ in range(3):
        notice()
    batch = claim(now=NOW)
    take_through(batch, Delivered(), clock=clock, stop=lambda: True)
    assert set(Notice.objects.values_list("state", "attempts", "due_at")) == {("retry", 0, NOW)}


def test_backoff_doubles_up_to_its_longest_and_is_spread():
    first, longest = timedelta(minutes=1), timedelta(hours=2)
    for attempts, expected in ((1, 1), (2, 2), (4, 8), (8, 120), (500, 120)):
        pauses = [backoff(attempts, first=first, longest=longest) / timedelta(minutes=1) for _ in range(50)]
        assert expected * 0.75 <= min(pauses) < max(pauses) <= expected * 1.25
        assert len(set(pauses)) > 40


def test_inbox_copy_is_no_business_of_delivery():
    notice(channel="inbox", state="sent", sent_at=NOW)
    assert set(CHANNELS) == {"email", "webhook", "chat"}
    assert deliver(clock=clock).claimed == 0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no")}), Outcome.REFUSED),
        (smtplib.SMTPRecipientsRefused({"a@b": (450, b"later")}), Outcome.LATER),
        (smtplib.SMTPDataError(554, b"spam"), Outcome.REFUSED),
        (smtplib.SMTPDataError(451, b"later"), Outcome.LATER),
        (smtplib.SMTPSenderRefused(421, b"busy", "a@b"), Outcome.DOWN),
        (smtplib.SMTPSenderRefused(451, b"later", "a@b"), Outcome.LATER),
        (smtplib.SMTPSenderRefused(553, b"not yours", "a@b"), Outcome.LATER),
        (smtplib.SMTPAuthenticationError(535, b"who"), Outcome.DOWN),
        (smtplib.SMTPServerDisconnected("gone"), Outcome.DOUBT),
        (ConnectionResetError(), Outcome.DOUBT),
        (TimeoutError(), Outcome.DOUBT),
        (OSError(28, "No space left on device"), Outcome.LATER),
    ],
)
def test_what_an_error_says_about_the_message(error, outcome):
    from reminders.channels.email import outcome_of

    assert outcome_of(error) == outcome
