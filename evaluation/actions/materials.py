"""The files of the ten slots of Table 1: in, out, a newer version in place of an older, and the
time that a paper covers."""

import uuid
from datetime import date

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import correction, permissions, queries, uploads
from evaluation.actions.files import bytes_kept
from evaluation.actions.moving import changing, note
from evaluation.correction import SEALED_FORM
from evaluation.edition import edition_of
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import CaseFile, Evaluation, Purpose, Stamp
from portal.accounts.models import User


def add_material(
    user: User,
    evaluation: Evaluation,
    slot: int,
    upload: UploadedFile,
    replaces: uuid.UUID | None = None,
) -> CaseFile:
    """Put a file into one of the ten slots of Table 1. The same bytes in a slot are kept once.

    `replaces`: the file of the slot whose newer version this is; it stays readable."""
    check_slot(user, evaluation, slot)
    checked = uploads.check(upload, uploads.MATERIALS)
    place = {"purpose": Purpose.MATERIAL, "slot": slot}
    with (
        bytes_kept(user, evaluation, upload, checked, **place) as file,
        changing(user, evaluation) as current,
    ):
        put_in_slot(user, current, file, replaces)
        return file


def copy_materials(user: User, source: Evaluation, evaluation: Evaluation) -> list[str]:
    """Lay the files of an earlier application of the organisation into a new one, each checked
    anew, with the months it covers; the sealed form belongs to its own case. Returns what could
    not be taken along, a sentence each. Outside of any transaction: there may be much to copy."""
    permissions.check_edit(user, evaluation)
    if source.organisation_id != evaluation.organisation_id:
        raise NotAllowed(_("只能复制本单位的申报。"))
    slots = [material.number for material in edition_of(evaluation).materials]
    refused = []
    for held in queries.draft_materials(source).exclude(slot=SEALED_FORM).order_by("slot", "pk"):
        if held.slot not in slots:
            continue
        with held.stored.open("rb") as stored:
            upload = UploadedFile(stored, held.name, held.content_type, held.size)
            try:
                checked = uploads.check(upload, uploads.MATERIALS, limit=settings.UPLOAD_MAX_BYTES)
                place = {"purpose": Purpose.MATERIAL, "slot": held.slot}
                with (
                    bytes_kept(user, evaluation, upload, checked, **place) as file,
                    changing(user, evaluation) as current,
                ):
                    file.period_from, file.period_to = held.period_from, held.period_to
                    put_in_slot(user, current, file, None)
            except (NotAllowed, WrongState):
                raise
            except Refused as refusal:
                refused += [str(sentence) for sentence in refusal.sentences]
    return refused


def check_slot(user: User, evaluation: Evaluation, slot: int) -> None:
    """Raise unless the user may change this slot now."""
    permissions.check_edit(user, evaluation)
    if slot not in [material.number for material in edition_of(evaluation).materials]:
        raise Refused(_("没有序号为%(slot)s的提交材料。") % {"slot": slot})
    correction.check_slot(evaluation, slot)


def put_in_slot(
    user: User, evaluation: Evaluation, file: CaseFile, replaces: uuid.UUID | None
) -> None:
    """Save the row of a file whose bytes are kept, inside the caller's transaction."""
    assert file.slot is not None
    check_slot(user, evaluation, file.slot)
    file.evaluation = evaluation
    twin = queries.draft_materials(evaluation).filter(slot=file.slot, sha256=file.sha256).first()
    if twin is not None:
        raise Refused(
            _("文件“%(name)s”与材料%(slot)s中已有的“%(twin)s”内容相同，没有重复保存。")
            % {"name": file.name, "slot": twin.slot, "twin": twin.name}
        )
    if replaces is not None:
        earlier = queries.draft_materials(evaluation).filter(pk=replaces, slot=file.slot).first()
        if earlier is None:
            raise Refused(
                _("要更换的文件已被移除或更换，“%(name)s”没有保存；请刷新页面后再上传。")
                % {"name": file.name}
            )
        _take_out(earlier)
        file.replaces, file.version = earlier, earlier.version + 1
        file.period_from, file.period_to = earlier.period_from, earlier.period_to
    file.save(force_insert=True)
    details = {"replaces": str(replaces)} if replaces else {}
    note(
        user,
        evaluation,
        "add_material",
        slot=file.slot,
        file=str(file.pk),
        sha256=file.sha256,
        **details,
    )


