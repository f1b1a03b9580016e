"""专家库: the list and the records, for the secretariat; the own record, for each expert."""

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import queries, steps
from evaluation.actions import pool as actions
from evaluation.errors import Refused
from evaluation.forms.pool import MOST_ROWS, OwnRecordForm, RecordForm, RecordForms, RetireForm
from evaluation.models import Assignment, Expert, Left, Tie
from evaluation.pool import fields
from evaluation.pool.order import in_order
from evaluation.views.refusals import add_to_form, show
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest
from portal.accounts.views.guards import for_roles

PAGE_SIZE = 50
MORE_ROWS = 3
STATES = (
    ("", gettext_lazy("在库")),
    ("ready", gettext_lazy("可抽取")),
    ("waiting", pgettext_lazy("专家", "未启用")),
    ("term", gettext_lazy("不在聘期")),
    ("retired", gettext_lazy("已退出")),
)
ORDERS: dict[str, tuple[Any, ...]] = {
    "employer": ("employer",),
    "term": (F("term_to").asc(nulls_last=True),),
    "serving": ("-serving",),
    "served": ("-served",),
}
for_the_secretariat = for_roles(Role.SECRETARIAT)


@for_the_secretariat
@require_safe
def pool(request: SignedInRequest) -> HttpResponse:
    """Everyone of the pool, filtered and searched."""
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    field, state = request.GET.get("field", ""), request.GET.get("state", "")
    found = _in_state(queries.experts_with_service(), state)
    if text:
        found = found.filter(
            Q(user__name__icontains=text)
            | Q(user__email__icontains=text)
            | Q(employer__icontains=text)
            | Q(employer_code__iexact=text)
        )
    if field:
        found = found.filter(field_rows__field=field)
    order = request.GET.get("order", "")
    page = _page(found, order if order in ORDERS else "", request.GET.get("page"))
    waiting = queries.experts_never_invited().count()
    context = {
        "page": page,
        "rows": [
            {"record": record, "fields": _fields(record), **_state(record)} for record in page
        ],
        "q": text,
        "field": field,
        "state": state,
        "orders": _orders(request, order if order in ORDERS else ""),
        "filtered": bool(text or field or state),
        "fields": fields.choices(),
        "states": STATES,
        "waiting": waiting,
        "invite_title": ngettext(
            "%(count)d位专家还没有收到邀请", "%(count)d位专家还没有收到邀请", waiting
        )
        % {"count": waiting},
    }
    return render(request, "evaluation/pool/list.html", context)


def _page(found: QuerySet[Expert], order: str, number: str | None) -> Page[Any]:
    """One page of the pool, by pinyin or by the chosen column; the rows of a page only are read."""
    if order:
        return Paginator(found.order_by(*ORDERS[order], "pk"), PAGE_SIZE).get_page(number)
    names = in_order(found.values_list("pk", "user__name"), lambda pair: pair[1])
    page: Page[Any] = Paginator([pk for pk, _name in names], PAGE_SIZE).get_page(number)
    records = {record.pk: record for record in found.filter(pk__in=list(page.object_list))}
    page.object_list = [records[pk] for pk in page.object_list if pk in records]
    return page


def _orders(request: SignedInRequest, order: str) -> dict[str, tuple[str, bool]]:
    """The address of each order, and whether it is the one shown; the filters stay."""
    addresses = {}
    for name in ("", *ORDERS):
        query = request.GET.copy()
        query.pop("page", None)
        query["order"] = name
        addresses[name or "name"] = (f"?{query.urlencode()}", name == order)
    return addresses


def _in_state(found: QuerySet[Expert], state: str) -> QuerySet[Expert]:
    today = timezone.localdate()
    if state == "retired":
        return found.filter(retired_at__isnull=False)
    found = found.filter(retired_at__isnull=True)
    in_term = (Q(term_from__isnull=True) | Q(term_from__lte=today)) & (
        Q(term_to__isnull=True) | Q(term_to__gte=today)
    )
    if state == "waiting":
        return found.filter(user__is_active=False)
    if state == "term":
        return found.exclude(in_term)
    return found.filter(in_term, user__is_active=True) if state == "ready" else found


