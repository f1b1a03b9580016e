"""One certificate, one number and one PDF a decision, when who decides, the worker and Redis are
killed -9 meanwhile; the long version is `python -m tools.trust issuing`."""

import pytest

from tools.trust import issuing

pytestmark = pytest.mark.services


def test_each_decision_has_one_certificate_and_its_pages_whatever_is_killed() -> None:
    found = issuing.trial(4, kills=1)
    assert found.faults == [], str(found)
    assert found.killed == {"decider": 1, "worker": 1, "redis": 1}
    assert found.certificates == 4
