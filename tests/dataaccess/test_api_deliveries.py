"""The three calls from end to end, as a base's program sees them."""

import json
import uuid
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from unittest.mock import ANY

import pytest
import time_machine

from dataaccess import events_at_once
from dataaccess.models import (
    Base,
    BaseInfo,
    ComputeReport,
    EarlierVersion,
    Receipt,
    SecurityEvent,
)
from dataaccess.shapes import tables
from tests.dataaccess.bodies import base_info, event, report, without
from tests.dataaccess.conftest import Caller

pytestmark = pytest.mark.django_db

IN_WINDOW = "2026-07-26T07:12:00.250+08:00"


def counts(answer: Any) -> tuple[int, int, int, int]:
    body = answer.json()
    return body["accepted"], body["created"], body["updated"], body["unchanged"]


@time_machine.travel(IN_WINDOW, tick=False)
def test_a_compute_report_in_its_window(caller: Caller, jinan: Base) -> None:
    answer = caller.report(report())
    assert answer.status_code == 201
    assert answer["Content-Type"] == "application/json"
    receipt = Receipt.objects.get()
    assert answer.json() == {
        "receipt": str(receipt.id),
        "received_at": IN_WINDOW,
        "accepted": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": [],
        "timeliness": {"status": "on_time", "window": "07:00-08:00"},
    }
    kept = ComputeReport.objects.get()
    assert (kept.base, kept.date, kept.timeliness) == (jinan, date(2026, 7, 26), "on_time")
    assert kept.figures() == report(空闲GPU算力=610)
    assert kept.receipt_id == receipt.id


@time_machine.travel("2026-07-26T09:00:00+08:00", tick=False)
def test_a_late_report_is_kept_and_says_so(caller: Caller) -> None:
    late = caller.report(report()).json()["timeliness"]
    makeup = caller.report(report(统计日期="2026-07-25")).json()["timeliness"]
    assert late == {"status": "out_of_window", "window": "07:00-08:00"}
    assert makeup == {"status": "makeup", "window": "07:00-08:00"}
    assert list(ComputeReport.objects.order_by("date").values_list("timeliness", flat=True)) == [
        "makeup",
        "out_of_window",
    ]


def test_the_same_report_again_changes_nothing_and_says_so(caller: Caller) -> None:
    with time_machine.travel(IN_WINDOW, tick=False):
        caller.report(report())
    before = ComputeReport.objects.values().get()
    with time_machine.travel("2026-07-26T15:00:00+08:00", tick=False):
        again = caller.report(report())
    assert again.status_code == 200
    assert counts(again) == (1, 0, 0, 1)
    assert ComputeReport.objects.values().get() == before
    assert EarlierVersion.objects.count() == 0
    assert Receipt.objects.count() == 2


def test_a_correction_keeps_what_was_said_before_and_the_day_on_time(caller: Caller) -> None:
    with time_machine.travel(IN_WINDOW, tick=False):
        caller.report(report())
    with time_machine.travel("2026-07-26T15:00:00+08:00", tick=False):
        corrected = caller.report(report(空闲GPU算力=500))
    assert corrected.status_code == 200
    assert counts(corrected) == (1, 0, 1, 0)
    assert corrected.json()["timeliness"]["status"] == "out_of_window"
    assert corrected.json()["day"] == {
        "date": "2026-07-26",
        "status": "on_time",
        "corrected": True,
    }
    kept = ComputeReport.objects.get()
    assert (kept.gpu_idle, kept.timeliness) == (500, "on_time")
    earlier = EarlierVersion.objects.get()
    assert (earlier.kind, earlier.key) == ("compute_report", "2026-07-26")
    assert earlier.values == report(空闲GPU算力=610)
    assert earlier.received_at == datetime(2026, 7, 25, 23, 12, 0, 250_000, tzinfo=UTC)


