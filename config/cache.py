"""The cache. It may be away: then everything is computed again, and nobody sees an error."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

Method = TypeVar("Method", bound=Callable[..., Any])


def while_away(*, answer: Any) -> Callable[[Method], Method]:
    """Make a method of the cache give `answer` while Redis or Valkey cannot be reached."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def patient(*args: Any, **kwargs: Any) -> Any:
            try:
                return method(*args, **kwargs)
            except RedisError as error:
                logger.warning("The cache is away: %s", error)
                return answer

        return cast("Method", patient)

    return decorate


class PatientRedisCache(RedisCache):
    """Django's Redis cache, which answers as an empty one while Redis or Valkey is away.

    What counts in the cache, such as the limits of sign-in attempts, does not count in that time.
    """

    add = while_away(answer=True)(RedisCache.add)
    set = while_away(answer=None)(RedisCache.set)
    set_many = while_away(answer=[])(RedisCache.set_many)
    touch = while_away(answer=False)(RedisCache.touch)
    delete = while_away(answer=False)(RedisCache.delete)
    delete_many = while_away(answer=None)(RedisCache.delete_many)
    has_key = while_away(answer=False)(RedisCache.has_key)
    clear = while_away(answer=None)(RedisCache.clear)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return while_away(answer=default)(super().get)(key, default, version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        return while_away(answer={})(super().get_many)(keys, version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError where there is nothing to count up, as while the cache is away."""
        count = while_away(answer=None)(super().incr)(key, delta, version)
        if count is None:
            raise ValueError(f"Key {key!r} not found")
        return count
