"""工作日历: the calendar that deadlines count by, and its corrections."""

import calendar as months
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from evaluation import workdays
from evaluation.actions import calendar as actions
from evaluation.edition import reader_language
from evaluation.errors import Refused
from evaluation.models import CalendarDay
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest
from portal.accounts.views.guards import for_roles, status

WEEKDAYS = (
    pgettext_lazy("星期", "一"),
    pgettext_lazy("星期", "二"),
    pgettext_lazy("星期", "三"),
    pgettext_lazy("星期", "四"),
    pgettext_lazy("星期", "五"),
    pgettext_lazy("星期", "六"),
    pgettext_lazy("星期", "日"),
)


class DayForm(forms.Form):
    """One correction."""

    day = forms.DateField(
        label=gettext_lazy("日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    works = forms.ChoiceField(
        label=gettext_lazy("更正为"),
        choices=[("off", gettext_lazy("休息日")), ("work", gettext_lazy("工作日（调休上班）"))],
    )
    note = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=100,
        help_text=gettext_lazy("例如国务院办公厅通知的文号。"),
    )


@dataclass(frozen=True)
class Cell:
    """One day of the year's picture."""

    day: date
    works: bool
    weekend: bool
    holiday: str
    entered: bool
    today: bool

    @property
    def sign(self) -> str:
        """What the day is called beside its number; empty for the usual."""
        if self.works and self.weekend:
            return _("班")
        return _("休") if not self.works and not self.weekend else ""

    @property
    def told(self) -> str:
        """The day in words."""
        parts = [_("工作日") if self.works else _("休息日"), self.holiday]
        parts += [_("已更正")] if self.entered else []
        return _("，").join(part for part in parts if part)


@for_roles(Role.SYSTEM_ADMIN)
def calendar(request: SignedInRequest) -> HttpResponse:
    """A year with its corrections; a new correction is sent here."""
    year = _year(request.GET.get("year", ""))
    form = DayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.enter_day(request.user, given["day"], given["works"] == "work", given["note"])
        except Refused as refusal:
            form.add_error("day", str(refusal))
        else:
            messages.success(request, _("已更正工作日历。已确定的期限不变，此后按新日历计算。"))
            return redirect(_page(given["day"].year))
    context = {
        "form": form,
        "year": year,
        "before": year - 1 if year > actions.FIRST_YEAR else None,
        "after": year + 1 if year < actions.LAST_YEAR else None,
        "months": list(_months(year)),
        "weekdays": WEEKDAYS,
        "entered": CalendarDay.objects.filter(day__year=year).select_related("changed_by"),
    }
    return render(request, "administration/calendar.html", context, status=status(form))


@for_roles(Role.SYSTEM_ADMIN)
@require_POST
def remove_day(request: SignedInRequest, day: str) -> HttpResponse:
    """Take a correction back."""
    try:
        meant = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if not actions.remove_day(request.user, meant):
        raise Http404
    messages.success(request, _("已撤销这一天的更正。"))
    return redirect(_page(meant.year))


def _page(year: int) -> str:
    return f"{reverse('administration:calendar')}?year={year}"


def _year(asked: str) -> int:
    this = timezone.localdate().year
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this
    return min(max(year, actions.FIRST_YEAR), actions.LAST_YEAR)


def _months(year: int) -> Iterator[dict[str, Any]]:
    entered = workdays.entered(date(year, 1, 1), date(year, 12, 31))
    today = timezone.localdate()
    for month in range(1, 13):
        yield {
            "first": date(year, month, 1),
            "weeks": [
                [_cell(day, entered, today) if day.month == month else None for day in week]
                for week in months.Calendar().monthdatescalendar(year, month)
            ],
        }


def _cell(day: date, entered: dict[date, bool], today: date) -> Cell:
    return Cell(
        day=day,
        works=entered.get(day, workdays.as_shipped(day)),
        weekend=day.weekday() >= 5,
        holiday=workdays.holiday_name(day, reader_language()),
        entered=day in entered,
        today=day == today,
    )
