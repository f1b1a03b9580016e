"""A call of tools/run.py, which is what `make run` starts: what it says, and its processes."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.deploy.compose import ROOT
from tests.services import free_port, process


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
