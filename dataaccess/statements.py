"""Running a statement of the intake. On PostgreSQL it is prepared once on each connection: what is
sent a thousand times a second is neither quoted here nor planned there every time."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

_NAME = re.compile(r"%\((\w+)\)s")


class Statement:
    """One for PostgreSQL with %(names)s, numbered once as the server wants them."""

    def __init__(self, sql: str) -> None:
        self.names = list(dict.fromkeys(_NAME.findall(sql)))
        numbers = {name: f"${nth}" for nth, name in enumerate(self.names, start=1)}
        self.sql = _NAME.sub(lambda found: numbers[found[1]], sql).encode()

    def values(self, named: Mapping[str, Any]) -> list[Any]:
        return [named[name] for name in self.names]


def run(sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """The first row, where there are any."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row
    with _prepared(), psycopg.Cursor(connection.connection) as direct:
        direct.execute(sql, values)
        return direct.fetchone() if direct.description else None


def run_named(statement: Statement, named: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row. Outside a transaction it is one of its own, and whether the connection still
    stands is not asked before: who calls it so can take a failure."""
    with _prepared(), psycopg.RawCursor(connection.connection) as direct:
        direct.execute(statement.sql, statement.values(named))
        return direct.fetchone()


def copy(before: str, sql: str, rows: bytes) -> None:
    """Rows as text into a table that a statement beforehand has made ready."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as direct:
        direct.execute(before)
        with direct.copy(sql) as filled:
            filled.write(rows)


@contextmanager
def _prepared() -> Iterator[None]:
    """Within this a statement is prepared the first time, and found again from then on: nothing
    else that Django sends is. Connections that are not kept (behind a pooler) have no use for it."""
    connection.ensure_connection()
    direct = connection.connection
    with connection.wrap_database_errors:
        direct.prepare_threshold = 0 if settings.DATABASES["default"]["CONN_MAX_AGE"] else None
        try:
            yield
        finally:
            direct.prepare_threshold = None


def moment(at: Any) -> Any:
    """A time as the database takes it."""
    return connection.ops.adapt_datetimefield_value(at)