def _state(record: Expert) -> dict[str, str]:
    """The kind of tag and its word."""
    today = timezone.localdate()
    if record.retired_at is not None:
        return {"kind": "neutral", "label": _("已退出")}
    if not record.user.is_active:
        return {"kind": "waiting", "label": pgettext("专家", "未启用")}
    if (record.term_from and record.term_from > today) or (
        record.term_to and record.term_to < today
    ):
        return {"kind": "attention", "label": _("不在聘期")}
    return {"kind": "done", "label": _("可抽取")}


def _fields(record: Expert) -> str:
    return _("、").join(_(row.field) for row in record.field_rows.all())


@for_the_secretariat
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Put one expert into the pool."""
    forms = RecordForms(RecordForm, _sent(request))
    if request.method == "POST" and not forms.only_grows and forms.is_valid():
        try:
            record = actions.add(request.user, forms.form.person(), forms.facts())  # type: ignore[attr-defined]
        except Refused as refusal:
            add_to_form(forms.form, refusal)
        else:
            messages.success(request, _("已添加%(name)s。") % {"name": record.user.name})
            return redirect("evaluation:pool_record", record.pk)
    return _form_page(request, "evaluation/pool/record.html", forms)


@for_the_secretariat
@require_http_methods(["GET", "POST"])
def record(request: SignedInRequest, pk: int) -> HttpResponse:
    """One record, to read and to put right, with the history of service."""
    found = get_object_or_404(_records(), pk=pk)
    forms = RecordForms(RecordForm, _sent(request), found)
    overtaken: list[tuple[str, str]] = []
    if request.method == "POST" and not forms.only_grows and forms.is_valid():
        try:
            actions.change(
                request.user,
                found,
                forms.form.person(),  # type: ignore[attr-defined]
                forms.facts(),
                version=forms.form.cleaned_data["version"] or 0,
            )
        except Refused as refusal:
            overtaken = _overtaken(forms, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("evaluation:pool_record", pk)
    context = {
        "record": found,
        "service": _service(found),
        "overtaken": overtaken,
        "can_invite": not found.user.is_active and not found.user.has_usable_password(),
        "invite_label": _("再次发送邀请") if queries.was_invited(found) else _("发送邀请"),
        **_state(found),
    }
    return _form_page(request, "evaluation/pool/record.html", forms, **context)


def _records() -> QuerySet[Expert]:
    return Expert.objects.select_related("user", "saved_by").prefetch_related(
        "field_rows", "ties", "absences"
    )


def _sent(request: HttpRequest) -> Any:
    """What was sent; with more blank rows where they were asked for."""
    if request.method != "POST":
        return None
    asked = request.POST.get("more")
    if asked not in ("ties", "absences"):
        return request.POST
    sent = request.POST.copy()
    key = f"{asked}-TOTAL_FORMS"
    total = sent.get(key, "0")
    if total.isdigit() and len(total) < 4:
        sent[key] = str(min(int(total) + MORE_ROWS, MOST_ROWS))
    return sent


def _form_page(
    request: HttpRequest, template: str, forms: RecordForms, **context: Any
) -> HttpResponse:
    wrong = request.method == "POST" and not forms.only_grows
    return render(request, template, {"forms": forms, **context}, status=422 if wrong else 200)


def _overtaken(forms: RecordForms, refusal: Refused) -> list[tuple[str, str]]:
    """Show the refusal; where another one saved meanwhile, what stands there now. Saving once more
    then stands."""
    add_to_form(forms.form, refusal)
    if not isinstance(refusal, actions.Overtaken):
        return []
    theirs = refusal.theirs
    forms.form.data = forms.form.data.copy()  # type: ignore[attr-defined]
    forms.form.data["version"] = theirs.version  # type: ignore[index]
    facts = actions.facts_of(theirs)
    return [
        (_("姓名"), theirs.user.name),
        (_("工作单位"), " ".join([facts.employer, facts.employer_code])),
        (_("职称或职务"), facts.title),
        (_("专业领域"), _("、").join(_(field) for field in facts.fields)),
        (_("聘期"), _span(facts.term_from, facts.term_to)),
        (
            _("任职经历、咨询和利害关系"),
            "\n".join(
                " ".join([str(Tie.Kind(kind).label), name, code, _span(since, until)])
                for kind, name, code, since, until in facts.ties
            ),
        ),
        (_("不便参加的日期"), "\n".join(_span(*days) for days in facts.absences)),
    ]


def _span(first: datetime.date | None, last: datetime.date | None) -> str:
    return f"{first or ''}–{last or ''}" if first or last else ""


def _service(record: Expert) -> list[Assignment]:
    served = list(
        Assignment.objects.filter(expert=record.user_id)
        .select_related("evaluation__organisation")
        .order_by("-assigned_at")[:100]
    )
    for each in served:
        each.told = told_state(each)[1]  # type: ignore[attr-defined]
    return served


def told_state(assignment: Assignment) -> tuple[str, str]:
    """The kind of tag of an assignment's state, and its word."""
    if assignment.released_at:
        return "neutral", str(Left(assignment.left).label)
    if assignment.recused_at:
        return "neutral", _("已回避")
    if assignment.pledged_at is None:
        return "waiting", _("待答复") if assignment.accepted_at is None else _("待签承诺书")
    if assignment.evaluation.current.ended:
        return "done", _("已办结")
    if assignment.evaluation.current.step > steps.STEP_OF_DUTY[assignment.duty]:
        return "done", _("已完成")
    return "current", _("正在参加")


