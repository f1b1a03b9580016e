"""One round of those pairs of `make trust ARGS=races` that no other test here tries: twenty at one
moment."""

import pytest

from tools.trust import inside

pytestmark = pytest.mark.services
PAIRS = (
    "double_submit",
    "approve_and_withdraw",
    "edit_after_lock",
    "revoke_and_use",
    "last_administrator",
)


def test_of_twenty_at_one_moment_one_wins(postgres_database: str) -> None:
    told = inside.run("race_pairs", postgres_database, "1", *PAIRS, quiet=True)
    assert {name: pair["faults"] for name, pair in told.items()} == {name: [] for name in PAIRS}
