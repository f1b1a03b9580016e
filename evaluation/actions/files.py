"""Keeping uploaded bytes."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from evaluation.models import CaseFile, Evaluation
from evaluation.uploads import Checked
from portal.accounts.models import User


def keep(
    user: User, evaluation: Evaluation, upload: UploadedFile, checked: Checked, **where: Any
) -> CaseFile:
    """Store a checked upload. The bytes are written before the row commits: a lost transaction
    leaves an orphan file, never a row without its bytes."""
    file = CaseFile(
        evaluation=evaluation,
        name=checked.name,
        content_type=checked.content_type,
        size=checked.size,
        sha256=checked.sha256,
        uploaded_by=user,
        uploaded_at=timezone.now(),
        **where,
    )
    file.stored.save(checked.name, upload, save=False)
    file.save(force_insert=True)
    return file
