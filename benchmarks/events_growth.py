"""P6: whether pages and intake cost the same at ten times as many events. BENCH_EVENTS sets the
larger number (10,000,000); the smaller is a tenth of it. Times are those of a processor, here and in
the database: what others do on the machine meanwhile does not count."""

import os
import statistics
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg

from benchmarks import _portal, ingestion
from benchmarks._clock import processor
from tests import services

MANY = int(os.environ.get("BENCH_EVENTS", "10000000"))
BASES = 20
MONTHS = 12
REPETITIONS = 15
GOALS = {
    "latest page": 1.3,
    "page at 90 % depth": 1.3,
    "counts of 30 days": 1.3,
    "totals of 30 days": 1.5,
    "intake of 5,000": 1.2,
}


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="bench-growth-") as folder,
        services.postgres(durable=True) as server,
        services.new_database(server) as database,
        services.redis_server() as redis,
    ):
        env = _portal.environment(folder, database, redis)
        _portal.manage(env, "migrate", "-v", "0")
        _portal.make_bases(env, BASES)
        os.environ |= env
        import django

        django.setup()
        now = datetime.now(UTC)
        few = MANY // 10
        _fill(database, now, 0, few)
        small = _measure(few)
        _fill(database, now, few, MANY)
        large = _measure(MANY)
        for name, goal in GOALS.items():
            ratio = large[name] / small[name]
            print(
                f"P6  {name:20} {small[name] * 1e3:7.2f} → {large[name] * 1e3:7.2f} ms  "
                f"{ratio:5.2f}  (goal ≤ {goal})"
            )


def _fill(database: str, now: datetime, first: int, last: int) -> None:
    """Events over twelve months and all bases, with their keys and counts, as the intake leaves
    them."""
    from dataaccess import months

    for back in range(MONTHS + 1):
        month = months.later(months.first_of(now), -back)
        if not months.exists(month):
            months.make(month)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for start in range(first, last, 500_000):
            connection.execute(
                _EVENTS, {"now": now, "first": start, "last": min(start + 500_000, last)}
            )
        connection.execute(_KEYS, {"first": first})
        connection.execute("TRUNCATE dataaccess_eventcount, dataaccess_eventtotal")
        connection.execute(_COUNTS)
        connection.execute(_TOTALS)
        connection.execute("VACUUM ANALYZE")
        found = connection.execute("SELECT count(*) FROM dataaccess_securityevent").fetchone()
        assert found is not None
        assert found[0] >= last


_EVENTS = f"""
    INSERT INTO dataaccess_securityevent (base_id, event_id, occurred_at, attacker_ips, target_ips,
        method, ongoing, handling, asset_type, description, severity, received_at, changed_at,
        receipt_id)
    SELECT (SELECT min(id) FROM dataaccess_base) + n %% {BASES}, 'grown-' || n, at - interval '1 minute',
        '203.0.113.7', '192.0.2.10', 'G0' || lpad((1 + n %% 12)::text, 2, '0'), n %% 50 = 0,
        (ARRAY['未处理', '处理中', '已处理'])[1 + n %% 3], 'Z00' || 1 + n %% 7,
        '对业务系统登录接口的持续口令尝试', (ARRAY['低', '中', '高'])[1 + n %% 3], at, at,
        '00000000-0000-0000-0000-000000000000'
    FROM (
        SELECT n, %(now)s::timestamptz - (n * 7919 %% {MONTHS * 30 * 86400}) * interval '1 second' AS at
        FROM generate_series(%(first)s::bigint, %(last)s::bigint - 1) n
    ) made"""
_KEYS = """
    INSERT INTO dataaccess_eventkey (base_id, event_id, event, received_at, digest)
    SELECT base_id, event_id, id, received_at, md5(event_id)::uuid FROM dataaccess_securityevent
    WHERE event_id LIKE 'grown-%%' AND substr(event_id, 7)::bigint >= %(first)s
    ON CONFLICT DO NOTHING"""
_COUNTS = """
    INSERT INTO dataaccess_eventcount (base_id, day, method, asset_type, severity, handling, events,
        ongoing, archived, archived_ongoing)
    SELECT base_id, (occurred_at AT TIME ZONE 'Asia/Shanghai')::date, method, asset_type, severity,
        handling, count(*), count(*) FILTER (WHERE ongoing), 0, 0
    FROM dataaccess_securityevent GROUP BY 1, 2, 3, 4, 5, 6"""
_TOTALS = """
    INSERT INTO dataaccess_eventtotal (day, method, asset_type, severity, handling, events, ongoing,
        folded)
    SELECT day, method, asset_type, severity, handling, sum(events), sum(ongoing), true
    FROM dataaccess_eventcount GROUP BY 1, 2, 3, 4, 5"""


def _measure(events: int) -> dict[str, float]:
    from django.db.models import Sum

    from dataaccess import intake, queries, windows
    from dataaccess.models import Base, EventCount, EventTotal, SecurityEvent

    base = Base.objects.order_by("pk")[1]
    deep = events // BASES * 9 // 10
    at = SecurityEvent.objects.filter(base=base).order_by("-occurred_at", "-id")[deep]
    cursor = f"{at.occurred_at.timestamp():.0f}-{at.pk}"
    since = windows.day_of(datetime.now(UTC)) - timedelta(days=60)
    until = since + timedelta(days=30)

    def counts() -> list[Any]:
        rows = EventCount.objects.filter(base=base, day__range=(since, until))
        return list(rows.values("day").annotate(n=Sum("events")).order_by("day"))

    def totals() -> list[Any]:
        rows = EventTotal.objects.filter(day__range=(since, until))
        return list(rows.values("day", "severity").annotate(n=Sum("events")).order_by("day"))

    def take() -> None:
        told = intake.accept(base, "security_event", orjson.dumps(ingestion.events()))
        assert told.body["created"] == ingestion.BATCH

    assert len(queries.events_page(base, cursor).events) == queries.EVENTS_A_PAGE
    return {
        name: _median(call)
        for name, call in {
            "latest page": lambda: queries.events_page(base),
            "page at 90 % depth": lambda: queries.events_page(base, cursor),
            "counts of 30 days": counts,
            "totals of 30 days": totals,
            "intake of 5,000": take,
        }.items()
    }


def _median(call: Callable[[], Any]) -> float:
    times = []
    for _ in range(3 + REPETITIONS):
        start = processor()
        call()
        times.append(processor() - start)
    return statistics.median(times[3:])


if __name__ == "__main__":
    main()
