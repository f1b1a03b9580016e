"""Step 5 专家评审: each expert scores alone, the leader consolidates, the score is computed."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import permissions, steps
from evaluation.actions import opinions
from evaluation.actions.challenges import answer, counted_challenges
from evaluation.actions.dissent import dissents
from evaluation.actions.meeting import check_signed_in
from evaluation.actions.moving import changing, moving, note
from evaluation.documents import content
from evaluation.documents.order import order
from evaluation.edition import edition_of, reader_language
from evaluation.errors import Refused
from evaluation.models import (
    Assignment,
    Challenge,
    Consolidation,
    ConsolidationDraft,
    Duty,
    Evaluation,
    Kind,
    Opinion,
    PanelScore,
    ScoreRun,
)
from evaluation.queries import PANEL_MINIMUM
from evaluation.rulebook import Clean, Scorecard, aggregate, in_language, score
from evaluation.rulebook.shapes import Edition, Fault, Indicator
from evaluation.steps import Actor
from portal.accounts.models import User

Final = tuple[Indicator, Clean, str]


def judged(evaluation: Evaluation) -> list[Indicator]:
    """The indicators whose points the panel awards."""
    return [i for i in edition_of(evaluation).indicators if i.kind == "judged"]


def convene_panel(user: User, evaluation: Evaluation) -> None:
    """启动专家评审: two or more experts who signed the pledge. Where none of them was named the
    leader, the panel chooses one in its meeting."""
    with moving(user, evaluation, "convene_panel") as move:
        panel = permissions.active_assignments(move.evaluation, Duty.PANEL)
        if len(panel) < PANEL_MINIMUM:
            raise Refused(_("评审专家组至少需要%(count)s位专家。") % {"count": PANEL_MINIMUM})
        pledged = [member for member in panel if member.pledged_at]
        if len(pledged) < PANEL_MINIMUM:
            raise Refused(
                _("至少%(count)s位专家签署承诺书后才能启动评审，目前已签署%(pledged)s位。")
                % {"count": PANEL_MINIMUM, "pledged": len(pledged)}
            )
        move.data = {"panel": [member.expert_id for member in panel]}


def save_scores(
    user: User, evaluation: Evaluation, scores: Mapping[str, tuple[Any, str]]
) -> Assignment:
    """Keep an expert's own points and reasons, without submitting them yet. Blank points take
    back what was kept."""
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.PANEL_EXPERT)
        permissions.check_state(current, "panel_scoring")
        sheet = _own_open_sheet(user, current)
        check_signed_in(sheet)
        blank = [code for code, (raw, _reason) in scores.items() if raw in ("", None)]
        given = {code: pair for code, pair in scores.items() if code not in blank}
        for indicator, points, reason in _parsed(current, given):
            PanelScore.objects.update_or_create(
                assignment=sheet,
                indicator=indicator.code,
                defaults={"points": points, "reason": reason, "saved_at": timezone.now()},
            )
        sheet.scores.filter(indicator__in=blank).delete()
        note(user, current, "save_scores", indicators=sorted(given))
        return sheet


def submit_scores(user: User, evaluation: Evaluation) -> None:
    """提交评分表: the expert's points are locked; the last one closes the round."""
    with moving(user, evaluation, "submit_scores") as move:
        sheet = _own_open_sheet(user, move.evaluation)
        faults = whats_missing(move.evaluation, sheet)
        if not has_leader(move.evaluation):
            faults.append(_("评审专家组还没有组长，请先在评审会推选组长。"))
        if faults:
            raise Refused(*faults)
        sheet.sheet_submitted_at = timezone.now()
        sheet.save(update_fields=["sheet_submitted_at"])
        order(move.evaluation, Kind.SCORE_SHEET, content.score_sheet(sheet), owner=user)
        panel = permissions.active_assignments(move.evaluation, Duty.PANEL)
        done = len(panel) >= PANEL_MINIMUM and all(m.sheet_submitted_at for m in panel)
        move.target = "panel_consolidation" if done else "panel_scoring"
        move.data = {"assignment": sheet.pk}


def has_leader(evaluation: Evaluation) -> bool:
    """Whether someone leads the panel: without a leader no sheet is handed in."""
    panel = permissions.active_assignments(evaluation, Duty.PANEL)
    return any(member.is_leader and member.pledged_at for member in panel)


def is_last_sheet(user: User, evaluation: Evaluation) -> bool:
    """Whether every other expert of the panel has submitted."""
    return not any(
        member.sheet_submitted_at is None and member.expert_id != user.pk
        for member in permissions.active_assignments(evaluation, Duty.PANEL)
    )


