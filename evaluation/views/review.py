"""材料初审: the ten slots of Table 1, each with what it proves and the secretariat's verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaluation import permissions, queries, steps
from evaluation.actions import review as actions
from evaluation.actions import stamping
from evaluation.correction import Defect, field_label, found_in, told_after
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.forms.review import FieldDefectForm, SlotForm
from evaluation.models import Declaration, Evaluation, FieldDefect, SlotReview, UsualReason
from evaluation.rulebook import Edition, Indicator, Step, in_language
from evaluation.rulebook.form import declared_values
from evaluation.steps import Actor
from evaluation.views.applicant_reading import ReadTable, masked, read_tables
from evaluation.views.closed_tables import closed_tables, declared_score
from evaluation.views.evidence import FileRow, Materials, materials
from evaluation.views.refusals import add_to_form, case_view
from evaluation.views.sealed import sealed_version
from portal.accounts.models import User
from portal.accounts.requests import SignedInRequest


@dataclass(frozen=True)
class Proved:
    """An indicator that a slot proves, with what was declared."""

    name: str
    clause: str
    mandatory: bool
    requirement: str
    declared: str
    before: str  # what the version before declared, where it differs
    verdict: str  # kind of a status tag; empty where the declared value is enough
    verdict_label: str


@dataclass(frozen=True)
class FilledIn:
    """A field of the application form that stands behind what a slot proves."""

    number: str
    label: str
    text: str
    rows: int  # of a list, which is read on the page of the form
    url: str


@dataclass(frozen=True)
class Slot:
    """One slot as the page shows it; the first attributes are those of components/slot.html."""

    number: int
    name: str
    state: str
    state_label: str
    defect: str
    files: list[FileRow]
    proved: list[Proved]
    filled: list[FilledIn]
    verdict: SlotReview | None
    carried: bool
    renewed: bool
    earlier: Defect | None  # why the version before was found wanting here, and the answer
    added: list[str]  # names of the files that are new in this version
    removed: list[str]
    form: SlotForm | None
    closed: list[str]  # tables that stay closed in a correction although a value there falls short
    sealed: dict[str, Any] | None  # of the slot of the sealed form: views.sealed.sealed_version
    changed_form: bool = False  # what is sealed there is another form than in the version before
    files_below: bool = True  # beside what they prove, not above it

    @property
    def other_paper(self) -> bool:
        """Whether what was sealed is not what was submitted."""
        return self.sealed is not None and self.sealed["stamp"] == "other"


@dataclass(frozen=True)
class MarkedField:
    """A field of the form that is wanting, or was in the version before."""

    pk: int
    label: str
    url: str
    reason: str
    answer: str
    changed: bool


@case_view
@require_safe
def review(request: SignedInRequest, number: str) -> HttpResponse:
    """Show every slot with its files and verdict."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_staff(request.user)
    return render(request, "evaluation/staff/review.html", _context(request.user, evaluation))


@case_view
@require_POST
def judge(request: SignedInRequest, number: str, slot: int) -> HttpResponse:
    """Keep the verdict on one slot; with htmx only that slot is drawn anew."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    if slot not in [material.number for material in edition_of(evaluation).materials]:
        raise Http404
    form = _slot_form(evaluation, slot, list(UsualReason.objects.all()), request.POST)
    if form.is_valid():
        try:
            actions.judge_slot(
                request.user,
                evaluation,
                slot,
                accepted=form.cleaned_data["verdict"] == "accept",
                reason=form.cleaned_data["reason"],
                clause=form.cleaned_data["clause"],
                seen=form.cleaned_data["seen"],
            )
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
    if form.is_valid() and not request.htmx:
        address = reverse("evaluation:review", args=[number])
        return redirect(f"{address}#slot-{slot}")
    typed = None if form.is_valid() else (slot, _asked_again(evaluation, slot, form))
    context = _context(request.user, evaluation, typed)
    if request.htmx:
        context["slot"] = next(s for s in context["slots"] if s.number == slot)
        template = "evaluation/staff/review_answer.html"
    else:
        template = "evaluation/staff/review.html"
    return render(request, template, context, status=200 if typed is None else 422)


def _asked_again(evaluation: Evaluation, slot: int, form: SlotForm) -> SlotForm:
    """The refused form with its words, and the verdict that stands now as the one seen."""
    declaration = queries.current_declaration(evaluation)
    standing = declaration.slot_reviews.filter(slot=slot).first() if declaration else None
    data = {key: form.data.get(key) for key in form.data}
    form.data = {**data, form.add_prefix("seen"): actions.stamp(standing)}
    return form


@case_view
@require_POST
def mark_field(request: SignedInRequest, number: str) -> HttpResponse:
    """Mark a field of the form as wanting."""
    evaluation = queries.case_for(request.user, number)
    permissions.check_actor(request.user, evaluation, Actor.SECRETARIAT)
    form = FieldDefectForm(request.POST, edition=edition_of(evaluation))
    if form.is_valid():
        table, _dot, field = form.cleaned_data["place"].partition(".")
        try:
            actions.mark_field(request.user, evaluation, table, field, form.cleaned_data["reason"])
        except (NotAllowed, WrongState):
            raise
        except Refused as refusal:
            add_to_form(form, refusal)
        else:
            return redirect(reverse("evaluation:review", args=[number]) + "#fields")
    context = {**_context(request.user, evaluation), "field_form": form}
    return render(request, "evaluation/staff/review.html", context, status=422)


@case_view
@require_POST
def unmark_field(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Take the mark of a field back."""
    evaluation = queries.case_for(request.user, number)
    declaration = queries.current_declaration(evaluation)
    if declaration is None or not declaration.field_defects.filter(pk=pk).exists():
        raise Http404
    actions.unmark_field(request.user, evaluation, pk)
    return redirect(reverse("evaluation:review", args=[number]) + "#fields")


