"""办理队列: every case that was submitted, for the secretariat and those who decide."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dataaccess.regions import province_name
from evaluation import queries, queries_queue, reissue, steps
from evaluation.actions import queue as actions
from evaluation.edition import current_edition, reader_language
from evaluation.errors import Refused
from evaluation.forms.queue import FilterForm, ViewForm
from evaluation.models import Evaluation, SavedView
from evaluation.queries_queue import Filter, Totals
from evaluation.rulebook import in_language
from evaluation.steps import Actor
from evaluation.views.refusals import show
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest

PAGE_SIZE = 25
# Of the columns of the exported sheet, in characters of its type.
WIDTHS = (14, 32, 22, 36, 18, 14, 18, 10, 20, 22, 14, 13, 12, 13, 10, 44, 13)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Line:
    """One case of the queue."""

    case: Evaluation
    province: str
    holder: Any
    awaits: Any
    days: int  # that it has waited in its state
    late: bool
    reminded: bool
    can_remind: bool


def for_staff(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of the office alone: to others there is no such page. Stands inside login_required and
    the check of the method."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request.user, "role", "") not in queries.STAFF:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


class Known(Paginator):
    """Pages of the queue, whose length is known already."""

    def __init__(self, cases: QuerySet[Evaluation], known: int) -> None:
        super().__init__(cases, PAGE_SIZE)
        self.cases, self.known = cases, known

    @cached_property
    def count(self) -> int:
        return self.known

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        return Page(queries_queue.lines(self.cases, first, first + self.per_page), number, self)


def queue(request: SignedInRequest) -> HttpResponse:
    """Show the queue; views.shared.cases has seen to it that the reader is of the office."""
    return _queue(request, ViewForm())


def _queue(request: SignedInRequest, view_form: ViewForm, status: int = 200) -> HttpResponse:
    asked = Filter.of(request.GET)
    counted = queries_queue.totals(request.user, asked)
    cases = queries_queue.found(request.user, asked)
    page = Known(cases, counted.length(asked)).get_page(request.GET.get("page"))
    views = queries_queue.views_for(request.user)
    lines = _lines(list(page.object_list), request.user.role == Role.SECRETARIAT)
    context = {
        "asked": asked,
        "page": page,
        "lines": lines,
        "can_remind": any(line.can_remind for line in lines),
        "shows": _shows(asked, counted),
        "steps": _steps(asked, counted),
        "filters": FilterForm(queries_queue.usual_order(asked), initial={**asked.__dict__}),
        "views": [(each, each.query == asked.query()) for each in views],
        "own_views": [each for each in views if each.owner_id == request.user.pk],
        "view_form": view_form,
        "query": asked.query(),
    }
    return render(request, "evaluation/staff/queue.html", context, status=status)


def _now(case: Evaluation) -> tuple[Actor, Any]:
    """Who has the case, and what comes next. Expects a case annotated with `reissue`."""
    stage = reissue.stage_of(case) or case.current
    return stage.owner, stage.awaits


def _lines(cases: list[Evaluation], secretariat: bool) -> list[Line]:
    today, language = timezone.localdate(), reader_language()
    return [
        Line(
            case=case,
            province=province_name(case.base.province, language),
            holder=steps.ACTOR_NAMES[_now(case)[0]],
            awaits=_now(case)[1],
            days=(today - timezone.localdate(case.state_since)).days,
            late=queries_queue.is_late(case, today),
            reminded=case.reminded_today,  # type: ignore[attr-defined]
            can_remind=secretariat
            and _now(case)[0] not in (Actor.NOBODY, Actor.SECRETARIAT)
            and not case.reminded_today,  # type: ignore[attr-defined]
        )
        for case in cases
    ]


def _shows(asked: Filter, counted: Totals) -> list[dict[str, Any]]:
    labels = {
        "open": _("在办"),
        "late": _("已逾期"),
        "ours": _("待秘书处办理"),
        "ended": _("已办结"),
        "all": _("全部"),
    }
    return [
        {
            "label": label,
            "url": f"?{asked.query(show=name)}",
            "current": asked.shows == name,
            "count": counted.shows[name],
        }
        for name, label in labels.items()
    ]


def _steps(asked: Filter, counted: Totals) -> list[dict[str, Any]]:
    chips = [{"label": _("各步骤"), "url": f"?{asked.query(step='')}", "current": not asked.step}]
    return [
        *chips,
        *(
            {
                "label": f"{step.number} {step.name}",
                "url": f"?{asked.query(step=str(step.number))}",
                "current": asked.step == str(step.number),
                "count": counted.steps.get((asked.shows, str(step.number)), 0),
            }
            for step in steps.STEPS
        ),
    ]


@login_required
@require_safe
@for_staff
def export(request: SignedInRequest) -> HttpResponse:
    """The filtered list as a flat Excel sheet: one row a case, every cell plain text, a number or
    a date, so that nothing in it runs as a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("案卷"))
    sheet.freeze_panes = "A2"
    for column, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width

    def row(values: list[Any]) -> list[Any]:
        cells = []
        for value in values:
            own = isinstance(value, int | date)
            cell = WriteOnlyCell(sheet, value if own else str(value or ""))
            if isinstance(value, date):
                cell.number_format = "yyyy-mm-dd"
            elif not own:
                cell.data_type = "s"
            cells.append(cell)
        return cells

    language, today = reader_language(), timezone.localdate()
    categories: dict[str, str] = {
        c.code: in_language(c, "name", language) for c in current_edition().categories
    }
    sheet.append(
        row(
            [
                _("案卷号"), _("申报单位"), _("统一社会信用代码"), _("待评估基地"), _("申报类别"),
                _("省份"), _("申报地区或行业"), _("步骤序号"), _("步骤"), _("状态"), _("办理方"),
                _("状态起始"), _("已等待（天）"), _("期限"), _("是否逾期"), _("下一步"), _("首次提交"),
            ]
        )
    )  # fmt: skip
    cases = queries_queue.found(request.user, Filter.of(request.GET))
    written = 1
    for case in cases.annotate(reissue=reissue.stage_if_pending()).iterator(2_000):
        now = case.current
        owner, awaits = _now(case)
        since = timezone.localdate(case.state_since)
        sheet.append(
            row(
                [
                    case.number,
                    case.organisation.name,
                    case.organisation.credit_code,
                    case.base.name,
                    categories[case.category],
                    province_name(case.base.province, language),
                    case.place,
                    now.step,
                    case.step.name,
                    now.label,
                    steps.ACTOR_NAMES[owner],
                    since,
                    (today - since).days,
                    case.deadline or "",
                    _("是") if queries_queue.is_late(case, today) else _("否"),
                    awaits,
                    timezone.localdate(case.submitted_at) if case.submitted_at else "",
                ]
            )
        )
        written += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(WIDTHS))}{written}"
    response = HttpResponse(content_type=XLSX)
    name = f"cases-{today:%Y%m%d}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    book.save(response)
    return response


