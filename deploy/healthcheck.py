"""Whether this container does its work: `healthcheck.py web|worker|beat`, exit status 0 or 1."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

BEAT_SILENCE_SECONDS = 300  # beat writes its schedule down every three minutes


def web() -> bool:
    """The page is asked for as the proxy asks: by the portal's name, over TLS."""
    port = os.environ.get("WEB_BIND", "127.0.0.1:8000").rsplit(":", 1)[1]
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/healthz",
        headers={
            "Host": urlsplit(os.environ["PUBLIC_URL"]).netloc,
            "X-Forwarded-Proto": "https",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=8) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def worker() -> bool:
    command = ["celery", "--app", "portal.celery", "--quiet", "inspect", "ping", "--timeout=10"]
    command += ["--destination", f"celery@{socket.gethostname()}"]
    return subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0


def beat() -> bool:
    schedule = Path(os.environ.get("BEAT_SCHEDULE", "/tmp/beat"))
    written = [path.stat().st_mtime for path in schedule.parent.glob(schedule.name + "*")]
    return bool(written) and time.time() - max(written) < BEAT_SILENCE_SECONDS


if __name__ == "__main__":
    sys.exit(0 if {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]() else 1)
