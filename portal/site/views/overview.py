"""The command centre's overview: resources of all bases, their events, and the wall display."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dataaccess import in_doubt, regions, today
from dataaccess.cells import CSV, EXCEL, csv_lines, excel
from dataaccess.models import Base
from dataaccess.permissions import can_see_overview
from dataaccess.shapes import tables
from dataaccess.trend import HEIGHT
from dataaccess.views.bases import span_name
from dataaccess.views.event_files import file_of
from dataaccess.views.narrowing import NO_CATEGORY
from dataaccess.views.shared import reader, refuse_unless
from dataaccess.words import printed
from evaluation.edition import reader_language
from portal.accounts.requests import SignedInRequest
from portal.site import overview, overview_events
from portal.site.overview import PAIRS, Scope, Sums
from portal.site.overview_events import FACETS, Chosen
from portal.site.province_tiles import tiles
from portal.site.views.register import category_names

# On a wall the curve is as high as the bars above it leave.
WALL_TREND = 500

_Response = TypeVar("_Response", HttpResponse, StreamingHttpResponse)


@login_required
@require_safe
def resources(request: SignedInRequest) -> HttpResponse:
    """Total and idle of every resource, now and over time."""
    refuse_unless(can_see_overview(reader(request)))
    scope = _scope(request)
    return render(request, "site/overview.html", _resources(scope) | _frame(request, "resources"))


@login_required
@require_safe
def wall(request: SignedInRequest) -> HttpResponse:
    """The same for a display on the wall: large, without a menu, refreshed by itself."""
    refuse_unless(can_see_overview(reader(request)))
    chosen = Chosen(overview_events.SPANS[0], {})
    events, still = overview_events.ongoing(chosen)
    context = _resources(_scope(request), WALL_TREND) | {
        "high": overview_events.counts(chosen)["severity"][FACETS["severity"][0]],
        "events": events,
        "still_attacking": still,
        "now": timezone.localtime(),
    }
    return render(request, "site/overview_wall.html", context)


@login_required
@require_safe
def resources_csv(request: SignedInRequest) -> StreamingHttpResponse:
    """The table of the resources by province and category, as it stands."""
    refuse_unless(can_see_overview(reader(request)))
    head, rows = _resource_rows(_scope(request))
    return _csv("resources", head, rows)


@login_required
@require_safe
def workbook(request: SignedInRequest) -> HttpResponse:
    """The tables of the page as one Excel workbook: the resources, and the chosen one by day."""
    refuse_unless(can_see_overview(reader(request)))
    scope = _scope(request)
    sheets = [(_("算力资源"), *_resource_rows(scope)), (_("变化"), *_trend_rows(scope))]
    response = HttpResponse(excel(sheets), content_type=EXCEL)
    return _attached(response, "overview", "xlsx")


def _resource_rows(scope: Scope) -> tuple[list[str], Iterator[list[Any]]]:
    found = overview.now(scope)
    names = dict(regions.province_choices(reader_language()))
    categories = _categories()
    groups = [
        (_scope_name(scope), found.all),
        *((names.get(code, code), sums) for code, sums in sorted(found.by_province.items())),
        *((categories[code or NO_CATEGORY], s) for code, s in sorted(found.by_category.items())),
    ]
    head = [
        _("范围"), _("筛选"), _("数据日期（最早）"), _("数据日期（最近）"), _("基地数"), _("资源"),
        _("计量单位"), _("总量"), _("空闲"),
    ]  # fmt: skip
    narrowed = _narrowed(scope)
    rows = (
        [name, narrowed, sums.oldest, sums.newest, sums.bases, printed(pair.title),
         printed(pair.unit), sums.total[key], sums.idle[key]]
        for name, sums in groups
        for key, pair in PAIRS.items()
    )  # fmt: skip
    return head, rows


def _narrowed(scope: Scope) -> str:
    """What a file was narrowed down to; each of its rows says so."""
    chosen = [
        regions.province_name(scope.province, reader_language()) if scope.province else "",
        _categories()[scope.category] if scope.category else "",
    ]
    return _("、").join(filter(None, chosen)) or _("不限")


def _scope_name(scope: Scope) -> str:
    return _("所选基地") if scope.province or scope.category else _("全部基地")


def _trend_rows(scope: Scope) -> tuple[list[str], Iterator[list[Any]]]:
    """The chosen resource day by day, by its name and unit: the file is read without the page."""
    pair = PAIRS[scope.resource]
    name, unit = printed(pair.title), printed(pair.unit)
    head = [_("日期"), _("筛选"), _("资源"), _("计量单位"), _("总量"), _("空闲")]
    points, narrowed = overview.over_time(scope).points, _narrowed(scope)
    return head, ([p.day.isoformat(), narrowed, name, unit, p.total, p.idle] for p in points)


@login_required
@require_safe
def trend_csv(request: SignedInRequest) -> StreamingHttpResponse:
    """The chosen resource day by day."""
    refuse_unless(can_see_overview(reader(request)))
    scope = _scope(request)
    head, rows = _trend_rows(scope)
    return _csv(f"trend-{scope.resource}", head, rows)


@login_required
@require_safe
def events(request: SignedInRequest) -> HttpResponse:
    """Security events by kind, asset, level and state; each bar leads deeper."""
    refuse_unless(can_see_overview(reader(request)))
    chosen = _chosen(request)
    counts = overview_events.counts(chosen)
    total, still = overview_events.ongoing(chosen)
    months = overview_events.by_month(chosen)
    most = max((n for _month, n in months), default=0)
    context = {
        "chosen": chosen,
        "spans": [
            (days, _span_name(days), _deeper(chosen, days=days)) for days in overview_events.SPANS
        ],
        "facets": [_facet(chosen, facet, counts[facet]) for facet in FACETS],
        "narrowed": [
            (_facet_name(facet), _value_name(facet, value), _deeper(chosen, without=facet))
            for facet, value in chosen.facets.items()
        ],
        "total": total,
        "still": still,
        "months": [
            {"label": _month_name(month, chosen), "value": n, "whole": most} for month, n in months
        ],
        "bases": [
            row | {"url": _base_events(row["base"], chosen)}
            for row in overview_events.by_base(chosen)
        ],
        "order_kept": chosen.days >= overview_events.LONG,
        "query": request.GET.urlencode(),
    }
    return render(request, "site/overview_events.html", context | _frame(request, "events"))


@login_required
@require_safe
def events_csv(request: SignedInRequest) -> StreamingHttpResponse:
    """The counts of every facet as narrowed down."""
    refuse_unless(can_see_overview(reader(request)))
    chosen = _chosen(request)
    counts = overview_events.counts(chosen)
    head = [_("首日"), _("末日"), _("筛选"), _("分类"), _("取值"), _("事件数")]
    rows = (
        [chosen.first, chosen.last, _others(chosen, facet), _facet_name(facet),
         _value_name(facet, value), n]
        for facet, values in counts.items()
        for value, n in values.items()
    )  # fmt: skip
    return _csv("events", head, rows)


def _others(chosen: Chosen, facet: str) -> str:
    """What a facet's counts are narrowed down to: by the other facets, never by its own choice."""
    told = [
        f"{_facet_name(name)}{_('：')}{_value_name(name, value)}"
        for name, value in chosen.facets.items()
        if name != facet
    ]
    return _("、").join(told) or _("不限")


