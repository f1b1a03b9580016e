"""A portal is backed up while it stands, restored into an empty place, and proves to be the same;
whatever was damaged on the way is found and named. On SQLite and on PostgreSQL."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from portal.recovery import manifest
from tests import services
from tests.portal.recovery.places import Place, flip_a_byte, without_numbers
from tests.prepared import Prepared

WHOLE = [
    "Rows: N in N tables, as backed up.",
    "Files: N, each with its SHA-N.",
    "Rows with a file: N, each file as its row says it was.",
    "Audit chain: N events, unbroken, ending as backed up.",
    "Contact data: N rows, each opens with CONTACT_KEYS.",
    "Certificates: N with a valid signature.",
    "Archives of cases: N, each with its seal whole.",
    "Scores: N score runs come out as recorded.",
    "Everything was restored and holds.",
]
YEAR = timezone.localdate().year
pytestmark = pytest.mark.long
# What does not depend on the kind of database is tried on one.
on_sqlite = pytest.mark.parametrize("scene", ["sqlite"], indirect=True)


@dataclass
class Scene:
    """A portal, its backup, and empty places of the same kind."""

    portal: Place
    backup: Path
    keys: Path
    seal: str
    kind: str
    stack: ExitStack
    server: str

    @property
    def environment(self) -> dict[str, str]:
        """What somebody who restores sets by hand, from the keys."""
        return {"CONTACT_KEYS": (self.keys / "contact_keys").read_text()}

    def empty_place(self, folder: Path) -> Place:
        if self.kind == "sqlite":
            return Place(folder, f"sqlite:///{folder}/db.sqlite3")
        return Place(folder, self.stack.enter_context(services.new_database(self.server)))


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)],
)
def scene(request: Any, tmp_path_factory: Any, prepared: Prepared) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("recovery")
    with ExitStack() as stack:
        postgres = request.param == "postgresql"
        server = request.getfixturevalue("postgres_url") if postgres else ""
        made = Scene(
            Place(folder, ""), folder / "backup", folder / "keys", "", request.param, stack, server
        )
        made.portal = made.empty_place(folder / "portal")
        if postgres:
            prepared.load_tables(made.portal.database, server)
        else:
            prepared.tables_on_sqlite(made.portal.folder)
        built = made.portal.python("-m", "tests.portal.recovery.scene")
        assert built.returncode == 0, built.stderr
        done = made.portal.manage("backup", str(made.backup), "--keys", str(made.keys))
        assert done.returncode == 0, done.stderr
        made.seal = done.stdout.split("noted elsewhere: ")[1].split()[0]
        yield made


@pytest.fixture
def copy(scene: Scene, tmp_path: Path) -> Path:
    """The backup, to be damaged."""
    return Path(shutil.copytree(scene.backup, tmp_path / "copy"))


@pytest.fixture(scope="module")
def restored(scene: Scene) -> tuple[Place, str]:
    """The portal in a new place, and what was said."""
    place = scene.empty_place(scene.backup.parent / "new")
    asked = ["--keys", str(scene.keys), "--sha256", scene.seal]
    done = place.manage("restore", str(scene.backup), *asked, **scene.environment)
    assert done.returncode == 0, done.stderr
    return place, done.stdout


def test_a_restored_portal_is_the_same_and_says_so(
    scene: Scene, restored: tuple[Place, str]
) -> None:
    place, said = restored
    lines = said.splitlines()
    assert lines[0].endswith("is undamaged.")
    assert lines[1].startswith(f"The signing key lies at {place.folder}/signing/example.p12")
    assert lines[2].startswith("SECRET_KEY is not what ")
    assert [without_numbers(line) for line in lines[-len(WHOLE) :]] == WHOLE
    now, then = (
        {path.relative_to(each.folder): path.read_bytes() for path in each.files}
        for each in (place, scene.portal)
    )
    assert now == then


def test_only_an_empty_place_is_filled(scene: Scene, restored: tuple[Place, str]) -> None:
    again = restored[0].manage("restore", str(scene.backup), "--keys", str(scene.keys))
    assert again.returncode == 1
    assert [without_numbers(line) for line in again.stderr.splitlines()] == [
        "The database is not empty: it has the table account_emailaddress and N more.",
        "The file store is not empty: archives lies there.",
        "CommandError: Nothing was restored.",
    ]


def test_what_was_lost_or_altered_before_the_backup_is_named(
    scene: Scene, restored: tuple[Place, str], tmp_path: Path
) -> None:
    """Somebody with the database's password and the disk; then a backup as if nothing had been."""
    place = restored[0]
    before = manifest.read(scene.backup)
    lost = next(path for path in place.files if "archives" in path.parts)
    name = lost.relative_to(place.folder / "files").as_posix()
    lost.unlink()
    papers = [path for path in place.files if "documents" in path.parts]
    altered = max(papers, key=lambda path: path.stat().st_size)  # the one that is no example
    flip_a_byte(altered)
    meddled = place.python("-m", "tests.portal.recovery.meddle")
    assert meddled.returncode == 0, meddled.stderr
    second = place.manage("backup", str(tmp_path / "second"))
    assert (second.returncode, second.stderr) == (
        1,
        "CommandError: The backup is whole, but rows of the portal point to files that are gone: "
        f"{name}\n",
    )
    after = manifest.read(tmp_path / "second")
    for same in ("rows", "audit", "migrations"):
        assert after[same] == before[same]
    third = scene.empty_place(tmp_path / "third").manage(
        "restore", str(tmp_path / "second"), **scene.environment
    )
    assert third.returncode == 1
    document = altered.name.rsplit("-", 1)[0]
    path = altered.relative_to(place.folder / "files").as_posix()
    assert third.stderr.splitlines() == [
        f"File {name} was missing when the backup was made, and is missing here.",
        f"evaluation.Document {document}: its file {path} has another SHA-256 than its row says.",
        "Audit chain: event 3 was altered.",
        f"Certificate 工智评证〔{YEAR}〕1号 was altered.",
        f"Scores: Score run 1 of case PG{YEAR}-0001: its digest does not fit its inputs and result.",
        "CommandError: The backup was restored, but not everything holds.",
    ]


