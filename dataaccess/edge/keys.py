"""The node's own keys, for the programs of the base that call it. Only their SHA-256 is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from dataaccess.edge.store import Store
from dataaccess.shapes import KINDS, Kind

_PREFIX = "edge_"


class Taken(Exception):
    """There is a key of this name already."""


@dataclass(frozen=True, slots=True)
class Key:
    name: str
    scopes: tuple[Kind, ...]
    created_at: str
    revoked_at: str | None


def issue(store: Store, name: str, scopes: Sequence[str], at: datetime) -> str:
    """A new key; its text is returned once and kept nowhere."""
    text = _PREFIX + secrets.token_urlsafe(32)
    with store.writing() as db:
        if db.execute("SELECT 1 FROM keys WHERE name = ?", (name,)).fetchone():
            raise Taken(name)
        db.execute(
            "INSERT INTO keys VALUES (?, ?, ?, ?, NULL)",
            (name, _digest(text), orjson.dumps(list(scopes)).decode(), at.isoformat()),
        )
    return text


def revoke(store: Store, name: str, at: datetime) -> bool:
    """From this moment on the key is refused; False where there is none of this name."""
    with store.writing() as db:
        done = db.execute(
            "UPDATE keys SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL",
            (at.isoformat(), name),
        )
        return bool(done.rowcount)


def find(store: Store, text: str) -> Key | None:
    for row in store.rows("SELECT * FROM keys WHERE digest = ?", (_digest(text),)):
        return _key(row)
    return None


def listed(store: Store) -> list[Key]:
    return [_key(row) for row in store.rows("SELECT * FROM keys ORDER BY created_at")]


def _key(row: object) -> Key:
    name, _, scopes, created_at, revoked_at = tuple(row)  # type: ignore[var-annotated, arg-type]
    return Key(
        name, tuple(kind for kind in KINDS if kind in orjson.loads(scopes)), created_at, revoked_at
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
