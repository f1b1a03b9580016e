"""申报回执: what was received, when, and what comes next."""

from django.utils import timezone

from evaluation.documents.content.common import (
    Json,
    case_facts,
    day,
    files_by_slot,
    moment,
)
from evaluation.edition import edition_of
from evaluation.models import Declaration


def receipt(declaration: Declaration) -> Json:
    """The version submitted with its codes, and the files received slot by slot."""
    evaluation = declaration.evaluation
    files = files_by_slot(declaration)
    submitted = moment(declaration.submitted_at)
    return {
        "case": case_facts(evaluation),
        "title": "工业智算基地评估申报回执",
        "version": f"第{declaration.number}版",
        "form_code": declaration.form_code,
        "digest": declaration.digest,
        "submitted_at": submitted,
        "submitted_by": declaration.submitted_by.name,
        "materials": [
            {
                "number": str(material.number),
                "name": material.name,
                "files": files.get(material.number, []),
            }
            for material in edition_of(evaluation).materials
        ],
        "dated": day(timezone.localtime(declaration.submitted_at).date()),
    }
