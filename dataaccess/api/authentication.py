"""Who calls: the key in the Authorization header, its networks, its scope and its pace."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from dataaccess import known_keys, pace
from dataaccess.actions import keys
from dataaccess.api.problems import Denied
from dataaccess.models import ApiKey
from dataaccess.shapes import TABLES, Kind


def caller(request: HttpRequest, *, recent: bool = False) -> ApiKey:
    """The valid key a request carries. Denied says what is missing. `recent`: as it was read within
    the last seconds, for a caller that makes sure itself."""
    key = known_keys.known(keys.digest(bearer(request)), recent=recent)
    if key is None:
        raise unknown_key(_("接口密钥不正确，请核对是否完整复制，或在基地页面签发新密钥。"))
    if key.state == "revoked":
        raise unknown_key(_("接口密钥已被吊销，请在基地页面签发新密钥。"))
    if key.state == "expired":
        raise unknown_key(_("接口密钥已过有效期，请在基地页面签发新密钥。"))
    check_networks(key.networks, request)
    _check_pace(key)
    return key


def bearer(request: HttpRequest) -> str:
    """The text of the key in the Authorization header."""
    scheme, _blank, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise unknown_key(_("请在请求头中携带接口密钥：Authorization: Bearer 密钥。"))
    return text.strip()


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
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if proxies else []
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
            _(
                "本次请求来自 %(source)s，请从登记的网段发送；网段变了，"
                "在密钥页面修改这把密钥的来源网段即可，不必换密钥。"
            )
            % {"source": source or "?"},
        )


def _check_pace(key: ApiKey) -> None:
    """At most API_RATE_LIMIT calls a minute and key. Redis being away lets calls through:
    the limit protects against a client gone wild, not the data."""
    limit = settings.API_RATE_LIMIT
    if not limit:
        return
    if not pace.may_call(key.pk, limit):
        raise Denied(
            429,
            _("调用过于频繁"),
            _("每个密钥每分钟最多调用 %(limit)s 次，请按 Retry-After 重试；事件可批量发送。")
            % {"limit": limit},
            {"Retry-After": str(pace.seconds_left())},
        )


def unknown_key(detail: str) -> Denied:
    return Denied(401, _("未通过身份验证"), detail, {"WWW-Authenticate": "Bearer"})
