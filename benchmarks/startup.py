"""P12: how long the second `make run` takes until every part says it is well, and how much memory
a web worker holds after it has served pages; beside a bare Django under the same gunicorn."""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent
REPETITIONS = 5
PAGES = 200
GOAL_SECONDS = 5.0
GOAL_MIB = 150.0

BARE = """
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
settings.configure(SECRET_KEY="bare", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__)
urlpatterns = [path("", lambda request: HttpResponse("bare"))]
application = get_wsgi_application()
"""


@contextmanager
def started(command: list[str], **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        command,
        cwd=environment.pop("FOLDER", str(ROOT)),
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # a group of this benchmark's own
        process.wait(30)


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return bytes(answer.read())


def until(holds: Callable[[], bool], seconds: float = 300) -> float:
    """Seconds until it held."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if holds():
                return time.monotonic() - began
        except OSError:
            pass
        time.sleep(0.02)
    raise TimeoutError(f"not up within {seconds} s")


def descendants(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def worker_mib(pid: int) -> float:
    """Resident memory of the gunicorn worker below a process: the gunicorn without children."""
    sizes = []
    for child in descendants(pid):
        words = Path(f"/proc/{child}/cmdline").read_bytes()
        if b"gunicorn" in words and not descendants(child):
            status = Path(f"/proc/{child}/status").read_text().splitlines()
            sizes += [int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS")]
    assert len(sizes) == 1, "one web worker is expected"
    return sizes[0]


def portal(folder: Path) -> tuple[float, float]:
    """Seconds until all parts are well, and MiB of the web worker after PAGES pages."""
    port = free_port()
    address = f"http://localhost:{port}"
    environment = {"PORT": str(port), "VAR_DIR": str(folder), "READ_DOTENV": "false"}
    with started(["make", "--silent", "run"], **environment) as process:
        seconds = until(lambda: json.loads(fetch(f"{address}/healthz"))["status"] == "ok")
        for _ in range(PAGES):
            fetch(f"{address}/")
        return seconds, worker_mib(process.pid)


def bare(folder: Path) -> tuple[float, float]:
    port = free_port()
    address = f"http://localhost:{port}/"
    command = [sys.executable, "-m", "gunicorn", "-w", "1", "-k", "gthread", "--threads", "4"]
    command += ["--no-control-socket", "-b", f"127.0.0.1:{port}", "--log-level", "error", "bare"]
    with started(command, FOLDER=str(folder)) as process:
        seconds = until(lambda: fetch(address) == b"bare")
        for _ in range(PAGES):
            fetch(address)
        return seconds, worker_mib(process.pid)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE + "\n")
        var = folder / "var"
        first, _ = portal(var)  # prepares the database and loads the example data
        runs: dict[str, list[tuple[float, float]]] = {"portal": [], "bare": []}
        for _ in range(REPETITIONS):
            runs["portal"].append(portal(var))
            runs["bare"].append(bare(folder))
    middle = {
        name: [statistics.median(each[i] for each in measured) for i in (0, 1)]
        for name, measured in runs.items()
    }
    seconds, mib = middle["portal"]
    bare_seconds, bare_mib = middle["bare"]
    print(f"first make run, with the example data loaded     {first:8.1f} s")
    print(f"second make run, all parts well (of {REPETITIONS})            {seconds:8.2f} s")
    print(f"bare Django under gunicorn                       {bare_seconds:8.2f} s")
    print(
        f"  ratio {seconds / bare_seconds:.1f}; goal <= {GOAL_SECONDS:.0f} s: "
        f"{'reached' if seconds <= GOAL_SECONDS else 'missed'}"
    )
    print(f"web worker after {PAGES} pages                       {mib:8.0f} MiB resident")
    print(f"bare Django worker                               {bare_mib:8.0f} MiB resident")
    print(
        f"  ratio {mib / bare_mib:.1f}; goal <= {GOAL_MIB:.0f} MiB: "
        f"{'reached' if mib <= GOAL_MIB else 'missed'}"
    )


if __name__ == "__main__":
    main()