def close_scoring(user: User, evaluation: Evaluation) -> None:
    """结束打分: needed when the last expert who had not scored was released."""
    with moving(user, evaluation, "close_scoring") as move:
        check_closable(move.evaluation)
        panel = permissions.active_assignments(move.evaluation, Duty.PANEL)
        move.data = {"panel": [member.expert_id for member in panel]}


def check_closable(evaluation: Evaluation) -> None:
    """All who score have handed in their sheet, they are enough, and one of them leads."""
    panel = permissions.active_assignments(evaluation, Duty.PANEL)
    waiting = [member for member in panel if member.sheet_submitted_at is None]
    faults: list[str] = []
    if waiting:
        faults.append(
            _("还有%(count)s位专家未提交评分表（%(names)s），请等待其提交或解除指派。")
            % {"count": len(waiting), "names": _("、").join(each.expert.name for each in waiting)}
        )
    if len(panel) < PANEL_MINIMUM:
        faults.append(
            _("至少需要%(count)s位专家提交评分表，请补充指派专家。") % {"count": PANEL_MINIMUM}
        )
    if not any(member.is_leader for member in panel):
        faults.append(_("评审专家组还没有组长，请由专家推选或由秘书处指定。"))
    if faults:
        raise Refused(*faults)


def sheets(evaluation: Evaluation) -> list[Assignment]:
    """The submitted score sheets that count, with expert and scores. Only for those who may see
    every expert's points: the leader once all have submitted, and the secretariat afterwards."""
    return list(
        evaluation.assignments.filter(
            duty=Duty.PANEL,
            sheet_submitted_at__isnull=False,
            recused_at__isnull=True,
            released_at__isnull=True,
        )
        .select_related("expert__organisation")
        .prefetch_related("scores")
    )


def proposals(evaluation: Evaluation, counted: Sequence[Assignment]) -> dict[str, Decimal]:
    """The experts' points for each judged indicator made one, by the edition's policy."""
    edition = edition_of(evaluation)
    given: dict[str, list[Decimal]] = {}
    for sheet in counted:
        for item in sheet.scores.all():
            given.setdefault(item.indicator, []).append(item.points)
    return {code: aggregate(edition, points) for code, points in given.items()}


def consolidate(
    user: User,
    evaluation: Evaluation,
    finals: Mapping[str, tuple[Any, str]],
    overrules: Mapping[str, tuple[Any, str]] | None = None,
    answers: Mapping[int, str] | None = None,
    *,
    seen: Sequence[str] | None = None,
    despite_unread: Collection[int] = (),
) -> ScoreRun:
    """提交评审意见: final points for each judged indicator, verified values overruled where the
    panel says why, every doubt answered, every dissent confirmed; and the score computed from
    that record (clause 9). `answers` by the doubt's key; the reason of an overruled value answers
    the doubts about it. The very same was put before the panel first (:func:`share`). `seen`: the
    marks of the dissent that the leader had before their eyes. `despite_unread`: the seats of
    those who have not read it, to whom the leader said yes when asked (NotConfirmed asks)."""
    with moving(user, evaluation, "consolidate") as move:
        current = move.evaluation
        record, given, faults = _opinion(current, finals, overrules or {}, answers or {})
        faults += _unconfirmed(current)
        if faults:
            raise Refused(*faults)
        if seen is not None:
            opinions.check_seen(current, seen)
        opinion = opinions.check_put_before(current, _content(record, given))
        unread = opinions.check_unread(current, opinion, despite_unread)
        opinion.handed_in_at = timezone.now()
        opinion.save(update_fields=["handed_in_at"])
        proposed = proposals(current, sheets(current))
        doubts = counted_challenges(current)
        # After a withdrawn result the earlier opinion stands here; the minutes keep it.
        current.consolidations.all().delete()
        answer(user, doubts, given)
        policy = edition_of(current).policy
        for indicator, value, reason in record:
            proposal = proposed.get(indicator.code)
            Consolidation.objects.create(
                evaluation=current,
                indicator=indicator.code,
                value=indicator.dump(value),
                reason=reason,
                leader=user,
                at=timezone.now(),
                proposal=proposal,
                aggregation="" if proposal is None else policy.aggregation,
            )
        current.consolidation_drafts.all().delete()
        run = _run_score(current)
        order(current, Kind.MINUTES, content.minutes(current, run, opinion))
        order(current, Kind.REPORT, content.report(current, run))
        move.data = {
            "run": run.pk,
            "digest": run.digest,
            "A": run.result["A"],
            "unread": [member.pk for member in unread],
        }
        return run


