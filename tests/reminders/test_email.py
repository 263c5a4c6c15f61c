"""What an e-mail looks like, and what cannot get into it."""

from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.channels.email import message_id, write_email
from reminders.models import Notice
from reminders.wording import single_line, when_due
from tests.factories import NOW, NoticeFactory, OccasionFactory, PersonFactory, TeamFactory


def written(**changes):
    notice = NoticeFactory.build(
        pk=7,
        key="1:2:email:0d",
        recipient=PersonFactory.build(pk=2, name=changes.pop("name", "Ada Brandt"), email="ada@example.org"),
        occasion=OccasionFactory.build(
            pk=1, team=TeamFactory.build(name=changes.pop("team", "Fraud detection")), **changes
        ),
    )
    return write_email(notice, why="You facilitate.", now=NOW)


def parsed(message):
    return message_from_bytes(message.message().as_bytes(), policy=policy.default)


def test_email_says_what_why_and_one_thing_to_do(settings):
    settings.BASE_URL = "https://remit.example.org"
    message = written(title="Retrospective of Fraud detection")
    assert message.subject == "Retrospective of Fraud detection: in 6 days"
    html = message.alternatives[0].content
    for body in (message.body, html):
        assert "Thursday 26 November 2026, 15:00 (Europe/Berlin)" in body
        assert "Fraud detection looks back. Write your notes before the meeting." in body
        assert "You facilitate." in body
        assert "https://remit.example.org/inbox/1/" in body
    assert html.count("https://remit.example.org/inbox/1/") == 1
    assert "prefers-color-scheme: dark" in html
    assert '<a class="button" href="https://remit.example.org/inbox/1/" style="' in html


def test_headers_name_a_machine_and_stay_the_same():
    one, two = parsed(written()), parsed(written())
    assert one["Auto-Submitted"] == "auto-generated"
    assert one["Message-ID"] == two["Message-ID"] == message_id("1:2:email:0d")
    assert one["Message-ID"] != message_id("1:2:email:-1d")
    assert one["References"] == message_id("occasion:1")


def test_html_is_escaped():
    html = written(title="<script>alert(1)</script>").alternatives[0].content
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


EVIL = "Team\r\nBcc: everyone@example.org\n\nHello\x00\u2028there\x85"


@pytest.mark.parametrize("place", ["title", "team", "name"])
def test_line_breaks_add_no_header(place):
    message = parsed(written(**{place: EVIL}))
    assert message["Bcc"] is None
    assert len(message["Subject"].splitlines()) == 1
    assert [address.addr_spec for address in message["To"].addresses] == ["ada@example.org"]


@given(st.text(max_size=80))
def test_single_line_is_one_line_of_any_text(text):
    line = single_line(text, 60)
    assert len(line) <= 60
    assert line.splitlines() in ([], [line])


@pytest.mark.parametrize("title", ["", "x" * 300, "Ünïcode – ✓", "{team} {0} {", "100 %s"])
def test_any_title_is_written(title):
    assert parsed(written(title=title))["Subject"]


@pytest.mark.parametrize(
    ("hours", "says"),
    [(2, "today at 17:32"), (24, "tomorrow at 15:32"), (24 * 6, "in 6 days"), (0, "today at 15:32"),
     (-1, "was due today at 14:32"), (-24, "overdue since yesterday"), (-48, "overdue for 2 days")],
)  # fmt: skip
def test_how_far_away_it_is(hours, says):
    from datetime import timedelta

    assert when_due(NOW + timedelta(hours=hours), timezone="Europe/Berlin", now=NOW) == says


def test_zone_that_left_the_database_is_read_as_utc():
    assert when_due(NOW, timezone="Mars/Olympus", now=NOW) == "today at 14:32"


def test_notice_states_are_those_of_the_contract():
    assert Notice.State.values == ["due", "leased", "on_wire", "sent", "retry", "failed", "in_doubt"]
