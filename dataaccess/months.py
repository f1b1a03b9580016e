"""The months that security events lie in: on PostgreSQL a table of its own for each month of
receipt, on SQLite one table for all. Nobody else knows the difference."""

from datetime import date, datetime

from django.db import connection, transaction

from dataaccess import windows
from dataaccess.models import SecurityEvent

EVENTS = SecurityEvent._meta.db_table
# So many months are made ahead, so that a beat which is away for weeks does no harm.
AHEAD = 3
# Of two processes that make the same month the second waits for the first.
_LOCK = 0x6779_7A73


def partitioned() -> bool:
    return bool(connection.vendor == "postgresql")


def first_of(moment: datetime) -> date:
    """The month of a moment in Asia/Shanghai, as its first day."""
    return windows.day_of(moment).replace(day=1)


def later(month: date, count: int) -> date:
    """The month so many months later (or, negative, earlier)."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def table_of(month: date) -> str:
    return f"{EVENTS}_{month:%Y_%m}"


def beginning(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=windows.SHANGHAI)


def exists(month: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table_of(month)])
        return bool(cursor.fetchone()[0])


def make(month: date) -> None:
    """Give events received in a month their table."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {table_of(month)} PARTITION OF {EVENTS} "
            "FOR VALUES FROM (%s) TO (%s)",
            [beginning(month), beginning(later(month, 1))],
        )


def ensure_ahead(now: datetime) -> None:
    """See to it that the month of a moment and the next ones have their table."""
    for count in range(AHEAD + 1):
        month = later(first_of(now), count)
        if not exists(month):
            make(month)


def drop(month: date) -> None:
    """Let a month go with everything in it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table_of(month)}")


def stored() -> list[date]:
    """The months that have a table of their own, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
            "WHERE inhparent = to_regclass(%s) ORDER BY child.relname",
            [EVENTS],
        )
        names = [name for (name,) in cursor.fetchall()]
    return [date(int(name[-7:-3]), int(name[-2:]), 1) for name in names]
