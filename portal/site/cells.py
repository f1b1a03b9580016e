"""Cells of the files that people open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

# A spreadsheet would run what begins with these, in either width, as a formula.
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Chinese as something else


def inert(value: Any) -> str:
    """The value as text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u3000").startswith(STARTS_A_FORMULA) else text


def csv_lines(head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a CSV file, made as they are sent."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([inert(cell) for cell in head])
    yield buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([inert(cell) for cell in row])
        yield buffer.getvalue()
