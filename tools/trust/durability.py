"""Whether every 2xx is kept, exactly once, whatever is killed -9 and when.

Clients send events and reports, each for a base of its own, and note in a ledger what they were
told; what was not answered is sent again with the same Idempotency-Key until it is. Meanwhile web,
worker, Redis, PostgreSQL and edge node are killed at random moments and started again. Afterwards
Redis and PostgreSQL are away, hang without going away, and fill up the disk, and the web's log cannot
be written. Then the database is held against the ledgers, and the rollups against a recount."""

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests import services
from tests.dataaccess import bodies
from tests.dataaccess.edge import nodes
from tools.trust import machines
from tools.trust.machines import Machine

EVENTS, REPORTS = "/api/v1/security-events", "/api/v1/compute-reports"
DISK = 4 * 1024 * 1024  # of the disk that fills up: bytes a file may have


@dataclass
class Findings:
    seed: int
    killed: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    deliveries: int = 0
    events: int = 0
    refused_for_space: int = 0
    hung: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = [
            f"seed {self.seed}",
            f"killed -9: {dict(self.killed)}",
            f"answers: {dict(self.answers)}",
            f"{self.deliveries} deliveries answered 2xx, {self.events} events kept",
            f"disk full: {self.refused_for_space} calls not answered 2xx",
            f"hung: {self.hung}",
        ]
        return "\n".join([*said, *(self.faults or ["nothing lost, nothing doubled"])])


