"""The node between a base's programs and the real portal, each a process of its own: the same
answers at once, and nothing lost or doubled by kill -9, a full disk, or days without network."""

import http.client
import json
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from dataaccess.edge import cli, intake, outbox, report
from dataaccess.edge.store import Full
from tests import services
from tests.dataaccess import bodies
from tests.dataaccess.edge import nodes
from tests.dataaccess.edge.nodes import Hands, RealCentre, call
from tests.prepared import Prepared

pytestmark = pytest.mark.services

INFO, REPORTS, EVENTS = "/api/v1/base-info", "/api/v1/compute-reports", "/api/v1/security-events"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[RealCentre]:
    var = tmp_path_factory.mktemp("centre")
    prepared.tables_on_sqlite(var)
    with nodes.real_centre(var) as running:
        yield running


@pytest.fixture
def centre(portal: RealCentre) -> RealCentre:
    portal.clear()
    return portal


class Edge:
    """A node's process on a port of its own, and a key for the base's programs."""

    def __init__(self, folder: Path, centre: str, key: str, more: str = "") -> None:
        self.folder = folder
        port = services.free_port()
        self.address = f"http://127.0.0.1:{port}"
        (folder / "centre.key").write_text(f"{key}\n")
        self.config = nodes.write_config(folder, centre, listen=f"127.0.0.1:{port}", more=more)
        self.key = self.command("key", "new", "ops").stdout.strip()

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "dataaccess.edge", "--config", str(self.config), *words],
            cwd=nodes.ROOT,
            capture_output=True,
            text=True,
        )

    @contextmanager
    def running(self, **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
        log = self.folder / "edge.log"
        command = [sys.executable, "-m", "dataaccess.edge", "--config", str(self.config)]
        with (
            log.open("ab") as output,
            services.process(
                *command, cwd=nodes.ROOT, stdout=output, stderr=output, **options
            ) as process,
        ):
            services.wait_for(lambda: call(self.address, "GET", "/healthz"), process, log)
            yield process

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> nodes.Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return call(self.address, method, path, raw, self.key, **headers)

    def state(self) -> dict[str, Any]:
        return call(self.address, "GET", "/status.json")[1]


@pytest.fixture
def edge(tmp_path: Path, centre: RealCentre) -> Edge:
    return Edge(tmp_path, centre.address, centre.key)


def eventually(holds: Any, seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.05)


def event(name: str, **changes: Any) -> dict[str, Any]:
    return bodies.event(攻击事件ID=name, **changes)


WRONG: dict[str, tuple[str, str, bytes, dict[str, str]]] = {
    "base info with several faults": (
        "PUT",
        INFO,
        json.dumps(bodies.base_info(所在城市="370200", 主体类型="?", 单位名称=" ")).encode(),
        {},
    ),
    "idle over total": ("POST", REPORTS, json.dumps(bodies.report(空闲CPU核数=10**9)).encode(), {}),
    "a day to come": (
        "POST",
        REPORTS,
        json.dumps(bodies.report(统计日期="2999-01-01")).encode(),
        {},
    ),
    "all events refused": ("POST", EVENTS, json.dumps([event("e", 攻击手段="G099")]).encode(), {}),
    "an empty batch": ("POST", EVENTS, b"[]", {}),
    "no JSON": ("POST", EVENTS, b"{", {}),
    "a lone surrogate": ("POST", EVENTS, b'{"\\ud800": 1}', {}),
    "another type": ("POST", EVENTS, b"{}", {"Content_Type": "text/plain"}),
    "no key": ("POST", EVENTS, b"{}", {"Authorization": "Basic x"}),
    "another method": ("PUT", EVENTS, b"{}", {}),
    "a bad idempotency key": ("POST", EVENTS, b"{}", {"Idempotency_Key": "a b"}),
    "a bad dry run": ("POST", f"{EVENTS}?dry_run=1", b"{}", {}),
    "a misspelt dry run": ("POST", f"{EVENTS}?dryrun=true", b"{}", {}),
    "a parameter where none is taken": ("GET", "/api/v1/status?days=5", b"", {}),
    "lines sent as JSON": ("POST", EVENTS, b"{}\n{}", {}),
    "no such address": ("GET", "/api/v1/receipts/x", b"", {}),
}


def test_the_node_refuses_in_the_same_words_as_the_centre(edge: Edge, centre: RealCentre) -> None:
    with edge.running():
        for what, (method, path, raw, headers) in WRONG.items():
            here = call(edge.address, method, path, raw, edge.key, **headers)
            there = call(centre.address, method, path, raw, centre.key, **headers)
            assert here[0] == there[0] >= 400, what
            assert here[2]["Content-Type"] == there[2]["Content-Type"], what
            if what not in ("no key", "no such address"):  # these name the node's own key and page
                assert here[1] == there[1], what


DOUBTED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "far from the province": ("PUT", INFO, bodies.base_info(基地所在位置="121.47371,31.23042")),
    "contacts": ("PUT", INFO, bodies.base_info(联系人联系电话="无", 单位网址="无")),
    "a day long past": ("POST", REPORTS, bodies.report(统计日期="2019-01-05")),
    "still going on": ("POST", EVENTS, event("e", 当前防御处理状态="已处理", 是否仍在攻击="是")),
}


