"""The processes of docker-compose.yml, started by hand: the commands and the environment are
read from that file; only addresses and folders are this machine's. Two web processes, two workers'
slots and two beats against a real PostgreSQL and Redis."""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from tests import services
from tests.deploy import compose

pytestmark = [pytest.mark.services, pytest.mark.long]

HOST = "portal.example.org"
ROLE = "portal_processes"
PASSWORD = "Trial-Password-7"  # an account of this test alone
ENVIRONMENT = {
    "SECRET_KEY": "only-in-this-test-" + "x" * 50,
    "CONTACT_KEYS": "b25seS1pbi10aGlzLXRlc3Qtb25seS1pbi10aGlzLXQ=",
    "ALLOWED_HOSTS": HOST,
    "PUBLIC_URL": f"https://{HOST}",
    "POSTGRES_PASSWORD": "unused",
    "APPLICATION_DB_PASSWORD": "unused",
    "REDIS_PASSWORD": "unused",
    "EMAIL_URL": "smtp://unused",
    "DEFAULT_FROM_EMAIL": "secretariat@example.org",
    "TLS_DIR": "/unused",
}


@dataclass
class Portal:
    """What runs, and where."""

    folder: Path
    environment: dict[str, str]
    database_url: str
    ports: tuple[int, int]
    database: ExitStack
    redis: ExitStack

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query).fetchall()

    def manage(self, *arguments: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=compose.ROOT,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log_lines(self) -> dict[str, list[str]]:
        return {path.stem: path.read_text().splitlines() for path in self.folder.glob("*.log")}


@dataclass
class Reader:
    """A browser behind the reverse proxy: it asks over TLS, and keeps its cookies."""

    address: str = "203.0.113.7"
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, port: int, path: str, form: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, str]:
        headers = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": self.address,
            "Origin": f"https://{HOST}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET" if form is None else "POST", path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for header in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                assert morsel["secure"], f"cookie {name} would also go over plain HTTP"
                self.cookies[name] = morsel.value
        return answer, text

    def sign_in(self, port: int, password: str) -> tuple[http.client.HTTPResponse, str]:
        _, page = self.ask(port, "/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        form = {"csrfmiddlewaretoken": token[1], "login": "li.wei", "password": password}
        return self.ask(port, "/accounts/login/", form)

    def is_signed_in(self, port: int) -> bool:
        answer, _ = self.ask(port, "/accounts/password/change/")
        return answer.status == 200


def eventually(holds: Callable[[], bool], seconds: float, what: str) -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, f"not within {seconds} s: {what}"
        time.sleep(0.2)


def health(port: int) -> tuple[int, dict[str, Any]]:
    answer, text = Reader().ask(port, "/healthz")
    return answer.status, json.loads(text)


def answers_ok(port: int) -> bool:
    try:
        return health(port)[1]["status"] == "ok"
    except OSError:
        return False


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    folder = Path(tempfile.mkdtemp(prefix="portal-processes-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        database, redis = stack.enter_context(ExitStack()), stack.enter_context(ExitStack())
        database_url = database.enter_context(services.postgres())
        redis_url = redis.enter_context(services.redis_server())
        described = compose.services(ENVIRONMENT)
        environment = {
            **described["web"]["environment"],
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            # As the role that migrate makes; rows are looked at as the owner.
            "DATABASE_URL": database_url.replace("portal@", f"{ROLE}@"),
            "REDIS_URL": redis_url,
            "EMAIL_URL": f"filemail:///{folder / 'mail'}",
            "VAR_DIR": str(folder / "var"),
            "STATIC_ROOT": str(folder / "static"),
            "PYTHONUNBUFFERED": "1",
        }
        ports = (services.free_port(), services.free_port())
        portal = Portal(folder, environment, database_url, ports, database, redis)

        def start(service: str, name: str, **more: str) -> None:
            output = stack.enter_context((folder / f"{name}.log").open("wb"))
            command = [
                argument.replace("/tmp/beat", str(folder / f"{name}-schedule"))
                for argument in described[service]["command"]
            ]
            stack.enter_context(
                services.process(
                    *command,
                    cwd=compose.ROOT,
                    env={**environment, **more},
                    stdout=output,
                    stderr=output,
                )
            )

        owner = {"DATABASE_URL": database_url}
        migrated = subprocess.run(
            described["migrate"]["command"],
            cwd=compose.ROOT,
            env={**environment, **owner},
            capture_output=True,
            text=True,
        )
        assert migrated.returncode == 0, migrated.stderr
        portal.manage("collectstatic", "--no-input", "--verbosity=0")
        portal.manage("shell", "-c", MAKE_ACCOUNT, TRIAL_PASSWORD=PASSWORD)
        for number, port in enumerate(ports, start=1):
            start("web", f"web{number}", WEB_BIND=f"127.0.0.1:{port}", WEB_PROCESSES="1")
            start("beat", f"beat{number}")
        start("worker", "worker")
        for port in ports:
            eventually(lambda port=port: answers_ok(port), 60, f"web on {port}")  # type: ignore[misc]
        yield portal


MAKE_ACCOUNT = """
import os
from portal.accounts.models import Organisation, Role, User
works = Organisation.objects.create(name="示例公司", credit_code="91350100M000100Y43")
User.objects.create_user(
    "li.wei", "li.wei@example.org", os.environ["TRIAL_PASSWORD"],
    name="李伟", role=Role.APPLICANT, organisation=works,
)
"""


def test_every_part_says_it_is_well(portal: Portal) -> None:
    for port in portal.ports:
        code, answer = health(port)
        assert code == 200
        assert {name: answer[name]["state"] for name in ("database", "broker", "worker")} == {
            "database": "ok",
            "broker": "ok",
            "worker": "ok",
        }
        assert (answer["database"]["detail"], answer["broker"]["detail"]) == ("postgresql", "redis")


def test_a_session_holds_on_every_web_process(portal: Portal) -> None:
    first, second = portal.ports
    reader = Reader()
    assert not reader.is_signed_in(second)
    answer, _ = reader.sign_in(first, PASSWORD)
    assert answer.status == 302
    assert reader.is_signed_in(first)
    assert reader.is_signed_in(second)


def test_failures_to_sign_in_are_counted_together(portal: Portal) -> None:
    """Five at one address and name, here over both web processes, and the right password is
    refused, too; from another address it is not."""
    first, second = portal.ports
    intruder = Reader(address="198.51.100.9")
    for port in (first, second, first, second, first):
        intruder.sign_in(port, "wrong")
    for port in (first, second):
        answer, _ = intruder.sign_in(port, PASSWORD)
        assert answer.status != 302
    owner, _ = Reader(address="203.0.113.8").sign_in(second, PASSWORD)
    assert owner.status == 302


def test_of_twenty_guesses_at_one_moment_five_are_tried(portal: Portal) -> None:
    """By twenty browsers of one address at once over both web processes, each of which claims to
    come from elsewhere. The reverse proxy puts the address it sees behind what was claimed."""
    guesses = "SELECT count(*) FROM ledger_auditevent WHERE action = 'accounts.sign_in_failed'"
    before = portal.rows(guesses)[0][0]
    browsers = [Reader(address=f"192.0.2.{nth}, 198.51.100.66") for nth in range(20)]
    start = Barrier(len(browsers))

    def guess(nth: int) -> int:
        start.wait()
        return browsers[nth].sign_in(portal.ports[nth % 2], "wrong")[0].status

    with ThreadPoolExecutor(len(browsers)) as pool:
        assert set(pool.map(guess, range(len(browsers)))) == {200}
    assert 1 <= portal.rows(guesses)[0][0] - before <= 5
    answer, _ = browsers[0].sign_in(portal.ports[0], PASSWORD)
    assert answer.status != 302


BEATS = ("beat1", "beat2")
PUT_UNTOLD = """
from django.db import transaction
from django.utils import timezone
from portal.accounts.models import User
from portal.ledger.models import OutboxEntry
user = User.objects.get(username="li.wei")
now = timezone.now()
OutboxEntry.objects.bulk_create(
    OutboxEntry(
        kind="mail", key=f"mail:trial:{number}", created_at=now, not_before=now,
        payload={"user": user.pk, "subject": f"trial {number}", "body": "text"},
    )
    for number in range(20)
)
"""


def test_two_beats_and_two_slots_send_each_mail_once(portal: Portal) -> None:
    """Entries that the broker was never told of: each beat sends its own sweep for them."""
    portal.manage("shell", "-c", PUT_UNTOLD)
    waiting = "SELECT count(*) FROM ledger_outboxentry WHERE done_at IS NULL"
    eventually(lambda: portal.rows(waiting) == [(0,)], 90, "the outbox is empty")

    def both_swept() -> bool:
        lines = portal.log_lines()
        return all(any("ledger.sweep" in line for line in lines[beat]) for beat in BEATS)

    eventually(both_swept, 90, "each beat sent a sweep")
    assert portal.rows("SELECT DISTINCT attempts FROM ledger_outboxentry") == [(1,)]
    subjects = sorted(
        subject
        for mail in (portal.folder / "mail").iterdir()
        for subject in re.findall(r"^Subject: (trial \d+)$", mail.read_text(), re.M)
    )
    assert subjects == sorted(f"trial {number}" for number in range(20))


def test_logs_are_json_without_personal_data(portal: Portal) -> None:
    Reader().ask(portal.ports[0], "/healthz?name=li.wei@example.org&phone=13800138000")
    logs = portal.log_lines()
    assert sorted(logs) == ["beat1", "beat2", "web1", "web2", "worker"]
    for name, lines in logs.items():
        for line in lines:
            assert json.loads(line)["levelname"] in {"INFO", "WARNING"}, f"{name}: {line}"
    access = [json.loads(line) for line in logs["web1"] if '"portal.access"' in line]
    last = [line for line in access if line["path"] == "/healthz"][-1]
    assert (last["method"], last["status"], last["message"]) == ("GET", 200, "GET /healthz 200")
    assert len(last["request_id"]) == 32
    everything = "\n".join(line for lines in logs.values() for line in lines)
    for personal in ("li.wei", "13800138000", "李伟", "203.0.113.7", PASSWORD):
        assert personal not in everything


def test_without_redis_pages_are_served_and_without_a_database_nothing_is(portal: Portal) -> None:
    port = portal.ports[0]
    reader = Reader(address="203.0.113.9")
    reader.sign_in(port, PASSWORD)
    portal.redis.close()
    code, answer = health(port)
    assert (code, answer["status"], answer["broker"]["state"]) == (200, "degraded", "down")
    assert reader.is_signed_in(port)
    # Who is not signed in has to wait: without counting failures nobody is let in.
    page, text = Reader(address="203.0.113.10").sign_in(port, PASSWORD)
    assert (page.status, page.headers["Retry-After"]) == (503, "30")
    assert "平台暂时不可用" in text
    portal.database.close()
    code, answer = health(port)
    assert (code, answer["status"], answer["database"]["state"]) == (503, "unavailable", "down")
    for path in ("/accounts/password/change/", "/"):
        page, text = reader.ask(port, path)
        assert (page.status, page.headers["Retry-After"]) == (503, "30")
        assert "平台暂时不可用" in text
