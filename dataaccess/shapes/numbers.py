"""The 整型数字 of Table B.1: JSON numbers, decimals floored (如有小数向下取整). Pure."""

import math
from decimal import Decimal
from typing import Any

from pydantic_core import PydanticCustomError

# What a 64-bit column can hold.
LARGEST = 2**63 - 1


def floored(value: Any) -> int:
    """The whole part of a number that is not negative; a string, true or NaN is refused."""
    if value is None:
        raise PydanticCustomError("empty", "不能为空，请填写数字；无该类资源时填 0。")
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        raise PydanticCustomError("type", "应为 JSON 数字，不加引号，如 2600。")
    if not _finite(value):
        raise PydanticCustomError("type", "应为有限的数字，如 2600。")
    if value < 0:
        raise PydanticCustomError("negative", "不能为负数；无该类资源时填 0。")
    # Compared before it is made an int: 1e999999 would fill the memory.
    if value > LARGEST:
        raise PydanticCustomError(
            "too_large", "数值过大，最大为 {largest}，请核对单位。", {"largest": str(LARGEST)}
        )
    return int(value)


def exact(value: Any) -> int | Decimal | None:
    """The number as it was sent, for comparing two; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        return None
    if not _finite(value):
        return None
    return Decimal(value) if isinstance(value, float) else value


def _finite(value: int | Decimal | float) -> bool:
    # math.isfinite takes 1e400 for infinite and fails on a whole number of that size.
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) or math.isfinite(value)
