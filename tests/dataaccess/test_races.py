"""Many deliveries of one base at the same moment, on a real PostgreSQL."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.services


@pytest.fixture
def told(postgres_database: str) -> dict[str, Any]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_DATABASE_URL": postgres_database,
        "API_RATE_LIMIT": "0",
        "DB_CONN_MAX_AGE": "0",
    }
    finished = subprocess.run(
        [sys.executable, "-m", "tests.dataaccess.race"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr
    return dict(json.loads(finished.stdout))


def test_of_many_at_once_each_thing_is_kept_exactly_once(told: dict[str, Any]) -> None:
    # One idempotency key, one body: one delivery, and everyone hears of it.
    assert [status for status, _body, _replayed in told["same"]] == [201] * 20
    assert len({body["receipt"] for _status, body, _replayed in told["same"]}) == 1
    assert sum(not replayed for _status, _body, replayed in told["same"]) == 1

    # One idempotency key, two bodies: whoever comes first decides which body it stands for.
    statuses = [status for status, _body, _replayed in told["two_bodies"]]
    assert sorted(statuses) == [200] * 10 + [422] * 10
    assert told["reports"] == 1

    # The same forty events from all sides: every change is counted once and stays in history.
    answers = [body for _status, body, _replayed in told["batches"]]
    assert sum(body["created"] for body in answers) == told["events"] == 40
    assert sum(body["updated"] for body in answers) == told["earlier_events"] == 19 * 40
    assert told["receipts"] == 1 + 1 + 20
