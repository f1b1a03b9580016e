"""Appendix B, security events over real HTTP: the portal (two processes, gunicorn) beside FastAPI
with asyncpg, DRF's serializer with bulk_create, and the bare statements (P1 to P5, P7).

Everything runs in one run on one machine, client and database with it, in turns; the rows are
counted after each. The portal does all of its work: key, pace, checks, receipt, keys of events,
rollups. The idiomatic peers do less: no history of changes, no months, no totals of all bases."""

import multiprocessing
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

import orjson
import psycopg

from benchmarks import _http, _portal

BATCH = 5000
REPETITIONS = int(os.environ.get("BENCH_REPETITIONS", "5"))
BATCHES = 4  # of one client; four clients send three each
SINGLES = 40  # of each of sixteen clients
PATH = "/api/v1/security-events"
EVENT = {
    "攻击时间": "2026-10-01 10:20:35",
    "攻击者IP": "203.0.113.7,2001:db8::7",
    "攻击目标IP": "192.0.2.10",
    "攻击手段": "G006",
    "是否仍在攻击": "否",
    "当前防御处理状态": "已处理",
    "被攻击资产类型": "Z003",
    "攻击事件描述": "对业务系统登录接口的持续口令尝试",
    "攻击危险程度": "中",
}
_number = count()


def events(size: int = BATCH, **changes: str) -> list[dict[str, str]]:
    """Events that nobody sent before, over thirty days and several kinds."""
    made = []
    for _ in range(size):
        n = next(_number)
        made.append(
            {
                "攻击事件ID": f"SEC-{n:012}",
                **EVENT,
                "攻击时间": f"2026-10-{1 + n % 30:02} 10:20:{n % 60:02}",
                "攻击手段": f"G0{1 + n % 12:02}",
                **changes,
            }
        )
    return made


def main() -> None:
    checking()
    with (
        tempfile.TemporaryDirectory(prefix="bench-ingestion-") as folder,
        _portal.peers(folder, bases=16) as (servers, keys),
    ):
        over_http(servers, keys)
        sending_again(servers["portal"], keys[0])
        parts(servers["portal"].database, folder)


# --- P4 -------------------------------------------------------------------------------------


def timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def checking() -> None:
    from dataaccess.shapes import check_events

    raw, now = orjson.dumps(events()), datetime.now(UTC)
    rows = orjson.loads(raw)
    parse, check = [], []
    for _ in range(2 + REPETITIONS):
        parse.append(timed(lambda: orjson.loads(raw)))
        check.append(timed(lambda: check_events(rows, now)))
    assert len(check_events(rows, now)[0]) == BATCH
    parsed, checked = (statistics.median(times[2:]) for times in (parse, check))
    print(
        f"orjson.loads {parsed / BATCH * 1e6:.2f} µs an event, checking {checked / BATCH * 1e6:.2f}"
    )
    print(f"P4  checking / parsing                          {checked / parsed:5.2f}  (goal ≤ 3.5)")


# --- P1, P2, P3 -----------------------------------------------------------------------------


def over_http(servers: dict[str, _portal.Server], keys: list[str]) -> None:
    figures: dict[tuple[str, str], list[float]] = defaultdict(list)
    latencies: dict[str, list[float]] = defaultdict(list)
    kept: dict[str, int] = defaultdict(int)
    with RawWriters(servers["bare"].database) as raw:
        for turn in range(1 + REPETITIONS):  # the first warms up
            for writers in (1, 2):
                size = BATCHES if writers == 1 else 6
                seconds = raw.write([[events() for _ in range(size)] for _ in range(writers)])
                kept["bare"] += size * writers * BATCH
                note(figures, turn, "bare", f"{writers} writers", size * writers * BATCH / seconds)
            for name in ("portal", "idiomatic", "same", "drf"):
                server = servers[name]
                # The slowest sends fewer: the rate counts.
                one, four = (BATCHES, 3) if name != "drf" else (1, 1)
                for what, clients in (
                    ("1 client", [[body(keys[0]) for _ in range(one)]]),
                    ("4 clients", [[body(key) for _ in range(four)] for key in keys[:4]]),
                    ("16 single", [[body(key, 1) for _ in range(SINGLES)] for key in keys[:16]]),
                ):
                    size = 1 if what == "16 single" else BATCH
                    seconds, told = _http.send(server.port, clients)
                    assert {status for status, _seconds in told} == {201}, told[:3]
                    sent = sum(len(each) for each in clients) * size
                    kept[name] += sent
                    note(figures, turn, name, what, sent / seconds)
                    if size == 1 and turn:
                        latencies[name] += [seconds for _status, seconds in told]
                assert server.rows() == kept[name]
            assert servers["bare"].rows() == kept["bare"]
    rate = {key: statistics.median(values) for key, values in figures.items()}
    for (name, what), value in rate.items():
        print(f"{servers[name].name:32} {what:10} {value:8.0f} events/s")
    for name, values in latencies.items():
        p99 = statistics.quantiles(values, n=100)[98]
        print(
            f"{servers[name].name:32} single, p50 {statistics.median(values) * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms"
        )
    ratios(figures)


