"""Trials that run in the portal's own process, whose database is a PostgreSQL of their own."""

import json
import os
import subprocess
import sys
from typing import Any

from tools.trust import machines


def run(module: str, url: str, *arguments: str, quiet: bool = False) -> dict[str, Any]:
    """What the module prints on its last line, as JSON."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_DATABASE_URL": url,
        "API_RATE_LIMIT": "0",
        "DB_CONN_MAX_AGE": "0",
    }
    done = subprocess.run(
        [sys.executable, "-m", f"tools.trust.{module}", *arguments],
        cwd=machines.ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if quiet else None,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{module}: {done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))
