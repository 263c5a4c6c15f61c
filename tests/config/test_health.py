"""/healthz and /readyz."""

import pytest

from config import health
from config.health import Health, register_check


@pytest.fixture
def checks(monkeypatch):
    """The registry, as it is, and put back afterwards."""
    checks = dict(health._checks)
    monkeypatch.setattr(health, "_checks", checks)
    return checks


def test_healthz_answers_strangers_without_a_query(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert response.json() == {"status": "up"}
    assert "no-store" in response["Cache-Control"]


def test_readyz_tells_each_part(client, db, checks):
    register_check("auditor", lambda: Health(ok=True, detail="Nothing is overdue."))

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json()["status"] == "ready"
    assert {"database", "queue", "auditor"} <= set(response.json()["checks"])
    assert response.json()["checks"]["auditor"] == {"ok": True, "detail": "Nothing is overdue."}


def test_readyz_is_503_while_a_part_fails(client, db, checks):
    register_check("auditor", lambda: Health(ok=False, detail="3 reminders are overdue."))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["status"] == "not ready"
    assert response.json()["checks"]["database"]["ok"] is True


def test_check_that_raises_counts_as_failed_and_tells_strangers_nothing(client, db, checks, caplog):
    def fail() -> Health:
        raise OSError("password of the database")

    register_check("auditor", fail)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert "password" not in response.content.decode()
    assert "password of the database" in caplog.text


def test_queue_that_is_away_is_not_ready(client, db, checks, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": {"LOCATION": "redis://127.0.0.1:1/0"}}

    assert health._ask("queue", health.check_queue).ok is False
