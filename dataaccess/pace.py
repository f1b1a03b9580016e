"""Counting a key's calls in a minute, exactly, also when many come at once."""

import time

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from dataaccess.models import KeyPace

MINUTE = 60
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
    the cache that the database holds reads and writes in two steps."""
    minute = int(time.time() // MINUTE)
    if settings.REDIS_URL:
        slot = f"api-pace:{key}:{minute}"
        cache.add(slot, 0, 2 * MINUTE)
        return int(cache.incr(slot))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, minute])
        return int(cursor.fetchone()[0])


def seconds_left() -> int:
    """Until the next minute begins."""
    return MINUTE - int(time.time() % MINUTE)
