"""The cast can bring a case to every state of the steps table."""

import pytest

from evaluation import steps
from tests.evaluation.cast import make_cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", steps.STATES)
def test_a_case_can_be_had_in_every_state(state: str) -> None:
    assert make_cast().case_in(state).state == state