@login_required
@require_safe
def event_list(request: SignedInRequest, ending: str) -> HttpResponseBase:
    """The events themselves, base by base, as narrowed down."""
    refuse_unless(can_see_overview(reader(request)))
    chosen = _chosen(request)
    page = f"{reverse('site:overview_events')}?{request.GET.urlencode()}"
    return file_of(
        request,
        Base.objects.order_by("code"),
        chosen.facets,
        ending=ending,
        name="event-list",
        page=page,
        since=chosen.first,
    )


def _resources(scope: Scope, trend_height: int = HEIGHT) -> dict[str, Any]:
    found = overview.now(scope)
    language = reader_language()
    provinces = dict(regions.province_choices(language))
    categories = _categories()
    amounts = {code: sums.total[scope.resource] for code, sums in found.by_province.items()}
    pair = PAIRS[scope.resource]
    standings = today.counts(overview.bases_in(scope), timezone.now())
    return {
        "scope": scope,
        "found": found,
        "silent": overview.silent_bases(scope),
        "in_doubt": in_doubt.count(overview.bases_in(scope)),
        "waited_for": sum(standings.values()),
        "standings": standings,
        "bases_asked": "".join(
            f"&{name}={value}"
            for name, value in (("province", scope.province), ("category", scope.category))
            if value
        ),
        "rows": overview.rows_of(found.all),
        "accelerators": [
            {
                "label": printed(row["pair"].title),
                "value": row["used"],
                "whole": max((found.all.total[k] for k in overview.ACCELERATORS), default=0),
                "total": row["total"],
                "idle": row["idle"],
                "percent": row["percent"],
            }
            for row in overview.rows_of(found.all, overview.ACCELERATORS)
        ],
        "by_province": _groups(found.by_province, provinces, scope, "province"),
        "by_category": _groups(
            {code or NO_CATEGORY: sums for code, sums in found.by_category.items()},
            categories,
            scope,
            "category",
        ),
        "trend": overview.over_time(scope, trend_height),
        "pair": pair,
        "resource_name": printed(pair.title),
        "resource_unit": printed(pair.unit),
        "tiles": tiles(provinces, amounts, scope.province, language),
        "tile_levels": overview.levels(amounts),
        "tile_sums": found.by_province,
        "resources": [(key, printed(each.title)) for key, each in PAIRS.items()],
        "provinces": provinces,
        "categories": categories,
        "spans": [(days, _span_name(days)) for days in overview.SPANS],
        "current_days": overview.CURRENT_DAYS,
    }


