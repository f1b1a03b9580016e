"""Keeping uploaded bytes."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.errors import Refused
from evaluation.models import CaseFile, Evaluation
from evaluation.uploads import Checked
from portal.accounts.models import User

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class StorageFull(Refused):
    """The disk took no more. Nothing of the file was kept."""


def keep(
    user: User, evaluation: Evaluation, upload: UploadedFile, checked: Checked, **where: Any
) -> CaseFile:
    """Store a checked upload. The bytes are written before the row commits: a lost transaction
    leaves an orphan file, never a row without its bytes."""
    file = _new(user, evaluation, checked, where)
    write(file.stored, checked.name, upload)
    file.save(force_insert=True)
    return file


@contextmanager
def bytes_kept(
    user: User, evaluation: Evaluation, upload: UploadedFile, checked: Checked, **where: Any
) -> Iterator[CaseFile]:
    """Store the bytes before the transaction of the block begins, so that nobody waits for a large
    file with the case locked; the block saves the row. Where it fails the bytes are gone again."""
    file = _new(user, evaluation, checked, where)
    write(file.stored, checked.name, upload)
    try:
        yield file
    except BaseException:
        file.stored.delete(save=False)
        raise


def write(field: FieldFile, name: str, content: File, called: str = "") -> None:
    """Store bytes in an unsaved row's field: all of them, or none and StorageFull, which calls the
    file as its owner does. The path has to be new, as one with a random part is."""
    path = field.field.generate_filename(field.instance, name)
    try:
        field.save(name, content, save=False)
    except OSError as error:
        field.storage.delete(path)  # half of it
        if error.errno not in FULL:
            raise
        raise StorageFull(
            _("服务器存储空间不足，“%(name)s”没有保存；其他内容不受影响。请稍后再试或联系秘书处。")
            % {"name": called or name}
        ) from error


def _new(user: User, evaluation: Evaluation, checked: Checked, where: dict[str, Any]) -> CaseFile:
    return CaseFile(
        evaluation=evaluation,
        name=checked.name,
        content_type=checked.content_type,
        size=checked.size,
        sha256=checked.sha256,
        uploaded_by=user,
        uploaded_at=timezone.now(),
        **where,
    )
