"""Small things the node remembers by name, for its next start and for other processes."""

from dataaccess.edge.store import Store


def read(store: Store, name: str) -> str:
    """What was noted; empty where nothing was."""
    for row in store.rows("SELECT value FROM notes WHERE name = ?", (name,)):
        return str(row["value"])
    return ""


def write(store: Store, name: str, value: str) -> None:
    if read(store, name) == value:
        return
    with store.writing() as db:
        db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))


def forget(store: Store, name: str) -> None:
    if not read(store, name):
        return
    with store.writing() as db:
        db.execute("DELETE FROM notes WHERE name = ?", (name,))