def share(
    user: User,
    evaluation: Evaluation,
    finals: Mapping[str, tuple[Any, str]],
    overrules: Mapping[str, tuple[Any, str]] | None = None,
    answers: Mapping[int, str] | None = None,
) -> Opinion:
    """送阅: put what is to be handed in before the experts of the panel, who have all scored. The
    same again is not put before them twice."""
    with changing(user, evaluation) as current:
        permissions.check_move(user, current, steps.MOVES["consolidate"])
        record, given, faults = _opinion(current, finals, overrules or {}, answers or {})
        if faults:
            raise Refused(*faults)
        return opinions.put_before_the_panel(user, current, _content(record, given))


def _opinion(
    current: Evaluation,
    finals: Mapping[str, tuple[Any, str]],
    overrules: Mapping[str, tuple[Any, str]],
    answers: Mapping[int, str],
) -> tuple[list[Final], dict[int, str], list[str]]:
    """The panel's final word, the answer to each doubt, and every fault in what was given."""
    record, faults = _final_record(current, finals, overrules)
    faults += _unexplained(proposals(current, sheets(current)), record)
    given, unanswered = _answers(counted_challenges(current), answers, record)
    return record, given, faults + unanswered


def _content(record: list[Final], given: Mapping[int, str]) -> opinions.Content:
    """An opinion as it is kept: JSON."""
    said: dict[bool, dict[str, Any]] = {True: {}, False: {}}
    for indicator, value, reason in record:
        said[indicator.kind == "judged"][indicator.code] = [indicator.dump(value), reason]
    content = {"finals": said[True], "overrules": said[False], "answers": given}
    kept: opinions.Content = json.loads(json.dumps(content))
    return kept


def keep_draft(user: User, evaluation: Evaluation, typed: Mapping[str, list[str]]) -> None:
    """Keep what the leader has typed so far, right or wrong."""
    with changing(user, evaluation) as current:
        permissions.check_move(user, current, steps.MOVES["consolidate"])
        ConsolidationDraft.objects.update_or_create(
            evaluation=current,
            leader=user,
            defaults={"typed": dict(typed), "saved_at": timezone.now()},
        )


def preview(
    evaluation: Evaluation,
    finals: Mapping[str, tuple[Any, str]],
    overrules: Mapping[str, tuple[Any, str]],
) -> Scorecard:
    """The score that this record would give. Nothing is kept; Refused names what is not valid."""
    record, faults = _final_record(evaluation, finals, overrules)
    if faults:
        raise Refused(*faults)
    changed = {indicator.code: indicator.dump(value) for indicator, value, _reason in record}
    return _scorecard(evaluation, {**_observed(evaluation), **changed})


def final_values(evaluation: Evaluation) -> dict[str, Any]:
    """What the score is computed from: the observed values, the panel's points, and what the
    panel overruled. In the form of the score contract."""
    final = dict(evaluation.consolidations.values_list("indicator", "value"))
    return {
        code: value
        for code, value in {**_observed(evaluation), **final}.items()
        if value is not None
    }


def _observed(evaluation: Evaluation) -> dict[str, Any]:
    return {
        code: value
        for code, value in evaluation.site_records.values_list("indicator", "observed")
        if value is not None
    }


def _own_open_sheet(user: User, evaluation: Evaluation) -> Assignment:
    sheet = permissions.serving(user, evaluation, Duty.PANEL)
    assert sheet is not None, "check_actor came first"
    if sheet.sheet_submitted_at is not None:
        raise Refused(_("评分表已提交并锁定，不能再修改。"))
    return sheet


def _sentence(fault: Fault) -> str:
    return fault.message_en if reader_language() == "en" else fault.message


def _told_of(indicator: Indicator, fault: Fault) -> str:
    return _("%(name)s：%(message)s") % {"name": _named(indicator), "message": _sentence(fault)}


def _named(indicator: Indicator) -> str:
    return in_language(indicator, "name", reader_language())


def _parsed(
    evaluation: Evaluation, scores: Mapping[str, tuple[Any, str]]
) -> list[tuple[Indicator, Decimal, str]]:
    """One expert's points as exact numbers, with their reasons; Refused names every fault."""
    known = {indicator.code: indicator for indicator in judged(evaluation)}
    good: list[tuple[Indicator, Decimal, str]] = []
    faults: list[str] = []
    for code, (raw, reason) in scores.items():
        indicator = known.get(code)
        if indicator is None:
            faults.append(_("指标%(code)s不由专家打分。") % {"code": code})
            continue
        points, wrong = indicator.parse_award(raw)
        if points is None:
            faults += [_told_of(indicator, fault) for fault in wrong]
        else:
            good.append((indicator, points, reason.strip()))
    if faults:
        raise Refused(*faults)
    return good


