"""Whether a delivery holds: the same answer at the centre and on an edge node. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dataaccess import parsing, shapes, windows
from dataaccess.shapes import Fault, Kind, Rejected
from dataaccess.shapes.faults import fault

MAX_BYTES = 10 * 1024 * 1024
MAX_EVENTS = 5000
_AS_LINES = (
    f"正文像是每行一个 JSON 对象（NDJSON）：请把请求头 Content-Type 改为 {parsing.NDJSON}，"
    "或以一个 JSON 数组发送。"
)


@dataclass
class Refused(Exception):
    """Nothing was kept. `errors` name the fields; in a batch `rejected` has them by event."""

    status: int
    title: str
    detail: str
    errors: list[Fault] = field(default_factory=list)
    rejected: list[Rejected] | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.title}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What holds of a delivery and what does not, before anything is written."""

    base_info: dict[str, Any] | None = None
    report: dict[str, Any] | None = None
    day: date | None = None
    events: list[dict[str, Any]] | None = None
    rejected: list[Rejected] = field(default_factory=list)


def check(kind: Kind, raw: bytes, content_type: str, at: datetime) -> Checked:
    """A delivery as clean values. Raises Refused where nothing of it holds."""
    if len(raw) > MAX_BYTES:
        raise too_large()
    try:
        if kind == "security_event":
            return _check_events(raw, content_type, at)
        payload = parsing.parse(raw)
    except parsing.NotJson as failure:
        said = str(failure)
        if kind == "security_event" and content_type != parsing.NDJSON and parsing.is_lines(raw):
            said = _AS_LINES
        raise Refused(400, "请求正文不是有效的 JSON", said) from None
    if kind == "base_info":
        values, faults = shapes.check_base_info(payload)
        checked = Checked(base_info=values)
    else:
        values, day, faults = shapes.check_compute_report(payload, windows.day_of(at))
        checked = Checked(report=values, day=day)
    if faults:
        raise _unprocessable(faults)
    return checked


def _check_events(raw: bytes, content_type: str, at: datetime) -> Checked:
    if content_type == parsing.NDJSON:
        payloads = parsing.parse_lines(raw)
    else:
        document = parsing.parse_quickly(raw)
        if not isinstance(document, list):
            return _check_one_event(document, at)
        payloads = document
    if not payloads:
        raise _unprocessable(
            [
                fault(
                    "",
                    "empty_batch",
                    "批量为空，请至少发送一个事件；没有事件时不必调用，"
                    "有数据统计要求待答复的请在其页面答复没有安全事件。",
                )
            ]
        )
    if len(payloads) > MAX_EVENTS:
        raise Refused(
            413,
            "批量过大",
            f"每次最多{MAX_EVENTS}个事件，本次{len(payloads)}个，请分批发送。",
        )
    good, rejected = shapes.check_events(payloads, at)
    for each in rejected:
        if payloads[each["index"]] is parsing.BROKEN_LINE:
            each["errors"] = [
                fault("", "json", "这一行不是有效的 JSON，请每行发送一个 JSON 对象。")
            ]
    if not good:
        raise _all_refused(rejected)
    return Checked(events=good, rejected=rejected)


def _check_one_event(document: Any, at: datetime) -> Checked:
    good, rejected = shapes.check_events([document], at)
    if rejected:
        raise _unprocessable(rejected[0]["errors"])
    return Checked(events=good)


def too_large() -> Refused:
    return Refused(413, "请求正文过大", f"每次最多 {MAX_BYTES // 1024 // 1024} MiB，请分批发送。")


def _unprocessable(faults: list[Fault]) -> Refused:
    return Refused(
        422,
        "数据不符合要求",
        f"共{len(faults)}处错误，数据未保存；请按 errors 逐项修改后重发。",
        faults,
    )


def _all_refused(rejected: list[Rejected]) -> Refused:
    return Refused(
        422,
        "批量中没有一个事件符合要求",
        f"{len(rejected)}个事件全部有误，数据未保存；请按 rejected 逐个修改后重发。",
        [error for each in rejected for error in each["errors"]],
        rejected,
    )