def note(
    figures: dict[tuple[str, str], list[float]], turn: int, name: str, what: str, rate: float
) -> None:
    if turn:
        figures[name, what].append(rate)


def ratios(figures: dict[tuple[str, str], list[float]]) -> None:
    """Medians of what was measured in the same turn."""
    for goal, mine, other, least in (
        ("P1  1 client / raw, 1 writer", ("portal", "1 client"), ("bare", "1 writers"), 0.55),
        ("P1  4 clients / raw, 2 writers", ("portal", "4 clients"), ("bare", "2 writers"), 0.65),
        ("P2  batch / idiomatic FastAPI, 1", ("portal", "1 client"), ("idiomatic", "1 client"), 2),
        (
            "P2  batch / idiomatic FastAPI, 4",
            ("portal", "4 clients"),
            ("idiomatic", "4 clients"),
            2,
        ),
        ("P2  batch / DRF serializer, 1", ("portal", "1 client"), ("drf", "1 client"), 5),
        ("P2  batch / DRF serializer, 4", ("portal", "4 clients"), ("drf", "4 clients"), 5),
        ("P2  batch / FastAPI, this design, 1", ("portal", "1 client"), ("same", "1 client"), 1),
        ("P2  batch / FastAPI, this design, 4", ("portal", "4 clients"), ("same", "4 clients"), 1),
        ("P3  single / idiomatic FastAPI", ("portal", "16 single"), ("idiomatic", "16 single"), 1),
        ("P3  single / DRF serializer", ("portal", "16 single"), ("drf", "16 single"), 4),
        ("    single / FastAPI, this design", ("portal", "16 single"), ("same", "16 single"), None),
    ):
        found = statistics.median(a / b for a, b in zip(figures[mine], figures[other], strict=True))
        print(f"{goal:46} {found:5.2f}" + (f"  (goal ≥ {least})" if least else ""))


def body(key: str, size: int = BATCH) -> bytes:
    sent = events(size)
    return _http.request(PATH, key, orjson.dumps(sent[0] if size == 1 else sent))


