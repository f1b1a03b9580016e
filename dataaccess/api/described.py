"""What the OpenAPI document says of each call. The bodies come from the shapes that check them."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from pydantic import TypeAdapter

from dataaccess import regions
from dataaccess.api import examples
from dataaccess.shapes import Kind, tables, types
from dataaccess.windows import WINDOWS

Schema = dict[str, Any]
# Where a field's schema holds its English name; document.py puts it into the description.
ENGLISH_NAME = "x-english-name"

_BODY_TYPES: dict[Kind, Any] = {
    "base_info": types.BaseInfo,
    "compute_report": types.ComputeReport,
    "security_event": types.SecurityEvent,
}


# Forms that stand in code beside the types, written out for whoever reads the schema alone.
LONGITUDE = r"(?:(?:7[3-9]|[89][0-9]|1[0-2][0-9]|13[0-5])(?:\.[0-9]{1,12})?|136(?:\.0{1,12})?)"
LATITUDE = r"(?:(?:[3-9]|[1-4][0-9]|5[0-3])(?:\.[0-9]{1,12})?|54(?:\.0{1,12})?)"


def _closer() -> dict[str, Schema]:
    """What a field's schema says beyond its type."""
    provinces = [region.code for region in regions.provinces()]
    return {
        "所在省份": {"enum": provinces},
        "所在城市": {"enum": sorted({c.code for p in provinces for c in regions.cities_of(p)})},
        "基地所在位置": {"pattern": f"^{LONGITUDE},{LATITUDE}$"},
    }


def body_schema(kind: Kind) -> Schema:
    """The JSON schema of a body, each field with its meaning and its English name."""
    schema = TypeAdapter(_BODY_TYPES[kind]).json_schema()
    closer = _closer()
    for field in tables.TABLES[kind].fields:
        about = schema["properties"][field.name]
        about.pop("title", None)
        about |= closer.get(field.name, {})
        about["description"] = field.note
        about[ENGLISH_NAME] = field.english
    return schema


_COUNT: Schema = {"type": "integer", "minimum": 0}
_FAULT: Schema = {
    "type": "object",
    "required": ["field", "code", "message"],
    "properties": {
        "field": {"type": "string", "description": "字段名称，整体有误时为空"},
        "code": {"type": "string", "description": "错误代码，供程序判断"},
        "message": {"type": "string", "description": "错在哪里，应当怎样发送"},
    },
}
_REJECTED: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["index", "errors"],
        "properties": {
            "index": {**_COUNT, "description": "被拒绝的事件在批中的位置，从 0 起"},
            "errors": {"type": "array", "items": _FAULT},
        },
    },
}
_TIMELINESS: Schema = {
    "type": "object",
    "required": ["status", "window"],
    "properties": {
        "status": {
            "type": "string",
            "enum": ["on_time", "out_of_window", "makeup"],
            "description": "这一次上报：on_time 按时，out_of_window 窗口外，makeup 补报；"
            "当天如何计入见 day",
        },
        "window": {"type": "string", "enum": [window.name for window in WINDOWS]},
    },
}
_DAY: Schema = {
    "type": "object",
    "description": "仅在当天此前已上报时出现：当天现在如何计入，同 status 的 days。更正不影响按时",
    "required": ["date", "status", "corrected"],
    "properties": {
        "date": {"type": "string", "format": "date"},
        "status": {"type": "string", "enum": ["on_time", "out_of_window", "makeup"]},
        "corrected": {"type": "boolean", "description": "当天的数据此后有更正"},
    },
}
_CLOCK: Schema = {
    "type": "object",
    "description": "仅在请求的 Date 与服务器相差超过一分钟时出现",
    "required": ["ahead_seconds", "message"],
    "properties": {
        "ahead_seconds": {"type": "integer", "description": "正数为请求方快，负数为慢"},
        "message": {"type": "string", "description": "应当怎样做"},
    },
}

_WARNINGS: Schema = {
    "type": "array",
    "description": "仅在数据可疑时出现：已按所报保存，请核对；试运行时没有保存",
    "items": _FAULT,
}


def _answer_schema(*, judged: bool, daily: bool = False) -> Schema:
    properties: Schema = {
        "receipt": {"type": ["string", "null"], "format": "uuid", "description": "试运行时为 null"},
        "received_at": {"type": "string", "format": "date-time"},
        "accepted": {**_COUNT, "description": "created、updated、unchanged 之和"},
        "created": _COUNT,
        "updated": _COUNT,
        "unchanged": {**_COUNT, "description": "与已有数据相同，未作改动"},
        "rejected": _REJECTED,
        "dry_run": {"type": "boolean", "description": "仅试运行时出现"},
        "clock": _CLOCK,
        "warnings": _WARNINGS,
    }
    required = [name for name in properties if name not in ("dry_run", "clock", "warnings")]
    if judged:
        properties["timeliness"] = _TIMELINESS
        required.append("timeliness")
    if daily:
        properties["day"] = _DAY
    return {"type": "object", "required": required, "properties": properties}


_PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "应当怎样做"},
        "errors": {"type": "array", "items": _FAULT},
        "rejected": _REJECTED,
    },
}
_PROBLEMS: dict[int, str] = {
    400: "不是有效的 JSON，或参数、请求头的格式不正确",
    401: "没有携带密钥，或密钥不正确、已吊销、已过期",
    403: "密钥没有此接口的权限，或来源地址不在允许的网段内",
    404: "没有这张回执，或它属于另一个基地",
    405: "不支持这个请求方法",
    413: "超过 10 MiB 或 5000 个事件",
    415: "Content-Type 不是接口所列的类型",
    422: "数据不符合要求，未保存；errors 一次列出全部错误",
    429: "调用过于频繁，按 Retry-After 所示秒数后重试",
    503: "服务暂不可用，数据未保存，按 Retry-After 所示秒数后重试",
}
# Of a call that only reads; what is said of a delivery would not be true of it.
_PROBLEMS_READING: dict[int, str] = {
    **_PROBLEMS,
    400: "网址中有这个接口没有的参数",
    422: "参数不符合要求；errors 一次列出全部错误",
    503: "服务暂不可用，按 Retry-After 所示秒数后重试",
}
_FOR_ALL = (401, 403, 405, 429, 503)
_FOR_DELIVERIES = (400, 413, 415, 422)


def _responses(
    good: dict[int, tuple[str, Schema]], problems: tuple[int, ...], *, reading: bool = False
) -> dict[Any, Any]:
    texts = _PROBLEMS_READING if reading else _PROBLEMS
    said: dict[Any, Any] = {}
    for status, (text, schema) in good.items():
        said[(status, "application/json")] = {**schema, "description": text}
    for status in sorted({*_FOR_ALL, *problems}):
        said[(status, "application/problem+json")] = {**_PROBLEM, "description": texts[status]}
    return said


def problem_responses(statuses: tuple[int, ...]) -> dict[str, Any]:
    """The same, written out for a call that reads and is described by hand."""
    return {
        str(status): {
            "description": _PROBLEMS_READING[status],
            "content": {
                "application/problem+json": {
                    "schema": _PROBLEM,
                    "examples": {f"problem {status}": {"value": examples.problem(status, "GET")}},
                }
            },
        }
        for status in statuses
    }


_PARAMETERS = [
    OpenApiParameter(
        "Idempotency-Key",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="可选。同一个键与同一份正文重发，得到第一次的回答；正文不同则为 422。",
    ),
    OpenApiParameter(
        "dry_run",
        OpenApiTypes.BOOL,
        OpenApiParameter.QUERY,
        description="为 true 时只检查、不保存。",
    ),
    OpenApiParameter(
        "Date",
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description="可选。发送时刻，如 Sun, 26 Jul 2026 07:12:00 +0800；"
        "与服务器相差较多时，回答中的 clock 会提示。",
    ),
]
_SECURITY: Any = [{"baseKey": []}]


def _delivery(kind: Kind, summary: str, description: str, *, batch: bool = False) -> Any:
    body = body_schema(kind)
    accepted: Schema = {"application/json": body}
    if batch:
        accepted = {
            "application/json": {
                "oneOf": [body, {"type": "array", "items": body, "minItems": 1, "maxItems": 5000}]
            },
            "application/x-ndjson": {"type": "string", "description": "每行一个 JSON 对象"},
        }
    method = "PUT" if kind == "base_info" else "POST"
    answer = _answer_schema(judged=not batch, daily=kind == "compute_report")
    good = {200: ("已保存，没有新增", answer), 201: ("已保存，有新增", answer)}
    if batch:
        good[207] = ("部分事件有误，其余已保存；rejected 列出有误的事件，index 从 0 起", answer)
    return extend_schema(
        operation_id=kind,
        summary=summary,
        description=description,
        tags=["附录 B"],
        parameters=_PARAMETERS,
        request=accepted,
        responses=_responses(good, _FOR_DELIVERIES),
        auth=_SECURITY,
        examples=[
            *_bodies(kind, batch=batch),
            *_answers(kind),
            *_problems(_FOR_DELIVERIES, method),
        ],
    )


def _bodies(kind: Kind, *, batch: bool) -> list[OpenApiExample]:
    one = examples.BODIES[kind]
    if not batch:
        return [OpenApiExample(tables.TABLES[kind].title, value=one, request_only=True)]
    json, lines = "application/json", "application/x-ndjson"
    return [
        OpenApiExample("一个事件", value=one, request_only=True, media_type=json),
        OpenApiExample("一批事件", value=examples.EVENTS, request_only=True, media_type=json),
        OpenApiExample(
            "每行一个 JSON 对象", value=examples.LINES, request_only=True, media_type=lines
        ),
    ]


