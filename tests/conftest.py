"""Fixtures for every test. Servers are in tests/services.py."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests import services
from tests.long import examples
from tests.prepared import Prepared

# What is slow on a busy machine of two cores is no fault of the code.
settings.register_profile(
    "portal",
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("portal")


def pytest_collection_finish(session: pytest.Session) -> None:
    """The tests and what they import are here to stay: the collector, which would look through all
    of it time and again, took a sixth of a run of the access matrix."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server, one for each process of the test run."""
    with services.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """What is made once for all processes of the test run. Each has a folder in the run's own."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "prepared"
    folder.mkdir(exist_ok=True)
    return Prepared(folder)


@pytest.fixture(scope="session")
def postgres_tables(postgres_url: str, prepared: Prepared) -> Iterator[str]:
    """The name of a database with the tables, for CREATE DATABASE to copy."""
    with services.new_database(postgres_url) as url:
        prepared.load_tables(url, postgres_url)
        yield url.rsplit("/", 1)[1]


@pytest.fixture
def postgres_database(postgres_url: str, postgres_tables: str) -> Iterator[str]:
    """A PostgreSQL database of this test's own, with the tables and nothing in them."""
    with services.new_database(postgres_url, copy_of=postgres_tables) as url:
        yield url


@pytest.fixture
def empty_postgres_database(postgres_url: str) -> Iterator[str]:
    """A PostgreSQL database of this test's own, without tables."""
    with services.new_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis server, one for each process of the test run."""
    with services.redis_server() as url:
        yield url
