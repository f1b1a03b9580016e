"""By one statement or by several: a delivery is told the same and leaves the same, on PostgreSQL."""

from typing import Any

import pytest

from tests import services
from tests.dataaccess.test_races import run

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def found(postgres_url: str, postgres_tables: str) -> dict[str, Any]:
    with services.new_database(postgres_url, copy_of=postgres_tables) as database:
        return run("tests.dataaccess.both_ways", database, DB_CONN_MAX_AGE="60")


def test_both_ways_tell_and_leave_the_same(found: dict[str, Any]) -> None:
    short, long = found["told"]["short"], found["told"]["long"]
    assert [_without_cost(each) for each in short] == [_without_cost(each) for each in long]
    assert found["left"]["short"] == found["left"]["long"]
    assert found["totals"][0] == found["totals"][1] != []
    assert found["differences"] == []
    # Two drops, a rise, a figure off the certificate and a day long past were doubted.
    days = found["left"]["short"]["ComputeReport"]
    assert [day["timeliness"] for day in days].count("makeup") == 2
    warned = [each[2]["warnings"][0]["code"] for each in short if _warned(each)]
    assert warned == ["drop", "certified", "drop", "rise", "long_past"]
    # Four events each, whatever became of them.
    assert found["events"] == 8


def test_what_is_plain_takes_one_statement(found: dict[str, Any]) -> None:
    cost = [each[3] for each in found["told"]["short"] if isinstance(each, list)]
    of_reports, of_events = cost[:16], cost[16:]
    # Not: one that was repeated, might be doubted, that a data call asked for, that was only tried.
    plain = [nth for nth, statements in enumerate(of_reports) if statements == 1]
    assert plain == [0, 1, 2, 11, 12, 15]
    # The first of its month makes the month's table.
    assert of_events[0] > 1
    assert of_events[1:] == [1] * 5
    # The key's use is noted on the way.
    assert found["used"] == [True, False]


def _without_cost(told: Any) -> Any:
    return told[:3] if isinstance(told, list) else told


def _warned(told: Any) -> bool:
    return isinstance(told, list) and "warnings" in told[2]
