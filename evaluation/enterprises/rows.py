"""Rows of the enterprise list: reading cells that people typed, and finding duplicates.

The columns are the edition's; here stands only what Excel and people do to them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from evaluation.edition import reader_language
from evaluation.rulebook import Edition, FormField, in_language
from evaluation.rulebook.form import read_value
from evaluation.rulebook.shapes import Column
from portal.accounts.credit_code import validate_credit_code

TABLE, FIELD = "clustering", "enterprises"
Row = dict[str, str]
Errors = dict[str, str]


def list_field(edition: Edition) -> FormField:
    """The field of Appendix A that holds the list."""
    return edition.form_table(TABLE).field(FIELD)


def with_rows(tables: Mapping[str, dict[str, Any]], rows: list[Row]) -> dict[str, dict[str, Any]]:
    """The draft's tables with the list in its place, as the rulebook reads them."""
    if not rows:
        return dict(tables)
    return {**tables, TABLE: {**tables.get(TABLE, {}), FIELD: rows}}


def read_row(columns: Iterable[Column], typed: Mapping[str, Any]) -> tuple[Row, Errors]:
    """The clean row without its blanks, and a sentence for each cell that is wrong. What is wrong
    stays in the row as it was typed."""
    row: Row = {}
    errors: Errors = {}
    for column in columns:
        text = _text(column, typed.get(column.key))
        if not text:
            if column.required:
                errors[column.key] = _("请填写“%(label)s”") % {"label": _label(column)}
            continue
        row[column.key] = text
        fault = _fault(column, text)
        if fault:
            errors[column.key] = fault
    return row, errors


def _text(column: Column, typed: Any) -> str:
    if typed is None:
        return ""
    if isinstance(typed, float) and typed.is_integer():  # Excel keeps every number as a float
        typed = int(typed)
    text = " ".join(str(typed).replace("\x00", "").split())
    if column.kind == "credit_code":
        return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if column.kind == "choice":
        for choice in column.choices:
            if text in (choice.key, choice.label, choice.label_en):
                return choice.key
    return text


def _fault(column: Column, text: str) -> str:
    if column.kind == "choice":
        if text not in {choice.key for choice in column.choices}:
            labels = _("、").join(
                in_language(c, "label", reader_language()) for c in column.choices
            )
            return _("应为%(choices)s之一") % {"choices": labels}
        return ""
    if column.kind == "credit_code":
        try:
            validate_credit_code(text)
        except ValidationError as wrong:
            return str(wrong.messages[0])
        return ""
    _value, faults = read_value(column, text, column.key)
    english = reader_language() == "en"
    return "; ".join(fault.message_en if english else fault.message for fault in faults)


def _label(column: Column) -> str:
    return in_language(column, "label", reader_language())


def identity(row: Mapping[str, str]) -> str:
    """By what an enterprise is the same: its credit code, or without one its name."""
    return row.get("credit_code") or re.sub(r"\s+", "", row.get("name", ""))


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


def sort_out(rows: Iterable[ReadRow], listed: Mapping[str, int]) -> Sorted:
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