def test_the_node_doubts_in_the_same_words_as_the_centre(edge: Edge, centre: RealCentre) -> None:
    with edge.running():
        for what, (method, path, body) in DOUBTED.items():
            raw = json.dumps(body).encode()
            for query in ("?dry_run=true", ""):
                here = call(edge.address, method, path + query, raw, edge.key)
                there = call(centre.address, method, path + query, raw, centre.key)
                said = [f"{each['field']}：{each['message']}" for each in there[1]["warnings"]]
                found = [
                    f"{each['field']}：{each['message']}" for each in here[1].get("warnings", [])
                ]
                assert found == said != [], what
                assert all(("数据没有保存" in each) == bool(query) for each in said), what


def test_what_the_base_hands_in_arrives_as_it_was_and_once(edge: Edge, centre: RealCentre) -> None:
    with edge.running():
        batch = [event("a"), event("b"), event("c", 攻击手段="G099")]
        status, answer, _ = edge.call("POST", EVENTS, batch, Idempotency_Key="first")
        assert (status, answer["accepted"], answer["created"]) == (207, 2, 2)
        assert [each["index"] for each in answer["rejected"]] == [2]
        again = edge.call("POST", EVENTS, batch, Idempotency_Key="first")
        assert (again[1], again[2]["Idempotent-Replayed"]) == (answer, "true")
        assert edge.call("POST", EVENTS, [event("x")], Idempotency_Key="first")[0] == 422
        lines = "\n".join(json.dumps(event(name)) for name in ("b", "d")).encode()
        status, lined, _ = edge.call("POST", EVENTS, lines, Content_Type="application/x-ndjson")
        assert (status, lined["created"], lined["unchanged"]) == (201, 1, 1)
        dry = edge.call("POST", f"{EVENTS}?dry_run=true", event("z"))
        assert (dry[0], dry[1]["receipt"], dry[1]["created"]) == (200, None, 1)
        yesterday = bodies.report(统计日期="2026-01-05")
        assert edge.call("POST", REPORTS, yesterday)[1]["timeliness"]["status"] == "queued"
        eventually(lambda: centre.rows("SELECT count(*) FROM dataaccess_securityevent") == [(3,)])
        eventually(lambda: centre.rows("SELECT count(*) FROM dataaccess_computereport") == [(1,)])
        told = call(edge.address, "GET", f"/api/v1/receipts/{answer['receipt']}", key=edge.key)[1]
        assert [(part["state"], part["count"]) for part in told["forwarded"]] == [("sent", 2)]
    assert centre.rows("SELECT event_id FROM dataaccess_securityevent ORDER BY 1") == [
        ("a",),
        ("b",),
        ("d",),
    ]
    assert centre.rows(
        "SELECT date, timeliness, cpu_cores_total FROM dataaccess_computereport"
    ) == [("2026-01-05", "makeup", 40960)]
    assert centre.rows("SELECT count(*) FROM dataaccess_earlierversion") == [(0,)]


