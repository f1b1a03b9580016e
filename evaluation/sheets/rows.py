"""Rows of a list that people fill in with Excel: reading them, and finding duplicates."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

from evaluation.edition import reader_language
from evaluation.rulebook import in_language

Row = dict[str, str]
Errors = dict[str, str]


class SheetColumn(Protocol):
    """A column: of a field of the application form, or of another list."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def label_en(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def max_length(self) -> int | None: ...
    @property
    def choices(self) -> Any: ...


@dataclass(frozen=True)
class Sheet:
    """What a list asks for."""

    title: str
    columns: tuple[SheetColumn, ...]
    max_rows: int
    notes: tuple[str, ...]  # under the explanation of the columns
    # A typed cell → its clean text ("" where it is blank), and what is wrong with it.
    read_cell: Callable[[Any, Any], tuple[str, str]]
    rule: Callable[[Any], str]  # what a column takes, in words


def read_row(sheet: Sheet, typed: Mapping[str, Any]) -> tuple[Row, Errors]:
    """The clean row without its blanks, and a sentence for each cell that is wrong. What is wrong
    stays in the row as it was typed."""
    row: Row = {}
    errors: Errors = {}
    for column in sheet.columns:
        text, fault = sheet.read_cell(column, typed.get(column.key))
        if text:
            row[column.key] = text
            if fault:
                errors[column.key] = fault
        elif column.required:
            errors[column.key] = _("请填写“%(label)s”") % {"label": label(column)}
    return row, errors


def one_line(typed: Any) -> str:
    """A cell as text in one line."""
    if typed is None:
        return ""
    if isinstance(typed, float) and typed.is_integer():  # Excel keeps every number as a float
        typed = int(typed)
    return " ".join(str(typed).replace("\x00", "").split())


def label(column: SheetColumn) -> str:
    return str(in_language(column, "label", reader_language()))


def shown(column: SheetColumn, value: str) -> str:
    """A clean cell as people read it."""
    language = reader_language()
    labels = {c.key: str(in_language(c, "label", language)) for c in column.choices}
    return labels.get(value, value)


@dataclass
class ReadRow:
    """One row of an imported sheet."""

    number: int  # as the spreadsheet counts
    row: Row
    errors: Errors = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Sorted:
    """What would become of each row of an import."""

    new: list[ReadRow] = field(default_factory=list)
    in_list: list[tuple[ReadRow, int]] = field(default_factory=list)  # with the key of its twin
    in_file: list[tuple[ReadRow, ReadRow]] = field(default_factory=list)  # with the earlier one
    faulty: list[ReadRow] = field(default_factory=list)


def sort_out(
    rows: Iterable[ReadRow], listed: Mapping[str, int], identity: Callable[[Row], str]
) -> Sorted:
    """Part the rows into new, already listed, repeated in the file, and faulty. `listed`: identity
    → key of the row that the list holds."""
    found = Sorted()
    first: dict[str, ReadRow] = {}
    for each in rows:
        if each.errors:
            found.faulty.append(each)
            continue
        who = identity(each.row)
        if who in first:
            found.in_file.append((each, first[who]))
            continue
        first[who] = each
        if who in listed:
            found.in_list.append((each, listed[who]))
        else:
            found.new.append(each)
    return found


def put_last_first(found: Sorted, identity: Callable[[Row], str]) -> None:
    """Let the row of an enterprise or person that stands last in the file be the one taken in."""
    last = {identity(earlier.row): later for later, earlier in found.in_file}
    for each in (*found.new, *(row for row, _pk in found.in_list)):
        later = last.get(identity(each.row))
        if later is not None:
            each.row = later.row
