"""The list of bases, and a base with what it reported."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dataaccess import calls, days, in_doubt, intake, permissions, queries, regions, today, windows
from dataaccess.actions import window
from dataaccess.contacts import MASKED
from dataaccess.forms import WindowForm
from dataaccess.models import Base, BaseInfo, ComputeReport, ConformanceRun, Receipt
from dataaccess.question_words import sentence
from dataaccess.shapes import tables
from dataaccess.trend import Point, trend
from dataaccess.views.narrowing import kept, narrowed
from dataaccess.views.shared import base_context, base_for, reader, refuse_unless, shown_day
from dataaccess.words import printed, reads_english
from portal.accounts.requests import SignedInRequest

BASES_A_PAGE = 25
# The days that a trend can show.
SPANS = (90, 365, 1095)
# The fields of Table B.1 that hold a code of GB/T 2260.
PLACES = {
    "所在省份": regions.province_name,  # not translated: the printed name of a field
    "所在城市": regions.city_name,  # not translated: the printed name of a field
}


@login_required
@require_safe
def own(request: SignedInRequest) -> HttpResponse:
    """The bases the reader may see, with each one's latest report."""
    now = timezone.now()
    user = reader(request)
    visible, names = narrowed(request, queries.bases_for(user))
    standing = request.GET.get("today", "")
    chosen = visible
    if standing in today.STANDINGS:
        standing_so = today.waited_for(visible, now).filter(standing=standing)
        chosen = visible.filter(pk__in=standing_so.values("pk"))
    else:
        standing = ""
    bases = queries.with_latest_report(days.with_today(chosen, now))
    wanted = request.GET.get("q", "").replace("\x00", "").strip()
    if wanted:
        bases = bases.filter(
            Q(name__icontains=wanted)
            | Q(code__icontains=wanted)
            | Q(organisation__name__icontains=wanted)
        )
    page = Paginator(bases.order_by("code"), BASES_A_PAGE).get_page(request.GET.get("page"))
    language = "en" if reads_english() else "zh"
    doubted = in_doubt.among(queries.questions_for(user), page)
    for base in page:
        base.place = regions.place_name(base.province, base.city, language)  # type: ignore[attr-defined]
        base.today = days.today_of(base, now)  # type: ignore[attr-defined]
        base.in_doubt = base.pk in doubted  # type: ignore[attr-defined]
        if base.last_report == windows.day_of(now):  # type: ignore[attr-defined]
            base.last_timeliness = base.today  # type: ignore[attr-defined]
    context = {
        "page_obj": page,
        "wanted": wanted,
        "chips": _chips(request, standing, today.counts(visible, now)),
        "standing": standing,
        "narrowed": names,
        "asked": kept(request) | ({"today": standing} if standing else {}),
    }
    return render(request, "dataaccess/bases.html", context)


def _chips(
    request: SignedInRequest, standing: str, counted: dict[str, int]
) -> list[dict[str, Any]]:
    """All bases, and those waited for by how they stand today. A province or a category stays."""
    stays, here = kept(request), reverse("dataaccess:bases")

    def address(**asked: str) -> str:
        query = urlencode(asked | stays)
        return f"{here}?{query}" if query else here

    labels = {
        "reported": _("今日已上报"),
        "pending": _("今日待上报"),
        "missing": _("今日未上报"),
        "planned": _("今日计划停机"),
    }
    return [
        {"label": _("全部"), "url": address(), "current": not standing},
        *(
            {
                "label": label,
                "url": address(today=code),
                "current": standing == code,
                "count": counted[code],
            }
            for code, label in labels.items()
            if code != "planned" or counted[code] or standing == code
        ),
    ]


@login_required
@require_safe
def one(request: SignedInRequest, code: str) -> HttpResponse:
    base = base_for(request, code)
    context = base_context(request, base)
    if context["may_read"]:
        context |= _reported(base, permissions.is_own(reader(request), base))
        context |= _over_time(request, base)
    if context["may_manage_keys"]:
        context["keys"] = list(base.keys.select_related("created_by", "revoked_by"))
        context["scope_names"] = {
            kind: printed(table.title) for kind, table in tables.TABLES.items()
        }
        context["next"] = _next_step(base, context)
    chosen = days.windows_of(base)
    this_day = windows.day_of(timezone.now())
    context["window"], context["coming"] = chosen.on(this_day), chosen.after(this_day)
    if context["may_choose_window"]:
        coming = context["coming"]
        context["window_form"] = WindowForm(coming[1] if coming else context["window"])
    return render(request, "dataaccess/base.html", context)


