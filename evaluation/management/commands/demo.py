"""`manage.py demo`: (re)loads the example data."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluation.demo.load import load
from evaluation.documents.signing import ensure_example_signing_key
from portal.accounts.models import User


class Command(BaseCommand):
    help = "Empty the database and load the example data. Refuses in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there are accounts already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("DJANGO_ENV=production: the example data are not loaded here.")
        if options["if_empty"] and User.objects.exists():
            return
        call_command("flush", interactive=False, verbosity=0)
        ensure_example_signing_key()  # before the first certificate is printed
        load()
        self.stdout.write("Example data loaded.")