class Client(threading.Thread):
    """A base's program, one call after the other. `expected` holds what its events say."""

    def __init__(self, port: int, key: str, number: int, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.port, self.key, self.number, self.chance = port, key, number, chance
        self.leave = threading.Event()
        self.expected: dict[str, str] = {}
        self.receipts: list[str] = []
        self.idle: int | None = None
        self.changes = 0
        self.answers: Counter[str] = Counter()
        self.faults: list[str] = []
        self.receipts_of_centre = True

    def run(self) -> None:
        while not self.leave.is_set():
            if self.chance.random() < 0.1:
                self.report()
            else:
                self.some_events()
            time.sleep(self.chance.uniform(0, 0.03))

    def some_events(self, size: int = 0) -> bool:
        """New ones, and some of the old ones with other words. Whether they were kept."""
        wanted = {
            f"{self.number}-{len(self.expected)}-{n}": "新"
            for n in range(size or self.chance.choice([1, 1, 1, 20, 200]))
        }
        for old in self.chance.sample(sorted(self.expected), min(3, len(self.expected))):
            wanted[old] = f"{self.expected[old][:1]}{self.chance.randrange(1000)}"
        sent = [
            bodies.event(攻击事件ID=event_id, 攻击事件描述=said)
            for event_id, said in wanted.items()
        ]
        if not self.until_kept(EVENTS, sent):
            return False
        self.changes += sum(
            self.expected[event_id] != said
            for event_id, said in wanted.items()
            if event_id in self.expected
        )
        self.expected |= wanted
        return True

    def report(self) -> None:
        idle = self.chance.randrange(90)
        if self.until_kept(REPORTS, bodies.report(空闲CPU核数=idle)):
            self.idle = idle

    def until_kept(self, path: str, body: Any, *, tries: int = 10_000) -> bool:
        raw, name = json.dumps(body).encode(), str(uuid.uuid4())
        for _ in range(tries):
            status, answer, headers = self.post(path, raw, name)
            self.answers[str(status)] += 1
            if status in (200, 201, 202):
                self.receipts.append(answer["receipt"])
                return True
            if status not in ("no answer", 503):
                self.faults.append(f"client {self.number} was told {status}: {answer}")
                return False
            if status == 503 and "retry-after" not in headers:
                self.faults.append("a 503 without Retry-After")
            time.sleep(0.05)
        return False

    def post(
        self, path: str, raw: bytes, name: str, *, seconds: float = 20
    ) -> tuple[Any, Any, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        try:
            connection.request("POST", path, raw, {**headers, "Idempotency-Key": name})
            answer = connection.getresponse()
            told = {key.lower(): value for key, value in answer.headers.items()}
            return answer.status, json.loads(answer.read()), told
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return "no answer", None, {}
        finally:
            connection.close()


PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from dataaccess.actions import keys
from dataaccess.models import Base
from portal.accounts.models import Organisation
owner = Organisation.objects.create(name="示例", credit_code="91350100M000100Y43")
for n in range({bases}):
    base = Base.objects.create(organisation=owner, code=f"base-{{n}}", name="示例", province="370000")
    print(keys.issue(base, actor=None)[1])
"""


def trial(
    seconds: float,
    *,
    clients: int = 3,
    short: bool = False,
    seed: int | None = None,
    say: Callable[[str], None] = lambda _said: None,
    tables: Path | None = None,
) -> Findings:
    """Kill for so many seconds. `short` leaves out worker and edge node, which have tests of
    their own, and kills each of the others once. `tables`: a dump of them, which is sooner loaded
    than they are made."""
    found = Findings(seed if seed is not None else random.randrange(10**6))
    chance = random.Random(found.seed)
    with machines.ground() as (folder, postgres, redis, redis_url), ExitStack() as stack:
        for machine in (postgres, redis):
            stack.callback(machine.stop)
            machine.start()
        if tables:
            services.load(tables, postgres.url)
        environment = environment_of(folder, postgres.url, redis_url)
        told = _manage(environment, "shell", "-v", "0", "-c", PREPARE.format(bases=clients + 1))
        keys = [line for line in told.splitlines() if line.startswith("gyzs_")]
        web, port = machines.web(folder, environment, _alive)
        victims: list[Machine] = [web, postgres, redis]
        running = [Client(port, keys[n], n, random.Random(chance.random())) for n in range(clients)]
        at_edge: EdgeClient | None = None
        if not short:
            victims.append(machines.worker(folder, environment))
        for machine in victims[0:1] + victims[3:]:
            stack.callback(machine.stop)
            machine.start()
        if not short:
            at_edge = EdgeClient(folder, port, keys[clients], clients, chance)
            stack.callback(at_edge.machine.stop)
            victims.append(at_edge.machine)
            running.append(at_edge)
        say(f"seed {found.seed}; killing {', '.join(each.name for each in victims)}")
        for client in running:
            client.start()
        _kill(victims, seconds, chance, found, short)
        for client in running:
            client.leave.set()
        for client in running:
            client.join(60)
        if at_edge is not None:
            at_edge.wait_until_sent()
        _without_redis(redis, running[0], found)
        _without_postgres(postgres, running[0], found)
        _while_redis_hangs(redis, running[0], found)
        _while_postgres_hangs(postgres, running[0], found)
        _without_a_log(web, running[0], found)
        _on_a_full_disk(postgres, running[0], found)
        _hold_against(postgres.url, running, at_edge, found)
        found.faults += _recount(environment)
        if found.faults:
            found.faults += web.log.read_text(errors="replace").splitlines()[-60:]
    return found


class EdgeClient(Client):
    """A program of a base that has an edge node."""

    def __init__(
        self, folder: Path, centre: int, key: str, number: int, chance: random.Random
    ) -> None:
        port = services.free_port()
        home = folder / "edge"
        home.mkdir()
        (home / "centre.key").write_text(f"{key}\n")
        config = nodes.write_config(home, f"http://127.0.0.1:{centre}", listen=f"127.0.0.1:{port}")
        self.address = f"http://127.0.0.1:{port}"
        self.machine = machines.edge(
            home, config, lambda: nodes.call(self.address, "GET", "/healthz")
        )
        command = [*self.machine.command, "key", "new", "ops"]
        own = subprocess.run(command, cwd=machines.ROOT, capture_output=True, text=True, check=True)
        super().__init__(port, own.stdout.strip(), number, random.Random(chance.random()))
        self.receipts_of_centre = False
        self.machine.start()

    def report(self) -> None:
        """Reports wait for the base's window; events go at once."""

    def wait_until_sent(self, most: float = 90) -> None:
        limit = time.monotonic() + most
        while time.monotonic() < limit:
            _status, told, _headers = nodes.call(self.address, "GET", "/status.json")
            if not told["interfaces"]["security_event"]["oldest_pending"]:
                return
            time.sleep(0.2)
        self.faults.append("the edge node has not sent everything")


def environment_of(folder: Path, database: str, redis: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "READ_DOTENV": "false",
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "LOG_LEVEL": "ERROR",
        "API_RATE_LIMIT": "1000000",
        "TRUSTED_PROXIES": "0",
    }


def _manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=machines.ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _alive(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/api/v1/status")
    if connection.getresponse().status != 401:
        raise RuntimeError


def _kill(
    victims: list[Machine], seconds: float, chance: random.Random, found: Findings, short: bool
) -> None:
    if short:
        order = chance.sample(victims, len(victims))
        for machine in order:
            time.sleep(chance.uniform(0.2, 0.6) * seconds / len(order))
            machine.kill()
            found.killed[machine.name] += 1
            machine.start()
        return
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        time.sleep(chance.uniform(0.1, 2))
        machine = chance.choice(victims)
        machine.kill()
        found.killed[machine.name] += 1
        time.sleep(chance.choice([0, 0, 0.5, 2]))
        machine.start()


def _without_redis(redis: Machine, client: Client, found: Findings) -> None:
    redis.kill()
    if not client.some_events(5):
        found.faults.append("without Redis a delivery was not taken")
    redis.start()


def _without_postgres(postgres: Machine, client: Client, found: Findings) -> None:
    postgres.kill()
    raw = json.dumps(bodies.event(攻击事件ID="while away")).encode()
    for path, body in ((EVENTS, raw), (REPORTS, json.dumps(bodies.report()).encode())):
        status, _answer, headers = client.post(path, body, str(uuid.uuid4()))
        if status != 503 or not headers.get("retry-after", "").isdigit():
            found.faults.append(f"without PostgreSQL {path} was told {status}, {headers}")
    postgres.start()


def _while_redis_hangs(redis: Machine, client: Client, found: Findings) -> None:
    redis.hang()
    began = time.monotonic()
    if not client.some_events(5):
        found.faults.append("while Redis hung a delivery was not taken")
    found.hung["redis"] = f"kept after {time.monotonic() - began:.1f} s"
    redis.go_on()


def _one_event(event_id: str) -> bytes:
    return json.dumps(bodies.event(攻击事件ID=event_id, 攻击事件描述="新")).encode()


def _while_postgres_hangs(postgres: Machine, client: Client, found: Findings) -> None:
    """Not one 2xx; the same call is sent again afterwards, and both are one delivery."""
    wanted = {"while it hung": "新"}
    raw, name = _one_event("while it hung"), str(uuid.uuid4())
    postgres.hang()
    began = time.monotonic()
    status, _answer, _headers = client.post(EVENTS, raw, name, seconds=5)
    found.hung["postgres"] = f"{status} after {time.monotonic() - began:.1f} s"
    if status not in ("no answer", 503):
        found.faults.append(f"while PostgreSQL hung a delivery was told {status}")
    postgres.go_on()
    for _ in range(100):
        status, answer, _headers = client.post(EVENTS, raw, name)
        if status in (200, 201, 202):
            client.receipts.append(answer["receipt"])
            client.expected |= wanted
            return
        time.sleep(0.1)
    found.faults.append(f"after PostgreSQL hung a delivery was told {status}")


def _without_a_log(web: Machine, client: Client, found: Findings) -> None:
    """The disk under the logs is full: every line that the web writes fails."""
    log = web.log
    web.kill()
    web.log = Path("/dev/full")
    web.start()
    if not client.some_events(5):
        found.faults.append("without room for logs a delivery was not taken")
    status, _answer, _headers = client.post("/api/v1/nothing", b"{}", str(uuid.uuid4()))
    if status != 404:
        found.faults.append(f"without room for logs a wrong address was told {status}")
    web.kill()
    web.log = log
    web.start()


def _on_a_full_disk(postgres: machines.Postgres, client: Client, found: Findings) -> None:
    """Batches until the tables cannot grow; afterwards there is room again."""
    postgres.on_a_disk_that_fills_up(DISK)
    for _ in range(20):
        wanted = {f"full-{len(client.expected)}-{n}": "新" for n in range(4000)}
        sent = [bodies.event(攻击事件ID=each, 攻击事件描述="新") for each in wanted]
        before = len(client.receipts)
        kept = client.until_kept(EVENTS, sent, tries=1)
        if kept:
            client.expected |= wanted
        elif len(client.receipts) == before:
            found.refused_for_space += 1
            break
    if not found.refused_for_space:
        found.faults.append("the disk never filled up")
    postgres.kill()
    postgres.start()


def _hold_against(
    database: str, running: list[Client], at_edge: Client | None, found: Findings
) -> None:
    """What stands in the database and what the clients were told."""
    with psycopg.connect(database) as connection:

        def rows(query: str, number: int) -> list[Any]:
            return connection.execute(query, [f"base-{number}"]).fetchall()

        for client in running:
            number = client.number
            kept = rows(
                "SELECT e.event_id, e.description FROM dataaccess_securityevent e "
                "JOIN dataaccess_base b ON b.id = e.base_id WHERE b.code = %s",
                number,
            )
            found.events += len(kept)
            found.deliveries += len(client.receipts)
            found.answers.update(client.answers)
            found.faults += client.faults
            if len(kept) != len(dict(kept)):
                found.faults.append(f"client {number}: an event is kept twice")
            if dict(kept) != client.expected:
                lost = len(client.expected.keys() - dict(kept).keys())
                more = len(dict(kept).keys() - client.expected.keys())
                found.faults.append(f"client {number}: {lost} lost, {more} more, or other words")
            earlier = rows(
                "SELECT count(*) FROM dataaccess_earlierversion v JOIN dataaccess_base b "
                "ON b.id = v.base_id WHERE v.kind = 'security_event' AND b.code = %s",
                number,
            )[0][0]
            if earlier != client.changes:
                found.faults.append(
                    f"client {number}: {client.changes} changes, {earlier} in the history"
                )
            if client is at_edge:
                continue
            receipts = rows(
                "SELECT r.id::text FROM dataaccess_receipt r JOIN dataaccess_base b "
                "ON b.id = r.base_id WHERE b.code = %s",
                number,
            )
            if sorted(each for (each,) in receipts) != sorted(client.receipts):
                found.faults.append(f"client {number}: the receipts are not those it was given")
            idle = rows(
                "SELECT r.cpu_cores_idle FROM dataaccess_computereport r JOIN dataaccess_base b "
                "ON b.id = r.base_id WHERE b.code = %s ORDER BY r.date DESC LIMIT 1",
                number,
            )
            if client.idle is not None and idle != [(client.idle,)]:
                found.faults.append(f"client {number}: its report says {idle}, not {client.idle}")


def _recount(environment: dict[str, str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_rollups"],
        cwd=machines.ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    return done.stderr.splitlines()[:20] if done.returncode else []