def test_an_answer_says_how_a_day_counts_that_had_been_reported(caller: Caller) -> None:
    """The delivery is judged by when it came, the day by its best one."""

    def told(moment: str, **changes: Any) -> tuple[str, Any]:
        with time_machine.travel(f"2026-07-{moment}+08:00", tick=False):
            dry = caller.send("POST", "compute-reports?dry_run=true", report(**changes)).json()
            answer = caller.report(report(**changes)).json()
            kept = caller.send("GET", f"receipts/{answer['receipt']}").json()
            days = caller.send("GET", "status").json()["days"]
        day = answer.get("day")
        assert dry.get("day") == kept.get("day") == day
        assert day is None or day in days
        return answer["timeliness"]["status"], day

    def day(date: str, status: str, *, corrected: bool) -> dict[str, Any]:
        return {"date": date, "status": status, "corrected": corrected}

    # Nothing but the delivery to judge.
    assert told("26T07:12:00") == ("on_time", None)
    # A correction on the next day leaves the day on time.
    first = "2026-07-26"
    assert told("27T15:00:00", 统计日期=first, 空闲GPU算力=5) == (
        "makeup",
        day(first, "on_time", corrected=True),
    )
    assert told("27T15:01:00", 统计日期=first, 空闲GPU算力=5) == (
        "makeup",
        day(first, "on_time", corrected=True),
    )
    # One that came too early is made good in the window, although nothing is new.
    second = "2026-07-28"
    assert told("28T06:00:00") == ("out_of_window", None)
    assert told("28T06:01:00") == ("out_of_window", day(second, "out_of_window", corrected=False))
    assert told("28T07:12:00") == ("on_time", day(second, "on_time", corrected=False))


def test_an_on_time_report_makes_good_an_early_one(caller: Caller) -> None:
    with time_machine.travel("2026-07-26T06:00:00+08:00", tick=False):
        caller.report(report())
    with time_machine.travel(IN_WINDOW, tick=False):
        caller.report(report(空闲GPU算力=500))
    assert ComputeReport.objects.get().timeliness == "on_time"


def test_decimals_are_floored_exactly(caller: Caller) -> None:
    raw = json.dumps(report()).replace("610.5", "610.99999999999999999999").encode()
    raw = raw.replace(b"524288", b"9007199254740993.7")
    assert caller.report(None, raw=raw).status_code == 201
    kept = ComputeReport.objects.get()
    assert (kept.gpu_idle, kept.memory_total) == (610, 9007199254740993)


@time_machine.travel(IN_WINDOW, tick=False)
def test_base_info_is_put_and_its_history_stays(caller: Caller, jinan: Base) -> None:
    first = caller.info(base_info())
    again = caller.info(base_info())
    changed = caller.info(base_info(单位名称="示例智算集团"))
    assert [first.status_code, again.status_code, changed.status_code] == [201, 200, 200]
    assert [counts(each) for each in (first, again, changed)] == [
        (1, 1, 0, 0), (1, 0, 0, 1), (1, 0, 1, 0),
    ]  # fmt: skip
    assert first.json()["timeliness"] == {"status": "on_time", "window": "07:00-08:00"}
    assert BaseInfo.objects.get(base=jinan).values == base_info(单位名称="示例智算集团")
    assert EarlierVersion.objects.get(kind="base_info").values == base_info()


def test_an_event_and_its_way_to_done(caller: Caller, jinan: Base) -> None:
    states = [
        caller.events(event(当前防御处理状态=state))
        for state in ("未处理", "处理中", "处理中", "已处理")
    ]
    assert [answer.status_code for answer in states] == [201, 200, 200, 200]
    assert [counts(answer) for answer in states] == [
        (1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 0, 1), (1, 0, 1, 0),
    ]  # fmt: skip
    assert "timeliness" not in states[0].json()
    kept = SecurityEvent.objects.get()
    assert (kept.base, kept.handling, kept.ongoing) == (jinan, "已处理", True)
    assert kept.occurred_at == datetime(2024, 7, 26, 2, 20, 35, tzinfo=UTC)
    history = EarlierVersion.objects.filter(kind="security_event", key=event()["攻击事件ID"])
    assert [each.values for each in history] == [
        event(当前防御处理状态="未处理"),
        event(当前防御处理状态="处理中"),
    ]