@for_the_secretariat
@require_http_methods(["GET", "POST"])
def retire(request: SignedInRequest, pk: int) -> HttpResponse:
    """退出专家库, with the reason."""
    found = get_object_or_404(_records(), pk=pk)
    form = RetireForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.retire(request.user, found, form.cleaned_data["reason"])
        messages.success(request, _("%(name)s已退出专家库。") % {"name": found.user.name})
        return redirect("evaluation:pool_record", pk)
    return render(
        request,
        "evaluation/pool/retire.html",
        {"record": found, "form": form},
        status=422 if form.errors else 200,
    )


@for_the_secretariat
@require_POST
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_records(), pk=pk)
    actions.restore(request.user, found)
    messages.success(request, _("%(name)s已恢复入库。") % {"name": found.user.name})
    return redirect("evaluation:pool_record", pk)


@for_the_secretariat
@require_POST
def invite(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mail the invitation to the pool, or mail it again."""
    found = get_object_or_404(_records(), pk=pk)
    try:
        actions.invite(request.user, found)
    except Refused as refusal:
        show(request, refusal)
    else:
        messages.success(request, _("已向%(name)s发送邀请。") % {"name": found.user.name})
    return redirect("evaluation:pool_record", pk)


@for_the_secretariat
@require_POST
def invite_all(request: SignedInRequest) -> HttpResponse:
    """Mail the invitation to everyone who never got one."""
    sent = 0
    for found in queries.experts_never_invited().select_related("user"):
        try:
            actions.invite(request.user, found)
        except Refused as refusal:
            show(request, refusal)
        else:
            sent += 1
    messages.success(
        request,
        ngettext("已发送%(count)d份邀请。", "已发送%(count)d份邀请。", sent) % {"count": sent},
    )
    return redirect("evaluation:pool")


@login_required
@require_http_methods(["GET", "POST"])
def own_record(request: SignedInRequest) -> HttpResponse:
    """我的专家档案: what decides whether the expert may be drawn, looked after by the expert."""
    if request.user.role != Role.EXPERT:
        raise Http404
    found = _records().filter(user=request.user).first()
    forms = RecordForms(OwnRecordForm, _sent(request), found)
    overtaken: list[tuple[str, str]] = []
    if request.method == "POST" and not forms.only_grows and forms.is_valid():
        try:
            actions.change_own(
                request.user,
                forms.form.cleaned_data["phone"],
                forms.facts(),
                version=forms.form.cleaned_data["version"] or 0,
            )
        except Refused as refusal:
            overtaken = _overtaken(forms, refusal)
        else:
            messages.success(request, _("已保存，感谢您核对档案。"))
            return redirect("evaluation:own_record")
    return _form_page(
        request,
        "evaluation/pool/own.html",
        forms,
        record=found,
        fields=_fields(found) if found else "",
        overtaken=overtaken,
    )
