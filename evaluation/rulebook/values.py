"""Reading and showing single values: exact numbers, flags, levels, and what is wrong with them.

A *clean* value is what the scorer takes: a Decimal, a bool, a level's key, a tuple of parts, or a
mapping of parts. Everything here refuses in a sentence and never rounds what it was given.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import (
    MAX_EMAX,
    MAX_PREC,
    MIN_EMIN,
    ROUND_DOWN,
    ROUND_UP,
    Context,
    Decimal,
    InvalidOperation,
)
from typing import Any

Clean = Decimal | bool | str | tuple[str, ...] | dict[str, Decimal | bool]
"""A value the scorer takes."""

JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
MOST_WHOLE_DIGITS_SHOWN = 60
MOST_LISTED = 100
MOST_POINT_DECIMALS = 100
"""Points are added up and written without an exponent, so their length has to have an end."""

# Contexts of our own: a caller's context must not change a result.
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
_LONGEST = Context(prec=250, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
_BRIEF = Context(prec=20, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
_FINEST_POINT = Decimal(1).scaleb(-MOST_POINT_DECIMALS)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one value: where, what was expected, what came instead."""

    path: str
    message: str
    message_en: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message} ({self.message_en})"


@dataclass(frozen=True, slots=True)
class NotANumber:
    """Stands for NaN, an infinity, or a number beyond anything a computer can hold."""

    text: str


def read_decimal(text: str) -> Decimal | NotANumber:
    """The exact number that a JSON number's text stands for."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return NotANumber(text)


def plain(number: Decimal) -> str:
    """The number as people write it: no exponent, no needless zeros, never "-0".

    Only a number too large, too small or too long for a page is shortened to an exponent form,
    marked ≈ where digits are lost.
    """
    if not number:
        return "0"
    text = str(number)
    if len(text) <= MOST_WHOLE_DIGITS_SHOWN and "E" not in text:
        return text.rstrip("0").rstrip(".") if "." in text else text
    if -_LONGEST.prec // 2 <= number.adjusted() <= MOST_WHOLE_DIGITS_SHOWN:
        held = _LONGEST.plus(number)
        if held == number:
            text = format(held, "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
    return _brief(number)


SHOWN_PLACES = 4


def shortened(number: Decimal) -> str:
    """The number for a reader who wants its size: what stands after the fourth decimal place is
    cut off. It is never rounded, and no limit has more places (test_limits.py): so a value
    never seems to reach a limit that it misses, nor to keep below one that it has reached.

    A number too small to show so is written in full.
    """
    if not number.is_finite() or number.adjusted() > MOST_WHOLE_DIGITS_SHOWN:
        return plain(number)
    held = number.quantize(Decimal(1).scaleb(-SHOWN_PLACES), ROUND_DOWN, context=_LONGEST)
    return plain(held if held else number)


DISTANCE_PLACES = 2
DISTANCE_DIGITS = 2


def rounded_up(distance: Decimal) -> Decimal:
    """How far a value is from its limit, for a reader who is to make it up: two decimal places, or
    two digits of a smaller one, rounded away from zero, so that whoever makes it up gets there."""
    if not distance or distance.adjusted() > MOST_WHOLE_DIGITS_SHOWN:
        return distance
    places = max(DISTANCE_PLACES, DISTANCE_DIGITS - 1 - distance.adjusted())
    return distance.quantize(Decimal(1).scaleb(-places), ROUND_UP, context=_LONGEST)


def _brief(number: Decimal) -> str:
    brief = _BRIEF.plus(number)
    return ("" if brief == number else "≈") + format(_BRIEF.normalize(brief), "E")


def child(path: str, key: str) -> str:
    """The path of a key inside an object; a key that is no plain word is quoted on one line."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key) and len(key) <= 80:
        return f"{path}.{key}" if path else key
    return f"{path}[{_quoted(key)}]"


def item(path: str, index: int) -> str:
    return f"{path}[{index}]"


def _quoted(text: str) -> str:
    short = text if len(text) <= 40 else text[:40] + "…"
    return json.dumps(short, ensure_ascii=not short.isprintable())


def _came(raw: object) -> tuple[str, str]:
    """What came instead, short and on one line, in Chinese and English."""
    match raw:
        case None:
            return "空值null", "null"
        case bool():
            return ("true", "true") if raw else ("false", "false")
        case Decimal() | int():
            text = plain(Decimal(raw))
            text = text if len(text) <= 40 else _brief(Decimal(raw))
            return text, text
        case NotANumber(text=text):
            short = text if len(text) <= 40 else text[:40] + "…"
            return short, short
        case str():
            text = _quoted(raw)
            return f"字符串{text}", f"the string {text}"
        case Mapping():
            return "一个对象", "an object"
        case list() | tuple():
            return "一个数组", "an array"
    return f"{type(raw).__name__}类型", f"a {type(raw).__name__}"


