"""One world for each module: made in one transaction, taken back at the end. Each test runs in a
savepoint of it (the mark `django_db`), each cell of the matrix in one of its own."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.access.world import World, build


@pytest.fixture(scope="module")
def world(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[World]:
    """The cast, and a case in each state that the module names in STATES."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build()
        made.make(request.module.STATES)
        yield made
        transaction.set_rollback(True)
