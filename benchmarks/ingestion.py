"""Appendix B, first figures: checking a batch beside parsing it (P4), taking a batch in on
PostgreSQL beside a raw COPY + upsert (part of P1: no HTTP yet), and sending it again (P5)."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg

from tests import services

BATCH = 5000
REPETITIONS = 7
GOAL_CHECK = 3.5
GOAL_INTAKE = 0.55
GOAL_AGAIN = 1.5


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="bench-ingestion-") as folder,
        services.postgres(durable=True) as server,
        services.new_database(server) as url,
    ):
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "READ_DOTENV": "false",
            "VAR_DIR": folder,
            "DATABASE_URL": url,
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        _checking()
        _intake(url)
        connection.close()


def _batch(run: int, description: str = "对业务系统登录接口的持续口令尝试") -> list[dict[str, str]]:
    from dataaccess.api.examples import BODIES

    return [
        {**BODIES["security_event"], "攻击事件ID": f"{run}-{number}", "攻击事件描述": description}
        for number in range(BATCH)
    ]


def _timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _checking() -> None:
    from dataaccess.shapes import check_events

    raw, now = orjson.dumps(_batch(0)), datetime.now(UTC)
    rows = orjson.loads(raw)
    parsing, checking = [], []
    for _ in range(1 + REPETITIONS):
        parsing.append(_timed(lambda: orjson.loads(raw)))
        checking.append(_timed(lambda: check_events(rows, now)))
    assert len(check_events(rows, now)[0]) == BATCH
    parse, check = (statistics.median(times[1:]) for times in (parsing, checking))
    print(f"orjson.loads   {parse / BATCH * 1e6:6.2f} µs an event")
    print(f"checking       {check / BATCH * 1e6:6.2f} µs an event")
    print(f"P4 ratio       {check / parse:6.2f}  (goal ≤ {GOAL_CHECK})")


def _intake(url: str) -> None:
    from dataaccess import intake
    from dataaccess.models import Base, SecurityEvent
    from portal.accounts.models import Organisation

    owner = Organisation.objects.create(name="示例", credit_code="91350100M000100Y43")
    base = Base.objects.create(organisation=owner, code="bench", name="示例基地")
    raw_seconds, kept, changed, again = [], [], [], []
    with psycopg.connect(url) as bare:
        bare.execute("CREATE TABLE bare (LIKE dataaccess_securityevent INCLUDING ALL)")
        bare.commit()
        for run in range(1 + REPETITIONS):
            first = orjson.dumps(_batch(run))
            second = orjson.dumps(_batch(run, "已限制来源地址"))
            rows = _rows(base.pk, _batch(run))
            raw_seconds.append(_timed(lambda rows=rows: _copy(bare, rows)))
            kept.append(_timed(lambda body=first: intake.accept(base, "security_event", body)))
            changed.append(_timed(lambda body=second: intake.accept(base, "security_event", body)))
            again.append(_timed(lambda body=second: intake.accept(base, "security_event", body)))
            stored = bare.execute("SELECT count(*) FROM bare").fetchone()
            bare.commit()
            assert stored == ((run + 1) * BATCH,)
            assert SecurityEvent.objects.count() == (run + 1) * BATCH
    raw, new, update, same = (
        statistics.median(times[1:]) for times in (raw_seconds, kept, changed, again)
    )
    print(f"raw COPY       {BATCH / raw:8.0f} events/s (rows ready made, no checks, no receipt)")
    print(f"intake, new    {BATCH / new:8.0f} events/s (parsed, checked, receipt; no HTTP)")
    print(f"P1 ratio       {raw / new:6.2f}  (goal with HTTP ≥ {GOAL_INTAKE})")
    print(f"changed        {BATCH / update:8.0f} events/s (with history)")
    print(f"unchanged      {BATCH / same:8.0f} events/s")
    print(f"P5 ratio       {update / same:6.2f}  (goal ≥ {GOAL_AGAIN})")


_COLUMNS = (
    "base_id, event_id, occurred_at, attacker_ips, target_ips, method, ongoing, handling, "
    "asset_type, description, severity, received_at, changed_at, receipt_id"
)


def _rows(base: int, events: list[dict[str, str]]) -> list[tuple[Any, ...]]:
    now = datetime.now(UTC)
    nobody = "00000000-0000-0000-0000-000000000000"
    return [
        (
            base, event["攻击事件ID"], event["攻击时间"] + "+08", event["攻击者IP"],
            event["攻击目标IP"], event["攻击手段"], event["是否仍在攻击"] == "是",
            event["当前防御处理状态"], event["被攻击资产类型"], event["攻击事件描述"],
            event["攻击危险程度"], now, now, nobody,
        )
        for event in events
    ]  # fmt: skip


def _copy(bare: Any, rows: list[tuple[Any, ...]]) -> None:
    with bare.transaction(), bare.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE sent (LIKE bare) ON COMMIT DROP")
        cursor.execute("ALTER TABLE sent ALTER id DROP NOT NULL")
        with cursor.copy(f"COPY sent ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO bare ({_COLUMNS}) SELECT {_COLUMNS} FROM sent "
            "ON CONFLICT (base_id, event_id) DO UPDATE SET handling = excluded.handling"
        )


if __name__ == "__main__":
    main()
