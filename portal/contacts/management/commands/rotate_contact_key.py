"""Seals contact data anew with the first key of CONTACT_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.contacts import keys
from portal.contacts.resealing import BATCH, reseal, sealed_models


class Command(BaseCommand):
    help = (
        "Seals contact data with the first key of CONTACT_KEYS: what another key sealed, and what "
        "never was. Works while the portal runs; broken off, run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=BATCH, help="rows of a transaction")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        total = 0
        for model in sealed_models():
            done = reseal(model, batch=max(1, batch))
            total += done
            if done:
                self.stdout.write(f"{model._meta.label}: {done}")
        self.stdout.write(f"{total} rows sealed anew; all are sealed with key {keys.current()}.")
