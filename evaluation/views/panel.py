"""汇总: the leader's consolidation, and what stays to be read of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import permissions, queries, steps
from evaluation.actions import challenges, opinions, site
from evaluation.actions import panel as actions
from evaluation.actions.dissent import dissents
from evaluation.dissents import dissent_about
from evaluation.edition import edition_of, reader_language
from evaluation.errors import NotAllowed, NotConfirmed, Refused, WrongState
from evaluation.findings import observed_text
from evaluation.forms.panel import (
    AnswerForm,
    FinalForm,
    OverruleForm,
    all_valid,
)
from evaluation.models import (
    Assignment,
    Challenge,
    ConsolidationDraft,
    Dissent,
    Evaluation,
)
from evaluation.rulebook import (
    Scorecard,
    aggregation_name,
    in_language,
    score,
    spread,
)
from evaluation.steps import Actor
from evaluation.views.doubts import Doubt, doubt_shown
from evaluation.views.refusals import case_view, show
from evaluation.views.scorecards import (
    Bar,
    score_strip,
)
from evaluation.views.spread import lines
from portal.accounts.requests import SignedInRequest

# The states in which the points of all experts may be read by those who may read them at all.
CONSOLIDATED = tuple(
    code for code, state in steps.STATES.items() if state.step > 5 and code != "withdrawn"
)


@dataclass(frozen=True)
class Award:
    """What one expert gave, as the leader sees it."""

    name: str
    is_leader: bool
    points: Decimal
    reason: str
    far: bool  # from the median of all


@dataclass(frozen=True)
class Consolidated:
    """One judged indicator with every expert's points and the final word."""

    code: str
    clause: str
    name: str
    requirement: str
    maximum: Decimal
    awards: list[Award]
    lowest: Decimal
    median: Decimal
    highest: Decimal
    proposal: Decimal
    form: FinalForm | None
    final: str
    reason: str


@dataclass(frozen=True)
class Verified:
    """One verified value that the panel may correct, or did."""

    code: str
    clause: str
    name: str
    requirement: str
    declared: str
    observed: str
    verdict: str
    form: OverruleForm | None
    final: str
    reason: str
    doubts: list[Doubt]


@dataclass(frozen=True)
class Preview:
    """The score that would come out."""

    bars: list[Bar]
    conclusion: str
    conclusion_kind: str
    reasons: Sequence[str]


@dataclass(frozen=True)
class Filled:
    """The forms of the consolidation: final points, corrected values, answers to doubts."""

    finals: dict[str, FinalForm]
    overrules: dict[str, OverruleForm]
    answers: dict[int, AnswerForm]
    doubts: list[Doubt]

    @property
    def all(self) -> list[Any]:
        return [*self.finals.values(), *self.overrules.values(), *self.answers.values()]


@case_view
@require_http_methods(["GET", "POST"])
def consolidate(request: SignedInRequest, number: str) -> HttpResponse:
    """汇总: every expert's points side by side, the final ones, and the score they give."""
    evaluation = queries.case_for(request.user, number)
    leads = permissions.is_actor(request.user, evaluation, Actor.PANEL_LEADER)
    if evaluation.state in CONSOLIDATED and (leads or request.user.role in queries.STAFF):
        return render(request, "evaluation/expert/consolidated.html", _done_context(evaluation))
    permissions.check_move(request.user, evaluation, steps.MOVES["consolidate"])
    counted = actions.sheets(evaluation)
    doubts = challenges.counted_challenges(evaluation)
    if request.method == "GET":
        draft = evaluation.consolidation_drafts.filter(leader=request.user).first()
        typed = _sent(draft.typed) if draft else None
        return _consolidation(
            request, evaluation, counted, _forms(evaluation, counted, doubts, draft=typed), draft
        )
    filled = _forms(evaluation, counted, doubts, request.POST)
    valid = all_valid(filled.all)
    if "preview" in request.POST:
        actions.keep_draft(request.user, evaluation, _typed(request.POST))
        if request.htmx:
            return render(
                request,
                "evaluation/expert/score_preview.html",
                {"preview": _preview(evaluation, filled), "saved_at": timezone.now()},
            )
        return _consolidation(request, evaluation, counted, filled)
    if valid:
        given = (
            _pairs(filled.finals),
            _pairs(_corrections(filled.overrules)),
            {pk: form.cleaned_data["answer"] for pk, form in filled.answers.items()},
        )
        checking = "check" in request.POST
        try:
            if checking:
                actions.share(request.user, evaluation, *given)
                return _last_look(request, evaluation, counted, filled)
            seen = request.POST.getlist("seen")
            actions.consolidate(
                request.user,
                evaluation,
                *given,
                seen=seen,
                despite_unread=_keys(request.POST.getlist("unread")),
            )
        except (NotAllowed, WrongState):
            raise
        except NotConfirmed as asked:
            return _ask_again(request, evaluation, asked)
        except Refused as refusal:
            show(request, refusal)
            if not checking and _as_put_before(evaluation, request.POST):
                return _last_look(request, evaluation, counted, filled, status=422)
        else:
            messages.success(request, _("评审意见已提交，得分已按规范计算。"))
            return redirect("evaluation:case", number)
    return _consolidation(request, evaluation, counted, filled, status=422)


