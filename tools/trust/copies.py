"""Many first times from one preparation: a copy of the database for each trial."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, connections


@contextmanager
def a_copy() -> Iterator[None]:
    """Work in a copy of the PostgreSQL database that is in use; it is gone afterwards."""
    held = connection.settings_dict
    server = {"host": held["HOST"], "port": held["PORT"], "user": held["USER"]}
    of = held["NAME"]
    name = f"{of}_copy"
    connections.close_all()
    with psycopg.connect(**server, dbname="template1", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {of} STRATEGY file_copy")
    _go_to(name)
    try:
        yield
    finally:
        _go_to(of)
        with psycopg.connect(**server, dbname="template1", autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _go_to(name: str) -> None:
    connections.close_all()
    connections.settings["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
