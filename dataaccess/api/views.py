"""The calls of Appendix B. A view reads the request, hands it on and puts the answer in words."""

import logging
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from dataaccess import calls, days, intake, last_use, parsing, windows
from dataaccess.actions import sandbox
from dataaccess.api import described
from dataaccess.api.authentication import caller, check_scope, source_address
from dataaccess.api.problems import Denied, answer, of_refusal, problem
from dataaccess.models import ApiKey, Base
from dataaccess.shapes import KINDS, Kind

log = logging.getLogger(__name__)

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_MOST_AHEAD = 2**31 - 1
_READING = ("GET", "HEAD")
_CONTENT_TYPES = {
    "base_info": ("application/json",),
    "compute_report": ("application/json",),
    "security_event": ("application/json", parsing.NDJSON),
}


class KeyView(APIView):
    """A call that needs a base's key. Whatever goes wrong is answered as a problem.

    The framework describes these calls (OpenAPI); answering them it has nothing to do: its
    negotiation, parsers and users would cost more than the call itself."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer,)
    http_method_names = ["get", "post", "put", "patch", "delete"]
    key: ApiKey
    call: ClassVar[str]
    recent_keys: ClassVar[bool] = False

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.key = caller(request, recent=self.recent_keys)
            method = request.method.lower()
            handler = getattr(self, method, None) if method in self.http_method_names else None
            if handler is None:
                response = wrong_method(self.allowed_methods)
            else:
                response = handler(request, *args, **kwargs)
        except Exception as failure:
            response = as_problem(failure, reading=request.method in _READING)
        self._note(request, response)
        return response

    def _note(self, request: Any, response: HttpResponse) -> None:
        """What is kept of a call beside its data: losing it is no reason to refuse these."""
        key = getattr(self, "key", None)
        if key is None:
            return
        try:
            last_use.note(key, timezone.now())
            if key.base.sandbox:
                sandbox.note(key.base, **_seen(request, response, self.call))
        except DatabaseError:
            log.exception("a call was not noted")


def as_problem(failure: Exception, *, reading: bool = False) -> HttpResponse:
    """`reading`: of a call that brings no data, of which none could be lost."""
    match failure:
        case intake.Refused():
            return of_refusal(failure)
        case Denied():
            return problem(failure.status, failure.title, failure.detail, headers=failure.headers)
        case RequestDataTooBig():
            return of_refusal(intake.too_large())
        case UnreadablePostError():
            return problem(400, _("请求正文不完整"), _("连接中断，数据未保存，请重新发送。"))
        case Http404():
            return not_found()
        case OperationalError() | InterfaceError() | InternalError():
            log.error("the database did not answer", exc_info=failure)
            return _come_back(reading=reading)
    log.error("an API call failed", exc_info=failure)
    later = _("请稍后重试；若仍失败请联系秘书处。")
    told = later if reading else _("数据未保存，请稍后重试；若仍失败请联系秘书处。")
    return problem(500, _("服务器内部错误"), told)


def _seen(request: Any, response: HttpResponse, call: str) -> dict[str, Any]:
    """What a conformance run keeps of a call."""
    body = orjson.loads(response.content)
    refused = body.get("rejected") or []
    return {
        "call": call,
        "status": response.status_code,
        "dry_run": bool(body.get("dry_run")),
        "replayed": response.has_header("Idempotent-Replayed"),
        "accepted": body.get("accepted", 0) if call in KINDS else 0,
        "updated": body.get("updated", 0) if call in KINDS else 0,
        "refused": len(refused),
        "timeliness": body.get("timeliness", {}).get("status", ""),
        "receipt": body.get("receipt") or "",
        "source": source_address(request)[:45],
        "agent": request.META.get("HTTP_USER_AGENT", "").replace("\x00", "")[:200],
        "said": body.get("detail", "")[:500],
        "errors": body.get("errors") or [error for each in refused for error in each["errors"]],
    }


class DeliveryView(KeyView):
    """One of the three interfaces."""

    kind: ClassVar[Kind]
    recent_keys = True

    def deliver(self, request: Any) -> HttpResponse:
        received_at = timezone.now()
        check_scope(self.key, self.kind)
        content_type = _content_type(request, self.kind)
        try:
            kept = intake.accept(
                self.key.base,
                self.kind,
                _body(request),
                key=self.key,
                content_type=content_type,
                received_at=received_at,
                idempotency_key=_idempotency_key(request),
                dry_run=_dry_run(request),
                client_ahead=_client_ahead(request, received_at),
            )
        except intake.KeyEnded:
            caller(request)  # says why
            raise
        response = answer(kept.status, kept.body)
        if kept.replayed:
            response["Idempotent-Replayed"] = "true"
        return response


class BaseInfoView(DeliveryView):
    kind = call = "base_info"

    @described.base_info
    def put(self, request: Any) -> HttpResponse:
        return self.deliver(request)


class ComputeReportsView(DeliveryView):
    kind = call = "compute_report"

    @described.compute_report
    def post(self, request: Any) -> HttpResponse:
        return self.deliver(request)


class SecurityEventsView(DeliveryView):
    kind = call = "security_event"

    @described.security_event
    def post(self, request: Any) -> HttpResponse:
        return self.deliver(request)


class ReceiptView(KeyView):
    call = "receipt"

    @described.receipt
    def get(self, request: Any, identifier: UUID) -> HttpResponse:
        _no_parameters(request)
        receipt = intake.receipt_of(self.key.base, identifier)
        if receipt is None:
            return no_such_receipt()
        return answer(
            200, {**receipt.answer, "interface": receipt.interface, "status": receipt.status}
        )


class StatusView(KeyView):
    call = "status"

    @described.status
    def get(self, request: Any) -> HttpResponse:
        _no_parameters(request)
        now = timezone.now()
        return answer(200, _reporting_status(self.key.base, now))


def _reporting_status(base: Base, now: datetime) -> dict[str, Any]:
    today = windows.day_of(now)
    chosen = days.windows_of(base)
    change = chosen.after(today)
    shown = days.reporting_days(base, now=now)
    tally = days.tally(shown)
    # A program is told what came and how: early is for people, who may still send again in time.
    late = tally.counts["out_of_window"] + tally.counts["early"] + tally.counts["makeup"]
    return {
        "base": base.code,
        "window": chosen.on(today),
        "next_window": {"window": change[1], "since": change[0].isoformat()} if change else None,
        "now": _written(now),
        "reported": tally.counts["on_time"] + late,
        "late": late,
        "missing": tally.counts["missing"],
        "days": [
            {
                "date": day.date.isoformat(),
                "status": "out_of_window" if day.status == "early" else day.status,
                "corrected": day.corrected,
            }
            for day in shown
        ],
        "data_calls": [
            {
                "id": call.pk,
                "title": call.title,
                "reason": call.reason,
                "issued_at": _written(call.issued_at),
                "deadline": _written(call.deadline),
                "overdue": now > call.deadline,
                "waiting_for": interfaces,
            }
            for call, interfaces in calls.open_calls(base)
        ],
    }


def _written(moment: datetime) -> str:
    return moment.astimezone(windows.SHANGHAI).isoformat(timespec="milliseconds")


@csrf_exempt
def unknown_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any other address under /api/v1/. One that only has a slash too many is told the right one."""
    address = "/api/v1/" + rest.rstrip("/")
    try:
        known = resolve(address).func is not unknown_address
    except Resolver404:
        known = False
    if known:
        return problem(
            404, _("没有这个资源"), _("地址末尾没有斜杠，应为 %(it)s。") % {"it": address}
        )
    if address.startswith("/api/v1/receipts/"):
        return no_such_receipt()
    return not_found()


