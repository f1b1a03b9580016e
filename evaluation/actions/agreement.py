"""Step 2 签订评估咨询服务协议: signed by the applicant, then by the issuing institute."""

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from evaluation import uploads
from evaluation.actions.files import keep
from evaluation.actions.moving import moving
from evaluation.models import Evaluation, Purpose
from portal.accounts.models import User


def _retire_scans(evaluation: Evaluation, purpose: str) -> None:
    evaluation.files.filter(purpose=purpose, removed_at__isnull=True).update(
        removed_at=timezone.now()
    )


def sign_agreement(user: User, evaluation: Evaluation, upload: UploadedFile) -> None:
    """The applicant hands in the scan with signature and seal."""
    checked = uploads.check(upload, uploads.SCANS)
    with moving(user, evaluation, "sign_agreement") as move:
        _retire_scans(move.evaluation, Purpose.AGREEMENT_SIGNED)
        file = keep(user, move.evaluation, upload, checked, purpose=Purpose.AGREEMENT_SIGNED)
        move.data = {"file": str(file.pk), "sha256": file.sha256}


def return_agreement(user: User, evaluation: Evaluation, reason: str) -> None:
    """The scan is not in order: the applicant signs again."""
    with moving(user, evaluation, "return_agreement", reason):
        pass


def countersign_agreement(user: User, evaluation: Evaluation, upload: UploadedFile) -> None:
    """The secretariat hands in the scan signed by both; the review of the materials begins."""
    checked = uploads.check(upload, uploads.SCANS)
    with moving(user, evaluation, "countersign_agreement") as move:
        _retire_scans(move.evaluation, Purpose.AGREEMENT_FINAL)
        file = keep(user, move.evaluation, upload, checked, purpose=Purpose.AGREEMENT_FINAL)
        move.data = {"file": str(file.pk), "sha256": file.sha256}
