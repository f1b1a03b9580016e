"""Running a statement of the intake. On PostgreSQL it is prepared once on each connection: what is
sent a thousand times a second is neither quoted here nor planned there every time."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection


def run(sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row, where there are any."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as direct:
        # Connections that are not kept (behind a pooler) have no use for it.
        direct.execute(sql, values, prepare=bool(settings.DATABASES["default"]["CONN_MAX_AGE"]))
        return direct.fetchone() if direct.description else None


def moment(at: Any) -> Any:
    """A time as the database takes it."""
    return connection.ops.adapt_datetimefield_value(at)
