"""Counting a key's calls in a minute, exactly, also when many come at once."""

import logging
import time
from functools import cache
from threading import Lock

from django.conf import settings
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError

from dataaccess.models import KeyPace

log = logging.getLogger(__name__)

MINUTE = 60
ASK_AGAIN = 5
# Of a limit of thousands a process takes a small part at a time: Redis is asked once for it, not at
# each call. Never more than the limit is let through in all; what another process took and has no
# use for is that much less. A small limit is counted one by one.
PART = 200
_redis_away_until = 0.0
_taken: dict[int, tuple[int, int]] = {}  # by key: the minute, and how many calls are left of a part
_MOST_KEYS = 10_000
_lock = Lock()
_TABLE = KeyPace._meta.db_table
# One statement, so that of two calls at once none is counted for the other.
_COUNT = f"""
    INSERT INTO {_TABLE} AS pace (key_id, minute, calls) VALUES (%s, %s, 1)
    ON CONFLICT (key_id) DO UPDATE
    SET calls = CASE WHEN pace.minute = excluded.minute THEN pace.calls + 1 ELSE 1 END,
        minute = excluded.minute
    RETURNING calls"""  # noqa: S608  a name of our own


def may_call(key: int, limit: int) -> bool:
    """Whether this call is within the limit of its minute. Counted in Redis, and without it in the
    database: the cache that the database holds reads and writes in two steps. While Redis is away
    every call may come: it is asked again only after a while, so that calls do not wait for it one
    by one."""
    minute = int(time.time() // MINUTE)
    if not settings.REDIS_URL:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [key, minute])
            return int(cursor.fetchone()[0]) <= limit
    if _take(key, minute, -1):
        return True
    if time.monotonic() < _redis_away_until:
        return True
    part = max(1, limit // PART)
    counted = _counted(f"api-pace:{key}:{minute}", part)
    granted = part - max(0, counted - limit)
    if granted > 1:
        _take(key, minute, granted - 1)
    return granted > 0


def _take(key: int, minute: int, calls: int) -> bool:
    """Add to what is left of a part, or take from it. False where nothing was left."""
    with _lock:
        since, left = _taken.get(key, (minute, 0))
        left = left + calls if since == minute else calls
        if left < 0:
            return False
        if len(_taken) >= _MOST_KEYS:
            _taken.clear()
        _taken[key] = (minute, left)
        return True


def _counted(slot: str, calls: int) -> int:
    """The calls of the minute with these; 0 while Redis is away."""
    global _redis_away_until
    try:
        counted = int(_redis().incrby(slot, calls))
        if counted == calls:
            _redis().expire(slot, 2 * MINUTE)
    except RedisError:
        _redis_away_until = time.monotonic() + ASK_AGAIN
        log.warning("Redis is away: calls are not counted", exc_info=True)
        return 0
    return counted


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)


def seconds_left() -> int:
    """Until the next minute begins."""
    return MINUTE - int(time.time() % MINUTE)
