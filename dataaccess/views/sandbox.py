"""The applicant's sandbox: test key, guided run with its live list, record."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dataaccess import conformance, conformance_files, queries
from dataaccess.actions import sandbox
from dataaccess.errors import Invalid
from dataaccess.forms import WindowForm
from dataaccess.models import ApiKey, ConformanceRun, DataCallItem
from dataaccess.shapes import TABLES
from dataaccess.views.shared import reader, refuse_unless
from dataaccess.windows import DEFAULT_WINDOW
from dataaccess.words import printed
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest

RUNS_A_PAGE = 20
CALLS_SHOWN = 20


@login_required
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """What the sandbox is, the test key, and the runs so far."""
    user = reader(request)
    refuse_unless(user.role == Role.APPLICANT)
    keys = ApiKey.objects.filter(base__organisation=user.organisation, base__sandbox=True)
    key = keys.filter(revoked_at__isnull=True).first()
    runs = Paginator(queries.runs_for(user), RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "key": key,
        "page_obj": runs,
        "running": queries.runs_for(user).filter(finished_at__isnull=True).first(),
        "form": WindowForm(DEFAULT_WINDOW),
        "may_write": user.may_write,
    }
    return render(request, "dataaccess/sandbox.html", context)


@login_required
@require_POST
def new_key(request: SignedInRequest) -> HttpResponse:
    refuse_unless(reader(request).may_write)
    key, text = sandbox.issue_key(reader(request))
    context = {"key": key, "text": text, "sandbox": True}
    return render(request, "dataaccess/key_shown.html", context, status=201)


@login_required
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    refuse_unless(reader(request).may_write)
    form = WindowForm("", request.POST)
    if not form.is_valid():
        messages.error(request, _("请在三个上报时段中选择一个。"))
        return redirect("dataaccess:sandbox")
    run = sandbox.start(reader(request), form.cleaned_data["window"])
    return redirect("dataaccess:conformance_run", run.pk)


@login_required
@require_safe
def run(request: SignedInRequest, pk: Any) -> HttpResponse:
    found = _run(request, pk)
    context = _live(found) | {
        "may_write": reader(request).may_write,
        "window": conformance.window_of(found),
    }
    return render(request, "dataaccess/conformance_run.html", context)


@login_required
@require_safe
def checks(request: SignedInRequest, pk: Any) -> HttpResponse:
    """The live part of a run's page, again and again."""
    return render(request, "dataaccess/conformance_checks.html", _live(_run(request, pk)))


@login_required
@require_POST
def practise(request: SignedInRequest, pk: Any) -> HttpResponse:
    refuse_unless(reader(request).may_write)
    found = _run(request, pk)
    try:
        sandbox.practise_call(reader(request), found)
        messages.success(request, _("演练要求已下发，请在两小时内上报最新算力信息。"))
    except Invalid as fault:
        messages.error(request, str(fault))
    return redirect("dataaccess:conformance_run", found.pk)


@login_required
@require_POST
def finish(request: SignedInRequest, pk: Any) -> HttpResponse:
    refuse_unless(reader(request).may_write)
    found = _run(request, pk)
    try:
        sandbox.finish(reader(request), found)
    except Invalid as fault:
        messages.error(request, str(fault))
    return redirect("dataaccess:conformance_run", found.pk)


@login_required
@require_safe
def example(request: SignedInRequest, name: str) -> HttpResponse:
    """A file that the commands of a run name, to begin from."""
    refuse_unless(reader(request).role == Role.APPLICANT)
    if name not in conformance_files.FILES:
        raise Http404
    content = json.dumps(conformance_files.FILES[name], ensure_ascii=False, indent=2) + "\n"
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@require_safe
def record(request: SignedInRequest, pk: Any) -> FileResponse:
    """The PDF of a finished run."""
    found = _run(request, pk)
    if found.rendered_at is None:
        raise Http404
    response = FileResponse(
        found.stored.open("rb"),
        as_attachment=True,
        filename=f"{found.number}.pdf",
        content_type="application/pdf",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _run(request: SignedInRequest, pk: Any) -> ConformanceRun:
    return get_object_or_404(queries.runs_for(reader(request)), pk=pk)


def _live(found: ConformanceRun) -> dict[str, Any]:
    """The checks as they stand, or as they stood when the run was finished; the last calls."""
    attempts = list(found.attempts.all()[:CALLS_SHOWN])
    for attempt in attempts:
        table = TABLES.get(attempt.call)  # type: ignore[call-overload]
        other = {"status": _("查询上报情况"), "receipt": _("查询回执")}
        attempt.title = (  # type: ignore[attr-defined]
            printed(table.title) if table else other.get(attempt.call, attempt.call)
        )
    results = conformance.results(found)
    frozen = [check["passed"] for check in found.record["checks"]] if found.record else None
    passed = frozen or [result.passed for result in results]
    api = f"{settings.PUBLIC_URL}/api/v1"
    commands = [conformance_files.COMMANDS[each.check.code].format(api=api) for each in results]
    return {
        "run": found,
        "files": list(conformance_files.FILES),
        "rows": list(zip(results, passed, commands, strict=True)),
        "passed": sum(passed),
        "attempts": attempts,
        "practice": DataCallItem.objects.filter(
            base=found.base_id, answered_at__isnull=True, call__withdrawn_at__isnull=True
        )
        .select_related("call")
        .first(),
    }
