"""Reports of misuse of the name (10.3): taking one in, handling it, answering it."""

import secrets
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import notify, uploads
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import (
    Certificate,
    MisuseFile,
    MisuseNote,
    MisuseOutcome,
    MisuseReport,
    MisuseState,
)
from portal.accounts.models import Role, User
from portal.ledger import audit, numbers

# Without letters and digits that are taken for each other.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
MOST_FILES = 5


@transaction.atomic
def report(
    *,
    kind: str,
    about: str,
    content: str,
    where: str = "",
    reporter: str = "",
    contact: str = "",
    certificate: Certificate | None = None,
    unknown_number: str = "",
    files: Iterable[UploadedFile] = (),
) -> MisuseReport:
    """Take in a report with its files, and tell the secretariat. The receipt number is new."""
    given = list(files)
    if len(given) > MOST_FILES:
        raise Refused(_("附件最多%(count)s个，请合并后再上传。") % {"count": MOST_FILES})
    checked, faults = [], []
    for upload in given:
        try:
            checked.append((upload, uploads.check(upload, uploads.MATERIALS)))
        except Refused as refusal:
            faults += list(refusal.sentences)
    if faults:
        raise Refused(*faults)
    now = timezone.localtime()
    serial = numbers.next_number(f"misuse:{now.year}")
    chance = "".join(secrets.choice(LETTERS) for _each in range(6))
    made = MisuseReport.objects.create(
        receipt=f"JB{now.year}-{serial:04d}-{chance}",
        kind=kind,
        about=about,
        certificate=certificate,
        unknown_number=unknown_number,
        content=content,
        where=where,
        reporter=reporter,
        contact=contact,
        received_at=now,
    )
    for upload, known in checked:
        file = MisuseFile(
            report=made,
            name=known.name,
            content_type=known.content_type,
            size=known.size,
            sha256=known.sha256,
        )
        file.stored.save(known.name, upload, save=False)
        file.save(force_insert=True)
    _note(None, made, "reported", kind=kind, files=[known.sha256 for _u, known in checked])
    notify.misuse_reported(made)
    return made


@transaction.atomic
def take_on(user: User, made: MisuseReport) -> None:
    """开始核查: from now on somebody has it."""
    current = _held(user, made, MisuseState.RECEIVED)
    current.state, current.handler, current.handled_since = (
        MisuseState.HANDLING,
        user,
        timezone.now(),
    )
    current.save(update_fields=["state", "handler", "handled_since"])
    _note(user, current, "taken_on")


@transaction.atomic
def write_note(user: User, made: MisuseReport, text: str) -> MisuseNote:
    """Put down what was found out or done; it stays in the office."""
    if not text.strip():
        raise Refused(_("请填写核查记录。"))
    current = _held(user, made, MisuseState.HANDLING)
    written = MisuseNote.objects.create(
        report=current, text=text.strip(), written_by=user, written_at=timezone.now()
    )
    _note(user, current, "noted", note=written.pk)
    return written


@transaction.atomic
def close(user: User, made: MisuseReport, *, outcome: str, answer: str) -> None:
    """办结 with what was found and the answer that the receipt shows."""
    if not answer.strip() or outcome not in MisuseOutcome.values:
        raise Refused(_("请选择核查结论并填写答复。"))
    current = _held(user, made, MisuseState.HANDLING)
    current.state, current.outcome, current.answer = MisuseState.CLOSED, outcome, answer.strip()
    current.closed_by, current.closed_at = user, timezone.now()
    current.save(update_fields=["state", "outcome", "answer", "closed_by", "closed_at"])
    _note(user, current, "closed", outcome=outcome)


def _held(user: User, made: MisuseReport, state: str) -> MisuseReport:
    if user.role != Role.SECRETARIAT or not user.is_active:
        raise NotAllowed(_("此操作须由秘书处办理。"))
    current = MisuseReport.objects.select_for_update().get(pk=made.pk)
    if current.state != state:
        raise WrongState(
            _("举报%(receipt)s现为“%(state)s”，不能进行此操作。")
            % {"receipt": current.receipt, "state": current.get_state_display()}
        )
    return current


def _note(user: User | None, made: MisuseReport, action: str, **data: Any) -> None:
    """What the audit holds: never who reported, nor what."""
    audit.record(user, f"misuse.{action}", f"misuse:{made.pk}", receipt=made.receipt, **data)
