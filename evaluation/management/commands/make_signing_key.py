"""A self-made authority and key that sign the example's certificates."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluation.documents import signing


class Command(BaseCommand):
    help = (
        "Make the key that signs certificates of the example data, where there is none. "
        "It shows what a signature does and proves nothing; refused in production."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path = signing.ensure_example_signing_key()
        except signing.CannotSign as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{path}\n")
