"""What the node makes of each answer on the way to the centre: nothing lost, nothing twice,
nothing out of order, and what is refused out of the others' way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from dataaccess.edge import cli, intake, metrics, outbox, page, report
from dataaccess.edge.node import Node
from tests.dataaccess import bodies
from tests.dataaccess.edge import nodes
from tests.dataaccess.edge.nodes import Hands, Way, at, problem, receipt


@pytest.fixture
def way() -> Iterator[Way]:
    with nodes.way() as told:
        yield told


@pytest.fixture
def hands() -> Hands:
    return Hands(at("2026-07-26 06:00"))


@pytest.fixture
def node(tmp_path: Path, way: Way, hands: Hands) -> Node:
    return nodes.built(tmp_path, way.address, hands.clock())


def event(number: int, **changes: Any) -> dict[str, Any]:
    return bodies.event(攻击事件ID=f"e{number}", **changes)


def take(node: Node, kind: Any, *told: dict[str, Any]) -> outbox.Counts:
    with node.store.writing() as db:
        return outbox.keep(db, kind, told, at=node.clock.now(), source="key:ops")


def states(node: Node, kind: Any = "security_event") -> dict[str, int]:
    return {state: count for state, count in outbox.totals(node.store)[kind].items() if count}


def later(node: Node, hands: Hands, **span: float) -> None:
    hands.go(**(span or {"seconds": 5}))
    node.sender.step()


def test_events_go_at_once_together_and_in_their_order(node: Node, way: Way) -> None:
    take(node, "security_event", event(1), event(2))
    take(node, "security_event", event(1, 当前防御处理状态="已处理"))
    node.sender.step()
    assert way.sent() == [[event(1), event(2), event(1, 当前防御处理状态="已处理")]]
    assert states(node) == {"sent": 3}
    node.sender.step()
    assert len(way.came) == 1


def test_a_call_is_made_again_as_it_was_whatever_came_since(
    node: Node, way: Way, hands: Hands
) -> None:
    way.answers = ["cut"]
    take(node, "security_event", event(1))
    take(node, "security_event", event(2))
    node.sender.step()
    take(node, "security_event", event(3))
    later(node, hands)
    assert way.sent() == [[event(1), event(2)], [event(1), event(2)], [event(3)]]
    (_, first, _), (_, second, _), (_, third, _) = way.came
    assert first == second != third


def test_a_report_waits_for_the_window_by_the_centres_clock(
    node: Node, way: Way, hands: Hands
) -> None:
    """The machine's clock is three hours fast: by it the window is past."""
    hands.wall = at("2026-07-26 09:30")
    way.now = "2026-07-26T06:30:00+08:00"
    take(node, "compute_report", bodies.report(统计日期="2026-07-26"))
    node.sender.step()
    assert way.came == []
    way.now = "2026-07-26T07:25:00+08:00"
    later(node, hands, minutes=55)
    assert [path for path, _, _ in way.came] == ["/api/v1/compute-reports"]
    found = report.state(node)
    assert found["clock_skew_seconds"] == 10800
    assert [each["zh"] for each in found["attention"]] == [
        "本机时钟比中心快 10800 秒，已按中心时间发送；请校准时钟（NTP）。"
    ]


def test_the_window_on_record_at_the_centre_is_the_one_that_counts(node: Node, way: Way) -> None:
    way.window = "12:00-13:00"
    node.sender.step()
    assert node.sender.plan().window == "12:00-13:00"
    assert [each["zh"] for each in report.state(node)["attention"]] == [
        "配置的上报时段 07:00-08:00 与中心登记的 12:00-13:00 不一致，已按中心登记的时段发送。"
    ]


def test_a_window_chosen_for_later_is_told_and_holds_from_its_day(
    node: Node, way: Way, hands: Hands
) -> None:
    node.sender.step()
    assert report.for_base(node)["next_window"] is None
    way.next_window = {"window": "19:00-20:00", "since": "2026-07-28"}
    way.now = "2026-07-26T07:00:00+08:00"
    later(node, hands, hours=1)
    told = report.for_base(node)
    assert (told["window"], told["next_window"]) == ("07:00-08:00", way.next_window)
    assert report.state(node)["next_window"] == way.next_window
    assert "19:00-20:00（2026-07-28 起）" in page.render(report.state(node))
    # Two days without a word of the centre: the change was known before.
    hands.go(hours=40.99)
    assert report.for_base(node)["window"] == "07:00-08:00"
    hands.go(hours=0.01)
    told = report.for_base(node)
    assert (told["window"], told["next_window"]) == ("19:00-20:00", None)
    assert "下一时段" not in page.render(report.state(node))


