"""The PDF of a conformance run's record. Safe to run twice, or by two workers at once."""

import hashlib
import secrets

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from dataaccess.models import ConformanceRun
from evaluation.documents import pages


def render(run_id: str) -> None:
    """Print the frozen record of a finished run; what was printed already stays."""
    run = ConformanceRun.objects.get(pk=run_id)
    if run.rendered_at is not None or run.record is None:
        return
    try:
        with translation.override(settings.LANGUAGE_CODE):
            markup = pages.html("conformance", run.record, run.record["version_code"])
            made = pages.pdf("conformance", markup)
    except Exception as failure:
        said = (
            str(failure)
            if isinstance(failure, pages.CannotMakePages)
            else _("文档生成失败，系统将自动重试；如多次失败，请联系系统管理员。")
        )
        ConformanceRun.objects.filter(pk=run.pk, rendered_at__isnull=True).update(error=said)
        raise
    _keep(run, made)


def _keep(run: ConformanceRun, made: bytes) -> None:
    """The first of two workers wins, the other cleans up."""
    field = run.stored
    name = field.field.generate_filename(run, f"{run.pk}-{secrets.token_hex(4)}.pdf")
    stored = field.storage.save(name, ContentFile(made))
    won = ConformanceRun.objects.filter(pk=run.pk, rendered_at__isnull=True).update(
        stored=stored,
        sha256=hashlib.sha256(made).hexdigest(),
        rendered_at=timezone.now(),
        error="",
    )
    if not won:
        field.storage.delete(stored)
