"""A certificate whose nth statement fails. `make trust ARGS=statements` also fails those of the worker
that makes the PDF and sends the mails."""

import pytest

from tools.trust import inside

pytestmark = [pytest.mark.services, pytest.mark.long]


def test_a_decision_whose_nth_statement_fails_leaves_nothing_and_can_be_made_again(
    postgres_database: str,
) -> None:
    told = inside.run("statements", postgres_database, quiet=True)
    assert (told["decision"] > 20, told["faults"]) == (True, [])
