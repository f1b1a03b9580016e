"""Whose contact data are shown to whom, and the one way to see masked ones in full.

Each kind of thing with contact data says so once, in its application's `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from portal.ledger import audit


@dataclass(frozen=True)
class Entry:
    """One contact field: its name in the audit trail, its label, the text and how it is masked."""

    key: str
    label: str
    text: str
    mask: Callable[[str], str]


@dataclass(frozen=True)
class Kind:
    """`find` gives what the reader may see at all, masked or not. `in_full`: who needs the data for
    the daily work; `may_reveal`: who may see them in full by a button, which is audited."""

    find: Callable[[Any, int], Any | None]
    entries: Callable[[Any], list[Entry]]
    may_reveal: Callable[[Any, Any], bool]
    in_full: Callable[[Any, Any], bool] = lambda user, thing: False
    case: Callable[[Any], str] = lambda thing: ""


_kinds: dict[str, Kind] = {}


def declare(name: str, kind: Kind) -> None:
    _kinds[name] = kind


@dataclass(frozen=True)
class Shown:
    """Contact data as a page shows them to one reader."""

    kind: str
    pk: int
    entries: list[tuple[str, str]]  # label, text
    covered: bool
    may_reveal: bool


def shown(user: Any, name: str, thing: Any) -> Shown:
    """In full or masked, as the reader's task asks."""
    kind = _kinds[name]
    entries = [entry for entry in kind.entries(thing) if entry.text]
    if kind.in_full(user, thing):
        return Shown(name, thing.pk, [(each.label, each.text) for each in entries], False, False)
    masked = [(each.label, each.mask(each.text)) for each in entries]
    return Shown(name, thing.pk, masked, True, bool(entries) and kind.may_reveal(user, thing))


@transaction.atomic
def reveal(user: Any, name: str, pk: int) -> Shown | None:
    """In full, and on record who saw whose. None where there is nothing that the reader may see."""
    kind = _kinds.get(name)
    thing = kind.find(user, pk) if kind else None
    if kind is None or thing is None or not user.is_active or not kind.may_reveal(user, thing):
        return None
    entries = [entry for entry in kind.entries(thing) if entry.text]
    audit.record(
        user,
        "contacts.reveal",
        f"{name}:{pk}",
        case=kind.case(thing),
        fields=[entry.key for entry in entries],
    )
    return Shown(name, pk, [(entry.label, entry.text) for entry in entries], False, False)


@transaction.atomic
def note_export(user: Any, what: str, count: int) -> None:
    """On record who took so many people's contact data away in a file."""
    audit.record(user, "contacts.export", what, count=count)
