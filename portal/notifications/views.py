"""通知: the reader's inbox, and how they want to be told."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.notifications import actions, queries
from portal.notifications.kinds import GROUP_NAMES, Mail
from portal.notifications.wording import LANGUAGES, language_of

PAGE_SIZE = 25
LANGUAGE_NAMES = {"zh-hans": gettext_lazy("简体中文"), "en": "English"}


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What was told to the reader, the newest first."""
    found = queries.inbox(request.user)
    only_unread = request.GET.get("show") == "unread"
    if only_unread:
        found = found.filter(read_at__isnull=True)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    english = (get_language() or "").startswith("en")
    context = {
        "page": page,
        "rows": [
            {
                "notification": row,
                "subject": row.subject_en if english else row.subject_zh,
                "body": row.body_en if english else row.body_zh,
            }
            for row in page.object_list
        ],
        "newest": max((row.pk for row in page.object_list), default=0),
        "only_unread": only_unread,
        "chips": [
            {"label": _("全部"), "url": "?", "current": not only_unread},
            {"label": _("未读"), "url": "?show=unread", "current": only_unread},
        ],
    }
    return render(request, "notifications/inbox.html", context)


@login_required
@require_safe
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the page that a notification is about; it counts as read from then on. Opening it
    twice, or by a browser's prefetch, does no harm."""
    notification = get_object_or_404(queries.inbox(request.user), pk=pk)
    actions.mark_read(notification)
    return redirect(notification.path or "notifications:inbox")


@login_required
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and stay."""
    actions.mark_read(get_object_or_404(queries.inbox(request.user), pk=pk))
    return redirect("notifications:inbox")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything read up to the newest one that was shown."""
    newest = request.POST.get("newest", "")
    if newest.isascii() and newest.isdigit() and len(newest) < 19:
        marked = actions.mark_all_read(request.user, int(newest))
        messages.success(request, _("已将%(count)s条通知标为已读。") % {"count": marked})
    return redirect("notifications:inbox")


@login_required
def choices(request: HttpRequest) -> HttpResponse:
    """通知设置: in the portal everything is told; mail can be switched off for most kinds."""
    user = request.user
    if request.method == "POST":
        language = request.POST.get("language", "")
        if language in LANGUAGES:
            mails = request.POST.getlist("mail")
            actions.choose(user, language=language, mails=mails)
            messages.success(request, _("已保存通知设置。"))
        else:
            messages.error(request, _("请选择邮件的语言，设置没有保存。"))
        return redirect("notifications:choices")
    return render(request, "notifications/choices.html", _choices(user))


def _choices(user: Any) -> dict[str, Any]:
    off = queries.switched_off(user)
    kinds = queries.kinds_for(user)
    return {
        "groups": [
            (name, [(kind, kind.mail == Mail.ALWAYS, kind.code not in off) for kind in found])
            for group, name in GROUP_NAMES.items()
            if (found := [kind for kind in kinds if kind.group == group])
        ],
        "languages": [
            (code, name, code == language_of(user)) for code, name in LANGUAGE_NAMES.items()
        ],
    }
