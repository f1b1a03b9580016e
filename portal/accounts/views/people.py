"""Pages of the system and security administrators: people and organisations."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.actions import erasure
from portal.accounts.actions import people as actions
from portal.accounts.errors import Refused
from portal.accounts.forms import DetailsForm, OrganisationForm, UserForm, add_refusal
from portal.accounts.models import Organisation, Role, User
from portal.accounts.requests import SignedInRequest
from portal.accounts.views.guards import for_roles, status

PAGE_SIZE = 50


@for_roles(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
@require_safe
def people(request: SignedInRequest) -> HttpResponse:
    """账号: everyone who can sign in, those that wait to be enabled first."""
    found = User.objects.select_related("organisation").order_by("is_active", "username")
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    if text:
        found = found.filter(
            Q(username__icontains=text)
            | Q(name__icontains=text)
            | Q(email__icontains=text)
            | Q(organisation__name__icontains=text)
        )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/people.html", {"page": page, "q": text})


@for_roles(Role.SYSTEM_ADMIN)
def create_person(request: SignedInRequest) -> HttpResponse:
    """Open an account."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = actions.create_user(request.user, **form.cleaned_data)
        messages.success(
            request, _("已建立账号%(name)s，待安全管理员启用。") % {"name": user.username}
        )
        return redirect("accounts:people")
    return render(request, "accounts/create_person.html", {"form": form}, status=status(form))


@for_roles(Role.SYSTEM_ADMIN)
def edit_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put an account's details right."""
    user = get_object_or_404(User, pk=pk)
    posted = request.POST if request.method == "POST" else None
    # A row of its own: the form writes what was sent into the one it is given.
    form = DetailsForm(posted, instance=User.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        given = {"organisation": user.organisation, **form.cleaned_data}
        try:
            waits = actions.change_user(request.user, user, **given)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            said = _("已保存%(name)s。") % {"name": user.username}
            if waits:
                said += _("邮箱已更改，账号停用，待安全管理员重新启用。")
            messages.success(request, said)
            return redirect("accounts:people")
    context = {"form": form, "person": user}
    return render(request, "accounts/edit_person.html", context, status=status(form))


@for_roles(Role.SYSTEM_ADMIN)
@require_POST
def erase_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """清除联系方式 of an account that is used no more."""
    user = get_object_or_404(User, pk=pk)
    try:
        erasure.erase_person(request.user, user, request.POST.get("reason", "")[:1000])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已清除%(name)s的联系方式。") % {"name": user.username})
    return redirect("accounts:edit_person", pk)


@for_roles(Role.SECURITY_ADMIN)
@require_POST
def enable_person(request: SignedInRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    try:
        actions.enable_user(request.user, user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("已启用%(name)s。请其在登录页点击“忘记密码”，凭登记的邮箱设置密码。")
            % {"name": user.username},
        )
    return redirect("accounts:people")


@for_roles(Role.SECURITY_ADMIN)
@require_POST
def disable_person(request: SignedInRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    try:
        actions.disable_user(request.user, user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已停用%(name)s。") % {"name": user.username})
    return redirect("accounts:people")


@for_roles(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
@require_safe
def organisations(request: SignedInRequest) -> HttpResponse:
    """单位: every organisation on record."""
    found = Organisation.objects.annotate(people=Count("users")).order_by("name", "pk")
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(credit_code__iexact=text))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/organisations.html", {"page": page, "q": text})


@for_roles(Role.SYSTEM_ADMIN)
def create_organisation(request: SignedInRequest) -> HttpResponse:
    """Put an organisation on record."""
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        organisation = actions.create_organisation(request.user, **form.cleaned_data)
        messages.success(request, _("已登记单位%(name)s。") % {"name": organisation.name})
        return redirect("accounts:organisations")
    return render(request, "accounts/create_organisation.html", {"form": form}, status=status(form))
