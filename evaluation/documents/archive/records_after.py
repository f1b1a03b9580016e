"""What a case holds of its certificate and of the annual reviews, as tables of the archive."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from evaluation import queries_after
from evaluation.documents.archive.tables import Link, Row, Table, day, moment, verdict
from evaluation.edition import edition_of
from evaluation.models import Evaluation, RegisterEntry, Review
from evaluation.review_items import asked
from evaluation.review_words import facts_of
from evaluation.rulebook import Edition
from evaluation.steps_after import REVIEW_MOVES, REVIEW_STATES

Files = Mapping[str, str]


def certificate_tables(evaluation: Evaluation, files: Files) -> Iterator[Table]:
    """The register's entries, and of each review the items, the figures and the history."""
    certificate = getattr(evaluation, "certificate", None)
    if certificate is None:
        return
    yield Table(
        "certificate/register",
        f"名录记载：{certificate.number}",
        ("日期", "状态", "事由", "依据", "办理人"),
        [
            [day(e.on), str(e.get_state_display()), e.reason, "、".join(e.grounds), e.made_by.name]
            for e in certificate.entries.select_related("made_by")
        ],
    )
    edition = edition_of(evaluation)
    for review in certificate.reviews.exclude(state="planned"):
        yield _items(edition, review, files)
        yield _figures(edition, review)
        yield _history(review)


def certificate_changes(evaluation: Evaluation) -> list[Row]:
    """What became of the certificate since the decision, as the last rows of the case's history."""
    entries = list(
        RegisterEntry.objects.filter(certificate__evaluation=evaluation).select_related("made_by")
    )
    return [
        [
            moment(entry.made_at),
            "证书状态变更",
            entry.made_by.name,
            str(before.get_state_display()),
            str(entry.get_state_display()),
            entry.reason,
        ]
        for before, entry in pairwise(entries)
    ]


def certificate_now(evaluation: Evaluation) -> dict[str, str]:
    """The certificate as the register shows it when the archive is made; empty without one."""
    entry = (
        RegisterEntry.objects.filter(certificate__evaluation=evaluation)
        .select_related("certificate")
        .last()
    )
    if entry is None:
        return {}
    return {
        "certificate": entry.certificate.number,
        "certificate_state": str(entry.get_state_display()),
        "certificate_since": day(entry.on),
        "certificate_reason": entry.reason,
    }


def _items(edition: Edition, review: Review, files: Files) -> Table:
    """Each item with what was handed in last, the finding, the rectification and its re-check."""
    handed = {each["key"]: each for each in queries_after.submitted(review).get("items", [])}
    rectified = {each["key"]: each for each in queries_after.rectified(review).get("items", [])}
    rows: list[Row] = []
    for item in review.items.all():
        about, given = asked(edition, item.key), handed.get(item.key, {})
        mended = rectified.get(item.key, {})
        rows.append(
            [
                about.name,
                about.clause,
                verdict(given.get("conforms"), "符合", "不符合"),
                given.get("statement", ""),
                _links(given.get("files", []), files),
                verdict(item.met, "合格", "不合格"),
                item.finding,
                mended.get("response", ""),
                _links(mended.get("files", []), files),
                verdict(item.solved, "已完成整改", "未完成整改"),
                item.recheck,
            ]
        )
    head = (
        "项目", "条款", "自查", "情况说明", "证明材料", "审核", "存在的问题", "整改情况",
        "整改材料", "复查", "复查意见",
    )  # fmt: skip
    title = f"第{review.year}年年审：{REVIEW_STATES[review.state].label}"
    values = {"submitted": queries_after.submitted(review)}
    return Table(f"reviews/year-{review.year}/items", title, head, rows, values=values)


def _links(handed: list[dict[str, Any]], files: Files) -> list[Link]:
    return [Link(file["name"], files.get(file["id"], "")) for file in handed]


def _figures(edition: Edition, review: Review) -> Table:
    """What the portal's own data said of the period when the review was handed in."""
    figures = queries_after.submitted(review).get("figures", {})
    names = dict.fromkeys(asked(edition, item.key).figure for item in review.items.all())
    rows: list[Row] = [
        [str(label), str(value)] for name in names for label, value in facts_of(name, figures)
    ]
    if rows and figures.get("period"):
        between = f"{figures['period']['first']} 至 {figures['period']['last']}"
        rows.insert(0, ["统计期间", between])
    return Table(
        f"reviews/year-{review.year}/figures",
        f"第{review.year}年年审：平台统计的数据",
        ("数据", "数值"),
        rows,
        values=figures,
    )


def _history(review: Review) -> Table:
    moves = list(review.transitions.select_related("actor"))
    return Table(
        f"reviews/year-{review.year}/history",
        f"第{review.year}年年审办理记录",
        ("时间", "办理事项", "办理人", "理由", "期限"),
        [
            [
                moment(t.at),
                str(REVIEW_MOVES[t.move].done),
                t.actor.name if t.actor else "系统",
                t.reason,
                day(t.deadline),
            ]
            for t in moves
        ],
        values=[t.content for t in moves],
    )