def _answers(kind: str) -> list[OpenApiExample]:
    return [
        OpenApiExample(
            f"{kind} {status}",
            value=value,
            response_only=True,
            status_codes=[str(status)],
            media_type="application/json",
        )
        for status, value in examples.ANSWERS[kind].items()
    ]


def _problems(particular: tuple[int, ...], method: str = "GET") -> list[OpenApiExample]:
    return [
        OpenApiExample(
            f"problem {status}",
            value=examples.problem(status, method),
            response_only=True,
            status_codes=[str(status)],
            media_type="application/problem+json",
        )
        for status in (*_FOR_ALL, *particular)
    ]


base_info = _delivery(
    "base_info",
    "上报基地基本信息",
    "17 个字段，全部必填。再次发送相同内容不作改动；内容有变则更新，原内容留存。",
)
compute_report = _delivery(
    "compute_report",
    "上报基地算力信息",
    "24 个字段，全部必填，均为 JSON 数字，小数向下取整；空闲不大于总量。"
    "可另附“统计日期”，缺省为当天。同一天再次发送即更新。",
)
security_event = _delivery(
    "security_event",
    "上报基地安全信息",
    "一个事件、一个数组，或每行一个事件（NDJSON），每次最多 5000 个、10 MiB。"
    "事件以“攻击事件ID”区分，再次发送即更新；同一批中重复的，以后者为准并计为更新。",
    batch=True,
)
receipt = extend_schema(
    operation_id="receipt",
    summary="查询回执",
    description="查询本基地某一次上报的结果。",
    tags=["查询"],
    responses=_responses(
        {
            200: (
                "当时的回答，另有 interface 与 status",
                {
                    **_answer_schema(judged=False),
                    "properties": {
                        **_answer_schema(judged=True, daily=True)["properties"],
                        "interface": {"type": "string", "enum": list(tables.KINDS)},
                        "status": {"type": "integer"},
                    },
                },
            )
        },
        (400, 404),
        reading=True,
    ),
    auth=_SECURITY,
    examples=[*_answers("receipt"), *_problems((400, 404))],
)

_DAY_STATUSES = ["on_time", "out_of_window", "makeup", "missing", "planned", "pending"]
_DATA_CALL: Schema = {
    "type": "object",
    "required": ["id", "title", "reason", "issued_at", "deadline", "overdue", "waiting_for"],
    "properties": {
        "id": {"type": "integer"},
        "title": {"type": "string"},
        "reason": {"type": "string"},
        "issued_at": {"type": "string", "format": "date-time"},
        "deadline": {"type": "string", "format": "date-time"},
        "overdue": {"type": "boolean", "description": "已过截止时刻"},
        "waiting_for": {
            "type": "array",
            "description": "还需上报的接口；调用它即为答复",
            "items": {"type": "string", "enum": list(tables.KINDS)},
        },
    },
}
_STATUS: Schema = {
    "type": "object",
    "required": [
        "base", "window", "next_window", "now", "reported", "late", "missing", "days",
        "data_calls",
    ],
    "properties": {
        "base": {"type": "string", "description": "基地代码"},
        "window": {**_TIMELINESS["properties"]["window"], "description": "今天的上报时段"},
        "next_window": {
            "type": ["object", "null"],
            "description": "已选定、尚未生效的上报时段",
            "properties": {
                "window": _TIMELINESS["properties"]["window"],
                "since": {"type": "string", "format": "date"},
            },
        },
        "now": {"type": "string", "format": "date-time"},
        "reported": {**_COUNT, "description": "已上报的天数，含 late"},
        "late": {**_COUNT, "description": "其中窗口外（out_of_window）和补报（makeup）的天数"},
        "missing": {**_COUNT, "description": "未上报的天数，不含事先报备的停机"},
        "days": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["date", "status", "corrected"],
                "properties": {
                    "date": {"type": "string", "format": "date"},
                    "status": {
                        "type": "string",
                        "enum": _DAY_STATUSES,
                        "description": "planned 为事先报备的停机，pending 为时段尚未结束",
                    },
                    "corrected": {"type": "boolean", "description": "当天的数据此后有更正"},
                },
            },
        },
        "data_calls": {
            "type": "array",
            "description": "尚未答复的数据统计要求（8.4.4 b）",
            "items": _DATA_CALL,
        },
    },
}  # fmt: skip
status = extend_schema(
    operation_id="status",
    summary="查询上报情况",
    description="本基地最近 60 天每天的上报情况，以及尚未答复的数据统计要求。",
    tags=["查询"],
    responses=_responses({200: ("上报情况", _STATUS)}, (400,), reading=True),
    auth=_SECURITY,
    examples=[*_answers("status"), *_problems((400,))],
)
