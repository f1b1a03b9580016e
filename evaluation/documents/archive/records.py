"""What a case holds besides its files, as tables: a title, a head, rows of plain values.

Official, so Chinese. Left out is what the office itself only sees on asking (the number of an
objector's identity document, addresses, telephone numbers), and points while experts still score
each for themselves."""

from collections.abc import Iterator, Mapping
from typing import Any

from evaluation import steps
from evaluation.correction import field_label
from evaluation.documents.archive.records_after import certificate_changes, certificate_tables
from evaluation.documents.archive.records_publication import publication_tables
from evaluation.documents.archive.tables import Link, Row, Table, day, moment
from evaluation.documents.content.application import filled_tables
from evaluation.documents.content.common import UNVERIFIED
from evaluation.documents.content.result import scores as dimension_scores
from evaluation.edition import edition_of
from evaluation.models import Declaration, Evaluation, PanelScore, ScoreRun
from evaluation.rulebook import Edition, load_edition, plain
from portal.ledger.models import AuditEvent
from portal.ledger.wording import action_label

SCORING = ("panel_scoring", "panel_consolidation")
STATES = {"met": "符合", "partial": "部分得分", "not_met": "不符合", "missing": "未填报"}
Files = Mapping[str, str]  # where a file of the case lies in the archive, by its id


def tables(evaluation: Evaluation, files: Files) -> Iterator[Table]:
    """Every table that has a row."""
    for table in (
        _timeline(evaluation),
        _extensions(evaluation),
        _materials(evaluation, files),
        *_forms(evaluation),
        _verdicts(evaluation),
        _site(evaluation),
        _experts(evaluation),
        *_panel(evaluation),
        *_scores(evaluation),
        *publication_tables(evaluation),
        *certificate_tables(evaluation, files),
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
    ] + certificate_changes(evaluation)
    head = ("时间", "办理事项", "办理人", "原状态", "新状态", "理由")
    return Table("timeline", "办理记录", head, rows)


def _extensions(evaluation: Evaluation) -> Table:
    rows: list[Row] = [
        [
            moment(made.made_at),
            str(steps.STATES[made.state].label),
            day(made.before),
            day(made.after),
            made.reason,
            made.made_by.name,
        ]
        for made in evaluation.extensions.select_related("made_by")
    ]
    head = ("时间", "状态", "原期限", "新期限", "理由", "办理人")
    return Table("extensions", "期限的延长", head, rows)


def _materials(evaluation: Evaluation, files: Files) -> Table:
    edition = edition_of(evaluation)
    rows: list[Row] = [
        [
            f"第{d.number}版",
            f"材料{f.slot}　{edition.material(f.slot).name}" if f.slot else "",
            Link(f.name, files.get(str(f.pk), "")),
            f.size,
            moment(f.uploaded_at),
            f.sha256,
        ]
        for d in evaluation.declarations.prefetch_related("materials")
        for f in d.materials.order_by("slot", "uploaded_at", "id")
    ]
    head = ("申报书版本", "材料", "文件", "字节", "上传时间", "SHA-256")
    return Table("materials", "各版本的申报材料", head, rows)


def _forms(evaluation: Evaluation) -> Iterator[Table]:
    """Every field of every submitted version, as it was frozen; each list of it by itself."""
    for declaration in evaluation.declarations.select_related("submitted_by"):
        yield from _form(declaration)


def _form(declaration: Declaration) -> Iterator[Table]:
    path = f"forms/version-{declaration.number}"
    version = f"申报书第{declaration.number}版"
    rows: list[Row] = []
    lists = []
    for filled in filled_tables(declaration):
        for asked in filled.table.fields:
            value: Any
            if asked.kind == "rows" and filled.content.get(asked.key):
                found = filled.rows(asked)
                there = f"{path}-{filled.table.key}-{asked.key}"
                cells = [[words for words, _is_number in row] for row in found["rows"]]
                title = f"{version}：{asked.label}"
                lists.append(
                    Table(there, title, tuple(found["columns"]), cells, values=None, shown=False)
                )
                value = Link(f"共{len(cells)}行，见附表", f"{there}.html")
            else:
                value = filled.text(asked.key)
            rows.append([f"{filled.table.number} {filled.table.title}", asked.label, value])
    by = f"（{declaration.submitted_by.name}，{moment(declaration.submitted_at)}）"
    head = ("表", "项目", "填写内容")
    yield Table(path, version + by, head, rows, values=declaration.tables)
    yield from lists


def _verdicts(evaluation: Evaluation) -> Table:
    """材料初审: what was found of each material and each field, and the applicant's answer."""
    edition = edition_of(evaluation)
    rows: list[Row] = []
    for declaration in evaluation.declarations.order_by("number"):
        version = f"第{declaration.number}版"
        for review in declaration.slot_reviews.select_related("reviewed_by").order_by("slot"):
            what = f"材料{review.slot}　{edition.material(review.slot).name}"
            word = "合格" if review.accepted else "不合格"
            by = [review.reviewed_by.name, moment(review.reviewed_at)]
            rows.append([version, what, word, review.clause, review.reason, review.answer, *by])
        for defect in declaration.field_defects.select_related("reviewed_by"):
            what = field_label(declaration, defect)
            by = [defect.reviewed_by.name, moment(defect.reviewed_at)]
            rows.append([version, what, "需补正", "", defect.reason, defect.answer, *by])
    head = ("申报书版本", "材料或内容", "判定", "条款", "存在的问题", "补正说明", "判定人", "时间")
    return Table("review/verdicts", "材料初审的判定", head, rows)


