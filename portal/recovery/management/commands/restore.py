"""`manage.py restore FOLDER`: a backup into an empty place, and the proof that it is whole."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from portal.recovery import databases, files, keys, manifest, proof


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty database and file store, and verify everything. "
        "Exit status 1, with nothing changed, where the backup is damaged or the place not empty."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keys", type=Path, metavar="FOLDER", help="the backup of the keys")
        parser.add_argument(
            "--sha256", default="", help="what `backup` said: proves that the manifest is the same"
        )
        parser.add_argument(
            "--only-check", action="store_true", help="look at the backup and restore nothing"
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        apart: Path | None = options["keys"]
        self._refuse_for(_damage(folder, apart, options["sha256"]), "Nothing was restored.")
        about = manifest.read(folder)
        self.stdout.write(f"The backup of {about['made_at']} is undamaged.")
        if options["only_check"]:
            return
        self._refuse_for(_obstacles(about, apart), "Nothing was restored.")
        try:
            databases.load(folder / databases.FILES[connection.vendor])
            files.copy_in(folder / "files")
        except (databases.ToolFailed, OSError) as failure:
            raise CommandError(
                f"The restoring broke off; empty the place and begin again. {failure}"
            ) from failure
        for sentence in keys.put_back(apart) if apart else ():
            self.stdout.write(sentence)
        found = list(proof.prove(about))
        for finding in found:
            if finding.holds:
                self.stdout.write(finding.sentence)
        self._refuse_for(
            (finding.sentence for finding in found if not finding.holds),
            "The backup was restored, but not everything holds.",
        )
        self.stdout.write("Everything was restored and holds.")

    def _refuse_for(self, faults: Iterator[str], conclusion: str) -> None:
        found = list(faults)
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError(conclusion)


def _damage(folder: Path, apart: Path | None, sha256: str) -> Iterator[str]:
    yield from manifest.faults(folder)
    if sha256 and (folder / manifest.NAME).is_file():
        now = manifest.sha256_of(folder / manifest.NAME)
        if now != sha256.strip().lower():
            yield f"{manifest.NAME} is another one than noted: its SHA-256 is {now}."
    for place, holds in ((folder, "data"), (apart, "keys")):
        about = manifest.read(place) if place else {}
        if about and about.get("holds") != holds:
            yield f"{place} is no backup of the {holds}."
    if apart:
        yield from (f"Keys: {fault}" for fault in manifest.faults(apart))


def _obstacles(about: dict[str, Any], apart: Path | None) -> Iterator[str]:
    if about["database"] != connection.vendor:
        yield (
            f"The backup is of {about['database']}, DATABASE_URL names {connection.vendor}: "
            "a backup is restored into the same kind of database."
        )
        return
    for difference in databases.differing_migrations(about["migrations"]):
        yield (
            f"Migration {difference}: restore with the version of the portal that made the backup, "
            "then upgrade as usual."
        )
    there = databases.tables()
    if there:
        yield f"The database is not empty: it has the table {there[0]} and {len(there) - 1} more."
    lying = files.in_store()
    if lying:
        yield f"The file store is not empty: {lying} lies there."
    if apart:
        yield from keys.obstacles(apart)
