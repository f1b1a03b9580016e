"""From the bytes of a request to what is to be checked. Pure."""

import json
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, NoReturn

import orjson

from dataaccess.shapes import repeated

NDJSON = "application/x-ndjson"


class NotJson(ValueError):
    """The body is not JSON; the sentence says where it went wrong."""


class _BrokenLine:
    """A line of NDJSON that is no JSON: refused by itself, the others stand."""


BROKEN_LINE = _BrokenLine()


def parse(raw: bytes) -> Any:
    """One JSON document with its numbers exact: a decimal is a Decimal, never a binary float. An
    object in which a name stands twice is a Repeated."""
    try:
        return _PATIENT.decode(_decoded(raw))
    except RecursionError:
        raise NotJson("嵌套层数过多，请按接口文档发送扁平的 JSON 对象。") from None
    except json.JSONDecodeError as failure:
        raise NotJson(
            f"第{failure.lineno}行第{failure.colno}列不是有效的 JSON，请检查引号、逗号和括号。"
        ) from None


def parse_quickly(raw: bytes) -> Any:
    """The same for batches: several times as fast, and patient only where that refuses or takes the
    later of two values, so that one event with 1e400, a lone surrogate or a name twice is refused by
    itself."""
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return parse(raw)
    several = document if isinstance(document, list) else [document]
    return parse(raw) if several and _more_written(raw, several) else document


def _more_written(raw: bytes, documents: Sequence[Any]) -> bool:
    """Whether there may be more names in the text than in the objects read of it. One look over the
    bytes (some 2 % of what a batch takes), a second where a value holds a quote and a colon. Who puts
    a blank before the colon, begins a value with one (::1), or puts an object into another is read
    patiently for nothing."""
    if set(map(type, documents)) != {dict}:
        return True
    read = sum(map(len, documents))
    written = raw.count(b'":')
    if written == read:
        return False
    # A name that ends in a backslash looks like a quote within a text.
    return written - raw.count(b'\\":') != read or b'\\\\":' in raw


def parse_lines(raw: bytes) -> list[Any]:
    """NDJSON: a document a line; blank lines do not count. NotJson where no line is JSON."""
    lines = [line for line in raw.split(b"\n") if line.strip()]
    documents = [_line(line) for line in lines]
    if _more_written(raw, documents):
        documents = [
            _patient_line(line) if _more_written(line, [document]) else document
            for line, document in zip(lines, documents, strict=True)
        ]
    if documents and all(document is BROKEN_LINE for document in documents):
        raise NotJson(
            "没有一行是有效的 JSON，请每行发送一个 JSON 对象；"
            "用 curl 发送文件时请用 --data-binary，--data 会去掉换行。"
        )
    return documents


def is_lines(raw: bytes) -> bool:
    """Whether a body that is no JSON document is rather NDJSON: its first two lines are objects."""
    first = islice((line for line in raw.split(b"\n") if line.strip()), 2)
    return [type(_line(line)) for line in first] == [dict, dict]


def _line(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return _patient_line(line)


def _patient_line(line: bytes) -> Any:
    try:
        return parse(line)
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


_PATIENT = json.JSONDecoder(
    parse_float=_decimal,
    parse_int=_whole,
    parse_constant=_no_constant,
    object_pairs_hook=repeated.as_object,
)
