"""The first half of P11: the command centre's pages at a thousand bases that have reported for three
years. One process, no network, PostgreSQL; at the server, with the reader signed in. BENCH_BASES and
BENCH_DAYS make it smaller.

On a machine that others use too a page waits for a processor. What it needs of one, in this process and
in the database's, is told beside it: what an idle machine would take."""

import os
import statistics
import tempfile
import time
from typing import Any

import psycopg

from benchmarks import _portal, pages
from benchmarks._clock import processor
from tests import services

BASES = int(os.environ.get("BENCH_BASES", "1000"))
DAYS = int(os.environ.get("BENCH_DAYS", "1095"))
REQUESTS = 25
GOAL = 200.0
PAGES = (
    "/overview/",
    "/overview/?days=1095&resource=gpu",
    "/overview/?province=370000&days=1095",
    "/overview/wall/",
    "/overview/events/",
    "/overview/events/?days=1095",
    "/overview/events/?days=1095&severity=高&method=G006",
    "/bases/",
    "/bases/?today=missing",
    "/bases/bench-7/?days=1095",
    "/bases/bench-7/calendar/",
    "/bases/bench-7/events/",
    "/capacity/",
    "/capacity/?accelerator=gpu&pflops=20&memory=1000&origin=110000&latency=40",
    "/questions/",
    "/data-calls/",
)


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="bench-overview-") as folder,
        services.postgres(durable=True) as server,
        services.new_database(server) as database,
        services.redis_server() as redis,
    ):
        os.environ |= _portal.environment(folder, database, redis, LOG_LEVEL="ERROR")
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        settings.STATIC_ROOT = tempfile.mkdtemp(dir=folder)
        call_command("migrate", verbosity=0)
        pages.ROWS = BASES
        pages._people()
        pages._add(BASES)
        _fill(database)
        browser = pages._browser("secretariat")
        missed = 0
        for path in PAGES:
            missed += not _measured(browser, path)
        print(f"{len(PAGES) - missed} of {len(PAGES)} met")


def _measured(browser: Any, path: str) -> bool:
    times, worked = [], []
    for turn in range(3 + REQUESTS):
        start, before = time.perf_counter(), processor()
        answer = browser.get(path)
        if turn >= 3:
            times.append((time.perf_counter() - start) * 1e3)
            worked.append((processor() - before) * 1e3)
        assert answer.status_code == 200, (path, answer.status_code)
    p95, work = (statistics.quantiles(each, n=20)[18] for each in (times, worked))
    met = "met" if p95 <= GOAL else "met, without waiting" if work <= GOAL else "MISSED"
    print(
        f"P11 {path:73} {statistics.median(times):6.0f} {p95:6.0f} ms, "
        f"{statistics.median(worked):4.0f} {work:4.0f} of a processor  (p95 ≤ {GOAL:.0f})  {met}",
        flush=True,
    )
    return met != "MISSED"


def _fill(database: str) -> None:
    """Reports of every day, the totals of all bases, and an event of each base each day, as the
    intake leaves them. A third of the bases lies in each of three provinces of many."""
    from dataaccess.shapes import tables

    columns = list(tables.FIGURES.values())
    idle = [column for column in columns if column.endswith("_idle")]
    figures = ", ".join(
        f"(50 + n * 7 % 900 + (day - '2020-01-01'::date) % 40) * {1 if c in idle else 3}"
        for c in columns
    )
    names = ", ".join(columns)
    sums = ", ".join(f"sum({column})" for column in columns)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET timezone = 'Asia/Shanghai'")
        connection.execute(
            "UPDATE dataaccess_base SET category = (ARRAY['province', 'city', 'industry'])[1 + id % 3], "
            "province = (ARRAY['110000','130000','310000','320000','330000','370000','410000',"
            "'420000','440000','510000','520000','610000'])[1 + id % 12]"
        )
        connection.execute(
            "INSERT INTO dataaccess_receipt (id, base_id, interface, received_at, accepted, created, "
            "updated, unchanged, refused, timeliness, idempotency_key, body_digest, status, answer) "
            "SELECT gen_random_uuid(), id, 'compute_report', now(), 1, 1, 0, 0, 0, 'on_time', '', '', "
            "201, '{}' FROM dataaccess_base"
        )
        connection.execute(f"""
            INSERT INTO dataaccess_computereport (base_id, date, {names}, received_at, changed_at,
                timeliness, receipt_id, corrected, province, category)
            SELECT b.id, day, {figures}, day + interval '7 hours 9 minutes',
                day + interval '7 hours 9 minutes', 'on_time', r.id, false, b.province, b.category
            FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM dataaccess_base) b
            JOIN dataaccess_receipt r ON r.base_id = b.id
            CROSS JOIN (SELECT current_date - d AS day FROM generate_series(0, {DAYS - 1}) d) days""")
        connection.execute(f"""
            INSERT INTO dataaccess_computetotal (date, province, category, bases, {names})
            SELECT date, province, category, count(*), {sums}
            FROM dataaccess_computereport GROUP BY 1, 2, 3""")
        connection.execute("""
            INSERT INTO dataaccess_latestreport (base_id, date, report_id)
            SELECT base_id, date, id FROM dataaccess_computereport WHERE date = current_date""")
        connection.execute("""
            INSERT INTO dataaccess_reportingmonth (base_id, month, on_time, out_of_window, makeup,
                corrected)
            SELECT base_id, date_trunc('month', date), count(*), 0, 0, 0
            FROM dataaccess_computereport GROUP BY 1, 2""")
        connection.execute(f"""
            INSERT INTO dataaccess_eventcount (base_id, day, method, asset_type, severity, handling,
                events, ongoing, archived, archived_ongoing)
            SELECT b.id, current_date - d, 'G0' || lpad((1 + (b.id + d) % 12)::text, 2, '0'),
                'Z00' || 1 + (b.id * 3 + d) % 7, (ARRAY['低', '中', '高'])[1 + (b.id + d / 3) % 3],
                (ARRAY['未处理', '处理中', '已处理'])[1 + d % 3], 1 + d % 5, d % 2, 0, 0
            FROM dataaccess_base b CROSS JOIN generate_series(0, {DAYS - 1}) d""")
        connection.execute("""
            INSERT INTO dataaccess_eventtotal (day, method, asset_type, severity, handling, events,
                ongoing, folded)
            SELECT day, method, asset_type, severity, handling, sum(events), sum(ongoing), true
            FROM dataaccess_eventcount GROUP BY 1, 2, 3, 4, 5""")
        connection.execute("VACUUM ANALYZE")
        stored = connection.execute("SELECT count(*) FROM dataaccess_computereport").fetchone()
        assert stored == (BASES * DAYS,)


if __name__ == "__main__":
    main()
