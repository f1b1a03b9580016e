"""What a list says of a case: `{% load cases %}`."""

from typing import Any

from django import template
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from evaluation import reissue, steps
from evaluation.models import CaseFile, Evaluation
from evaluation.models.files import Purpose
from evaluation.register_words import entry_told

register = template.Library()


@register.filter
def clock(case: Evaluation) -> Any:
    """`{{ case|clock }}`: whose time the deadline of a case counts. Expects one of a list that is
    annotated with `reissue`."""
    if case.state == "published":
        return _("公示截止")
    return steps.clock_of(reissue.holder_of(case))


@register.filter
def register_entry(reason: str) -> str:
    """`{{ entry.reason|register_entry }}`: an entry of the register in the reader's language."""
    return entry_told(reason)


@register.simple_tag
def filed_records(run: Any) -> QuerySet[CaseFile]:
    """`{% filed_records run as filed %}`: where the record of a conformance run lies among the
    materials of its organisation's applications."""
    if not run.sha256:
        return CaseFile.objects.none()
    return (
        CaseFile.objects.filter(
            evaluation__organisation=run.base.organisation_id,
            purpose=Purpose.MATERIAL,
            sha256=run.sha256,
            removed_at=None,
        )
        .select_related("evaluation", "uploaded_by")
        .order_by("uploaded_at")
    )
