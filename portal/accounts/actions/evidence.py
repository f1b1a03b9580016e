"""Keeping the scans that organisations hand in."""

from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from portal.accounts.models import Evidence, HelpRequest, NameChange, Registration
from portal.accounts.scans import Checked

# A refused form may name the scan it handed in for so long.
UNUSED_FOR = timedelta(days=2)
UNCONFIRMED_FOR = timedelta(days=7)


def keep(upload: UploadedFile, checked: Checked) -> Evidence:
    """Store a checked scan. The bytes are written before the row commits: a lost transaction
    leaves an orphan file, never a row without its bytes."""
    evidence = Evidence(
        name=checked.name,
        content_type=checked.content_type,
        size=checked.size,
        sha256=checked.sha256,
        uploaded_at=timezone.now(),
    )
    evidence.stored.save(checked.name, upload, save=False)
    evidence.save(force_insert=True)
    return evidence


def is_used(evidence: Evidence) -> bool:
    """Whether something asked for already rests on this scan."""
    return (
        Registration.objects.filter(licence=evidence).exists()
        or NameChange.objects.filter(evidence=evidence).exists()
        or HelpRequest.objects.filter(letter=evidence).exists()
    )


@transaction.atomic
def forget_the_unused() -> int:
    """Delete registrations whose mail address was never confirmed, and scans of forms that were
    never finished. Returns how many scans went."""
    now = timezone.now()
    Registration.objects.filter(
        confirmed_at__isnull=True, created_at__lt=now - UNCONFIRMED_FOR
    ).delete()
    used = [
        Registration.objects.values("licence"),
        NameChange.objects.values("evidence"),
        HelpRequest.objects.filter(letter__isnull=False).values("letter"),
    ]
    unused = Evidence.objects.filter(uploaded_at__lt=now - UNUSED_FOR)
    for rows in used:
        unused = unused.exclude(pk__in=rows)
    scans = list(unused)
    for scan in scans:
        scan.delete()
        transaction.on_commit(lambda file=scan.stored: file.storage.delete(file.name))  # type: ignore[misc]
    return len(scans)