def test_the_nodes_own_keys(edge: Edge) -> None:
    assert edge.command("key", "new", "ops").returncode == 2  # the name is taken
    narrow = edge.command("key", "new", "siem", "--scope", "security_event").stdout.strip()
    with edge.running():
        raw = json.dumps(bodies.base_info()).encode()
        assert call(edge.address, "PUT", INFO, raw, narrow)[0] == 403
        assert call(edge.address, "POST", EVENTS, json.dumps(event("k")).encode(), narrow)[0] == 201
        assert edge.command("key", "revoke", "siem").returncode == 0
        assert call(edge.address, "POST", EVENTS, json.dumps(event("k")).encode(), narrow)[0] == 401
        for path in ("/api/v1/status", "/api/v1/receipts/00000000-0000-0000-0000-000000000000"):
            assert call(edge.address, "GET", path)[0] == 401


def test_the_status_page_and_the_figures(edge: Edge) -> None:
    with edge.running():
        edge.call("PUT", INFO, bodies.base_info())
        page = call(edge.address, "GET", "/")
        assert page[2]["Content-Security-Policy"].startswith("default-src 'none';")
        assert "http" not in page[1]["text"].split("<dl>")[0].replace("http-equiv", "")
        for word in ("一切正常", "发往中心", "基地基本信息"):
            assert word in page[1]["text"]
        assert "张示例" not in page[1]["text"]
        metrics = call(edge.address, "GET", "/metrics")[1]["text"]
        assert 'gyzs_edge_outbox_bodies{interface="base_info",state="pending"} 1\n' in metrics


def test_strangers_find_no_status_page(tmp_path: Path, centre: RealCentre) -> None:
    edge = Edge(tmp_path, centre.address, centre.key)
    text = edge.config.read_text().replace("listen", 'status_networks = ["10.9.0.0/16"]\nlisten', 1)
    edge.config.write_text(text)
    with edge.running():
        for path in ("/", "/metrics", "/status.json"):
            assert call(edge.address, "GET", path)[0] == 404


def test_nothing_is_lost_or_doubled_when_the_node_is_killed(edge: Edge, centre: RealCentre) -> None:
    """Two programs hand in events while the node is killed five times; whatever they were told
    2xx for is at the centre, in its last state, and nothing else is twice."""
    ledger: dict[str, str] = {}
    tried: dict[str, str] = {}
    stop = threading.Event()

    def program(name: str) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            for changes in ({}, {"是否仍在攻击": "否", "当前防御处理状态": "已处理"}):
                told = event(f"{name}-{number}", **changes)
                while not stop.is_set():
                    tried[told["攻击事件ID"]] = told["当前防御处理状态"]
                    try:
                        if edge.call("POST", EVENTS, told)[0] in (200, 201):
                            ledger[told["攻击事件ID"]] = told["当前防御处理状态"]
                            break
                    except (OSError, http.client.HTTPException):
                        time.sleep(0.02)

    with ThreadPoolExecutor(2) as programs:
        running = [programs.submit(program, name) for name in ("p", "q")]
        for _ in range(5):
            with edge.running() as process:
                time.sleep(random.uniform(0.05, 0.5))
                process.send_signal(signal.SIGKILL)
                process.wait()
        stop.set()
        for each in running:
            each.result()
    assert len(ledger) > 20
    with edge.running():
        eventually(lambda: edge.state()["interfaces"]["security_event"]["pending"] == 0, 30)
        assert edge.state()["attention"] == []
    kept = dict(centre.rows("SELECT event_id, handling FROM dataaccess_securityevent"))
    # What was cut off before its answer may have been kept or not; no other may differ.
    cut_off = {name for name in tried if tried[name] != ledger.get(name)}
    assert len(cut_off) <= 2
    assert {name: kept.get(name) for name in ledger if name not in cut_off} == {
        name: state for name, state in ledger.items() if name not in cut_off
    }
    assert all(kept.get(name) in (ledger.get(name), tried[name]) for name in cut_off)
    # One earlier version each at most: no state was gone through twice.
    versions = centre.rows("SELECT key, count(*) FROM dataaccess_earlierversion GROUP BY key")
    assert {count for _, count in versions} == {1}
    # A receipt for each delivery, though some were brought twice.
    ((receipts, keys),) = centre.rows(
        "SELECT count(*), count(DISTINCT idempotency_key) FROM dataaccess_receipt"
    )
    assert receipts == keys


