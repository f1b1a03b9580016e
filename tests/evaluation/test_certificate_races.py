"""What decision makers and the calendar do at the same moment, on a real PostgreSQL."""

import pytest

from tests.dataaccess.test_races import run

pytestmark = pytest.mark.services


def test_one_certificate_a_decision_one_number_a_certificate_one_standing_a_base(
    postgres_database: str,
) -> None:
    told = run("tests.evaluation.race_certificates", postgres_database)
    # Two deciders on each of six cases: six certificates, six numbers.
    assert told["certified"] == ["WrongState"] * 6 + ["done"] * 6
    assert told["numbers"] == 6
    # Two cases of one base: both are certified, and the later one stands alone.
    assert told["both"] == ["done", "done"]
    assert told["lasting"] == 1
    # Issue and revoke: the old one ends once, in one of two ways; the new one stands.
    assert told["new"] == "valid"
    assert told["old_entries"] == ["valid", told["old"]]
    if told["old"] == "revoked":
        assert told["issue_and_revoke"] == ["done", "done"]
    else:
        assert (told["old"], told["issue_and_revoke"]) == ("superseded", ["WrongState", "done"])
    # Of six who decide one proposal, one does.
    assert told["decided"].count("done") == 1
    assert told["suspended"] in (["suspended", 1], ["valid", 0])
    # Four beats at once: each review is opened once, with one notice, and reminded of once.
    assert (told["opened"] > 0, told["notices"], told["reminders"]) == (True, [1], [1])
    assert told["faults"] == []
