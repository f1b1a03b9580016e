"""What search finds is the same on a real PostgreSQL: its tests, once more."""

import os
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.services, pytest.mark.long]


def test_search_finds_the_same_on_postgresql(postgres_database: str) -> None:
    server, name = postgres_database.rsplit("/", 1)
    command = f"{sys.executable} -m pytest -q -p no:cacheprovider --reuse-db"
    finished = subprocess.run(
        [*command.split(), "tests/portal/site/test_search.py"],
        # Django puts test_ before the name, and finds the tables there.
        env={**os.environ, "TEST_DATABASE_URL": f"{server}/{name.removeprefix('test_')}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "skipped" not in finished.stdout