@login_required
@require_POST
@for_staff
def remind(request: SignedInRequest) -> HttpResponse:
    """Ask once more, then remind those who have the chosen cases."""
    if request.user.role != Role.SECRETARIAT:
        raise Http404
    back = f"{reverse('evaluation:cases')}?{_filter(request.POST.get('back', '')).query()}"
    numbers = request.POST.getlist("case")
    if not numbers:
        messages.error(request, _("请先选择要提醒的案卷。"))
        return redirect(back)
    if "confirm" not in request.POST:
        found = actions.candidates(request.user, numbers)
        reached = {person for each in found for person in each.people}
        context = {
            "found": found,
            "people": len(reached),
            "count": sum(not each.refusal for each in found),
            "back": request.POST.get("back", ""),
            "back_url": back,
        }
        return render(request, "evaluation/staff/remind.html", context)
    count = actions.remind(request.user, numbers)
    if count:
        messages.success(request, _("已提醒%(count)s个案卷的办理人。") % {"count": count})
    else:
        messages.info(request, _("没有案卷须提醒：今天都已提醒过，或不再等待他人办理。"))
    return redirect(back)


@login_required
@require_POST
@for_staff
def save_view(request: SignedInRequest) -> HttpResponse:
    """Keep the filter of the page under a name."""
    query = _filter(request.POST.get("query", "")).query()
    form = ViewForm(request.POST)
    if form.is_valid():
        try:
            view = actions.save_view(request.user, **form.cleaned_data, query=query)
        except Refused as refusal:
            show(request, refusal)
        else:
            messages.success(request, _("已保存视图“%(name)s”。") % {"name": view.name})
    else:
        messages.error(request, _("请为视图写一个不超过40个字符的名称。"))
    return redirect(f"{reverse('evaluation:cases')}?{query}")


@login_required
@require_POST
@for_staff
def change_view(request: SignedInRequest, pk: int) -> HttpResponse:
    """Share an own view, keep it to oneself again, or take it away."""
    view = get_object_or_404(SavedView, pk=pk, owner_id=request.user.pk)
    if request.POST.get("change") == "remove":
        actions.remove_view(request.user, view)
        messages.success(request, _("已删去视图“%(name)s”。") % {"name": view.name})
    else:
        actions.share_view(request.user, view, shared=request.POST.get("change") == "share")
    return redirect(f"{reverse('evaluation:cases')}?{view.query}")


def _filter(query: str) -> Filter:
    return Filter.of(QueryDict(query))
