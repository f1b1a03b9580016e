"""审计日志: what the audit administrator reads. Append-only; nothing can be changed here."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dataaccess.cells import csv_lines
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest
from portal.ledger import audit as chain
from portal.ledger.models import AuditEvent, AuditHead
from portal.ledger.wording import ACTIONS, action_label
from portal.site.audit_words import facts_of, names_of, subject_of

PAGE_SIZE = 50
LARGEST_SEQ = 2**63 - 1
View = Callable[[SignedInRequest], Any]


def for_audit_admin(view: View) -> View:
    """Signed in as audit administrator; for everyone else there is no such page."""

    @login_required
    @wraps(view)
    def guarded(request: SignedInRequest) -> Any:
        if request.user.role != Role.AUDIT_ADMIN:
            raise Http404
        return view(request)

    return guarded


@for_audit_admin
@require_safe
def audit(request: SignedInRequest) -> HttpResponse:
    """The events, the newest first, a page at a time by their numbers."""
    filters = audit_filters(request)
    events, newer, older = _page(found(filters), request)
    names = names_of(events)
    context = {
        "rows": [
            (
                event,
                action_label(event.action),
                subject_of(event, names),
                _holds(event),
                facts_of(event, names),
            )
            for event in events
        ],
        "filters": filters,
        "filtered": any(filters.values()),
        "actions": sorted((str(action_label(code)), code) for code in ACTIONS),
        "head": AuditHead.objects.first(),
        "newer": newer,
        "older": older,
        "checked": "verify" in request.GET,
        "faults": list(chain.faults()) if "verify" in request.GET else [],
        "query": request.GET.urlencode(),
    }
    return render(request, "site/audit.html", context)


@for_audit_admin
@require_POST
def audit_export(request: SignedInRequest) -> StreamingHttpResponse:
    """The found events for a spreadsheet. Taking them out is an event itself."""
    filters = audit_filters(request)
    with transaction.atomic():
        chain.record(request.user, "export_audit", "audit", filters=filters)
    head = [
        _("序号"), _("时间"), _("操作人"), _("操作"), _("操作代码"), _("对象"), _("案卷"), _("内容"),
        _("前一哈希"), _("哈希"),
    ]  # fmt: skip
    response = StreamingHttpResponse(
        csv_lines(head, _cells(found(filters))), content_type="text/csv; charset=utf-8"
    )
    name = f"audit-{timezone.localdate():%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def audit_filters(request: SignedInRequest) -> dict[str, str]:
    """What was asked for, in the query string of either method."""
    names = ("actor", "action", "subject", "case", "since", "until")
    return {name: request.GET.get(name, "").replace("\x00", "").strip()[:100] for name in names}


def found(filters: dict[str, str]) -> QuerySet[AuditEvent]:
    """The events that fit; a date that is none asks for nothing."""
    fits = {
        "actor_name__icontains": filters["actor"],
        "action": filters["action"],
        "subject__icontains": filters["subject"],
        "case": filters["case"],
        "at__gte": _midnight(filters["since"]),
        "at__lt": _midnight(filters["until"], days=1),
    }
    return AuditEvent.objects.filter(**{name: value for name, value in fits.items() if value})


def _midnight(text: str, days: int = 0) -> datetime | None:
    try:
        day = parse_date(text)
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
    except (ValueError, OverflowError):
        return None


def _page(
    events: QuerySet[AuditEvent], request: SignedInRequest
) -> tuple[list[AuditEvent], int | None, int | None]:
    """A page, and the numbers from which the newer and the older one go on."""
    before, after = _seq(request.GET.get("before")), _seq(request.GET.get("after"))
    if after is not None:
        page = list(events.filter(seq__gt=after).order_by("seq")[: PAGE_SIZE + 1])
        more = len(page) > PAGE_SIZE
        page = page[:PAGE_SIZE][::-1]
        return page, (page[0].seq if page and more else None), (page[-1].seq if page else None)
    if before is not None:
        events = events.filter(seq__lt=before)
    page = list(events.order_by("-seq")[: PAGE_SIZE + 1])
    more = len(page) > PAGE_SIZE
    page = page[:PAGE_SIZE]
    newer = page[0].seq if page and before is not None else None
    return page, newer, (page[-1].seq if page and more else None)


def _seq(text: str | None) -> int | None:
    if not text or not text.isascii() or not text.isdigit():
        return None
    return min(int(text[:19]), LARGEST_SEQ)


def _holds(event: AuditEvent) -> bool:
    """Whether the event still says what was hashed when it was written."""
    return event.hash == chain.digest(event)


def _cells(events: QuerySet[AuditEvent]) -> Iterator[list[Any]]:
    for event in events.order_by("seq").iterator(chunk_size=1000):
        yield [
            event.seq,
            timezone.localtime(event.at).isoformat(timespec="seconds"),
            event.actor_name,
            str(action_label(event.action)),
            event.action,
            event.subject,
            event.case,
            json.dumps(event.data, ensure_ascii=False, sort_keys=True),
            event.previous_hash,
            event.hash,
        ]
