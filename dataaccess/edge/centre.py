"""Calls to the command centre, and what its answers mean for a delivery."""

import email.message
import http.client
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from dataaccess.edge import PROGRAM
from dataaccess.edge.config import CentreSettings
from dataaccess.edge.outbox import Call
from dataaccess.shapes import Kind

CALLS: dict[Kind, tuple[str, str]] = {
    "base_info": ("PUT", "base-info"),
    "compute_report": ("POST", "compute-reports"),
    "security_event": ("POST", "security-events"),
}
# What the centre itself says of a body in an RFC 9457 problem; the same body would be refused again.
_REFUSALS = {400, 409, 413, 415, 422}
_MOST_BYTES = 16 * 1024 * 1024
_LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Accepted:
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """By the centre, for what is in it."""

    problem: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TooLarge:
    """For the centre or for something on the way there."""

    problem: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Later:
    """It may have arrived or not: to be sent again with the same Idempotency-Key."""

    reason: str
    wait: float = 0


@dataclass(frozen=True, slots=True)
class Blocked:
    """Key, address or way are wrong: nothing will go until a person mends it."""

    reason: str


Outcome = Accepted | Refused | TooLarge | Later | Blocked


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: email.message.Message
    raw: bytes

    def document(self) -> dict[str, Any]:
        try:
            found = orjson.loads(self.raw)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    def is_problem(self) -> bool:
        return self.headers.get_content_type() == "application/problem+json"


class _NoKey(Exception):
    pass


class _Stay(urllib.request.HTTPRedirectHandler):
    """The key goes to the address that was configured and to no other."""

    def redirect_request(self, *_arguments: Any, **_more: Any) -> None:
        return None


class Centre:
    def __init__(self, settings: CentreSettings) -> None:
        self._settings = settings
        context = ssl.create_default_context(cafile=settings.ca_file)
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context), _Stay()
        )

    def deliver(self, call: Call) -> Outcome:
        method, path = CALLS[call.kind]
        try:
            reply = self._call(method, path, call.raw(), call.idempotency_key)
        except _NoKey as failure:
            return Blocked(str(failure))
        except (OSError, http.client.HTTPException) as failure:
            return Later(_unreached(failure))
        return _judge(reply, len(call.bodies))

    def status(self) -> dict[str, Any] | None:
        """What the centre holds of this base (window, time, days, data calls); None where it
        cannot be asked now."""
        try:
            reply = self._call("GET", "status")
        except (_NoKey, OSError, http.client.HTTPException):
            return None
        document = reply.document()
        return document if reply.status == 200 and "now" in document else None

    def _call(self, method: str, path: str, body: bytes | None = None, key: str = "") -> _Reply:
        headers = {
            "Authorization": f"Bearer {self._key()}",
            "Accept": "application/json",
            "User-Agent": PROGRAM,
        }
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        request = urllib.request.Request(  # noqa: S310 - http and https only, by the configuration
            f"{self._settings.address}/api/v1/{path}", data=body, headers=headers, method=method
        )
        try:
            with self._opener.open(request, timeout=self._settings.timeout_seconds) as answer:
                return _Reply(answer.status, answer.headers, answer.read(_MOST_BYTES))
        except urllib.error.HTTPError as answer:
            with answer:
                return _Reply(answer.code, answer.headers, answer.read(_MOST_BYTES))

    def key_stamp(self) -> str:
        """Another one as soon as the key file has been written or replaced."""
        try:
            found = Path(self._settings.key_file).stat()
        except OSError:
            return "none"
        return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"

    def _key(self) -> str:
        """Read anew each time, so that a replaced key needs no restart."""
        path = Path(self._settings.key_file)
        try:
            text = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise _NoKey(f"读不到中心签发的密钥文件 {path}，请检查文件与权限。") from None
        if not text or len(text.split()) != 1:
            raise _NoKey(f"密钥文件 {path} 应只有一行密钥，请重新写入。")
        return text


def centre_time(status: dict[str, Any]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(status["now"]))
    except (KeyError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _judge(reply: _Reply, count: int) -> Outcome:
    document = reply.document()
    if reply.status in (200, 201, 207) and _is_receipt(document, count):
        return Accepted(document)
    if reply.status == 413 and count > 1:
        return TooLarge(document)
    if reply.status in _REFUSALS and reply.is_problem():
        return Refused(document)
    said = document.get("detail") or http.client.responses.get(reply.status, "")
    if reply.status in (408, 425, 429) or reply.status >= 500:
        return Later(f"中心回答 {reply.status}：{said}", _wait(reply))
    if reply.status in (401, 403) and reply.is_problem():
        return Blocked(f"中心不接受密钥（{reply.status}）：{said}")
    return Blocked(
        f"{reply.status} {said}：这不像接入平台的回答。"
        "请检查 centre.address，以及途中的代理、网关或防火墙是否拦截。"
    )


def _is_receipt(document: dict[str, Any], count: int) -> bool:
    """Any page can say 200; only the centre gives a receipt for as much as was sent."""
    rejected, accepted = document.get("rejected"), document.get("accepted")
    if not document.get("receipt") or not isinstance(rejected, list):
        return False
    return isinstance(accepted, int) and accepted + len(rejected) == count


def _wait(reply: _Reply) -> float:
    text = reply.headers.get("Retry-After", "")
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdigit() else 0


def _unreached(failure: Exception) -> str:
    reason = getattr(failure, "reason", None) or failure
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"中心的证书未通过校验（{reason.verify_message}），请检查 centre.ca_file。"
    return f"连不上中心（{reason or type(failure).__name__}），稍后自动重试。"
