"""Finding out which field a key of a payload means. Pure."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from dataaccess.shapes.faults import Fault, fault
from dataaccess.shapes.tables import Table
from dataaccess.shapes.text import shown

_BLANK = re.compile(r"[ \t\r\n\u00a0\u3000]+")
# A payload of a million unknown keys gets an answer of reasonable size.
_MOST_UNKNOWN = 100
# A name less alike than this is rather a field of something else than a slip.
_ALIKE = 0.6


def resolve(table: Table, payload: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The payload under the names of Table B.1, and what is wrong with its keys: a name that
    is unknown, or one field given under two names."""
    known = table.by_any_name
    found: dict[str, Any] = {}
    given_as: dict[str, str] = {}
    faults: list[Fault] = []
    unknown = 0
    for key, value in payload.items():
        name = known.get(key) or known.get(_BLANK.sub("", key))
        if name is None:
            unknown += 1
            if unknown <= _MOST_UNKNOWN:
                faults.append(_unknown(table, key))
        elif name in found:
            faults.append(
                fault(
                    name,
                    "duplicate_name",
                    f"同一字段以“{shown(given_as[name])}”和“{shown(key)}”两个名称出现，"
                    "请只保留一个。",
                )
            )
        else:
            found[name] = value
            given_as[name] = key
    if unknown > _MOST_UNKNOWN:
        faults.append(fault("", "unknown", f"另有{unknown - _MOST_UNKNOWN}个未知字段，请去掉。"))
    return found, faults


def _unknown(table: Table, key: str) -> Fault:
    name, likeness = nearest(table, key)
    return fault(
        shown(key, 64),
        "unknown",
        f"{table.title}接口没有这个字段，最接近的是“{name}”；请改用该名称，或去掉这个字段。"
        if likeness >= _ALIKE
        else f"{table.title}接口没有这个字段，请去掉；如为笔误，名称最接近的字段是“{name}”。",
    )


def nearest(table: Table, key: str) -> tuple[str, float]:
    """The accepted name most like a key, and how alike the two are, from 0 to 1."""
    wanted = _BLANK.sub("", key[:64])
    likeness = {n: SequenceMatcher(None, wanted, n).ratio() for n in table.by_any_name}
    name = max(likeness, key=lambda each: likeness[each])
    return name, likeness[name]
