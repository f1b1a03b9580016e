"""Processes that can be killed -9 and started again where they were."""

import os
import pwd
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests import services

ROOT = Path(__file__).resolve().parents[2]


class Machine:
    """One program. `ready` returns when it answers."""

    def __init__(
        self, name: str, folder: Path, command: list[str], ready: Callable[[], Any], **options: Any
    ) -> None:
        self.name, self.command, self.ready, self.options = name, command, ready, options
        self.log = folder / f"{name}.log"
        self.running: Any = None
        self._stack = ExitStack()

    def start(self, **more: Any) -> None:
        """Until it answers. One that cannot start yet (a predecessor is still dying) is tried again."""
        limit = time.monotonic() + services.START_SECONDS
        while True:
            output = self._stack.enter_context(self.log.open("ab"))
            self.running = self._stack.enter_context(
                services.process(
                    *self.command, stdout=output, stderr=output, **self.options, **more
                )
            )
            try:
                services.wait_for(self.ready, self.running, self.log)
                return
            except RuntimeError:
                if self.running.poll() is None or time.monotonic() > limit:
                    raise
                time.sleep(0.1)

    def kill(self) -> None:
        """-9, with every process it made."""
        os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()

    def hang(self) -> None:
        """It answers no more, and does not go away either, with every process it made."""
        for pid in self._family():
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        for pid in self._family():
            os.kill(pid, signal.SIGCONT)

    def _family(self) -> list[int]:
        """The program and its children: those of PostgreSQL are no group."""
        told = Path(f"/proc/{self.running.pid}/task/{self.running.pid}/children").read_text()
        return [self.running.pid, *map(int, told.split())]

    def memory(self) -> int:
        """KiB that the program and its children hold for themselves, and their parts of what they
        share."""
        total = 0
        for pid in self._family():
            try:
                told = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:  # it ended meanwhile
                continue
            total += sum(int(line.split()[1]) for line in told.splitlines() if line[:4] == "Pss:")
        return total

    def stop(self) -> None:
        self._stack.close()


class Postgres(Machine):
    """PostgreSQL that means its fsync, with small segments of its log."""

    def __init__(self, folder: Path) -> None:
        who: dict[str, Any] = {"cwd": folder}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
            who |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        initdb = [services.postgres_binary("initdb"), "-D", str(folder / "data"), "-U", "portal"]
        initdb += ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--wal-segsize=1", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, **who)
        port = services.free_port()
        self.url = f"postgres://portal@127.0.0.1:{port}/postgres"
        command = [services.postgres_binary("postgres"), "-D", str(folder / "data")]
        command += ["-k", str(folder), "-h", "127.0.0.1", "-p", str(port)]
        command += ["-c", "max_wal_size=32MB"]
        super().__init__(
            "postgres", folder, command, lambda: psycopg.connect(self.url).close(), **who
        )

    def on_a_disk_that_fills_up(self, most: int) -> None:
        """Started anew so that no file of it can grow beyond so many bytes."""
        self.running.send_signal(signal.SIGINT)
        self.running.wait()
        mine = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, mine[1]))
        try:
            self.start()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, mine)


def redis_server(folder: Path) -> tuple[Machine, str]:
    port = services.free_port()
    url = f"redis://127.0.0.1:{port}/0"
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    command += ["--appendonly", "no", "--dir", str(folder)]
    return Machine("redis", folder, command, lambda: redis.Redis.from_url(url).ping()), url


@contextmanager
def ground() -> Iterator[tuple[Path, Postgres, Machine, str]]:
    """A folder that is gone afterwards, a PostgreSQL and a Redis in it, not yet started, and the
    address of the Redis."""
    with tempfile.TemporaryDirectory(prefix="trust-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server's own user enters it
        (folder / "postgres").mkdir()
        redis, address = redis_server(folder)
        yield folder, Postgres(folder / "postgres"), redis, address


def web(
    folder: Path, environment: dict[str, str], answers: Callable[[int], Any]
) -> tuple[Machine, int]:
    port = services.free_port()
    env = {**environment, "WEB_BIND": f"127.0.0.1:{port}", "WEB_PROCESSES": "2"}
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "portal.wsgi"]
    return Machine("web", folder, command, lambda: answers(port), cwd=ROOT, env=env), port


def worker(folder: Path, environment: dict[str, str]) -> Machine:
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "--concurrency", "1", "-B"]
    command += ["--schedule", str(folder / "beat")]
    return Machine("worker", folder, command, lambda: None, cwd=ROOT, env=environment)


def beat(folder: Path, environment: dict[str, str]) -> Machine:
    command = [sys.executable, "-m", "celery", "-A", "portal", "beat"]
    command += ["--schedule", str(folder / "own-beat"), "--pidfile", ""]
    return Machine("beat", folder, command, lambda: None, cwd=ROOT, env=environment)


def edge(folder: Path, config: Path, ready: Callable[[], Any]) -> Machine:
    command = [sys.executable, "-m", "dataaccess.edge", "--config", str(config)]
    return Machine("edge", folder, command, ready, cwd=ROOT)
