"""What the OpenAPI document says of GET /api/v1/capacity. The call itself stands one floor up
(portal.site), where the certificates are known; its parameters are those of capacity.Need."""

from typing import Any

from dataaccess import regions
from dataaccess.api.described import LATITUDE, LONGITUDE, problem_responses
from dataaccess.capacity import ACCELERATORS, REGIONS
from dataaccess.cards import MODEL, MODEL_LENGTH
from dataaccess.shapes import tables

PATH = "/api/v1/capacity"
MOST = 10**12
Schema = dict[str, Any]

_PROVINCES = [region.code for region in regions.provinces()]
_AMOUNT: Schema = {"type": "integer", "minimum": 0, "maximum": MOST}


def _parameter(
    name: str, about: str, schema: Schema, *, example: Any, required: bool = False
) -> Schema:
    return {
        "name": name,
        "in": "query",
        "description": about,
        "required": required,
        "schema": schema,
        "example": example,
    }


_PARAMETERS = [
    _parameter(
        "accelerator",
        "加速器类型；fp16 不限类型，按 FP16 算力计；gpu_or_npu 取两者中空闲较多的一种",
        {"type": "string", "enum": list(ACCELERATORS)},
        example="gpu",
        required=True,
    ),
    _parameter(
        "pflops",
        "所需算力，单位 PFLOPS",
        {"type": "integer", "minimum": 1, "maximum": MOST},
        example=100,
        required=True,
    ),
    _parameter(
        "cards",
        "domestic 只取国产算力卡，按认定时申报的算力卡清单；不填则任意",
        {"type": "string", "enum": ["domestic"]},
        example="domestic",
    ),
    _parameter(
        "model",
        "算力卡型号，写一部分即可，不分大小写；按认定时申报的算力卡清单，清单不列厂商",
        {"type": "string", "pattern": MODEL, "maxLength": MODEL_LENGTH},
        example="910B",
    ),
    _parameter("memory", "所需内存，单位 GB", _AMOUNT, example=4096),
    _parameter("storage", "所需存储空间，单位 GB", _AMOUNT, example=100000),
    _parameter("bandwidth", "所需网络带宽，单位 Mbps，上行、下行都须满足", _AMOUNT, example=1000),
    _parameter("cpu_cores", "所需 CPU 核数", _AMOUNT, example=512),
    _parameter(
        "area",
        "所在区域：经济聚集区（3.8），或 GB/T 2260-2007 省级代码",
        {"type": "string", "enum": [*REGIONS, *_PROVINCES]},
        example="yangtze_delta",
    ),
    _parameter(
        "origin",
        "使用方所在省份，GB/T 2260-2007 省级代码；用于计算距离、估算时延",
        {"type": "string", "enum": _PROVINCES},
        example="110000",
    ),
    _parameter(
        "location",
        "使用方坐标，BD-09 “经度,纬度”；填写后代替省份",
        {"type": "string", "pattern": f"^{LONGITUDE},{LATITUDE}$", "maxLength": 40},
        example="116.43351,39.90851",
    ),
    _parameter(
        "distance",
        "直线距离不超过多少公里，按基地上报的坐标计；须同时填写 origin 或 location",
        {"type": "integer", "minimum": 1, "maximum": 20_000},
        example=800,
    ),
    _parameter(
        "latency",
        "往返时延不超过多少毫秒；须同时填写 origin 或 location",
        {"type": "integer", "minimum": 1, "maximum": 10_000},
        example=20,
    ),
]
_MATCH: Schema = {
    "type": "object",
    "required": [
        "base", "name", "certificate", "province", "report_date", "fresh", "distance_km",
        "latency_ms", "resources", "cards", "in_doubt", "reasons",
    ],
    "properties": {
        "base": {"type": "string", "description": "基地代码"},
        "name": {"type": "string"},
        "certificate": {"type": "string"},
        "province": {"type": "string"},
        "report_date": {"type": "string", "format": "date", "description": "所依据数据的日期"},
        "fresh": {"type": "boolean", "description": "数据是今天或昨天的"},
        "distance_km": {"type": ["integer", "null"], "description": "直线距离，单位 km"},
        "latency_ms": {"type": ["number", "null"], "description": "按距离估算的往返时延"},
        "resources": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["resource", "need", "idle", "met"],
                "properties": {
                    "resource": {"type": "string"},
                    "need": {"type": "integer"},
                    "idle": {"type": "integer"},
                    "met": {"type": "boolean"},
                },
            },
        },
        "cards": {
            "type": "array",
            "description": "符合 cards、model 的算力卡，按认定时申报的清单；两者都未填时为空",
            "items": {
                "type": "object",
                "required": ["model", "count", "peak_tflops", "domestic"],
                "properties": {
                    "model": {"type": "string"},
                    "count": {"type": "integer"},
                    "peak_tflops": {
                        "type": "number",
                        "description": "单卡 FP16 稠密峰值，单位 TFLOPS",
                    },
                    "domestic": {"type": "boolean"},
                },
            },
        },
        "in_doubt": {
            "type": "array",
            "description": "数值待核实：有未办结的数据询问的资源；"
            "all 为全部24项数字。次序不因此改变",
            "items": {"type": "string", "enum": [*(pair.key for pair in tables.PAIRS), "all"]},
        },
        "reasons": {
            "type": "array",
            "description": "为何排在这里，供人阅读",
            "items": {"type": "string"},
        },
    },
}  # fmt: skip
_ANSWER: Schema = {
    "type": "object",
    "required": ["answered_at", "notice", "need", "fits", "lacking", "without_data"],
    "properties": {
        "answered_at": {"type": "string", "format": "date-time"},
        "notice": {"type": "string"},
        "need": {"type": "object", "additionalProperties": {"type": "integer"}},
        "fits": {"type": "array", "description": "可以承接的基地，最合适的在前", "items": _MATCH},
        "lacking": {
            "type": "array",
            "description": "不能承接的基地，最接近的在前",
            "items": _MATCH,
        },
        "without_data": {
            "type": "array",
            "description": "从未上报、无从判断的基地代码",
            "items": {"type": "string"},
        },
    },
}
_EXAMPLE = {
    "answered_at": "2026-07-26T09:00:00+08:00",
    "notice": "仅供调度参考：以各基地按日上报的空闲量为依据，不预留资源。",
    "need": {"gpu": 100},
    "fits": [
        {
            "base": "demo-base",
            "name": "示例贵安工业智算基地",
            "certificate": "GYZS-2026-SN-52-0001",
            "province": "520000",
            "report_date": "2026-07-26",
            "fresh": True,
            "distance_km": 1733,
            "latency_ms": 26.0,
            "resources": [{"resource": "gpu", "need": 100, "idle": 610, "met": True}],
            "cards": [],
            "in_doubt": [],
            "reasons": ["承接后占用最多的是GPU 算力：用去其空闲量的17%"],
        }
    ],
    "lacking": [],
    "without_data": [],
}
CALL: Schema = {
    "operationId": "capacity",
    "summary": "查找可承接任务的空闲算力",
    "description": "供协同指挥中心的程序使用，须携带安全管理员签发的中心密钥，基地的密钥不适用。"
    "以各基地最近一次上报的空闲量为依据，仅供参考，不预留资源。",
    "tags": ["协同指挥中心"],
    "security": [{"centreKey": []}],
    "parameters": _PARAMETERS,
    "responses": {
        "200": {
            "description": "可以承接的基地及理由",
            "content": {
                "application/json": {
                    "schema": _ANSWER,
                    "examples": {"capacity 200": {"value": _EXAMPLE}},
                }
            },
        },
        **problem_responses((401, 403, 405, 422, 503)),
    },
}