@login_required
@require_POST
def choose_window(request: SignedInRequest, code: str) -> HttpResponse:
    base = base_for(request, code)
    refuse_unless(base_context(request, base)["may_choose_window"])
    form = WindowForm("", request.POST)
    if not form.is_valid():
        messages.error(request, _("请在三个上报时段中选择一个。"))
        return redirect("dataaccess:base", base.code)
    name = form.cleaned_data["window"]
    since = window.choose(base, name, actor=reader(request))
    if since is not None:
        told = _("上报时段将从%(day)s起改为 %(window)s，今天仍按原时段。")
        messages.success(request, told % {"day": shown_day(since), "window": name})
    else:
        messages.success(request, _("上报时段仍为 %(window)s。") % {"window": name})
    return redirect("dataaccess:base", base.code)


def _reported(base: Base, own: bool) -> dict[str, Any]:
    shown = days.reporting_days(base)
    report = ComputeReport.objects.filter(base=base).first()
    info = BaseInfo.objects.filter(base=base).first()
    latest = Receipt.objects.filter(base=base).first()
    ahead = latest.clock_ahead if latest else None
    return {
        "days": shown,
        "weeks": days.weeks(shown),
        "tally": days.tally(shown),
        "last_missed": _last_missed(shown),
        "open_calls": [
            (call, [printed(tables.TABLES[kind].title) for kind in waiting])
            for call, waiting in calls.open_calls(base)
        ],
        "ahead": ahead if ahead is not None and abs(ahead) > intake.CLOCK_TOLERANCE else None,
        "behind": abs(ahead or 0),
        "open_questions": [
            (question, sentence(question))
            for question in base.questions.filter(closed_at__isnull=True, answered_at__isnull=True)
        ],
        "planned": list(days.downtimes(base).filter(last_day__gte=windows.day_of(timezone.now()))),
        "report": report,
        "report_status": _status_of(report, shown) if report else "",
        "early": bool(shown) and shown[-1].status == "early",
        "resources": _resources(report) if report else [],
        "traffic": [
            (printed(title), getattr(report, f"{key}_idle"), unit)
            for key, title, unit in tables.TRAFFIC
        ]
        if report
        else [],
        "info": info,
        "info_facts": _facts(info, own) if info else [],
        "events": queries.events_page(base),
    }


def _over_time(request: SignedInRequest, base: Base) -> dict[str, Any]:
    """The chosen resource of the base over the chosen days."""
    keys = {pair.key: pair for pair in tables.PAIRS}
    asked, span = request.GET.get("resource", ""), request.GET.get("days", "")
    pair = keys.get(asked, keys["fp16"])
    chosen = int(span) if span in map(str, SPANS) else SPANS[0]
    last = windows.day_of(timezone.now())
    first = last - timedelta(days=chosen - 1)
    figures = (
        ComputeReport.objects.filter(base=base, date__range=(first, last))
        .order_by("date")
        .values_list("date", f"{pair.key}_total", f"{pair.key}_idle")
    )
    return {
        "trend": trend([Point(*row) for row in figures], first, last),
        "trend_of": pair.key,
        "trend_days": chosen,
        "trend_title": printed(pair.title),
        "trend_unit": printed(pair.unit),
        "trend_resources": [(key, printed(each.title)) for key, each in keys.items()],
        "trend_spans": [(days, span_name(days)) for days in SPANS],
    }


def span_name(days: int) -> str:
    return {90: _("90 天"), 365: _("1 年"), 1095: _("3 年")}[days]


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


def _facts(info: BaseInfo, own: bool) -> list[tuple[str, str]]:
    """The 17 fields as sent, codes with the names they stand for; people's addresses in full for
    the base's own people alone."""
    shown = dict(info.values)
    if not own:
        shown |= {name: mask(str(shown[name])) for name, mask in MASKED.items()}
    language = "en" if reads_english() else "zh"
    for name, of_code in PLACES.items():
        place = {"place": of_code(shown[name], language), "code": shown[name]}
        shown[name] = _("%(place)s（%(code)s）") % place
    return [(printed(field.name), printed(shown[field.name])) for field in tables.BASE_INFO.fields]


def _next_step(base: Base, context: dict[str, Any]) -> str:
    """What comes next until the base reports, and is the page's main button: trying the interfaces
    in the sandbox, a key, what its programs send; nothing where they do."""
    has_key = any(key.state == "valid" for key in context["keys"])
    if not context["may_read"]:  # the security administrator, who sees keys alone
        return "" if has_key else "key"
    if not (context["report"] or context["info"] or context["events"].events):
        tried = ConformanceRun.objects.filter(base__organisation=base.organisation_id, passed=True)
        if not tried.exists():
            return "sandbox"
        return "docs" if has_key else "key"
    return "" if has_key else "key"


def _status_of(report: ComputeReport, shown: list[days.Day]) -> str:
    """How the report's day is judged by now."""
    return next((day.status for day in shown if day.date == report.date), report.timeliness)


def _last_missed(shown: list[days.Day]) -> days.Day | None:
    """The latest day that is over, where nothing came for it."""
    judged = [day for day in shown if day.status != "pending"]
    return judged[-1] if judged and judged[-1].status == "missing" else None
