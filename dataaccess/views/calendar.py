"""A base's reporting calendar: a year of days, its months with their rates, and planned downtime."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dataaccess import days, windows
from dataaccess.actions import downtime
from dataaccess.errors import Invalid
from dataaccess.forms import DowntimeForm
from dataaccess.models import Base, Downtime
from dataaccess.views.shared import base_context, base_for, reader, refuse_unless
from portal.accounts.requests import SignedInRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: SignedInRequest, code: str) -> HttpResponse:
    """The year; POST announces downtime."""
    base = base_for(request, code)
    context = base_context(request, base, _("上报日历"))
    refuse_unless(context["may_read"])
    form = None
    if context["may_choose_window"]:
        form = DowntimeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        refuse_unless(form is not None)
        assert form is not None
        if form.is_valid() and _announced(request, base, form):
            return redirect("dataaccess:calendar", base.code)
    context |= _year(request, base) | {"form": form}
    context["downtimes"] = list(base.downtimes.select_related("announced_by")[:50])
    context["today"] = windows.day_of(timezone.now())
    status = 422 if request.method == "POST" else 200
    return render(request, "dataaccess/calendar.html", context, status=status)


def _announced(request: SignedInRequest, base: Base, form: DowntimeForm) -> bool:
    said = form.cleaned_data
    try:
        downtime.announce(
            base, said["first_day"], said["last_day"], said["reason"], actor=reader(request)
        )
    except Invalid as fault:
        form.add_error("first_day", str(fault))
        return False
    messages.success(request, _("停机已报备，这些天不计为未上报。"))
    return True


@login_required
@require_POST
def cancel_downtime(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    base = base_for(request, code)
    refuse_unless(base_context(request, base)["may_choose_window"])
    found = get_object_or_404(Downtime.objects.select_related("base"), pk=pk, base=base)
    if downtime.cancel(found, actor=reader(request)):
        messages.success(request, _("停机报备已撤销，尚未到来的日子恢复上报。"))
    else:
        messages.info(request, _("这次停机已经结束或已撤销。"))
    return redirect("dataaccess:calendar", base.code)


def _year(request: SignedInRequest, base: Base) -> dict[str, Any]:
    """The days of the year asked for, this year where none is, and one month's day by day."""
    today = windows.day_of(timezone.now())
    year = _asked_year(request.GET.get("year", ""), today)
    last = min(today, date(year, 12, 31))
    count = (last - date(year, 1, 1)).days + 1
    found = days.months(days.reporting_days(base, until=last, count=count))
    opened = next((m for m in found if f"{m.first:%Y-%m}" == request.GET.get("month")), None)
    return {
        "year": year,
        "earlier": year - 1 if base.created_at.year < year or _has_earlier(base, year) else None,
        "later": year + 1 if year < today.year else None,
        "months": [(month, _places(month)) for month in found],
        "month": opened or (found[-1] if found else None),
        "total": days.tally(day for month in found for day in month.days),
        "numbers": range(1, 32),
    }


def _asked_year(text: str, today: date) -> int:
    asked = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    return asked if 1900 <= asked <= today.year else today.year


def _has_earlier(base: Base, year: int) -> bool:
    return base.compute_reports.filter(date__lt=date(year, 1, 1)).exists()


def _places(month: days.Month) -> list[days.Day | None]:
    """31 places, empty where no day stands."""
    by_number = {day.date.day: day for day in month.days}
    return [by_number.get(number) for number in range(1, 32)]
