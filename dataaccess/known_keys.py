"""Keys by their digest, each with its base: read by one prepared statement, for most calls of a
busy minute come with a key that this process has not seen lately."""

import time
from functools import cache
from typing import Any

from django.db import connection

from dataaccess import statements
from dataaccess.models import ApiKey, Base

# Keys as they were read lately, with the moment that ends it. Only for deliveries: these ask in
# their own transaction whether the key still holds (intake.KeyEnded), so that a revoked key is
# refused at once all the same. Changed networks hold as soon as the key is read anew.
_RECENT_SECONDS = 10
_RECENT_KEYS = 10_000
_recent: dict[str, tuple[float, ApiKey]] = {}

_KEY, _BASE = ApiKey._meta.concrete_fields, Base._meta.concrete_fields
_COLUMNS = [f"k.{field.column}" for field in _KEY] + [f"b.{field.column}" for field in _BASE]
_SQL = f"""
    SELECT {", ".join(_COLUMNS)} FROM {ApiKey._meta.db_table} k
    JOIN {Base._meta.db_table} b ON b.id = k.base_id WHERE k.digest = %s"""


def known(digest: str, *, recent: bool) -> ApiKey | None:
    """The key of a digest. `recent`: as it was read within the last seconds, for a caller that makes
    sure itself."""
    until, key = _recent.get(digest, (0.0, None)) if recent else (0.0, None)
    if key is not None and time.monotonic() < until:
        return key
    key = _read(digest)
    if key is not None:
        if len(_recent) >= _RECENT_KEYS:
            _recent.clear()
        _recent[digest] = (time.monotonic() + _RECENT_SECONDS, key)
    return key


def forget(digest: str) -> None:
    """Read the key anew for the next call of this process: it was changed."""
    _recent.pop(digest, None)


def _read(digest: str) -> ApiKey | None:
    row = statements.run(_SQL, [digest])
    if row is None:
        return None
    values = list(row)
    for place, column, converter in _converters(connection.vendor):
        values[place] = converter(values[place], column, connection)
    key = ApiKey.from_db(connection.alias, [field.attname for field in _KEY], values[: len(_KEY)])
    key.base = Base.from_db(
        connection.alias, [field.attname for field in _BASE], values[len(_KEY) :]
    )
    return key


@cache
def _converters(_vendor: str) -> list[tuple[int, Any, Any]]:
    """What makes of a column's value what its field holds: the place, the column, the function."""
    columns = [field.cached_col for field in (*_KEY, *_BASE)]
    return [
        (place, column, converter)
        for place, column in enumerate(columns)
        for converter in (
            *connection.ops.get_db_converters(column),
            *column.get_db_converters(connection),
        )
    ]
