"""Starting an application, and changing what is applied for."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dataaccess.queries import bases_for
from evaluation import permissions, queries
from evaluation.actions import application, materials
from evaluation.edition import current_edition, edition_of
from evaluation.errors import NotAllowed, Refused
from evaluation.forms.application import ScopeForm, StartForm, scope_of
from evaluation.views.refusals import add_to_form, case_view
from portal.accounts.requests import SignedInRequest


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """新建申报: the category, the place it is named after, the base."""
    user = request.user
    try:
        permissions.check_start(user)
    except NotAllowed as refusal:
        return render(request, "403.html", {"reason": str(refusal)}, status=403)
    sources = list(queries.cases_for(user).order_by("-created_at")[:50])
    chosen = next((case for case in sources if case.number == request.GET.get("from")), None)
    form = StartForm(
        request.POST if request.method == "POST" else None,
        edition=current_edition(),
        bases=list(bases_for(user).order_by("name")),
        sources=sources,
        initial={"source": chosen.number, "base": chosen.base.code, **scope_of(chosen)}
        if chosen
        else {},
    )
    if request.method == "POST" and form.is_valid():
        try:
            evaluation = application.start(user, **form.to_start())
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            if (source := form.to_start()["source"]) and form.cleaned_data["with_files"]:
                for sentence in materials.copy_materials(user, source, evaluation):
                    messages.warning(request, sentence)
            messages.success(
                request,
                _("已建立案卷%(number)s。各表可随时保存，填完再提交。")
                % {"number": evaluation.number},
            )
            return redirect("evaluation:form", evaluation.number)
    return render(
        request,
        "evaluation/applicant/new.html",
        {"form": form, "edition": current_edition()},
        status=422 if form.errors else 200,
    )


@case_view
@require_http_methods(["GET", "POST"])
def scope(request: SignedInRequest, number: str) -> HttpResponse:
    """更改申报类别, as long as the application is with the applicant."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_edit(request.user, evaluation)
    permissions.check_state(evaluation, "draft", "returned", user=request.user)
    edition = edition_of(evaluation)
    form = ScopeForm(
        request.POST if request.method == "POST" else None,
        edition=edition,
        initial=scope_of(evaluation),
    )
    if request.method == "POST" and form.is_valid():
        try:
            application.change_scope(request.user, evaluation, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(request, _("已更改申报类别，各表的要求随之改变。"))
            return redirect("evaluation:form", number)
    return render(
        request,
        "evaluation/applicant/scope.html",
        {"form": form, "evaluation": evaluation, "edition": edition},
        status=422 if form.errors else 200,
    )
