"""Many deliveries of one base at the same moment, on a real PostgreSQL."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.services


def run(script: str, database: str, **more: str) -> dict[str, Any]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_DATABASE_URL": database,
        "API_RATE_LIMIT": "0",
        "DB_CONN_MAX_AGE": "0",
        **more,
    }
    finished = subprocess.run(
        [sys.executable, "-m", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,  # a busy machine takes a minute for the migrations alone
    )
    assert finished.returncode == 0, finished.stderr
    return dict(json.loads(finished.stdout))


@pytest.fixture
def told(postgres_database: str) -> dict[str, Any]:
    return run("tests.dataaccess.race", postgres_database)


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
    assert told["differences"] == []

    # Two years later April 2026 goes, with its month; what came this month stays.
    assert told["retention"] == {
        "changed": 1,
        "april": True,
        "gone": 2,
        "kept": 40,
        "months": told["retention"]["months"],
        "differences": [],
    }
    assert told["retention"]["months"][0] > "2026-04-01"
    assert told["retention"]["months"][1] == "2028-08-01"

    # By the one statement and by COPY, a text is kept as it was sent.
    assert told["odd"]["few"] == told["odd"]["many"] == told["odd"]["sent"]

    # One event by the one statement: kept once, told the same again, every change counted.
    keyed, plain, changed = (told["singles"][name] for name in ("keyed", "plain", "changed"))
    assert {(status, body["receipt"]) for status, body, _ in keyed} == {
        (201, keyed[0][1]["receipt"])
    }
    assert sum(not replayed for _status, _body, replayed in keyed) == 1
    assert sorted(body["created"] for _status, body, _ in plain) == [0] * 19 + [1]
    assert [body["updated"] for _status, body, _ in changed] == [1] * 20
    assert told["still"] == []


def test_a_key_is_rotated_once_revoked_at_once_and_counted_exactly(postgres_database: str) -> None:
    told = run("tests.dataaccess.race_keys", postgres_database)
    # While it is rotated the old key goes on; of ten who rotate it one has a successor.
    assert set(told["used"]) <= {200, 201}
    assert (told["rotated"], told["keys"]) == ([False] * 9 + [True], 2)
    # One of ten revokes it; whoever calls after that is let in no more.
    assert told["revoked"] == [False] * 9 + [True]
    assert set(told["while_revoked"]) <= {200, 401}
    assert told["after"] == 401
    # Of twenty calls in a minute the limit of seven are let through (or in two, over its turn).
    assert sum(status == 200 for status in told["paced"]) in (7, 14)

    # Five beats at once judge each window once, and each mail is put out once: two days without a
    # report, and the key that was revoked.
    assert told["closings"] == told["distinct"] > 1
    assert len(told["mails"]) == len(set(told["mails"])) == 3
