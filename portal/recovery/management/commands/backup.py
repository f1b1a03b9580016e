"""`manage.py backup FOLDER`: database and files, and the keys apart from them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from portal.recovery import databases, files, keys, manifest

# A file may be deleted between the copy of the database and its own; then the row is looked at anew.
ATTEMPTS = 3


class Command(BaseCommand):
    help = "Back up database and files into a new folder, while the portal runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="new or empty")
        parser.add_argument(
            "--keys",
            type=Path,
            metavar="FOLDER",
            help="write the secret key and the signing key there: another place than the data",
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        apart: Path | None = options["keys"]
        if apart is not None and _within(apart, folder):
            raise CommandError("The keys belong apart: choose a place outside the backup.")
        for each in filter(None, (folder, apart)):
            _new(each)
        try:
            missing = self._data(folder)
            if apart is not None:
                names = keys.write(apart)
                self.stdout.write(f"Keys: {', '.join(names)} in {apart}; keep them elsewhere.")
            else:
                self.stdout.write("The keys were not backed up: --keys FOLDER does.")
        except (databases.ToolFailed, OSError) as failure:
            raise CommandError(f"The backup broke off: {failure}") from failure
        if missing:
            raise CommandError(
                "The backup is whole, but rows of the portal point to files that are gone: "
                + ", ".join(missing)
            )

    def _data(self, folder: Path) -> list[str]:
        """Files first, for they are many; then the database; then the files that came between."""
        stored = folder / "files"
        stored.mkdir(mode=0o700)
        files.copy_out(databases.stored_names(), stored)
        for _attempt in range(ATTEMPTS):
            contents = databases.dump(folder)
            files.copy_out(contents.stored, stored)
            there = files.copied(stored)
            missing = sorted(contents.stored - there)
            if not missing:
                break
        for name in there - contents.stored:
            (stored / name).unlink()  # deleted in the portal meanwhile
        seal = manifest.write(
            folder,
            holds="data",
            made_at=timezone.now().isoformat(timespec="seconds"),
            database=connection.vendor,
            migrations=contents.migrations,
            rows=contents.rows,
            audit=contents.audit,
            missing=missing,
        )
        self.stdout.write(
            f"Database: {sum(contents.rows.values())} rows in {len(contents.rows)} tables. "
            f"Files: {len(there & contents.stored)}. Audit chain: {contents.audit['seq']} events.\n"
            f"SHA-256 of the manifest, to be noted elsewhere: {seal}"
        )
        return missing


def _within(inner: Path, outer: Path) -> bool:
    return inner.resolve().is_relative_to(outer.resolve()) or outer.resolve().is_relative_to(
        inner.resolve()
    )


def _new(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        if any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty: choose a new folder.")
    except OSError as error:
        raise CommandError(f"{folder} cannot be used: {error.strerror}.") from error
