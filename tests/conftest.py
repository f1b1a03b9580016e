"""Fixtures for every test. Servers are in tests/services.py."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import services

# What is slow on a busy machine of two cores is no fault of the code.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server, one for each process of the test run."""
    with services.postgres() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """An empty PostgreSQL database of this test's own."""
    with services.new_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis server, one for each process of the test run."""
    with services.redis_server() as url:
        yield url
