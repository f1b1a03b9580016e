"""A case that the real actions carried to a state is kept, and copied for the next test of this process
that asks for the same from the same beginning: every row that was written, and every file.

The first is always carried for real, and nothing is copied where anything else could differ: another
database, moved clock, setting, language or row before it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import time_machine
from django.apps import apps
from django.conf import UserSettingsHolder, settings
from django.db import connection
from django.db.models import FileField
from django.utils import timezone, translation

from evaluation.models import Evaluation

Rows = dict[int, tuple[Any, ...]]  # by rowid
Tables = dict[str, Rows]

SESSIONS = "django_session"  # who signed in before is no part of a case
NUMBERS = "sqlite_sequence"  # the last number of each table


@dataclass(frozen=True)
class Kept:
    pk: int
    gone: dict[str, list[int]]
    come: Tables
    files: list[tuple[Path, bytes]]


_kept: dict[Hashable, Kept] = {}


def once(key: Hashable, carry: Callable[[], Evaluation]) -> Evaluation:
    """The case that `carry` makes, or a copy of the one that it made before from the same rows."""
    if not _comparable():
        return carry()
    before = tables()
    asked = (key, timezone.localdate(), translation.get_language(), _beginning(before))
    if asked in _kept:
        _copy(_kept[asked])
    else:
        waiting = len(connection.run_on_commit)
        case = carry()
        del connection.run_on_commit[waiting:]  # a copy has none either
        _kept[asked] = _difference(case.pk, before, tables())
    return Evaluation.objects.get(pk=_kept[asked].pk)


def _comparable() -> bool:
    return (
        connection.vendor == "sqlite"
        and connection.in_atomic_block
        and not time_machine.escape_hatch.is_travelling()
        and not isinstance(settings._wrapped, UserSettingsHolder)
    )


def tables() -> Tables:
    """Every row there is, but for sessions."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in cursor.fetchall():
            if name != SESSIONS:
                cursor.execute(f'SELECT rowid, * FROM "{name}"')
                found[name] = {row[0]: row[1:] for row in cursor.fetchall()}
    return found


def _beginning(found: Tables) -> int:
    """What the rows say, but for the moment and the salt."""
    return hash(
        tuple(
            (name, rowid, tuple(map(_without_chance, row)))
            for name, rows in found.items()
            for rowid, row in rows.items()
        )
    )


def _without_chance(value: Any) -> Any:
    if isinstance(value, datetime):
        return "moment"
    if isinstance(value, str) and value.startswith("md5$"):
        return "password"
    return value


def _difference(pk: int, before: Tables, after: Tables) -> Kept:
    gone, come = {}, {}
    for name, new in after.items():
        old = before[name]
        if changed := [rowid for rowid, row in old.items() if new.get(rowid) != row]:
            gone[name] = changed
        if added := {rowid: row for rowid, row in new.items() if old.get(rowid) != row}:
            come[name] = added
    return Kept(pk, gone, come, _files(come))


def _files(rows: Tables) -> list[tuple[Path, bytes]]:
    found = []
    for model in apps.get_models():
        fields = [each for each in model._meta.concrete_fields if isinstance(each, FileField)]
        if fields and model._meta.db_table in rows:
            for item in model._base_manager.all():
                for field in fields:
                    if name := getattr(item, field.attname).name:
                        path = Path(field.storage.path(name))
                        found.append((path, path.read_bytes()))
    return found


def _copy(kept: Kept) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA defer_foreign_keys = ON")
        for name, rowids in kept.gone.items():
            if name != NUMBERS:
                rows = [(rowid,) for rowid in rowids]
                cursor.executemany(f'DELETE FROM "{name}" WHERE rowid = %s', rows)
        for name, come in kept.come.items():
            if name != NUMBERS:
                rows = list(come.values())
                holes = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f'INSERT INTO "{name}" VALUES ({holes})', rows)
        last = kept.come.get(NUMBERS, {})
        cursor.executemany(
            f"DELETE FROM {NUMBERS} WHERE name = %s", [row[:1] for row in last.values()]
        )
        cursor.executemany(
            f"INSERT INTO {NUMBERS} (rowid, name, seq) VALUES (%s, %s, %s)",
            [(rowid, *row) for rowid, row in last.items()],
        )
    for path, content in kept.files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