def test_days_without_network_and_a_clock_that_jumps(tmp_path: Path, centre: RealCentre) -> None:
    """Three days of reports and events taken in while nobody answers; then the clock is set back
    a year, the network comes, and all arrives under the days it was for."""
    (tmp_path / "centre.key").write_text(centre.key)
    hands = Hands(nodes.at("2026-07-20 07:30"))
    away = nodes.built(tmp_path, nodes.nowhere(), hands.clock())
    handed: list[str] = []
    for day in range(3):
        for kind, body in (
            ("base_info", bodies.base_info(基地概况=f"第{day}天")),
            ("compute_report", bodies.report(CPU总核数=50000 + day)),
            ("security_event", event("siege", 攻击事件描述=f"第{day}天")),
        ):
            kept = intake.accept(
                away.store,
                away.clock,
                away.sender.plan(),
                kind,
                orjson.dumps(body),  # type: ignore[arg-type]
            )
            handed.append(kept.body["receipt"])
        away.sender.step()
        hands.go(days=1)
    assert {lane["pending"] for lane in report.state(away)["interfaces"].values()} == {3}
    assert report.state(away)["attention"][0]["zh"].startswith("基地基本信息暂未送达：连不上中心")
    away.store.close()

    hands.wall = nodes.at("2025-07-23 07:30")
    back = nodes.built(tmp_path, centre.address, hands.clock())
    back.sender.step(regardless=True)
    assert {lane["pending"] for lane in report.state(back)["interfaces"].values()} == {0}
    assert {lane["sent"] for lane in report.state(back)["interfaces"].values()} == {3}
    assert centre.rows(
        "SELECT date, timeliness, cpu_cores_total FROM dataaccess_computereport ORDER BY 1"
    ) == [(f"2026-07-{20 + day}", "makeup", 50000 + day) for day in range(3)]
    assert centre.rows("SELECT description FROM dataaccess_securityevent") == [("第2天",)]
    ((values,),) = centre.rows('SELECT "values" FROM dataaccess_baseinfo')
    assert json.loads(values)["基地概况"] == "第2天"
    told = [intake.receipt_of(back.store, each) for each in handed]
    assert {part["state"] for each in told if each for part in each["forwarded"]} == {"sent"}


def test_a_full_outbox_says_507_and_drains(tmp_path: Path, centre: RealCentre) -> None:
    edge = Edge(
        tmp_path, nodes.nowhere(), centre.key, more="[outbox]\nmax_mib = 1\nreserve_mib = 0"
    )
    batch = [event(f"n{number}", 攻击事件描述="满" * 500) for number in range(100)]
    kept = 0
    with edge.running():
        for turn in range(30):
            named = [{**each, "攻击事件ID": f"{turn}-{each['攻击事件ID']}"} for each in batch]
            status, answer, headers = edge.call("POST", EVENTS, named)
            if status != 201:
                break
            kept += 100
        assert (status, headers["Retry-After"], answer["title"]) == (507, "30", "存储空间不足")
        assert edge.state()["interfaces"]["security_event"]["pending"] == kept >= 300
    nodes.write_config(
        tmp_path, centre.address, listen=edge.address[7:], more="[outbox]\nmax_mib = 1"
    )
    with edge.running():
        eventually(lambda: edge.state()["interfaces"]["security_event"]["sent"] == kept)
    assert centre.rows("SELECT count(*) FROM dataaccess_securityevent") == [(kept,)]


