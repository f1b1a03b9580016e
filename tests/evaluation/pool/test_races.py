"""Many at once on one team, on a real PostgreSQL."""

import pytest

from tests.dataaccess.test_races import run

pytestmark = pytest.mark.services


def test_each_seat_is_filled_once(postgres_database: str) -> None:
    told = run("tests.evaluation.pool.race", postgres_database)
    # The same expert, assigned twenty times.
    assert told["assigned"] == {"done": 1, "refused": 19}
    assert told["assignments"] == 1
    # The same draw from twenty open pages.
    assert told["drawn"] == {"done": 1, "refused": 19}
    assert (told["draws"], told["team"]) == (1, 2)
    # Either the pledge counts, and nobody is put in the seat; or the invitation ran out, and at
    # most one is.
    pledged, released = told["one_end"]
    assert pledged != released
    assert told["replaced"] in ((0,) if pledged else (0, 1))
    # One replacement, however many press the button.
    assert told["replacing"] == {"done": 1, "refused": 19}
    assert told["rounds_for_it"] == 1
