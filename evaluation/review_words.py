"""The figures of an annual review in words."""

from typing import Any

from django.utils.translation import gettext as _

from evaluation.rulebook.shapes import with_unit

Facts = list[tuple[Any, Any]]
NOTHING = "–"


def facts_of(name: str | None, figures: dict[str, Any]) -> Facts:
    """One figure as pairs of label and value; empty where there is none to show."""
    if name is None or name not in figures:
        return []
    return _FACTS[name](figures[name])


def _timeliness(found: dict[str, Any]) -> Facts:
    return [
        (_("按时上报率"), _percent(found["rate"])),
        (_("应报天数"), found["due"]),
        (_("按时"), found["on_time"]),
        (_("窗口外"), found["out_of_window"]),
        (_("补报"), found["makeup"]),
        (_("未上报"), found["missing"]),
        (_("报备停报"), found["planned"]),
    ]


def _data_calls(found: dict[str, Any]) -> Facts:
    return [
        (_("数据统计要求"), found["asked"]),
        (_("按时响应"), found["in_time"]),
        (_("逾期响应"), found["late"]),
        (_("未响应"), found["open"]),
    ]


def _capacity(found: dict[str, Any]) -> Facts:
    drift = found["drift"]
    return [
        (_("最近上报"), _pflops(found["latest"])),
        (_("变化"), f"{'+' if drift and not drift.startswith('-') else ''}{_percent(drift)}"),
        (_("周期内最低"), _pflops(found["least"])),
        (_("周期内平均"), _pflops(found["mean"])),
    ]


def _idle(found: dict[str, Any]) -> Facts:
    return [
        (_("FP16算力平均空闲占比"), _percent(found["share"])),
        (_("有上报的天数"), found["days"]),
    ]


def _attacks(found: dict[str, Any]) -> Facts:
    return [
        (_("攻击事件"), found["total"]),
        (_("尚未处理完毕"), found["unresolved"]),
        (_("仍在攻击"), found["ongoing"]),
    ]


def _percent(text: str) -> str:
    return f"{text}%" if text else NOTHING


def _pflops(text: str) -> str:
    return with_unit(text, "PFLOPS") if text else NOTHING


_FACTS = {
    "timeliness": _timeliness,
    "data_calls": _data_calls,
    "capacity": _capacity,
    "idle": _idle,
    "attacks": _attacks,
}
