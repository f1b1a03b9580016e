"""`manage.py flush`: as Django's, which the triggers of tables that only grow would refuse. It is
what `manage.py demo` begins with."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.flush import Command as Flush

from portal.ledger import append_only


class Command(Flush):
    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("DJANGO_ENV=production: nothing is emptied here.")
        with append_only.lifted():
            super().handle(**options)
