"""What a program is told in English where its Accept-Language prefers it; Chinese otherwise."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.http import http_date

from dataaccess import windows
from dataaccess.api.examples import BODIES
from tests.dataaccess.conftest import Caller

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,zh;q=0.5"}
TODAY = BODIES["compute_report"]
NDJSON = "application/x-ndjson"
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("base_info", {"所在省份": "370100", "所在城市": "420600"}),
    ("base_info", {"所在省份": "999999", "所在城市": "370102"}),
    ("base_info", {"所在城市": "110100", "基地所在位置": "36.6,117.1"}),
    ("base_info", {"所在城市": "999999", "基地所在位置": "x", "主体类型": "?"}),
    ("base_info", {"基地所在位置": "1,1", "单位名称": " ", "负责人姓名": "x" * 33, "备注": 1}),
    ("base_info", {"单位网址": "abc", "联系人联系电话": "abc", "联系人邮箱地址": "abc"}),
    ("base_info", {"单位名称": "\x00", "基地概况": 5, "单位 名称": "x"}),
    ("compute_report", {"CPU总核数": 1, "空闲CPU核数": 2, "GPU总算力": "5", "NPU总算力": -1}),
    ("compute_report", {"统计日期": "2999-01-01", "空闲NPU": 1, "DPU总算力": 2**70}),
    ("compute_report", {"统计日期": "2025-02-30"}),
    ("compute_report", {"统计日期": "today"}),
    ("security_event", {"攻击时间": "2999-01-01 00:00:00", "攻击者IP": "1.2.3", "攻击目标IP": ","}),
    ("security_event", {"攻击时间": "2024-02-30 00:00:00", "攻击手段": "G013"}),
    ("security_event", {"攻击时间": "2024-07-26T10:20:35"}),
    ("security_event", {"当前防御处理状态": "已处理", "是否仍在攻击": "是"}),
]


def sent(caller: Caller) -> Iterator[Any]:
    """Answers that say something is wrong, of every sort."""
    paths = {
        "base_info": ("PUT", "base-info"),
        "compute_report": ("POST", "compute-reports"),
        "security_event": ("POST", "security-events"),
    }
    for kind, changes in WRONG:
        method, path = paths[kind]
        yield caller.send(method, path, {**BODIES[kind], **changes}, headers=ENGLISH)  # type: ignore[index]
    yesterday = windows.day_of(timezone.now()) - timedelta(days=1)
    caller.report({**TODAY, "统计日期": yesterday.isoformat()})
    late = {**ENGLISH, "Date": http_date(timezone.now().timestamp() - 900)}
    small = {"内存空间总容量": 5, "空闲内存空间容量": 1}
    yield caller.report({**TODAY, **small}, headers=late)
    for raw in (b"", b"{", b"\xff", b"[]", b"[1]", b'"x"', b'{"a": NaN}', b"\xef\xbb\xbf{}"):
        yield caller.events(raw=raw, headers=ENGLISH)
        yield caller.report(None, raw=raw, headers=ENGLISH)
    event = json.dumps(BODIES["security_event"]).encode()
    yield caller.events(raw=b"{\n}\nx", content_type=NDJSON, headers=ENGLISH)
    yield caller.events(raw=b"x", content_type=NDJSON, headers=ENGLISH)
    yield caller.events(raw=event + b"\n" + event, headers=ENGLISH)
    yield caller.report({**TODAY, "CPU总核数": None}, headers=ENGLISH)
    yield caller.send("GET", "status?days=5", headers=ENGLISH)
    yield caller.events(raw=event + b"\nx", content_type=NDJSON, headers=ENGLISH)
    yield caller.events(raw=event, content_type="text/plain", headers=ENGLISH)
    once = {**ENGLISH, "Idempotency-Key": "one"}
    caller.events(raw=event, headers=once)
    yield caller.events(raw=event + b" ", headers=once)
    yield caller.send("GET", "status/", headers=ENGLISH)
    yield caller.send("DELETE", "status", headers=ENGLISH)
    caller.text = "wrong"
    yield caller.send("GET", "status", headers=ENGLISH)


def test_every_sentence_is_english_beside_what_was_sent_itself(caller: Caller) -> None:
    for answer in sent(caller):
        assert answer["Content-Language"] == "en"
        for sentence in sentences(answer.json()):
            own = re.sub(r'“[^”]*”|"[^"]*"', "", sentence)  # names and values of the interface
            assert not re.search(r"[\u4e00-\u9fff]", own), sentence


def sentences(told: Any, name: str = "") -> Iterator[str]:
    if isinstance(told, dict):
        for key, value in told.items():
            yield from sentences(value, key)
    elif isinstance(told, list):
        for value in told:
            yield from sentences(value)
    elif name in ("title", "detail", "message"):
        yield told


@pytest.mark.parametrize("header", [None, "zh-CN,zh;q=0.9,en;q=0.8", "fr", "*", "en;q=0, zh"])
def test_it_is_chinese_otherwise(caller: Caller, header: str | None) -> None:
    headers = {} if header is None else {"Accept-Language": header}
    answer = caller.report({**TODAY, "CPU总核数": -1}, headers=headers)
    assert answer.json()["title"] == "数据不符合要求"
    assert answer["Content-Language"] == "zh-hans"
