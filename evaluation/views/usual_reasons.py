"""常用问题: the list that the review of materials offers, kept by the secretariat."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evaluation.actions import usual_reasons as actions
from evaluation.edition import current_edition
from evaluation.forms.review import UsualReasonForm
from evaluation.models import UsualReason
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest


@login_required
@require_http_methods(["GET", "POST"])
def usual_reasons(request: SignedInRequest) -> HttpResponse:
    """Show the list, or add to it."""
    _check(request)
    form = UsualReasonForm(request.POST or None, edition=current_edition())
    if request.method == "POST" and form.is_valid():
        actions.save_reason(request.user, None, **form.cleaned_data)
        messages.success(request, _("已加入常用问题。"))
        return redirect("evaluation:usual_reasons")
    return _page(request, form)


@login_required
@require_POST
def usual_reason(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change one reason, or take it off the list."""
    _check(request)
    reason = get_object_or_404(UsualReason, pk=pk)
    if request.POST.get("remove"):
        actions.remove_reason(request.user, reason)
        messages.success(request, _("已从常用问题中删去。"))
        return redirect("evaluation:usual_reasons")
    form = UsualReasonForm(request.POST, edition=current_edition(), prefix=str(pk))
    if form.is_valid():
        actions.save_reason(request.user, reason, **form.cleaned_data)
        messages.success(request, _("已更新常用问题。"))
        return redirect("evaluation:usual_reasons")
    return _page(request, UsualReasonForm(edition=current_edition()), (pk, form))


def _check(request: SignedInRequest) -> None:
    if request.user.role != Role.SECRETARIAT:
        raise Http404


def _page(
    request: SignedInRequest,
    form: UsualReasonForm,
    typed: tuple[int, UsualReasonForm] | None = None,
) -> HttpResponse:
    edition = current_edition()
    rows = []
    for reason in UsualReason.objects.all():
        initial = {"slot": reason.slot or "", "clause": reason.clause, "text": reason.text}
        own = UsualReasonForm(initial=initial, edition=edition, prefix=str(reason.pk))
        if typed and typed[0] == reason.pk:
            own = typed[1]
        rows.append((reason, own))
    return render(
        request,
        "evaluation/staff/usual_reasons.html",
        {"rows": rows, "form": form},
        status=422 if form.errors or typed else 200,
    )