LEFT_OUT = ("check", "preview", "opinion", "seen", "unread", "csrfmiddlewaretoken")


def _typed(sent: QueryDict) -> dict[str, list[str]]:
    """What was typed into a form, without the buttons."""
    return {name: list(map(str, values)) for name, values in sent.lists() if name not in LEFT_OUT}


def _keys(sent: Sequence[str]) -> list[int]:
    return [int(key) for key in sent if key.isascii() and key.isdigit() and len(key) < 19]


def _ask_again(
    request: SignedInRequest, evaluation: Evaluation, asked: NotConfirmed
) -> HttpResponse:
    """Once more before an opinion is final that some have not read: who they are."""
    members = evaluation.assignments.filter(pk__in=asked.waiting).select_related("expert")
    context = {
        "evaluation": evaluation,
        "opinion": opinions.standing_opinion(evaluation),
        "waiting": list(members.order_by("pk")),
        "seen": request.POST.getlist("seen"),
        "sent": _carried(request.POST),
    }
    return render(request, "evaluation/expert/consolidate_unread.html", context)


def _carried(sent: QueryDict) -> list[tuple[str, str]]:
    """Everything that was typed, as hidden fields of the next page."""
    return [(name, value) for name, values in _typed(sent).items() for value in values]


def _sent(typed: Mapping[str, list[str]]) -> QueryDict:
    """The form as it was sent when the draft was kept."""
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    return data


def _as_put_before(evaluation: Evaluation, sent: QueryDict) -> bool:
    """Whether the page that was sent shows what stands before the panel now."""
    standing = opinions.standing_opinion(evaluation)
    return standing is not None and sent.get("opinion") == str(standing.number)


def _last_look(
    request: SignedInRequest,
    evaluation: Evaluation,
    counted: Sequence[Assignment],
    filled: Filled,
    status: int = 200,
) -> HttpResponse:
    """What would become final and is before the panel, with everything that was typed carried
    along; and the dissent as it stands, the newest marked where the page was out of date."""
    standing = opinions.standing_opinion(evaluation)
    assert standing is not None, "it was put before the panel"
    read = dict(standing.readings.values_list("assignment_id", "read_at"))
    edition, language = edition_of(evaluation), reader_language()
    context = {
        "evaluation": evaluation,
        "items": _consolidated(evaluation, counted, filled.finals),
        "doubts": filled.doubts,
        "dissents": _dissents(evaluation),
        "opinion": standing,
        "readers": [
            (member.expert.name, read.get(member.pk))
            for member in opinions.readers(evaluation)
            if member.expert_id != standing.leader_id
        ],
        "seen": list(opinions.dissent_marks(evaluation)),
        "corrected": [
            {
                "name": in_language(indicator, "name", language),
                "observed": observed_text(indicator, form.held, language),
                "changed": indicator.show(form.parsed, language),
                "form": form,
            }
            for code, form in _corrections(filled.overrules).items()
            for indicator in [edition.indicator(code)]
        ],
        "preview": _preview(evaluation, filled),
        "sent": _carried(request.POST),
    }
    return render(request, "evaluation/expert/consolidate_check.html", context, status=status)


