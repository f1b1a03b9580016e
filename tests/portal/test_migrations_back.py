"""Numbered migrations back and forth; `make trust ARGS=migrations` does it with 100,000 rows in each
table, also on SQLite."""

import pytest

from tools.trust import inside

pytestmark = [pytest.mark.services, pytest.mark.long]


def test_back_to_the_first_tables_and_forth_again_every_row_is_there(
    empty_postgres_database: str,
) -> None:
    told = inside.run("migrations", empty_postgres_database, "20", quiet=True)
    assert told["faults"] == []
    assert len(told["back"]) == len(told["forth"]) > 15
