"""Whether what was restored is what was backed up, and holds in itself."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db.models import FileField

from evaluation.documents import signing
from evaluation.documents.archive import sealing
from evaluation.models import CaseArchive, Document
from evaluation.models.files import Kind
from portal.contacts import resealing
from portal.contacts.keys import CannotOpen
from portal.ledger import audit
from portal.ledger.models import AuditHead
from portal.recovery import databases, files


@dataclass(frozen=True)
class Finding:
    holds: bool
    sentence: str


def prove(about: dict[str, Any]) -> Iterator[Finding]:
    """Look at everything; `about` is the manifest. A fault is one finding, and so is each whole
    that holds."""
    for look in (_rows, _stored_files, _hashes_in_rows, _chain):
        yield from look(about)
    for look_inside in (_contacts, _certificates, _archives, _scores):
        yield from look_inside()


def _rows(about: dict[str, Any]) -> Iterator[Finding]:
    then, now = about["rows"], databases.row_counts()
    wrong = [
        Finding(
            False, f"Table {name}: {then.get(name)} rows were backed up, {now.get(name)} stand."
        )
        for name in sorted(then.keys() | now.keys())
        if then.get(name) != now.get(name)
    ]
    yield from wrong or [
        Finding(True, f"Rows: {sum(now.values())} in {len(now)} tables, as backed up.")
    ]


def _stored_files(about: dict[str, Any]) -> Iterator[Finding]:
    listed = {
        name.removeprefix("files/"): said["sha256"]
        for name, said in about["files"].items()
        if name.startswith("files/")
    }
    wrong = [
        Finding(False, f"File {name} is not as it was backed up.")
        for name, sha256 in listed.items()
        if files.sha256_in_store(name) != sha256
    ]
    wrong += [
        Finding(False, f"File {name} was missing when the backup was made, and is missing here.")
        for name in about["missing"]
    ]
    yield from wrong or [Finding(True, f"Files: {len(listed)}, each with its SHA-256.")]


def _hashes_in_rows(about: dict[str, Any]) -> Iterator[Finding]:
    """Where a row says the SHA-256 of its file, the file has to have it."""
    count, wrong = 0, []
    for model in apps.get_models():
        fields = {field.name: field for field in model._meta.get_fields()}
        if "sha256" not in fields or not isinstance(fields.get("stored"), FileField):
            continue
        rows = model._default_manager.exclude(stored="").order_by("pk")
        for pk, name, sha256 in rows.values_list("pk", "stored", "sha256").iterator():
            count += 1
            if name not in about["missing"] and files.sha256_in_store(name) != sha256:
                wrong.append(
                    Finding(
                        False,
                        f"{model._meta.label} {pk}: its file {name} has another SHA-256 than its row says.",
                    )
                )
    yield from wrong or [
        Finding(True, f"Rows with a file: {count}, each file as its row says it was.")
    ]


def _chain(about: dict[str, Any]) -> Iterator[Finding]:
    wrong = [Finding(False, f"Audit chain: {fault}.") for fault in audit.faults()]
    head = AuditHead.objects.filter(pk=1).first()
    now = {"seq": head.seq, "hash": head.hash} if head else {"seq": 0, "hash": ""}
    if now != about["audit"]:
        wrong.append(Finding(False, "Audit chain: it does not end where the backup says it did."))
    yield from wrong or [
        Finding(True, f"Audit chain: {now['seq']} events, unbroken, ending as backed up.")
    ]


def _contacts() -> Iterator[Finding]:
    """Whether the keys of this place open what was sealed."""
    count, wrong = 0, []
    for model in resealing.sealed_models():
        names = [field.name for field in resealing.sealed_fields(model)]
        try:
            # Each value is opened as it is read.
            count += sum(1 for _row in model._base_manager.values_list(*names).iterator())
        except CannotOpen as fault:
            wrong.append(Finding(False, f"Contact data of {model._meta.label}: {fault}"))
    yield from wrong or [
        Finding(True, f"Contact data: {count} rows, each opens with CONTACT_KEYS.")
    ]


def _certificates() -> Iterator[Finding]:
    states: dict[str, int] = {}
    wrong = []
    for document in _made(Kind.CERTIFICATE):
        with document.stored.open("rb") as file:
            state = signing.verify_signature(file.read()).state
        states[state] = states.get(state, 0) + 1
        if state == "altered":
            wrong.append(Finding(False, f"Certificate {document.number} was altered."))
        elif state == "unknown":
            wrong.append(
                Finding(
                    False,
                    f"Certificate {document.number} is signed by a key that is not known here: "
                    "restore it with --keys, or name it in SIGNING_TRUSTED_FILE.",
                )
            )
    unsigned = states.get("unsigned", 0)
    yield from wrong or [
        Finding(
            True,
            f"Certificates: {states.get('valid', 0)} with a valid signature"
            + (f", {unsigned} that never had one." if unsigned else "."),
        )
    ]


def _made(kind: str) -> Iterator[Document]:
    for document in Document.objects.filter(kind=kind, rendered_at__isnull=False).order_by("pk"):
        if default_storage.exists(str(document.stored.name)):
            yield document


def _archives() -> Iterator[Finding]:
    count, wrong = 0, []
    for archive in CaseArchive.objects.filter(made_at__isnull=False).order_by("pk"):
        name = str(archive.stored.name)
        if not default_storage.exists(name):
            continue
        count += 1
        with tempfile.TemporaryDirectory() as folder:
            files.copy_out([name], Path(folder))
            wrong += [
                Finding(False, f"Archive {name}: {fault}.")
                for fault in sealing.faults(Path(folder) / name)
            ]
    yield from wrong or [Finding(True, f"Archives of cases: {count}, each with its seal whole.")]


def _scores() -> Iterator[Finding]:
    said = StringIO()
    try:
        call_command("recheck_scores", stdout=said)
    except CommandError as difference:
        yield Finding(False, f"Scores: {difference}.")
    else:
        yield Finding(True, f"Scores: {said.getvalue().strip()}")
