"""`manage.py verify_audit`: names the first altered, deleted, reordered or inserted audit event."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.ledger import anchor, audit
from portal.ledger.models import AuditEvent


class Command(BaseCommand):
    help = "Walk the audit chain; exit status 1 where it does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor",
            type=Path,
            metavar="FILE",
            help="hold the chain also against the ends written down there (AUDIT_ANCHOR_FILE): "
            "finds a chain that was cut off or written anew as a whole",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        anchors = _anchors(options["anchor"]) if options["anchor"] else {}
        faults = list(audit.faults(anchors))
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            sys.exit(1)
        against = f" and agrees with {len(anchors)} anchors" if options["anchor"] else ""
        self.stdout.write(f"{AuditEvent.objects.count()} events, the chain holds{against}")


def _anchors(path: Path) -> dict[int, str]:
    try:
        return {each.seq: each.hash for each in anchor.read(path.read_text(encoding="utf-8"))}
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}", returncode=1) from error
    except anchor.Unreadable as fault:
        raise CommandError(f"{path}: {fault}", returncode=1) from fault
