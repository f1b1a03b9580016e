"""Who calls: the key in the Authorization header, its networks, its scope and its pace."""

import ipaddress
import time
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess import pace
from dataaccess.actions import keys
from dataaccess.api.problems import Denied
from dataaccess.models import ApiKey
from dataaccess.shapes import TABLES, Kind

# A key's last use is shown to people; once in a while is exact enough and saves a write a call.
_USE_NOTED_EVERY = timedelta(minutes=5)


# Keys as they were read lately, by digest, with the moment that ends it. Only for deliveries: these
# ask in their own transaction whether the key still holds (intake.KeyEnded), so that a revoked key
# is refused at once all the same.
_RECENT_SECONDS = 10
_RECENT_KEYS = 10_000
_recent: dict[str, tuple[float, ApiKey]] = {}


def caller(request: HttpRequest, *, recent: bool = False) -> ApiKey:
    """The valid key a request carries. Denied says what is missing. `recent`: as it was read within
    the last seconds, for a caller that makes sure itself."""
    key = _key(keys.digest(bearer(request)), recent)
    if key is None:
        raise unknown_key(_("接口密钥不正确，请核对是否完整复制，或在基地页面签发新密钥。"))
    if key.state == "revoked":
        raise unknown_key(_("接口密钥已被吊销，请在基地页面签发新密钥。"))
    if key.state == "expired":
        raise unknown_key(_("接口密钥已过有效期，请在基地页面签发新密钥。"))
    check_networks(key.networks, request)
    _check_pace(key)
    _note_use(key)
    return key


def bearer(request: HttpRequest) -> str:
    """The text of the key in the Authorization header."""
    scheme, _blank, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise unknown_key(_("请在请求头中携带接口密钥：Authorization: Bearer 密钥。"))
    return text.strip()


def _key(digest: str, recent: bool) -> ApiKey | None:
    until, key = _recent.get(digest, (0.0, None)) if recent else (0.0, None)
    if key is not None and time.monotonic() < until:
        return key
    key = ApiKey.objects.select_related("base").filter(digest=digest).first()
    if key is not None:
        if len(_recent) >= _RECENT_KEYS:
            _recent.clear()
        _recent[digest] = (time.monotonic() + _RECENT_SECONDS, key)
    return key


def check_scope(key: ApiKey, kind: Kind) -> None:
    if kind not in key.scopes:
        raise Denied(
            403,
            _("密钥没有此接口的权限"),
            _("这个密钥未授权“%(interface)s”接口，请换用有权限的密钥，或签发新密钥。")
            % {"interface": TABLES[kind].title},
        )


def source_address(request: HttpRequest) -> str:
    """The address a request came from, as told by as many proxies as are ours."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = request.headers.get("X-Forwarded-For", "").split(",") if proxies else []
    if told and len(told) >= proxies:
        return told[-proxies].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def check_networks(networks: list[str], request: HttpRequest) -> None:
    """Where a key is bound to networks, the request must come from one of them."""
    if not networks:
        return
    source = source_address(request)
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        address = None
    if address is None or not any(address in ipaddress.ip_network(net) for net in networks):
        raise Denied(
            403,
            _("来源地址不在密钥允许的网段内"),
            _("本次请求来自 %(source)s，请从登记的网段发送，或为新的网段签发密钥。")
            % {"source": source or "?"},
        )


def _check_pace(key: ApiKey) -> None:
    """At most API_RATE_LIMIT calls a minute and key. Redis being away lets calls through:
    the limit protects against a client gone wild, not the data."""
    limit = settings.API_RATE_LIMIT
    if not limit:
        return
    if pace.count_call(key.pk) > limit:
        raise Denied(
            429,
            _("调用过于频繁"),
            _("每个密钥每分钟最多调用 %(limit)s 次，请按 Retry-After 重试；事件可批量发送。")
            % {"limit": limit},
            {"Retry-After": str(pace.seconds_left())},
        )


def _note_use(key: ApiKey) -> None:
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - _USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).filter(
            Q(last_used_at__isnull=True) | Q(last_used_at__lt=now)
        ).update(last_used_at=now)
        key.last_used_at = now


def unknown_key(detail: str) -> Denied:
    return Denied(401, _("未通过身份验证"), detail, {"WWW-Authenticate": "Bearer"})
