"""Each kind of e-mail can be looked at, by day and by night, as text."""

import pytest

from reminders import kinds
from reminders.kinds import all_kinds
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

REAL_KINDS = dict(kinds._kinds)  # as the packages registered them when Django was ready


@pytest.fixture(autouse=True)
def reader(client, known_kinds, monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", REAL_KINDS)
    client.force_login(PersonFactory())


def test_every_kind_is_listed_and_written(client):
    page = client.get("/dev/emails/").text
    keys = [*(kind.key for kind in all_kinds()), "digest"]
    assert len(keys) > 6
    for key in keys:
        assert f'href="/dev/emails/{key}/"' in page
        letter = client.get(f"/dev/emails/{key}/")
        assert letter.status_code == 200
        assert "List-Unsubscribe" in letter.text


def test_sentences_leave_the_moment_to_the_letter(client):
    for kind in all_kinds():
        assert "{when}" not in str(kind.sentence)


@pytest.mark.parametrize(("scheme", "media"), [("light", "@media not all"), ("dark", "@media all")])
def test_frame_shows_the_scheme_asked_for(client, scheme, media):
    answer = client.get(f"/dev/emails/vote/{scheme}/")
    assert media in answer.text
    assert f"color-scheme: {scheme}" in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("path", ["/dev/emails/nothing/", "/dev/emails/vote/sepia/", "/dev/emails/nothing/light/"])
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404
