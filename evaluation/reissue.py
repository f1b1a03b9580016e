"""A withdrawn result on its way to be published anew: who has it, and what comes next.

The state of the case is 待公布结果 all along; the correction of what was published stands beside it.
While it waits for the decision maker, the case and its deadline are the decision maker's."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case as Choice
from django.db.models import CharField, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation.edition import edition_of, reader_language
from evaluation.models import Evaluation, Publication, ResultCorrection, ScoreRun
from evaluation.rulebook.certificates import certificate_name
from evaluation.rulebook.values import plain
from evaluation.steps import ACTOR_NAMES, STATES, Actor, clock_of

STATE = "result_pending"


@dataclass(frozen=True)
class Stage:
    """What takes the place of the state's own words."""

    owner: Actor
    awaits: Any
    applicant_awaits: Any
    label: Any = STATES[STATE].label

    @property
    def holder(self) -> Any:
        return ACTOR_NAMES[self.owner]

    @property
    def clock(self) -> Any:
        """Whose time the deadline counts."""
        return clock_of(self.owner)


STAGES = {
    "withdrawn": Stage(
        Actor.SECRETARIAT,
        _("评估结果已撤回：公布的名称有误的，先提请更正；然后重新公布。"),
        _("评估结果已撤回，由秘书处更正后重新公布。"),
    ),
    "to_decide": Stage(
        Actor.DECIDER,
        _("等待审批人审批更正；批准后由秘书处重新公布。"),
        _("公布内容的更正正在审批，批准后重新公布。"),
        _("更正待审批"),
    ),
    "approved": Stage(
        Actor.SECRETARIAT,
        _("更正已批准，请重新公布。"),
        _("公布内容的更正已批准，由秘书处重新公布。"),
    ),
}


def stage() -> Choice:
    """The key of the stage that the outer case is in; empty where no result was withdrawn."""
    case = OuterRef("pk")
    made = ResultCorrection.objects.filter(evaluation=case)
    # Of the newest result only: an earlier one has been corrected already.
    approved = made.filter(approved=True, publication__corrected_by__isnull=True)
    return Choice(
        When(~Exists(Publication.objects.filter(evaluation=case)), then=Value("")),
        When(Exists(made.filter(approved__isnull=True)), then=Value("to_decide")),
        When(Exists(approved), then=Value("approved")),
        default=Value("withdrawn"),
        output_field=CharField(),
    )


def stage_if_pending() -> Choice:
    """The same for cases in any state."""
    return Choice(When(state=STATE, then=stage()), default=Value(""), output_field=CharField())


def stage_of(evaluation: Evaluation) -> Stage | None:
    """The stage of one case; one query where its result waits to be published, else none. A list
    annotates its cases with `reissue`."""
    if evaluation.state != STATE:
        return None
    key = getattr(evaluation, "reissue", None)
    if key is None:
        found = Evaluation.objects.filter(pk=evaluation.pk).order_by()
        key = found.annotate(reissue=stage()).values_list("reissue", flat=True).first()
    return STAGES.get(key or "")


def holder_of(evaluation: Evaluation) -> Actor:
    """Who has the case: the owner of its state, or of its stage where it has one."""
    return (stage_of(evaluation) or evaluation.current).owner


def with_the_decider() -> Q:
    """The cases in whose state the secretariat would act, were there no correction to decide on."""
    waiting = ResultCorrection.objects.filter(approved__isnull=True).order_by()
    return Q(state=STATE, pk__in=waiting.values("evaluation"))


@dataclass(frozen=True)
class Change:
    """One thing that a notice published anew says otherwise than the one that it corrects."""

    what: Any
    before: str
    after: str

    def __str__(self) -> str:
        return gettext("%(what)s由“%(before)s”更正为“%(after)s”") % {
            "what": self.what,
            "before": self.before,
            "after": self.after,
        }


WHAT = {
    "applicant": _("申报单位"),
    "base": _("待评估基地"),
    "name": _("申请的名称"),
    "scores": _("得分"),
    "outcome": _("评估结果"),
}


def published_changes(publication: Publication, language: str) -> list[Change]:
    """What a notice changed against the one that it corrects; empty where it corrects none."""
    earlier = publication.corrects
    if earlier is None:
        return []
    after = _facts(publication.evaluation, publication, publication.score_run, language)
    return _between(earlier, after, language)


def changes_if_published(evaluation: Evaluation, earlier: Publication) -> list[Change]:
    """What a notice published now would say otherwise than the withdrawn one."""
    told = Publication(
        applicant=evaluation.organisation.name,
        base_name=evaluation.base.name,
        place=evaluation.place,
    )
    language = reader_language()
    run = evaluation.score_runs.latest("made_at")
    return _between(earlier, _facts(evaluation, told, run, language), language)


def _between(earlier: Publication, after: dict[str, str], language: str) -> list[Change]:
    before = _facts(earlier.evaluation, earlier, earlier.score_run, language)
    return [Change(WHAT[key], before[key], after[key]) for key in WHAT if before[key] != after[key]]


def _facts(
    evaluation: Evaluation, told: Publication, run: ScoreRun, language: str
) -> dict[str, str]:
    edition = edition_of(evaluation)
    codes = [*(dimension.id for dimension in edition.dimensions), "A"]
    return {
        "applicant": told.applicant,
        "base": told.base_name,
        "name": certificate_name(edition, evaluation.category, told.place, language),
        "scores": gettext("、").join(
            f"{code} {plain(Decimal(run.result[code]))}" for code in codes
        ),
        "outcome": gettext("达标合格") if run.qualified else gettext("未达标"),
    }
