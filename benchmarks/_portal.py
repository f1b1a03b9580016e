"""Servers of the benchmarks of Appendix B: the portal and its peers, each with a database of its
own on one PostgreSQL that does not lie about fsync."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests import services

ROOT = Path(__file__).resolve().parent.parent
WORKERS, THREADS = 2, 4


@dataclass
class Server:
    """One that takes batches: where, with which key, and what it counts rows in."""

    name: str
    port: int
    key: str
    database: str
    table: str = "plain_event"

    def rows(self) -> int:
        with psycopg.connect(self.database) as connection:
            found = connection.execute(f"SELECT count(*) FROM {self.table}").fetchone()
            assert found is not None
            return int(found[0])


def environment(folder: str, database: str, redis: str, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "READ_DOTENV": "false",
        "VAR_DIR": folder,
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "LOG_LEVEL": "WARNING",
        "API_RATE_LIMIT": "1000000",
        **more,
    }


def manage(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


MAKE_BASES = """
from dataaccess.actions import keys
from dataaccess.models import Base
from portal.accounts.models import Organisation
owner = Organisation.objects.create(name="示例", credit_code="91350100M000100Y43")
provinces = {provinces!r}
for n in range({bases}):
    base = Base.objects.create(
        organisation=owner, code=f"bench-{{n}}", name="示例", province=provinces[n % len(provinces)]
    )
    print(keys.issue(base, actor=None)[1])
"""


def make_bases(
    env: dict[str, str], bases: int, provinces: tuple[str, ...] = ("370000",)
) -> list[str]:
    """New bases, and a key of each."""
    said = manage(
        env, "shell", "-v", "0", "-c", MAKE_BASES.format(bases=bases, provinces=provinces)
    )
    return [line for line in said.splitlines() if line.startswith("gyzs_")]


@contextmanager
def started(env: dict[str, str], folder: str, name: str, *command: str) -> Iterator[Any]:
    log = Path(folder) / f"{name}.log"
    with (
        log.open("wb") as output,
        services.process(*command, cwd=ROOT, env=env, stdout=output, stderr=output) as running,
    ):
        yield running, log


@contextmanager
def gunicorn(
    env: dict[str, str], folder: str, name: str, application: str = "portal.wsgi"
) -> Iterator[int]:
    port = services.free_port()
    more = {
        "WEB_BIND": f"127.0.0.1:{port}",
        "WEB_PROCESSES": str(WORKERS),
        "WEB_THREADS": str(THREADS),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", application]
    with started({**env, **more}, folder, name, *command) as (running, log):
        services.wait_for(lambda: _answers(port), running, log)
        yield port


@contextmanager
def uvicorn(env: dict[str, str], folder: str, name: str, application: str) -> Iterator[int]:
    port = services.free_port()
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port)]
    command += ["--workers", str(WORKERS), "--no-access-log", "--log-level", "warning"]
    with started(env, folder, name, *command) as (running, log):
        services.wait_for(lambda: _answers(port), running, log)
        yield port


def _answers(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=1).close()


@contextmanager
def peers(folder: str, bases: int) -> Iterator[tuple[dict[str, Server], list[str]]]:
    """The portal and every peer, and the URL of a further database for the bare statements. Each
    base has one key, the same everywhere."""
    with ExitStack() as stack:
        server = stack.enter_context(services.postgres(durable=True))
        redis = stack.enter_context(services.redis_server())
        first = stack.enter_context(services.new_database(server))
        env = environment(folder, first, redis)
        manage(env, "migrate", "-v", "0")
        keys = make_bases(env, bases)
        with psycopg.connect(first) as connection:
            connection.execute((ROOT / "benchmarks/peers/plain.sql").read_text())
        copies = {
            name: stack.enter_context(_copy(server, first, name))
            for name in ("bare", "idiomatic", "same", "drf")
        }

        def of(name: str, **more: str) -> dict[str, str]:
            return environment(folder, copies[name], redis, **more)

        events = "dataaccess_securityevent"
        found = {
            "portal": Server(
                "portal", stack.enter_context(gunicorn(env, folder, "portal")), "", first, events
            ),
            "idiomatic": Server(
                "FastAPI + asyncpg, idiomatic",
                stack.enter_context(
                    uvicorn(
                        of("idiomatic"),
                        folder,
                        "idiomatic",
                        "benchmarks.peers.fastapi_idiomatic:app",
                    )
                ),
                "",
                copies["idiomatic"],
            ),
            "same": Server(
                "FastAPI + asyncpg, this design",
                stack.enter_context(
                    uvicorn(of("same"), folder, "same", "benchmarks.peers.fastapi_same:app")
                ),
                "",
                copies["same"],
                events,
            ),
            "drf": Server(
                "DRF serializer + bulk_create",
                stack.enter_context(
                    gunicorn(
                        of("drf", DJANGO_SETTINGS_MODULE="benchmarks.peers.drf_settings"),
                        folder,
                        "drf",
                        "benchmarks.peers.drf_serializer",
                    )
                ),
                "",
                copies["drf"],
            ),
            "bare": Server("raw COPY + upsert", 0, "", copies["bare"]),
        }
        yield found, keys


@contextmanager
def _copy(server: str, template: str, name: str) -> Iterator[str]:
    name = f"bench_{name}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template.rsplit('/', 1)[1]}")
    try:
        yield server.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
