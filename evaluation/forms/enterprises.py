"""The table of inputs for one page of the enterprise list, and what was sent with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from evaluation.actions.enterprises import CELLS, Line
from evaluation.edition import reader_language
from evaluation.forms.application_table import shown_value
from evaluation.forms.rows import MARK, cell_html, error_html
from evaluation.models import Enterprise
from evaluation.rulebook import FormField, in_language

NAME = "enterprises"


@dataclass(frozen=True)
class Sent:
    """What a page of the list sent: lines to save, and rows that are gone from it."""

    lines: list[Line]
    removed: list[tuple[int, int]]
    most: int = field(default=0)  # the highest index, so that new lines get others


def lines_of(rows: Iterable[Enterprise]) -> list[Line]:
    """Rows of the list as lines to edit."""
    return [
        Line(
            index,
            {key: getattr(row, key) for key in CELLS if getattr(row, key)},
            row.pk,
            row.version,
        )
        for index, row in enumerate(rows)
    ]


def sent_lines(sent: QueryDict) -> Sent:
    """Read the page. A row that came without any cell was taken out; so was one whose cells were
    all emptied, and the one whose button was pressed."""
    typed: dict[int, dict[str, Any]] = {}
    began: dict[int, tuple[int, int]] = {}
    for key, value in sent.items():
        name, _dash, rest = key.partition("-")
        number, _dash, cell = rest.partition("-")
        if name != NAME or not _is_number(number):
            continue
        if cell in CELLS:
            if str(value).strip():
                typed.setdefault(int(number), {})[cell] = value
        elif cell == "row":
            pk, _colon, version = str(value).partition(":")
            if _is_number(pk) and _is_number(version):
                began[int(number)] = (int(pk), int(version))
    pressed = str(sent.get("remove_row", "")).rpartition("-")[2]
    if _is_number(pressed):
        typed.pop(int(pressed), None)
    lines = [Line(number, cells, *began.get(number, (None, 0))) for number, cells in typed.items()]
    removed = [row for number, row in began.items() if number not in typed]
    return Sent(lines, removed, max([*typed, *began], default=-1))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def table_html(asked: FormField, lines: list[Line], first: int, blank: int) -> dict[str, Any]:
    """The rows of the table, and the blank row that scripts copy. `first`: the place of the first
    line on the whole list; `blank`: how many empty rows follow."""
    language = reader_language()
    after = max((line.index for line in lines), default=-1) + 1
    empty = [Line(after + nth, {}) for nth in range(blank)]
    body = [_row(asked, line, language, first + nth) for nth, line in enumerate(lines)]
    body += [_row(asked, line, language, None) for line in empty]
    return {
        "began": format_html_join(
            "",
            '<input type="hidden" name="{}-{}-row" value="{}:{}">',
            ((NAME, line.index, line.pk, line.version) for line in lines if line.pk),
        ),
        "body": mark_safe("".join(body)),  # noqa: S308 -- made of format_html
        "blank": _row(asked, Line(-1, {}), language, None, MARK),
    }


def _row(
    asked: FormField, line: Line, language: str, place: int | None, number: str = ""
) -> SafeString:
    number = number or str(line.index)
    cells = format_html_join(
        "",
        '<td class="cell-{}" data-label="{}">{}{}{}</td>',
        (
            (
                column.kind,
                in_language(column, "label", language) + (" *" if column.required else ""),
                cell_html(
                    column,
                    f"{NAME}-{number}-{column.key}",
                    line.typed.get(column.key),
                    column.key in line.errors,
                    language,
                ),
                error_html(
                    f"id_{NAME}-{number}-{column.key}",
                    [line.errors[column.key]] if column.key in line.errors else [],
                ),
                _theirs(asked, line, column),
            )
            for column in asked.columns
        ),
    )
    general = [line.errors[""]] if "" in line.errors else []
    return format_html(
        '<tr data-row="{0}" id="id_{1}-{0}"{2}><th scope="row" class="row-number">{3}</th>{4}'
        '<td class="row-remove">{5}<button class="btn btn-link" type="submit" name="remove_row" '
        'value="{1}-{0}" data-remove-row title="{6}" aria-label="{6}"><span aria-hidden="true">×'
        "</span></button></td></tr>",
        number,
        NAME,
        mark_safe(' class="has-conflict"') if line.theirs else "",
        format_html('<span class="row-place">{}</span>', place + 1)
        if place is not None
        else format_html('<span class="row-place">{}</span>', _("新")),
        cells,
        error_html(f"id_{NAME}-{number}", general),
        _("移除本行"),
    )


def _theirs(asked: FormField, line: Line, column: Any) -> SafeString:
    """Beside a cell that two people filled differently: what the other one saved."""
    if line.theirs is None:
        return SafeString("")
    other = getattr(line.theirs, column.key)
    if other == line.typed.get(column.key, ""):
        return SafeString("")
    return format_html(
        '<p class="cell-theirs">{}</p>',
        _("%(name)s已改为：%(value)s")
        % {"name": line.theirs.saved_by.name, "value": shown_value(column, other) or _("（空）")},
    )
