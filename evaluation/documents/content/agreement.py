"""评估咨询服务协议 (7.1, second step)."""

from evaluation.documents.content.common import Json, case_facts, filled, numeral, text_file
from evaluation.edition import edition_of
from evaluation.models import Evaluation

STEPS_PARAGRAPH = "{steps}"


def agreement(evaluation: Evaluation) -> Json:
    """Parties, scope by the seven steps, duties, confidentiality, term, places to sign. The text
    is texts/agreement.toml, which the secretariat edits; no fee stands in it."""
    facts = case_facts(evaluation)
    values = {**facts, "case": facts["number"]}
    text = text_file("agreement")
    return {
        "case": facts,
        "title": "".join(text["title"]),
        "title_lines": text["title"],
        "preamble": filled(text["preamble"], values),
        "sections": [
            {
                "title": f"第{numeral(number)}条　{section['title']}",
                "paragraphs": [
                    {"steps": _steps(evaluation)}
                    if paragraph == STEPS_PARAGRAPH
                    else {"text": filled(paragraph, values)}
                    for paragraph in section["paragraphs"]
                ],
            }
            for number, section in enumerate(text["section"], start=1)
        ],
    }


def _steps(evaluation: Evaluation) -> list[str]:
    return [f"{step.number}. {step.name}：{step.sentence}" for step in edition_of(evaluation).steps]
