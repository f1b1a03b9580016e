"""Error pages that need more than a template."""

import sys

import redis
from django.conf import settings
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import bad_request as page_400

from portal.middleware import request_id

# What is raised when the database or Redis is away, full or too busy: it will pass.
PASSING = (OperationalError, InterfaceError, redis.ConnectionError, redis.TimeoutError)
# What Django takes for an attack, and is mostly somebody who sends too much at once.
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def no_such_page(request: HttpRequest) -> HttpResponse:
    """In the place of a page of a library that the portal does not offer."""
    raise Http404


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere: say so, and how to go on."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: what was sent is too much (413), or makes no sense."""
    if not isinstance(exception, TOO_MUCH):
        return page_400(request, exception)
    return render(request, "413.html", {"request_limit": settings.REQUEST_MAX_BYTES}, status=413)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, which also sees what middleware raised. A part that is away is no
    fault of the page: 503 and when to try again; nothing was kept."""
    failure = sys.exc_info()[1]
    if not isinstance(failure, PASSING):
        return _problem(500) if _for_machines(request) else _bare(500)
    answer = _problem(503) if _for_machines(request) else _bare(503)
    answer["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    answer["Cache-Control"] = "no-store"
    return answer


def _bare(status: int) -> HttpResponse:
    """Without the request: its context processors would ask the database for the user."""
    context = {"request_id": request_id(), "issuer_contact": settings.ISSUER_CONTACT}
    return HttpResponse(render_to_string(f"{status}.html", context), status=status)


def _for_machines(request: HttpRequest) -> bool:
    return request.path.startswith("/api/v1/")


def _problem(status: int) -> HttpResponse:
    """An RFC 9457 problem, as every refusal of the API is."""
    title = _("服务暂不可用") if status == 503 else _("服务器内部错误")
    detail = (
        _("数据未保存，请稍后按 Retry-After 所示秒数重试。")
        if status == 503
        else _("数据未保存，请稍后重试；若仍失败请联系秘书处。")
    )
    return JsonResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail},
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
