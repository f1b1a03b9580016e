"""Nodes, and centres for them to call: the real one as a process, and a scripted one that stands
for what may lie on the way (proxies, gateways, cut lines)."""

import http.client
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from dataaccess.edge import config, node
from dataaccess.edge.clock import Clock
from dataaccess.edge.node import Node
from dataaccess.windows import SHANGHAI
from tests import services

ROOT = Path(__file__).resolve().parents[3]
Answer = tuple[int, dict[str, Any], dict[str, str]]


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass
class Hands:
    """A clock that the test sets; the steady one moves only when told."""

    wall: datetime
    steady: float = 0

    def clock(self) -> Clock:
        return Clock(wall=lambda: self.wall, steady=lambda: self.steady)

    def go(self, **span: float) -> None:
        passed = timedelta(**span)
        self.wall += passed
        self.steady += passed.total_seconds()


def write_config(
    folder: Path, address: str, *, listen: str = "127.0.0.1:0", more: str = ""
) -> Path:
    (folder / "centre.key").write_text("gyzs_none\n") if not (folder / "centre.key").exists() else 0
    path = folder / "edge.toml"
    path.write_text(
        f"""
[node]
name = "jinan-edge"
state = "{folder / "state"}"
listen = "{listen}"

[centre]
address = "{address}"
key_file = "{folder / "centre.key"}"
window = "07:00-08:00"
timeout_seconds = 5
retry_max_seconds = 2
{more}
""",
        encoding="utf-8",
    )
    return path


def built(folder: Path, address: str, clock: Clock | None = None, more: str = "") -> Node:
    return node.build(config.load(write_config(folder, address, more=more)), clock)


def nowhere() -> str:
    """An address where nobody answers."""
    return f"http://127.0.0.1:{services.free_port()}"


def call(
    address: str,
    method: str,
    path: str,
    body: bytes | None = None,
    key: str = "",
    **headers: str,
) -> Answer:
    """One call: status, JSON and headers. OSError or HTTPException where it breaks off."""
    host = address.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=20)
    told = {"Content-Type": "application/json", **headers}
    told = {name.replace("_", "-"): value for name, value in told.items()}
    if key:
        told["Authorization"] = f"Bearer {key}"
    try:
        connection.request(method, path, body, told)
        answer = connection.getresponse()
        raw = answer.read()
        found = (
            json.loads(raw) if "json" in answer.headers["Content-Type"] else {"text": raw.decode()}
        )
        return answer.status, found, dict(answer.headers)
    finally:
        connection.close()


# The real centre

_PREPARE = """
import django; django.setup()
from dataaccess.actions import keys
from dataaccess.models import Base
from portal.accounts.models import Organisation
owner = Organisation.objects.create(name="示例智算科技有限公司", credit_code="91350100M000100Y43")
base = Base.objects.create(
    organisation=owner, code="jinan", name="济南示例基地", province="370000", city="370100"
)
print(keys.issue(base, actor=None)[0] and keys.issue(base, actor=None)[1])
"""


@dataclass
class RealCentre:
    """A portal process on SQLite with the base jinan and its key."""

    address: str
    key: str
    database: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.database, timeout=20) as connection:
            return connection.execute(query).fetchall()

    def clear(self) -> None:
        with sqlite3.connect(self.database, timeout=20) as connection:
            for table in (
                "securityevent",
                "computereport",
                "baseinfo",
                "earlierversion",
                "receipt",
            ):
                connection.execute(f"DELETE FROM dataaccess_{table}")


@contextmanager
def real_centre(folder: Path) -> Iterator[RealCentre]:
    """In a folder whose database has the tables."""
    port = services.free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "READ_DOTENV": "false",
        "EXAMPLE_DATA": "false",
        "VAR_DIR": str(folder),
        "PUBLIC_URL": address,
        "WEB_BIND": f"127.0.0.1:{port}",
        "WEB_PROCESSES": "1",
        "LOG_LEVEL": "WARNING",
    }
    prepared = subprocess.run(
        [sys.executable, "-c", _PREPARE], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert prepared.returncode == 0, prepared.stderr
    log = folder / "centre.log"
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "portal.wsgi"]
    with (
        log.open("wb") as output,
        services.process(
            *command, cwd=ROOT, env=environment, stdout=output, stderr=output
        ) as running,
    ):
        services.wait_for(lambda: call(address, "GET", "/api/v1/status"), running, log)
        yield RealCentre(address, prepared.stdout.strip(), folder / "db.sqlite3")


# A scripted way


@dataclass
class Way:
    """Answers as told, in turn, and remembers what came; when nothing is told any more, it
    takes all as the centre would."""

    address: str = ""
    answers: list[Any] = field(default_factory=list)
    came: list[tuple[str, str, Any]] = field(default_factory=list)  # path, key, body
    now: str = "2026-07-26T06:00:00+08:00"
    window: str = "07:00-08:00"
    next_window: dict[str, str] | None = None
    most: int = 5000  # events that a gateway lets through

    def sent(self) -> list[Any]:
        return [body for _, _, body in self.came]


def receipt(body: Any, rejected: list[Any] | None = None) -> tuple[int, dict[str, Any]]:
    count = (len(body) if isinstance(body, list) else 1) - len(rejected or [])
    document = {"receipt": "r", "accepted": count, "rejected": rejected or []}
    return (207 if rejected else 200), document


def problem(status: int, **more: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    document = {"status": status, "title": "不行", "detail": "请改正。", **more}
    return status, document, {"Content-Type": "application/problem+json"}


@contextmanager
def way() -> Iterator[Way]:
    told = Way()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = {"window": told.window, "next_window": told.next_window}
            self._say(200, {"now": told.now, **known, "days": [], "data_calls": []})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            body = json.loads(raw)
            told.came.append((self.path, self.headers["Idempotency-Key"], body))
            said = told.answers.pop(0) if told.answers else receipt(body)
            if isinstance(body, list) and len(body) > told.most:
                said = (413, "too large", {"Content-Type": "text/html"})
            if said == "cut":
                self.connection.close()
                return
            self._say(*said)

        do_PUT = do_POST  # noqa: N815

        def _say(self, status: int, document: Any, headers: dict[str, str] | None = None) -> None:
            raw = document.encode() if isinstance(document, str) else json.dumps(document).encode()
            self.send_response(status)
            for name, value in (headers or {"Content-Type": "application/json"}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
