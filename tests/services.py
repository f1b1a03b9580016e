"""Real servers for tests and benchmarks, each in a temporary folder on a free port of its own."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis

START_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*command: str, stop_with: int = signal.SIGTERM, **options: Any) -> Iterator[Any]:
    """Run a program until the block ends. It also ends when the tests are killed."""
    libc = ctypes.CDLL(None)
    running = subprocess.Popen(
        command,
        start_new_session=True,
        preexec_fn=lambda: libc.prctl(1, stop_with),  # PR_SET_PDEATHSIG
        **options,
    )
    try:
        yield running
    finally:
        end(running, stop_with)


def end(running: "subprocess.Popen[Any]", stop_with: int = signal.SIGTERM) -> None:
    if running.poll() is None:
        running.send_signal(stop_with)
    try:
        running.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def wait_for(answers: Any, running: "subprocess.Popen[Any]", log: Path) -> None:
    """Until `answers` does so without an error; the program's own words when it does not."""
    limit = time.monotonic() + START_SECONDS
    while True:
        try:
            return answers()
        except Exception as error:
            if running.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(
                    f"{running.args!r}:\n{log.read_text(errors='replace')}"
                ) from error
        time.sleep(0.05)


def postgres_binary(name: str) -> str:
    """Debian keeps servers out of PATH, one folder for each version; the newest is taken."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4])
    )
    return str(found[-1]) if found else name


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """A PostgreSQL server; yields the URL of its first database. PostgreSQL refuses to run as
    root: there it runs as the user postgres, which Debian's package makes."""
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    try:
        initdb = [postgres_binary("initdb"), "-D", str(folder / "data"), "-U", "portal"]
        initdb += ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **who)
        port = free_port()
        command = [postgres_binary("postgres"), "-D", str(folder / "data"), "-k", str(folder)]
        command += ["-h", "127.0.0.1", "-p", str(port), "-c", "max_connections=200"]
        if not durable:
            command += ["-c", "fsync=off"]
        url = f"postgres://portal@127.0.0.1:{port}/postgres"
        log = folder / "log"
        with (
            log.open("wb") as output,
            process(
                *command,
                stop_with=signal.SIGINT,  # the fast shutdown, which does not wait for clients
                stdout=output,
                stderr=output,
                cwd=folder,
                **who,
            ) as running,
        ):
            wait_for(lambda: psycopg.connect(url).close(), running, log)
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server_url: str, *, copy_of: str = "template1") -> Iterator[str]:
    """A database on a running server: empty, or a copy of one there that nobody is using."""
    name = f"test_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {copy_of}")
    try:
        yield server_url.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(server_url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def load(dump: Path, url: str) -> None:
    """Into an empty database, all or nothing."""
    psql = [postgres_binary("psql"), url, "--no-psqlrc", "--quiet", "--output=/dev/null"]
    psql += ["--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={dump}"]
    done = subprocess.run(psql, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis server that keeps nothing on disk; yields its URL."""
    folder = Path(tempfile.mkdtemp(prefix="portal-redis-"))
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    log = folder / "log"
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    try:
        with (
            log.open("wb") as output,
            process(*command, stdout=output, stderr=output) as running,
            redis.Redis.from_url(url) as client,
        ):
            wait_for(client.ping, running, log)
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)
