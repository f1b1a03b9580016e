"""Reading log files onwards from a position that survives restarts, across rotation.

A file is known by its first bytes, not by its name: when the file under the name has other
ones, it was rotated, and what was left unread in the old one (renamed, copied or compressed) and
in any between is read first."""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_HEAD = 1024
_BLOCK = 1024 * 1024
# A line longer than this is no log line; it is passed over.
_LONGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Position:
    """How far a log has been read: in the file that begins with these bytes, to this offset."""

    head: str = ""
    head_bytes: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, and the position behind them."""

    lines: list[bytes]
    position: Position


def read_on(path: Path, start: Position) -> Iterator[Block]:
    """Blocks of new lines, oldest first. FileNotFoundError where there is no such file."""
    with path.open("rb") as now:
        if not _is(now, start):
            for older in _unread(path, start):
                with _opened(older) as file:
                    # A rotated file grows no more: its last line counts without its end, too.
                    position = start if _is(file, start) else Position()
                    yield from _blocks(file, position, whole=True)
            start = Position()
        yield from _blocks(now, start)


def _unread(path: Path, start: Position) -> list[Path]:
    """The rotated files that are not read to their end, oldest first; none where the one that
    was being read is gone."""
    rotated = sorted(
        (each for each in path.parent.glob(f"{path.name}?*") if each.is_file()),
        key=lambda each: each.stat().st_mtime,
    )
    for index, each in enumerate(rotated):
        with _opened(each) as file:
            if _is(file, start):
                return rotated[index:]
    return []


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _is(file: IO[bytes], position: Position) -> bool:
    """Whether a position is one in this file."""
    if not position.head_bytes:
        return True
    try:
        file.seek(0)
        head = file.read(position.head_bytes)
        if len(head) < position.head_bytes or _digest(head) != position.head:
            return False
        return file.seek(position.offset) == position.offset and _reaches(file, position.offset)
    except (OSError, EOFError):  # not what its ending says
        return False


def _reaches(file: IO[bytes], offset: int) -> bool:
    # Truncated in place and grown again it may begin alike, but be shorter.
    file.seek(offset - 1 if offset else 0)
    return bool(file.read(1)) or not offset


def _blocks(file: IO[bytes], start: Position, *, whole: bool = False) -> Iterator[Block]:
    file.seek(0)
    head = file.read(_HEAD)
    offset = start.offset
    while True:
        file.seek(offset)
        raw = file.read(_BLOCK)
        end = raw.rfind(b"\n") + 1
        while not end and len(raw) < _LONGEST and (more := file.read(_BLOCK)):
            raw += more
            end = raw.rfind(b"\n") + 1
        if not end:
            if len(raw) < _LONGEST and not (whole and raw):
                return
            end = len(raw)
        offset += end
        # The head may still be growing: the line just read makes it longer.
        known = head[: min(len(head), offset)]
        lines = [line for line in raw[:end].split(b"\n") if line.strip()]
        yield Block(lines, Position(_digest(known), len(known), offset))


def _digest(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()[:32]
