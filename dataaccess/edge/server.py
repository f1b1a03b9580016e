"""The node's HTTP server: the three calls for the base, its receipts and state, and for people
and monitoring the status page, JSON and metrics.

The standard library's server with a thread a connection: some programs of one base call it, and
what bounds it is the disk (docs/decisions)."""

import ipaddress
import json
import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from dataaccess import parsing
from dataaccess.checking import MAX_BYTES, Refused, too_large
from dataaccess.edge import intake, keys, metrics, page, report
from dataaccess.edge.centre import CALLS
from dataaccess.edge.node import Node
from dataaccess.edge.store import Full, Unusable
from dataaccess.shapes import TABLES, Kind

log = logging.getLogger(__name__)

_SECONDS = 30  # a silent connection is closed
_RETRY_AFTER = {"Retry-After": "30"}
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_DELIVERIES: dict[str, tuple[str, Kind]] = {
    f"/api/v1/{path}": (method, kind) for kind, (method, path) in CALLS.items()
}
_RECEIPT = re.compile(r"/api/v1/receipts/([0-9a-f-]{36})")


@dataclass
class Denied(Exception):
    """The caller is not let in, or asks for what there is not."""

    status: int
    title: str
    detail: str
    headers: dict[str, str]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, node: Node) -> None:
        settings = node.config.node
        host, _, port = settings.listen.rpartition(":")
        host = host.strip("[]")
        self.node = node
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._slots = threading.BoundedSemaphore(settings.connections)
        self._tls: ssl.SSLContext | None = None
        if settings.tls_certificate and settings.tls_key:
            self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._tls.load_cert_chain(settings.tls_certificate, settings.tls_key)
        super().__init__((host, int(port)), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._slots.acquire(blocking=False):
            # Closed without a word: to speak would need the time that is lacking.
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            request.settimeout(_SECONDS)
            if self._tls is not None:
                try:  # here, so that a slow handshake holds up nobody else
                    request = self._tls.wrap_socket(request, server_side=True)
                except OSError:
                    self.shutdown_request(request)
                    return
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.debug("a connection broke off", exc_info=True)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "gyzs-edge"
    sys_version = ""
    timeout = _SECONDS
    # An answer leaves in one piece, not in two that wait for each other.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answered(self._get)

    def do_HEAD(self) -> None:
        self._answered(self._get)

    def do_POST(self) -> None:
        self._answered(self._write)

    do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815

    def _answered(self, work: Callable[[], None]) -> None:
        """Whatever goes wrong is answered as a problem, and nothing was kept."""
        try:
            work()
        except Denied as denied:
            self._problem(denied.status, denied.title, denied.detail, headers=denied.headers)
        except Refused as refused:
            self._problem(
                refused.status,
                refused.title,
                refused.detail,
                errors=refused.errors,
                rejected=refused.rejected,
            )
        except Full:
            self._problem(
                507,
                "存储空间不足",
                "边缘节点的存储空间不足，数据未保存；请清理磁盘或提高 outbox.max_mib 后重发。",
                headers=_RETRY_AFTER,
            )
        except Unusable:
            log.exception("the outbox cannot be used")
            self._problem(
                503,
                "服务暂不可用",
                "边缘节点暂时不能写入磁盘，数据未保存，请稍后按 Retry-After 所示秒数重试。",
                headers=_RETRY_AFTER,
            )
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception:
            log.exception("a call failed")
            self._problem(500, "边缘节点内部错误", "数据未保存，请稍后重试，并查看节点日志。")

    # Reading

    def _get(self) -> None:
        path = urlsplit(self.path).path
        node = self.server.node
        match path:
            case "/healthz":
                self._json(200, {"status": "ok"})
            case "/":
                self._only_near()
                self._send(200, page.render(report.state(node)).encode(), page.TYPE, page.HEADERS)
            case "/status.json":
                self._only_near()
                self._json(200, report.state(node))
            case "/metrics":
                self._only_near()
                self._send(200, metrics.render(report.state(node)).encode(), metrics.TYPE)
            case "/api/v1/status":
                self._caller()
                self._no_parameters()
                self._json(200, report.for_base(node))
            case _:
                self._receipt(path)

    def _receipt(self, path: str) -> None:
        if path in _DELIVERIES:
            raise _wrong_method(_DELIVERIES[path][0])
        found = _RECEIPT.fullmatch(path)
        if not found:
            raise _no_such_thing()
        self._caller()
        self._no_parameters()
        told = intake.receipt_of(self.server.node.store, found[1])
        if told is None:
            raise Denied(404, "没有这张回执", "本节点没有这张回执；中心的回执请向中心查询。", {})
        self._json(200, told)

    def _no_parameters(self) -> None:
        told = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        if told:
            unknown = ", ".join(sorted(told))[:100]
            detail = f"没有参数 {unknown}；这个地址不带参数。"
            raise Denied(400, "网址参数不认识", detail, {})

    def _only_near(self) -> None:
        """The state of the node is for its own people: others find nothing here."""
        address = ipaddress.ip_address(self.client_address[0].partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        networks = map(ipaddress.ip_network, self.server.node.config.node.status_networks)
        if not any(address in network for network in networks):
            raise _no_such_thing()

    # Taking in

    def _write(self) -> None:
        parts = urlsplit(self.path)
        if parts.path not in _DELIVERIES:
            self.close_connection = True  # the body was not read
            raise _no_such_thing()
        method, kind = _DELIVERIES[parts.path]
        raw = self._body()
        if self.command != method:
            raise _wrong_method(method)
        key = self._caller()
        if kind not in key.scopes:
            raise Denied(
                403,
                "密钥没有此接口的权限",
                f"这个密钥未授权“{TABLES[kind].title}”接口，请换用有权限的密钥。",
                {},
            )
        node = self.server.node
        answer = intake.accept(
            node.store,
            node.clock,
            node.sender.plan(),
            kind,
            raw,
            content_type=self._content_type(kind),
            idempotency_key=self._idempotency_key(),
            source=f"key:{key.name}",
            dry_run=_dry_run(parts.query),
        )
        self._json(
            answer.status, answer.body, {"Idempotent-Replayed": "true"} if answer.replayed else {}
        )
        node.sender.wake.set()

    def _caller(self) -> keys.Key:
        scheme, _, text = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise _unknown("请在请求头中携带本节点的密钥：Authorization: Bearer 密钥。")
        key = keys.find(self.server.node.store, text.strip())
        if key is None:
            raise _unknown("密钥不正确；本节点的密钥由命令 key new 签发，与中心的密钥不同。")
        if key.revoked_at:
            raise _unknown("密钥已被吊销，请用命令 key new 签发新密钥。")
        return key

    def _body(self) -> bytes:
        """Never more than is allowed; what is too much is not read at all."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = self.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit()) or int(length) > MAX_BYTES:
            self.close_connection = True
            raise too_large()
        raw = self.rfile.read(int(length))
        if len(raw) < int(length):
            self.close_connection = True
            raise Denied(400, "请求正文不完整", "连接中断，数据未保存，请重新发送。", {})
        return raw

    def _chunks(self) -> bytes:
        raw = bytearray()
        while True:
            head = self.rfile.readline(64).split(b";")[0].strip()
            try:
                size = int(head, 16)
            except ValueError:
                self.close_connection = True
                raise Denied(
                    400, "请求正文不完整", "分块传输中断，数据未保存，请重新发送。", {}
                ) from None
            if size == 0:
                while self.rfile.readline(1024).strip():
                    pass
                return bytes(raw)
            if len(raw) + size > MAX_BYTES:
                self.close_connection = True
                raise too_large()
            raw += self.rfile.read(size)
            self.rfile.readline(3)

    def _content_type(self, kind: Kind) -> str:
        told = self.headers.get_content_type() if "Content-Type" in self.headers else ""
        accepted = ["application/json"]
        if kind == "security_event":
            accepted.append(parsing.NDJSON)
        charset = (self.headers.get_content_charset() or "utf-8").replace("utf8", "utf-8")
        coded = self.headers.get("Content-Encoding", "identity").lower()
        if told not in accepted or charset != "utf-8" or coded != "identity":
            raise Refused(
                415,
                "不支持的内容类型",
                f"请以 UTF-8 编码、不压缩发送，Content-Type 为 {' 或 '.join(accepted)}。",
            )
        return told

    def _idempotency_key(self) -> str:
        key = self.headers.get("Idempotency-Key", "")
        if key and not _IDEMPOTENCY_KEY.fullmatch(key):
            raise Refused(
                400,
                "Idempotency-Key 的格式不正确",
                "请使用1至255个可见的 ASCII 字符，如一个 UUID。",
            )
        return str(key)

    # Answering

    def _json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, orjson.dumps(body), "application/json", headers)

    def _problem(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        errors: Any = None,
        rejected: Any = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        more = {"errors": errors} if errors else {}
        if rejected is not None:
            more["rejected"] = rejected
        # Lone surrogates of a request may be in no answer: the messages leave them out.
        raw = json.dumps({**body, **more}, ensure_ascii=False).encode("utf-8", "replace")
        try:
            self._send(status, raw, "application/problem+json", headers)
        except OSError:
            self.close_connection = True

    def _send(
        self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        log.debug("%s %s %s", self.command, urlsplit(self.path).path, int(code))

    def log_message(self, format: str, *arguments: Any) -> None:
        log.debug(format, *arguments)


def _dry_run(query: str) -> bool:
    told = parse_qs(query, keep_blank_values=True)
    unknown = ", ".join(sorted(set(told) - {"dry_run"}))
    if unknown:
        raise Refused(
            400,
            "网址参数不认识",
            f"没有参数 {unknown[:100]}；只检查、不保存时写 ?dry_run=true。没有保存任何内容。",
        )
    asked = told.get("dry_run", ["false"])[-1]
    if asked not in ("true", "false"):
        raise Refused(400, "dry_run 的取值不正确", "dry_run 只能是 true 或 false。")
    return asked == "true"


def _unknown(detail: str) -> Denied:
    return Denied(401, "未通过身份验证", detail, {"WWW-Authenticate": "Bearer"})


def _wrong_method(method: str) -> Denied:
    return Denied(405, "不支持这个请求方法", f"这个地址只支持 {method}。", {"Allow": method})


def _no_such_thing() -> Denied:
    return Denied(404, "没有这个资源", "请核对地址；本节点的状态页在 / 。", {})
