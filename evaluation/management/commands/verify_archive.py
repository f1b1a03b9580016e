"""`manage.py verify_archive FILE`: whether the archive of a case is as it was made."""

import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from evaluation.documents.archive.sealing import faults, manifest_of, sha256_of
from evaluation.models import CaseArchive


class Command(BaseCommand):
    help = "Check the archive of a case: name what was altered, is missing or was added."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"there is no file {file}")
        found = list(faults(file))
        manifest, sha256 = manifest_of(file), sha256_of(file)
        known = _known(str(manifest.get("archive", "")))
        if known is not None and known != sha256:
            found.append("this portal made another file under this archive's name")
        for fault in found:
            self.stderr.write(fault)
        if found:
            sys.exit(1)
        made_here = "made by this portal" if known else "not among this portal's own archives"
        self.stdout.write(
            f"{manifest['case']}: {len(manifest['files'])} files, nothing was changed; {made_here}"
            f"\nsha256 {sha256}"
        )


def _known(archive: str) -> str | None:
    """The SHA-256 that this portal kept; None where it knows no such archive, or has no database:
    an archive can be checked on any machine."""
    try:
        made = CaseArchive.objects.filter(pk=archive, made_at__isnull=False)
        return made.values_list("sha256", flat=True).first()
    except (DatabaseError, ValidationError, ValueError):
        return None
