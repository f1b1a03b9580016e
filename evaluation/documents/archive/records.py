"""What a case holds besides its files, as tables: a title, a head, rows of plain values.

Official, so Chinese. Left out is what the office itself only sees on asking (the number of an
objector's identity document, addresses, telephone numbers), and points while experts still score
each for themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from evaluation import steps
from evaluation.edition import edition_of
from evaluation.models import Evaluation, Objection, PanelScore
from evaluation.review_items import asked
from evaluation.steps_after import REVIEW_MOVES, REVIEW_STATES
from portal.ledger.models import AuditEvent

SCORING = ("panel_scoring", "panel_consolidation")
Row = list[Any]


@dataclass(frozen=True)
class Table:
    """`path` without its ending: the archive has it as a page and as JSON."""

    path: str
    title: str
    head: tuple[str, ...]
    rows: list[Row]


def tables(evaluation: Evaluation) -> Iterator[Table]:
    """Every table that has a row."""
    for table in (
        _timeline(evaluation),
        _materials(evaluation),
        *_forms(evaluation),
        _site(evaluation),
        _experts(evaluation),
        *_panel(evaluation),
        _scores(evaluation),
        _objections(evaluation),
        *_certificate(evaluation),
        _audit(evaluation),
    ):
        if table.rows:
            yield table


def _timeline(evaluation: Evaluation) -> Table:
    rows = [
        [
            moment(t.at),
            str(steps.told(t.move)),
            t.actor.name,
            str(steps.STATES[t.source].label),
            str(steps.STATES[t.target].label),
            t.reason,
        ]
        for t in evaluation.transitions.select_related("actor")
    ]
    head = ("时间", "办理事项", "办理人", "原状态", "新状态", "理由")
    return Table("timeline", "办理记录", head, rows)


def _materials(evaluation: Evaluation) -> Table:
    rows = [
        [d.number, f.slot, f.name, f.size, f.sha256, moment(f.uploaded_at)]
        for d in evaluation.declarations.prefetch_related("materials")
        for f in d.materials.all()
    ]
    head = ("申报书版本", "材料序号", "文件", "字节", "SHA-256", "上传时间")
    return Table("materials", "各版本的申报材料", head, rows)


def _forms(evaluation: Evaluation) -> Iterator[Table]:
    """Every field of every submitted version, as it was frozen."""
    edition = edition_of(evaluation)
    labels = {
        (table.key, asked.key): (f"{table.number} {table.title}", asked.label)
        for table in edition.form
        for asked in table.fields
    }
    for declaration in evaluation.declarations.select_related("submitted_by"):
        rows = [
            [*labels.get((key, field), (key, field)), value]
            for key, content in declaration.tables.items()
            for field, value in content.items()
        ]
        title = f"申报书第{declaration.number}版（{declaration.submitted_by.name}，{moment(declaration.submitted_at)}）"
        yield Table(f"forms/version-{declaration.number}", title, ("表", "项目", "填写内容"), rows)


def _site(evaluation: Evaluation) -> Table:
    edition = edition_of(evaluation)
    rows = [
        [
            edition.indicator(r.indicator).name,
            r.observed,
            "不一致" if r.differs else "一致",
            r.instrument,
            r.reason,
            r.recorded_by.name,
            moment(r.recorded_at),
        ]
        for r in evaluation.site_records.select_related("recorded_by")
    ]
    head = ("指标", "核验值", "与申报值", "依据或仪器", "说明", "记录人", "时间")
    return Table("site/records", "现场评估记录", head, rows)


def _experts(evaluation: Evaluation) -> Table:
    rows = [
        [
            a.get_duty_display(),
            a.expert.name,
            "组长" if a.is_leader else "",
            moment(a.assigned_at),
            moment(a.pledged_at),
            moment(a.recused_at),
            moment(a.released_at),
            a.release_reason,
        ]
        for a in evaluation.assignments.select_related("expert")
    ]
    head = ("职责", "专家", "", "指派", "签署承诺书", "回避", "解除", "解除理由")
    return Table("panel/experts", "专家指派", head, rows)


def _panel(evaluation: Evaluation) -> Iterator[Table]:
    if evaluation.state in SCORING:
        return
    edition = edition_of(evaluation)
    scores = PanelScore.objects.filter(
        assignment__evaluation=evaluation, assignment__sheet_submitted_at__isnull=False
    ).select_related("assignment__expert")
    yield Table(
        "panel/scores",
        "专家评分",
        ("指标", "专家", "得分", "理由"),
        [
            [edition.indicator(s.indicator).name, s.assignment.expert.name, s.points, s.reason]
            for s in scores
        ],
    )
    yield Table(
        "panel/consolidation",
        "评分汇总",
        ("指标", "最终值", "理由", "组长", "时间"),
        [
            [edition.indicator(c.indicator).name, c.value, c.reason, c.leader.name, moment(c.at)]
            for c in evaluation.consolidations.select_related("leader")
        ],
    )


def _scores(evaluation: Evaluation) -> Table:
    rows = [
        [
            moment(run.made_at),
            run.total,
            "达标合格" if run.qualified else "未达到10.1的要求",
            run.digest,
            run.inputs,
            run.result,
        ]
        for run in evaluation.score_runs.all()
    ]
    head = ("计算时间", "总得分A", "结论", "摘要", "输入", "结果")
    return Table("scores", "评分计算", head, rows)


def _objections(evaluation: Evaluation) -> Table:
    rows = [
        [
            o.number,
            o.get_kind_display(),
            o.objector,
            day(o.received_on),
            o.content,
            o.get_outcome_display() if o.outcome else "未办结",
            o.answer,
            moment(o.closed_at),
        ]
        for o in Objection.objects.filter(publication__evaluation=evaluation)
    ]
    head = ("编号", "类型", "异议人", "收到日期", "内容", "结论", "处理意见", "办结时间")
    return Table("publication/objections", "异议", head, rows)


def _certificate(evaluation: Evaluation) -> Iterator[Table]:
    certificate = getattr(evaluation, "certificate", None)
    if certificate is None:
        return
    yield Table(
        "certificate/register",
        f"名录记载：{certificate.number}",
        ("日期", "状态", "事由", "依据", "办理人"),
        [
            [day(e.on), e.get_state_display(), e.reason, "、".join(e.grounds), e.made_by.name]
            for e in certificate.entries.select_related("made_by")
        ],
    )
    edition = edition_of(evaluation)
    for review in certificate.reviews.exclude(state="planned"):
        yield Table(
            f"reviews/year-{review.year}/items",
            f"第{review.year}年年审：{REVIEW_STATES[review.state].label}",
            ("项目", "条款", "结论", "存在的问题", "整改情况", "复查", "复查意见"),
            [
                [
                    asked(edition, i.key).name,
                    asked(edition, i.key).clause,
                    verdict(i.met, "合格", "不合格"),
                    i.finding,
                    i.response if review.state != "rectification" else "",
                    verdict(i.solved, "已完成整改", "未完成整改"),
                    i.recheck,
                ]
                for i in review.items.all()
            ],
        )
        yield Table(
            f"reviews/year-{review.year}/history",
            f"第{review.year}年年审办理记录",
            ("时间", "办理事项", "办理人", "理由", "期限", "提交内容"),
            [
                [
                    moment(t.at),
                    str(REVIEW_MOVES[t.move].done),
                    t.actor.name if t.actor else "系统",
                    t.reason,
                    day(t.deadline),
                    t.content,
                ]
                for t in review.transitions.select_related("actor")
            ],
        )


def _audit(evaluation: Evaluation) -> Table:
    """Who did what when. What each event holds stays in the portal's own log: some of it is for
    the audit administrator alone; by number and hash each can be found there."""
    events = AuditEvent.objects.filter(case=evaluation.number).order_by("seq")
    rows: list[Row] = [
        [e.seq, moment(e.at), e.actor_name or "系统", e.action, e.subject, e.hash]
        for e in events.defer("data").iterator(chunk_size=1000)
    ]
    head = ("序号", "时间", "操作人账号", "操作", "对象", "哈希")
    return Table("audit", "审计日志摘录", head, rows)


def verdict(value: bool | None, yes: str, no: str) -> str:
    return "" if value is None else yes if value else no


def moment(value: datetime | None) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}" if value else ""


def day(value: date | None) -> str:
    return value.isoformat() if value else ""