def _groups(
    groups: dict[str, Sums], names: dict[str, str], scope: Scope, field: str
) -> list[dict[str, Any]]:
    return [
        {
            "name": names.get(code) or code or "–",
            "url": _query(scope, **{field: code}),
            "bases": sums.bases,
            "total": sums.total[scope.resource],
            "idle": sums.idle[scope.resource],
            "percent": overview.used_percent(sums.total[scope.resource], sums.idle[scope.resource]),
        }
        for code, sums in overview.by_size(groups, scope.resource)
    ]


def _query(scope: Scope, **changes: str) -> str:
    asked = {
        "resource": scope.resource,
        "days": str(scope.days),
        "province": scope.province,
        "category": scope.category,
    } | changes
    return "?" + "&".join(f"{name}={value}" for name, value in asked.items() if value)


def _scope(request: SignedInRequest) -> Scope:
    """What was asked for; what does not exist asks for nothing."""
    asked = request.GET
    days = asked.get("days", "")
    return Scope(
        province=asked["province"] if regions.is_province(asked.get("province", "")) else "",
        category=asked["category"] if asked.get("category", "") in _categories() else "",
        resource=asked["resource"] if asked.get("resource", "") in PAIRS else "fp16",
        days=int(days) if days in map(str, overview.SPANS) else overview.SPANS[0],
    )


def _categories() -> dict[str, str]:
    return category_names(reader_language()) | {NO_CATEGORY: _("尚未认定或已取消")}


def _chosen(request: SignedInRequest) -> Chosen:
    asked = request.GET
    days = asked.get("days", "")
    return Chosen(
        int(days) if days in map(str, overview_events.SPANS) else overview_events.SPANS[0],
        {facet: asked[facet] for facet, values in FACETS.items() if asked.get(facet) in values},
    )


def _facet(chosen: Chosen, facet: str, counts: dict[str, int]) -> dict[str, Any]:
    most = max(counts.values(), default=0)
    current = chosen.facets.get(facet)
    return {
        "key": facet,
        "name": _facet_name(facet),
        "rows": [
            {
                "label": _value_name(facet, value),
                "value": n,
                "whole": most,
                "chosen": value == current,
                "url": _deeper(chosen, without=facet)
                if value == current
                else _deeper(chosen, only={facet: value}),
            }
            for value, n in counts.items()
        ],
    }


def _deeper(
    chosen: Chosen, *, days: int = 0, only: Mapping[str, str] | None = None, without: str = ""
) -> str:
    asked = {"days": str(days or chosen.days), **chosen.facets, **(only or {})}
    return "?" + "&".join(f"{name}={value}" for name, value in asked.items() if name != without)


def _base_events(base: Base, chosen: Chosen) -> str:
    query = "&".join(f"{name}={value}" for name, value in chosen.facets.items())
    return reverse("dataaccess:events", args=[base.code]) + (f"?{query}" if query else "")


def _month_name(month: date, chosen: Chosen) -> str:
    """The first month says from which day on it is counted, where the span begins within it."""
    name = f"{month.year}-{month.month:02}"
    if month < chosen.first:
        return _("%(month)s（%(day)s日起）") % {"month": name, "day": chosen.first.day}
    return name


def _facet_name(facet: str) -> str:
    return {
        "severity": _("危险程度"),
        "handling": _("处理状态"),
        "method": _("攻击手段"),
        "asset_type": _("被攻击资产"),
    }[facet]


def _value_name(facet: str, value: str) -> str:
    meanings = {"method": tables.ATTACK_METHODS, "asset_type": tables.ASSET_TYPES}.get(facet)
    return f"{value} {printed(meanings[value])}" if meanings else printed(value)


def _span_name(days: int) -> str:
    return _("30 天") if days == 30 else span_name(days)


def _frame(request: SignedInRequest, current: str) -> dict[str, Any]:
    pages = [
        ("resources", _("算力资源"), "site:overview"),
        ("events", _("安全事件"), "site:overview_events"),
    ]
    return {
        "tabs": [
            {"label": label, "url": reverse(name), "current": key == current}
            for key, label, name in pages
        ],
        "here": request.get_full_path(),
    }


def _csv(name: str, head: list[Any], rows: Any) -> StreamingHttpResponse:
    response = StreamingHttpResponse(csv_lines(head, rows), content_type=CSV)
    return _attached(response, name, "csv")


def _attached(response: _Response, name: str, ending: str) -> _Response:
    file = f"{name}-{timezone.localdate():%Y%m%d}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response
