"""A backup of a portal in which people work: files come and go between the copies."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.utils import timezone

from evaluation.models import ObjectionFile
from portal.recovery import manifest

pytestmark = pytest.mark.django_db(transaction=True)


class BusyStore(FileSystemStorage):
    """Somebody does something just when a file is opened for the first time."""

    meanwhile: ClassVar[dict[str, Callable[[], object]]] = {}

    def _open(self, name: str, mode: str = "rb") -> object:
        self.meanwhile.pop(name, lambda: None)()
        return super()._open(name, mode)


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "files")
    backend = f"{__name__}.BusyStore"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend}}
    yield
    BusyStore.meanwhile.clear()


def kept(words: str) -> ObjectionFile:
    content = words.encode()
    file = ObjectionFile(
        name="x.pdf",
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=timezone.now(),
    )
    file.stored.save("x.pdf", ContentFile(content), save=False)
    file.save()
    return file


def gone(file: ObjectionFile) -> None:
    """As the portal does it: the row first."""
    ObjectionFile.objects.filter(pk=file.pk).delete()
    file.stored.storage.delete(file.stored.name)


def names_in(backup: Path) -> set[str]:
    return {path.relative_to(backup / "files").as_posix() for path in backup.rglob("objections/*")}


def test_a_file_that_comes_after_the_first_look_is_in_it(tmp_path: Path) -> None:
    first, later = kept("first"), []
    BusyStore.meanwhile[first.stored.name] = lambda: later.append(kept("later"))
    call_command("backup", tmp_path / "b")
    assert names_in(tmp_path / "b") == {first.stored.name, later[0].stored.name}
    assert manifest.read(tmp_path / "b")["rows"]["evaluation_objectionfile"] == 2
    assert list(manifest.faults(tmp_path / "b")) == []


def test_a_file_that_goes_before_the_database_is_copied_is_not(tmp_path: Path) -> None:
    first, other = sorted((kept("first"), kept("other")), key=lambda file: file.stored.name)
    BusyStore.meanwhile[other.stored.name] = lambda: gone(first)
    call_command("backup", tmp_path / "b")
    assert names_in(tmp_path / "b") == {other.stored.name}
    assert manifest.read(tmp_path / "b")["rows"]["evaluation_objectionfile"] == 1


def test_when_one_goes_after_the_database_was_copied_it_is_copied_anew(tmp_path: Path) -> None:
    first = kept("first")

    def one_comes_that_goes_when_it_is_to_be_copied() -> None:
        passing = kept("passing")
        BusyStore.meanwhile[passing.stored.name] = lambda: gone(passing)

    BusyStore.meanwhile[first.stored.name] = one_comes_that_goes_when_it_is_to_be_copied
    call_command("backup", tmp_path / "b")
    about = manifest.read(tmp_path / "b")
    assert names_in(tmp_path / "b") == {first.stored.name}
    assert (about["missing"], about["rows"]["evaluation_objectionfile"]) == ([], 1)


def test_one_that_was_lost_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    first, lost = kept("first"), kept("lost")
    lost.stored.storage.delete(lost.stored.name)
    with pytest.raises(CommandError, match=f"point to files that are gone: {lost.stored.name}"):
        call_command("backup", tmp_path / "b")
    assert names_in(tmp_path / "b") == {first.stored.name}
    assert manifest.read(tmp_path / "b")["missing"] == [lost.stored.name]
