"""What `make run` starts (tools/run.py): real processes on SQLite and the folder broker."""

import os
import re
import signal
import socket
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from evaluation.demo import PASSWORD, accounts
from tests.deploy.running import run
from tests.prepared import Prepared

pytestmark = pytest.mark.services


def ended(pid: int) -> bool:
    """Whether a process runs no longer, be it that its new parent, which is the machine's first
    process where the supervisor was killed, has not yet asked how it ended (proc_pid_stat(5))."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"


def gone(pids: dict[str, int]) -> bool:
    """Whether all of them ended, within ten seconds."""
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        if all(map(ended, pids.values())):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> tuple[Path, list[str]]:
    """A folder in which the portal ran once, from nothing; the port of that run and what it said."""
    var = tmp_path_factory.mktemp("first") / "var"
    return var, prepared.example_portal(var)


@pytest.fixture(scope="module")
def var(first: tuple[Path, list[str]]) -> Path:
    return first[0]


def test_the_first_run_says_where_it_is_and_who_may_come_in(first: tuple[Path, list[str]]) -> None:
    var, (port, *said) = first
    assert said[:2] == ["Preparing the database …", "Loading the example data …"]
    up = next(line for line in said if line.startswith("The portal is up"))
    assert re.fullmatch(rf"The portal is up after [\d.]+ s:  http://localhost:{port}/", up)
    head = said.index(f"Example accounts, each with the password {PASSWORD}:") + 1
    listed = [line.split()[0] for line in said[head : head + len(accounts())]]
    assert listed == [account.username for account in accounts()]
    # The example's certificates are signed, by an authority that is made for them.
    key = pkcs12.load_pkcs12((var / "signing" / "example.p12").read_bytes(), None)
    assert len(key.additional_certs) == 1


def test_the_second_run_keeps_the_data_and_ends_all_it_started(var: Path) -> None:
    before = (var / "secret_key").read_text()
    with run(var) as second:
        said = second.until("Ctrl-C stops it.")
        assert "Loading the example data …" not in said
        assert "Preparing the database …" not in said
        assert {name: second.health()[name]["state"] for name in ("database", "broker")} == {
            "database": "ok",
            "broker": "ok",
        }
        with run(var) as refused:
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
    assert (var / "secret_key").read_text() == before


def test_all_end_when_one_dies(var: Path) -> None:
    with run(var) as running:
        running.until("Ctrl-C stops it.")
        children = running.children()
        os.kill(children["worker"], signal.SIGKILL)
        code, rest = running.end()
        assert code == 1
        assert "The worker process ended (code -9)." in rest
        assert gone(children)


def test_nothing_is_left_behind_when_the_supervisor_is_killed(var: Path) -> None:
    with run(var) as running:
        running.until("Ctrl-C stops it.")
        children = running.children()
        running.running.kill()
        running.running.wait()
        assert gone(children)


def test_a_port_in_use_is_said_in_a_sentence(var: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with run(var, port) as refused:
            assert refused.end() == (
                1,
                [
                    f"Port {port} cannot be used (Address already in use). "
                    f"Choose another one, such as: make run PORT={port + 1}"
                ],
            )
