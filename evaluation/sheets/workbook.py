"""A list as an Excel workbook: template, export, faulty rows with comments, reading.

openpyxl is imported late: only these few pages and one task need it."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from evaluation.edition import reader_language
from evaluation.errors import Refused
from evaluation.rulebook import in_language
from evaluation.sheets.rows import ReadRow, Row, Sheet, SheetColumn, label, read_row, shown

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD_ROWS_LOOKED_AT = 10  # a title may stand above the head
FORMATTED_ROWS = 5_000
WIDTHS = {"credit_code": 24, "choice": 14}
MOST_BLANK_ROWS = 200  # then the sheet is taken to have ended


def template(asked: Sheet) -> bytes:
    """An empty list to fill in: head, formats, choices, and a sheet that explains."""
    book, sheet = _new(asked)
    _formats(sheet, asked)
    _help_sheet(book, asked)
    return _bytes(book)


@dataclass(frozen=True)
class Table:
    """A sheet beside the list, only to be read."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def export(asked: Sheet, rows: Iterable[Mapping[str, str]], beside: Iterable[Table] = ()) -> bytes:
    """The list as it stands; can be changed and taken in again."""
    book, sheet = _new(asked)
    for number, row in enumerate(rows, start=2):
        _write(sheet, number, asked, row)
    _formats(sheet, asked)
    for table in beside:
        _table_sheet(book, table)
    _help_sheet(book, asked)
    return _bytes(book)


def faulty(asked: Sheet, rows: Iterable[ReadRow]) -> bytes:
    """The rows that could not be taken in, each wrong cell coloured and explained in a comment; to
    be mended and taken in again."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    wrong = PatternFill("solid", fgColor="FDE8E6")
    book, sheet = _new(asked)
    for number, each in enumerate(rows, start=2):
        _write(sheet, number, asked, each.row)
        for place, column in enumerate(asked.columns, start=1):
            message = each.errors.get(column.key)
            if message:
                cell = sheet.cell(number, place)
                cell.fill = wrong
                cell.comment = Comment(
                    _("原第%(row)s行：%(message)s") % {"row": each.number, "message": message},
                    _("导入检查"),
                )
    _formats(sheet, asked)
    _help_sheet(book, asked)
    return _bytes(book)


def _new(asked: Sheet) -> "tuple[Workbook, Worksheet]":
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = asked.title
    for place, column in enumerate(asked.columns, start=1):
        letter = get_column_letter(place)
        cell = sheet.cell(1, place, _head(column))
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F4E8C")
        cell.alignment = Alignment(vertical="center")
        sheet.column_dimensions[letter].width = WIDTHS.get(column.kind, 36)
        # Text, so that Excel neither rounds a code nor makes a date of a number.
        sheet.column_dimensions[letter].number_format = "@"
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = "A2"
    return book, sheet


def _head(column: SheetColumn) -> str:
    return f"{label(column)}*" if column.required else label(column)


def _write(sheet: "Worksheet", number: int, asked: Sheet, row: Mapping[str, str]) -> None:
    """One row. Every cell is text that no spreadsheet takes for a formula, whatever it begins
    with: the type says so, and the quote prefix keeps it so when the cell is edited."""
    for place, column in enumerate(asked.columns, start=1):
        value = row.get(column.key, "")
        if text := shown(column, value):
            _text(sheet.cell(number, place), text)


def _text(cell: Any, text: str) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    if not text:
        return
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))


def _formats(sheet: "Worksheet", asked: Sheet) -> None:
    """What Excel itself checks while the list is filled in."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    language = reader_language()
    for place, column in enumerate(asked.columns, start=1):
        letter = get_column_letter(place)
        if column.kind == "choice":
            labels = ",".join(in_language(c, "label", language) for c in column.choices)
            rule = DataValidation(type="list", formula1=f'"{labels}"', allow_blank=True)
            rule.error = _("请从下拉列表中选择。")
        elif column.kind == "credit_code":
            rule = DataValidation(
                type="textLength", operator="equal", formula1="18", allow_blank=True
            )
            rule.error = _("统一社会信用代码为18位，可留空。")
        else:
            rule = DataValidation(
                type="textLength",
                operator="lessThanOrEqual",
                formula1=str(column.max_length or 256),
                allow_blank=True,
            )
            rule.error = _("最多%(count)s个字。") % {"count": column.max_length or 256}
        rule.errorTitle = label(column)
        rule.showErrorMessage = True
        rule.add(f"{letter}2:{letter}{FORMATTED_ROWS + 1}")
        sheet.add_data_validation(rule)


