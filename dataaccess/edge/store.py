"""The node's one file: SQLite with a write-ahead log, every commit on the disk before it counts."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_PAGE = 4096
_BUSY_SECONDS = 10
_VERSION = 1

_SCHEMA = """
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seq INTEGER NOT NULL,               -- the order of sending; the parts of one keep its place
    kind TEXT NOT NULL,
    day TEXT,                           -- of a compute report
    received_at TEXT NOT NULL,
    source TEXT NOT NULL,               -- the local key or the collector it came from
    idempotency_key TEXT NOT NULL DEFAULT '',  -- of the call that it is part of, once there is one
    body BLOB NOT NULL,                 -- a JSON array of clean bodies
    count INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'parked', 'discarded')),
    settled_at TEXT,
    answer TEXT NOT NULL DEFAULT '',    -- the centre's last word, JSON
    note TEXT NOT NULL DEFAULT '',
    receipt TEXT NOT NULL DEFAULT '',   -- the one that this node gave for it
    CHECK ((state = 'pending') = (settled_at IS NULL))
);
CREATE INDEX deliveries_in_order ON deliveries (state, kind, seq);
CREATE INDEX deliveries_by_receipt ON deliveries (receipt);
CREATE TABLE latest (                   -- what was last heard of each thing
    kind TEXT NOT NULL,
    ident TEXT NOT NULL,
    digest BLOB NOT NULL,
    seq INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (kind, ident)
) WITHOUT ROWID;
CREATE TABLE receipts (
    id TEXT PRIMARY KEY,
    interface TEXT NOT NULL,
    received_at TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    body_digest TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL
);
CREATE UNIQUE INDEX receipts_by_key ON receipts (interface, idempotency_key)
    WHERE idempotency_key <> '';
CREATE TABLE keys (
    name TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT
);
CREATE TABLE positions (                -- how far each log file has been read
    path TEXT PRIMARY KEY,
    head TEXT NOT NULL,                 -- digest of the file's first bytes
    head_bytes INTEGER NOT NULL,
    offset INTEGER NOT NULL
);
CREATE TABLE incidents (                -- alerts that belong together, one event each
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    ends_at TEXT,                       -- without a sign until then it is over; NULL: never by itself
    count INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    event TEXT NOT NULL,                -- as last queued, JSON
    open INTEGER NOT NULL
);
CREATE INDEX incidents_open ON incidents (open, ends_at);
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Full(Exception):
    """There is no room on the disk, or the outbox has reached its limit."""


class Unusable(Exception):
    """The file cannot be read or written at the moment."""


class Store:
    """The file, for all threads of a process; other processes may have it open, too."""

    def __init__(self, folder: Path, *, max_mib: int = 2048, reserve_mib: int = 64) -> None:
        self.folder = folder
        self.path = folder / "outbox.sqlite3"
        self._max_pages = max_mib * 1024 * 1024 // _PAGE
        self._reserve = reserve_mib * 1024 * 1024
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        with self._failures():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._open()

    @contextmanager
    def writing(self, *, filling: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction: on the disk when the block has ended, or nothing of it.

        `filling` marks what makes the outbox grow: it stops short of the limit, so that there is
        always room to note what was sent."""
        with self._lock, self._failures():
            if filling and shutil.disk_usage(self.folder).free < self._reserve:
                raise Full
            connection = self._open()
            pages = self._max_pages if filling else self._max_pages + self._max_pages // 10 + 256
            try:
                connection.execute(f"PRAGMA max_page_count = {pages}")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        with self._lock, self._failures():
            return self._open().execute(query, values).fetchall()

    def size(self) -> int:
        """Bytes in use; what was freed inside the file is used again."""
        (row,) = self.rows(
            "SELECT (SELECT page_count FROM pragma_page_count()) AS pages,"
            " (SELECT freelist_count FROM pragma_freelist_count()) AS free"
        )
        return (int(row["pages"]) - int(row["free"])) * _PAGE

    def limit(self) -> int:
        return self._max_pages * _PAGE

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None:
            return self._connection
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.row_factory = sqlite3.Row
            connection.execute(f"PRAGMA page_size = {_PAGE}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                _prepare(connection)
        except BaseException:
            connection.close()
            raise
        self.path.chmod(0o600)
        self._connection = connection
        return connection

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """sqlite's errors in our words. After one that is not plain lack of room the connection
        is given up, and the next call opens the file anew."""
        try:
            yield
        except sqlite3.Error as failure:
            if getattr(failure, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
                raise Full from failure
            with suppress(sqlite3.Error):
                self.close()
            raise Unusable(str(failure)) from failure
        except OSError as failure:
            raise Unusable(str(failure)) from failure


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:  # nobody was faster
        for statement in _SCHEMA.split(";\n"):
            if statement.strip():
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")