def expected(path: str, zh: str, en: str, raw: object) -> Fault:
    """A fault that says what was expected and what came."""
    came, came_en = _came(raw)
    return Fault(path, f"应为{zh}，实际为{came}", f"expected {en}, got {came_en}")


def unknown_key(path: str, zh: str, en: str) -> Fault:
    return Fault(path, f"未知的{zh}", f"unknown {en}")


def read_number(
    raw: Any,
    path: str,
    *,
    minimum: Decimal = Decimal(0),
    maximum: Decimal | None = None,
    whole: bool = False,
) -> tuple[Decimal | None, list[Fault]]:
    """An exact number within its bounds, from a JSON number or the text of one."""
    number = as_decimal(raw)
    fits = (
        number is not None
        and number >= minimum
        and (maximum is None or number <= maximum)
        and (not whole or number == number.to_integral_value(context=_EXACT))
    )
    if not fits:
        kind, kind_en = ("整数", "whole number") if whole else ("数值", "number")
        if maximum is None:
            zh, en = f"不小于{plain(minimum)}的{kind}", f"a {kind_en} of at least {plain(minimum)}"
        else:
            bounds = plain(minimum), plain(maximum)
            zh = f"{bounds[0]}至{bounds[1]}之间的{kind}"
            en = f"a {kind_en} from {bounds[0]} to {bounds[1]}"
        return None, [expected(path, zh, en, raw)]
    assert number is not None
    return number if number else Decimal(0), []


def read_points(raw: Any, path: str, maximum: Decimal) -> tuple[Decimal | None, list[Fault]]:
    """Points awarded: 0 to the maximum, with at most a hundred decimal places."""
    number, faults = read_number(raw, path, maximum=maximum)
    if number is None:
        return None, faults
    held = _LONGEST.quantize(number, _FINEST_POINT)
    if held != number:
        return None, [
            expected(
                path,
                f"小数不超过{MOST_POINT_DECIMALS}位的分数",
                f"points with at most {MOST_POINT_DECIMALS} decimal places",
                raw,
            )
        ]
    return _LONGEST.normalize(held), []


def as_decimal(raw: Any) -> Decimal | None:
    """The exact number a JSON value or its text stands for; None where it stands for none."""
    if isinstance(raw, Decimal):
        return raw if raw.is_finite() else None
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, float):
        return Decimal(repr(raw)) if math.isfinite(raw) else None
    if isinstance(raw, str) and JSON_NUMBER.fullmatch(raw):
        number = read_decimal(raw)
        return number if isinstance(number, Decimal) else None
    return None


def read_flag(raw: Any, path: str) -> tuple[bool | None, list[Fault]]:
    if isinstance(raw, bool):
        return raw, []
    return None, [expected(path, "true或false", "true or false", raw)]


def read_choice(raw: Any, path: str, choices: tuple[str, ...]) -> tuple[str | None, list[Fault]]:
    if isinstance(raw, str) and raw in choices:
        return raw, []
    listed = "、".join(choices), ", ".join(choices)
    return None, [expected(path, f"{listed[0]}之一", f"one of {listed[1]}", raw)]


def read_list(
    raw: Any, path: str, choices: tuple[str, ...]
) -> tuple[tuple[str, ...] | None, list[Fault]]:
    """The parts that are there, in the order of the rule; naming one twice changes nothing."""
    if not isinstance(raw, (list, tuple)):
        listed = "、".join(choices), ", ".join(choices)
        return None, [expected(path, f"由{listed[0]}组成的数组", f"an array of {listed[1]}", raw)]
    if len(raw) > MOST_LISTED:
        return None, [
            Fault(path, f"至多列{MOST_LISTED}项", f"expected at most {MOST_LISTED} entries")
        ]
    faults = [
        fault
        for index, part in enumerate(raw)
        for fault in read_choice(part, item(path, index), choices)[1]
    ]
    if faults:
        return None, faults
    return tuple(choice for choice in choices if choice in raw), []


def dump_number(number: Decimal) -> str:
    """Text that reads back as exactly this number."""
    text = plain(number)
    return str(number) if text.startswith("≈") else text
