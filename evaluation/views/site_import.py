"""Bringing in the encrypted file of a device that could not send by itself."""

from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import queries
from evaluation.actions import site, site_entries, site_signatures
from evaluation.actions import site_import as actions
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms import site_sync as forms
from evaluation.forms.site import VisitFileForm
from evaluation.models import Evaluation, Outcome, Side
from evaluation.views.refusals import add_to_form, case_view
from evaluation.views.site_sync import finding_of, signature_of
from portal.accounts.models import User
from portal.accounts.requests import SignedInRequest


@dataclass(frozen=True)
class Brought:
    """One thing of the file and what became of it."""

    what: str
    outcome: str  # kept, conflict, refused
    sentences: tuple[str, ...] = ()


@case_view
@require_http_methods(["GET", "POST"])
def site_import(request: SignedInRequest, number: str) -> HttpResponse:
    """Take in every thing of a file, and tell of each what became of it."""
    evaluation = queries.case_for(request.user, number)
    actions.check_may_import(request.user, evaluation)
    form = VisitFileForm(request.POST or None, request.FILES or None)
    brought: list[Brought] = []
    author = None
    if request.method == "POST" and form.is_valid():
        try:
            opened = actions.open_file(
                request.user, evaluation, form.cleaned_data["visit_file"].read()
            )
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            author = opened.author
            brought = [_bring(request.user, author, evaluation, t) for t in opened.things]
    context = {
        "evaluation": evaluation,
        "form": form,
        "brought": brought,
        "author": author,
        "kept": sum(1 for one in brought if one.outcome == "kept"),
        "conflicts": sum(1 for one in brought if one.outcome == "conflict"),
        "refused": sum(1 for one in brought if one.outcome == "refused"),
    }
    status = 422 if form.errors else 200
    return render(request, "evaluation/expert/site_import.html", context, status=status)


def _bring(importer: User, author: User, evaluation: Evaluation, thing: dict[str, Any]) -> Brought:
    what = _what(evaluation, thing)
    try:
        return Brought(what, _take(importer, author, evaluation, thing))
    except Refused as refusal:
        return Brought(what, "refused", tuple(str(sentence) for sentence in refusal.sentences))


def _take(importer: User, author: User, evaluation: Evaluation, thing: dict[str, Any]) -> str:
    if thing.get("kind") == "photo":
        photo_id, code, name, content = actions.photo_of(thing)
        upload = SimpleUploadedFile(name, content, "image/jpeg")
        site.add_photo(author, evaluation, code, upload, photo_id)
        return "kept"
    sent = forms.read_value(thing)
    if sent is None or sent.author != author.pk:
        raise Refused(_("文件中的这一项无法读取，请在原设备上重新导出。"))
    if isinstance(sent, forms.SentSignature):
        site_signatures.sign(author, evaluation, signature_of(sent))
        return "kept"
    entry = site_entries.take_in(
        author, evaluation, finding_of(evaluation, sent), imported_by=importer
    )
    return "conflict" if entry.outcome == Outcome.OPEN else "kept"


def _what(evaluation: Evaluation, thing: dict[str, Any]) -> str:
    if thing.get("kind") == "signature":
        side = dict(Side.choices).get(str(thing.get("side")), "")
        return _("%(side)s签字") % {"side": side}
    code = str(thing.get("indicator", ""))
    name = next((site.named(i) for i in site.verified_on_site(evaluation) if i.code == code), code)
    return _("%(name)s的照片") % {"name": name} if thing.get("kind") == "photo" else name
