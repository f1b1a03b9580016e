"""What the node collects: the 24 figures from a real Prometheus over a real node exporter, and
the 10 fields of an attack from what three detectors write."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from dataaccess.edge import cli, preview
from dataaccess.edge.collect import compute, security
from dataaccess.edge.collect.tasks import Tasks
from dataaccess.edge.config import ComputeSettings
from dataaccess.edge.node import Node
from dataaccess.shapes import tables
from dataaccess.windows import SHANGHAI
from tests import services
from tests.dataaccess import bodies
from tests.dataaccess.edge import nodes
from tests.dataaccess.edge.nodes import Hands

BINARIES = ("prometheus", "prometheus-node-exporter")
MISSING = [name for name in BINARIES if shutil.which(name) is None]

SURICATA = {
    "timestamp": "2026-07-26T10:05:00.000000+0800",
    "event_type": "alert",
    "src_ip": "203.0.113.9",
    "dest_ip": "198.51.100.20",
    "dest_port": 22,
    "proto": "TCP",
    "alert": {
        "gid": 1,
        "signature_id": 2001219,
        "signature": "ET SCAN Potential SSH Scan",
        "category": "Attempted Information Leak",
        "severity": 2,
    },
}
WAZUH = {
    "timestamp": "2026-07-26T10:06:00.000+0800",
    "rule": {
        "id": "5712",
        "level": 10,
        "description": "sshd: brute force",
        "groups": ["sshd", "authentication_failures"],
    },
    "agent": {"id": "001", "name": "login1", "ip": "198.51.100.21"},
    "data": {"srcip": "203.0.113.10"},
}
BAN = "2026-07-26 02:07:00,123 fail2ban.actions        [711]: NOTICE  [sshd] Ban 203.0.113.11\n"
UNBAN = BAN.replace("02:07", "02:17").replace(" Ban", " Unban")


@pytest.fixture
def hands() -> Hands:
    return Hands(nodes.at("2026-07-26 10:30"))


@pytest.fixture
def node(tmp_path: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    (tmp_path / "eve.json").write_text(json.dumps(SURICATA) + "\n{broken\n")
    (tmp_path / "alerts.json").write_text(json.dumps(WAZUH) + "\n")
    (tmp_path / "fail2ban.log").write_text(BAN)
    sources = "".join(
        f'[[security.sources]]\ntype = "{kind}"\npath = "{tmp_path / name}"\n{more}\n'
        for kind, name, more in (
            ("suricata", "eve.json", ""),
            ("wazuh", "alerts.json", ""),
            ("fail2ban", "fail2ban.log", 'target = "198.51.100.22"'),
        )
    )
    built = nodes.built(tmp_path, nodes.nowhere(), hands.clock(), sources)
    yield built
    built.store.close()
    monkeypatch.undo()
    time.tzset()


def queued(node: Node) -> list[dict[str, Any]]:
    rows = node.store.rows("SELECT body FROM deliveries ORDER BY seq")
    return [event for row in rows for event in json.loads(row["body"])]


def test_each_detectors_alert_becomes_one_event_with_all_its_fields(node: Node) -> None:
    tasks = Tasks(node)
    assert tasks.security_events()
    found = {event["攻击者IP"]: event for event in queued(node)}
    assert {
        ip: (event["攻击目标IP"], event["攻击手段"], event["是否仍在攻击"])
        for ip, event in found.items()
    } == {
        "203.0.113.9": ("198.51.100.20", "G011", "是"),
        "203.0.113.10": ("198.51.100.21", "G007", "是"),
        "203.0.113.11": ("198.51.100.22", "G007", "是"),
    }
    for event in found.values():
        assert set(event) == {field.name for field in tables.SECURITY_EVENT.fields}
    tasks.security_events()  # what was read is not read again
    assert len(queued(node)) == 3


def test_alerts_of_one_hour_are_one_event_and_its_end_is_told(
    node: Node, hands: Hands, tmp_path: Path
) -> None:
    tasks = Tasks(node)
    tasks.security_events()
    later = {**SURICATA, "timestamp": "2026-07-26T10:25:00.000000+0800"}
    with (tmp_path / "eve.json").open("a") as log:
        log.write(json.dumps(later) + "\n")
    with (tmp_path / "fail2ban.log").open("a") as log:
        log.write(UNBAN)
    tasks.security_events()
    ended = queued(node)[3:]
    assert [(e["攻击者IP"], e["是否仍在攻击"]) for e in ended] == [("203.0.113.11", "否")]
    hands.go(hours=1)
    tasks.security_events()
    over = {event["攻击者IP"]: event for event in queued(node)[4:]}
    assert {ip: event["是否仍在攻击"] for ip, event in over.items()} == {
        "203.0.113.9": "否",
        "203.0.113.10": "否",
    }
    assert "2次告警" in over["203.0.113.9"]["攻击事件描述"]


def test_reading_all_logs_anew_makes_the_same_events(node: Node) -> None:
    """As after the loss of the machine: the centre counts them once, by their ids."""
    tasks = Tasks(node)
    tasks.security_events()
    first = queued(node)
    with node.store.writing() as db:
        for table in ("positions", "incidents", "latest", "deliveries"):
            db.execute(f"DELETE FROM {table}")
    tasks.security_events()
    assert queued(node) == first


def test_a_dry_run_shows_the_base_info_its_faults_and_whether_it_is_new(
    tmp_path: Path, hands: Hands
) -> None:
    file = tmp_path / "base-info.json"
    node = nodes.built(tmp_path, nodes.nowhere(), hands.clock(), f'[base_info]\nfile = "{file}"\n')

    def shown() -> tuple[int, list[str]]:
        out = StringIO()
        level = preview.show(Tasks(node), {"base-info"}, out)
        return level, out.getvalue().splitlines()

    level, told = shown()
    assert level == 1
    assert told[1].startswith(f"  ✗ 读不了 {file}")

    file.write_text(json.dumps(bodies.base_info(所在城市="999999", 单位网址="")))
    level, told = shown()
    assert level == 1
    assert "所在城市：" in told[1]
    assert "单位网址：" in told[1]
    assert told[2] == "  不会上报；请按上面的说明改正文件。"

    file.write_text(json.dumps(bodies.base_info()))
    level, told = shown()
    assert level == 0
    assert told[1:18] == [f"  ✓ {name}  {value}" for name, value in bodies.base_info().items()]
    assert told[18] == "  会上报。"
    assert queued(node) == []
    assert Tasks(node).base_info()
    assert shown()[1][18] == "  与上次相同，不必再报。"
    node.store.close()


def test_a_dry_run_names_what_the_centre_would_doubt_in_the_base_info(
    tmp_path: Path, hands: Hands
) -> None:
    file = tmp_path / "base-info.json"
    file.write_text(json.dumps(bodies.base_info(基地所在位置="121.47371,31.23042")))
    node = nodes.built(tmp_path, nodes.nowhere(), hands.clock(), f'[base_info]\nfile = "{file}"\n')
    out = StringIO()
    assert preview.show(Tasks(node), {"base-info"}, out) == 0
    assert (
        "\n  ! 基地所在位置：“121.47371,31.23042”在“所在省份”370000（山东省）之外约341公里；"
        "该地约在经度114.7至122.8、纬度34.3至38.5之间，请核对坐标与省份代码。"
        "这是试运行，数据没有保存；请核对后发送正确的数据。\n"
    ) in out.getvalue()
    node.store.close()


def test_a_dry_run_shows_all_and_keeps_nothing(node: Node) -> None:
    out = StringIO()
    assert preview.show(Tasks(node), {"security"}, out) == 0
    told = out.getvalue()
    assert "读取 2 行，上报 1 次，无法解析的行 1" in told
    assert told.endswith("以上只是预演，没有保存，也没有上报。\n")
    assert queued(node) == []
    assert security.position(node.store, str(node.config.security.sources[0].path)).offset == 0  # type: ignore[union-attr]


def test_a_dry_run_says_what_has_no_source(
    node: Node, tmp_path: Path, hands: Hands, capsys: pytest.CaptureFixture[str]
) -> None:
    def shown(of: Node, *wanted: str) -> list[str]:
        out = StringIO()
        assert preview.show(Tasks(of), set(wanted), out) == 0
        return out.getvalue().splitlines()

    assert shown(node, "base-info", "security")[0] == (
        "基地基本信息：没有配置采集来源（edge.toml 中的 [base_info]）。"
    )
    (tmp_path / "bare").mkdir()
    bare = nodes.built(tmp_path / "bare", nodes.nowhere(), hands.clock())
    nothing = (
        "没有配置任何采集来源；要由节点采集，请在 edge.toml 中填写"
        " [base_info]、[compute]、[[security.sources]]。"
    )
    assert shown(bare, "base-info", "compute", "security") == [nothing]
    assert shown(bare, "compute") == [
        "基地算力信息：没有配置采集来源（edge.toml 中的 [compute]）。"
    ]
    bare.store.close()
    assert cli.main(["--config", str(tmp_path / "bare" / "edge.toml"), "collect"]) == 0
    assert capsys.readouterr().err == f"{nothing}\n"


# Prometheus


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if MISSING:
        pytest.skip(f"not installed: {', '.join(MISSING)}")
    folder = tmp_path_factory.mktemp("prometheus")
    exporter, server = (f"127.0.0.1:{services.free_port()}" for _ in range(2))
    cards = folder / "cards.prom"
    cards.write_text(
        "".join(
            f'{name}{{modelName="NVIDIA A100-SXM4-80GB",UUID="{card}",Hostname="n1"}} {value}\n'
            for name, values in (
                ("DCGM_FI_DEV_GPU_TEMP", (40, 41, 42)),
                ("DCGM_FI_DEV_GPU_UTIL", (0, 0, 87)),
            )
            for card, value in enumerate(values)
        )
    )
    # Not the machine's own traffic: what is idle shall be known to the last figure.
    (folder / "egress.prom").write_text(
        'node_network_transmit_bytes_total{device="bond0"} 1000\n'
        'node_network_receive_bytes_total{device="bond0"} 2000\n'
    )
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 500ms, scrape_timeout: 500ms}\n"
        f"scrape_configs: [{{job_name: node, static_configs: [{{targets: ['{exporter}']}}]}}]\n"
    )
    log = folder / "log"
    with log.open("wb") as output, ExitStack() as running:
        running.enter_context(
            services.process(
                "prometheus-node-exporter",
                f"--web.listen-address={exporter}",
                f"--collector.textfile.directory={folder}",
                "--no-collector.netdev",
                stdout=output,
                stderr=output,
            )
        )
        process = running.enter_context(
            services.process(
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={server}",
                stdout=output,
                stderr=output,
            )
        )
        samples = "/api/v1/query?query=count_over_time(node_load1[1m])%3E2"

        def scraped() -> None:
            assert nodes.call(server, "GET", samples)[1]["data"]["result"]

        services.wait_for(scraped, process, log)
        yield f"http://{server}"


def settings(prometheus: str, **changes: Any) -> ComputeSettings:
    variables = {
        "uplink_mbps": "10000",
        "downlink_mbps": "20000",
        "egress": 'device="bond0"',
        "threads_per_core": "1",
        "filesystems": 'mountpoint=~".+"',
    }
    told = {"prometheus": prometheus, "accelerators": ["GPU"], "variables": variables}
    return ComputeSettings.model_validate({**told, **changes})


def test_the_24_figures_from_a_real_prometheus(prometheus: str) -> None:
    now = nodes.at("2026-07-26 06:50").now(SHANGHAI)
    found = compute.collect(settings(prometheus), compute.load(None), now)
    assert found.problems() == []
    assert set(found.values) == {*tables.FIGURES, tables.REPORT_DATE}
    assert len(tables.FIGURES) == 24
    values = found.values
    total = int(
        next(
            line.split()[1]
            for line in Path("/proc/meminfo").read_text().splitlines()
            if line.startswith("MemTotal")
        )
    )
    assert values["内存空间总容量"] == total // 1024**2
    assert (values["上行网络带宽总量"], values["空闲上行网络带宽"]) == (10000, 10000)
    assert values["空闲下行网络流量"] == 20000 * 86400 // 8 // 1000
    raw = {reading.name: reading.value for reading in found.readings}
    assert [str(raw[name]) for name in ("GPU总算力", "空闲GPU算力", "FP16总算力")] == [
        "0.936",
        "0.624",
        "0.936",
    ]


def test_what_prometheus_does_not_know_is_missing_and_never_guessed(prometheus: str) -> None:
    now = nodes.at("2026-07-26 06:50").now(SHANGHAI)
    asked = settings(prometheus, accelerators=["GPU", "NPU"], variables={"threads_per_core": "1"})
    found = compute.collect(asked, compute.load(None), now - timedelta(seconds=1))
    missing = {each.name for each in found.readings if each.problem}
    assert {
        "上行网络带宽总量",
        "下行网络带宽总量",
        "NPU总算力",
        "空闲NPU算力",
        "FP16总算力",
    } <= missing
    assert "GPU总算力" not in missing
    assert found.values == {}