@pytest.mark.parametrize(
    "said",
    [
        "cut",
        (503, "", {"Content-Type": "text/html"}),
        (500, {"title": "?"}),
        (429, {"detail": "慢一些"}),
        (200, "<html>请登录上网</html>", {"Content-Type": "text/html"}),
        (200, {"receipt": "r", "accepted": 7, "rejected": []}),
        (301, "", {"Location": "http://example.org/", "Content-Type": "text/html"}),
        (403, "blocked", {"Content-Type": "text/html"}),
        (422, {"title": "a gateway's own"}),
        problem(401),
    ],
    ids=["cut", "503", "500", "429", "login-page", "other-count", "moved", "waf", "gateway", "key"],
)
def test_what_is_no_word_of_the_centre_on_the_data_is_tried_again_with_the_same_key(
    node: Node, way: Way, hands: Hands, said: Any
) -> None:
    way.answers = [said]
    take(node, "security_event", event(1))
    node.sender.step()
    assert (len(way.came), states(node)) == (1, {"pending": 1})
    assert len(report.state(node)["attention"]) == 1
    later(node, hands)
    assert states(node) == {"sent": 1}
    (_, first, _), (_, second, _) = way.came
    assert first == second
    assert report.state(node)["attention"] == []


def test_retry_after_is_honoured(node: Node, way: Way, hands: Hands) -> None:
    way.answers = [(503, {"detail": "忙"}, {"Retry-After": "120"})]
    take(node, "security_event", event(1))
    node.sender.step()
    later(node, hands, seconds=119)
    assert len(way.came) == 1
    later(node, hands, seconds=1)
    assert len(way.came) == 2


def test_one_interface_that_is_stuck_holds_up_no_other(node: Node, way: Way, hands: Hands) -> None:
    way.now = "2026-07-26T07:30:00+08:00"
    way.answers = [problem(403), problem(403)]
    take(node, "base_info", bodies.base_info())
    take(node, "compute_report", bodies.report(统计日期="2026-07-26"))
    take(node, "security_event", event(1))
    node.sender.step()
    assert states(node) == {"sent": 1}
    reason = "中心不接受密钥（403）：请改正。"
    assert [
        lane["trouble"] and lane["trouble"]["reason"]
        for lane in report.state(node)["interfaces"].values()
    ] == [reason, reason, None]


