"""manage.py issue_key BASE: a new key alone on standard output."""

from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dataaccess.actions import keys
from dataaccess.models import Base


class Command(BaseCommand):
    help = "Issue an API key for a base and print it, alone, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("base", help="the base's code, such as demo-base")
        parser.add_argument(
            "--scope",
            action="append",
            choices=keys.ALL_SCOPES,
            help="an interface the key is for; repeat for more (default: all three)",
        )
        parser.add_argument("--days", type=int, help="days until the key ends (default: never)")

    def handle(self, *args: Any, **options: Any) -> None:
        base = _find(options["base"])
        days = options["days"]
        if days is not None and not 1 <= days <= 36500:
            raise CommandError("--days must be between 1 and 36500.")
        until = timezone.now() + timedelta(days=days) if days else None
        _key, text = keys.issue(
            base, actor=None, scopes=options["scope"] or keys.ALL_SCOPES, valid_until=until
        )
        self.stdout.write(text)


def _find(code: str) -> Base:
    base = Base.objects.filter(code=code).first()
    if base is not None:
        return base
    codes = list(Base.objects.values_list("code", flat=True))
    if not codes:
        raise CommandError(f"There is no base {code!r}: the portal holds no base yet.")
    near = get_close_matches(code, codes, n=3, cutoff=0.6) or sorted(codes)[:3]
    raise CommandError(f"There is no base {code!r}. Did you mean {', '.join(near)}?")
