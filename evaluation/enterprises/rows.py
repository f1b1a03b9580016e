"""The enterprise list of 8.2.2 as rows: its columns are the edition's; here stands what people do
to its cells, and by what an enterprise is the same."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from evaluation.edition import reader_language
from evaluation.rulebook import Edition, FormField, in_language
from evaluation.rulebook.form import read_value
from evaluation.rulebook.shapes import Column
from evaluation.sheets.rows import Row, Sheet, one_line
from portal.accounts.credit_code import validate_credit_code

TABLE, FIELD = "clustering", "enterprises"


def list_field(edition: Edition) -> FormField:
    """The field of Appendix A that holds the list."""
    return edition.form_table(TABLE).field(FIELD)


def list_sheet(edition: Edition) -> Sheet:
    """The list as a workbook asks for it."""
    asked = list_field(edition)
    return Sheet(
        title=_("企业名单"),
        columns=asked.columns,
        max_rows=asked.max_rows or 0,
        notes=(
            _("请在“企业名单”页自第2行起逐行填写，一行一家企业；不要改动第1行的列名。"),
            _("同一企业只计一次：有统一社会信用代码的按代码，没有的按名称。"),
            _("最多%(count)s行。填好后在“导入Excel”页上传，系统先检查，由您确认后才写入名单。")
            % {"count": asked.max_rows},
        ),
        read_cell=_read_cell,
        rule=_rule,
    )


def with_rows(tables: Mapping[str, dict[str, Any]], rows: list[Row]) -> dict[str, dict[str, Any]]:
    """The draft's tables with the list in its place, as the rulebook reads them."""
    if not rows:
        return dict(tables)
    return {**tables, TABLE: {**tables.get(TABLE, {}), FIELD: rows}}


def identity(row: Mapping[str, str]) -> str:
    """By what an enterprise is the same: its credit code, or without one its name."""
    return row.get("credit_code") or re.sub(r"\s+", "", row.get("name", ""))


def _read_cell(column: Column, typed: Any) -> tuple[str, str]:
    text = _text(column, typed)
    return text, _fault(column, text) if text else ""


def _text(column: Column, typed: Any) -> str:
    text = one_line(typed)
    if column.kind == "credit_code":
        return clean_code(text)
    if column.kind == "choice":
        for choice in column.choices:
            if text in (choice.key, choice.label, choice.label_en):
                return choice.key
    return text


def clean_code(text: str) -> str:
    """A credit code without what people put between its characters."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def code_fault(text: str) -> str:
    """What is wrong with a credit code, in a sentence."""
    try:
        validate_credit_code(text)
    except ValidationError as wrong:
        return str(wrong.messages[0])
    return ""


def _fault(column: Column, text: str) -> str:
    if column.kind == "choice":
        if text not in {choice.key for choice in column.choices}:
            labels = _("、").join(
                in_language(c, "label", reader_language()) for c in column.choices
            )
            return _("应为%(choices)s之一") % {"choices": labels}
        return ""
    if column.kind == "credit_code":
        return code_fault(text)
    _value, faults = read_value(column, text, column.key)
    english = reader_language() == "en"
    return "; ".join(fault.message_en if english else fault.message for fault in faults)


def _rule(column: Column) -> str:
    language = reader_language()
    if column.kind == "choice":
        labels = _("、").join(in_language(c, "label", language) for c in column.choices)
        return _("从下拉列表选择：%(choices)s") % {"choices": labels}
    if column.kind == "credit_code":
        return _("18位，以文本填写，末位为校验位；用于查找重复企业")
    return _("文字，最多%(count)s个字") % {"count": column.max_length or 256}
