"""专家评分表 and 专家评审意见, which is the minutes of the panel's meeting (7.1, fifth step)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from evaluation import queries
from evaluation.dissents import dissent_about
from evaluation.documents.content.common import (
    NOTHING,
    Json,
    by_dimension,
    case_facts,
    moment,
    number,
    numeral,
    points,
    requirement,
    shown,
    shown_observed,
)
from evaluation.documents.content.result import conclusion, scores
from evaluation.edition import edition_of
from evaluation.models import (
    Assignment,
    Challenge,
    Dissent,
    Duty,
    Evaluation,
    Left,
    Opinion,
    PanelScore,
    ScoreRun,
)
from evaluation.pool.exclusions import employer_name
from evaluation.rulebook import Edition, aggregate, aggregation_name, plain, score


def score_sheet(assignment: Assignment) -> Json:
    """One expert's own sheet: requirement, declared, verified, points of the maximum, reason.
    Verified indicators earn what the rules give for their verified value."""
    evaluation = assignment.evaluation
    edition = edition_of(evaluation)
    assert assignment.sheet_submitted_at is not None, "a sheet is printed when it was submitted"
    given = {item.indicator: item for item in assignment.scores.all()}
    declaration = queries.current_declaration(evaluation)
    declared = shown(edition, declaration.values if declaration else {})
    raw = dict(evaluation.site_records.values_list("indicator", "observed"))
    observed = shown_observed(edition, raw)
    card = score(edition, evaluation.category, edition.parse_values(raw).values)
    judged, verified = [], []
    for indicator in edition.indicators:
        row = {
            "code": indicator.code,
            "clause": indicator.clause,
            "name": indicator.name,
            "mandatory": indicator.mandatory,
            "requirement": requirement(indicator, evaluation.category),
            "declared": declared[indicator.code],
            "max": points(indicator),
        }
        if indicator.kind == "judged":
            own = given.get(indicator.code)
            judged.append(
                {
                    **row,
                    "points": number(own.points) if own else NOTHING,
                    "reason": (own.reason if own else "") or NOTHING,
                }
            )
        else:
            step = card.step(indicator.code)
            verified.append(
                {
                    **row,
                    "observed": observed[indicator.code],
                    "points": NOTHING if step.points is None else plain(step.points),
                    "met": step.met,
                    "note": step.note() or ("符合" if step.met else "不符合"),
                }
            )
    return {
        "case": case_facts(evaluation),
        "title": "专家评分表",
        "expert": assignment.expert.name,
        "employer": _employer(assignment),
        "leader": assignment.is_leader,
        "submitted_at": moment(assignment.sheet_submitted_at),
        "judged": judged,
        "judged_total": number(sum((item.points for item in given.values()), Decimal(0))),
        "judged_max": number(
            sum(
                (i.points or Decimal(0) for i in edition.indicators if i.kind == "judged"),
                Decimal(0),
            )
        ),
        "sections": by_dimension(edition, verified),
    }


def minutes(evaluation: Evaluation, run: ScoreRun, opinion: Opinion) -> Json:
    """The panel's opinion: who sat on it, how the points were consolidated and why, who scored
    otherwise, who read the opinion before it was handed in and who did not, and the result.
    Points stand without their givers' names."""
    edition = edition_of(evaluation)
    panel = list(
        evaluation.assignments.filter(duty=Duty.PANEL).select_related("expert__organisation")
    )
    serving = [m for m in panel if m.recused_at is None and m.released_at is None]
    given: dict[str, list[PanelScore]] = defaultdict(list)
    for item in PanelScore.objects.filter(assignment__in=serving).order_by("points", "id"):
        given[item.indicator].append(item)
    finals = {c.indicator: c for c in evaluation.consolidations.select_related("leader")}
    raw = dict(evaluation.site_records.values_list("indicator", "observed"))
    observed = shown_observed(edition, raw)
    final_values = shown(edition, run.inputs)
    leader = next((m for m in serving if m.is_leader), None)
    return {
        "case": case_facts(evaluation),
        "title": "专家评审意见（会议纪要）",
        "leader": leader.expert.name if leader else NOTHING,
        "leader_chosen": _chosen(leader),
        "panel": [
            {
                "name": member.expert.name,
                "employer": _employer(member),
                "leader": member.is_leader,
                "pledged_at": moment(member.pledged_at) if member.pledged_at else NOTHING,
                "signed_in_at": moment(member.signed_in_at) if member.signed_in_at else NOTHING,
                "submitted_at": moment(member.sheet_submitted_at)
                if member.sheet_submitted_at
                else NOTHING,
            }
            for member in serving
        ],
        "invited": len(panel),
        "recused": sum(member.recused_at is not None for member in panel),
        "released": sum(member.left == Left.RELEASED for member in panel),
        "declined": sum(member.left in (Left.DECLINED, Left.LAPSED) for member in panel),
        "consolidated": [
            {
                "clause": indicator.clause,
                "name": indicator.name,
                "awards": "、".join(number(item.points) for item in given[indicator.code])
                or NOTHING,
                "aggregate": _aggregate(edition, given[indicator.code]),
                "final": _final_points(run, indicator.code),
                "max": points(indicator),
                "reason": finals[indicator.code].reason or NOTHING
                if indicator.code in finals
                else NOTHING,
            }
            for indicator in edition.indicators
            if indicator.kind == "judged"
        ],
        "aggregation": aggregation_name(edition.policy.aggregation),
        "places": str(edition.policy.places),
        "overruled": [
            {
                "clause": indicator.clause,
                "name": indicator.name,
                "observed": observed[indicator.code],
                "final": final_values[indicator.code],
                "reason": finals[indicator.code].reason,
            }
            for indicator in edition.indicators
            if indicator.kind != "judged" and indicator.code in finals
        ],
        "challenges": [
            {
                "name": indicator.name,
                "observed": observed[indicator.code],
                "value": shown(edition, {indicator.code: doubt.value})[indicator.code],
                "expert": doubt.assignment.expert.name,
                "reason": doubt.reason,
                "answer": doubt.answer,
            }
            for doubt in Challenge.objects.filter(assignment__in=serving).select_related(
                "assignment__expert"
            )
            for indicator in [edition.indicator(doubt.indicator)]
        ],
        "reservations": [
            {
                "name": dissent_about(edition, each),
                "expert": each.assignment.expert.name,
                "text": each.text,
                "confirmed_at": moment(each.confirmed_at) if each.confirmed_at else NOTHING,
            }
            for each in Dissent.objects.filter(assignment__in=serving).select_related(
                "assignment__expert"
            )
        ],
        "dissent": [
            f"（{numeral(count)}）{sentence}"
            for count, sentence in enumerate(_dissent(edition, given, run), start=1)
        ],
        "reading": _reading(opinion, serving),
        "scores": scores(edition, run),
        "conclusion": conclusion(evaluation, run),
    }