def whats_missing(evaluation: Evaluation, sheet: Assignment) -> list[str]:
    """What keeps an expert's sheet from being submitted, a sentence each."""
    scores = {item.indicator: item for item in sheet.scores.all()}
    faults: list[str] = []
    if sheet.signed_in_at is None:
        faults.append(_("请先在评审会签到。"))
    for indicator in judged(evaluation):
        kept = scores.get(indicator.code)
        if kept is None:
            faults.append(_("“%(name)s”还没有打分。") % {"name": _named(indicator)})
        elif kept.points < (indicator.points or 0) and not kept.reason:
            faults.append(_("“%(name)s”未给满分，请写明理由。") % {"name": _named(indicator)})
    return faults


def _final_record(
    evaluation: Evaluation,
    finals: Mapping[str, tuple[Any, str]],
    overrules: Mapping[str, tuple[Any, str]],
) -> tuple[list[Final], list[str]]:
    """The panel's final points and corrected values, and every fault in what was given."""
    edition = edition_of(evaluation)
    record: list[Final] = []
    faults: list[str] = []
    for code, (raw, reason) in [*finals.items(), *overrules.items()]:
        indicator = edition.by_code.get(code)
        if indicator is None or (indicator.kind == "judged") != (code in finals):
            faults.append(_("指标%(code)s不能这样汇总。") % {"code": code})
            continue
        value, wrong = indicator.parse(raw)
        faults += [_told_of(indicator, fault) for fault in wrong]
        if value is not None and indicator.kind == "judged" and _too_fine(edition, value):
            faults.append(
                _("“%(name)s”的得分至多保留%(places)s位小数。")
                % {"name": _named(indicator), "places": edition.policy.places}
            )
        elif value is not None:
            record.append((indicator, value, reason.strip()))
    faults += [
        _("“%(name)s”还没有最终得分。") % {"name": _named(indicator)}
        for indicator in judged(evaluation)
        if indicator.code not in finals
    ]
    return record, faults


def _too_fine(edition: Edition, points: Any) -> bool:
    return bool(points % Decimal(1).scaleb(-edition.policy.places))


def _answers(
    doubts: Sequence[Challenge], answers: Mapping[int, str], record: list[Final]
) -> tuple[dict[int, str], list[str]]:
    """The answer to each doubt, and what is still unanswered."""
    overruled = {indicator.code: reason for indicator, _value, reason in record}
    given: dict[int, str] = {}
    faults: list[str] = []
    for doubt in doubts:
        words = answers.get(doubt.pk, "").strip() or overruled.get(doubt.indicator, "")
        given[doubt.pk] = words
        if not words:
            indicator = edition_of(doubt.assignment.evaluation).indicator(doubt.indicator)
            faults.append(_("“%(name)s”的质疑还没有答复。") % {"name": _named(indicator)})
    return given, faults


def _unconfirmed(evaluation: Evaluation) -> list[str]:
    """Dissent that its expert has not confirmed yet."""
    return [
        _("%(expert)s对“%(name)s”的保留意见尚未经其本人确认。")
        % {
            "expert": dissent.assignment.expert.name,
            "name": _named(edition_of(evaluation).indicator(dissent.indicator)),
        }
        for dissent in dissents(evaluation)
        if dissent.confirmed_at is None
    ]


def _unexplained(proposed: Mapping[str, Decimal], record: list[Final]) -> list[str]:
    """What departs from the experts' points or from the site record without saying why."""
    faults: list[str] = []
    for indicator, value, reason in record:
        if reason:
            continue
        if indicator.kind != "judged":
            faults.append(_("“%(name)s”改变了核验值，请写明理由。") % {"name": _named(indicator)})
        elif value != proposed.get(indicator.code):
            faults.append(
                _("“%(name)s”的最终得分与专家评分的汇总值不同，请写明理由。")
                % {"name": _named(indicator)}
            )
    return faults


def _scorecard(evaluation: Evaluation, values: Mapping[str, Any]) -> Scorecard:
    edition = edition_of(evaluation)
    parsed = edition.parse_values(values)
    if parsed.faults:
        raise Refused(*[_sentence(fault) for fault in parsed.faults])
    return score(edition, evaluation.category, parsed.values)


def _run_score(evaluation: Evaluation) -> ScoreRun:
    card = _scorecard(evaluation, final_values(evaluation))
    inputs = card.edition.dump_values(
        {step.code: step.value for step in card.steps if step.value is not None}
    )
    result = card.as_json()
    return ScoreRun.objects.create(
        evaluation=evaluation,
        edition=card.edition.id,
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
