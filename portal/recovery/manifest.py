"""What a backup says of itself: every file with its size and SHA-256, sealed by a file beside it.
Pure: no Django, no database."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

NAME = "manifest.json"
SEAL = "manifest.json.sha256"
FORMAT = 1
CHUNK = 1024 * 1024


def sha256_of(source: Path | IO[bytes]) -> str:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def write(folder: Path, **about: Any) -> str:
    """List everything that lies in the folder. Written last: a backup that broke off has none.
    Returns the SHA-256 of the manifest, which stands for the whole."""
    files = {
        name: {"size": (folder / name).stat().st_size, "sha256": sha256_of(folder / name)}
        for name in sorted(_files_in(folder))
    }
    text = json.dumps({"format": FORMAT, **about, "files": files}, ensure_ascii=False, indent=1)
    seal = hashlib.sha256(text.encode()).hexdigest()
    private(folder / SEAL, f"{seal}\n".encode())
    private(folder / NAME, text.encode())
    return seal


def private(path: Path, content: bytes) -> None:
    """A new file that its owner alone may read, on the disk before this returns."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> dict[str, Any]:
    """The manifest; an empty one where there is none that can be read."""
    try:
        found = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("files"), dict) else {}


def faults(folder: Path) -> Iterator[str]:
    """What is wrong with a backup, each in a sentence; nothing where it is as it was made."""
    if not (folder / NAME).is_file():
        yield f"{NAME} is missing: this is no backup, or one that broke off."
        return
    try:
        seal = (folder / SEAL).read_bytes()
    except OSError:
        seal = b""
    if seal != f"{sha256_of(folder / NAME)}\n".encode():
        yield f"{NAME} was altered: its SHA-256 is not the one in {SEAL}."
    manifest = read(folder)
    if manifest.get("format") != FORMAT:
        yield f"{NAME} cannot be read by this version."
        return
    there = _files_in(folder)
    for name, said in manifest["files"].items():
        if not _stays_inside(name):
            yield f"{name} leads out of the backup."
        elif name not in there:
            yield f"{name} is missing."
        elif (folder / name).stat().st_size != said["size"]:
            yield f"{name} was altered: it had {said['size']} bytes."
        elif sha256_of(folder / name) != said["sha256"]:
            yield f"{name} was altered: its SHA-256 is another one."
    for name in sorted(there - manifest["files"].keys()):
        yield f"{name} was added: the manifest does not know it."


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _files_in(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() or path.is_symlink()
    } - {NAME, SEAL}
