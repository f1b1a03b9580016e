"""The list of bases, and a base with what it reported."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dataaccess import queries, regions
from dataaccess.actions import window
from dataaccess.forms import WindowForm
from dataaccess.models import Base, BaseInfo, ComputeReport
from dataaccess.shapes import tables
from dataaccess.views.shared import base_context, base_for, reader, refuse_unless
from dataaccess.words import printed
from portal.accounts.requests import SignedInRequest

BASES_A_PAGE = 25
# The fields of Table B.1 that hold a code of GB/T 2260.
PLACES = {
    "所在省份": regions.province_name,  # not translated: the printed name of a field
    "所在城市": regions.city_name,  # not translated: the printed name of a field
}


@login_required
@require_safe
def own(request: SignedInRequest) -> HttpResponse:
    """The bases the reader may see, with each one's latest report."""
    bases = queries.with_latest_report(queries.bases_for(reader(request)))
    wanted = request.GET.get("q", "").replace("\x00", "").strip()
    if wanted:
        bases = bases.filter(
            Q(name__icontains=wanted)
            | Q(code__icontains=wanted)
            | Q(organisation__name__icontains=wanted)
        )
    page = Paginator(bases.order_by("code"), BASES_A_PAGE).get_page(request.GET.get("page"))
    for base in page:
        base.place = regions.place_name(base.province, base.city)  # type: ignore[attr-defined]
    return render(request, "dataaccess/bases.html", {"page_obj": page, "wanted": wanted})


@login_required
@require_safe
def one(request: SignedInRequest, code: str) -> HttpResponse:
    base = base_for(request, code)
    context = base_context(request, base)
    if context["may_read"]:
        context |= _reported(base)
    if context["may_manage_keys"]:
        context["keys"] = list(base.keys.select_related("created_by"))
        context["scope_names"] = {
            kind: printed(table.title) for kind, table in tables.TABLES.items()
        }
    if context["may_choose_window"]:
        context["window_form"] = WindowForm(base)
    return render(request, "dataaccess/base.html", context)


@login_required
@require_safe
def events(request: SignedInRequest, code: str) -> HttpResponse:
    """Older security events, page by page."""
    base = base_for(request, code)
    context = base_context(request, base, _("安全事件"))
    refuse_unless(context["may_read"])
    before = request.GET.get("before", "")
    context |= {"events": queries.events_page(base, before), "before": before}
    return render(request, "dataaccess/events.html", context)


@login_required
@require_POST
def choose_window(request: SignedInRequest, code: str) -> HttpResponse:
    base = base_for(request, code)
    refuse_unless(base_context(request, base)["may_choose_window"])
    form = WindowForm(base, request.POST)
    if not form.is_valid():
        messages.error(request, _("请在三个上报时段中选择一个。"))
    else:
        window.choose(base, form.cleaned_data["window"], actor=reader(request))
        messages.success(
            request, _("上报时段已设为 %(window)s。") % {"window": form.cleaned_data["window"]}
        )
    return redirect("dataaccess:base", base.code)


def _reported(base: Base) -> dict[str, Any]:
    days = queries.reporting_days(base)
    report = ComputeReport.objects.filter(base=base).first()
    info = BaseInfo.objects.filter(base=base).first()
    return {
        "days": days,
        "weeks": _weeks(days),
        "tally": {
            status: sum(day.status == status for day in days)
            for status in ("on_time", "out_of_window", "makeup", "missing")
        },
        "report": report,
        "resources": _resources(report) if report else [],
        "traffic": [
            (printed(title), getattr(report, f"{key}_idle"), unit)
            for key, title, unit in tables.TRAFFIC
        ]
        if report
        else [],
        "info": info,
        "info_facts": _facts(info) if info else [],
        "events": queries.events_page(base),
    }


def _resources(report: ComputeReport) -> list[dict[str, Any]]:
    return [
        {
            "title": printed(pair.title),
            "unit": printed(pair.unit),
            "total": getattr(report, f"{pair.key}_total"),
            "idle": getattr(report, f"{pair.key}_idle"),
        }
        for pair in tables.PAIRS
    ]


def _facts(info: BaseInfo) -> list[tuple[str, str]]:
    """The 17 fields as sent, codes with the names they stand for."""
    shown = dict(info.values)
    for name, of_code in PLACES.items():
        shown[name] = f"{of_code(shown[name])}（{shown[name]}）"
    return [(printed(field.name), printed(shown[field.name])) for field in tables.BASE_INFO.fields]


def _weeks(days: list[queries.Day]) -> list[dict[str, Any]]:
    """The days by weeks from Monday, each with its seven places, empty where no day stands."""
    weeks = []
    for _week, group in groupby(days, key=lambda day: day.date.isocalendar()[:2]):
        places: list[queries.Day | None] = [None] * 7
        found = list(group)
        for day in found:
            places[day.date.weekday()] = day
        weeks.append({"first": found[0].date, "days": places})
    return weeks