def _context(
    user: User, evaluation: Evaluation, typed: tuple[int, SlotForm] | None = None
) -> dict[str, Any]:
    versions = list(evaluation.declarations.order_by("-number")[:2])
    declaration, before = versions[0], versions[1] if len(versions) > 1 else None
    judging = evaluation.state == "preliminary_review" and permissions.is_actor(
        user, evaluation, Actor.SECRETARIAT
    )
    answered = told_after(before, declaration) if before else []
    slots = _slots(evaluation, declaration, before, judging, typed, answered)
    # What was accepted before and did not change need not be looked at again.
    settled = [slot for slot in slots if before and slot.carried and not slot.other_paper]
    marked = _marked(declaration, found_in(declaration))
    return {
        "evaluation": evaluation,
        "declaration": declaration,
        "slots": slots,
        "to_review": [slot for slot in slots if slot not in settled],
        "settled": settled,
        "judging": judging,
        "accepted": sum(1 for s in slots if s.verdict and s.verdict.accepted),
        "refused": sum(1 for s in slots if s.verdict and not s.verdict.accepted),
        "open": sum(1 for s in slots if s.verdict is None),
        # An earlier version that was never judged (sent back, taken back) makes no second round.
        "second_round": bool(settled or answered),
        "marked": marked,
        "answered": _answered(declaration, answered),
        "field_form": FieldDefectForm(edition=edition_of(evaluation)) if judging else None,
        "moves": {
            code: steps.MOVES[code]
            for code in ("pass_review", "request_correction")
            if permissions.can_move(user, evaluation, code)
        },
    }


def _slots(
    evaluation: Evaluation,
    declaration: Declaration,
    before: Declaration | None,
    judging: bool,
    typed: tuple[int, SlotForm] | None,
    answered: list[Defect],
) -> list[Slot]:
    edition = edition_of(evaluation)
    language = reader_language()
    files = materials(evaluation, declaration)
    files_before = materials(evaluation, before)
    verdicts = {v.slot: v for v in declaration.slot_reviews.select_related("reviewed_by")}
    earlier = {defect.slot: defect for defect in answered if defect.slot}
    usual = list(UsualReason.objects.all()) if judging else []
    declared = declared_values(edition, declaration.tables)
    tables = read_tables(edition, masked(declaration.tables), declared)
    card = declared_score(declaration)
    marked = list(declaration.field_defects.all())
    slots = []
    for material in edition.materials:
        verdict = verdicts.get(material.number)
        carried = verdict is not None and verdict.reviewed_at < declaration.submitted_at
        state, label = _state(verdict, carried)
        form = None
        if judging:
            form = _slot_form(evaluation, material.number, usual)
            form.initial = {
                "reason": verdict.reason if verdict else "",
                "clause": verdict.clause if verdict else "",
                "seen": actions.stamp(verdict),
            }
            if typed and typed[0] == material.number:
                form = typed[1]
        slots.append(
            Slot(
                number=material.number,
                name=in_language(material, "name", language),
                state=state,
                state_label=label,
                defect=verdict.reason if verdict else "",
                files=files.slot(material.number),
                proved=[
                    _proved(evaluation, card.step(indicator.code), declaration, before, language)
                    for indicator in edition.proved_by(material.number)
                ],
                filled=_filled_in(declaration, edition, tables, material.number),
                verdict=verdict,
                carried=carried,
                renewed=before is not None
                and _hashes(files, material.number) != _hashes(files_before, material.number),
                earlier=earlier.get(material.number),
                added=_only_in(files, files_before, material.number) if before else [],
                removed=_only_in(files_before, files, material.number) if before else [],
                form=form,
                closed=[]
                if verdict is None or verdict.accepted
                else closed_tables(declaration, card, material.number, marked),
                sealed=sealed_version(declaration) if material.number == stamping.SLOT else None,
                changed_form=material.number == stamping.SLOT
                and verdict is None
                and _was_judged_with_another_form(declaration, before),
            )
        )
    return slots


