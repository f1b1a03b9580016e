"""What every request and answer gets."""

import logging
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import resolve
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

GetResponse = Callable[[HttpRequest], HttpResponse]
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The number of the running request."""
    return _request_id.get()


class RequestId:
    """Gives each request a number that its log lines and its answer carry."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request_id.set(uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = _request_id.get()
            return response
        finally:
            _request_id.reset(token)


class HeadHasNoBody:
    """A HEAD is answered by the GET's headers alone (RFC 9110, 9.3.2): the server drops a body, but
    writes a warning for each."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = ()
            else:
                response.content = b""
        return response


class RequestIdFilter(logging.Filter):
    """Adds the number of the running request to a log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            record.request_id = _request_id.get()
        return True


class ChosenLanguage:
    """Chinese unless the reader chose another language: the browser's preference is not asked,
    because many office computers in China run English systems."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(_API):
            return _for_a_program(self.get_response, request)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


_API = "/api/v1/"


def _for_a_program(get_response: GetResponse, request: HttpRequest) -> HttpResponse:
    """A program says what it reads with Accept-Language, and sends no cookie. Chinese where it
    does not prefer English."""
    language = _asked_language(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    with translation.override(language):
        response = get_response(request)
    response.headers["Content-Language"] = language
    response.headers["Vary"] = "Accept-Language"
    return response


def _asked_language(header: str) -> str:
    for code, _weight in parse_accept_lang_header(header):
        if code == "en" or code.startswith("en-"):
            return "en"
        if code == "zh" or code.startswith("zh-"):
            break
    return settings.LANGUAGE_CODE


class CallsOfMachines:
    """The calls of Appendix B go straight to their view: they have a key, but no session, cookie,
    form or page, and come by the thousand. What the middleware passed by puts on every answer is
    the same each time, and taken from it once."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.headers = {"https": _headers_of_every_answer("https")}
        if not settings.SECURE_SSL_REDIRECT:
            self.headers["http"] = _headers_of_every_answer("http")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(_API) or request.scheme not in self.headers:
            return self.get_response(request)
        request.get_host()  # a host that is not ours is refused
        view = _resolved(request.path_info)
        if view.namespaces != ["dataaccess"]:
            return self.get_response(request)
        response = _for_a_program(
            lambda asked: view.func(asked, *view.args, **view.kwargs), request
        )
        response.headers["Content-Length"] = str(len(response.content))
        for name, value in self.headers[request.scheme].items():
            response.headers[name] = value
        return response


# There are a handful; those with a receipt's number pass through.
_resolved = lru_cache(maxsize=64)(resolve)


def _headers_of_every_answer(scheme: str) -> dict[str, str]:
    class Passed(HttpRequest):
        def _get_scheme(self) -> str:
            return scheme

    answer = HttpResponse(headers={"Cache-Control": "no-store, private"})
    for middleware in (XFrameOptionsMiddleware, CSPMiddleware, SecurityMiddleware):
        middleware(lambda _request: answer).process_response(Passed(), answer)
    del answer.headers["Content-Type"]
    return dict(answer.headers.items())


class PrivatePagesAreNotStored:
    """A page made for a signed-in reader must not be found in a shared computer's cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated or "Authorization" in request.headers:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class IdleSessionsEnd:
    """A session ends when nothing was asked for SESSION_COOKIE_AGE. It is written again only every
    few minutes, not at every request: reading a page should not wait for the database's one
    writer."""

    EVERY_SECONDS = 300

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = int(time.time())
            if now - request.session.get("seen", 0) >= self.EVERY_SECONDS:
                request.session["seen"] = now
        return self.get_response(request)