def test_what_the_centre_refuses_is_parked_with_its_reasons_and_the_rest_goes_on(
    node: Node, way: Way, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    fault = {"field": "攻击手段", "code": "choice", "message": "请填写 G001 至 G012。"}
    refused = [{"index": index, "errors": [fault]} for index in (0, 2)]
    way.answers = [receipt([1, 2, 3, 4, 5], refused)]
    take(node, "security_event", event(1))
    take(node, "security_event", event(2), event(3), event(4))
    take(node, "security_event", event(5))
    node.sender.step()
    assert states(node) == {"sent": 3, "parked": 2}
    parked = outbox.parked(node.store)
    assert [item.bodies for item in parked] == [[event(1)], [event(3)]]
    told = report.state(node)["parked"]
    assert [each["faults"] for each in told] == [
        [{**fault, "event": "e1"}],
        [{**fault, "event": "e3"}],
    ]
    config = str(tmp_path / "edge.toml")
    assert cli.main(["--config", config, "status"]) == 1
    assert cli.main(["--config", config, "parked"]) == 1
    assert "e3 攻击手段：请填写 G001 至 G012。" in capsys.readouterr().out


def test_a_refusal_that_names_no_event_is_traced_to_the_delivery_it_is_for(
    node: Node, way: Way
) -> None:
    for number in range(4):
        take(node, "security_event", event(number))
    way.answers = [problem(400), problem(400), receipt([0]), problem(400)]
    node.sender.step()
    assert [[each["攻击事件ID"] for each in body] for body in way.sent()] == [
        ["e0", "e1", "e2", "e3"],
        ["e0", "e1"],
        ["e0"],
        ["e1"],
        ["e2"],
        ["e3"],
    ]
    assert [item.bodies for item in outbox.parked(node.store)] == [[event(1)]]
    assert states(node) == {"sent": 3, "parked": 1}


def test_a_parked_event_never_takes_the_centre_back_to_an_older_state(
    node: Node, way: Way, hands: Hands
) -> None:
    way.answers = [problem(422, errors=[])]
    take(node, "security_event", event(1), event(2))
    node.sender.step()
    handled = event(1, 当前防御处理状态="已处理")
    take(node, "security_event", handled)
    node.sender.step()
    (parked,) = outbox.parked(node.store)
    with node.store.writing() as db:
        assert outbox.retry(db, parked) == (1, 1)
    later(node, hands)
    assert way.sent() == [[event(1), event(2)], [handled], [event(2)]]
    keys = [key for _, key, _ in way.came]
    assert len(set(keys)) == 3


def test_what_was_parked_may_be_sent_by_the_base_again(node: Node, way: Way) -> None:
    way.answers = [problem(422, errors=[])]
    take(node, "security_event", event(1))
    node.sender.step()
    assert take(node, "security_event", event(1)) == outbox.Counts(0, 1, 0)
    node.sender.step()
    assert states(node) == {"sent": 1, "parked": 1}


def test_a_batch_too_large_for_the_way_goes_in_pieces_that_keep_their_place(
    node: Node, way: Way, hands: Hands
) -> None:
    way.most = 2
    take(node, "security_event", *(event(number) for number in range(5)))
    take(node, "security_event", event(0, 是否仍在攻击="否"))
    node.sender.step()
    went = [body for body in way.sent() if len(body) <= 2]
    assert [[each["攻击事件ID"] for each in body] for body in went] == [
        ["e0", "e1"],
        ["e2"],
        ["e3", "e4"],
        ["e0"],
    ]
    assert went[-1] == [event(0, 是否仍在攻击="否")]
    assert len({key for _, key, _ in way.came}) == len(way.came)
    assert states(node) == {"sent": 6}


def test_days_are_kept_apart_and_missed_ones_go_first(node: Node, way: Way, hands: Hands) -> None:
    way.now = "2026-07-26T06:00:00+08:00"
    take(node, "compute_report", bodies.report(统计日期="2026-07-26"))
    take(node, "compute_report", bodies.report(统计日期="2026-07-24"))
    take(node, "compute_report", bodies.report(统计日期="2026-07-24", CPU总核数=50000))
    node.sender.step()
    assert [(body["统计日期"], body["CPU总核数"]) for body in way.sent()] == [
        ("2026-07-24", 40960),
        ("2026-07-24", 50000),
    ]
    node.sender.step(regardless=True)
    assert way.sent()[-1]["统计日期"] == "2026-07-26"


def test_what_was_sent_is_forgotten_after_its_time_and_what_waits_never(
    node: Node, way: Way, hands: Hands
) -> None:
    take(node, "security_event", event(1))
    node.sender.step()
    take(node, "security_event", event(2))
    with node.store.writing() as db:
        assert outbox.prune(db, at("2026-08-05 06:00"), 10) == 0
        assert outbox.prune(db, at("2036-07-26 06:00"), 10) == 1
    assert states(node) == {"pending": 1}


def test_a_receipt_tells_what_became_of_a_delivery(node: Node, way: Way) -> None:
    raw = b"[" + b",".join(orjson.dumps(event(number)) for number in (1, 2)) + b"]"
    kept = intake.accept(node.store, node.clock, node.sender.plan(), "security_event", raw)
    fault = {"field": "", "code": "x", "message": "不行"}
    way.answers = [receipt([1, 2], [{"index": 0, "errors": [fault]}])]
    node.sender.step()
    told = intake.receipt_of(node.store, kept.body["receipt"])
    assert told is not None
    assert [(part["state"], part["count"]) for part in told["forwarded"]] == [
        ("sent", 1),
        ("parked", 1),
    ]
    assert told["forwarded"][0]["centre"]["receipt"] == "r"


def test_a_fault_that_another_process_noted_is_gone_once_all_is_sent(
    tmp_path: Path, way: Way, hands: Hands
) -> None:
    config = str(tmp_path / "edge.toml")
    before = nodes.built(tmp_path, way.address, hands.clock())
    way.answers = [(503, {"detail": "忙"})]
    take(before, "security_event", event(1))
    before.sender.step()
    assert cli.main(["--config", config, "status"]) == 1
    before.store.close()
    after = nodes.built(tmp_path, way.address, hands.clock())
    after.sender.step()
    assert states(after) == {"sent": 1}
    told = metrics.render(report.state(after))
    assert 'gyzs_edge_sending_failed{interface="security_event"} 0\n' in told
    assert "gyzs_edge_attention 0\n" in told
    assert cli.main(["--config", config, "status"]) == 0


def test_a_fault_of_what_was_set_aside_is_gone_when_nothing_waits(
    node: Node, way: Way, hands: Hands
) -> None:
    way.answers = [(503, {"detail": "忙"})]
    take(node, "base_info", bodies.base_info())
    node.sender.step(regardless=True)
    other = nodes.built(node.store.folder.parent, way.address, hands.clock())
    other.sender.step(regardless=True)
    assert states(node, "base_info") == {"sent": 1}
    assert report.state(node)["attention"] == []


def test_a_corrected_key_is_used_at_the_next_look_and_not_after_the_pause(
    node: Node, way: Way, hands: Hands, tmp_path: Path
) -> None:
    way.answers = [problem(401), problem(401)]
    take(node, "security_event", event(1))
    node.sender.step()
    node.sender.step()
    assert (len(way.came), states(node)) == (1, {"pending": 1})
    (tmp_path / "centre.key").write_text("gyzs_another\n")
    node.sender.step()
    assert (len(way.came), len(report.state(node)["attention"])) == (2, 1)
    node.sender.step()
    assert len(way.came) == 2
    (tmp_path / "centre.key").write_text("gyzs_the_good_one\n")
    node.sender.step()
    assert (len(way.came), states(node)) == (3, {"sent": 1})
    assert report.state(node)["attention"] == []


def test_a_corrected_key_ends_the_word_that_sending_has_stopped_before_the_window_comes(
    node: Node, way: Way, hands: Hands, tmp_path: Path
) -> None:
    """`send --now` met the revoked key; the node that starts afterwards waits for the window."""
    way.answers = [problem(401)]
    take(node, "base_info", bodies.base_info())
    node.sender.step(regardless=True)
    (tmp_path / "centre.key").write_text("gyzs_the_good_one\n")
    after = nodes.built(tmp_path, way.address, hands.clock())
    after.sender.step()
    assert states(after, "base_info") == {"pending": 1}
    assert report.state(after)["attention"] == []


def test_a_report_that_only_waits_is_said_to_wait_and_the_centre_judges_it(
    node: Node, way: Way, hands: Hands
) -> None:
    raw = orjson.dumps(bodies.report(统计日期="2026-07-26"))

    def hand_in() -> dict[str, Any]:
        plan = node.sender.plan()
        return intake.accept(node.store, node.clock, plan, "compute_report", raw).body

    kept = hand_in()
    begin = node.sender.plan().begin(at("2026-07-26 06:00").date())
    assert kept["timeliness"] == {
        "status": "queued",
        "window": "07:00-08:00",
        "sends_at": begin.isoformat(timespec="seconds"),
        "detail": (
            f"已存入边缘节点，计划于{begin:%Y-%m-%d %H:%M:%S}发往中心；是否按时由中心收到后判定。"
        ),
    }
    assert hand_in()["timeliness"] == {
        "status": "unchanged",
        "window": "07:00-08:00",
        "detail": "与本节点上次收到的相同，不再发送；是否按时见上次的回执。",
    }
    status, answer = receipt({})
    judged = {"status": "on_time", "window": "07:00-08:00"}
    day = {"date": "2026-07-26", "status": "on_time", "corrected": True}
    way.answers = [(status, answer | {"timeliness": judged, "day": day})]
    node.sender.step(regardless=True)
    told = intake.receipt_of(node.store, kept["receipt"])
    assert told is not None
    assert (told["timeliness"], told["day"]) == (judged, day)
