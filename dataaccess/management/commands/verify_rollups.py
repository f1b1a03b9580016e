"""`manage.py verify_rollups`: names every rollup that a recount of what was reported contradicts."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from dataaccess import recount
from dataaccess.models import Base


class Command(BaseCommand):
    help = "Count the rollups again from what was reported; exit status 1 where they differ."

    def handle(self, *args: Any, **options: Any) -> None:
        found = recount.differences()
        for difference in found:
            self.stderr.write(difference)
        if found:
            self.stderr.write(f"{len(found)} differences")
            sys.exit(1)
        self.stdout.write(f"{Base.everything.count()} bases, every rollup equals its recount")
