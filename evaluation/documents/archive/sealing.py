"""The ZIP of a case: written as it comes, listed in a manifest, sealed; and the check of one.

`manifest.json` names every file with its size and SHA-256; `SHA256SUMS` says the same to everybody who
has the unpacked folder and `sha256sum -c`. The seal is the ZIP's comment, at the
very end: the SHA-256 of every byte before it, so that a change anywhere is found, in the ZIP's own
directory as well. Pure: no Django, no database."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
FORMAT = 1
CHUNK = 1024 * 1024
SEAL = b"sha256:"
DIGITS = 64


class Writer:
    """Writes the files of an archive one after the other; memory does not grow with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = zipfile.ZipFile(path, "w", allowZip64=True)
        self._files: list[dict[str, Any]] = []
        self._names: set[str] = set()

    def text(self, name: str, content: str) -> str:
        return self.add(name, content.encode(), zipfile.ZIP_DEFLATED)

    def add(self, name: str, content: bytes, how: int = zipfile.ZIP_STORED) -> str:
        """Bytes that are in memory anyway."""
        name = self._unique(name)
        self._zip.writestr(zipfile.ZipInfo(name), content, how)
        self._list(name, len(content), hashlib.sha256(content).hexdigest())
        return name

    def stream(self, name: str, source: IO[bytes]) -> str:
        """A stored file, copied piece by piece. Returns the name it has in the archive."""
        name = self._unique(name)
        digest, size = hashlib.sha256(), 0
        with self._zip.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        self._list(name, size, digest.hexdigest())
        return name

    def sums(self) -> None:
        """The hashes of everything so far, as `sha256sum -c` reads them."""
        lines = [f"{file['sha256']}  {file['path']}\n" for file in self._files]
        self.text(SUMS, "".join(lines))

    def close(self, about: dict[str, Any]) -> str:
        """Write the manifest and the seal. Returns the SHA-256 of the whole file."""
        manifest = {"format": FORMAT, **about, "files": self._files}
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        self._zip.writestr(zipfile.ZipInfo(MANIFEST), text, zipfile.ZIP_DEFLATED)
        self._zip.comment = SEAL + b"0" * DIGITS
        self._zip.close()
        with self.path.open("r+b") as file:
            before = _digest_before_the_seal(file, self.path.stat().st_size)
            file.seek(-DIGITS, 2)
            file.write(before.encode())
        return sha256_of(self.path)

    def _list(self, name: str, size: int, sha256: str) -> None:
        self._files.append({"path": name, "size": size, "sha256": sha256})

    def _unique(self, name: str) -> str:
        """Two files of one name get numbers; no name leads out of the archive."""
        path = PurePosixPath(name)
        wanted, count = name, 1
        while wanted.casefold() in self._names or wanted == MANIFEST:
            count += 1
            wanted = str(path.with_name(f"{path.stem}-{count}{path.suffix}"))
        self._names.add(wanted.casefold())
        return wanted


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_before_the_seal(file: IO[bytes], size: int) -> str:
    digest, left = hashlib.sha256(), size - DIGITS
    file.seek(0)
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()


def manifest_of(path: Path) -> dict[str, Any]:
    """What the archive says of itself; empty where that cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = json.loads(archive.read(MANIFEST))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return {}
    return found if isinstance(found, dict) else {}


def faults(path: Path) -> Iterator[str]:
    """What is wrong with an archive, each in a sentence; nothing where it is as it was made."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - DIGITS - len(SEAL)))
        tail = file.read()
        if not tail.startswith(SEAL):
            yield "the seal is missing: the file was cut short or written by another program"
        elif tail[len(SEAL) :].decode("ascii", "replace") != _digest_before_the_seal(file, size):
            yield "the seal is broken: at least one byte was changed since the archive was made"
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _faults_inside(archive)
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        yield f"the ZIP cannot be read: {error}"


def _faults_inside(archive: zipfile.ZipFile) -> Iterator[str]:
    names = [entry.filename for entry in archive.infolist()]
    try:
        manifest = json.loads(archive.read(MANIFEST))
        listed = {entry["path"]: entry for entry in manifest["files"]}
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile):
        yield f"{MANIFEST} is missing or cannot be read"
        return
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} stands twice in the ZIP"
    for name in sorted(listed.keys() - set(names)):
        yield f"{name} is missing"
    for name in sorted(set(names) - listed.keys() - {MANIFEST}):
        yield f"{name} was added: the manifest does not know it"
    for name in sorted(listed.keys() & set(names)):
        if _digest_of(archive, name) != listed[name]["sha256"]:
            yield f"{name} was altered"


def _digest_of(archive: zipfile.ZipFile, name: str) -> str:
    try:
        digest = hashlib.sha256()
        with archive.open(name) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError):
        return ""  # what cannot be unpacked is not what was packed