def remove_material(user: User, evaluation: Evaluation, file_id: uuid.UUID) -> None:
    """Take a file out of its slot. It can still be read, and versions submitted with it keep it."""
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        file = queries.draft_materials(current).filter(pk=file_id).first()
        if file is not None:
            assert file.slot is not None
            correction.check_slot(current, file.slot)
            _take_out(file)
            note(user, current, "remove_material", file=str(file_id))


def restore_material(user: User, evaluation: Evaluation, file_id: uuid.UUID) -> CaseFile | None:
    """Put a file of a slot back, and return what lies there now. One that was removed comes back as
    it was. One that a newer version took the place of comes back as the newest version, with a row
    of its own: the present one becomes an earlier one."""
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        file = queries.earlier_files(current).filter(pk=file_id).first()
        if file is None:
            return queries.draft_materials(current).filter(pk=file_id).first()
        assert file.slot is not None
        correction.check_slot(current, file.slot)
        newest = _newest_version(file)
        twins = queries.draft_materials(current).filter(slot=file.slot, sha256=file.sha256)
        if newest.removed_at is None:
            if same_content(newest, file):
                return newest
            twins = twins.exclude(pk=newest.pk)
        if twins.exists():
            raise Refused(
                _("材料%(slot)s中已有与“%(name)s”内容相同的文件，不必恢复。")
                % {"slot": file.slot, "name": file.name}
            )
        if newest == file:
            file.removed_at = None
            file.save(update_fields=["removed_at"])
            note(user, current, "restore_material", file=str(file_id))
            return file
        if newest.removed_at is None:
            _take_out(newest)
        again = _as_newest(user, file, newest)
        note(
            user,
            current,
            "restore_material",
            file=str(again.pk),
            sha256=again.sha256,
            version_of=str(file_id),
            replaces=str(newest.pk),
        )
        return again


def same_content(one: CaseFile, other: CaseFile) -> bool:
    """The same bytes, said to cover the same months."""
    return (one.sha256, one.period_from, one.period_to) == (
        other.sha256,
        other.period_from,
        other.period_to,
    )


def _newest_version(file: CaseFile) -> CaseFile:
    """The last of the files of which each took the place of the one before."""
    while (newer := CaseFile.objects.filter(replaces=file).first()) is not None:
        file = newer
    return file


def _as_newest(user: User, file: CaseFile, newest: CaseFile) -> CaseFile:
    """The bytes of an earlier version in a row of their own, with what is known of them."""
    stamp: Stamp | None = Stamp.objects.filter(file=file).first()
    again = CaseFile.objects.get(pk=file.pk)
    again.replaces, again.version = newest, newest.version + 1
    again.pk, again.removed_at = uuid.uuid4(), None
    again.uploaded_by, again.uploaded_at = user, timezone.now()
    again._state.adding = True
    again.save()
    if stamp is not None:
        stamp.pk, stamp.file = None, again
        stamp._state.adding = True
        stamp.save()
    return again


def _take_out(file: CaseFile) -> None:
    file.removed_at = timezone.now()
    file.save(update_fields=["removed_at"])


def set_period(
    user: User, evaluation: Evaluation, file_id: uuid.UUID, first: date | None, last: date | None
) -> None:
    """Say which months a paper covers (近三年, 连续一年), both included; None for both: not said.

    A file that a submitted version holds stays as it was then: the same bytes get a row of their
    own with the new period."""
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        file = queries.draft_materials(current).filter(pk=file_id).first()
        if file is None:
            raise Refused(_("该文件已被移除或更换，请刷新页面后再填写。"))
        assert file.slot is not None
        correction.check_slot(current, file.slot)
        if (file.period_from, file.period_to) == (first, last):
            return
        if file.declarations.exists():
            _take_out(file)
            file = CaseFile.objects.get(pk=file.pk)
            file.replaces_id, file.version = file.pk, file.version + 1
            file.pk, file.removed_at = uuid.uuid4(), None
            file.uploaded_by, file.uploaded_at = user, timezone.now()
            file._state.adding = True
        file.period_from, file.period_to = first, last
        file.save()
        note(
            user,
            current,
            "set_period",
            file=str(file.pk),
            sha256=file.sha256,
            first=first.isoformat() if first else "",
            last=last.isoformat() if last else "",
        )
