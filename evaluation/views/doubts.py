"""A doubt about a verified value as its expert and the leader see it."""

from dataclasses import dataclass

from evaluation.edition import edition_of, reader_language
from evaluation.forms.panel import AnswerForm
from evaluation.models import Challenge, Evaluation
from evaluation.rulebook import in_language


@dataclass(frozen=True)
class Doubt:
    """One expert's doubt about a verified value, with the leader's answer."""

    challenge: Challenge
    indicator: str
    expert: str
    value: str
    form: AnswerForm | None


def doubt_shown(
    evaluation: Evaluation, made: Challenge, expert: str, form: AnswerForm | None = None
) -> Doubt:
    indicator, language = edition_of(evaluation).indicator(made.indicator), reader_language()
    value = indicator.show(indicator.parse(made.value)[0], language)
    return Doubt(made, in_language(indicator, "name", language), expert, value, form)
