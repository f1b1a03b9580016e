"""Bodies and answers as the documentation shows them; the tests send the bodies and hold the
answers against the schemas."""

import json
from typing import Any

from dataaccess import endings
from dataaccess.samples import BODIES
from dataaccess.shapes import tables

EVENTS = [
    BODIES["security_event"],
    {
        **BODIES["security_event"],
        tables.EVENT_ID: "20240726-000018",
        "攻击手段": "G011",
        "当前防御处理状态": "已处理",
        "是否仍在攻击": "否",
    },
]
LINES = "\n".join(json.dumps(event, ensure_ascii=False) for event in EVENTS)

_RECEIPT = "6f0f7c7e-5d1c-4f0e-9a53-3f6f7b0f2a11"
_KEPT: dict[str, Any] = {
    "receipt": _RECEIPT,
    "received_at": "2026-07-26T07:12:00.250+08:00",
    "accepted": 1,
    "created": 1,
    "updated": 0,
    "unchanged": 0,
    "rejected": [],
}
_ON_TIME = {"timeliness": {"status": "on_time", "window": "07:00-08:00"}}
_AGAIN = {"created": 0, "unchanged": 1}
_TIME_FAULT = {
    "field": tables.EVENT_TIME,
    "code": "format",
    "message": "“2024-07-26T10:20:35”的格式不正确。请按“年-月-日 时:分:秒”填写北京时间，"
    "不带时区，如 2024-07-26 10:20:35。",
}
_UNIT_DOUBT = {
    "field": "GPU总算力",
    "code": "rise",
    "message": "“GPU总算力”为2600000，上一次（2026-07-25）为2600，是其1000倍，"
    f"像是用了别的单位（本字段以 PFLOPS 计）{endings.ASKED}",
}
# By interface or call, then by status.
ANSWERS: dict[str, dict[int, dict[str, Any]]] = {
    "base_info": {200: {**_KEPT, **_AGAIN, **_ON_TIME}, 201: {**_KEPT, **_ON_TIME}},
    # A correction of the day before, which stays on time.
    "compute_report": {
        200: {
            **_KEPT,
            "created": 0,
            "updated": 1,
            "timeliness": {"status": "makeup", "window": "07:00-08:00"},
            "day": {"date": "2026-07-25", "status": "on_time", "corrected": True},
        },
        201: {**_KEPT, **_ON_TIME, "warnings": [_UNIT_DOUBT]},
    },
    "security_event": {
        200: {**_KEPT, **_AGAIN},
        201: {**_KEPT, "accepted": 2, "created": 2},
        207: {**_KEPT, "rejected": [{"index": 1, "errors": [_TIME_FAULT]}]},
    },
    "receipt": {200: {**_KEPT, **_ON_TIME, "interface": "compute_report", "status": 201}},
    "status": {
        200: {
            "base": "demo-base",
            "window": "07:00-08:00",
            "next_window": {"window": "19:00-20:00", "since": "2026-07-27"},
            "now": "2026-07-26T09:00:00.000+08:00",
            "reported": 1,
            "late": 0,
            "missing": 1,
            "days": [
                {"date": "2026-07-25", "status": "missing", "corrected": False},
                {"date": "2026-07-26", "status": "on_time", "corrected": True},
            ],
            "data_calls": [
                {
                    "id": 12,
                    "title": "国庆保障期算力统计",
                    "reason": "重大节日保障，请在截止前上报最新算力信息。",
                    "issued_at": "2026-07-26T08:30:00.000+08:00",
                    "deadline": "2026-07-26T18:00:00.000+08:00",
                    "overdue": False,
                    "waiting_for": ["compute_report"],
                }
            ],
        }
    },
}


def _problem(status: int, title: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}


_PROBLEMS = {
    400: _problem(
        400,
        "请求正文不是有效的 JSON",
        "第3行第5列不是有效的 JSON，请检查引号、逗号和括号。",
    ),
    401: _problem(401, "未通过身份验证", "请在请求头中携带接口密钥：Authorization: Bearer 密钥。"),
    403: _problem(
        403,
        "来源地址不在密钥允许的网段内",
        "本次请求来自 198.51.100.9，请从登记的网段发送；网段变了，在密钥页面修改这把密钥的来源网段即可，不必换密钥。",
    ),
    404: _problem(404, "没有这张回执", "没有这张回执，或它属于另一个基地；请核对编号。"),
    413: _problem(413, "批量过大", "每次最多5000个事件，本次6000个，请分批发送。"),
    415: _problem(
        415,
        "不支持的内容类型",
        "请以 UTF-8 编码、不压缩发送，Content-Type 为 application/json。",
    ),
    422: _problem(
        422,
        "数据不符合要求",
        "共2处错误，数据未保存；请按 errors 逐项修改后重发。",
        errors=[
            {
                "field": "GPU总算力",
                "code": "required",
                "message": "缺少必填字段“GPU总算力”，请补充。",
            },
            {
                "field": "GPU算力",
                "code": "unknown",
                "message": "基地算力信息接口没有这个字段，最接近的是“GPU总算力”；"
                "请改用该名称，或去掉这个字段。",
            },
        ],
    ),
    429: _problem(
        429,
        "调用过于频繁",
        "每个密钥每分钟最多调用 6000 次，请按 Retry-After 重试；事件可批量发送。",
    ),
    503: _problem(503, "服务暂不可用", "数据未保存，请稍后按 Retry-After 所示秒数重试。"),
}


# What is only read is not kept, and has no fields of a report.
_PROBLEMS_READING = {
    400: _problem(400, "网址参数不认识", "没有参数 days；这个地址不带参数。"),
    422: _problem(
        422,
        "参数不符合要求",
        "请按 errors 逐项更正后重新请求；参数一览见 /api/docs#capacity。",
        errors=[
            {"field": "pflops", "code": "required", "message": "缺少必填参数“pflops”，请补充。"}
        ],
    ),
    503: _problem(503, "服务暂不可用", "请稍后按 Retry-After 所示秒数重试。"),
}


def problem(status: int, method: str) -> dict[str, Any]:
    """What a call that takes this method only may be told."""
    if status == 405:
        return _problem(405, "不支持这个请求方法", f"这个地址只支持 {method}。")
    if method == "GET" and status in _PROBLEMS_READING:
        return _PROBLEMS_READING[status]
    return _PROBLEMS[status]
