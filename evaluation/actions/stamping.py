"""The form on paper: printed from the draft, sealed, scanned, and which version the scan shows.

The version code at the foot of each page is a digest of the form (application.form_code). The scan
of another version is no obstacle to submitting; the applicant is told, and the secretariat too."""

import re
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions, queries
from evaluation.actions.application import form_code, tables_of
from evaluation.actions.moving import changing, note
from evaluation.correction import SEALED_FORM
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.documents.previewing import CannotShow, text_of
from evaluation.edition import edition_of
from evaluation.errors import Refused
from evaluation.models import CaseFile, Declaration, Document, Evaluation, Kind, Stamp
from evaluation.rulebook.form import declared_values
from portal.accounts.models import User

SLOT = SEALED_FORM


@dataclass(frozen=True)
class Scan:
    """A scan of the sealed form. `code` is empty until somebody, or the file's own text, said
    which version stands on it: what was printed last is not what was signed."""

    file: CaseFile
    code: str
    from_text: bool
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


FEWEST = 4  # characters of a code that are enough to know it by
TEXT_PAGES = 2  # the code stands on every page
CODE = re.compile(r"(?<![0-9A-Z])[0-9A-F]{12}(?![0-9A-Z])")


def state_version(user: User, evaluation: Evaluation, file: CaseFile, typed: str) -> None:
    """Say which printed version a scan shows, by the first characters of the code at its foot."""
    typed = "".join(typed.split()).upper()
    with changing(user, evaluation) as current:
        permissions.check_edit(user, current)
        if len(typed) < FEWEST:
            raise Refused(_("请填写扫描件页脚版本码的前%(count)s位或更多。") % {"count": FEWEST})
        known = set(prints(current).values_list("version_code", flat=True))
        found = [code for code in known if code.startswith(typed)]
        if not found:
            raise Refused(
                _(
                    "本案卷没有版本码以%(code)s开头的盖章稿。请再核对页脚；如确实不是本平台生成的盖章稿，请重新生成、盖章后上传。"
                )
                % {"code": typed}
            )
        if len(found) > 1:
            raise Refused(_("以%(code)s开头的版本码不止一个，请多填几位。") % {"code": typed})
        _know(user, current, file, found[0])


def read_version(user: User, evaluation: Evaluation, file: CaseFile) -> None:
    """Look for the code in the text of an uploaded file. A scan is a picture and has none: then
    the version stays open until it is stated."""
    known = set(prints(evaluation).values_list("version_code", flat=True))
    if file.slot != SLOT or not known:
        return
    try:
        found = known & set(CODE.findall(text_of(file, TEXT_PAGES)))
    except CannotShow:
        return
    if len(found) == 1:
        with changing(user, evaluation) as current:
            permissions.check_edit(user, current)
            _know(user, current, file, found.pop(), from_text=True)


def _know(
    user: User, evaluation: Evaluation, file: CaseFile, code: str, *, from_text: bool = False
) -> None:
    Stamp.objects.update_or_create(
        file=file,
        defaults={
            "form_code": code,
            "stated_by": user,
            "stated_at": timezone.now(),
            "from_text": from_text,
        },
    )
    how = {"from_text": True} if from_text else {}
    note(user, evaluation, "state_version", file=str(file.pk), form_code=code, **how)


def scans(evaluation: Evaluation, code: str, files: QuerySet[CaseFile] | None = None) -> list[Scan]:
    """The scans of the sealed form with the version each shows, beside the form's own `code`."""
    if files is None:
        files = queries.draft_materials(evaluation)
    return [scan_of(file, code) for file in files.filter(slot=SLOT).select_related("stamp")]


def scan_of(file: CaseFile, code: str) -> Scan:
    """One file of the slot, with its stamp."""
    stamp: Stamp | None = getattr(file, "stamp", None)
    shown = stamp.form_code if stamp else ""
    return Scan(file, shown, stamp is not None and stamp.from_text, shown == code)


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
    return "unknown" if any(not scan.code for scan in found) else "other"
