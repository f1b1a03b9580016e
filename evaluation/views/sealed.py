"""How the sealed paper stands to the form: of a draft, and of a version that was submitted."""

from typing import Any

from evaluation.actions import application, stamping
from evaluation.correction import SEALED_FORM, reopened
from evaluation.models import Declaration, Evaluation


def sealed(evaluation: Evaluation, tables: dict[str, Any] | None = None) -> dict[str, Any]:
    """The draft's code, the scans with the code each shows, same or other; whether another scan may
    be put in their place."""
    code = application.form_code(
        evaluation, application.tables_of(evaluation) if tables is None else tables
    )
    open_now = reopened(evaluation)
    return {
        **_standing(code, stamping.scans(evaluation, code)),
        "seal_open": open_now is None or SEALED_FORM in open_now.slots,
    }


def sealed_version(declaration: Declaration) -> dict[str, Any]:
    """The same for what the secretariat received."""
    code = declaration.form_code
    return _standing(
        code, stamping.scans(declaration.evaluation, code, declaration.materials.all())
    )


def _standing(code: str, scans: list[stamping.Scan]) -> dict[str, Any]:
    return {"form_code": code, "scans": scans, "stamp": stamping.standing(scans)}