def test_every_column_of_an_event_is_kept(caller: Caller) -> None:
    caller.events(event())
    kept = SecurityEvent.objects.get()
    assert [
        kept.event_id, kept.attacker_ips, kept.target_ips, kept.method, kept.asset_type,
        kept.description, kept.severity,
    ] == [
        event()[name]
        for name in (
            "攻击事件ID", "攻击者IP", "攻击目标IP", "攻击手段", "被攻击资产类型",
            "攻击事件描述", "攻击危险程度",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("攻击时间", "2024-07-26 10:20:36"),
        ("攻击者IP", "203.0.113.8"),
        ("攻击目标IP", "198.51.100.21"),
        ("攻击手段", "G001"),
        ("是否仍在攻击", "否"),
        ("当前防御处理状态", "已处理"),
        ("被攻击资产类型", "Z001"),
        ("攻击事件描述", "x"),
        ("攻击危险程度", "高"),
    ],
)
def test_a_change_of_any_column_is_a_change(caller: Caller, name: str, value: str) -> None:
    caller.events(event())
    assert counts(caller.events(event(**{name: value}))) == (1, 0, 1, 0)
    assert EarlierVersion.objects.get().values == event()


def test_a_batch_keeps_what_holds_and_names_the_rest(caller: Caller) -> None:
    answer = caller.events(
        [event(攻击事件ID="a"), event(攻击事件ID="b", 攻击手段="G099"), event(攻击事件ID="c"), 7]
    )
    assert answer.status_code == 207
    assert counts(answer) == (2, 2, 0, 0)
    assert answer.json()["rejected"] == [
        {"index": 1, "errors": [{"field": "攻击手段", "code": "choice", "message": ANY}]},
        {"index": 3, "errors": [{"field": "", "code": "type", "message": ANY}]},
    ]
    assert list(SecurityEvent.objects.order_by("event_id").values_list("event_id", flat=True)) == [
        "a",
        "c",
    ]


def test_the_same_id_twice_in_a_batch(caller: Caller) -> None:
    answer = caller.events(
        [
            event(攻击事件ID="a", 当前防御处理状态="未处理"),
            event(攻击事件ID="b"),
            event(攻击事件ID="a", 当前防御处理状态="已处理"),
        ]
    )
    assert answer.status_code == 201
    assert counts(answer) == (3, 2, 1, 0)
    assert SecurityEvent.objects.get(event_id="a").handling == "已处理"
    assert EarlierVersion.objects.get().values["当前防御处理状态"] == "未处理"


def test_ndjson(caller: Caller) -> None:
    lines = [json.dumps(event(攻击事件ID=name)) for name in ("a", "b")]
    raw = "\r\n\n".join([lines[0], "{broken", lines[1], ""]).encode()
    answer = caller.events(raw=raw, content_type="application/x-ndjson; charset=utf-8")
    assert answer.status_code == 207
    assert counts(answer) == (2, 2, 0, 0)
    assert answer.json()["rejected"] == [
        {"index": 1, "errors": [{"field": "", "code": "json", "message": ANY}]}
    ]


def test_one_event_with_an_impossible_number_does_not_spoil_the_batch(caller: Caller) -> None:
    raw = json.dumps([event(攻击事件ID="a"), event(攻击事件ID="b", 攻击事件描述=0)]).encode()
    raw = raw.replace(b": 0,", b": 1e400,")
    answer = caller.events(raw=raw)
    assert answer.status_code == 207
    assert [each["index"] for each in answer.json()["rejected"]] == [1]


def test_a_batch_of_5000_and_one_more(caller: Caller) -> None:
    batch = [event(攻击事件ID=f"e{number}") for number in range(5000)]
    full = caller.events(batch)
    assert (full.status_code, counts(full)) == (201, (5000, 5000, 0, 0))
    again = caller.events(batch)
    assert (again.status_code, counts(again)) == (200, (5000, 0, 0, 5000))
    over = caller.events([*batch, event(攻击事件ID="one more")])
    assert over.status_code == 413
    assert SecurityEvent.objects.count() == 5000


