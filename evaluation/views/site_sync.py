"""What the site visit's page asks and sends when there is network: its state, one finding or
signature at a time, one photo at a time. Refusals are JSON with their sentences."""

import base64
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evaluation import permissions, queries
from evaluation.actions import site, site_entries, site_import, site_signatures
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms import site_sync as forms
from evaluation.models import Evaluation, Outcome
from evaluation.views.evidence import materials
from evaluation.views.site_items import declared_values, item_form, visit_context
from portal.accounts.requests import SignedInRequest

View = Callable[..., HttpResponseBase]


def site_json(view: View) -> View:
    """A signed-in view that a page's script calls: refusals are JSON."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, number: str) -> HttpResponseBase:
        try:
            return view(request, number)
        except NotAllowed as refusal:
            return _answer("not_allowed", 403, refusal)
        except WrongState as refusal:
            return _answer("closed", 409, refusal)
        except Refused as refusal:
            return _answer("refused", 422, refusal)

    return guarded


def _answer(outcome: str, status: int = 200, refusal: Refused | None = None, **more: Any) -> Any:
    sentences = [str(sentence) for sentence in refusal.sentences] if refusal else []
    return JsonResponse({"outcome": outcome, "sentences": sentences, **more}, status=status)


@site_json
@require_http_methods(["GET", "POST"])
def site_sync(request: SignedInRequest, number: str) -> HttpResponseBase:
    """GET: whose page it is, whether the visit is open, what to preload. POST: one finding or
    signature, in one transaction; the same number again answers the same."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_site_team(request.user, evaluation)
    if request.method == "GET":
        return JsonResponse(_state(request, evaluation))
    sent = forms.read(request.body)
    if sent is None:
        raise Refused(_("内容无法读取，请刷新页面后重试；本机保存的记录不会丢失。"))
    if sent.author != request.user.pk:
        return _answer(
            "other_user", 409, Refused(_("这些记录由另一账号填写，请用该账号登录后上传。"))
        )
    if isinstance(sent, forms.SentSignature):
        site_signatures.sign(request.user, evaluation, signature_of(sent))
        return _drawn(request, evaluation, "kept")
    finding = finding_of(evaluation, sent)
    entry = site_entries.take_in(request.user, evaluation, finding)
    evaluation.refresh_from_db()
    outcome = "conflict" if entry.outcome == Outcome.OPEN else "kept"
    return _drawn(request, evaluation, outcome, sent.indicator)


@site_json
@require_POST
def site_photo(request: SignedInRequest, number: str) -> HttpResponseBase:
    """One photo under the number its device gave it."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_site_team(request.user, evaluation)
    upload = request.FILES.get("photo")
    try:
        photo_id = uuid.UUID(request.POST.get("id", ""))
    except ValueError:
        photo_id = None
    if upload is None or photo_id is None:
        raise Refused(_("没有收到照片，请重试；本机保存的照片不会丢失。"))
    if request.POST.get("author") != str(request.user.pk):
        return _answer(
            "other_user", 409, Refused(_("这些记录由另一账号填写，请用该账号登录后上传。"))
        )
    code = request.POST.get("indicator", "")
    site.add_photo(request.user, evaluation, code, upload, photo_id)
    return _drawn(request, evaluation, "kept", code)


def finding_of(evaluation: Evaluation, sent: forms.SentFinding) -> site_entries.Sent:
    """What a device sent, read by the item's own form. Raises Refused with the form's sentences."""
    indicator = site.on_site(evaluation, sent.indicator)
    declared = declared_values(evaluation).get(indicator.code)
    form = forms.filled_form(sent, item_form(indicator, declared, None))
    if not form.is_valid():
        raise Refused(
            *(
                f"{form.fields[name].label}：{error}" if name in form.fields else error
                for name, errors in form.errors.items()
                for error in errors
            )
        )
    return site_entries.Sent(
        id=sent.id,
        indicator=indicator.code,
        finding=site.Finding(form.raw, **form.texts),
        noted_at=sent.noted_at,
        seen=sent.seen,
        after=sent.after,
    )


def signature_of(sent: forms.SentSignature) -> site_signatures.Signature:
    """What a device sent, as the action takes it."""
    return site_signatures.Signature(
        id=sent.id,
        side=sent.side,
        name=sent.name,
        position=sent.position,
        strokes=sent.strokes,
        covers=sent.covers,
        signed_at=sent.signed_at,
    )


def _drawn(
    request: SignedInRequest, evaluation: Evaluation, outcome: str, code: str = ""
) -> JsonResponse:
    """The outcome, with the item and the page's foot drawn anew."""
    context = visit_context(request, evaluation)
    context["item"] = next(
        (item for group in context["groups"] for item in group.items if item.code == code), None
    )
    drawn = render_to_string("evaluation/expert/site_answer.html", context, request)
    return JsonResponse({"outcome": outcome, "sentences": [], "html": drawn})


def _state(request: SignedInRequest, evaluation: Evaluation) -> dict[str, Any]:
    recording = permissions.can_record_site(request.user, evaluation)
    files = materials(evaluation, queries.current_declaration(evaluation)).by_slot
    return {
        "user": request.user.pk,
        "recording": recording,
        "csrf": get_token(request),
        "key": base64.b64encode(site_import.file_key(request.user, evaluation)).decode(),
        # Another device may have brought a second finding since the page was drawn.
        "conflicts": sorted(
            set(
                evaluation.site_entries.filter(outcome=Outcome.OPEN).values_list(
                    "indicator", flat=True
                )
            )
        ),
        "files": [
            {"name": file.name, "url": file.url, "size": file.size, "slot": slot}
            for slot, rows in sorted(files.items())
            for file in rows
        ]
        if recording
        else [],
    }
