"""Sixty days of example reports and some security events, sent through the intake like real
ones: mostly on time, some late, some missing."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from dataaccess import intake
from dataaccess.models import Base
from dataaccess.shapes import Kind

DAYS = 60
MISSING = (13, 37)  # days ago on which nothing came
LATE = (5, 22, 41)  # days ago on which the report came after its window
KINDS = ("GPU", "DPU", "NPU", "FPGA", "ASIC")


def send_reports(base: Base, fp16: int) -> None:
    """Report the last sixty days of a base with so many PFLOPS of FP16."""
    now = timezone.localtime()
    _send(base, "base_info", _base_info(base), now - timedelta(days=DAYS))
    for days_ago in range(DAYS, 0, -1):
        if days_ago in MISSING:
            continue
        day = now - timedelta(days=days_ago)
        hour, minute = (10, 26) if days_ago in LATE else (7, 5 + days_ago % 40)
        _send(
            base,
            "compute_report",
            {**_compute(fp16, days_ago), "统计日期": day.date().isoformat()},
            day.replace(hour=hour, minute=minute, second=0, microsecond=0),
        )
    _send(base, "security_event", [_event(now, n) for n in range(40)], now)


def send_today(base: Base, fp16: int) -> None:
    """Today's report, now."""
    _send(base, "compute_report", _compute(fp16, 0), timezone.localtime())


def send_event_again(base: Base) -> None:
    """The latest event, handled meanwhile."""
    now = timezone.localtime()
    handled = {**_event(now, 1), "当前防御处理状态": "已处理"}
    _send(base, "security_event", [handled], now)


def _send(base: Base, kind: Kind, payload: Any, received_at: datetime) -> None:
    raw = json.dumps(payload, ensure_ascii=False).encode()
    intake.accept(base, kind, raw, received_at=received_at)


def _base_info(base: Base) -> dict[str, str]:
    return {
        "单位名称": base.organisation.name,
        "所在省份": base.province,
        "所在城市": base.city,
        "主体类型": "算力网络枢纽节点" if base.code == "demo-base" else "经济聚集区域节点",
        "单位网址": "https://example.org",
        "是否为国家级省级产业园区或新型工业化示范基地": "是",
        "负责人姓名": "示例负责人",
        "负责人职务": "总经理",
        "负责人联系电话": "010-00000000",
        "负责人邮箱地址": "head@example.org",
        "联系人姓名": "示例联系人",
        "联系人职务": "运维主管",
        "联系人联系电话": "010-00000001",
        "联系人邮箱地址": "contact@example.org",
        "单位联系地址": "示例路1号",
        "基地所在位置": "106.48123,26.41035" if base.code == "demo-base" else "116.43351,39.90851",
        "基地概况": "示例基地，占地面积约12万平方米，数据均为虚构。",
    }


def _compute(fp16: int, days_ago: int) -> dict[str, int]:
    """Load swings over the week and grows slowly, so that trends show something."""
    weekday = (days_ago * 3) % 7
    idle_percent = 20 + weekday * 3 + days_ago // 6

    def pair(total_key: str, idle_key: str, total: int) -> dict[str, int]:
        return {total_key: total, idle_key: total * idle_percent // 100}

    figures = {
        **pair("内存空间总容量", "空闲内存空间容量", 1_800_000),
        **pair("存储空间总容量", "空闲存储空间容量", 40_000_000),
        **pair("上行网络带宽总量", "空闲上行网络带宽", 1_200_000),
        "空闲上行网络流量": 3_200_000 + idle_percent * 1000,
        **pair("下行网络带宽总量", "空闲下行网络带宽", 1_200_000),
        "空闲下行网络流量": 4_100_000 + idle_percent * 1000,
        **pair("CPU总核数", "空闲CPU核数", 96_000),
        **pair("FP16总算力", "空闲FP16算力", fp16),
    }
    shares = {"GPU": 60, "NPU": 40}
    for kind in KINDS:
        figures |= pair(f"{kind}总算力", f"空闲{kind}算力", fp16 * shares.get(kind, 0) // 100)
    return figures


def _event(now: datetime, n: int) -> dict[str, str]:
    at = now - timedelta(days=n, minutes=17 * n)
    return {
        "攻击事件ID": f"example-{n:04d}",
        "攻击时间": at.strftime("%Y-%m-%d %H:%M:%S"),
        "攻击者IP": f"203.0.113.{n + 1}",
        "攻击目标IP": f"192.0.2.{n % 8 + 1}",
        "攻击手段": f"G{n % 12 + 1:03d}",
        "是否仍在攻击": "是" if n == 0 else "否",
        "当前防御处理状态": ("未处理", "处理中", "已处理")[min(n, 2)],
        "被攻击资产类型": f"Z{n % 7 + 1:03d}",
        "攻击事件描述": "示例事件，地址取自文档专用网段。",
        "攻击危险程度": ("高", "中", "低")[n % 3],
    }
