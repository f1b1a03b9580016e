"""统计: cases by step, category and province; time per step; scores by indicator."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dataaccess.regions import province_name
from evaluation import queries_queue, steps
from evaluation.actions import figures
from evaluation.edition import current_edition, reader_language
from evaluation.models import Figures
from evaluation.rulebook import in_language
from evaluation.views.queue import for_staff
from portal.accounts.models import User
from portal.accounts.requests import SignedInRequest

Table = tuple[list[Any], list[list[Any]]]  # the head and the rows
AGAIN_AFTER = timedelta(minutes=1)


@login_required
@require_safe
@for_staff
def statistics(request: SignedInRequest) -> HttpResponse:
    """Show every table with its chart."""
    kept = Figures.objects.first()
    by_step, by_category, by_province = (
        make(request.user, None)[1] for make in (_by_step, _by_category, _by_province)
    )
    most = max((row[-2] for row in by_step), default=0)
    times = _times(request.user, kept)[1]
    longest = max((row[4] or 0 for row in times), default=0)
    context = {
        "kept": kept,
        "total": sum(row[2] for row in by_step),
        "by_step": [{"label": f"{row[0]} {row[1]}", "value": row[2], "whole": most,
                     "note": _("其中在办 %(count)s 件") % {"count": row[3]}} for row in by_step],
        "by_category": _bars(by_category),
        "by_province": _bars(by_province),
        "times": [
            {
                "label": f"{row[0]} {row[1]}",
                "value": row[3],
                "whole": longest,
                "note": _("90%%的%(within)s，共 %(stays)s 次")
                % {"within": _within(row[4]), "stays": row[2]}
                if row[2]
                else _("还没有案卷走完这一步"),
            }
            for row in times
        ],
        "indicators": [
            {"clause": row[1], "name": row[2], "runs": row[3], "mean": row[4], "maximum": row[5],
             "failed": row[6], "missing": row[7]}
            for row in _indicators(request.user, kept)[1]
        ],
    }  # fmt: skip
    return render(request, "evaluation/staff/statistics.html", context)


@login_required
@require_safe
@for_staff
def table(request: SignedInRequest, table: str) -> HttpResponse:
    """One table as CSV."""
    make = TABLES.get(table)
    if make is None:
        raise Http404
    head, rows = make(request.user, Figures.objects.first())
    buffer = io.StringIO()
    buffer.write("\ufeff")  # without it Excel reads Chinese as something else
    writer = csv.writer(buffer)
    writer.writerow(head)
    writer.writerows(rows)
    response = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{table}.csv"'
    return response


@login_required
@require_POST
@for_staff
def count(request: SignedInRequest) -> HttpResponse:
    """Count time per step and scores anew, at most once a minute."""
    kept = Figures.objects.first()
    if kept is None or timezone.now() - kept.made_at > AGAIN_AFTER:
        figures.count()
        messages.success(request, _("已重新统计。"))
    else:
        messages.info(request, _("刚刚统计过，请一分钟后再试。"))
    return redirect("evaluation:statistics")


def _bars(rows: list[list[Any]]) -> list[dict[str, Any]]:
    most = max((row[1] for row in rows), default=0)
    return [
        {
            "label": row[0],
            "value": row[1],
            "whole": most,
            "note": _("在办 %(open)s，已认定 %(certified)s")
            % {"open": row[2], "certified": row[3]},
        }
        for row in rows
    ]


def _by_step(user: User, kept: Figures | None) -> Table:
    counted = queries_queue.totals(user).steps
    return [_("步骤序号"), _("步骤"), _("案卷"), _("在办")], [
        [
            step.number,
            str(step.name),
            counted.get(("all", str(step.number)), 0),
            counted.get(("open", str(step.number)), 0),
        ]
        for step in steps.STEPS
    ]


def _by_category(user: User, kept: Figures | None) -> Table:
    language = reader_language()
    names = {c.code: in_language(c, "name", language) for c in current_edition().categories}
    return [_("申报类别"), _("案卷"), _("在办"), _("已认定")], [
        [names[row["key"]], row["cases"], row["open"], row["certified"]]
        for row in queries_queue.by_category(user)
    ]


def _by_province(user: User, kept: Figures | None) -> Table:
    language = reader_language()
    return [_("省份"), _("案卷"), _("在办"), _("已认定")], [
        [province_name(row["key"], language), row["cases"], row["open"], row["certified"]]
        for row in queries_queue.by_province(user)
    ]


def _times(user: User, kept: Figures | None) -> Table:
    return [_("步骤序号"), _("步骤"), _("次数"), _("中位数（天）"), _("90%分位（天）")], [
        [
            row["step"],
            str(steps.STEPS[row["step"] - 1].name),
            row["stays"],
            _days(row["median"]),
            _days(row["p90"]),
        ]
        for row in (kept.steps if kept else [])
    ]


def _within(days: Decimal) -> str:
    """Nine in ten, in whole words where it went fast."""
    return _("不到1天") if days < 1 else _("在 %(days)s 天以内") % {"days": days}


def _days(hours: float | None) -> Decimal | None:
    return None if hours is None else (Decimal(str(hours)) / 24).quantize(Decimal("0.1"))


def _indicators(user: User, kept: Figures | None) -> Table:
    edition, language = current_edition(), reader_language()
    head = [
        _("代码"), _("条款"), _("指标"), _("评分次数"), _("平均得分"), _("满分"), _("未满足"), _("未填报"),
    ]  # fmt: skip
    rows = []
    for row in kept.indicators if kept else []:
        indicator = edition.by_code.get(row["code"])
        if indicator is None:  # of an earlier edition
            continue
        rows.append(
            [
                indicator.code,
                indicator.clause,
                in_language(indicator, "name", language),
                row["runs"],
                Decimal(row["mean"]),
                indicator.points,
                row["failed"],
                row["missing"],
            ]
        )
    return head, rows


TABLES: dict[str, Callable[[User, Figures | None], Table]] = {
    "steps": _by_step,
    "categories": _by_category,
    "provinces": _by_province,
    "times": _times,
    "indicators": _indicators,
}
