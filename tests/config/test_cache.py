"""The cache, with and without a Valkey behind it."""

import pytest

from config.cache import PatientRedisCache


@pytest.fixture
def away():
    return PatientRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 0.2}})


def test_cache_that_is_away_answers_as_an_empty_one(away):
    assert away.get("key") is None
    assert away.get("key", "other") == "other"
    assert away.get_many(["a", "b"]) == {}
    assert away.add("key", 1) is True
    assert away.set("key", 1) is None
    assert away.set_many({"a": 1}) == []
    assert away.has_key("key") is False
    assert away.touch("key") is False
    assert away.delete("key") is False
    assert away.delete_many(["a"]) is None
    assert away.get_or_set("key", lambda: 7) == 7
    with pytest.raises(ValueError, match="not found"):
        away.incr("key")


@pytest.mark.redis
def test_cache_keeps_what_it_is_given(redis_url):
    cache = PatientRedisCache(redis_url, {"KEY_PREFIX": "remit-tests"})
    cache.set("count", 1)

    assert cache.incr("count") == 2
    assert cache.get_many(["count", "nothing"]) == {"count": 2}
    assert cache.delete("count") is True
