"""One certificate, one number and one PDF a decision, when who decides, the worker, beat, Redis and
PostgreSQL are killed -9 meanwhile; the long version is `python -m tools.trust issuing`."""

import pytest

from tests.prepared import Prepared
from tools.trust import issuing

pytestmark = [pytest.mark.services, pytest.mark.long]


def test_each_decision_has_one_certificate_and_its_pages_whatever_is_killed(
    postgres_url: str, prepared: Prepared
) -> None:
    found = issuing.trial(4, kills=1, tables=prepared.tables_on_postgresql(postgres_url))
    assert found.faults == [], str(found)
    assert found.killed == dict.fromkeys(("decider", "postgres", "redis", "worker", "beat"), 1)
    assert found.certificates == 4
