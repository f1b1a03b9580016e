"""Prepare the development portal, start its processes, and watch over them until Ctrl-C.

`make run` calls this. Production does not: there each process has a container or service of
its own (docker-compose.yml)."""

import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
PORT = os.environ.get("PORT", "8000")
HOST = os.environ.get("HOST", "127.0.0.1")
ADDRESS = f"http://localhost:{PORT}/"
START_SECONDS = 60
STOP_SECONDS = 15


class CannotStart(Exception):
    """Why the portal does not start, in a sentence for the terminal."""


def main() -> int:
    began = time.monotonic()
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ["PORT"] = PORT
    # The terminal shows what is wrong, not every request; LOG_LEVEL=INFO shows those too.
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    signal.signal(signal.SIGINT, asked_to_stop)
    signal.signal(signal.SIGTERM, asked_to_stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        lock = take_the_folder()
        port_is_free()
        prepare()
        children = start()
        wait_until_up(children)
        greet(time.monotonic() - began)
        watch(children)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
        return 0
    finally:
        stop(children)
    lock.close()
    return 1


def asked_to_stop(_signal: int, _frame: object) -> None:
    """Once is enough: make passes on what the terminal has sent here already."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def take_the_folder() -> IO[str]:
    """Hold var/ for this run: two portals on one broker folder would share their work."""
    from django.conf import settings

    if settings.PRODUCTION:
        raise CannotStart(
            "make run starts the development portal, but DJANGO_ENV is production. "
            "docs/operations.md says how production runs."
        )
    file = (settings.VAR_DIR / "run.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise CannotStart(
            f"The portal of this folder is running already: {file.read().strip()}"
        ) from None
    file.truncate(0)
    file.write(ADDRESS)
    file.flush()
    return file


def port_is_free() -> None:
    if not PORT.isdigit() or not 0 < int(PORT) < 65536:
        raise CannotStart(f"PORT={PORT} is not a port number.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(PORT)))
        except OSError as error:
            raise CannotStart(
                f"Port {PORT} cannot be used ({os.strerror(error.errno or 0)}). "
                f"Choose another one, such as: make run PORT={int(PORT) % 65535 + 1}"
            ) from None


def prepare() -> None:
    """Bring the database up to date, and fill it with the example data when it is fresh."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Preparing the database …", flush=True)
        call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    # A run that was broken off while it loaded left this file behind, and half the data.
    loading = settings.VAR_DIR / "loading-example-data"
    if settings.EXAMPLE_DATA and (loading.exists() or not get_user_model().objects.exists()):
        print("Loading the example data …", flush=True)
        loading.touch()
        call_command("demo", verbosity=0)
        loading.unlink()
    connection.close()


def commands() -> dict[str, list[str]]:
    """The processes of the portal, by name."""
    from django.conf import settings

    celery = [sys.executable, "-m", "celery", "--app", "portal.celery", "--quiet"]
    return {
        "web": [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "portal.wsgi"],
        "worker": [
            *celery,
            "worker",
            "--concurrency=2",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ],
        "beat": [
            *celery,
            "beat",
            "--pidfile=",
            f"--schedule={settings.VAR_DIR}/celerybeat-schedule",
        ],
    }


def start() -> dict[str, subprocess.Popen[bytes]]:
    environment = {
        # Two warnings that say nothing here: static files come from their sources, and whoever
        # tries the portal as root knows it.
        "PYTHONWARNINGS": "ignore::UserWarning:django.core.handlers.base,"
        "ignore::UserWarning:celery.platforms",
        **os.environ,
        "WEB_BIND": f"{HOST}:{PORT}",
        "WEB_PROCESSES": os.environ.get("WEB_PROCESSES", "1"),
    }
    libc = ctypes.CDLL(None)

    def begin(name: str) -> None:
        libc.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: no orphans after kill -9
        if name != "web":
            os.nice(5)  # pages first, also while documents are made

    return {
        name: subprocess.Popen(
            command,
            env=environment,
            cwd=ROOT,
            # Ctrl-C reaches this process alone, which then ends them in order.
            start_new_session=True,
            preexec_fn=partial(begin, name),
        )
        for name, command in commands().items()
    }


def wait_until_up(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Until every part says it is ready; a slow worker alone does not hold up the pages."""
    began = time.monotonic()
    while True:
        all_alive(children)
        status = health()
        waited = time.monotonic() - began
        if status == "ok" or (status == "degraded" and waited > START_SECONDS / 4):
            return
        if waited > START_SECONDS:
            raise CannotStart(f"The portal did not answer within {START_SECONDS} s.")
        time.sleep(0.1)


def health() -> str:
    """What /healthz says; empty while nobody answers."""
    host = "127.0.0.1" if HOST == "0.0.0.0" else HOST
    try:
        request = urllib.request.Request(
            f"http://{host}:{PORT}/healthz", headers={"Host": "localhost"}
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return str(json.load(answer)["status"])
    except (OSError, ValueError):
        return ""


def all_alive(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise CannotStart(f"The {name} process ended (code {child.returncode}).")


def greet(seconds: float) -> None:
    from django.conf import settings

    print(f"\nThe portal is up after {seconds:.1f} s:  {ADDRESS}\n")
    if settings.EXAMPLE_DATA:
        from evaluation.demo import PASSWORD, accounts

        print(f"Example accounts, each with the password {PASSWORD}:")
        for account in accounts():
            print(f"  {account.username:24} {account.purpose}")
    print("\nCtrl-C stops it.", flush=True)


def watch(children: dict[str, subprocess.Popen[bytes]]) -> None:
    while True:
        all_alive(children)
        time.sleep(0.5)


def stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask each process to finish its work; end those that do not."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    limit = time.monotonic() + STOP_SECONDS
    for child in children.values():
        try:
            child.wait(max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


if __name__ == "__main__":
    sys.exit(main())
