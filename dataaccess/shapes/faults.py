"""What is wrong with a field, in a sentence that says what to send instead. Pure."""

from collections.abc import Mapping
from typing import Any, TypedDict

from dataaccess.shapes import tables, text


class Fault(TypedDict):
    """One fault of a payload, as the contract's answers carry it."""

    field: str
    code: str
    message: str


def fault(field: str, code: str, message: str) -> Fault:
    return {"field": field, "code": code, "message": message}


def from_pydantic(error: Mapping[str, Any]) -> Fault:
    """A refusal of pydantic as a fault. The field is the last name of its location."""
    field = str(error["loc"][-1]) if error["loc"] else ""
    kind, value, context = error["type"], error["input"], error.get("ctx") or {}
    if kind == "missing":
        return fault(field, "required", f"缺少必填字段“{field}”，请补充。")
    if kind == "string_type" or (kind == "literal_error" and not isinstance(value, str)):
        return fault(field, "type", "应为字符串，请用双引号括起来。")
    if kind == "string_unicode" or (isinstance(value, str) and _has_lone_surrogate(value)):
        return fault(field, "surrogate", "含有不成对的代理字符（\\uD800 至 \\uDFFF），请去掉。")
    if isinstance(value, str) and "\x00" in value:
        return fault(field, "nul", "含有空字符（\\u0000），请去掉。")
    if isinstance(value, str) and not value.strip():
        return fault(field, "empty", f"“{field}”必填，不能为空。")
    if kind == "string_too_long":
        limit = context["max_length"]
        return fault(field, "too_long", f"最多{limit}个字符，当前{len(value)}个，请缩短。")
    if kind == "literal_error":
        return fault(
            field,
            "choice",
            f"“{text.shown(value)}”不在可选值之中，请填写以下之一：{_choices(context['expected'])}。",
        )
    if kind == "string_pattern_mismatch":
        return _explained(field, value)
    return fault(field, kind, error["msg"])


def _explained(field: str, value: str) -> Fault:
    if field in ("攻击者IP", "攻击目标IP"):
        return fault(field, "ip", text.explain_ips(value))
    if field == "攻击时间":
        return fault(field, "format", text.explain_time(value))
    if field == "统计日期":
        return fault(field, "format", text.explain_date(value))
    # The pattern of plain texts and what `strip` takes for blank differ in rare marks only.
    return fault(field, "empty", f"“{field}”必填，不能为空。")


def _choices(expected: str) -> str:
    """pydantic lists them as "'是' or '否'". A code is told with its word: G007 暴力破解."""
    values = expected.replace(" or ", ", ").replace("'", "").split(", ")
    return "、".join(
        f"{value} {tables.CODES[value]}" if value in tables.CODES else value for value in values
    )


def _has_lone_surrogate(value: str) -> bool:
    return any("\ud800" <= mark <= "\udfff" for mark in value)
