"""Public pages: registering an organisation, watching the answer, and the way in for those whose
organisation is registered already."""

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import commitment, links, queries
from portal.accounts.actions import help as help_actions
from portal.accounts.actions import registration as actions
from portal.accounts.forms import JoinForm, OwnerGoneForm, RegistrationForm
from portal.accounts.models import Organisation, Outcome, Registration
from portal.accounts.views import dead_links
from portal.accounts.views.guards import too_often

SENT_TO = "registration_sent"


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """登记单位. A registered code leads to the ways in; a known address learns so by mail only."""
    form = RegistrationForm(initial=_what_was_refused(request))
    limited = request.method == "POST" and too_often(request)
    if limited:
        form = RegistrationForm(initial=request.POST.dict())
    elif request.method == "POST":
        form = RegistrationForm(request.POST, request.FILES)
        if form.is_valid():
            code = form.cleaned_data["credit_code"]
            if Organisation.objects.filter(credit_code=code).exists():
                return redirect(f"{reverse('accounts:recover')}?code={code}")
            actions.register(**form.to_register(), commitment=commitment.text())
            return _to_sent(form.cleaned_data["email"])
    context = {
        "form": form,
        "limited": limited,
        "commitment_title": commitment.title(),
        "commitment": commitment.paragraphs(),
    }
    return render(request, "accounts/register.html", context, status=_status(form, limited))


def _to_sent(address: str) -> HttpResponse:
    """The browser keeps the address for the next page; the portal does not."""
    answer = redirect("accounts:register_sent")
    answer.set_cookie(
        SENT_TO,
        links.sent_token(address),
        max_age=links.SENT_SECONDS,
        path=reverse("accounts:register_sent"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _status(form: Form, limited: bool) -> int:
    if limited:
        return 429
    return 422 if form.errors else 200


def _what_was_refused(request: HttpRequest) -> dict[str, str]:
    """A refused registration is put right, not typed anew."""
    row = links.watched_by(request.GET.get(links.PARAMETER, ""))
    if row is None or row.outcome != Outcome.REFUSED:
        return {}
    asked = ("name", "credit_code", "person_name", "email", "phone")
    return {name: getattr(row, name) for name in asked}


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The same for everybody: whether an account exists, only its mailbox learns. The address is
    shown to the browser that typed it, so that a slip is seen."""
    address = links.sent_to(request.COOKIES.get(SENT_TO, ""))
    return render(request, "accounts/register_sent.html", {"address": address})


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """确认邮箱. By a button: programs that open links in mails must not confirm."""
    row = links.confirmed_by(request.GET.get(links.PARAMETER, ""))
    if row is None:
        return dead_links.to_registration(request)
    if request.method == "POST":
        row = actions.confirm(row)
    if row.confirmed_at is not None:
        return redirect(links.status_path(row))
    context = {"registration": row, "twin": _twin(row)}
    return render(request, "accounts/register_confirm.html", context)


def _twin(row: Registration) -> Registration | None:
    """Another registration of the same organisation that the secretariat is looking at: told only
    to whoever holds a mailed link."""
    waiting = queries.waiting_registrations().filter(credit_code=row.credit_code)
    return waiting.exclude(pk=row.pk).order_by("confirmed_at").first()


@never_cache
@require_safe
def registration_status(request: HttpRequest) -> HttpResponse:
    """登记进展, for whoever holds the mailed link."""
    token = request.GET.get(links.PARAMETER, "")
    row = links.watched_by(token)
    if row is None or row.confirmed_at is None:
        return dead_links.to_registration(request)
    again = f"{reverse('accounts:register')}?{links.PARAMETER}={token}"
    return render(
        request,
        "accounts/register_status.html",
        {
            "registration": row,
            "again": again,
            "steps": _steps(row),
            "twin": _twin(row) if row.is_open else None,
        },
    )


def _steps(row: Registration) -> str:
    return {
        Outcome.OPEN.value: "waiting",
        Outcome.ACCEPTED.value: "accepted",
        Outcome.REFUSED.value: "refused",
        Outcome.WITHDRAWN.value: "replaced",
    }[row.outcome]


@require_safe
def recover(request: HttpRequest) -> HttpResponse:
    """已登记过? Three ways in, none of which tells who the members are."""
    return render(request, "accounts/recover.html", {"code": request.GET.get("code", "")[:18]})


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """申请加入: the owners are told by mail. The answer is the same whether or not there are any."""
    form = JoinForm(initial={"credit_code": request.GET.get("code", "")[:18]})
    limited = request.method == "POST" and too_often(request)
    if limited:
        form = JoinForm(initial=request.POST.dict())
    elif request.method == "POST":
        form = JoinForm(request.POST)
        if form.is_valid():
            asked = dict(form.cleaned_data)
            organisation = _registered(asked.pop("credit_code"))
            if organisation is not None:
                help_actions.ask_to_join(organisation, **asked, language=_language())
            return redirect("accounts:asked")
    context = {"form": form, "limited": limited}
    return render(request, "accounts/join.html", context, status=_status(form, limited))


@require_http_methods(["GET", "POST"])
def owner_gone(request: HttpRequest) -> HttpResponse:
    """负责人变更: the secretariat is asked, with a letter under the organisation's seal."""
    form = OwnerGoneForm(initial={"credit_code": request.GET.get("code", "")[:18]})
    limited = request.method == "POST" and too_often(request)
    if limited:
        form = OwnerGoneForm(initial=request.POST.dict())
    elif request.method == "POST":
        form = OwnerGoneForm(request.POST, request.FILES)
        if form.is_valid() and form.evidence is not None:
            asked = {k: v for k, v in form.cleaned_data.items() if k not in ("scan", "kept")}
            organisation = _registered(asked.pop("credit_code"))
            if organisation is not None:
                help_actions.ask_for_owner(
                    organisation, **asked, letter=form.evidence, language=_language()
                )
            return redirect("accounts:asked")
    context = {"form": form, "limited": limited}
    return render(request, "accounts/owner_gone.html", context, status=_status(form, limited))


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """The request went its way, if there is such an organisation."""
    return render(request, "accounts/asked.html")


def _registered(code: str) -> Organisation | None:
    return Organisation.objects.filter(credit_code=code).first()


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
