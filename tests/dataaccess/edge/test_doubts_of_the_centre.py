"""What the centre took but doubts: a person at the base reads of it, until the next delivery."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dataaccess.edge import cli, metrics, outbox, page, report
from dataaccess.edge.node import Node
from dataaccess.edge.server import Server
from tests.dataaccess import bodies
from tests.dataaccess.edge import nodes
from tests.dataaccess.edge.nodes import Hands, Way, at, receipt

MESSAGE = "“GPU总算力”为10，上一次（2026-07-25）为100，不足其50%。数据已按所报保存；请核对。"
WARNING = {"field": "GPU总算力", "code": "drop", "message": MESSAGE}
SAID = f"基地算力信息“GPU总算力”：中心已收下，但有疑问：{MESSAGE}"


@pytest.fixture
def way() -> Iterator[Way]:
    with nodes.way() as told:
        told.now = "2026-07-26T07:30:00+08:00"
        yield told


@pytest.fixture
def node(tmp_path: Path, way: Way) -> Node:
    return nodes.built(tmp_path, way.address, Hands(at("2026-07-26 07:30")).clock())


def send(node: Node, way: Way, kind: Any, body: dict[str, Any], *warnings: Any) -> None:
    with node.store.writing() as db:
        outbox.keep(db, kind, [body], at=node.clock.now(), source="key:ops")
    status, answer = receipt(body)
    way.answers = [(status, answer | ({"warnings": list(warnings)} if warnings else {}))]
    node.sender.step(regardless=True)
    assert report.state(node)["interfaces"][kind]["pending"] == 0


def said(node: Node) -> list[str]:
    return [each["zh"] for each in report.state(node)["attention"]]


@contextmanager
def served(node: Node) -> Iterator[Server]:
    server = Server(node)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def read(server: Server, path: str) -> str:
    connection = http.client.HTTPConnection(*server.server_address[:2], timeout=20)
    connection.request("GET", path)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def test_a_doubt_of_the_centre_is_told_wherever_people_and_programs_look(
    node: Node, way: Way, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    send(node, way, "compute_report", bodies.report(统计日期="2026-07-26"), WARNING)
    with served(node) as server:
        shown = read(server, "/")
        assert SAID in shown
        assert "2026年7月26日 07:30:00 送达，中心有1处疑问，见上" in shown
        assert "一切正常" not in shown
        state = json.loads(read(server, "/status.json"))
        assert state["interfaces"]["compute_report"]["warned"] == {
            "sent_at": "2026-07-26T07:30:00+08:00",
            "warnings": [WARNING],
        }
        assert state["interfaces"]["base_info"]["warned"] is None
        figures = read(server, "/metrics")
    assert 'gyzs_edge_centre_warnings{interface="compute_report"} 1\n' in figures
    assert 'gyzs_edge_centre_warnings{interface="base_info"} 0\n' in figures
    assert "gyzs_edge_attention 1\n" in figures
    # Another process, as an operator's command is one.
    assert cli.main(["--config", str(tmp_path / "edge.toml"), "status"]) == 1
    told = capsys.readouterr().out
    assert f"! {SAID}" in told
    assert "一切正常" not in told


def test_the_next_delivery_of_that_interface_takes_the_doubts_place(node: Node, way: Way) -> None:
    send(node, way, "compute_report", bodies.report(统计日期="2026-07-25"), WARNING)
    send(node, way, "security_event", bodies.event(攻击事件ID="e1"))
    assert said(node) == [SAID]
    other = {**WARNING, "field": "NPU总算力"}
    send(node, way, "compute_report", bodies.report(统计日期="2026-07-26"), other)
    assert said(node) == [SAID.replace("息“GPU总算力”", "息“NPU总算力”")]
    send(node, way, "compute_report", bodies.report(统计日期="2026-07-26", CPU总核数=77777))
    assert said(node) == []
    assert "✓ 一切正常" in page.render(report.state(node))
    assert "gyzs_edge_attention 0\n" in metrics.render(report.state(node))


@pytest.mark.parametrize("odd", ["?", ["?"], [{"field": "x"}], None])
def test_warnings_in_another_form_lose_no_receipt(node: Node, way: Way, odd: Any) -> None:
    body = bodies.report(统计日期="2026-07-26")
    with node.store.writing() as db:
        outbox.keep(db, "compute_report", [body], at=node.clock.now(), source="key:ops")
    status, answer = receipt(body)
    way.answers = [(status, answer | {"warnings": odd})]
    node.sender.step(regardless=True)
    assert outbox.totals(node.store)["compute_report"]["sent"] == 1
    assert said(node) == []
