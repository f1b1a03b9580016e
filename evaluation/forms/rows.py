"""Rows of a form table (enterprises, racks, cards, meters): reading what was sent, and the table
of inputs. The inputs are written here rather than by a template: a list may have two thousand
rows, and one template call for each cell would take seconds."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from evaluation.edition import reader_language
from evaluation.forms.kept import kept_bool, kept_number, kept_text
from evaluation.rulebook import FormField, in_language
from evaluation.rulebook.shapes import Column

Row = dict[str, Any]
CellErrors = dict[tuple[int, str], list[str]]
MARK = "__row__"  # stands for the row's number in the blank row that scripts copy


class RowsWidget(forms.Widget):
    """A table of inputs. Inputs are named field-number-column; blank rows are left out."""

    use_fieldset = True

    def __init__(self, field: FormField) -> None:
        super().__init__()
        self.field = field
        self.errors: CellErrors = {}
        self.blank_rows = 0

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Row]:
        saved = data.get(name)
        if isinstance(saved, list):  # from a saved table, not from a browser
            return saved
        return list(self.sent_rows(data, name).values())

    def sent_rows(self, data: Mapping[str, Any], name: str) -> dict[str, Row]:
        """The rows that a browser sent, by their numbers there; blank ones are left out."""
        found: dict[str, Row] = {}
        columns = {column.key: column for column in self.field.columns}
        for key in data:
            start, _dash, rest = key.partition("-")
            number, _dash, column = rest.partition("-")
            if start == name and number.isascii() and number.isdigit() and column in columns:
                value = kept_cell(columns[column], data[key])
                row = found.setdefault(number, {})
                if value is not None:
                    row[column] = value
        return {number: row for number, row in found.items() if row}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows: list[Row] = value or []
        language = reader_language()
        blank = max(self.field.min_rows - len(rows), 3 if not rows else 0, self.blank_rows)
        if self.field.max_rows is not None:
            blank = min(blank, max(self.field.max_rows - len(rows), 0))
        closed = bool(self.attrs.get("disabled"))
        shown = [*rows, *({} for _each in range(0 if closed else blank))]
        return render_to_string(
            "evaluation/applicant/rows.html",
            {
                "field": self.field,
                "name": name,
                "id": (attrs or {}).get("id", f"id_{name}"),
                "columns": self.field.columns,
                "body": mark_safe(  # noqa: S308 -- made of format_html
                    "".join(
                        row_html(self.field, name, str(index), row, self.errors, language, closed)
                        for index, row in enumerate(shown)
                    )
                ),
                "blank": row_html(self.field, name, MARK, {}, {}, language),
                "count": len(rows),
                "fixed": closed
                or (self.field.max_rows is not None and self.field.max_rows == self.field.min_rows),
                "closed": closed,
            },
        )


class RowsField(forms.Field):
    """Rows as they were typed; nothing typed is refused here."""

    widget: RowsWidget

    def __init__(self, field: FormField, **kwargs: Any) -> None:
        super().__init__(required=False, widget=RowsWidget(field), **kwargs)

    def clean(self, value: Any) -> list[Row] | None:
        return value or None


def kept_cell(column: Column, raw: str) -> Any:
    """A cell as it is saved: read where it can be read, else as it was typed."""
    if column.kind in ("integer", "decimal"):
        return kept_number(raw)
    if column.kind == "bool":
        return kept_bool(raw)
    text = kept_text(raw)
    return " ".join(text.split("\n")) if text and column.kind == "text" else text


def row_html(
    field: FormField,
    name: str,
    number: str,
    row: Row,
    errors: CellErrors,
    language: str,
    closed: bool = False,
) -> SafeString:
    """One row of inputs; `closed`: to be read only."""
    index = int(number) if number.isdigit() else -1
    cells = format_html_join(
        "",
        '<td class="cell-{}" data-label="{}">{}{}</td>',
        (
            (
                column.kind,
                _with_unit(column, language) + (" *" if column.required else ""),
                cell_html(
                    column,
                    f"{name}-{number}-{column.key}",
                    row.get(column.key),
                    bool(errors.get((index, column.key))),
                    language,
                    closed,
                ),
                error_html(f"id_{name}-{number}-{column.key}", errors.get((index, column.key), ())),
            )
            for column in field.columns
        ),
    )
    remove = format_html(
        '<button class="btn btn-link" type="submit" name="remove_row" value="{0}-{1}" '
        'data-remove-row title="{2}" aria-label="{2}"><span aria-hidden="true">×</span></button>',
        name,
        number,
        _("移除本行"),
    )
    return format_html(
        '<tr data-row="{0}" id="id_{3}-{0}"><th scope="row" class="row-number"></th>{1}'
        '<td class="row-remove">{2}{4}</td></tr>',
        number,
        cells,
        error_html(f"id_{name}-{number}", errors.get((index, ""), ())),
        name,
        "" if closed else remove,
    )


def _with_unit(column: Column, language: str) -> str:
    label, unit = in_language(column, "label", language), in_language(column, "unit", language)
    return _("%(label)s（%(unit)s）") % {"label": label, "unit": unit} if unit else label


def cell_html(
    column: Column, name: str, value: Any, wrong: bool, language: str, closed: bool = False
) -> SafeString:
    """One input."""
    label = in_language(column, "label", language)
    invalid = (
        format_html(' aria-invalid="true" aria-describedby="id_{}_error"', name) if wrong else ""
    )
    if closed:
        invalid = format_html("{} disabled", invalid)
    if column.kind in ("choice", "bool"):
        pairs: Iterable[tuple[str, str]] = (
            ((each.key, in_language(each, "label", language)) for each in column.choices)
            if column.kind == "choice"
            else (("true", _("是")), ("false", _("否")))
        )
        held = {True: "true", False: "false"}.get(value, value) if column.kind == "bool" else value
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, mark_safe(" selected") if key == held else "", text)
                for key, text in [("", "—"), *pairs]
            ),
        )
        return format_html(
            '<select name="{0}" id="id_{0}" aria-label="{1}"{2}>{3}</select>',
            name,
            label,
            invalid,
            options,
        )
    if column.kind in ("text", "textarea"):  # grows with its text: long names stay readable
        return format_html(
            '<textarea rows="1" name="{0}" id="id_{0}" aria-label="{1}"{2}>{3}</textarea>',
            name,
            label,
            invalid,
            "" if value is None else value,
        )
    kinds = {"integer": "numeric", "decimal": "decimal"}
    return format_html(
        '<input type="{0}" name="{1}" id="id_{1}" value="{2}" aria-label="{3}"{4}{5}{6}{7}>',
        "month" if column.kind == "month" else "text",
        name,
        "" if value is None else value,
        label,
        format_html(' inputmode="{}"', kinds[column.kind]) if column.kind in kinds else "",
        format_html(' maxlength="{}"', 18) if column.kind == "credit_code" else "",
        # A browser that knows no months shows a plain field.
        mark_safe(' placeholder="2026-01"') if column.kind == "month" else "",
        invalid,
    )


def error_html(id_: str, messages: Iterable[str]) -> SafeString:
    """What is wrong with a cell, in words, under it."""
    listed = list(messages)
    if not listed:
        return SafeString("")
    return format_html(
        '<ul class="field-errors" id="{}_error">{}</ul>',
        id_,
        format_html_join("", "<li>{}</li>", ((message,) for message in listed)),
    )
