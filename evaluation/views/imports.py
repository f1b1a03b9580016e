"""What every page about an import of an Excel file shows."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation.models.imports import SheetImport
from evaluation.sheets import workbook
from evaluation.sheets.rows import Row, Sheet, Sorted, label, shown

SHOWN_FAULTS = 200  # the workbook of faulty rows has them all
SAMPLE = 10


def workbook_response(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=workbook.CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def taken(done: SheetImport) -> str:
    """What taking in did, in a sentence."""
    counts = done.outcome
    sentence = ngettext("已导入%(count)d行", "已导入%(count)d行", counts["added"]) % {
        "count": counts["added"]
    }
    parts = [
        sentence,
        _("替换%(count)s行") % {"count": counts["replaced"]} if counts["replaced"] else "",
        _("跳过重复%(count)s行") % {"count": counts["skipped"]} if counts["skipped"] else "",
        _("%(count)s行待改正，未导入") % {"count": counts["faulty"]} if counts["faulty"] else "",
    ]
    return _("，").join(part for part in parts if part) + _("。")


def preview(
    sheet: Sheet,
    found: Sorted,
    *,
    who: Callable[[Row], tuple[str, str]],
    where: Callable[[int], str],
) -> dict[str, Any]:
    """What the file holds. `who` names a row by two of its cells, `where` says where the list has
    its twin."""

    def cells(row: Row, errors: dict[str, str]) -> list[tuple[str, str]]:
        return [
            (shown(column, row.get(column.key, "")), errors.get(column.key, ""))
            for column in sheet.columns
        ]

    repeated = [
        *((each.number, *who(each.row), where(place)) for each, place in found.in_list),
        *(
            (
                each.number,
                *who(each.row),
                _("文件第 %(place)s 行") % {"place": first.number},
            )
            for each, first in found.in_file
        ),
    ]
    return {
        "labels": [label(column) for column in sheet.columns],
        "total": len(found.new) + len(found.in_list) + len(found.in_file) + len(found.faulty),
        "new": len(found.new),
        "repeated": sorted(repeated)[:SHOWN_FAULTS],
        "in_list_count": len(found.in_list),
        "in_file_count": len(found.in_file),
        "faulty": [
            (each.number, cells(each.row, each.errors)) for each in found.faulty[:SHOWN_FAULTS]
        ],
        "faulty_count": len(found.faulty),
        "faults_shown": SHOWN_FAULTS,
        "sample": [(each.number, cells(each.row, {})) for each in found.new[:SAMPLE]],
        "sound": len(found.new) + len(found.in_list),
    }
