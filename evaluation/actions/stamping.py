"""The form on paper: printed from the draft, sealed, scanned, and which version the scan shows.

The version code at the foot of each page is a digest of the form (application.form_code). The scan
of another version is no obstacle to submitting; the applicant is told, and the secretariat too."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions, queries
from evaluation.actions.application import form_code, tables_of
from evaluation.actions.moving import changing, note
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.edition import edition_of
from evaluation.errors import Refused
from evaluation.models import CaseFile, Declaration, Document, Evaluation, Kind, Stamp
from evaluation.rulebook.form import declared_values
from portal.accounts.models import User

SLOT = 1  # 申报书, in Table 1


@dataclass(frozen=True)
class Scan:
    """A scan of the sealed form. `code` is empty where nobody printed or stated a version."""

    file: CaseFile
    code: str
    stated: bool  # by a person; else taken to be the paper printed last before the upload
    same: bool  # as the form


def prints(evaluation: Evaluation) -> QuerySet[Document]:
    """What was printed to be sealed, the newest first."""
    return evaluation.documents.filter(kind=Kind.APPLICATION_PRINT).order_by("-ordered_at")


def print_form(user: User, evaluation: Evaluation) -> Document:
    """生成盖章稿: the draft as it stands, as a PDF. The same form is printed once."""
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        tables = tables_of(current)
        code = form_code(current, tables)
        printed = prints(current).filter(version_code=code).first()
        if printed is not None:
            return printed
        edition = edition_of(current)
        values = edition.dump_values(declared_values(edition, tables).values)
        document = order(
            current,
            Kind.APPLICATION_PRINT,
            content.application_print(current, tables, values),
            code=code,
        )
        note(user, current, "print_form", document=document.number, form_code=code)
        return document


def state_version(user: User, evaluation: Evaluation, file: CaseFile, code: str) -> None:
    """Say which printed version a scan shows."""
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        if not prints(current).filter(version_code=code).exists():
            raise Refused(_("本案卷没有版本码为%(code)s的盖章稿。") % {"code": code})
        Stamp.objects.update_or_create(
            file=file,
            defaults={"form_code": code, "stated_by": user, "stated_at": timezone.now()},
        )
        note(user, current, "state_version", file=str(file.pk), form_code=code)


def scans(evaluation: Evaluation, code: str, files: QuerySet[CaseFile] | None = None) -> list[Scan]:
    """The scans of the sealed form with the version each shows, beside the form's own `code`."""
    if files is None:
        files = queries.draft_materials(evaluation)
    printed = list(prints(evaluation).values_list("ordered_at", "version_code"))
    found = []
    for file in files.filter(slot=SLOT).select_related("stamp"):
        stamp: Any = getattr(file, "stamp", None)
        before = (its_code for at, its_code in printed if at < file.uploaded_at)
        shown = stamp.form_code if stamp else next(before, "")
        found.append(Scan(file, shown, stamp is not None, shown == code))
    return found


def stamp_of(declaration: Declaration) -> str:
    """same, other or unknown: whether the sealed paper of a submitted version shows its form."""
    found = scans(declaration.evaluation, declaration.form_code, declaration.materials.all())
    return standing(found)


def standing(found: list[Scan]) -> str:
    """none, unknown, other, or same where one of the scans shows the form as it is."""
    if not found:
        return "none"
    if any(scan.same for scan in found):
        return "same"
    return "other" if any(scan.code for scan in found) else "unknown"
