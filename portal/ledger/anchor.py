"""The end of the audit chain, written down outside the database: whoever can rewrite the whole
chain, or cut it off, cannot rewrite a file that lies elsewhere. Each line: time, number, hash."""

import fcntl
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from portal.ledger.models import AuditEvent, AuditHead

log = logging.getLogger(__name__)
LINE = re.compile(r"(\S+) ([1-9]\d*) ([0-9a-f]{64})")


class Unreadable(Exception):
    """Which line of an anchor file is none, in a sentence."""


@dataclass(frozen=True)
class Anchor:
    at: str
    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.at} {self.seq} {self.hash}"


def read(text: str) -> list[Anchor]:
    """Raises Unreadable; a last line without its end is one that is being written."""
    anchors: list[Anchor] = []
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        found = LINE.fullmatch(line)
        if found is None:
            raise Unreadable(f"line {number} of the anchor file is no anchor")
        anchors.append(Anchor(found[1], int(found[2]), found[3]))
        if len(anchors) > 1 and anchors[-1].seq <= anchors[-2].seq:
            raise Unreadable(f"line {number} of the anchor file goes back")
    return anchors


def append() -> bool:
    """Write down where the chain ends, if it grew. False, and an error in the log, where it does
    not contain the last anchor any more; then nothing is written."""
    path = Path(settings.AUDIT_ANCHOR_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o640), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two workers with the same task
        try:
            known = read(file.read())
        except Unreadable as fault:
            log.error("audit anchor: %s", fault)
            return False
        head = AuditHead.objects.filter(pk=1).first()
        last = known[-1] if known else None
        if last is not None and not _still_there(last):
            log.error("audit anchor: the chain does not contain event %s any more", last.seq)
            return False
        if head is not None and head.seq > (last.seq if last else 0):
            now = timezone.now().astimezone().isoformat(timespec="seconds")
            file.write(f"{Anchor(now, head.seq, head.hash)}\n")
            file.flush()
            os.fsync(file.fileno())
    return True


def _still_there(anchor: Anchor) -> bool:
    return AuditEvent.objects.filter(seq=anchor.seq, hash=anchor.hash).exists()
