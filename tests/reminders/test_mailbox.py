"""The demonstration's mailbox."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from config.mailbox import read_mailbox
from reminders.delivery import deliver
from tests.factories import NOW, NoticeFactory, OccasionPersonFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox(settings, tmp_path):
    settings.DEMO = True
    settings.EMAIL_BACKEND = "config.mailbox.MailboxBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mailbox")
    PersonFactory()  # an empty installation shows its welcome page alone


def send(subject="Hello", html="<p>Hello</p>") -> str:
    message = EmailMultiAlternatives(subject, "Hello in text", to=["ada@example.org"])
    message.attach_alternative(html, "text/html")
    message.send()
    return read_mailbox()[0].name


def test_empty_mailbox_says_why(client):
    page = client.get(reverse("reminders:mailbox")).content.decode()
    assert "Nothing has been sent yet." in page
    assert "No mail server is set" in page


def test_newest_letter_comes_first_and_is_the_answer(client):
    send("First")
    send("<b>Second</b>")
    page = client.get(reverse("reminders:mailbox")).content.decode()
    assert "<strong>“&lt;b&gt;Second&lt;/b&gt;”</strong>" in page
    assert page.rindex("Second") < page.index(">First<")
    assert 'hx-trigger="every 3s"' in page


def test_reminder_arrives_there_with_its_link(client):
    row = OccasionPersonFactory()
    NoticeFactory(occasion=row.occasion, recipient=row.person)
    deliver(clock=lambda: NOW)
    name = read_mailbox()[0].name
    page = client.get(reverse("reminders:letter", args=[name])).content.decode()
    assert f"/inbox/{row.occasion.pk}/" in page
    assert "auto-generated" in page


def test_letter_is_shown_in_a_frame_that_can_do_nothing(client):
    name = send(html="<script>alert(1)</script><img src='https://evil.example.org/x.png'>")
    page = client.get(reverse("reminders:letter", args=[name])).content.decode()
    assert 'sandbox="allow-top-navigation-by-user-activation"' in page
    assert "<script>alert" not in page

    frame = client.get(reverse("reminders:letter-html", args=[name]))
    policy = frame["Content-Security-Policy"]
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    for rule in ("default-src 'none'", "sandbox allow-top-navigation-by-user-activation", "frame-ancestors 'self'"):
        assert rule in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("name", ["nothing", "..", "secret_key"])
def test_unknown_letter_is_404(client, name):
    assert client.get(f"/dev/mailbox/{name}/").status_code == 404


def test_outside_a_demonstration_there_is_no_mailbox(client, settings):
    settings.DEMO = False
    client.force_login(PersonFactory(is_staff=True))
    assert client.get(reverse("reminders:mailbox")).status_code == 404


def test_while_developing_admins_read_it_alone(client, settings):
    settings.DEMO, settings.DEBUG = False, True
    client.force_login(PersonFactory())
    assert client.get(reverse("reminders:mailbox")).status_code == 404
    client.force_login(PersonFactory(is_staff=True))
    assert client.get(reverse("reminders:mailbox")).status_code == 200


def test_with_a_mail_server_it_says_where_mail_goes(client, settings):
    del settings.EMAIL_FILE_PATH
    assert "EMAIL_URL names a mail server" in client.get(reverse("reminders:mailbox")).content.decode()