def test_a_disk_that_takes_no_more_says_503_and_keeps_no_half(
    tmp_path: Path, centre: RealCentre
) -> None:
    """The system refuses writes beyond 300 kB of a file, as a failing disk does."""
    edge = Edge(tmp_path, nodes.nowhere(), centre.key, more="[outbox]\nreserve_mib = 0")
    limit = 300_000

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    told: list[int] = []
    with subprocess.Popen(
        [sys.executable, "-m", "dataaccess.edge", "--config", str(edge.config)],
        cwd=nodes.ROOT,
        preexec_fn=small,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            log = tmp_path / "edge.log"
            log.touch()
            services.wait_for(lambda: call(edge.address, "GET", "/healthz"), process, log)
            for turn in range(40):
                batch = [event(f"{turn}-{n}", 攻击事件描述="盘" * 500) for n in range(20)]
                told.append(edge.call("POST", EVENTS, batch)[0])
        finally:
            process.kill()
    assert set(told) == {201, 503}
    whole = nodes.built(tmp_path, nodes.nowhere())
    assert outbox.totals(whole.store)["security_event"]["pending"] == 20 * told.count(201)
    whole.store.close()


def test_a_disk_with_less_room_than_the_reserve_takes_nothing_in(tmp_path: Path) -> None:
    node = nodes.built(tmp_path, nodes.nowhere(), more="[outbox]\nreserve_mib = 1048576")
    with pytest.raises(Full):
        intake.accept(
            node.store, node.clock, node.sender.plan(), "security_event", orjson.dumps(event("a"))
        )
    assert outbox.totals(node.store)["security_event"]["pending"] == 0


def test_what_the_real_centre_refuses_is_parked_and_a_revoked_key_holds_all_back(
    tmp_path: Path, centre: RealCentre, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "centre.key").write_text(centre.key)
    node = nodes.built(tmp_path, centre.address)
    with node.store.writing() as db:  # as a node would keep it that knows another edition's codes
        told = [event("ok"), event("odd", 攻击手段="G013")]
        outbox.keep(db, "security_event", told, at=node.clock.now(), source="key:ops")
        odd = [event("alone", 攻击危险程度="极高")]
        outbox.keep(db, "security_event", odd, at=node.clock.now(), source="key:ops")
    node.sender.step()
    assert [each["about"] for each in report.state(node)["parked"]] == [["odd"], ["alone"]]
    assert centre.rows("SELECT event_id FROM dataaccess_securityevent") == [("ok",)]
    config = ["--config", str(tmp_path / "edge.toml")]
    assert cli.main([*config, "parked", "discard", "--all"]) == 2  # without a reason
    assert cli.main([*config, "parked", "discard", "--all", "--reason", "误报"]) == 0
    assert cli.main([*config, "status"]) == 0
    capsys.readouterr()
    (tmp_path / "centre.key").write_text("gyzs_revoked")
    with node.store.writing() as db:
        outbox.keep(db, "security_event", [event("w")], at=node.clock.now(), source="key:ops")
    node.sender.step()
    assert cli.main([*config, "status"]) == 1
    assert "基地安全信息停止发送：中心不接受密钥（401）" in capsys.readouterr().out
    assert outbox.totals(node.store)["security_event"] == {
        "pending": 1,
        "sent": 1,
        "parked": 0,
        "discarded": 2,
    }
