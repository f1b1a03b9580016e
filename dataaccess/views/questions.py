"""Questions about implausible reports: the list, and one with its answer."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dataaccess import queries
from dataaccess.actions import questions
from dataaccess.errors import Invalid
from dataaccess.models import Base, Question
from dataaccess.permissions import can_close_questions, works_for
from dataaccess.question_words import sentence
from dataaccess.views.narrowing import kept, narrowed
from dataaccess.views.shared import reader
from portal.accounts.requests import SignedInRequest

A_PAGE = 50
STATES = {
    "unsettled": Q(closed_at__isnull=True),
    "open": Q(closed_at__isnull=True, answered_at__isnull=True),
    "answered": Q(closed_at__isnull=True, answered_at__isnull=False),
    "closed": Q(closed_at__isnull=False),
}


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("原因说明"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "如设备检修、扩容、采集程序故障；需要更正的，请另行补报正确的数据。"
        ),
    )


class RemarkForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("处理意见"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@login_required
@require_safe
def every(request: SignedInRequest) -> HttpResponse:
    """The questions about the bases the reader may see, open ones first to hand."""
    user = reader(request)
    bases, names = _bases(request, queries.bases_for(user))
    found = queries.questions_for(user)
    if names:
        found = found.filter(base__in=bases)
    state = request.GET.get("state", "")
    page = Paginator(found.filter(STATES.get(state, Q())), A_PAGE).get_page(request.GET.get("page"))
    for question in page:
        question.told = sentence(question)  # type: ignore[attr-defined]
    context = {
        "page_obj": page,
        "chips": _chips(request, state),
        "state": state if state in STATES else "",
        "narrowed": names,
    }
    return render(request, "dataaccess/questions.html", context)


def _bases(request: SignedInRequest, visible: QuerySet[Base]) -> tuple[QuerySet[Base], list[str]]:
    """The bases asked for: one by its code, or those of a province and a category."""
    bases, names = narrowed(request, visible)
    if code := request.GET.get("base", "").replace("\x00", ""):
        bases = bases.filter(code=code)
        names = [*names, *bases.values_list("name", flat=True)] or [code]
    return bases, names


def _chips(request: SignedInRequest, state: str) -> list[dict[str, Any]]:
    """All questions, and those of one state. What bases they are about stays."""
    stays, here = kept(request, "base"), reverse("dataaccess:questions")

    def address(**asked: str) -> str:
        query = urlencode(asked | stays)
        return f"{here}?{query}" if query else here

    labels = {
        "unsettled": _("待核实"),
        "open": _("待答复"),
        "answered": _("已答复"),
        "closed": _("已办结"),
    }
    return [
        {"label": _("全部"), "url": address(), "current": state not in STATES},
        *(
            {"label": label, "url": address(state=code), "current": state == code}
            for code, label in labels.items()
        ),
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was noticed, the operator's answer and the secretariat's remark."""
    user = reader(request)
    question = queries.questions_for(user).filter(pk=pk).first()
    if question is None:
        raise Http404
    answers, closes = works_for(user, question.base), can_close_questions(user)
    form: forms.Form | None = None
    if question.state != "closed" and (answers or closes):
        kind = AnswerForm if answers else RemarkForm
        before = {"text": question.answer} if answers else None
        form = kind(request.POST) if request.method == "POST" else kind(initial=before)
    elif request.method == "POST" and not (answers or closes):
        raise Http404
    if request.method == "POST":
        if form is None:
            messages.info(request, _("这项询问已经办结。"))
            return redirect("dataaccess:question", pk)
        if form.is_valid() and _done(request, question, form, answers):
            return redirect("dataaccess:question", pk)
    context = {
        "question": question,
        "told": sentence(question),
        "form": form,
        "answers": answers,
        "state": question.state,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "dataaccess/question.html", context, status=status)


def _done(request: SignedInRequest, question: Question, form: Any, answers: bool) -> bool:
    text, user = form.cleaned_data["text"], reader(request)
    try:
        if answers:
            questions.answer(question, text, actor=user)
            messages.success(request, _("说明已提交，秘书处看到后办结。"))
        else:
            questions.close(question, text, actor=user)
            messages.success(request, _("询问已办结。"))
    except Invalid as fault:
        form.add_error("text", str(fault))
        return False
    return True
