"""`manage.py verify_audit`: names the first altered, deleted or reordered audit event."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from portal.ledger import audit
from portal.ledger.models import AuditEvent


class Command(BaseCommand):
    help = "Walk the audit chain; exit status 1 where it does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = list(audit.faults())
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            sys.exit(1)
        self.stdout.write(f"{AuditEvent.objects.count()} events, the chain holds")
