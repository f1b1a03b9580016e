"""Whether `verify_audit` finds each kind of tampering in a long audit chain, and how soon.

A chain of so many events in a database of its own; then one change after the other by somebody who
may do anything with the database, each taken back before the next."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from tests import services

LIMIT = 10.0  # seconds


def trial(events: int, say: Callable[[str], None]) -> int:
    """The number of faults; each database in a process of its own."""
    failed = 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(services.postgres())
        urls = {"sqlite": f"sqlite:///{folder}/db.sqlite3", "postgresql": server}
        for name, url in urls.items():
            say(f"{name}, {events} events")
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "portal.settings",
                "READ_DOTENV": "false",
                "VAR_DIR": str(folder),
                "DATABASE_URL": url,
            }
            done = subprocess.run(
                [sys.executable, "-m", "tools.trust.audit", str(events)], env=environment
            )
            failed += done.returncode
    return failed


def main(count: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.utils import timezone

    from portal.ledger import append_only, audit
    from portal.ledger.models import AuditEvent, AuditHead

    call_command("migrate", verbosity=0)
    events, previous, first = [], "", timezone.now()
    for seq in range(1, count + 1):
        event = AuditEvent(
            seq=seq,
            at=first + timedelta(milliseconds=seq),
            actor_name="chen",
            action="case.note",
            subject=f"case:{seq}",
            case="PG2026-0001",
            data={"move": "accept", "text": f"示例：第{seq}条", "fields": ["pue", "fp16"]},
            previous_hash=previous,
        )
        event.hash = previous = audit.digest(event)
        events.append(event)
    with transaction.atomic():
        AuditEvent.objects.bulk_create(events, batch_size=500)
        head = AuditHead.objects.create(pk=1, seq=count, hash=previous)
    del events
    anchors = {head.seq: head.hash}
    late = count - 10
    table = "ledger_auditevent"
    columns = 'at, actor_name, action, subject, "case", data, previous_hash'

    def moved(first: int, by: int) -> list[str]:
        """Renumber from the end, so that no number is taken twice."""
        order = range(count, first - 1, -1) if by > 0 else range(first, count + 1)
        return [f"UPDATE {table} SET seq = {n + by} WHERE seq = {n}" for n in order]

    def copied(seq: int, source: int) -> str:
        return (
            f"INSERT INTO {table} (seq, hash, {columns}) "
            f"SELECT {seq}, 'x', {columns} FROM {table} WHERE seq = {source}"
        )

    kinds: dict[str, tuple[list[str], str]] = {
        "untouched": ([], ""),
        "altered": (
            [f"UPDATE {table} SET subject = 'x' WHERE seq = {late}"],
            f"event {late} was altered",
        ),
        "deleted": (
            [f"DELETE FROM {table} WHERE seq = {late}"],
            f"event {late} is missing: event {late + 1} follows event {late - 1}",
        ),
        "deleted and closed up": (
            [f"DELETE FROM {table} WHERE seq = {late}", *moved(late + 1, -1)],
            f"event {late} does not follow from event {late - 1}",
        ),
        "reordered": (
            [
                f"UPDATE {table} SET seq = {count + 5} WHERE seq = {late}",
                f"UPDATE {table} SET seq = {late} WHERE seq = {late + 1}",
                f"UPDATE {table} SET seq = {late + 1} WHERE seq = {count + 5}",
            ],
            f"event {late} does not follow from event {late - 1}",
        ),
        "inserted": (
            [*moved(late, 1), copied(late, late - 1)],
            f"event {late} does not follow from event {late - 1}",
        ),
        "appended": (
            [copied(count + 1, count)],
            f"event {count + 1} does not follow from event {count}",
        ),
        "truncated": (
            [f"DELETE FROM {table} WHERE seq > {late}"],
            f"the chain ends at event {late}, its head says {count}",
        ),
        "truncated with its head": (
            [
                f"DELETE FROM {table} WHERE seq > {late}",
                f"UPDATE ledger_audithead SET seq = {late}, "
                f"hash = (SELECT hash FROM {table} WHERE seq = {late})",
            ],
            f"the chain ends at event {late}, its anchor says {count}: {count - late} were cut off",
        ),
    }
    wrong = 0
    for name, (statements, expected) in kinds.items():
        with transaction.atomic():
            with append_only.lifted(), connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
            began, worked = time.monotonic(), time.process_time()
            found = next(audit.faults(anchors), "")
            took, cpu = time.monotonic() - began, time.process_time() - worked
            transaction.set_rollback(True)
        good = found == expected and took < LIMIT
        wrong += not good
        print(
            f"{'ok  ' if good else 'FAIL'} {name:24} {took:5.2f} s ({cpu:.2f} s of work): {found}"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
