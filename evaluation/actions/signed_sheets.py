"""签字的专家评分表: the scan of the printed sheet, tied to the version code on its pages."""

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions, queries, uploads
from evaluation.actions import files
from evaluation.actions.moving import changing, note
from evaluation.errors import NotAllowed, Refused
from evaluation.models import CaseFile, Document, Evaluation, Kind, Purpose
from evaluation.steps import Actor
from portal.accounts.models import User


def file_signed_sheet(
    user: User, evaluation: Evaluation, sheet: Document, code: str, upload: UploadedFile
) -> CaseFile:
    """Keep the scan of a printed score sheet. By the expert whose sheet it is, or by the
    secretariat for one that came on paper. `code` is what stands at the foot of the scan's pages:
    another version is refused. A newer scan takes the place of an older one."""
    with changing(user, evaluation) as current:
        if user.pk != sheet.owner_id:
            permissions.check_actor(user, current, Actor.SECRETARIAT)
        elif not permissions.is_actor(user, current, Actor.PANEL_EXPERT):
            raise NotAllowed(_("只有本案卷的评审专家可以上传本人的评分表。"))
        if sheet.kind != Kind.SCORE_SHEET or sheet.evaluation_id != current.pk:
            raise Refused(_("这不是本案卷的专家评分表。"))
        stated = "".join(code.split()).upper()
        if stated != sheet.version_code:
            raise Refused(
                _("页脚的版本码应为%(code)s，您填写的是%(stated)s。请核对扫描件是否为这份评分表。")
                % {"code": sheet.version_code, "stated": stated or _("空白")}
            )
        checked = uploads.check(upload, uploads.SCANS)
        older = queries.signed_scans(sheet)
        if older.filter(sha256=checked.sha256).exists():
            raise Refused(_("这份扫描件已经上传过。"))
        replaced = older.update(removed_at=timezone.now())
        kept = files.keep(
            user,
            current,
            upload,
            checked,
            purpose=Purpose.SCORE_SHEET_SIGNED,
            scan_of=sheet,
        )
        note(
            user, current, "file_signed_sheet",
            document=sheet.number, file=str(kept.pk), sha256=kept.sha256, replaced=replaced,
        )  # fmt: skip
        return kept