def test_more_than_10_mib_is_refused(caller: Caller) -> None:
    answer = caller.events(raw=b"[" + b" " * (10 * 1024 * 1024) + b"]")
    assert answer.status_code == 413
    assert answer.json()["detail"] == "每次最多 10 MiB，请分批发送。"


def test_a_stream_without_a_length_is_read(caller: Caller) -> None:
    raw = json.dumps(event()).encode()
    streamed = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    assert caller.events(**streamed, **{"wsgi.input": BytesIO(raw)}).status_code == 201
    endless = BytesIO(b" " * (10 * 1024 * 1024 + 2))
    assert caller.events(**streamed, **{"wsgi.input": endless}).status_code == 413


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"[]", "application/json"),
        (b"", "application/x-ndjson"),
        (b"\n \n", "application/x-ndjson"),
    ],
)
def test_an_empty_batch_is_422(caller: Caller, raw: bytes, content_type: str) -> None:
    answer = caller.events(raw=raw, content_type=content_type)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["code"] for error in answer.json()["errors"]] == ["empty_batch"]


def test_a_batch_with_nothing_good_is_422_and_nothing_is_kept(caller: Caller) -> None:
    answer = caller.events([without(event(), "攻击手段"), event(攻击时间="x")])
    assert answer.status_code == 422
    body = answer.json()
    assert [each["index"] for each in body["rejected"]] == [0, 1]
    assert [error["field"] for error in body["errors"]] == ["攻击手段", "攻击时间"]
    assert (SecurityEvent.objects.count(), Receipt.objects.count()) == (0, 0)


def test_a_refused_body_names_every_fault_as_a_problem(caller: Caller) -> None:
    answer = caller.report(without(report(空闲CPU核数=-1, GPU总算力="2600"), "FP16总算力"))
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "数据不符合要求",
        "status": 422,
        "detail": "共3处错误，数据未保存；请按 errors 逐项修改后重发。",
        "errors": [
            {
                "field": "空闲CPU核数",
                "code": "negative",
                "message": "不能为负数；无该类资源时填 0。",
            },
            {
                "field": "GPU总算力",
                "code": "type",
                "message": "应为 JSON 数字，不加引号，如 2600。",
            },
            {
                "field": "FP16总算力",
                "code": "required",
                "message": "缺少必填字段“FP16总算力”，请补充。",
            },
        ],
    }
    assert ComputeReport.objects.count() == 0


def test_a_message_that_repeats_a_lone_surrogate_can_be_sent(caller: Caller) -> None:
    raw = json.dumps({**base_info(), "bad\ud800": 1, "主体类型": "\udfff"}).encode()
    answer = caller.info(None, raw=raw)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown", "surrogate"]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"NaN", b"{'a': 1}", b"\xef\xbb\xbf{}", b"\xff", b"[" * 10_000]
)
def test_what_is_no_json_is_400(caller: Caller, raw: bytes) -> None:
    for answer in (
        caller.events(raw=raw),
        caller.report(None, raw=raw),
        caller.info(None, raw=raw),
    ):
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["title"] == "请求正文不是有效的 JSON"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/json; charset=gbk", "application/x-ndjson", ""],
)
def test_another_content_type_is_415(caller: Caller, content_type: str) -> None:
    answer = caller.report(report(), content_type=content_type)
    assert answer.status_code == 415
    assert answer.json()["detail"] == (
        "请以 UTF-8 编码、不压缩发送，Content-Type 为 application/json。"
    )


