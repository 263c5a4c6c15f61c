"""What the settings promise to every page and every call."""

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from tests.factories import PersonFactory


@pytest.fixture(autouse=True)
def _somebody(db):
    """An installation without people shows its welcome page alone."""
    PersonFactory()


def test_pages_forbid_foreign_and_inline_code(client):
    policy = client.get(reverse("account_login"))["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    assert directives["default-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy


def test_pages_carry_the_headers_that_protect_them(client):
    response = client.get(reverse("account_login"))

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_stranger_is_sent_to_sign_in(client):
    response = client.get("/")

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_admin_asks_for_the_same_sign_in_as_everything_else(client):
    response = client.get("/admin/login/", follow=True)

    assert response.redirect_chain[0][0].startswith(reverse("account_login"))


def test_stranger_cannot_sign_up(client):
    response = client.get(reverse("account_signup"))

    assert b"password1" not in response.content


def test_api_refuses_a_stranger_with_a_challenge(client):
    response = client.get("/api/v1/teams/")

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.sqlite
def test_sqlite_runs_with_the_settings_that_let_writers_wait(db):
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (1,)
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20_000,)
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)


@pytest.mark.postgres
def test_postgres_uses_a_pool(db):
    assert connection.pool is not None


def test_beat_stays_small():
    assert len(settings.CELERY_BEAT_SCHEDULE) <= 10


def test_tasks_survive_their_worker():
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT
