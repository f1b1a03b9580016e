"""docs/rulebook.md from the edition: `python -m evaluation.rulebook.page > docs/rulebook.md`."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from evaluation.rulebook.load import load_edition
from evaluation.rulebook.shapes import CATEGORY_CODES, Edition, Group, Indicator, Reading
from evaluation.rulebook.values import plain


def page(edition: Edition) -> str:
    """The whole rulebook as Markdown, Chinese beside English."""
    text = "\n".join(_lines(edition)) + "\n"
    return re.sub(r"\n{3,}", "\n\n", text)


def _lines(edition: Edition) -> Iterator[str]:
    yield f"# 评估规则 Rulebook ({edition.id})"
    yield ""
    yield f"{edition.title}"
    yield ""
    yield f"{edition.title_en}"
    yield ""
    yield (
        "Made from `evaluation/rulebook/edition_2024/` by `python -m evaluation.rulebook.page`; "
        "do not edit by hand. The same files are scored and shown on the portal's public pages."
    )
    yield ""
    yield f"{edition.figures_note} {edition.figures_note_en}"
    yield from _clauses(edition, ("1", "5", "6"))
    yield from _heading("7 评估流程 The seven steps")
    yield from _table(
        ("", "步骤", "Step", "内容", ""),
        ((str(s.number), s.name, s.name_en, s.sentence, s.sentence_en) for s in edition.steps),
    )
    yield from _heading("表1 提交材料 Materials (Table 1)")
    yield from _table(
        ("序号", "材料 Material", "份数", "要求 Form", "证明的指标 Proves"),
        (
            (
                str(m.number),
                f"{m.name}<br>{m.name_en}",
                str(m.copies),
                f"{m.form}<br>{m.form_en}",
                "、".join(i.name for i in edition.proved_by(m.number)) or "—",
            )
            for m in edition.materials
        ),
    )
    for dimension in edition.dimensions:
        groups = [g for g in edition.groups if g.dimension == dimension.id]
        table = groups[0].indicators[0].table
        yield from _heading(f"{table} {dimension.name} {dimension.name_en} ({dimension.id})")
        for group in groups:
            yield from _group(edition, group)
    yield from _scoring(edition)
    yield from _certification(edition)
    yield from _form(edition)
    yield from _heading("释义 Readings")
    yield "Where the standard is silent, contradicts itself or misprints, and how it is read here."
    yield ""
    yield from _readings(edition.readings)


def _heading(text: str, level: int = 2) -> Iterator[str]:
    yield ""
    yield f"{'#' * level} {text}"
    yield ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _clauses(edition: Edition, ids: Iterable[str]) -> Iterator[str]:
    for id_ in ids:
        clause = edition.clause(id_)
        yield from _heading(f"{clause.id} {clause.title} {clause.title_en}", 3)
        yield clause.text
        yield ""
        yield clause.text_en


def _group(edition: Edition, group: Group) -> Iterator[str]:
    points = f"（{plain(group.points)}分）" if group.points is not None else ""
    yield from _heading(f"{group.name}{points} {group.name_en}", 3)
    yield from _table(
        ("指标 Indicator", *(edition.category(c).name for c in CATEGORY_CODES), "证明 Evidence"),
        (_row(i) for i in group.indicators),
    )
    yield ""
    for indicator in group.indicators:
        yield f"- **{indicator.clause} {indicator.name}** `{indicator.code}`: {indicator.source}"
        for reading in indicator.readings:
            yield f"  - 释义：{reading.decision} {reading.decision_en}"


def _row(indicator: Indicator) -> tuple[str, ...]:
    name = f"{indicator.name}<br>{indicator.name_en}"
    if indicator.points is not None:
        name += f"<br>{plain(indicator.points)}分"
    if indicator.mandatory:
        name += "，**必备项**"
    evidence = f"{indicator.evidence}<br>→ {'、'.join(map(str, indicator.materials))}"
    wordings = (indicator.requirement(code).wording for code in CATEGORY_CODES)
    return name, *wordings, evidence


def _scoring(edition: Edition) -> Iterator[str]:
    policy, limits = edition.policy, edition.qualification
    yield from _heading("9 评分 Scoring")
    yield f"`{edition.formula}`"
    yield ""
    yield from _table(
        ("", "维度", "Dimension", "权重", "满分", "条款"),
        (
            (
                d.id,
                d.name,
                d.name_en,
                f"{plain(d.weight * 100)}%",
                plain(d.total),
                d.method_clause,
            )
            for d in edition.dimensions
        ),
    )
    yield ""
    yield (
        f"Policy where clause 9 is silent: partial points "
        f"{'allowed' if policy.partial_points else 'not allowed'} for judged indicators, awarded "
        f"in steps of {plain(policy.award_step)}; several experts' points are combined by "
        f"{policy.aggregation.replace('_', ' ')} to {policy.places} decimal places."
    )
    yield ""
    yield (
        f"{limits.clause}: each dimension at least {plain(limits.dimension_minimum)}, "
        f"the total above {plain(limits.total_above)}."
    )


def _certification(edition: Edition) -> Iterator[str]:
    yield from _heading("10 认定管理 Certification")
    yield from _table(
        ("条款", "类别", "名称", "（XX）"),
        (
            (
                c.naming.clause,
                f"{c.name}（{c.level}）",
                c.naming.pattern.replace("{place}", "XX"),
                f"{c.naming.place}，如{c.naming.example}",
            )
            for c in edition.categories
        ),
    )
    topics = {topic.key: topic.name for topic in edition.review.topics}
    yield ""
    yield (
        f"{edition.review.clause}: yearly for {edition.review.yearly} years, then every "
        f"{edition.review.then_every} years. 年审内容：{'、'.join(topics.values())}。"
    )
    yield ""
    yield from _table(
        ("10.4.2", "条款", "项目", "说明", "附件"),
        (
            (
                topics[item.topic],
                item.clause,
                f"{item.name}<br>{item.name_en}",
                f"{item.asks}<br>{item.asks_en}",
                "必须" if item.evidence else "可选",
            )
            for item in edition.review.items
        ),
    )
    yield from _clauses(edition, ("10.3.1", "10.3.2", "10.3.3", "10.4.3"))


def _form(edition: Edition) -> Iterator[str]:
    yield from _heading("附录A 申报书 Application form (Appendix A)")
    for table in edition.form:
        yield f"{table.number}. **{table.title}** {table.title_en} (`{table.key}`): " + "、".join(
            field.label + ("*" if field.required else "") for field in table.fields
        )


def _readings(readings: Iterable[Reading]) -> Iterator[str]:
    yield from _table(
        ("条款 Clause", "原文 Text", "释义 Reading", "理由 Why"),
        (
            (
                r.clause,
                f"{r.text}<br>{r.text_en}",
                f"{r.decision}<br>{r.decision_en}",
                f"{r.why}<br>{r.why_en}",
            )
            for r in readings
        ),
    )


if __name__ == "__main__":
    made = page(load_edition())
    if sys.argv[1:] == ["--check"]:
        if Path("docs/rulebook.md").read_text("utf-8") != made:
            sys.exit("docs/rulebook.md is not what the edition says; make it anew")
    else:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        sys.stdout.write(made)
