"""The file mailbox."""

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from config.mailbox import read_mailbox, read_message


@pytest.fixture
def mailbox(settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path / "mailbox")
    return get_connection("config.mailbox.MailboxBackend")


def message(subject: str) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(subject, "Text für Ada", "remit@example.org", ["ada@example.org"])
    mail.attach_alternative("<p>Text für Ada</p>", "text/html")
    return mail


def test_messages_are_found_again_the_latest_first(mailbox):
    assert mailbox.send_messages([message("First"), message("Second – ‘quoted’")]) == 2

    newest, oldest = read_mailbox()

    assert newest.parsed["Subject"] == "Second – ‘quoted’"
    assert oldest.parsed["Subject"] == "First"
    assert newest.parsed.get_body(("html",)).get_content().strip() == "<p>Text für Ada</p>"
    assert newest.written_at.tzinfo is not None
    assert read_message(newest.name).parsed["Message-ID"] == newest.parsed["Message-ID"]


def test_mailbox_without_messages_is_empty(mailbox):
    assert read_mailbox() == []


@pytest.mark.parametrize("name", ["", "nothing", "../secret", "/etc/passwd"])
def test_message_that_does_not_exist_is_none(mailbox, tmp_path, name):
    (tmp_path / "secret.eml").write_text("Subject: secret\n\n")
    mailbox.send_messages([message("Only")])

    assert read_message(name) is None