@on_sqlite
def test_keys_lie_apart_and_each_by_itself(scene: Scene) -> None:
    secret = (scene.portal.folder / "secret_key").read_bytes()
    contact_key = (scene.portal.folder / "contact_key").read_bytes()
    key = (scene.portal.folder / "signing" / "example.p12").read_bytes()
    assert (scene.keys / "secret_key").read_bytes() == secret
    assert (scene.keys / "signing_key.p12").read_bytes() == key
    kept = [
        (path, path.read_bytes())
        for folder in (scene.backup, scene.keys)
        for path in folder.rglob("*")
        if path.is_file()
    ]
    assert [path.name for path, content in kept if secret in content] == ["secret_key"]
    assert [path.name for path, content in kept if contact_key in content] == ["contact_keys"]
    assert [path.name for path, content in kept if key in content] == ["signing_key.p12"]
    assert {path.stat().st_mode & 0o777 for path in scene.keys.iterdir()} == {0o600}
    assert {scene.keys.stat().st_mode & 0o777, scene.backup.stat().st_mode & 0o777} == {0o700}


@on_sqlite
def test_one_flipped_bit_anywhere_is_found_and_named(copy: Path) -> None:
    assert list(manifest.faults(copy)) == []
    for path in sorted(path for path in copy.rglob("*") if path.is_file()):
        name, before = path.relative_to(copy).as_posix(), path.read_bytes()
        flip_a_byte(path)
        found = list(manifest.faults(copy))
        if name in (manifest.NAME, manifest.SEAL):
            assert found[0] == (
                "manifest.json was altered: its SHA-256 is not the one in manifest.json.sha256."
            )
        else:
            assert found == [f"{name} was altered: its SHA-256 is another one."]
        path.write_bytes(before)


