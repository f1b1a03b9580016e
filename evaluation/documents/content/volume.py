"""What the pages between the files of a volume print, and which files it binds."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from evaluation import periods
from evaluation.documents.content.common import Json, case_facts, moment
from evaluation.edition import edition_of
from evaluation.models import CaseFile, Declaration, Evaluation


def volume(
    evaluation: Evaluation,
    declaration: Declaration | None,
    files: Iterable[CaseFile],
    ordered_at: datetime,
) -> Json:
    """The files in the order of Table 1, of a submitted version or of the draft as it stands."""
    edition = edition_of(evaluation)
    return {
        "case": case_facts(evaluation),
        "title": "工业智算基地评估申报材料合订本",
        "version": f"申报书第{declaration.number}版" if declaration else "草稿，尚未提交",
        "made": moment(ordered_at),
        "slots": {str(material.number): material.name for material in edition.materials},
        "proves": {
            str(material.number): [i.name for i in edition.proved_by(material.number)]
            for material in edition.materials
        },
        "files": [
            {
                "id": str(file.pk),
                "slot": file.slot,
                "name": file.name,
                "size": file.size,
                "sha256": file.sha256,
                "period": periods.shown(file.period_from, file.period_to),
            }
            for file in files
        ],
        "document": {
            "number": "申报材料合订本",
            "case": evaluation.number,
            "made_at": ordered_at.isoformat(timespec="seconds"),
            "example": settings.EXAMPLE_DATA,
        },
    }
