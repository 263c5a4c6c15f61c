"""What an operator can set, and what Remit says where it is wrong."""

import os
import stat
from pathlib import Path

import pytest

from config.environment import (
    LONGEST_SOCKET_PATH,
    SettingError,
    broker_url,
    read_environment,
    valkey_socket,
)

POSTGRES = "postgres://remit:p%40ss@db.example.org:6543/remit?sslmode=require"


def variables(tmp_path: Path, **values: str) -> dict[str, str]:
    return {"REMIT_DATA_DIR": str(tmp_path / "data"), **values}


def test_environment_without_settings_is_embedded(tmp_path):
    environment = read_environment(variables(tmp_path))

    assert environment.database["ENGINE"] == "django.db.backends.sqlite3"
    assert environment.database["NAME"] == str(tmp_path / "data" / "remit.sqlite3")
    assert environment.database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert environment.database["OPTIONS"]["timeout"] == 20
    assert environment.email["EMAIL_FILE_PATH"] == str(tmp_path / "data" / "mailbox")
    assert environment.allowed_hosts == ["localhost", "127.0.0.1", "[::1]"]
    assert environment.base_url == "http://127.0.0.1:8000"
    assert environment.demo is True
    assert environment.debug is False
    assert environment.webhook_allowed_networks == []


def test_networks_inside_are_read(tmp_path):
    environment = read_environment(variables(tmp_path, WEBHOOK_ALLOWED_NETWORKS="10.20.0.0/16, fd00:1::/32,"))

    assert [str(network) for network in environment.webhook_allowed_networks] == ["10.20.0.0/16", "fd00:1::/32"]


def test_environment_on_postgres_pools_connections_and_offers_no_demonstration(tmp_path):
    environment = read_environment(variables(tmp_path, DATABASE_URL=POSTGRES, SECRET_KEY="s" * 40))

    assert environment.database["ENGINE"] == "django.db.backends.postgresql"
    assert environment.database["HOST"] == "db.example.org"
    assert environment.database["PASSWORD"] == "p@ss"
    assert environment.database["OPTIONS"]["sslmode"] == "require"
    assert environment.database["OPTIONS"]["pool"]["min_size"] >= 1
    assert environment.demo is False
    assert not (tmp_path / "data" / "secret_key").exists()


def test_environment_on_sqlite_by_url_uses_that_file(tmp_path):
    environment = read_environment(variables(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/own.sqlite3"))

    assert environment.database["NAME"] == f"{tmp_path}/own.sqlite3"
    assert environment.database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("DATABASE_URL", "nonsense", "DATABASE_URL does not start with postgres://"),
        ("WEBHOOK_ALLOWED_NETWORKS", "10.20.0.0/16, inside", "WEBHOOK_ALLOWED_NETWORKS lists networks"),
        ("WEBHOOK_ALLOWED_NETWORKS", "10.20.0.1/16", "10.20.0.1/16 has host bits set"),
        ("DATABASE_URL", "mysql://h/db", "DATABASE_URL does not start with postgres://"),
        ("DATABASE_URL", "postgres://host:notaport/db", "DATABASE_URL cannot be read"),
        ("DATABASE_URL", "postgres://host:99999/db", "DATABASE_URL cannot be read"),
        ("DATABASE_URL", "postgres://host/", "DATABASE_URL names no database"),
        ("DATABASE_URL", "sqlite:///", "DATABASE_URL names no file"),
        ("DATABASE_URL", POSTGRES, "SECRET_KEY is missing"),
        ("REDIS_URL", "nonsense", "REDIS_URL names no Redis"),
        ("REDIS_URL", "http://host:6379", "REDIS_URL names no Redis"),
        ("REDIS_URL", "redis://host:abc/0", "REDIS_URL cannot be read"),
        ("EMAIL_URL", "nonsense", "EMAIL_URL names no mail server"),
        ("EMAIL_URL", "smtp://", "EMAIL_URL names no mail server"),
        ("BASE_URL", "remit.example.org", "BASE_URL is the address people open"),
        ("DEBUG", "perhaps", "DEBUG is on or off"),
        ("DEMO", "2", "DEMO is on or off"),
    ],
)
def test_setting_that_is_wrong_is_refused_in_a_sentence(tmp_path, name, value, part):
    with pytest.raises(SettingError) as refusal:
        read_environment(variables(tmp_path, **{name: value}))

    assert part in str(refusal.value)


def test_refusal_of_a_database_url_keeps_the_password_to_itself(tmp_path):
    with pytest.raises(SettingError) as refusal:
        read_environment(variables(tmp_path, DATABASE_URL="postgres://remit:geheim@host:notaport/db"))

    assert "geheim" not in str(refusal.value)


def test_secret_key_is_made_once_and_for_the_owner_alone(tmp_path):
    first = read_environment(variables(tmp_path)).secret_key
    second = read_environment(variables(tmp_path)).secret_key

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_data_directory_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingError) as refusal:
        read_environment({"REMIT_DATA_DIR": str(tmp_path / "file" / "data")})

    assert "cannot write to its data directory" in str(refusal.value)
    assert "REMIT_DATA_DIR" in str(refusal.value)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a file system that nobody writes to: Linux's /proc")
def test_data_directory_on_a_read_only_place_is_said_to_root_too():
    with pytest.raises(SettingError) as refusal:
        read_environment({"REMIT_DATA_DIR": "/proc"})

    assert "cannot write to its data directory /proc" in str(refusal.value)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"PORT": "9000"}, "http://127.0.0.1:9000"),
        ({"HOST": "0.0.0.0"}, "http://127.0.0.1:8000"),
        ({"HOST": "10.0.0.5", "PORT": "80"}, "http://10.0.0.5:80"),
        ({"HOST": "::1"}, "http://[::1]:8000"),
        ({"ALLOWED_HOSTS": "remit.example.org, localhost"}, "https://remit.example.org"),
        ({"ALLOWED_HOSTS": "*"}, "http://127.0.0.1:8000"),
        ({"ALLOWED_HOSTS": "a.example.org", "BASE_URL": "https://b.example.org/"}, "https://b.example.org"),
    ],
)
def test_base_url_follows_what_is_known(tmp_path, values, expected):
    assert read_environment(variables(tmp_path, HOST=values.pop("HOST", ""), **values)).base_url == expected


def test_host_that_is_bound_is_also_answered(tmp_path):
    assert "10.0.0.5" in read_environment(variables(tmp_path, HOST="10.0.0.5")).allowed_hosts
    assert "0.0.0.0" not in read_environment(variables(tmp_path, HOST="0.0.0.0")).allowed_hosts


def test_valkey_socket_of_a_deep_directory_stays_short_enough(tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)

    assert len(os.fsencode(valkey_socket(deep))) <= LONGEST_SOCKET_PATH
    assert valkey_socket(deep) != valkey_socket(deep / "other")
    assert valkey_socket(Path("/srv/remit")) == Path("/srv/remit/valkey/valkey.sock")


def test_broker_url_speaks_as_celery_does():
    assert broker_url("unix:///srv/valkey.sock") == "redis+socket:///srv/valkey.sock"
    assert broker_url("redis://host:6379/2") == "redis://host:6379/2"


def test_redis_url_counts_over_the_embedded_valkey(tmp_path):
    environment = read_environment(variables(tmp_path, REDIS_URL="redis://host:6379/2"))

    assert environment.redis_url == "redis://host:6379/2"
    assert environment.has_own_valkey is False
