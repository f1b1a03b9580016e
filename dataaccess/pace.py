"""Counting a key's calls in a minute, exactly, also when many come at once."""

import logging
import time
from functools import cache

from django.conf import settings
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError

from dataaccess.models import KeyPace

log = logging.getLogger(__name__)

MINUTE = 60
ASK_AGAIN = 5
_redis_away_until = 0.0
_TABLE = KeyPace._meta.db_table
# One statement, so that of two calls at once none is counted for the other.
_COUNT = f"""
    INSERT INTO {_TABLE} AS pace (key_id, minute, calls) VALUES (%s, %s, 1)
    ON CONFLICT (key_id) DO UPDATE
    SET calls = CASE WHEN pace.minute = excluded.minute THEN pace.calls + 1 ELSE 1 END,
        minute = excluded.minute
    RETURNING calls"""  # noqa: S608  a name of our own


def count_call(key: int) -> int:
    """This call's number within its minute. Counted in Redis, and without it in the database:
    the cache that the database holds reads and writes in two steps. 0 while Redis is away: it is
    asked again only after a while, so that calls do not wait for it one by one."""
    global _redis_away_until
    minute = int(time.time() // MINUTE)
    if not settings.REDIS_URL:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [key, minute])
            return int(cursor.fetchone()[0])
    if time.monotonic() < _redis_away_until:
        return 0
    slot = f"api-pace:{key}:{minute}"
    try:
        calls = int(_redis().incr(slot))
        if calls == 1:
            _redis().expire(slot, 2 * MINUTE)
    except RedisError:
        _redis_away_until = time.monotonic() + ASK_AGAIN
        log.warning("Redis is away: calls are not counted", exc_info=True)
        return 0
    return calls


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)


def seconds_left() -> int:
    """Until the next minute begins."""
    return MINUTE - int(time.time() % MINUTE)
