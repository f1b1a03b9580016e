"""The database in one file and back, with the database's own tools, and what stood in it."""

import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient
from django.db.migrations.loader import MigrationLoader
from django.db.models import FileField

Query = Callable[[str], list[tuple[Any, ...]]]
FILES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}


class ToolFailed(Exception):
    """What pg_dump or pg_restore said."""


def ask(sql: str) -> list[tuple[Any, ...]]:
    """The rows that the portal's own connection sees."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


@dataclass(frozen=True)
class Contents:
    """What stood in the database at the moment of its copy."""

    rows: dict[str, int]
    stored: set[str]  # the names of all files that a row points to
    migrations: list[str]
    audit: dict[str, Any]  # number and hash of the last event


def dump(folder: Path) -> Contents:
    """Copy the database into the folder, and say what stands in that copy and no other."""
    target = folder / FILES[connection.vendor]
    target.unlink(missing_ok=True)
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(target)) as copy:
            target.chmod(0o600)
            connection.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            return _contents(lambda sql: copy.execute(sql).fetchall())
    # pg_dump looks at the very snapshot that this transaction looks at.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        target.touch(0o600)
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges",
             f"--snapshot={snapshot}", f"--file={target}")  # fmt: skip
        return _contents(ask)


def load(file: Path) -> None:
    """Fill the empty database from its copy: all of it, or nothing."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            copy.backup(connection.connection)
        connection.close()  # opened anew, with the pragmas of the settings
        return
    connection.close()
    _run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner",
         "--no-privileges", str(file))  # fmt: skip


def tables() -> list[str]:
    return sorted(name for (name,) in ask(_TABLES[connection.vendor]))


def row_counts(query: Query = ask) -> dict[str, int]:
    names = sorted(name for (name,) in query(_TABLES[connection.vendor]))
    return {name: query(f"SELECT count(*) FROM {_quoted(name)}")[0][0] for name in names}


def stored_names(query: Query = ask) -> set[str]:
    """Every file that a row points to."""
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField):
                table, column = _quoted(model._meta.db_table), _quoted(field.column)
                sql = f"SELECT {column} FROM {table} WHERE {column} <> ''"
                found.update(name for (name,) in query(sql))
    return found


def differing_migrations(applied: list[str]) -> list[str]:
    """Why this version of the portal does not fit a database with these migrations."""
    loader = MigrationLoader(None)
    known = {
        key
        for own, migration in loader.disk_migrations.items()
        for key in (own, *migration.replaces)
    }
    missing = {f"{app}.{name}" for app, name in loader.graph.leaf_nodes()} - set(applied)
    unknown = set(applied) - {f"{app}.{name}" for app, name in known}
    return [
        *(f"{name} is not in the backup" for name in sorted(missing)),
        *(f"{name} is not in this version" for name in sorted(unknown)),
    ]


def _contents(query: Query) -> Contents:
    head = query("SELECT seq, hash FROM ledger_audithead")
    return Contents(
        rows=row_counts(query),
        stored=stored_names(query),
        migrations=[
            f"{app}.{name}"
            for app, name in query("SELECT app, name FROM django_migrations ORDER BY app, name")
        ],
        audit={"seq": head[0][0], "hash": head[0][1]} if head else {"seq": 0, "hash": ""},
    )


def _quoted(name: str | None) -> str:
    return str(connection.ops.quote_name(str(name)))


def _run(tool: str, *arguments: str) -> None:
    """One of PostgreSQL's own tools, connected as the portal is. The password goes through the
    environment: everybody sees the arguments of a process."""
    command, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    # The first is psql, the last the name of the database.
    command = [tool, *command[1:-1], f"--dbname={command[-1]}", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - the names of our own, no shell
            command, env={**os.environ, **(environment or {})}, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise ToolFailed(
            f"There is no {tool} here: install PostgreSQL's client programs (postgresql-client)."
        ) from error
    if done.returncode:
        raise ToolFailed(f"{tool} failed: {done.stderr.strip()}")
