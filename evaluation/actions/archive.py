"""归档: ordering the ZIP of a case, and handing it out."""

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.actions.moving import changing, note
from evaluation.errors import Refused
from evaluation.models import CaseArchive, Evaluation
from portal.accounts.models import User
from portal.ledger import outbox


def order_archive(user: User, evaluation: Evaluation) -> CaseArchive:
    """Have the archive made by a worker. It holds what this person may see of the case now."""
    permissions.check_staff(user)
    try:
        with changing(user, evaluation) as current:
            archive = CaseArchive.objects.create(
                evaluation=current, ordered_by=user, ordered_at=timezone.now()
            )
            note(user, current, "order_archive", archive=str(archive.pk))
            outbox.put("archive", f"archive:{archive.pk}", archive=str(archive.pk))
    except IntegrityError as already:
        raise Refused(_("本案卷的归档文件正在生成，请稍候。")) from already
    return archive


def hand_out(user: User, archive: CaseArchive) -> None:
    """Who took an archive is kept."""
    permissions.check_staff(user)
    with changing(user, archive.evaluation) as current:
        note(user, current, "read_archive", archive=str(archive.pk), sha256=archive.sha256)
