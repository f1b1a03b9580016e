"""Letting a delivery in: the base is locked, and everything the delivery is judged by is read in
the same statement."""

from dataclasses import dataclass
from datetime import datetime

from dataaccess import months, statements, windows
from dataaccess.models import ApiKey, Base, DataCall, DataCallItem, WindowChoice
from dataaccess.shapes import Kind


@dataclass(frozen=True, slots=True)
class Admission:
    """A base as it stands while the lock is held. `awaited`: an open data call asks for this
    interface; `month_exists`: events received now have their table; `key_holds`: the key that was
    checked before has neither been revoked nor run out since."""

    province: str
    category: str
    certified_fp16: int | None
    window: str
    awaited: bool
    month_exists: bool
    key_holds: bool


_SQL = f"""
    SELECT b.province, b.category, b.certified_fp16,
        coalesce(
            (SELECT w."window" FROM {WindowChoice._meta.db_table} w
             WHERE w.base_id = b.id AND w.since <= {{date}} ORDER BY w.since DESC LIMIT 1),
            '{windows.DEFAULT_WINDOW}'
        ),
        EXISTS (
            SELECT 1 FROM {DataCallItem._meta.db_table} i
            JOIN {DataCall._meta.db_table} c ON c.id = i.call_id
            WHERE i.base_id = b.id AND i.interface = %s
                AND i.answered_at IS NULL AND c.withdrawn_at IS NULL
        ),
        {{month}},
        NOT EXISTS (
            SELECT 1 FROM {ApiKey._meta.db_table} k
            WHERE k.id = %s AND (k.revoked_at IS NOT NULL OR k.valid_until <= {{time}})
        )
    FROM {Base._meta.db_table} b WHERE b.id = %s"""
POSTGRESQL = (
    _SQL.format(date="%s::date", time="%s", month="to_regclass(%s) IS NOT NULL")
    + " FOR NO KEY UPDATE"
)
_SQLITE = _SQL.format(date="%s", time="%s", month="%s IS NOT NULL")


def admit(base: Base, kind: Kind, at: datetime, key: ApiKey | None) -> Admission:
    """One delivery of a base at a time: counts and history are exact, and of two with the same
    idempotency key the second finds the first."""
    month = months.table_of(months.first_of(at))
    day = windows.day_of(at).isoformat()
    sql = POSTGRESQL if months.partitioned() else _SQLITE
    row = statements.run(
        sql, [day, kind, month, key.pk if key else None, statements.moment(at), base.pk]
    )
    if row is None:
        raise Base.DoesNotExist
    province, category, certified_fp16, window, *told = row
    return Admission(province, category, certified_fp16, window, *map(bool, told))
