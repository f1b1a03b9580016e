"""本单位: its members, invitations and name; for the members of an applicant."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import queries
from portal.accounts.actions import help as help_actions
from portal.accounts.actions import members as actions
from portal.accounts.actions import names
from portal.accounts.errors import Refused
from portal.accounts.forms import HandOverForm, InviteForm, NameChangeForm, add_refusal
from portal.accounts.models import (
    HelpRequest,
    Invitation,
    MemberRole,
    NameChange,
    Outcome,
    User,
)
from portal.accounts.requests import SignedInRequest
from portal.accounts.views.guards import for_members, for_owners, own_organisation, status


@for_members
@require_safe
def organisation(request: SignedInRequest) -> HttpResponse:
    """本单位: who belongs to it, who is invited, who asks to join, and its names."""
    own = own_organisation(request)
    context: dict[str, Any] = {
        "organisation": own,
        "members": list(queries.members(own.pk).order_by("date_joined", "pk")),
        "former_names": list(queries.former_names(own)),
        "roles": MemberRole.choices,
    }
    if request.user.is_owner:
        context |= {
            "invitations": list(queries.open_invitations(own.pk).select_related("invited_by")),
            "asking": list(
                HelpRequest.objects.filter(
                    organisation=own, kind=HelpRequest.Kind.JOIN, outcome=Outcome.OPEN
                )
            ),
            "last_name_change": own.name_changes.last(),
        }
    return render(request, "accounts/organisation.html", context)


@for_owners
@require_http_methods(["GET", "POST"])
def invite(request: SignedInRequest) -> HttpResponse:
    """邀请成员."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = actions.invite(
                request.user, **form.cleaned_data, language=request.user.language
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("邀请邮件已寄往%(email)s。") % {"email": invitation.email})
            return redirect("accounts:organisation")
    return render(request, "accounts/invite.html", {"form": form}, status=status(form))


@for_owners
@require_POST
def resend(request: SignedInRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk, organisation_id=request.user.organisation_id)
    return _done(
        request,
        lambda: actions.resend(request.user, invitation),
        _("邀请邮件已重新寄出，之前的链接已失效。"),
    )


@for_owners
@require_POST
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk, organisation_id=request.user.organisation_id)
    return _done(
        request, lambda: actions.revoke(request.user, invitation), _("邀请已撤销，链接已失效。")
    )


@for_owners
@require_POST
def change_role(request: SignedInRequest, pk: int) -> HttpResponse:
    member = _member(request, pk)
    role = request.POST.get("member_role", "")
    return _done(
        request,
        lambda: actions.change_role(request.user, member, role),
        _("已更改%(name)s的成员角色。") % {"name": member.name},
    )


@for_owners
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    member = _member(request, pk)
    return _done(
        request,
        lambda: actions.remove(request.user, member),
        _("%(name)s已被移出本单位，账号不能再登录。") % {"name": member.name},
    )


@for_owners
@require_POST
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """A request to join: invite the person with a role, or decline."""
    asking = get_object_or_404(
        HelpRequest,
        pk=pk,
        organisation_id=request.user.organisation_id,
        kind=HelpRequest.Kind.JOIN,
    )
    role = request.POST.get("member_role", "")
    if role in MemberRole.values:
        return _done(
            request,
            lambda: help_actions.invite_asker(request.user, asking, role),
            _("邀请邮件已寄往%(email)s。") % {"email": asking.email},
        )
    return _done(
        request,
        lambda: help_actions.decline_asker(request.user, asking),
        _("已谢绝%(name)s的申请。") % {"name": asking.person_name},
    )


@for_members
@require_POST
def leave(request: SignedInRequest) -> HttpResponse:
    """退出单位."""
    try:
        actions.leave(request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:organisation")
    logout(request)
    messages.success(request, _("您已退出本单位，账号不能再登录。"))
    return redirect("account_login")


@for_owners
@require_http_methods(["GET", "POST"])
def hand_over(request: SignedInRequest) -> HttpResponse:
    """移交负责人."""
    others = queries.members(request.user.organisation_id).exclude(pk=request.user.pk)
    form = HandOverForm(request.POST if request.method == "POST" else None, members=others)
    if request.method == "POST" and form.is_valid():
        stay_as = form.cleaned_data["stay_as"]
        try:
            actions.hand_over(request.user, form.cleaned_data["successor"], stay_as=stay_as)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            if not stay_as:
                logout(request)
            messages.success(
                request,
                _("负责人已移交给%(name)s。") % {"name": form.cleaned_data["successor"].name},
            )
            return redirect("accounts:organisation" if stay_as else "account_login")
    context = {"form": form, "nobody": not others.exists()}
    return render(request, "accounts/hand_over.html", context, status=status(form))


@for_owners
@require_http_methods(["GET", "POST"])
def change_name(request: SignedInRequest) -> HttpResponse:
    """更名申请."""
    form = NameChangeForm()
    if request.method == "POST":
        form = NameChangeForm(request.POST, request.FILES)
        if form.is_valid() and form.evidence is not None:
            try:
                names.ask(
                    request.user,
                    new_name=form.cleaned_data["new_name"],
                    evidence=form.evidence,
                )
            except Refused as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("更名申请已送交秘书处。"))
                return redirect("accounts:organisation")
    context = {"form": form, "organisation": own_organisation(request)}
    return render(request, "accounts/change_name.html", context, status=status(form))


@for_owners
@require_POST
def withdraw_name(request: SignedInRequest, pk: int) -> HttpResponse:
    change = get_object_or_404(NameChange, pk=pk, organisation_id=request.user.organisation_id)
    return _done(request, lambda: names.withdraw(request.user, change), _("更名申请已撤回。"))


def _member(request: SignedInRequest, pk: int) -> User:
    return get_object_or_404(queries.members(request.user.organisation_id), pk=pk)


def _done(request: SignedInRequest, action: Callable[[], Any], sentence: str) -> HttpResponse:
    try:
        action()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)
    return redirect("accounts:organisation")
