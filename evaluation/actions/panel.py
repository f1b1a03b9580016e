"""Step 5 专家评审: each expert scores alone, the leader consolidates, the score is computed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.actions.moving import changing, moving, note
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.edition import edition_of, reader_language
from evaluation.errors import Refused
from evaluation.models import (
    Assignment,
    Consolidation,
    Duty,
    Evaluation,
    Kind,
    PanelScore,
    ScoreRun,
)
from evaluation.rulebook import score
from evaluation.rulebook.shapes import Fault, Indicator
from evaluation.steps import Actor
from portal.accounts.models import User

PANEL_MINIMUM = 2


def judged(evaluation: Evaluation) -> list[Indicator]:
    """The indicators whose points the panel awards."""
    return [i for i in edition_of(evaluation).indicators if i.kind == "judged"]


def convene_panel(user: User, evaluation: Evaluation) -> None:
    """启动专家评审: two or more experts, one of them the leader."""
    with moving(user, evaluation, "convene_panel") as move:
        panel = permissions.active_assignments(move.evaluation, Duty.PANEL)
        if len(panel) < PANEL_MINIMUM:
            raise Refused(
                _("评审专家组至少需要%(count)s位专家。") % {"count": PANEL_MINIMUM}
            )
        if not any(member.is_leader for member in panel):
            raise Refused(_("请先指派评审专家组组长。"))
        move.data = {"panel": [member.expert_id for member in panel]}


def save_scores(
    user: User, evaluation: Evaluation, scores: Mapping[str, tuple[Any, str]]
) -> Assignment:
    """Keep an expert's own points and reasons, without submitting them yet."""
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.PANEL_EXPERT)
        permissions.check_state(current, "panel_scoring")
        sheet = _own_open_sheet(user, current)
        for indicator, points, reason in _parsed(current, scores):
            PanelScore.objects.update_or_create(
                assignment=sheet,
                indicator=indicator.code,
                defaults={"points": points, "reason": reason, "saved_at": timezone.now()},
            )
        note(user, current, "save_scores", indicators=sorted(scores))
        return sheet


def submit_scores(user: User, evaluation: Evaluation) -> None:
    """提交评分表: the expert's points are locked; the last one closes the round."""
    with moving(user, evaluation, "submit_scores") as move:
        sheet = _own_open_sheet(user, move.evaluation)
        _check_complete(move.evaluation, sheet)
        sheet.sheet_submitted_at = timezone.now()
        sheet.save(update_fields=["sheet_submitted_at"])
        order(move.evaluation, Kind.SCORE_SHEET, content.score_sheet(sheet), owner=user)
        panel = permissions.active_assignments(move.evaluation, Duty.PANEL)
        done = len(panel) >= PANEL_MINIMUM and all(m.sheet_submitted_at for m in panel)
        move.target = "panel_consolidation" if done else "panel_scoring"
        move.data = {"assignment": sheet.pk}


def consolidate(
    user: User,
    evaluation: Evaluation,
    finals: Mapping[str, tuple[Any, str]],
    overrules: Mapping[str, tuple[Any, str]] | None = None,
) -> ScoreRun:
    """提交评审意见: final points for each judged indicator, verified values overruled where the
    panel says why, and the score computed from that record (clause 9)."""
    with moving(user, evaluation, "consolidate") as move:
        current = move.evaluation
        parsed = _parsed(current, finals)
        _check_all_judged(current, {indicator.code for indicator, _points, _reason in parsed})
        for indicator, points, reason in parsed:
            _keep_final(user, current, indicator, indicator.dump(points), reason)
        _overrule(user, current, overrules or {})
        run = _run_score(current)
        order(current, Kind.MINUTES, content.minutes(current, run))
        order(current, Kind.REPORT, content.report(current, run))
        move.data = {"run": run.pk, "digest": run.digest, "A": run.result["A"]}
        return run


def final_values(evaluation: Evaluation) -> dict[str, Any]:
    """What the score is computed from: the observed values, the panel's points, and what the
    panel overruled. In the form of the score contract."""
    observed = dict(evaluation.site_records.values_list("indicator", "observed"))
    final = dict(evaluation.consolidations.values_list("indicator", "value"))
    return {**observed, **final}