def _was_judged_with_another_form(declaration: Declaration, before: Declaration | None) -> bool:
    return (
        before is not None
        and before.form_code != declaration.form_code
        and before.slot_reviews.filter(slot=stamping.SLOT, accepted=True).exists()
    )


def _slot_form(evaluation: Evaluation, slot: int, usual: list[UsualReason], *sent: Any) -> SlotForm:
    return SlotForm(
        *sent,
        prefix=f"slot{slot}",
        clauses=actions.clauses_of(edition_of(evaluation), slot),
        usual=[each for each in usual if each.slot in (None, slot)],
    )


def _filled_in(
    declaration: Declaration, edition: Edition, tables: list[ReadTable], slot: int
) -> list[FilledIn]:
    """The fields of the form behind the indicators of a slot, as they were filled in."""
    proved = edition.proved_by(slot)
    codes, clauses = {i.code for i in proved}, {i.clause for i in proved}
    page = reverse(
        "evaluation:declaration", args=[declaration.evaluation.number, declaration.number]
    )
    return [
        FilledIn(
            number=read.number,
            label=read.label,
            text=f"{read.text} {read.unit}".strip() if read.text else "",
            rows=read.total or len(read.rows),
            url=f"{page}#table-{table.number}",
        )
        for table, shown in zip(edition.form, tables, strict=True)
        for asked, read in zip(table.fields, shown.fields, strict=True)
        if (asked.indicator in codes or asked.clause in clauses) and (read.text or read.rows)
    ]


def _only_in(files: Materials, others: Materials, slot: int) -> list[str]:
    there = _hashes(others, slot)
    return [file.name for file in files.slot(slot) if (file.sha256, file.period) not in there]


def _marked(declaration: Declaration, defects: Iterable[Any]) -> list[MarkedField]:
    """The fields that are marked in this version."""
    return [
        _marked_field(declaration, row, field_label(declaration, row), changed=False)
        for row in defects
        if isinstance(row, FieldDefect)
    ]


def _answered(declaration: Declaration, answered: list[Defect]) -> list[MarkedField]:
    """The fields that were marked in the version before, with what became of them."""
    return [
        _marked_field(declaration, each.row, each.label, changed=each.changed)
        for each in answered
        if isinstance(each.row, FieldDefect)
    ]


def _marked_field(
    declaration: Declaration, row: FieldDefect, label: str, *, changed: bool
) -> MarkedField:
    table = edition_of(declaration.evaluation).form_table(row.table)
    page = reverse(
        "evaluation:declaration", args=[declaration.evaluation.number, declaration.number]
    )
    return MarkedField(
        pk=row.pk,
        label=label,
        url=f"{page}#table-{table.number}",
        reason=row.reason,
        answer=row.answer,
        changed=changed,
    )


def _hashes(files: Materials, slot: int) -> set[tuple[str, str]]:
    """The bytes of each file, and what it is said to cover."""
    return {(file.sha256, file.period) for file in files.slot(slot)}


def _state(verdict: SlotReview | None, carried: bool) -> tuple[str, str]:
    if verdict is None:
        return "waiting", _("待判定")
    if not verdict.accepted:
        return "not_met", _("不合格")
    return "met", _("合格（沿用上一版的判定）") if carried else _("合格")


def _proved(
    evaluation: Evaluation,
    step: Step,
    declaration: Declaration,
    before: Declaration | None,
    language: str,
) -> Proved:
    indicator = step.indicator
    short = indicator.kind != "judged" and not step.met
    note = step.note(language) if step.state == "not_met" else ""
    declared = _shown(indicator, declaration, language)
    earlier = _shown(indicator, before, language) if before else declared
    return Proved(
        name=in_language(indicator, "name", language),
        clause=indicator.clause,
        mandatory=indicator.mandatory,
        requirement=in_language(indicator.requirement(evaluation.category), "wording", language),
        declared=declared,
        before=earlier if earlier != declared else "",
        verdict=("mandatory" if indicator.mandatory else "not_met") if short else "",
        verdict_label=_short(step, note),
    )


def _short(step: Step, note: str) -> str:
    """In words, what a declared value lacks."""
    if step.state == "missing":
        return _("必备项未填报") if step.indicator.mandatory else _("未填报")
    label = _("必备项不满足") if step.indicator.mandatory else _("不符合")
    return _("%(label)s：%(note)s") % {"label": label, "note": note} if note else label


def _shown(indicator: Indicator, declaration: Declaration, language: str) -> str:
    if indicator.kind == "judged":
        return _("由专家评审")
    raw = declaration.values.get(indicator.code)
    value = None if raw is None else indicator.parse(raw)[0]
    return indicator.show(value, language)