def _said(edition: Edition, code: str, raw: Any) -> str:
    """A value of the score contract as pages and papers show it."""
    indicator = edition.indicator(code)
    return indicator.show_exactly(None if raw is None else indicator.parse(raw)[0])


def _site(evaluation: Evaluation) -> Table:
    edition = edition_of(evaluation)
    records = list(evaluation.site_records.select_related("recorded_by"))
    rows: list[Row] = [
        [
            edition.indicator(r.indicator).clause,
            edition.indicator(r.indicator).name,
            UNVERIFIED if r.observed is None else _said(edition, r.indicator, r.observed),
            "不一致" if r.differs else "一致",
            r.instrument,
            r.reason,
            r.recorded_by.name,
            moment(r.recorded_at),
        ]
        for r in records
    ]
    head = ("条款", "指标", "核验值", "与申报值", "依据或仪器", "说明", "记录人", "时间")
    values = {r.indicator: r.observed for r in records}
    return Table("site/records", "现场评估记录", head, rows, values=values)


def _experts(evaluation: Evaluation) -> Table:
    rows = [
        [
            a.get_duty_display(),
            a.expert.name,
            "是" if a.is_leader else "",
            moment(a.assigned_at),
            moment(a.pledged_at),
            moment(a.recused_at),
            moment(a.released_at),
            a.release_reason,
        ]
        for a in evaluation.assignments.select_related("expert")
    ]
    head = ("职责", "专家", "组长", "指派", "签署承诺书", "回避", "解除", "解除理由")
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
            [
                edition.indicator(s.indicator).name,
                s.assignment.expert.name,
                plain(s.points),
                s.reason,
            ]
            for s in scores
        ],
    )
    yield Table(
        "panel/consolidation",
        "评分汇总",
        ("指标", "最终值", "理由", "组长", "时间"),
        [
            [
                edition.indicator(c.indicator).name,
                _said(edition, c.indicator, c.value),
                c.reason,
                c.leader.name,
                moment(c.at),
            ]
            for c in evaluation.consolidations.select_related("leader")
        ],
    )


def _scores(evaluation: Evaluation) -> Iterator[Table]:
    """Each time the result was computed, and of each the dimensions and every indicator."""
    runs = list(evaluation.score_runs.order_by("made_at"))
    rows: list[Row] = [
        [
            Link(f"第{number}次", f"scores/run-{number}.html"),
            moment(run.made_at),
            plain(run.total),
            "达标合格" if run.qualified else "未达到10.1的要求",
            "\n".join(run.result["reasons"]),
            run.digest,
        ]
        for number, run in enumerate(runs, start=1)
    ]
    head = ("计算", "时间", "总得分A", "结论", "说明", "摘要")
    yield Table("scores", "评分计算", head, rows)
    for number, run in enumerate(runs, start=1):
        yield from _run(number, run)


def _run(number: int, run: ScoreRun) -> Iterator[Table]:
    edition = load_edition(run.edition)
    title = f"第{number}次评分计算（{moment(run.made_at)}）"
    rows: list[Row] = [
        [
            step["clause"],
            step["name"] + ("（必备）" if step["mandatory"] else ""),
            step["requirement"],
            _said(edition, step["code"], step["value"]),
            STATES.get(step["state"], step["state"]),
            "" if step["points"] is None else step["points"],
            "" if step["max"] is None else step["max"],
            step["note"],
        ]
        for step in run.result["indicators"]
    ]
    head = ("条款", "指标", "要求", "计分所用的值", "判定", "得分", "满分", "说明")
    values = {"inputs": run.inputs, "result": run.result, "digest": run.digest}
    yield Table(f"scores/run-{number}", title, head, rows, values=values)
    yield Table(
        f"scores/run-{number}-totals",
        f"{title}：各部分得分",
        ("部分", "权重", "10.1的要求", "得分", "判定"),
        [
            [
                row["name"] if row["id"] == "A" else f"{row['id']}　{row['name']}",
                row["weight"],
                row["limit"],
                row["points"],
                "达到" if row["met"] else "未达到",
            ]
            for row in dimension_scores(edition, run)
        ],
    )


def _audit(evaluation: Evaluation) -> Table:
    """Who did what when. What each event holds stays in the portal's own log: some of it is for
    the audit administrator alone; by number and hash each can be found there."""
    events = AuditEvent.objects.filter(case=evaluation.number).order_by("seq")
    rows: list[Row] = [
        [
            e.seq,
            moment(e.at),
            e.actor_name or "系统",
            str(action_label(e.action)),
            e.subject,
            e.hash,
        ]
        for e in events.defer("data").iterator(chunk_size=1000)
    ]
    head = ("序号", "时间", "操作人账号", "操作", "对象", "哈希")
    return Table("audit", "审计日志摘录", head, rows)
