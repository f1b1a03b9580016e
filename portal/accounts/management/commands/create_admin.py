"""`manage.py create_admin`: the first administrators of a new portal."""

from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from portal.accounts.models import Role, User
from portal.ledger import audit


class Command(BaseCommand):
    help = "Create an enabled administrator. A new portal needs one of each of the three roles."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=["system_admin", "security_admin", "audit_admin"])
        parser.add_argument("username")
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User(
            username=options["username"],
            email=options["email"],
            name=options["name"],
            role=Role(options["role"]),
        )
        password = getpass("Password: ")
        try:
            validate_password(password, user)
            user.set_password(password)
            user.full_clean()
        except ValidationError as fault:
            raise CommandError("\n".join(fault.messages)) from None
        with transaction.atomic():
            user.save()
            audit.record(
                None,
                "accounts.create_admin",
                f"user:{user.pk}",
                username=user.username,
                role=user.role,
            )
        self.stdout.write(f"{user.username} ({user.role})")
