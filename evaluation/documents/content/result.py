"""How minutes and report tell the result of a score run (9, 10.1). Nothing is computed anew: the
figures are those that the run keeps."""

from decimal import Decimal

from evaluation.documents.content.common import Json, number
from evaluation.models import Evaluation, ScoreRun
from evaluation.rulebook import Edition


def scores(edition: Edition, run: ScoreRun) -> list[Json]:
    """A1, A2, A3 and A with their weight, their limit of 10.1 and whether it is reached."""
    limits = edition.qualification
    rows = []
    for dimension in edition.dimensions:
        points = run.result[dimension.id]
        rows.append(
            {
                "id": dimension.id,
                "name": dimension.name,
                "weight": f"{number(dimension.weight * 100)}%",
                "limit": f"不少于{number(limits.dimension_minimum)}分",
                "points": points,
                "met": Decimal(points) >= limits.dimension_minimum,
            }
        )
    total = run.result["A"]
    rows.append(
        {
            "id": "A",
            "name": "总得分",
            "weight": "—",
            "limit": f"大于{number(limits.total_above)}分",
            "points": total,
            "met": Decimal(total) > limits.total_above,
        }
    )
    return rows


def conclusion(evaluation: Evaluation, run: ScoreRun) -> Json:
    """What 10.1 makes of the scores, in sentences."""
    result = run.result
    figures = f"A1={result['A1']}、A2={result['A2']}、A3={result['A3']}、A={result['A']}"
    if run.qualified:
        sentence = (
            f"经评估，{evaluation.base.name}的得分为{figures}，达到10.1的各项要求，"
            "待评估基地达标合格，可以认定为国家工业互联网大数据中心工业智算基地。"
        )
    else:
        sentence = (
            f"经评估，{evaluation.base.name}的得分为{figures}，未达到10.1的要求，"
            "不具备认定为国家工业互联网大数据中心工业智算基地的条件。"
        )
    return {
        "qualified": run.qualified,
        "label": "达标合格" if run.qualified else "未达标",
        "sentence": sentence,
        "reasons": list(result["reasons"]),
    }
