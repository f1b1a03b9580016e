"""回避及廉洁承诺书: one for each expert, case and duty."""

from evaluation.documents.content.common import (
    NOTHING,
    Json,
    case_facts,
    filled,
    moment,
    numeral,
    text_file,
)
from evaluation.models import Assignment, Duty
from evaluation.pool.exclusions import employer_name

# Not the label of the model: official documents are Chinese whatever the reader's language.
DUTY_NAMES = {Duty.SITE: "现场评估", Duty.PANEL: "专家评审"}


def pledge(assignment: Assignment) -> Json:
    """Recusal, competence, integrity, confidentiality, discipline, reporting of interference and
    responsibility, as the expert signed them."""
    facts = case_facts(assignment.evaluation)
    expert = assignment.expert
    assert assignment.pledged_at is not None, "a pledge is printed when it was signed"
    values = {
        **facts,
        "case": facts["number"],
        "expert": expert.name,
        "duty": DUTY_NAMES[Duty(assignment.duty)],
    }
    text = text_file("pledge")
    return {
        "case": facts,
        "title": text["title"],
        "preamble": filled(text["preamble"], values),
        "items": [
            {"title": f"{numeral(number)}、{item['title']}", "text": filled(item["text"], values)}
            for number, item in enumerate(text["item"], start=1)
        ],
        "expert": expert.name,
        "employer": employer_name(expert) or NOTHING,
        "duty": values["duty"],
        "leader": assignment.is_leader,
        "account": expert.get_username(),
        "signed_at": moment(assignment.pledged_at),
    }