def _forms(
    evaluation: Evaluation,
    counted: Sequence[Assignment],
    doubts: Sequence[Challenge],
    *sent: QueryDict,
    draft: QueryDict | None = None,
) -> Filled:
    """Every form of the page: bound to what was sent, or showing the draft."""
    proposed = actions.proposals(evaluation, counted)
    observed = dict(evaluation.site_records.values_list("indicator", "observed"))
    places = edition_of(evaluation).policy.places
    finals = {
        indicator.code: FinalForm(
            *sent, indicator=indicator, proposal=proposed[indicator.code], places=places
        )
        for indicator in actions.judged(evaluation)
    }
    overrules = {
        indicator.code: OverruleForm(*sent, indicator=indicator, held=observed.get(indicator.code))
        for indicator in site.verified_on_site(evaluation)
    }
    answers = {
        made.pk: AnswerForm(sent[0] if sent else None, prefix=f"doubt-{made.pk}") for made in doubts
    }
    filled = Filled(
        finals,
        overrules,
        answers,
        [
            doubt_shown(evaluation, made, made.assignment.expert.name, answers[made.pk])
            for made in doubts
        ],
    )
    for form in filled.all if draft is not None else []:
        form.initial |= {
            name: field.widget.value_from_datadict(draft, {}, form.add_prefix(name))
            for name, field in form.fields.items()
        }
    return filled


def _dissents(evaluation: Evaluation) -> list[tuple[Dissent, str]]:
    """All dissent of the panel with the name of its indicator."""
    edition, language = edition_of(evaluation), reader_language()
    return [(each, dissent_about(edition, each, language)) for each in dissents(evaluation)]


def _corrections(overrules: dict[str, OverruleForm]) -> dict[str, OverruleForm]:
    return {code: form for code, form in overrules.items() if form.corrects}


def _pairs(forms: dict[str, Any]) -> dict[str, tuple[Any, str]]:
    return {code: (form.raw, form.cleaned_data.get("reason", "")) for code, form in forms.items()}


def _preview(evaluation: Evaluation, filled: Filled) -> Preview | None:
    """The score of what was typed; None while a value is missing or wrong. A reason that is
    still missing does not matter here."""
    wanted = [form for form in filled.overrules.values() if not form.leaves_open]
    if any(form.raw is None for form in [*filled.finals.values(), *wanted]):
        return None
    overruled = _pairs(_corrections(filled.overrules))
    try:
        return _shown(actions.preview(evaluation, _pairs(filled.finals), overruled))
    except Refused:
        return None


def _shown(card: Scorecard) -> Preview:
    return Preview(
        bars=score_strip(card),
        conclusion=_("满足10.1的认定条件") if card.qualified else _("未满足10.1的认定条件"),
        conclusion_kind="met" if card.qualified else "not_met",
        reasons=card.reasons_en
        if reader_language() == "en"
        # The same sentences as of a declaration, but the values are those of the visit.
        else [
            sentence.replace("，填报为", "，核验为")  # not translated: words of a stored score
            for sentence in card.reasons
        ],
    )


