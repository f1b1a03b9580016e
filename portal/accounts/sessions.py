"""What a request gets whose session is over."""

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionsThatEnded:
    """Middleware: only a browser that goes to a page is led to the
    login page. A script's request would put that page inside its own: it gets 401, and
    static/js/session.js says so. After a form that was sent, login leads back to the page of the
    form, because the address it was sent to may not be one that can be opened."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        login = resolve_url(settings.LOGIN_URL)
        if not _asks_to_log_in(response, login):
            return response
        if "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Dest") == "empty":
            refusal = HttpResponse(_("登录已过期，请重新登录。"), "text/plain", status=401)
            refusal["WWW-Authenticate"] = "Session"
            return refusal
        if request.method not in ("GET", "HEAD"):
            return redirect_to_login(_page_of_the_form(request), login)
        return response


def _asks_to_log_in(response: HttpResponse, login: str) -> bool:
    where = urlsplit(response.headers.get("Location", ""))
    asked = REDIRECT_FIELD_NAME in QueryDict(where.query)
    return response.status_code == 302 and where.path == login and asked


def _page_of_the_form(request: HttpRequest) -> str:
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        page = urlsplit(came_from)
        return urlunsplit(("", "", page.path, page.query, ""))
    return resolve_url(settings.LOGIN_REDIRECT_URL)
