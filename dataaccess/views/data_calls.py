"""Data calls: the list, a new one, and who has answered."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dataaccess import calls, permissions, queries, regions
from dataaccess.actions import data_calls
from dataaccess.errors import Invalid
from dataaccess.forms import DataCallForm
from dataaccess.models import Base, DataCall, DataCallItem
from dataaccess.shapes import KINDS, tables
from dataaccess.views.narrowing import NODES
from dataaccess.views.shared import base_for, reader, refuse_unless
from dataaccess.words import printed, reads_english
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest

CALLS_A_PAGE = 25


@login_required
@require_safe
def every(request: SignedInRequest) -> HttpResponse:
    """The calls that ask the bases the reader may see."""
    found = calls.calls_of(_bases(request))
    page = Paginator(found, CALLS_A_PAGE).get_page(request.GET.get("page"))
    may_issue = permissions.can_issue_calls(reader(request))
    context = {"page_obj": page, "may_issue": may_issue, "now": timezone.now()}
    return render(request, "dataaccess/data_calls.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    refuse_unless(permissions.can_issue_calls(reader(request)))
    obliged = _bases(request).filter(released_on__isnull=True)
    bases = obliged.order_by("province", "name", "code")
    form = DataCallForm(bases, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            call = data_calls.issue(
                title=said["title"],
                reason=said["reason"],
                interfaces=said["interfaces"],
                bases=list(said["bases"]),
                deadline=said["deadline"],
                actor=reader(request),
            )
        except Invalid as fault:
            form.add_error("deadline", str(fault))
        else:
            messages.success(request, _("数据统计要求已下发，并已通知各基地。"))
            return redirect("dataaccess:data_call", call.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form} | _choices(form, bases)
    return render(request, "dataaccess/new_data_call.html", context, status=status)


def _choices(form: DataCallForm, bases: Iterable[Base]) -> dict[str, Any]:
    """The bases by province, each with its category, and what they can be picked by at once."""
    names = dict(regions.province_choices("en" if reads_english() else "zh"))
    chosen = set(form["bases"].value() or ())
    groups: dict[str, list[dict[str, Any]]] = {}
    for base in bases:
        node = NODES.get(base.category)
        row = {
            "base": base,
            "node": printed(node) if node else "",
            "checked": str(base.pk) in chosen,
        }
        groups.setdefault(base.province, []).append(row)
    found = {row["base"].category: row["node"] for rows in groups.values() for row in rows}
    return {
        "groups": [
            (code, names.get(code) or _("省份不详"), rows) for code, rows in sorted(groups.items())
        ],
        "categories": [(code, found[code]) for code in NODES if code in found],
    }


@login_required
@require_safe
def one(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who of the bases that the reader may see has answered, and when."""
    call = _call(request, pk)
    items = (
        DataCallItem.objects.filter(call=call, base__in=_bases(request))
        .select_related("base", "no_events_by")
        .order_by("base__code")
    )
    user = reader(request)
    rows: dict[str, dict[str, Any]] = {}
    for item in items:
        item.call = call  # known already
        row = rows.setdefault(item.base.code, {"name": item.base.name, "items": {}})
        item.may_say_no_events = (  # type: ignore[attr-defined]
            item.interface == "security_event"
            and item.answered_at is None
            and item.base.released_on is None
            and call.withdrawn_at is None
            and permissions.can_answer_calls(user, item.base)
        )
        row["items"][item.interface] = item
    asked = [kind for kind in KINDS if any(kind in row["items"] for row in rows.values())]
    context = {
        "call": call,
        "kinds": [printed(tables.TABLES[kind].title) for kind in asked],
        "rows": [
            (code, row["name"], [row["items"].get(kind) for kind in asked])
            for code, row in rows.items()
        ],
        "over": timezone.now() > call.deadline,
        "may_issue": permissions.can_issue_calls(user),
        "may_say_no_events": any(
            getattr(item, "may_say_no_events", False)
            for row in rows.values()
            for item in row["items"].values()
        ),
        "reminders": list(call.reminders.order_by("sent_at")),
    }
    return render(request, "dataaccess/data_call.html", context)


@login_required
@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    refuse_unless(permissions.can_issue_calls(reader(request)))
    call = _call(request, pk)
    if data_calls.withdraw(call, actor=reader(request)):
        messages.success(request, _("数据统计要求已撤回，并已通知尚未答复的基地。"))
    else:
        messages.info(request, _("这项要求此前已撤回。"))
    return redirect("dataaccess:data_call", call.pk)


@login_required
@require_POST
def no_events(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """The operator answers that no security event happened at a base."""
    call = _call(request, pk)
    base = base_for(request, code)
    refuse_unless(permissions.can_answer_calls(reader(request), base))
    try:
        if data_calls.say_no_events(call, base, actor=reader(request)):
            messages.success(request, _("已答复：该期间没有安全事件。"))
        else:
            messages.info(request, _("这项要求此前已答复。"))
    except Invalid as fault:
        messages.error(request, str(fault))
    return redirect("dataaccess:data_call", call.pk)


@login_required
@require_POST
def remind(request: SignedInRequest, pk: int) -> HttpResponse:
    refuse_unless(permissions.can_issue_calls(reader(request)))
    call = _call(request, pk)
    count = data_calls.remind(call, actor=reader(request))
    if count:
        told = ngettext("已催办%(count)s个基地。", "已催办%(count)s个基地。", count)
        messages.success(request, told % {"count": count})
    else:
        messages.info(request, _("没有需要催办的基地，或一小时内已催办过。"))
    return redirect("dataaccess:data_call", call.pk)


def _bases(request: SignedInRequest) -> Any:
    """Bases whose reporting the reader may read."""
    user = reader(request)
    refuse_unless(user.role in (Role.APPLICANT, Role.SECRETARIAT, Role.DECIDER))
    return queries.bases_for(user)


def _call(request: SignedInRequest, pk: int) -> DataCall:
    bases: Any = _bases(request)
    found = calls.calls_of(Base.objects.filter(pk__in=bases.values("pk"))).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
