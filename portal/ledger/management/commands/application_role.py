"""`manage.py application_role NAME`: the database role that web, worker and beat work as."""

import os
import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from portal.ledger import roles


class Command(BaseCommand):
    help = (
        "Make a PostgreSQL role with just the rights that the portal's processes need: it can add "
        "to the audit trail and the register, and change neither. Run as the owner of the tables, "
        "after each migration. The password comes from APPLICATION_DB_PASSWORD, if that is set."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles; a SQLite file belongs to its user.")
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
            raise CommandError("A role's name has small letters, digits and _ only.")
        if name == connection.settings_dict["USER"]:
            raise CommandError(f"{name} is who asks: the owner keeps every right. Choose another.")
        try:
            with transaction.atomic():
                roles.grant(name, os.environ.get("APPLICATION_DB_PASSWORD", ""))
        except ProgrammingError as refusal:
            raise CommandError(f"PostgreSQL refused: {refusal}") from refusal
        self.stdout.write(f"{name} has the rights of the portal's processes.")
