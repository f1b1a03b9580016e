"""系统设置: what the administrators change without the shell."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.actions import administration as actions
from portal.accounts.errors import Refused
from portal.accounts.forms import add_refusal
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest
from portal.accounts.views.guards import for_roles, status
from portal.ledger import runtime
from portal.ledger.models import RuntimeSetting
from portal.ledger.runtime import Setting
from portal.site.setting_form import SettingForm

READERS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


@for_roles(*READERS)
@require_safe
def settings_page(request: SignedInRequest) -> HttpResponse:
    """Every setting with its value, its default and who changed it. One query."""
    kept = {row.name: row for row in RuntimeSetting.objects.select_related("changed_by")}
    groups = []
    for key, name in runtime.GROUPS.items():
        of_group = [each for each in runtime.declared().values() if each.group == key]
        rows = [_row(request, setting, kept.get(setting.name)) for setting in of_group]
        if rows:
            groups.append((key, name, rows))
    return render(request, "administration/settings.html", {"groups": groups})


def _row(request: SignedInRequest, setting: Setting, kept: RuntimeSetting | None) -> dict[str, Any]:
    default = setting.default()
    return {
        "setting": setting,
        "value": setting.type.shown(kept.value if kept else default),
        "default": setting.type.shown(default),
        "kept": kept,
        "may_change": request.user.role == setting.role,
    }


@for_roles(*READERS)
def setting(request: SignedInRequest, name: str) -> HttpResponse:
    """Change one setting."""
    found = _mine(request, name)
    form = SettingForm(request.POST or None, setting=found, value=runtime.read(name))
    if request.method == "POST" and not request.POST:
        form = SettingForm({"value": ""}, setting=found, value=runtime.read(name))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_setting(request.user, name, form.cleaned_data["value"])
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已保存“%(label)s”。") % {"label": found.label})
            return redirect("administration:settings")
    kept = RuntimeSetting.objects.filter(name=name).select_related("changed_by").first()
    context = {"form": form, "row": _row(request, found, kept)}
    return render(request, "administration/setting.html", context, status=status(form))


@for_roles(*READERS)
@require_POST
def reset_setting(request: SignedInRequest, name: str) -> HttpResponse:
    """Let the default hold again."""
    found = _mine(request, name)
    actions.reset_setting(request.user, name)
    messages.success(request, _("“%(label)s”已恢复默认值。") % {"label": found.label})
    return redirect("administration:settings")


def _mine(request: SignedInRequest, name: str) -> Setting:
    """A setting that this administrator changes; another's answers as a missing one."""
    found = runtime.declared().get(name)
    if found is None or found.role != request.user.role:
        raise Http404
    return found