def _reading(opinion: Opinion, serving: Iterable[Assignment]) -> Json:
    """Who has read the opinion that is handed in, and when; its writer is none of them."""
    read = dict(opinion.readings.values_list("assignment_id", "read_at"))
    others = [member for member in serving if member.expert_id != opinion.leader_id]
    return {
        "number": opinion.number,
        "shared_at": moment(opinion.shared_at),
        "read": [
            f"{member.expert.name}（{moment(read[member.pk])}）"
            for member in others
            if member.pk in read
        ],
        "unread": [member.expert.name for member in others if member.pk not in read],
    }


def _chosen(leader: Assignment | None) -> str:
    """How the leader came to lead, in words that follow the name."""
    if leader is None:
        return ""
    if leader.leader_reason:
        return f"由秘书处指定，理由：{leader.leader_reason}"
    return "由评审专家推选" if leader.votes_for_id else "由秘书处在组建评审专家组时指定"


def _dissent(
    edition: Edition, given: Mapping[str, list[PanelScore]], run: ScoreRun
) -> Iterator[str]:
    """The awards that the panel's final points do not follow, with their givers' reasons: those
    below the final points, and those above it whose giver said why. Experts who gave the same for
    the same reason share a sentence."""
    for indicator in edition.indicators:
        if indicator.kind != "judged":
            continue
        final = _final_points(run, indicator.code)
        told = Counter((number(item.points), item.reason) for item in given[indicator.code])
        for (awarded, reason), experts in told.items():
            if awarded == final:
                continue
            lower = final == NOTHING or Decimal(awarded) < Decimal(final)
            if lower or not _says_nothing(reason):
                who = "一位专家" if experts == 1 else f"{experts}位专家均"
                why = "" if _says_nothing(reason) else f"其理由：{_stopped(reason)}"
                yield f"{indicator.name}：{who}评{awarded}分，最终得分{final}分。{why}"


def _says_nothing(reason: str) -> bool:
    """Whether a reason names none: blank, a dash, or that there is nothing to say."""
    words = re.sub(r"[\W_]", "", reason)
    return words in {"", "无", "没有", "同意", "满分", "符合", "符合要求", "满足", "满足要求"}


def _stopped(sentence: str) -> str:
    """With its full stop."""
    text = sentence.strip()
    return text if text.endswith(("。", "！", "？", "；", "…", ".", "!", "?")) else f"{text}。"


def _employer(assignment: Assignment) -> str:
    return employer_name(assignment.expert) or NOTHING


def _aggregate(edition: Edition, given: list[PanelScore]) -> str:
    return plain(aggregate(edition, [item.points for item in given])) if given else NOTHING


def _final_points(run: ScoreRun, code: str) -> str:
    found = next(row for row in run.result["indicators"] if row["code"] == code)
    return found["points"] or NOTHING
