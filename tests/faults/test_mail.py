"""A mail server that is away, hangs, breaks off or says no: nothing is lost, and all is well within a minute."""

import pytest

from reminders.delivery import parked
from reminders.models import Notice
from tests.faults.conftest import make_letters, states
from tests.faults.proxy import FAULTS
from tests.kill.sink import DROP

pytestmark = pytest.mark.django_db

LETTERS = 8
OUTAGE = 40  # seconds of the engine's clock
RECOVERS_WITHIN = 60

DOUBTFUL = {"drop after DATA", "reset in DATA"}  # what breaks off here may have arrived


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_on_the_way_loses_nothing_and_is_over_within_a_minute(fault, proxy, sink, clock):
    make_letters(LETTERS)
    proxy.set(fault)
    clock.run_engine(seconds=OUTAGE)
    proxy.set("")
    clock.run_engine(seconds=RECOVERS_WITHIN)

    assert set(states()) <= {"sent", "in_doubt"}
    arrived = [letter.message_id for letter in sink.letters]
    sent = Notice.objects.filter(state="sent").count()
    assert len(set(arrived)) >= sent
    assert all(arrived.count(one) <= 2 for one in arrived)
    if fault not in DOUBTFUL:
        assert (states(), len(arrived)) == ({"sent": LETTERS}, LETTERS)
        assert set(Notice.objects.values_list("doubts", flat=True)) == {0}


@pytest.mark.parametrize("fault", sorted(DOUBTFUL))
def test_doubtful_breaks_cost_few_letters_however_many_wait(fault, proxy, sink, clock):
    """A server that breaks off with letters under way makes one of them doubtful each time, not all that wait."""
    make_letters(60)
    proxy.set(fault)
    clock.run_engine(seconds=0)
    assert Notice.objects.filter(doubts__gt=0).count() == 1
    proxy.set("")
    clock.run_engine(seconds=RECOVERS_WITHIN)
    assert states() == {"sent": 60}
    repeats = [letter for letter in sink.letters if letter.is_marked]
    assert len(repeats) == 1
    assert len(sink.letters) == (61 if fault == "drop after DATA" else 60)


def test_long_outage_is_over_within_a_minute(proxy, sink, clock):
    make_letters(LETTERS)
    proxy.set("refuse")
    clock.run_engine(seconds=900)
    assert states() == {"retry": LETTERS}
    proxy.set("")
    clock.run_engine(seconds=RECOVERS_WITHIN)
    assert (states(), len(sink.letters)) == ({"sent": LETTERS}, LETTERS)


@pytest.mark.parametrize("at", ["CONNECT", "MAIL", "RCPT", "DATA", "."])
def test_server_that_is_too_busy_is_left_alone_and_served_within_a_minute(at, mail_server, clock):
    make_letters(LETTERS)
    asked = []

    def busy(verb, argument):
        if verb != at:
            return None
        asked.append(verb)
        return "421 too busy, come back later"

    mail_server.answer = busy
    clock.run_engine(seconds=0)
    assert len(asked) == 1  # one no is enough for all of them
    clock.run_engine(seconds=OUTAGE)
    mail_server.answer = lambda verb, argument: None
    clock.run_engine(seconds=RECOVERS_WITHIN)
    assert (states(), len(mail_server.letters)) == ({"sent": LETTERS}, LETTERS)


@pytest.mark.parametrize("at", ["RCPT", "."])
def test_letter_that_is_refused_for_good_is_parked_and_stops_no_other(at, mail_server, clock):
    bad, *_others = make_letters(LETTERS)

    def refuse(verb, argument):
        return "550 no such user" if verb == at and bad.recipient.email in argument else None

    mail_server.answer = refuse
    clock.run_engine(seconds=0)
    assert states() == {"sent": LETTERS - 1, "failed": 1}
    assert parked().get() == bad
    clock.run_engine(seconds=300)
    assert len(mail_server.letters) == LETTERS - 1


def test_letter_at_which_the_server_hangs_up_stops_no_other(mail_server, clock):
    poison, *_others = make_letters(LETTERS)
    Notice.objects.filter(pk=poison.pk).update(urgency=0)

    def hang_up(verb, argument):
        return DROP if verb == "." and poison.recipient.email in argument else None

    mail_server.answer = hang_up
    clock.run_engine(seconds=RECOVERS_WITHIN)
    assert states() == {"sent": LETTERS - 1, "in_doubt": 1}
    assert parked().get() == poison


def test_letter_says_when_it_may_be_a_repeat(proxy, sink, clock):
    make_letters(1)
    proxy.set("drop after DATA")
    clock.run_engine(seconds=0)
    proxy.set("")
    clock.run_engine(seconds=RECOVERS_WITHIN)
    assert [(letter.message_id, letter.is_marked) for letter in sink.letters] == [
        (sink.letters[0].message_id, False),
        (sink.letters[0].message_id, True),
    ]


def test_slow_way_holds_no_letter_longer_than_its_lease(proxy, sink, clock):
    """With every answer slow the train is cut short: what waits is claimed anew instead of doubted."""
    make_letters(LETTERS)
    proxy.set("slow")
    clock.run_engine(seconds=OUTAGE)
    assert (states(), len(sink.letters)) == ({"sent": LETTERS}, LETTERS)
    assert set(Notice.objects.values_list("doubts", flat=True)) == {0}
