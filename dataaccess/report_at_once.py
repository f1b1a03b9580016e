"""A day's first compute report by one statement (at_once.py), as nearly all of them come, most within
the same few minutes. A day that was reported before goes the long way, and so does a report that
might be doubted: which ones are is judged there, here only what surely is not."""

from datetime import date
from typing import Any

import orjson

from dataaccess import at_once, months, plausibility, rollups, statements, windows
from dataaccess.models import (
    ApiKey,
    Base,
    ComputeReport,
    LatestReport,
    ReportingMonth,
    WindowChoice,
)
from dataaccess.shapes import tables

_REPORTS = ComputeReport._meta.db_table
_MONTHS = ReportingMonth._meta.db_table
_FIGURES = list(tables.FIGURES.values())
_LIST = ", ".join(_FIGURES)
_SENT = ", ".join(f"%({name})s::bigint" for name in _FIGURES)
_LOW, _HIGH = plausibility.CERTIFIED_WITHIN
_WINDOW = f"""
    coalesce(
        (SELECT w."window" FROM {WindowChoice._meta.db_table} w
         WHERE w.base_id = b.id AND w.since <= %(today)s::date ORDER BY w.since DESC LIMIT 1),
        '{windows.DEFAULT_WINDOW}'
    ) AS "window" """
# A little wider than the rules themselves, whatever the rounding.
# With a decimal point: no bigint can overflow.
_JUMPED = " OR ".join(
    f"p.{pair.key}_total > 0 AND ("
    f"%({pair.key}_total)s::bigint <= p.{pair.key}_total * {plausibility.DROP_BELOW} "
    f"OR %({pair.key}_total)s::bigint >= p.{pair.key}_total * {plausibility.RISE_FROM}.0)"
    for pair in tables.PAIRS
)
_BEYOND_DOUBT = f"""(
        NOT %(totalled)s::boolean OR (
            (coalesce(b.certified_fp16, 0) = 0 OR (
                %(fp16_total)s::bigint > b.certified_fp16 * {_LOW}
                AND %(fp16_total)s::bigint < b.certified_fp16 * {_HIGH}
            ))
            AND NOT EXISTS (
                SELECT 1 FROM (
                    SELECT * FROM {_REPORTS} WHERE base_id = b.id AND date < %(day)s::date
                    ORDER BY date DESC LIMIT 1
                ) p WHERE {_JUMPED}
            )
        )
    )"""
_FIRST_OF_THE_DAY = f"""
    NOT EXISTS (
        SELECT 1 FROM {_REPORTS} r WHERE r.base_id = b.id AND r.date = %(day)s::date
    )"""
_ANSWER = (
    "%(answer)s::jsonb || jsonb_build_object('timeliness', "
    "jsonb_build_object('status', timeliness, 'window', \"window\"))"
)
_DAYS = (windows.ON_TIME, windows.OUT_OF_WINDOW, windows.MAKEUP)

STATEMENT = statements.Statement(f"""
    WITH admitted AS MATERIALIZED ({
    at_once.admitted(
        "compute_report",
        f"b.id, b.province, b.category, {_WINDOW}",
        f"{_FIRST_OF_THE_DAY} AND {_BEYOND_DOUBT}",
    )
}),
    agreed AS MATERIALIZED (
        SELECT admitted.*, %(judged)s::jsonb ->> "window" AS timeliness FROM admitted
    ),
    kept AS (
        INSERT INTO {_REPORTS} (base_id, date, {_LIST}, received_at, changed_at, timeliness,
            receipt_id, corrected, province, category)
        SELECT id, %(day)s::date, {_SENT}, %(received_at)s::timestamptz,
            %(received_at)s::timestamptz, timeliness, %(id)s::uuid, false, province, category
        FROM agreed RETURNING id
    ),
    totalled AS (
        {rollups.COMPUTE_INTO}
        SELECT %(day)s::date, province, category, 1, {_SENT} FROM agreed
        WHERE %(totalled)s::boolean {rollups.COMPUTED_ALREADY}
    ),
    counted AS (
        INSERT INTO {_MONTHS} AS m (base_id, month, {", ".join(_DAYS)}, corrected)
        SELECT id, %(month)s::date, {", ".join(f"(timeliness = '{day}')::int" for day in _DAYS)}, 0
        FROM agreed
        ON CONFLICT (base_id, month) DO UPDATE
        SET {", ".join(f"{day} = m.{day} + excluded.{day}" for day in _DAYS)}
    ),
    latest AS (
        INSERT INTO {LatestReport._meta.db_table} AS l (base_id, date, report_id)
        SELECT agreed.id, %(day)s::date, kept.id FROM agreed CROSS JOIN kept
        ON CONFLICT (base_id) DO UPDATE SET date = excluded.date, report_id = excluded.report_id
        WHERE l.date < excluded.date
    ),
    told AS ({
    at_once.told(
        "agreed",
        timeliness="timeliness",
        created="1",
        updated="0",
        unchanged="0",
        status="201",
        answer=_ANSWER,
    )
}),
    used AS ({at_once.used("agreed")})
    SELECT timeliness, "window" FROM agreed""")


def keep(
    base: Base, day: date, values: dict[str, int], key: ApiKey | None, receipt: dict[str, Any]
) -> tuple[windows.Timeliness, str] | None:
    """How the report was judged and by which window, once it and its receipt are committed; None
    where nothing was kept. `receipt` holds its columns without what follows from the window."""
    if not months.partitioned():
        return None
    at = receipt["received_at"]
    judged = {each.name: windows.judge(at, each.name, day) for each in windows.WINDOWS}
    row = at_once.run(
        STATEMENT,
        key,
        receipt,
        day=day,
        today=windows.day_of(at),
        month=day.replace(day=1),
        judged=orjson.dumps(judged).decode(),
        totalled=not base.sandbox,
        **{tables.FIGURES[name]: value for name, value in values.items()},
    )
    return (row[0], row[1]) if row else None
