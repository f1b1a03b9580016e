"""A large file that arrives in pieces (2 MiB each, in any order, each safe to send again).

The pieces lie in the store of all files, so that any web process can take the next one, and
survive a broken network, a closed tab, an expired session and a killed server. Once all are there
they are put together and pass the same checks as a file that came in one request."""

import hashlib
import time
import uuid
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import uploads
from evaluation.actions.files import FULL, StorageFull, bytes_kept, write
from evaluation.actions.materials import check_slot, put_in_slot
from evaluation.actions.moving import changing
from evaluation.errors import Refused
from evaluation.models import CaseFile, Evaluation, Purpose, Upload, UploadPiece
from portal.accounts.models import User

PIECE = 2 * 1024 * 1024
# Unfinished at a time in one case: more than anybody drops at once, fewer than fill a disk.
MOST_UNFINISHED = 200
# How long the row of a finished upload answers a browser that did not hear of it.
REMEMBERED = timedelta(days=1)


class Damaged(Refused):
    """What arrived is not what was announced: this upload cannot be finished."""


def begin(
    user: User,
    evaluation: Evaluation,
    slot: int,
    *,
    name: str,
    size: int,
    modified: int = 0,
    replaces: uuid.UUID | None = None,
) -> Upload:
    """Announce a file, or take up again the upload of it that someone of the organisation began.
    Refused at once where the name or the size already says that it will not be accepted."""
    check_slot(user, evaluation, slot)
    name = uploads.check_name(name)
    uploads.check_size(name, size, settings.UPLOAD_MAX_BYTES)
    uploads.check_extension(name, uploads.MATERIALS)
    with changing(user, evaluation) as current:
        same = {"slot": slot, "name": name, "size": size, "modified": modified}
        begun = unfinished(current)
        again = begun.filter(**same, replaces_id=replaces).first()
        if again is not None:
            return again
        if begun.count() >= MOST_UNFINISHED:
            raise Refused(_("未传完的文件过多，请先继续或放弃已有的上传，再添加新的文件。"))
        if replaces is not None and not current.files.filter(pk=replaces, slot=slot).exists():
            raise Refused(_("要更换的文件不在这项材料中，请刷新页面后再上传。"))
        now = timezone.now()
        return Upload.objects.create(
            evaluation=current,
            **same,
            replaces_id=replaces,
            piece_size=PIECE,
            begun_by=user,
            begun_at=now,
            touched_at=now,
        )


def unfinished(evaluation: Evaluation) -> "models.QuerySet[Upload]":
    """What was begun and is not finished."""
    return evaluation.uploads.filter(file__isnull=True)


def put_piece(user: User, evaluation: Evaluation, upload: Upload, number: int, body: bytes) -> None:
    """Keep one piece. The same piece sent again changes nothing; other bytes in its place, or a
    first piece of a type that is not accepted, end the upload with Damaged or Refused."""
    check_slot(user, evaluation, upload.slot)
    if upload.file_id is not None:
        return
    if not 0 <= number < upload.count or len(body) != upload.length_of(number):
        raise Refused(_("文件“%(name)s”的这一段长度不符，没有保存。") % {"name": upload.name})
    sha256 = hashlib.sha256(body).hexdigest()
    if number == 0:
        _look_at_the_head(upload, body)
    if not _arrived(upload, number, sha256):
        piece = UploadPiece(upload=upload, number=number, sha256=sha256)
        write(piece.stored, f"{number}-{uuid.uuid4().hex}", ContentFile(body), upload.name)
        try:
            with transaction.atomic():
                piece.save(force_insert=True)
                Upload.objects.filter(pk=upload.pk).update(touched_at=timezone.now())
        except IntegrityError:  # the same piece came twice at once, or the upload was given up
            piece.stored.delete(save=False)
            if not Upload.objects.filter(pk=upload.pk).exists():
                raise Damaged(_given_up(upload)) from None
            _arrived(upload, number, sha256)
        except BaseException:
            piece.stored.delete(save=False)
            raise


def _look_at_the_head(upload: Upload, body: bytes) -> None:
    """Tell at the first piece, not after the last, that the type is not accepted."""
    found = uploads.type_of_head(body)
    if found == uploads.ARCHIVE:
        return
    try:
        uploads.check_type(found, upload.name, uploads.MATERIALS)
    except Refused:
        give_up(upload)
        raise