def test_a_dry_run_checks_everything_and_keeps_nothing(caller: Caller) -> None:
    caller.events(event(攻击事件ID="a"))
    answer = caller.send(
        "POST",
        "security-events?dry_run=true",
        [event(攻击事件ID="a"), event(攻击事件ID="a", 攻击手段="G001"), event(攻击事件ID="b"), 1],
    )
    assert answer.status_code == 207
    assert counts(answer) == (3, 1, 2, 0)
    assert (answer.json()["receipt"], answer.json()["dry_run"]) == (None, True)
    assert caller.send("POST", "compute-reports?dry_run=true", report()).status_code == 200
    assert caller.send("PUT", "base-info?dry_run=true", base_info()).status_code == 200
    assert caller.send("PUT", "base-info?dry_run=true", {}).status_code == 422
    assert [
        model.objects.count()
        for model in (SecurityEvent, ComputeReport, BaseInfo, Receipt, EarlierVersion)
    ] == [1, 0, 0, 1, 0]


def test_a_doubtful_dry_run_keeps_nothing_either(caller: Caller) -> None:
    for value in ("1", "yes", "True", ""):
        assert caller.send("POST", f"compute-reports?dry_run={value}", report()).status_code == 400
    assert ComputeReport.objects.count() == 0


def test_a_misspelt_dry_run_is_no_delivery(caller: Caller) -> None:
    for query, unknown in (("dryrun=true", "dryrun"), ("dry_run=true&dry-run=true", "dry-run")):
        answer = caller.send("POST", f"compute-reports?{query}", report())
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            f"没有参数 {unknown}；只检查、不保存时写 ?dry_run=true。没有保存任何内容。",
        )
    assert ComputeReport.objects.count() == 0


def test_a_call_that_takes_no_parameters_says_so(caller: Caller) -> None:
    receipt = caller.report(report()).json()["receipt"]
    for address, unknown in (
        ("status?days=5", "days"),
        ("status?b=1&a=", "a, b"),
        (f"receipts/{receipt}?full=1", "full"),
    ):
        answer = caller.send("GET", address)
        assert (answer.status_code, answer.json()["title"], answer.json()["detail"]) == (
            400,
            "网址参数不认识",
            f"没有参数 {unknown}；这个地址不带参数。",
        )
    assert caller.send("GET", "status").status_code == 200


def test_lines_sent_as_json_are_told_their_content_type(caller: Caller) -> None:
    line = json.dumps(event(攻击事件ID="a"), ensure_ascii=False).encode()
    hint = (
        "正文像是每行一个 JSON 对象（NDJSON）：请把请求头 Content-Type 改为 "
        "application/x-ndjson，或以一个 JSON 数组发送。"
    )

    def told(raw: bytes) -> str:
        answer = caller.events(raw=raw)
        assert answer.status_code == 400
        return str(answer.json()["detail"])

    assert told(line + b"\n\n" + line) == hint
    assert told(line + b"\n" + line + b"\nx") == hint
    # A slip within one document is named by its place.
    assert told(line + b"\nx") == "第2行第1列不是有效的 JSON，请检查引号、逗号和括号。"
    other = caller.send("POST", "compute-reports", raw=line + b"\n" + line)
    assert (other.status_code, other.json()["detail"]) == (
        400,
        "第2行第1列不是有效的 JSON，请检查引号、逗号和括号。",
    )
    assert SecurityEvent.objects.count() == 0


def test_a_figure_that_is_null_is_said_to_be_empty(caller: Caller) -> None:
    assert caller.report(report(GPU总算力=None)).json()["errors"] == [
        {
            "field": "GPU总算力",
            "code": "empty",
            "message": "不能为空，请填写数字；无该类资源时填 0。",
        }
    ]