def not_found() -> HttpResponse:
    return problem(404, _("没有这个资源"), _("请核对地址；接口一览见 /api/docs。"))


def no_such_receipt() -> HttpResponse:
    """Another base's is not told apart from one that never was."""
    return problem(404, _("没有这张回执"), _("没有这张回执，或它属于另一个基地；请核对编号。"))


def wrong_method(allowed: list[str]) -> HttpResponse:
    return problem(
        405,
        _("不支持这个请求方法"),
        _("这个地址只支持 %(methods)s。") % {"methods": "、".join(allowed)},
        headers={"Allow": ", ".join(allowed)},
    )


def _come_back(*, reading: bool) -> HttpResponse:
    later = _("请稍后按 Retry-After 所示秒数重试。")
    return problem(
        503,
        _("服务暂不可用"),
        later if reading else _("数据未保存，请稍后按 Retry-After 所示秒数重试。"),
        headers={"Retry-After": str(settings.RETRY_AFTER_SECONDS)},
    )


def _body(request: Any) -> bytes:
    """The body, also of a client that streams it without saying how long it is; Django takes
    such a one for empty. Never more than one byte too many."""
    environ = request.META
    length = environ.get("CONTENT_LENGTH") or ""
    if not length and environ.get("wsgi.input_terminated"):
        return bytes(environ["wsgi.input"].read(intake.MAX_BYTES + 1))
    if length.isascii() and length.isdigit() and int(length) > intake.MAX_BYTES:
        raise intake.too_large()
    return bytes(request.body)