class RawWriters:
    """Two processes that copy ready-made rows into a temporary table and upsert from there."""

    def __init__(self, database: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipes, self.processes = [], []
        for _ in range(2):
            here, there = context.Pipe()
            process = context.Process(target=raw_writer, args=(database, there), daemon=True)
            process.start()
            self.pipes.append(here)
            self.processes.append(process)

    def __enter__(self) -> "RawWriters":
        return self

    def __exit__(self, *_failure: Any) -> None:
        for pipe, process in zip(self.pipes, self.processes, strict=True):
            pipe.send(None)
            process.join()

    def write(self, batches: list[list[list[dict[str, str]]]]) -> float:
        self.hand_over(batches)
        return self.go()

    def hand_over(self, batches: list[list[list[dict[str, str]]]]) -> None:
        self.used = self.pipes[: len(batches)]
        for number, (pipe, mine) in enumerate(zip(self.used, batches, strict=True), start=1):
            pipe.send([raw_rows(number, each) for each in mine])
        for pipe in self.used:
            pipe.recv()  # it has them

    def go(self) -> float:
        """Seconds until all have written what they were handed."""
        start = time.perf_counter()
        for pipe in self.used:
            pipe.send("go")
        for pipe in self.used:
            pipe.recv()
        return time.perf_counter() - start


RAW = (
    "base_id, event_id, occurred_at, attacker_ips, target_ips, method, ongoing, handling, "
    "asset_type, description, severity, received_at, changed_at, receipt_id"
)


def raw_rows(base: int, batch: list[dict[str, str]]) -> list[tuple[Any, ...]]:
    now, nobody = datetime.now(UTC), "00000000-0000-0000-0000-000000000000"
    return [
        (
            base, each["攻击事件ID"], each["攻击时间"] + "+08", each["攻击者IP"],
            each["攻击目标IP"], each["攻击手段"], each["是否仍在攻击"] == "是",
            each["当前防御处理状态"], each["被攻击资产类型"], each["攻击事件描述"],
            each["攻击危险程度"], now, now, nobody,
        )
        for each in batch
    ]  # fmt: skip


def raw_writer(database: str, pipe: Any) -> None:
    changes = ", ".join(
        f"{name} = excluded.{name}"
        for name in RAW.split(", ")
        if name not in ("base_id", "event_id")
    )
    with psycopg.connect(database) as connection:
        while (batches := pipe.recv()) is not None:
            pipe.send("ready")
            pipe.recv()
            for rows in batches:
                with connection.transaction(), connection.cursor() as cursor:
                    cursor.execute("CREATE TEMP TABLE sent (LIKE plain_event) ON COMMIT DROP")
                    cursor.execute("ALTER TABLE sent ALTER id DROP NOT NULL")
                    with cursor.copy(f"COPY sent ({RAW}) FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
                    cursor.execute(
                        f"INSERT INTO plain_event ({RAW}) SELECT {RAW} FROM sent "
                        f"ON CONFLICT (base_id, event_id) DO UPDATE SET {changes}"
                    )
            pipe.send("done")


# --- P5 -------------------------------------------------------------------------------------


def sending_again(server: _portal.Server, key: str) -> None:
    changed: list[float] = []
    same: list[float] = []
    for turn in range(1 + REPETITIONS):
        batch = events()
        later = [{**each, "当前防御处理状态": "处理中"} for each in batch]
        first, second = (_http.request(PATH, key, orjson.dumps(each)) for each in (batch, later))
        for data, status, times in ((first, 201, []), (second, 200, changed), (second, 200, same)):
            seconds, told = _http.send(server.port, [[data]])
            assert told[0][0] == status
            if turn:
                times.append(seconds)
    ratio = statistics.median(a / b for a, b in zip(changed, same, strict=True))
    print(
        f"changed {BATCH / statistics.median(changed):.0f} events/s, unchanged {BATCH / statistics.median(same):.0f}"
    )
    print(f"P5  unchanged / changed                         {ratio:5.2f}  (goal ≥ 1.5)")


# --- P7 -------------------------------------------------------------------------------------


def parts(database: str, folder: str) -> None:
    """An intake as it is, and one whose statement neither counts nor leaves a receipt."""
    os.environ |= _portal.environment(folder, database, "")
    import django

    django.setup()
    from dataaccess import events_on_postgresql, intake, receipts
    from dataaccess.models import Base

    base = Base.objects.order_by("pk")[0]
    whole, write = events_on_postgresql.POSTGRESQL, receipts.write
    with_all: list[float] = []
    without: list[float] = []
    for turn in range(2 + 3 * REPETITIONS):
        for times, statement, receipt in (
            (with_all, whole, write),
            (without, events_on_postgresql.statement(counting=False), lambda **_values: None),
        ):
            events_on_postgresql.POSTGRESQL, receipts.write = statement, receipt
            raw = orjson.dumps(events())
            seconds = timed(partial(intake.accept, base, "security_event", raw))
            if turn > 1:
                times.append(seconds)
    more = statistics.median(a / b for a, b in zip(with_all, without, strict=True)) - 1
    print(f"P7  rollups and receipt add                     {more:5.0%}  (goal ≤ 25 %)")
    print("    (a delivery leaves a receipt instead of an audit event: docs/data-access.md)")


if __name__ == "__main__":
    main()
