"""What `make run` starts (tools/run.py): real processes on SQLite and the folder broker."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from evaluation.demo import PASSWORD, accounts
from tests.deploy.compose import ROOT
from tests.services import free_port, process

pytestmark = pytest.mark.services


class Run:
    """One call of tools/run.py and what it printed so far."""

    def __init__(self, running: "subprocess.Popen[str]", port: int) -> None:
        self.running = running
        self.port = port
        self.printed: list[str] = []

    def until(self, line: str) -> list[str]:
        """Read on until this line."""
        assert self.running.stdout
        for each in self.running.stdout:
            self.printed.append(each.rstrip("\n"))
            if self.printed[-1] == line:
                return self.printed
        raise AssertionError("\n".join(["it ended having said:", *self.printed]))

    def end(self) -> tuple[int, list[str]]:
        """Wait for its end; the exit status, and the lines printed since the last look."""
        assert self.running.stdout
        rest = self.running.stdout.read().splitlines()
        return self.running.wait(30), rest

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://localhost:{self.port}/healthz", timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def children(self) -> dict[str, int]:
        """The process number of web, worker and beat."""
        pid = self.running.pid
        found = {}
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            name = next(name for name in ("gunicorn", "worker", "beat") if name in words)
            found["web" if name == "gunicorn" else name] = int(child)
        return found


@contextmanager
def run(var: Path, port: int | None = None) -> Iterator[Run]:
    chosen = port or free_port()
    with process(
        sys.executable,
        "-m",
        "tools.run",
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "READ_DOTENV": "false",
            "VAR_DIR": str(var),
            "PORT": str(chosen),
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        yield Run(running, chosen)


def gone(pids: dict[str, int]) -> bool:
    """Whether all of them ended, within ten seconds."""
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids.values()):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the portal ran once, with what it said."""
    var = tmp_path_factory.mktemp("var")
    with run(var) as first:
        said = first.until("Ctrl-C stops it.")
        (var / "said").write_text("\n".join(said))
        (var / "first_port").write_text(str(first.port))
        first.running.send_signal(signal.SIGINT)
        assert first.end()[0] == 0
    return var


def test_the_first_run_says_where_it_is_and_who_may_come_in(prepared: Path) -> None:
    said = (prepared / "said").read_text().splitlines()
    port = (prepared / "first_port").read_text()
    assert said[:2] == ["Preparing the database …", "Loading the example data …"]
    up = next(line for line in said if line.startswith("The portal is up"))
    assert re.fullmatch(rf"The portal is up after [\d.]+ s:  http://localhost:{port}/", up)
    first = said.index(f"Example accounts, each with the password {PASSWORD}:") + 1
    listed = [line.split()[0] for line in said[first : first + len(accounts())]]
    assert listed == [account.username for account in accounts()]


def test_the_second_run_keeps_the_data_and_ends_all_it_started(prepared: Path) -> None:
    before = (prepared / "secret_key").read_text()
    with run(prepared) as second:
        said = second.until("Ctrl-C stops it.")
        assert "Loading the example data …" not in said
        assert "Preparing the database …" not in said
        assert {name: second.health()[name]["state"] for name in ("database", "broker")} == {
            "database": "ok",
            "broker": "ok",
        }
        with run(prepared) as refused:
            assert refused.end() == (
                1,
                [f"The portal of this folder is running already: http://localhost:{second.port}/"],
            )
        children = second.children()
        assert sorted(children) == ["beat", "web", "worker"]
        second.running.send_signal(signal.SIGINT)
        code, rest = second.end()
        assert code == 0
        assert [line for line in rest if "Traceback" in line] == []
        assert gone(children)
    assert (prepared / "secret_key").read_text() == before


def test_all_end_when_one_dies(prepared: Path) -> None:
    with run(prepared) as running:
        running.until("Ctrl-C stops it.")
        children = running.children()
        os.kill(children["worker"], signal.SIGKILL)
        code, rest = running.end()
        assert code == 1
        assert "The worker process ended (code -9)." in rest
        assert gone(children)


def test_nothing_is_left_behind_when_the_supervisor_is_killed(prepared: Path) -> None:
    with run(prepared) as running:
        running.until("Ctrl-C stops it.")
        children = running.children()
        running.running.kill()
        running.running.wait()
        assert gone(children)


def test_a_port_in_use_is_said_in_a_sentence(prepared: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with run(prepared, port) as refused:
            assert refused.end() == (
                1,
                [
                    f"Port {port} cannot be used (Address already in use). "
                    f"Choose another one, such as: make run PORT={port + 1}"
                ],
            )
