"""Cells of the files that people open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

CSV = "text/csv; charset=utf-8"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

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


# A name, the head and the rows of a sheet.
SheetOf = tuple[str, Iterable[Any], Iterable[Iterable[Any]]]


def excel(sheets: Iterable[SheetOf]) -> bytes:
    """A workbook: whole numbers as numbers, everything else as text that nothing evaluates."""
    from openpyxl import Workbook  # late: only downloads need it

    book = Workbook(write_only=True)
    for name, head, rows in sheets:
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for row in (head, *rows):
            sheet.append([_cell(sheet, value) for value in row])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _cell(sheet: "Worksheet", value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, int) and not isinstance(value, bool):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", str(value or "")))
    cell.data_type = "s"
    return cell