def _consolidation(
    request: SignedInRequest,
    evaluation: Evaluation,
    counted: Sequence[Assignment],
    filled: Filled,
    draft: ConsolidationDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    preview: Preview | None
    if draft is not None:
        again = _forms(evaluation, counted, [], _sent(draft.typed))
        all_valid(again.all)
        preview = _preview(evaluation, again)
    elif status == 200 and not next(iter(filled.finals.values())).is_bound:
        proposed = {code: (form.proposal, "") for code, form in filled.finals.items()}
        preview = _shown(actions.preview(evaluation, proposed, {}))
    else:
        preview = _preview(evaluation, filled)
    policy = edition_of(evaluation).policy
    context = {
        "evaluation": evaluation,
        "items": _consolidated(evaluation, counted, filled.finals),
        "verified": _verified(evaluation, filled.overrules, filled.doubts),
        "overrules_open": any(
            form.is_bound and (form.errors or form.corrects) for form in filled.overrules.values()
        ),
        "doubts": filled.doubts,
        "dissents": _dissents(evaluation),
        "preview": preview,
        "saved_at": draft.saved_at if draft else None,
        "refused": status == 422 and any(form.errors for form in filled.all),
        "count": len(counted),
        "lines": lines(evaluation, counted),
        "aggregation": aggregation_name(policy.aggregation, reader_language()),
        "places": policy.places,
    }
    return render(request, "evaluation/expert/consolidate.html", context, status=status)


def _consolidated(
    evaluation: Evaluation,
    counted: Sequence[Assignment],
    forms: dict[str, FinalForm],
) -> list[Consolidated]:
    edition, language = edition_of(evaluation), reader_language()
    proposed = actions.proposals(evaluation, counted)
    kept = {c.indicator: c for c in evaluation.consolidations.all()}
    items = []
    for indicator in actions.judged(evaluation):
        code = indicator.code
        given = [
            (sheet, item)
            for sheet in counted
            for item in sheet.scores.all()
            if item.indicator == code
        ]
        apart = spread(edition, indicator, [item.points for _sheet, item in given])
        awards = [
            Award(sheet.expert.name, sheet.is_leader, item.points, item.reason, far)
            for (sheet, item), far in zip(given, apart.far, strict=True)
        ]
        items.append(
            Consolidated(
                code=code,
                clause=indicator.clause,
                name=in_language(indicator, "name", language),
                requirement=in_language(
                    indicator.requirement(evaluation.category), "wording", language
                ),
                maximum=indicator.points or Decimal(0),
                awards=awards,
                lowest=apart.lowest,
                median=apart.median,
                highest=apart.highest,
                proposal=proposed[code],
                form=forms.get(code),
                final=kept[code].value if code in kept else "",
                reason=kept[code].reason if code in kept else "",
            )
        )
    return items


def _verified(
    evaluation: Evaluation, forms: dict[str, OverruleForm], doubts: Sequence[Doubt] = ()
) -> list[Verified]:
    edition = edition_of(evaluation)
    language = reader_language()
    declaration = queries.current_declaration(evaluation)
    declared = edition.parse_values(declaration.values if declaration else {}).values
    raw = dict(evaluation.site_records.values_list("indicator", "observed"))
    observed = edition.parse_values(raw).values
    card = score(edition, evaluation.category, observed)
    kept = {c.indicator: c for c in evaluation.consolidations.all()}
    final = edition.parse_values({code: c.value for code, c in kept.items()}).values
    return [
        Verified(
            code=indicator.code,
            clause=indicator.clause,
            name=in_language(indicator, "name", language),
            requirement=in_language(
                indicator.requirement(evaluation.category), "wording", language
            ),
            declared=indicator.show(declared.get(indicator.code), language),
            observed=observed_text(indicator, raw.get(indicator.code), language),
            verdict="met" if card.step(indicator.code).met else "not_met",
            form=forms.get(indicator.code),
            final=indicator.show(final[indicator.code], language)
            if indicator.code in final
            else "",
            reason=kept[indicator.code].reason if indicator.code in kept else "",
            doubts=[each for each in doubts if each.challenge.indicator == indicator.code],
        )
        for indicator in site.verified_on_site(evaluation)
    ]


def _done_context(evaluation: Evaluation) -> dict[str, Any]:
    counted = actions.sheets(evaluation)
    overruled = [item for item in _verified(evaluation, {}) if item.final]
    return {
        "evaluation": evaluation,
        "items": _consolidated(evaluation, counted, {}),
        "overruled": overruled,
        "doubts": [
            doubt_shown(evaluation, made, made.assignment.expert.name)
            for made in challenges.counted_challenges(evaluation)
        ],
        "dissents": _dissents(evaluation),
        "count": len(counted),
        "lines": lines(evaluation, counted),
    }