def _table_sheet(book: "Workbook", table: Table) -> None:
    from openpyxl.styles import Font

    sheet = book.create_sheet(table.title)
    sheet.append(list(table.head))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = 24
    sheet.freeze_panes = "A2"
    for number, row in enumerate(table.rows, start=2):
        for place, text in enumerate(row, start=1):
            _text(sheet.cell(number, place), text)


def _help_sheet(book: "Workbook", asked: Sheet) -> None:
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(_("填写说明"))
    lines = [
        (_("列"), _("是否必填"), _("填写要求")),
        *(
            (
                label(column),
                _("必填") if column.required else _("选填"),
                asked.rule(column),
            )
            for column in asked.columns
        ),
    ]
    for line in lines:
        sheet.append(line)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.append(())
    for text in asked.notes:
        sheet.append((text,))
    for letter, width in (("A", 28), ("B", 12), ("C", 70)):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_col=3, max_col=3):
        row[0].alignment = Alignment(wrap_text=True, vertical="top")


def _bytes(book: "Workbook") -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


# Reading


def read(
    file: IO[bytes], asked: Sheet, progress: Callable[[int], None] = lambda percent: None
) -> list[ReadRow]:
    """Every row of the first sheet that has the head. Refused with sentences where the file cannot
    be read as a list at all; what is wrong in a cell stands with its row."""
    from openpyxl import load_workbook

    with _no_workbook():
        book = load_workbook(file, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            lines = _lines(sheet)
            places = _places(lines, asked)
            if places is not None:
                return _read_rows(lines, places, asked, sheet.max_row or 0, progress)
    finally:
        book.close()
    raise Refused(
        _("没有找到列名。请下载模板，把数据粘贴到“%(title)s”页，第1行须有这些列：%(columns)s。")
        % {"title": asked.title, "columns": _("、").join(label(column) for column in asked.columns)}
    )


@contextmanager
def _no_workbook() -> Iterator[None]:
    """Whatever openpyxl and what it stands on (zlib, lxml …) say to a damaged file: they name no
    errors that they promise to raise."""
    try:
        yield
    except Exception as broken:
        raise Refused(
            _("文件无法作为Excel工作簿打开，请用Excel或WPS另存为.xlsx后重新上传。")
        ) from broken


def _lines(sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Only reading a line is watched, not what is done with it."""
    with _no_workbook():
        lines = enumerate(sheet.iter_rows(values_only=True), start=1)
    while True:
        with _no_workbook():
            line = next(lines, None)
        if line is None:
            return
        yield line


def _places(lines: Iterator[tuple[int, tuple[Any, ...]]], asked: Sheet) -> dict[str, int] | None:
    """Where each column stands, by the head; None where the sheet has no head. Refused where the
    head lacks a column that is required, or holds one twice."""
    labels = {
        name: column.key for column in asked.columns for name in (column.label, column.label_en)
    }
    for _number, cells in lines:
        found: dict[str, int] = {}
        twice = []
        for place, cell in enumerate(cells):
            key = labels.get(str(cell or "").strip().rstrip("*").strip())
            if key in found:
                twice.append(str(cell))
            elif key:
                found[key] = place
        if len(found) >= 2:
            lacking = [
                label(column)
                for column in asked.columns
                if column.required and column.key not in found
            ]
            faults = [
                _("缺少“%(column)s”列，请在第1行补上。") % {"column": name} for name in lacking
            ] + [_("“%(column)s”列出现两次，请删去一列。") % {"column": name} for name in twice]
            if faults:
                raise Refused(*faults)
            return found
        if _number >= HEAD_ROWS_LOOKED_AT:
            break
    return None


def _read_rows(
    lines: Iterator[tuple[int, tuple[Any, ...]]],
    places: Mapping[str, int],
    asked: Sheet,
    last: int,
    progress: Callable[[int], None],
) -> list[ReadRow]:
    rows: list[ReadRow] = []
    blank, percent = 0, 0
    for number, cells in lines:
        typed = {key: cells[place] for key, place in places.items() if place < len(cells)}
        if all(value is None or not str(value).strip() for value in typed.values()):
            blank += 1
            if blank > MOST_BLANK_ROWS:
                break
            continue
        blank = 0
        row: Row
        row, errors = read_row(asked, typed)
        rows.append(ReadRow(number, row, errors))
        if len(rows) > asked.max_rows:
            raise Refused(
                _("名单最多%(count)s行，文件中的更多。请拆分或删减后重新上传。")
                % {"count": asked.max_rows}
            )
        if last and number * 100 // last >= percent + 5:
            percent = min(number * 100 // last, 99)
            progress(percent)
    if not rows:
        raise Refused(_("列名下面没有数据，请填写后重新上传。"))
    return rows
