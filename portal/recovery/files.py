"""The files that rows point to, out of the store and back into it."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from portal.recovery import manifest


def copy_out(names: Iterable[str], folder: Path) -> None:
    """Copy what is there and was not copied before. A stored file never changes, so one copy is
    enough; one that is gone is told by whoever looks for it."""
    for name in sorted(names):
        target = folder / name
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            source = default_storage.open(name)
        except FileNotFoundError:
            continue
        half = target.with_name(f"{target.name}.half")
        with source, half.open("xb") as copy:
            shutil.copyfileobj(source, copy, manifest.CHUNK)
        half.replace(target)


def copied(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def copy_in(folder: Path) -> None:
    """Put every file of a backup into the store under its own name."""
    for name in sorted(copied(folder)):
        with (folder / name).open("rb") as source:
            kept = default_storage.save(name, File(source))
        if kept != name:
            raise OSError(f"the store kept {name} as {kept}")


def in_store() -> str:
    """The name of something that lies in the store already; empty where nothing does."""
    try:
        folders, names = default_storage.listdir("")
    except FileNotFoundError:
        return ""
    return next(iter(sorted([*names, *folders])), "")


def sha256_in_store(name: str) -> str:
    """Empty where there is no such file."""
    try:
        source = default_storage.open(name)
    except FileNotFoundError:
        return ""
    with source:
        return manifest.sha256_of(source)
