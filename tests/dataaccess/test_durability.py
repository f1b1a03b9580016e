"""Nothing that was answered 2xx is lost or doubled when web, PostgreSQL and Redis are killed -9; the
long version, with worker and edge node, is `python -m tools.trust durability`."""

import pytest

from tests.prepared import Prepared
from tools.trust import durability

pytestmark = [pytest.mark.services, pytest.mark.long]


def test_every_2xx_is_kept_exactly_once_whatever_is_killed(
    postgres_url: str, prepared: Prepared
) -> None:
    tables = prepared.tables_on_postgresql(postgres_url)
    found = durability.trial(3, short=True, tables=tables)
    assert found.faults == [], str(found)
    assert found.killed == {"web": 1, "postgres": 1, "redis": 1}
    # Kept before, between and after; and on a disk that fills up no 2xx for what was not saved.
    assert found.deliveries > 3
    assert found.events > found.deliveries
    assert found.refused_for_space == 1
