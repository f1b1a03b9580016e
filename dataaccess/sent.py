"""What a delivery says of each event, and as the databases take it."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from dataaccess.shapes import tables

Values = dict[str, Any]
# The nine fields beside the id: their names of Table B.1, and the columns they are kept in.
COLUMNS = {
    field.name: field.english
    for field in tables.SECURITY_EVENT.fields
    if field.name != tables.EVENT_ID
}
DIGEST = "digest"


class Sent(NamedTuple):
    """An event with its ten fields as JSON, always in the order of the table, and the digest."""

    event_id: str
    event: Values
    said: bytes
    digest: str


def sent_as(event: Values) -> Sent:
    said = orjson.dumps(event)
    return Sent(
        event[tables.EVENT_ID], event, said, hashlib.blake2b(said, digest_size=16).hexdigest()
    )


class Batch:
    """What a delivery says of each event. The same id twice: the later one wins and counts as an
    update, the earlier (`overtaken`, where it said something else) stays in the history."""

    __slots__ = ("accepted", "overtaken", "sent")

    def __init__(self, events: list[Values]) -> None:
        latest: dict[str, Values] = {}
        self.overtaken: list[Values] = []
        for event in events:
            earlier = latest.pop(event[tables.EVENT_ID], None)
            if earlier is not None and earlier != event:
                self.overtaken.append(earlier)
            latest[event[tables.EVENT_ID]] = event
        self.accepted = len(events)
        self.sent = list(map(sent_as, latest.values()))


def as_array(sent: Sequence[Sent]) -> str:
    """What is sent with its digest, as one JSON array: written once, not again for the database."""
    rows = [f'{{"{DIGEST}":"{each.digest}",{each.said[1:].decode()}' for each in sent]
    return f"[{','.join(rows)}]"


_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_TABS = len(tables.SECURITY_EVENT.fields)


def as_rows(sent: Sequence[Sent]) -> bytes:
    """The same as text for COPY, the digest first. Few texts hold what must be escaped; whether
    any does is seen from all of them at once."""
    rows = "\n".join(["\t".join((each.digest, *each.event.values())) for each in sent])
    if (
        "\\" in rows
        or "\r" in rows
        or rows.count("\t") != _TABS * len(sent)
        or rows.count("\n") != len(sent) - 1
    ):
        rows = "\n".join(
            [
                "\t".join(
                    (each.digest, *(text.translate(_ESCAPED) for text in each.event.values()))
                )
                for each in sent
            ]
        )
    return rows.encode()
