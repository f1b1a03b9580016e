"""Many minutes at 40 requests a second: half of them pages as readers and staff open them, half of
them deliveries of bases. Nothing may be lost, no answer be 5xx, and memory has to stay flat.

Requests start by the clock, whether the one before was answered or not; how late they start says
whether the portal keeps up."""

import http.client
import json
import random
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from queue import Queue

import psycopg

from tests.dataaccess import bodies
from tools.trust import machines
from tools.trust.durability import EVENTS, REPORTS, _alive, _manage, environment_of

BASES = 20
THREADS = 32
SAMPLE_SECONDS = 10
PAGES_A_READER = 40
READERS = ("", "chen", "zhou", "lin")  # the first is not signed in
PREPARE = f"""
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("demo", verbosity=0)
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from dataaccess.actions import keys
from dataaccess.models import Base
from portal.accounts.models import Organisation, User
owner = Organisation.objects.first()
for n in range({BASES}):
    base = Base.objects.create(organisation=owner, code=f"soak-{{n}}", name="示例", province="370000")
    print("key", keys.issue(base, actor=None)[1])
for role in ("secretariat", "decider", "applicant"):
    user = User.objects.filter(role=role, is_active=True).order_by("pk").first()
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    print("session", session.session_key)
"""
START = ("/", "/desk/", "/cases/", "/register/", "/notifications/")
LINK = re.compile(r'href="(/[^"#?]*)"')
LEFT_OUT = ("logout", "static", "download", "/files/", "/documents/", "export", ".pdf", ".xlsx")


@dataclass
class Found:
    minutes: float
    statuses: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        took, late = sorted(self.took), sorted(self.late)
        said = [
            f"{len(took)} requests in {self.minutes:g} minutes: {dict(self.kinds)}",
            f"answers: {dict(sorted(self.statuses.items()))}",
            "answered within (half, 95 %, 99 %, all): "
            + ", ".join(f"{at(took, part) * 1000:.0f} ms" for part in (0.5, 0.95, 0.99, 1)),
            f"started late by (95 %, all): {at(late, 0.95):.2f} s, {at(late, 1):.2f} s",
            "memory of web, worker and beat (MiB, by tenths of the time): "
            + ", ".join(str(each) for each in tenths(self.memory)),
        ]
        return "\n".join([*said, *(self.faults or ["nothing lost, no 5xx, memory flat"])])


