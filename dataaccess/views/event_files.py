"""Security events as files, narrowed down as on the page they are downloaded from."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess import queries, windows
from dataaccess.cells import CSV, EXCEL, csv_lines, excel
from dataaccess.models import Base, SecurityEvent
from dataaccess.shapes import tables
from dataaccess.words import printed

# A workbook is made in memory and opened on a desk; a CSV file is sent while it is read.
MOST_IN_EXCEL = 20_000
_CHUNK = 2_000


def file_of(
    request: HttpRequest,
    bases: Iterable[Base],
    only: Mapping[str, str],
    *,
    ending: str,
    name: str,
    page: str,
    since: date | None = None,
) -> HttpResponseBase:
    """The events of these bases as CSV, or as Excel where there are not too many; otherwise back to
    the page, which says so."""
    head = [_("基地代码"), _("基地名称"), *_fields(), _("收到时间")]
    rows = _rows(list(bases), only, since)
    response: HttpResponse | StreamingHttpResponse
    if ending == "csv":
        response = StreamingHttpResponse(csv_lines(head, rows), content_type=CSV)
    else:
        taken = [row for row, _n in zip(rows, range(MOST_IN_EXCEL + 1), strict=False)]
        if len(taken) > MOST_IN_EXCEL:
            told = _("超过 %(most)s 个事件，请缩小范围，或下载 CSV。") % {"most": MOST_IN_EXCEL}
            messages.error(request, told)
            return redirect(page)
        response = HttpResponse(excel([(_("安全事件"), head, taken)]), content_type=EXCEL)
    file = f"{name}-{timezone.localdate():%Y%m%d}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def _fields() -> list[str]:
    return [printed(field.name) for field in tables.SECURITY_EVENT.fields]


def _rows(bases: list[Base], only: Mapping[str, str], since: date | None) -> Iterator[list[str]]:
    """Base by base, newest attack first: each base's index is read in its order."""
    words = {
        tables.EVENT_METHOD: {c: f"{c} {printed(n)}" for c, n in tables.ATTACK_METHODS.items()},
        tables.EVENT_ASSET: {c: f"{c} {printed(n)}" for c, n in tables.ASSET_TYPES.items()},
    }
    asked: dict[str, Any] = dict(only)
    if since is not None:
        asked["occurred_at__gte"] = datetime.combine(since, time(), windows.SHANGHAI)
    for base in bases:
        events = SecurityEvent.objects.filter(base=base, **asked)
        for event in events.order_by("-occurred_at", "-id").iterator(_CHUNK):
            sent = queries.as_sent(event)
            received = event.received_at.astimezone(windows.SHANGHAI)
            yield [
                base.code,
                base.name,
                *(words.get(field, {}).get(value, value) for field, value in sent.items()),
                f"{received:%Y-%m-%d %H:%M:%S}",
            ]
