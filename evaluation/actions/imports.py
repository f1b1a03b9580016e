"""What every import of an Excel file does: keep the file, read it by a worker, close it once."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaluation import uploads
from evaluation.errors import Refused
from evaluation.models import ImportState
from evaluation.models.imports import SheetImport
from evaluation.sheets import workbook
from evaluation.sheets.rows import ReadRow, Sheet
from portal.accounts.models import User
from portal.ledger import outbox

SKIP, REPLACE = "skip", "replace"
Import = TypeVar("Import", bound=SheetImport)


def checked(upload: UploadedFile) -> uploads.Checked:
    """The file, found to be a workbook."""
    return uploads.check(upload, {uploads.XLSX: (".xlsx",)})


def keep(
    begun: Import, user: User, upload: UploadedFile, name: str, folder: str, kind: str
) -> Import:
    """Keep the file in the caller's transaction, and have it read by a worker. Nothing is on the
    list yet."""
    begun.name, begun.uploaded_by, begun.uploaded_at = name, user, timezone.now()
    begun.stored.save(f"imports/{folder}/{begun.pk}.xlsx", upload, save=False)
    begun.save(force_insert=True)
    outbox.put(
        kind,
        f"{kind}:{begun.pk}",
        **{kind: str(begun.pk)},
        language=get_language() or "",
    )
    return begun


def read(begun: SheetImport | None, sheet: Callable[[], Sheet], language: str) -> None:
    """Read and check the file of an import. What is not waiting to be read any more is left as
    it is, so that running twice changes nothing."""
    if begun is None or begun.state != ImportState.READING:
        return
    waiting: Any = type(begun)._default_manager.filter(pk=begun.pk, state=ImportState.READING)
    with translation.override(language or None):
        try:
            with begun.stored.open("rb") as file:
                rows = workbook.read(file, sheet(), lambda percent: _progress(waiting, percent))
        except Refused as refusal:
            waiting.update(state=ImportState.FAILED, error=str(refusal))
            return
    waiting.update(state=ImportState.READY, progress=100, rows=[row.as_json() for row in rows])


def _progress(waiting: Any, percent: int) -> None:
    waiting.update(progress=percent)


def rows_of(begun: SheetImport) -> list[ReadRow]:
    return [ReadRow(**row) for row in begun.rows]


def check_ready(begun: SheetImport) -> None:
    """Raise unless the import waits for its decision."""
    if begun.state != ImportState.READY:
        raise Refused(_("这次导入已经处理过，或仍在读取，请刷新页面查看。"))


def close(begun: SheetImport, outcome: dict[str, int]) -> None:
    """It was taken in."""
    begun.state, begun.closed_at, begun.outcome = ImportState.TAKEN, timezone.now(), outcome
    begun.save()


def drop(imports: Any) -> int:
    """Let imports be that were not decided; returns how many."""
    return int(
        imports.filter(
            state__in=[ImportState.READY, ImportState.FAILED, ImportState.READING]
        ).update(state=ImportState.DROPPED, closed_at=timezone.now())
    )
