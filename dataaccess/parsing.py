"""From the bytes of a request to what is to be checked. Pure."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import orjson

NDJSON = "application/x-ndjson"


class NotJson(ValueError):
    """The body is not JSON; the sentence says where it went wrong."""


class _BrokenLine:
    """A line of NDJSON that is no JSON: refused by itself, the others stand."""


BROKEN_LINE = _BrokenLine()


def parse(raw: bytes) -> Any:
    """One JSON document with its numbers exact: a decimal is a Decimal, never a binary float."""
    try:
        return json.loads(
            _decoded(raw),
            parse_float=_decimal,
            parse_int=_whole,
            parse_constant=_no_constant,
        )
    except RecursionError:
        raise NotJson("嵌套层数过多，请按接口文档发送扁平的 JSON 对象。") from None
    except json.JSONDecodeError as failure:
        raise NotJson(
            f"第{failure.lineno}行第{failure.colno}列不是有效的 JSON，请检查引号、逗号和括号。"
        ) from None


def parse_quickly(raw: bytes) -> Any:
    """The same for batches: several times as fast, and patient only where that refuses, so
    that one event with 1e400 or a lone surrogate is refused by itself."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return parse(raw)


def parse_lines(raw: bytes) -> list[Any]:
    """NDJSON: a document a line; blank lines do not count. NotJson where no line is JSON."""
    lines = [line for line in raw.split(b"\n") if line.strip()]
    documents = [_line(line) for line in lines]
    if documents and all(document is BROKEN_LINE for document in documents):
        raise NotJson(
            "没有一行是有效的 JSON，请每行发送一个 JSON 对象；"
            "用 curl 发送文件时请用 --data-binary，--data 会去掉换行。"
        )
    return documents


def _line(line: bytes) -> Any:
    try:
        return parse_quickly(line)
    except NotJson:
        return BROKEN_LINE


def _decoded(raw: bytes) -> str:
    if not raw.strip():
        raise NotJson("请求正文为空，请按接口文档发送 JSON。")
    if raw.startswith(b"\xef\xbb\xbf"):
        raise NotJson("请去掉开头的 BOM（U+FEFF），以不带 BOM 的 UTF-8 发送。")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as failure:
        raise NotJson(f"第{failure.start + 1}个字节不是 UTF-8，请以 UTF-8 编码发送。") from None


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent beyond what Decimal can hold
        return Decimal("Infinity")


def _whole(digits: str) -> int | Decimal:
    # int() refuses thousands of digits, and would be slow.
    return int(digits) if len(digits) < 400 else _decimal(digits)


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} 不是 JSON 数字，请填写有限的数字。")