def _content_type(request: Any, kind: Kind) -> str:
    content_type, _semicolon, parameters = request.META.get("CONTENT_TYPE", "").partition(";")
    content_type = content_type.strip().lower()
    charset = re.search(r"charset=\"?([^\s;\"]+)", parameters.lower())
    accepted = _CONTENT_TYPES[kind]
    plain = request.META.get("HTTP_CONTENT_ENCODING", "identity").lower() == "identity"
    if (
        content_type not in accepted
        or (charset and charset[1] not in ("utf-8", "utf8"))
        or not plain
    ):
        raise intake.Refused(
            415,
            _("不支持的内容类型"),
            _("请以 UTF-8 编码、不压缩发送，Content-Type 为 %(types)s。")
            % {"types": _(" 或 ").join(accepted)},
        )
    return content_type


def _idempotency_key(request: Any) -> str:
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return ""
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise intake.Refused(
            400,
            _("Idempotency-Key 的格式不正确"),
            _("请使用1至255个可见的 ASCII 字符，如一个 UUID。"),
        )
    return str(key)


def _client_ahead(request: Any, received_at: datetime) -> int | None:
    """By how many seconds the sender's clock is ahead, where its Date can be read. A Date that
    cannot is no reason to refuse data."""
    try:
        sent = parsedate_to_datetime(request.META.get("HTTP_DATE", ""))
        moment = sent if sent.tzinfo else sent.replace(tzinfo=UTC)
        ahead = round((moment - received_at).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return max(-_MOST_AHEAD, min(_MOST_AHEAD, ahead))


def _no_parameters(request: Any) -> None:
    """A call that takes none says so: who asks for five days must not take sixty for them."""
    if request.GET:
        raise Denied(
            400,
            _("网址参数不认识"),
            _("没有参数 %(unknown)s；这个地址不带参数。")
            % {"unknown": ", ".join(sorted(request.GET))[:100]},
        )


def _dry_run(request: Any) -> bool:
    """Whether nothing shall be kept. A misspelt parameter is refused: what was meant as a trial would
    be kept."""
    unknown = ", ".join(sorted(set(request.GET) - {"dry_run"}))
    if unknown:
        raise intake.Refused(
            400,
            _("网址参数不认识"),
            _("没有参数 %(unknown)s；只检查、不保存时写 ?dry_run=true。没有保存任何内容。")
            % {"unknown": unknown[:100]},
        )
    asked = request.GET.get("dry_run", "false")
    if asked not in ("true", "false"):
        raise intake.Refused(400, _("dry_run 的取值不正确"), _("dry_run 只能是 true 或 false。"))
    return bool(asked == "true")