def _arrived(upload: Upload, number: int, sha256: str) -> bool:
    kept = upload.pieces.filter(number=number).first()
    if kept is None:
        return False
    if kept.sha256 != sha256:
        give_up(upload)
        raise Damaged(
            _("文件“%(name)s”在上传途中有了改动，已传的部分作废，请重新上传。")
            % {"name": upload.name}
        )
    return True


def finish(user: User, evaluation: Evaluation, upload: Upload) -> CaseFile:
    """Put the pieces together, check the file as any other, and lay it in its slot. Called again
    it answers with the same file. A file that is refused takes its pieces with it."""
    if upload.file_id is not None:
        return CaseFile.objects.get(pk=upload.file_id)
    check_slot(user, evaluation, upload.slot)
    pieces = list(upload.pieces.all())
    if len(pieces) != upload.count:
        raise Refused(
            _("文件“%(name)s”还有%(count)s段没有传到，请继续上传。")
            % {"name": upload.name, "count": upload.count - len(pieces)}
        )
    with _put_together(upload, pieces) as whole:
        try:
            checked = uploads.check(whole, uploads.MATERIALS, limit=settings.UPLOAD_MAX_BYTES)
            file = _lay_in_slot(user, evaluation, upload, whole, checked)
        except StorageFull:
            raise  # the pieces wait until there is room again
        except Refused:
            give_up(upload)
            raise
    _drop(pieces)
    return file


def _lay_in_slot(
    user: User,
    evaluation: Evaluation,
    upload: Upload,
    whole: TemporaryUploadedFile,
    checked: uploads.Checked,
) -> CaseFile:
    place = {"purpose": Purpose.MATERIAL, "slot": upload.slot}
    try:
        with (
            bytes_kept(user, evaluation, whole, checked, **place) as file,
            changing(user, evaluation) as current,
        ):
            held = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
            if held.file_id is not None:
                raise _Finished(held.file_id)
            put_in_slot(user, current, file, upload.replaces_id)
            held.file, held.touched_at = file, timezone.now()
            held.save(update_fields=["file", "touched_at"])
            return file
    except _Finished as other:
        return CaseFile.objects.get(pk=other.file_id)


class _Finished(Exception):
    """Another request finished the same upload meanwhile."""

    def __init__(self, file_id: uuid.UUID) -> None:
        super().__init__(str(file_id))
        self.file_id = file_id


def _put_together(upload: Upload, pieces: Iterable[UploadPiece]) -> TemporaryUploadedFile:
    whole = TemporaryUploadedFile(upload.name, "", upload.size, None)
    try:
        for piece in pieces:
            with piece.stored.open("rb") as part:
                for chunk in part.chunks():
                    whole.write(chunk)
        whole.flush()
    except OSError as error:
        whole.close()
        if error.errno in FULL:
            raise StorageFull(
                _("服务器存储空间不足，“%(name)s”已传的部分仍保留，请稍后再试或联系秘书处。")
                % {"name": upload.name}
            ) from error
        raise
    whole.seek(0)
    return whole


def give_up(upload: Upload) -> None:
    """Forget an upload and its pieces."""
    pieces = list(upload.pieces.all())
    Upload.objects.filter(pk=upload.pk, file__isnull=True).delete()
    for piece in pieces:
        piece.stored.delete(save=False)


def _given_up(upload: Upload) -> str:
    return _("文件“%(name)s”的上传已被放弃，请重新上传。") % {"name": upload.name}


def _drop(pieces: Iterable[UploadPiece]) -> None:
    """Bytes after rows: what is lost in between is an orphan, never a row without its bytes."""
    held = list(pieces)
    UploadPiece.objects.filter(pk__in=[piece.pk for piece in held]).delete()
    for piece in held:
        piece.stored.delete(save=False)


def sweep() -> int:
    """Delete what nobody took up again, what is finished and was told, and the halves that a
    killed server left. Returns how many uploads were given up."""
    now = timezone.now()
    old = now - timedelta(days=settings.UNFINISHED_UPLOAD_DAYS)
    given_up = 0
    for upload in Upload.objects.filter(file__isnull=True, touched_at__lt=old):
        give_up(upload)
        given_up += 1
    for upload in Upload.objects.filter(file__isnull=False, touched_at__lt=now - REMEMBERED):
        _drop(upload.pieces.all())
        upload.delete()
    _sweep_halves(time.time() - REMEMBERED.total_seconds())
    return given_up


def _sweep_halves(before: float) -> None:
    for half in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"):
        try:
            if half.stat().st_mtime < before:
                half.unlink()
        except FileNotFoundError:  # another sweep was here
            continue
