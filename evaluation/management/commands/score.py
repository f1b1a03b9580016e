"""`manage.py score FILE`: score declarations without a database."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from evaluation.rulebook import load_edition
from evaluation.rulebook.declarations import score_document


class Command(BaseCommand):
    help = "Score a declaration, or a list of them (JSON). Needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a JSON file; - reads standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["file"]
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except (OSError, ValueError) as error:
            self._name(f"{name}: {getattr(error, 'strerror', None) or error}")
            sys.exit(2)
        scores = score_document(load_edition(), raw, self._name)
        if scores is None:
            sys.exit(2)
        self._print(scores.as_json())

    def _name(self, fault: object) -> None:
        self.stderr.write(str(fault))

    def _print(self, result: Any) -> None:
        text = json.dumps(result, ensure_ascii=False, indent=1)
        try:
            text.encode(getattr(self.stdout, "encoding", None) or "utf-8")
        except UnicodeEncodeError:  # a terminal without Chinese still gets JSON
            text = json.dumps(result, indent=1)
        self.stdout.write(text)
