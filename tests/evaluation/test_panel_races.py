"""What a panel does at the same moment, on a real PostgreSQL."""

import pytest

from tests.dataaccess.test_races import run

pytestmark = pytest.mark.services


def test_a_panel_has_one_leader_one_end_of_scoring_and_one_opinion(postgres_database: str) -> None:
    told = run("tests.evaluation.race_panel", postgres_database)
    assert (told["signed_in"], told["leaders"]) == (2, 1)
    # Each sheet is handed in once, the round ends once, and what was handed in stays as it was.
    assert told["handed_in"].count("done") == told["sheets"] == 2
    assert told["closings"] == 1
    assert told["after"] == ["WrongState", "WrongState"]
    assert told["locked"] is True
    # Of two who lead one after the other, one gives the panel's opinion, once.
    assert told["consolidated"].count("done") == told["runs"] == 1
    assert told["finals"] == 4
    assert told["state"] == "result_pending"
