"""接受邀请, for whoever holds the mailed link."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts import links, queries
from portal.accounts.actions import experts, members
from portal.accounts.errors import LinkOver, Refused
from portal.accounts.forms import AcceptForm, add_refusal
from portal.accounts.models import Invitation, Role, User
from portal.accounts.views import dead_links


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """Set a password and join; or read why the link is over and what to do."""
    found = links.invited_by(request.GET.get(links.PARAMETER, ""))
    if found is None:
        return dead_links.to_invitation(request)
    if found.state != "open":
        return _over(request, found)
    holder = queries.user_of_mailbox(found.email)
    if holder is not None:
        try:
            _check_free(found, holder)
        except Refused as refusal:
            return _over(request, found, str(refusal))
    user = holder or User(email=found.email, username=found.email, role=Role.APPLICANT)
    form = AcceptForm(
        request.POST if request.method == "POST" else None,
        user=user,
        initial={"name": found.name, "phone": user.phone},
    )
    if request.method == "POST" and form.is_valid():
        try:
            join = members.join if found.organisation else experts.join
            join(
                found,
                name=form.cleaned_data["name"],
                phone=form.cleaned_data["phone"],
                password=form.cleaned_data["password1"],
                language=get_language() or "",
            )
        except LinkOver:
            found.refresh_from_db()
            return _over(request, found)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(
                request,
                _("您已加入“%(organisation)s”，请用邮箱地址和刚设置的密码登录。")
                % {"organisation": found.organisation.name if found.organisation else _("专家库")},
            )
            return redirect("account_login")
    context = {"form": form, "invitation": found}
    return render(request, "accounts/invitation.html", context, status=422 if form.errors else 200)


def _check_free(found: Invitation, holder: User) -> None:
    """Raise where the account of the address cannot take the invitation up."""
    if found.organisation is None:
        experts.check_waits(holder)
    else:
        members.check_free(holder)


def _over(request: HttpRequest, found: Invitation, why: str = "") -> HttpResponse:
    """410: what the link opened is gone."""
    context = {"invitation": found, "why": why}
    return render(request, "accounts/invitation_over.html", context, status=410)
