"""年审: the list, one review with its items and history, the applicant's form, the moves."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import permissions_after as may
from evaluation import queries_after, review_figures
from evaluation.actions import annual_review as actions
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.annual_review import (
    AnswersForm,
    ItemsForm,
    ResponsesForm,
    ReviewMoveForm,
    VerdictForm,
)
from evaluation.models import CaseFile, Review, ReviewItem, ReviewStage
from evaluation.review_items import Asked, asked
from evaluation.review_words import facts_of
from evaluation.steps_after import (
    PARTY_NAMES,
    RECTIFYING,
    REVIEW_FILLING,
    REVIEW_MOVES,
    REVIEW_STATES,
    Party,
    review_moves_from,
)
from evaluation.views.readiness import what_blocks_a_review
from evaluation.views.refusals import add_to_form, led_back
from evaluation.views.shared import attachment
from portal.accounts.models import Role, User
from portal.accounts.requests import SignedInRequest

PAGE_SIZE = 25


def _overdue() -> Q:
    return Q(until_day__lt=timezone.localdate(), closed_at__isnull=True) & ~Q(state="planned")


# Filters of the list: key, label, which reviews.
FILTERS: tuple[tuple[str, Any, Callable[[], Q]], ...] = (
    ("open", gettext_lazy("进行中"), lambda: ~Q(state="planned") & Q(closed_at__isnull=True)),
    ("overdue", gettext_lazy("已逾期"), _overdue),
    ("filling", gettext_lazy("待填报"), lambda: Q(state__in=REVIEW_FILLING)),
    ("submitted", gettext_lazy("待审核"), lambda: Q(state="submitted")),
    ("rectification", gettext_lazy("整改"), lambda: Q(state__in=RECTIFYING)),
    ("planned", gettext_lazy("未到期"), lambda: Q(state="planned")),
    ("ended", gettext_lazy("已结束"), lambda: Q(closed_at__isnull=False)),
)


def _here(pk: int, *_args: Any, **_kwargs: Any) -> str:
    return reverse("evaluation:annual_review", args=[pk])


def _list(*_args: Any, **_kwargs: Any) -> str:
    return reverse("evaluation:annual_reviews")


@led_back(_list)
@require_safe
def annual_reviews(request: SignedInRequest) -> HttpResponse:
    """The reviews that are due, overdue, with someone or over; the nearest day first."""
    if request.user.role not in (Role.APPLICANT, Role.SECRETARIAT, Role.DECIDER):
        raise Http404
    found = queries_after.reviews_for(request.user)
    found = found.annotate(until_day=queries_after.UNTIL).order_by("until_day", "pk")
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    if text:
        found = found.filter(_has(text))
    chosen = request.GET.get("state", "open")
    known = {key: condition for key, _label, condition in FILTERS}
    if chosen in known:
        shown = found.filter(known[chosen]())
    else:
        chosen, shown = "all", found
    if chosen == "ended":
        shown = shown.order_by("-closed_at", "-pk")
    chips = [
        {
            "label": label,
            "url": "?" + urlencode({"state": key, **({"q": text} if text else {})}),
            "current": key == chosen,
        }
        for key, label, _condition in (*FILTERS, ("all", _("全部"), Q))
    ]
    page = Paginator(_listed(shown), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "q": text, "state": chosen, "chips": chips, "parties": PARTY_NAMES}
    return render(request, "evaluation/after/reviews.html", context)


def _listed(reviews: QuerySet[Review]) -> QuerySet[Review]:
    return reviews.only(
        "year",
        "due_on",
        "state",
        "rectify_by",
        "office_by",
        "closed_at",
        "certificate__number",
        "certificate__state",
        "certificate__holder",
        "certificate__base__name",
        "certificate__evaluation__organisation__name",
    )


def _has(text: str) -> Q:
    return (
        Q(certificate__number__icontains=text)
        | Q(certificate__holder__icontains=text)
        | Q(certificate__base__name__icontains=text)
        | Q(certificate__evaluation__organisation__credit_code__iexact=text)
    )


@dataclass
class Row:
    """One item as the page shows it."""

    item: ReviewItem
    asked: Asked
    certified: str
    figure: list[tuple[Any, Any]]
    conforms: bool | None = None
    statement: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)
    response: str = ""
    response_files: list[dict[str, Any]] = field(default_factory=list)
    fields: list[Any] = field(default_factory=list)
    form: VerdictForm | None = None
    rechecking: bool = False


@led_back(_list)
@require_safe
def annual_review(request: SignedInRequest, pk: int) -> HttpResponse:
    """One review: where it stands, what may be done next, its items and history."""
    review = queries_after.review_for(request.user, pk)
    return render(request, "evaluation/after/review.html", _page(request.user, review))


def _page(
    user: User, review: Review, typed: tuple[str, VerdictForm] | None = None
) -> dict[str, Any]:
    own = may.is_holder(user, review.certificate)
    rows = _rows(user, review, draft=own)
    judging = may.can(may.check_judge, user, review)
    rechecking = may.can(may.check_recheck, user, review)
    for row in rows:
        if judging or (rechecking and row.item.met is False):
            row.form = _verdict_form(row.item, rechecking, typed)
            row.rechecking = rechecking
    to_judge = [row for row in rows if row.form is not None]
    judged = [
        row for row in to_judge if (row.item.solved if rechecking else row.item.met) is not None
    ]
    return {
        **_head(user, review),
        "rows": rows,
        "topics": _by_topic(rows),
        "figures_period": _period_of(user, review),
        "judged": len(judged),
        "to_judge": len(to_judge),
        "fill": may.can(may.check_fill, user, review),
        "respond": may.can(may.check_respond, user, review),
        # Each with why it cannot be made yet.
        "moves": [
            (move, what_blocks_a_review(review, move.code))
            for move in review_moves_from(review.state)
            if move.party == Party.SECRETARIAT and may.can_review_move(user, review, move.code)
        ],
        "history": review.transitions.select_related("actor", "document").order_by("-at", "-pk"),
        "moves_told": REVIEW_MOVES,
        "refused": typed[1] if typed else None,
        "may_propose": review.state == "failed"
        and may.can_change(user, review.certificate, "revoke"),
    }


def _verdict_form(
    item: ReviewItem, rechecking: bool, typed: tuple[str, VerdictForm] | None
) -> VerdictForm:
    if typed and typed[0] == item.key:
        return typed[1]
    text = item.recheck if rechecking else item.finding
    return VerdictForm(prefix=item.key, initial={"text": text})


def _head(user: User, review: Review) -> dict[str, Any]:
    """What the head of every page of a review shows."""
    return {
        "review": review,
        "certificate": review.certificate,
        "state": review.current,
        "owner": PARTY_NAMES[review.current.owner],
        "overdue": review.closed_at is None
        and review.state != "planned"
        and review.until is not None
        and review.until < timezone.localdate(),
        "holder": may.is_holder(user, review.certificate),
    }


def _by_topic(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    topics: dict[str, list[Row]] = {}
    for row in rows:
        topics.setdefault(row.asked.topic_name, []).append(row)
    return list(topics.items())


def _rows(user: User, review: Review, *, draft: bool) -> list[Row]:
    """The items in the reader's language. The holder reads the draft; the office what was handed
    in last."""
    edition, language = edition_of(review.certificate.evaluation), reader_language()
    items = list(
        review.items.select_related("judged_by", "rechecked_by").prefetch_related("files__file")
    )
    handed = {each["key"]: each for each in queries_after.submitted(review).get("items", [])}
    rectified = {each["key"]: each for each in queries_after.rectified(review).get("items", [])}
    numbers = _figures(user, review)
    values = edition.parse_values(review.certificate.score_run.inputs).values
    rows = []
    for item in items:
        about = asked(edition, item.key, language)
        certified = ""
        if about.indicator:
            indicator = edition.indicator(about.indicator)
            certified = indicator.show(values.get(about.indicator), language)
        row = Row(item, about, certified, facts_of(about.figure, numbers))
        if draft and review.state in REVIEW_FILLING:
            row.conforms, row.statement = item.conforms, item.statement
            row.files = _draft_files(review, item, ReviewStage.DECLARED)
        elif item.key in handed:
            given = handed[item.key]
            row.conforms, row.statement = given["conforms"], given["statement"]
            row.files = _frozen_files(review, given["files"])
        if draft and review.state == "rectification" and item.met is False:
            row.response = item.response
            row.response_files = _draft_files(review, item, ReviewStage.RECTIFIED)
        elif item.key in rectified:
            row.response = rectified[item.key]["response"]
            row.response_files = _frozen_files(review, rectified[item.key]["files"])
        rows.append(row)
    return rows


def _figures(user: User, review: Review) -> dict[str, Any]:
    """Those that were frozen with the submission; before it those of today."""
    if review.state == "planned" or not review.items.exists():
        return {}
    if review.state not in REVIEW_FILLING:
        return dict(queries_after.submitted(review).get("figures", {}))
    return review_figures.figures(review)


def _period_of(user: User, review: Review) -> tuple[Any, Any] | None:
    return review_figures.period(review) if review.state in REVIEW_FILLING else None


def _draft_files(review: Review, item: ReviewItem, stage: str) -> list[dict[str, Any]]:
    return [
        {
            "name": each.file.name,
            "url": reverse("evaluation:review_file", args=[review.pk, each.file.pk]),
            "size": each.file.size,
            "sha256": each.file.sha256,
            "uploaded_at": each.file.uploaded_at,
            "remove_url": reverse("evaluation:review_file_remove", args=[review.pk, each.file.pk]),
        }
        for each in item.files.all()
        if each.stage == stage and each.file.removed_at is None
    ]


def _frozen_files(review: Review, files: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "name": file["name"],
            "url": reverse("evaluation:review_file", args=[review.pk, file["id"]]),
            "sha256": file["sha256"],
        }
        for file in files
    ]


# The applicant's part


@led_back(_here)
@require_http_methods(["GET", "POST"])
def review_form(request: SignedInRequest, pk: int) -> HttpResponse:
    """The self-check, or the rectification: one form with every item, saved as a whole."""
    review = queries_after.review_for(request.user, pk)
    rectifying = review.state in RECTIFYING
    if rectifying:
        may.check_respond(request.user, review)
    else:
        may.check_fill(request.user, review)
    rows = _rows_to_fill(request.user, review)
    missing: list[Any] = []
    shape: type[ItemsForm] = ResponsesForm if rectifying else AnswersForm
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = shape(
        *posted,
        items=[row.item for row in rows],
        asked={row.item.key: row.asked for row in rows},
    )
    if request.method == "POST" and form.is_valid():
        done = _saved(request, review, form)
        if isinstance(done, HttpResponse):
            return done
        if done:
            # What was typed is saved: the page begins anew from it, and says what is missing.
            missing, rows = done, _rows_to_fill(request.user, review)
            form = shape(
                items=[row.item for row in rows], asked={row.item.key: row.asked for row in rows}
            )
    for row in rows:
        row.fields = form.fields_of(row.item.key)
    context = {
        **_head(request.user, review),
        "form": form,
        "rows": rows,
        "topics": _by_topic(rows),
        "rectifying": rectifying,
        "missing": missing,
        "figures_period": _period_of(request.user, review),
        "returned": review.transitions.filter(move="send_back").last()
        if review.state == "returned"
        else None,
        "move": REVIEW_MOVES["report_rectification" if rectifying else "submit"],
    }
    return render(
        request,
        "evaluation/after/review_form.html",
        context,
        status=422 if form.errors or missing else 200,
    )


def _rows_to_fill(user: User, review: Review) -> list[Row]:
    """Every item, or of a rectification those that are not yet found put right."""
    return [
        row
        for row in _rows(user, review, draft=True)
        if review.state not in RECTIFYING or (row.item.met is False and not row.item.solved)
    ]


def _saved(
    request: SignedInRequest, review: Review, form: ItemsForm
) -> HttpResponse | list[Any] | None:
    """Save, and submit where that button was pressed. None where nothing was saved and the form
    says why; what is missing where it was saved and cannot be submitted yet."""
    user = request.user
    try:
        if isinstance(form, AnswersForm):
            actions.save_answers(user, review, form.answers())
        elif isinstance(form, ResponsesForm):
            actions.save_responses(user, review, form.responses())
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        add_to_form(form, refusal)
        return None
    if "submit" not in request.POST:
        messages.success(request, _("已保存。"))
        return redirect("evaluation:review_form", review.pk)
    try:
        if isinstance(form, AnswersForm):
            actions.submit(user, review)
        else:
            actions.report_rectification(user, review)
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        return list(refusal.sentences)
    messages.success(request, _("已提交，由秘书处办理。"))
    return redirect("evaluation:annual_review", review.pk)


@led_back(_here)
@require_safe
def review_file(request: SignedInRequest, pk: int, file_id: uuid.UUID) -> FileResponse:
    """Download evidence of a review: always as an attachment."""
    review = queries_after.review_for(request.user, pk)
    kept = _file(request.user, review, file_id)
    return attachment(kept, kept.name, kept.content_type)


@led_back(_here)
@require_POST
def review_file_remove(request: SignedInRequest, pk: int, file_id: uuid.UUID) -> HttpResponse:
    """Take evidence out of the draft."""
    review = queries_after.review_for(request.user, pk)
    may.check_party(request.user, review.certificate, Party.APPLICANT)
    actions.remove_file(request.user, review, _file(request.user, review, file_id))
    messages.success(request, _("已移除文件。"))
    return redirect("evaluation:review_form", pk)


def _file(user: User, review: Review, file_id: uuid.UUID) -> CaseFile:
    files = queries_after.review_files_for(user, review).select_related("review_file")
    return get_object_or_404(files, pk=file_id)


# The secretariat's part


@led_back(_here)
@require_POST
def judge_item(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """Keep the verdict on one item: the finding, or what the re-check found."""
    review = queries_after.review_for(request.user, pk)
    may.check_party(request.user, review.certificate, Party.SECRETARIAT)
    if not review.items.filter(key=key).exists():
        raise Http404
    form = VerdictForm(request.POST, prefix=key)
    if form.is_valid():
        try:
            _judge(request.user, review, key, form)
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            return redirect(f"{_here(pk)}#item-{key}")
    return render(
        request,
        "evaluation/after/review.html",
        _page(request.user, review, (key, form)),
        status=422,
    )


def _judge(user: User, review: Review, key: str, form: VerdictForm) -> None:
    text = form.cleaned_data["text"]
    if review.state == "rechecking":
        actions.recheck(user, review, key, solved=form.is_good, text=text)
    else:
        actions.judge(user, review, key, met=form.is_good, finding=text)


MOVES: dict[str, Callable[..., None]] = {
    "send_back": actions.send_back,
    "open_early": actions.open_early,
    "conclude": actions.conclude,
    "require_rectification": actions.require_rectification,
    "extend": actions.extend,
    "reject_rectification": actions.reject_rectification,
    "accept_rectification": actions.accept_rectification,
    "fail": actions.fail,
}


@led_back(_here)
@require_http_methods(["GET", "POST"])
def review_move(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """The page of a move: what follows, what it needs, and the button."""
    review = queries_after.review_for(request.user, pk)
    if code not in MOVES:
        raise Http404
    move = REVIEW_MOVES[code]
    form: Form = ReviewMoveForm(request.POST if request.method == "POST" else None, move=move)
    may.check_review_move(request.user, review, move)
    if request.method == "POST" and form.is_valid():
        try:
            MOVES[code](request.user, review, **form.cleaned_data)
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            messages.success(request, _("已办理：%(done)s。") % {"done": move.done})
            return redirect("evaluation:annual_review", pk)
    context = {
        **_head(request.user, review),
        "move": move,
        "target": REVIEW_STATES[move.target],
        "form": form,
        "unmet": [
            row
            for row in _rows(request.user, review, draft=False)
            if row.item.met is False and row.item.solved is not True
        ],
    }
    return render(
        request, "evaluation/after/review_move.html", context, status=422 if form.errors else 200
    )
