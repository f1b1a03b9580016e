"""What a case holds of its published results, as tables of the archive: the notices, what was put
right in them and who decided it, the objections and how each was handled."""

from collections.abc import Iterator

from django.db.models import QuerySet

from evaluation.documents.archive.tables import Row, Table, day, moment, verdict
from evaluation.edition import edition_of
from evaluation.models import Evaluation, Objection, ObjectionStep
from evaluation.rulebook.certificates import certificate_name


def publication_tables(evaluation: Evaluation) -> Iterator[Table]:
    yield _notices(evaluation)
    yield _corrections(evaluation)
    yield _objections(evaluation)
    yield _steps(evaluation)


def _notices(evaluation: Evaluation) -> Table:
    """Every result that was published, with what it said then; withdrawn ones with the reason."""
    edition = edition_of(evaluation)
    notices = evaluation.publications.select_related(
        "corrects", "published_by", "withdrawn_by", "score_run"
    )
    rows: list[Row] = [
        [
            n.number,
            n.applicant,
            n.base_name,
            certificate_name(edition, evaluation.category, n.place),
            verdict(n.score_run.qualified, "达标合格", "未达到10.1的要求"),
            f"{day(n.starts_on)} 至 {day(n.ends_on)}",
            n.corrects.number if n.corrects else "",
            f"{n.published_by.name}（{moment(n.published_at)}）",
            f"{n.withdrawn_by.name}（{moment(n.withdrawn_at)}）" if n.withdrawn_by else "",
            n.withdrawal_reason,
        ]
        for n in notices.order_by("published_at", "pk")
    ]
    head = (
        "编号", "申报单位", "待评估基地", "申请的名称", "评估结果", "公示期", "取代", "公布",
        "撤回", "撤回的理由",
    )  # fmt: skip
    return Table("publication/notices", "公布的评估结果", head, rows)


def _corrections(evaluation: Evaluation) -> Table:
    """Each correction of published names: what was proposed, by whom, and how another decided."""
    made = list(
        evaluation.result_corrections.select_related("publication", "proposed_by", "decided_by")
    )
    rows: list[Row] = [
        [
            c.publication.number,
            c.before["base_name"],
            c.after["base_name"],
            c.before["place"],
            c.after["place"],
            c.reason,
            f"{c.proposed_by.name}（{moment(c.proposed_at)}）",
            verdict(c.approved, "批准", "不予批准") or "待审批",
            f"{c.decided_by.name}（{moment(c.decided_at)}）" if c.decided_by else "",
            c.note,
        ]
        for c in made
    ]
    head = (
        "更正的公示", "原基地名称", "更正后的基地名称", "原申报地区或行业", "更正后的申报地区或行业",
        "理由", "提请人", "审批结果", "审批人", "审批意见",
    )  # fmt: skip
    values = [{"before": c.before, "after": c.after, "approved": c.approved} for c in made]
    return Table("publication/corrections", "公布内容的更正", head, rows, values=values)


def _objections(evaluation: Evaluation) -> Table:
    rows: list[Row] = [
        [
            o.number,
            o.publication.number,
            str(o.get_kind_display()),
            o.objector,
            day(o.received_on),
            day(o.due_on),
            o.content,
            str(o.get_outcome_display()) if o.outcome else "未办结",
            o.answer,
            moment(o.closed_at),
        ]
        for o in _of(evaluation).select_related("publication")
    ]
    head = (
        "编号", "公示", "类型", "异议人", "收到日期", "办理期限", "内容", "结论", "处理意见",
        "办结时间",
    )  # fmt: skip
    return Table("publication/objections", "异议", head, rows)


def _steps(evaluation: Evaluation) -> Table:
    """The handling record of every objection."""
    steps = ObjectionStep.objects.filter(objection__in=_of(evaluation))
    rows: list[Row] = [
        [
            s.objection.number,
            day(s.taken_on),
            s.text,
            day(s.extends_to),
            s.made_by.name,
            moment(s.made_at),
        ]
        for s in steps.select_related("objection", "made_by")
    ]
    head = ("异议", "日期", "办理经过", "办理期限延长至", "记录人", "记录时间")
    return Table("publication/objection-steps", "异议的办理经过", head, rows)


def _of(evaluation: Evaluation) -> QuerySet[Objection]:
    return Objection.objects.filter(publication__evaluation=evaluation)