def at(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def tenths(memory: list[tuple[float, int]]) -> list[int]:
    """The highest of each tenth of the time, in MiB."""
    size = max(1, len(memory) // 10)
    parts = [memory[n : n + size] for n in range(0, len(memory), size)]
    return [max(kib for _when, kib in part) // 1024 for part in parts]


class Sender(threading.Thread):
    """Takes one request after the other, each at its time, over a connection that is kept."""

    def __init__(self, port: int, work: "Queue[Request | None]", found: Found) -> None:
        super().__init__(daemon=True)
        self.port, self.work, self.found = port, work, found
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.kept: dict[str, int] = {}

    def run(self) -> None:
        while (request := self.work.get()) is not None:
            wait = request.at - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            began = time.monotonic()
            status = self.ask(request)
            self.found.took.append(time.monotonic() - began)
            self.found.late.append(began - request.at)
            self.found.statuses[str(status)] += 1
            if not isinstance(status, int) or status >= 400:
                self.found.faults.append(f"{request.method} {request.path}: {status}")
            elif request.events:
                self.kept |= request.events

    def ask(self, request: "Request") -> int | str:
        for attempt in (1, 2):  # the server may have ended a connection that was kept
            try:
                self.connection.request(request.method, request.path, request.body, request.headers)
                answer = self.connection.getresponse()
                answer.read()
                return answer.status
            except (OSError, http.client.HTTPException) as failure:
                self.connection.close()
                if attempt == 2:
                    return type(failure).__name__
        return ""


@dataclass
class Request:
    at: float
    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)  # and of which base


def trial(
    minutes: float,
    *,
    rate: int = 40,
    seed: int | None = None,
    say: Callable[[str], None] = lambda _said: None,
) -> Found:
    found = Found(minutes)
    chance = random.Random(seed)
    with machines.ground() as (folder, postgres, redis, redis_url), ExitStack() as stack:
        environment = environment_of(folder, postgres.url, redis_url)
        for machine in (postgres, redis):
            stack.callback(machine.stop)
            machine.start()
        told = _manage(environment, "shell", "-v", "0", "-c", PREPARE).splitlines()
        keys = [line.split()[1] for line in told if line.startswith("key ")]
        sessions = ["", *(line.split()[1] for line in told if line.startswith("session "))]
        web, port = machines.web(folder, environment, _alive)
        worker = machines.worker(folder, environment)
        for machine in (web, worker):
            stack.callback(machine.stop)
            machine.start()
        pages = [
            (path, session) for session in sessions for path in pages_of(port, session, chance)
        ]
        say(f"{len(pages)} pages, {len(keys)} bases, {rate} requests a second")
        work: Queue[Request | None] = Queue()
        senders = [Sender(port, work, found) for _ in range(THREADS)]
        for sender in senders:
            sender.start()
        watching = threading.Event()
        watcher = threading.Thread(target=watch, args=([web, worker], found, watching), daemon=True)
        watcher.start()
        began = time.monotonic()
        for nth in range(int(minutes * 60 * rate)):
            request = one(nth, began + nth / rate, pages, keys, chance, found)
            while request.at - time.monotonic() > 2:  # not all of them beforehand
                time.sleep(0.5)
            work.put(request)
        for _ in senders:
            work.put(None)
        for sender in senders:
            sender.join(120)
        watching.set()
        watcher.join()
        _hold_against(postgres.url, senders, found)
        _is_flat(found)
        if found.faults:
            found.faults = found.faults[:20]
            found.faults += web.log.read_text(errors="replace").splitlines()[-40:]
    return found


def one(
    nth: int,
    at: float,
    pages: list[tuple[str, str]],
    keys: list[str],
    chance: random.Random,
    found: Found,
) -> Request:
    if nth % 2:
        path, session = chance.choice(pages)
        found.kinds["pages"] += 1
        return Request(at, "GET", path, headers=cookie(session))
    base = chance.randrange(len(keys))
    headers = {
        "Authorization": f"Bearer {keys[base]}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    }
    if chance.random() < 0.1:
        found.kinds["reports"] += 1
        body = json.dumps(bodies.report(空闲CPU核数=chance.randrange(90))).encode()
        return Request(at, "POST", REPORTS, body, headers)
    found.kinds["events"] += 1
    events = {f"{nth}-{each}": base for each in range(chance.choice((1, 1, 1, 5, 50)))}
    body = json.dumps([bodies.event(攻击事件ID=each) for each in events]).encode()
    return Request(at, "POST", EVENTS, body, headers, events)


def cookie(session: str) -> dict[str, str]:
    return {"Cookie": f"sessionid={session}"} if session else {}


def pages_of(port: int, session: str, chance: random.Random) -> list[str]:
    """What this reader comes to by links, and opens."""
    seen: dict[str, bool] = {}
    todo = list(START)
    while todo and sum(seen.values()) < PAGES_A_READER:
        path = todo.pop(0)
        if path in seen or any(part in path for part in LEFT_OUT):
            continue
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path, headers=cookie(session))
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        is_page = "text/html" in (answer.headers.get("content-type") or "")
        seen[path] = answer.status == 200 and is_page
        if seen[path]:
            links = sorted(set(LINK.findall(text)) - set(seen))
            todo += chance.sample(links, min(8, len(links)))
        connection.close()
    return [path for path, opens in seen.items() if opens]


def watch(watched: list[machines.Machine], found: Found, until: threading.Event) -> None:
    began = time.monotonic()
    while not until.wait(SAMPLE_SECONDS):
        kib = sum(machine.memory() for machine in watched)
        found.memory.append((time.monotonic() - began, kib))


def _hold_against(database: str, senders: list[Sender], found: Found) -> None:
    sent: dict[str, int] = {}
    for sender in senders:
        sent |= sender.kept
    with psycopg.connect(database) as connection:
        kept = connection.execute(
            "SELECT e.event_id, b.code FROM dataaccess_securityevent e "
            "JOIN dataaccess_base b ON b.id = e.base_id WHERE b.code LIKE 'soak-%'"
        ).fetchall()
    wanted = sorted((event, f"soak-{base}") for event, base in sent.items())
    if sorted(kept) != wanted:
        found.faults.append(f"{len(wanted)} events were told to be kept, {len(kept)} are")
    found.kinds["events kept"] = len(kept)


def _is_flat(found: Found) -> None:
    """The last tenth needs no more than a tenth more than the second."""
    parts = tenths(found.memory)
    if len(parts) > 5 and parts[-1] > 1.1 * max(parts[1:4]):
        found.faults.append(f"memory grows: {parts} MiB")