def _own_open_sheet(user: User, evaluation: Evaluation) -> Assignment:
    sheet = permissions.serving(user, evaluation, Duty.PANEL)
    assert sheet is not None, "check_actor came first"
    if sheet.sheet_submitted_at is not None:
        raise Refused(_("评分表已提交并锁定，不能再修改。"))
    return sheet


def _sentence(fault: Fault) -> str:
    return fault.message_en if reader_language() == "en" else fault.message


def _parsed(
    evaluation: Evaluation, scores: Mapping[str, tuple[Any, str]]
) -> list[tuple[Indicator, Any, str]]:
    """Points as exact numbers, with their reasons; Refused names every fault."""
    known = {indicator.code: indicator for indicator in judged(evaluation)}
    good: list[tuple[Indicator, Any, str]] = []
    faults: list[str] = []
    for code, (raw, reason) in scores.items():
        indicator = known.get(code)
        if indicator is None:
            faults.append(_("指标%(code)s不由专家打分。") % {"code": code})
            continue
        points, wrong = indicator.parse_award(raw)
        if wrong:
            faults += [f"{indicator.name}：{_sentence(fault)}" for fault in wrong]
        else:
            good.append((indicator, points, reason.strip()))
    if faults:
        raise Refused(*faults)
    return good


def _check_complete(evaluation: Evaluation, sheet: Assignment) -> None:
    scores = {item.indicator: item for item in sheet.scores.all()}
    faults: list[str] = []
    for indicator in judged(evaluation):
        kept = scores.get(indicator.code)
        if kept is None:
            faults.append(_("“%(name)s”还没有打分。") % {"name": indicator.name})
        elif kept.points < (indicator.points or 0) and not kept.reason:
            faults.append(_("“%(name)s”未给满分，请写明理由。") % {"name": indicator.name})
    if faults:
        raise Refused(*faults)


def _check_all_judged(evaluation: Evaluation, given: set[str]) -> None:
    faults = [
        _("“%(name)s”还没有最终得分。") % {"name": indicator.name}
        for indicator in judged(evaluation)
        if indicator.code not in given
    ]
    if faults:
        raise Refused(*faults)


def _keep_final(
    user: User, evaluation: Evaluation, indicator: Indicator, value: Any, reason: str
) -> None:
    Consolidation.objects.create(
        evaluation=evaluation,
        indicator=indicator.code,
        value=value,
        reason=reason,
        leader=user,
        at=timezone.now(),
    )


def _overrule(
    user: User, evaluation: Evaluation, overrules: Mapping[str, tuple[Any, str]]
) -> None:
    edition = edition_of(evaluation)
    faults: list[str] = []
    for code, (raw, reason) in overrules.items():
        indicator = edition.indicator(code)
        value, wrong = indicator.parse(raw)
        faults += [f"{indicator.name}：{_sentence(fault)}" for fault in wrong]
        if not reason.strip():
            faults.append(_("“%(name)s”改变了核验值，请写明理由。") % {"name": indicator.name})
        if not faults:
            _keep_final(user, evaluation, indicator, indicator.dump(value), reason.strip())
    if faults:
        raise Refused(*faults)


def _run_score(evaluation: Evaluation) -> ScoreRun:
    edition = edition_of(evaluation)
    parsed = edition.parse_values(final_values(evaluation))
    if parsed.faults:
        raise Refused(*[_sentence(fault) for fault in parsed.faults])
    card = score(edition, evaluation.category, parsed.values)
    inputs, result = edition.dump_values(parsed.values), card.as_json()
    return ScoreRun.objects.create(
        evaluation=evaluation,
        edition=edition.id,
        category=evaluation.category,
        inputs=inputs,
        result=result,
        digest=run_digest(evaluation.category, inputs, result),
        total=card.A,
        qualified=card.qualified,
        made_at=timezone.now(),
    )


def run_digest(category: str, inputs: dict[str, Any], result: dict[str, Any]) -> str:
    """SHA-256 over what went into a score and what came out."""
    text = json.dumps(
        {"category": category, "inputs": inputs, "result": result},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()