@on_sqlite
def test_what_is_missing_added_or_cut_short_is_named(copy: Path) -> None:
    first, second, *_rest = sorted(p for p in (copy / "files").rglob("*") if p.is_file())
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1])
    (copy / "files" / "extra").write_text("more")
    named = [path.relative_to(copy).as_posix() for path in (first, second)]
    found = list(manifest.faults(copy))
    assert found[0] == f"{named[0]} is missing."
    assert found[1].startswith(f"{named[1]} was altered: it had ")
    assert found[2:] == ["files/extra was added: the manifest does not know it."]


def test_a_damaged_backup_is_refused_before_anything_is_written(
    scene: Scene, copy: Path, tmp_path: Path
) -> None:
    database = next(copy.glob("database.*"))
    flip_a_byte(database)
    place = scene.empty_place(tmp_path / "new")
    refused = place.manage("restore", str(copy))
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"{database.name} was altered: its SHA-256 is another one.",
        "CommandError: Nothing was restored.",
    ]
    assert place.files == []


@on_sqlite
def test_a_manifest_made_anew_is_not_the_one_that_was_noted(
    scene: Scene, copy: Path, tmp_path: Path
) -> None:
    about = manifest.read(copy)
    for name in (manifest.NAME, manifest.SEAL):
        (copy / name).unlink()
    flip_a_byte(next(path for path in (copy / "files").rglob("*") if path.is_file()))
    said = {key: about[key] for key in about.keys() - {"files", "format"}}
    manifest.write(copy, **{**said, "made_at": "2026-01-01T00:00:00+00:00"})
    place = scene.empty_place(tmp_path / "new")
    refused = place.manage("restore", str(copy), "--sha256", scene.seal)
    assert refused.returncode == 1
    assert refused.stderr.startswith("manifest.json is another one than noted")
    # Without the note the row of that file still knows better. Nobody set the key of contact data.
    restored = place.manage("restore", str(copy), "--keys", str(scene.keys))
    assert restored.returncode == 1
    named = restored.stderr.splitlines()
    assert "CONTACT_KEYS is not what " in restored.stdout
    assert "has another SHA-256 than its row says." in named[0]
    assert named[1].startswith("Contact data of ")
    assert named[-1] == "CommandError: The backup was restored, but not everything holds."


@on_sqlite
def test_neither_the_wrong_kind_of_database_nor_another_version_is_filled(
    scene: Scene, copy: Path, tmp_path: Path
) -> None:
    about = manifest.read(copy)
    for name in (manifest.NAME, manifest.SEAL):
        (copy / name).unlink()
    said = {key: about[key] for key in about.keys() - {"files", "format"}}
    manifest.write(
        copy, **{**said, "migrations": [*about["migrations"][1:], "evaluation.9999_of_tomorrow"]}
    )
    place = scene.empty_place(tmp_path / "new")
    refused = place.manage("restore", str(copy))
    assert refused.returncode == 1
    assert "Migration evaluation.9999_of_tomorrow is not in this version" in refused.stderr
    other = "sqlite" if scene.kind == "postgresql" else "postgresql"
    for name in (manifest.NAME, manifest.SEAL):
        (copy / name).unlink()
    manifest.write(copy, **{**said, "database": other})
    refused = place.manage("restore", str(copy))
    assert refused.stderr.startswith(f"The backup is of {other}, DATABASE_URL names {scene.kind}")


@on_sqlite
def test_a_backup_goes_into_a_new_folder_and_its_keys_elsewhere(
    scene: Scene, tmp_path: Path
) -> None:
    full = scene.portal.manage("backup", str(scene.backup))
    assert (full.returncode, full.stderr) == (
        1,
        f"CommandError: {scene.backup} is not empty: choose a new folder.\n",
    )
    inside = scene.portal.manage("backup", str(tmp_path / "b"), "--keys", str(tmp_path / "b" / "k"))
    assert inside.returncode == 1
    assert "choose a place outside the backup" in inside.stderr
    assert not (tmp_path / "b").exists()
