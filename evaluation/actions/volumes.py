"""Ordering 材料合订本: the materials of a version, or of the draft, bound into one PDF by a worker."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from evaluation import permissions, queries
from evaluation.actions.moving import locked, note
from evaluation.documents import content
from evaluation.documents.order import version_code
from evaluation.errors import Refused
from evaluation.models import CaseFile, Declaration, Evaluation, Volume
from portal.accounts.models import User
from portal.ledger import outbox


def order_volume(
    user: User, evaluation: Evaluation, declaration: Declaration | None = None
) -> Volume:
    """Have the materials bound: of a submitted version, or of the draft where none is given. One
    that was made, or is being made, from the same files is not made again."""
    with transaction.atomic():
        current = locked(evaluation)
        if declaration is None:
            permissions.check_edit(user, current)
        files = list(files_of(current, declaration))
        if not files:
            raise Refused(_("还没有上传材料，没有可以装订的内容。"))
        code = code_of(files)
        volume = Volume.objects.filter(evaluation=current, declaration=declaration).first()
        if volume is not None and volume.code == code and not volume.error:
            return volume
        now = timezone.localtime()
        with translation.override(settings.LANGUAGE_CODE):
            printed = content.volume(current, declaration, files, now)
        volume = volume or Volume(evaluation=current, declaration=declaration)
        volume.content, volume.code = printed, code
        volume.ordered_by, volume.ordered_at = user, now
        volume.made_at, volume.progress, volume.error, volume.notes = None, 0, "", []
        volume.save()
        outbox.put(
            "volume",
            f"volume:{volume.pk}:{now.isoformat()}",
            volume=str(volume.pk),
            code=code,
        )
        of = {"declaration": declaration.number} if declaration else {}
        note(user, current, "order_volume", code=code, files=len(files), **of)
        return volume


def files_of(evaluation: Evaluation, declaration: Declaration | None) -> "list[CaseFile]":
    """The files of a version, or of the draft, in the order of Table 1."""
    held = declaration.materials if declaration else queries.draft_materials(evaluation)
    return list(held.order_by("slot", "uploaded_at", "id"))


def code_of(files: "list[CaseFile]") -> str:
    """Changes when a file comes, goes, or is said to cover other months."""
    return version_code(
        {
            "files": [
                [f.slot, f.name, f.sha256, str(f.period_from or ""), str(f.period_to or "")]
                for f in files
            ]
        }
    )