def test_an_idempotency_key_gets_the_first_answer_again(caller: Caller) -> None:
    headers = {"Idempotency-Key": "2026-07-26/1"}
    first = caller.report(report(), headers=headers)
    again = caller.report(report(), headers=headers)
    other = caller.report(report(空闲CPU核数=1), headers=headers)
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert (first.has_header("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (
        False,
        "true",
    )
    assert other.status_code == 422
    assert [error["field"] for error in other.json()["errors"]] == ["Idempotency-Key"]
    assert ComputeReport.objects.get().cpu_cores_idle == report()["空闲CPU核数"]
    assert Receipt.objects.count() == 1


def test_a_refused_delivery_does_not_use_up_its_idempotency_key(caller: Caller) -> None:
    headers = {"Idempotency-Key": "k"}
    assert caller.report({}, headers=headers).status_code == 422
    assert caller.report(report(), headers=headers).status_code == 201


def test_idempotency_keys_belong_to_a_base_and_an_interface(
    caller: Caller, other_caller: Caller
) -> None:
    headers = {"Idempotency-Key": "k"}
    assert caller.report(report(), headers=headers).status_code == 201
    assert caller.info(base_info(), headers=headers).status_code == 201
    assert other_caller.report(report(空闲CPU核数=1), headers=headers).status_code == 201


@pytest.mark.parametrize("value", ["x" * 256, "a b", "键"])
def test_an_odd_idempotency_key_is_400(caller: Caller, value: str) -> None:
    answer = caller.report(report(), headers={"Idempotency-Key": value})
    assert answer.status_code == 400
    assert ComputeReport.objects.count() == 0


def test_a_receipt_tells_what_became_of_a_delivery(caller: Caller, other_caller: Caller) -> None:
    kept = caller.events([event(), 1])
    identifier = kept.json()["receipt"]
    answer = caller.send("GET", f"receipts/{identifier}")
    assert answer.status_code == 200
    assert answer.json() == {**kept.json(), "interface": "security_event", "status": 207}
    foreign = other_caller.send("GET", f"receipts/{identifier}")
    missing = caller.send("GET", f"receipts/{uuid.uuid4()}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json() == caller.send("GET", "receipts/12").json()
    assert (missing.json()["title"], missing.json()["detail"]) == (
        "没有这张回执",
        "没有这张回执，或它属于另一个基地；请核对编号。",
    )


def test_the_number_of_faults_told_is_the_number_listed(caller: Caller) -> None:
    told = caller.report(report(空闲CPU核数=50000)).json()
    assert [each["code"] for each in told["errors"]] == ["idle_exceeds_total"] * 2
    assert told["detail"].startswith("共2处错误")


def test_a_wrong_code_is_told_the_codes_with_their_words(caller: Caller) -> None:
    (error,) = caller.events(event(被攻击资产类型="Z099")).json()["errors"]
    assert error["message"] == (
        "“Z099”不在可选值之中，请填写以下之一：Z001 操作系统、Z002 中间件服务、Z003 业务系统、"
        "Z004 网络设备、Z005 安全系统、Z006 电子邮箱、Z007 其他。"
    )
    english = {"Accept-Language": "en"}
    (error,) = caller.events(event(攻击手段="G099"), headers=english).json()["errors"]
    assert "; give one of “G001 System vulnerability, G002 Denial of service, " in error["message"]


def test_two_bases_may_use_the_same_event_id(caller: Caller, other_caller: Caller) -> None:
    assert counts(caller.events(event())) == (1, 1, 0, 0)
    assert counts(other_caller.events(event(攻击手段="G001"))) == (1, 1, 0, 0)
    assert SecurityEvent.objects.count() == 2


@time_machine.travel("2026-07-26T09:00:00+08:00", tick=False)
def test_the_status_lists_a_bases_own_days(caller: Caller, jinan: Base) -> None:
    Base.objects.filter(pk=jinan.pk).update(created_at=datetime(2026, 7, 22, 4, tzinfo=UTC))
    # Entered at noon of the 22nd: that day's window had passed.
    caller.report(report())
    caller.report(report(统计日期="2026-07-24"))
    body = caller.send("GET", "status").json()
    assert body == {
        "base": "jinan",
        "window": "07:00-08:00",
        "next_window": None,
        "now": "2026-07-26T09:00:00.000+08:00",
        "reported": 2,
        "late": 2,
        "missing": 2,
        "days": [
            {"date": "2026-07-23", "status": "missing", "corrected": False},
            {"date": "2026-07-24", "status": "makeup", "corrected": False},
            {"date": "2026-07-25", "status": "missing", "corrected": False},
            {"date": "2026-07-26", "status": "out_of_window", "corrected": False},
        ],
        "data_calls": [],
    }


def test_today_is_not_missing_before_its_window_is_over(caller: Caller, jinan: Base) -> None:
    with time_machine.travel("2026-07-26T08:00:00+08:00", tick=False):
        Base.objects.filter(pk=jinan.pk).update(created_at=datetime(2026, 7, 25, 22, tzinfo=UTC))
        assert caller.send("GET", "status").json()["days"] == [
            {"date": "2026-07-26", "status": "pending", "corrected": False}
        ]
    with time_machine.travel("2026-07-26T08:00:01+08:00", tick=False):
        assert caller.send("GET", "status").json()["days"][-1]["status"] == "missing"


def test_a_delivery_costs_the_same_queries_for_one_event_as_for_many(
    caller: Caller, django_assert_num_queries: Any
) -> None:
    caller.events(event())  # notes the key's first use
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(number: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            caller.events([event(攻击事件ID=f"{number}-{each}") for each in range(number)])
        return len(queries)

    # A few are kept by one statement, more by three: neither grows with their number.
    assert cost(1) == cost(events_at_once.MOST)
    assert cost(events_at_once.MOST + 1) == cost(500)


def test_figures_follow_the_table() -> None:
    assert [
        field.name
        for field in ComputeReport._meta.fields
        if field.name in set(tables.FIGURES.values())
    ] == list(tables.FIGURES.values())


def twice(body: dict[str, Any], name: str, other: Any, colon: str = ":") -> bytes:
    """The body with a field a second time, as JSON that no dict can hold."""
    said = json.dumps(body, ensure_ascii=False, separators=(", ", colon))
    return f'{said[:-1]}, "{name}"{colon}{json.dumps(other)}}}'.encode()


def said_twice(name: str) -> dict[str, str]:
    return {
        "field": name,
        "code": "duplicate_key",
        "message": f"“{name}”在同一个 JSON 对象中出现了2次，无法判断以哪个为准，请只保留一个。",
    }


def test_a_name_twice_in_one_object_is_refused_beside_every_other_fault(caller: Caller) -> None:
    raw = twice(report(CPU总核数=-1), "GPU总算力", 26)
    answer = caller.report(None, raw=raw)
    assert answer.status_code == 422
    # Of the two the later is looked at: its idle part is above it.
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [
        ("GPU总算力", "duplicate_key"),
        ("CPU总核数", "negative"),
        ("GPU总算力", "idle_exceeds_total"),
        ("空闲GPU算力", "idle_exceeds_total"),
    ]
    assert answer.json()["errors"][0] == said_twice("GPU总算力")
    # The same value twice as well: the program that wrote it is at fault.
    answer = caller.info(raw=twice(base_info(), "所在省份", "370000"), body=None)
    assert answer.json()["errors"] == [said_twice("所在省份")]
    english = caller.report(None, raw=raw, headers={"Accept-Language": "en"}).json()["errors"][0]
    assert english["message"] == (
        "“GPU总算力” stands 2 times in one JSON object and nobody can tell which is meant; keep one."
    )
    assert (ComputeReport.objects.count(), BaseInfo.objects.count()) == (0, 0)


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_an_event_with_a_name_twice_is_refused_by_itself(caller: Caller, blank: str) -> None:
    # What stands in a value is no name: not counted.
    quoting = event(攻击事件ID="a", 攻击事件描述='{"user":"x","user":"y"}')
    wrong = twice(event(攻击事件ID="b"), "攻击手段", "G001", f"{blank}:")
    good = json.dumps(quoting).encode()
    array = caller.events(raw=b"[" + good + b"," + wrong + b"]")
    lines = caller.events(raw=good + b"\n" + wrong, content_type="application/x-ndjson")
    for answer in (array, lines):
        assert answer.status_code == 207
        [refused] = answer.json()["rejected"]
        assert refused["index"] == 1
        assert refused["errors"] == [said_twice("攻击手段")]
    one = caller.events(raw=wrong)
    assert one.status_code == 422
    assert one.json()["errors"] == [said_twice("攻击手段")]
    assert list(SecurityEvent.objects.values_list("event_id", flat=True)) == ["a"]
