"""What a delivery costs of a processor, at the server and in its database, beside the peers of
`ingestion`. Rates say nothing on a machine that others use too; this does: on two cores kept busy, the
rates stand to each other as these do the other way round (the client's own share left out)."""

import os
import re
import statistics
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable

import psycopg

from benchmarks import _http, _portal, ingestion

REPETITIONS = int(os.environ.get("BENCH_REPETITIONS", "5"))
TICK = os.sysconf("SC_CLK_TCK")
NAMES = ("portal", "same", "idiomatic", "drf")
KINDS = ("16 single", "1 client", "4 clients")


def main() -> None:
    # A connection that ended within a turn would take what it had spent with it.
    os.environ["DB_CONN_MAX_AGE"] = "3600"
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with (
        tempfile.TemporaryDirectory(prefix="bench-processor-") as folder,
        _portal.peers(folder, bases=16) as (servers, keys),
        ingestion.RawWriters(servers["bare"].database) as raw,
    ):
        for turn in range(1 + REPETITIONS):  # the first warms up
            for kind in KINDS:
                for name in NAMES:
                    used = _of_a_server(servers[name], _clients(kind, name, keys))
                    found[kind, name] += [used] * bool(turn)
                if kind != "16 single":
                    used = _of_writers(raw, servers["bare"].database, 1 + (kind == "4 clients"))
                    found[kind, "bare"] += [used] * bool(turn)
        for (kind, name), values in found.items():
            server, database = (statistics.median(each) for each in zip(*values, strict=True))
            print(
                f"{kind:10} {servers[name].name:32} {server:7.2f} + {database:6.2f} = "
                f"{server + database:7.2f} ms a delivery"
            )
    for goal, kind, other, least in (
        ("P1", "1 client", "bare", 0.55),
        ("P1", "4 clients", "bare", 0.65),
        ("P2", "4 clients", "idiomatic", 2),
        ("P2", "4 clients", "drf", 5),
        ("P2", "4 clients", "same", 1),
        ("P3", "16 single", "idiomatic", 1),
        ("P3", "16 single", "drf", 4),
    ):
        ratio = statistics.median(
            sum(theirs) / sum(mine)
            for theirs, mine in zip(found[kind, other], found[kind, "portal"], strict=True)
        )
        print(f"{goal}  {kind:10} {servers[other].name:32} / portal {ratio:5.2f}  (goal ≥ {least})")


def _clients(kind: str, name: str, keys: list[str]) -> list[list[bytes]]:
    if kind == "16 single":
        return [[ingestion.body(key, 1) for _ in range(60)] for key in keys]
    most = 1 if name == "drf" else 3
    return [[ingestion.body(key) for _ in range(most)] for key in keys[: 4 if "4" in kind else 1]]


def _of_a_server(server: _portal.Server, clients: list[list[bytes]]) -> tuple[float, float]:
    told: list[tuple[int, float]] = []
    listening = subprocess.run(
        ["ss", "-Hltnp", f"sport = :{server.port}"], capture_output=True, text=True, check=True
    ).stdout
    used = _used(
        {int(pid) for pid in re.findall(r"pid=(\d+)", listening)},
        server.database,
        lambda: told.extend(_http.send(server.port, clients)[1]),
    )
    assert {status for status, _seconds in told} == {201}, told[:3]
    return used[0] / len(told), used[1] / len(told)


def _of_writers(raw: ingestion.RawWriters, database: str, writers: int) -> tuple[float, float]:
    batches = [[ingestion.events() for _ in range(4)] for _ in range(writers)]
    pids = {process.pid for process in raw.processes if process.pid}
    raw.hand_over(batches)
    used = _used(pids, database, raw.go)
    return used[0] / (4 * writers), used[1] / (4 * writers)


def _used(pids: Iterable[int], database: str, work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of a processor that these and the database's processes spent on some work."""
    mine = set(pids)
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        theirs = {pid for (pid,) in rows}
    before = _spent(mine), _spent(theirs)
    work()
    return (_spent(mine) - before[0]) * 1e3, (_spent(theirs) - before[1]) * 1e3


def _spent(pids: Iterable[int]) -> float:
    return sum(
        sum(map(int, (open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[11:13]))) / TICK
        for pid in pids
        if os.path.exists(f"/proc/{pid}")
    )


if __name__ == "__main__":
    main()
