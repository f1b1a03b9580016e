"""What an annual review asks: the items of the edition (10.4.2), and the commitments of 8.4 that
were scored, which are checked again (reading of 8.4)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from evaluation.edition import edition_of
from evaluation.models import Declaration, Evaluation
from evaluation.rulebook import Edition, in_language
from evaluation.rulebook.form import declared_values

COMMITMENT = "commitment_"
# Of a commitment, what the portal can say itself.
FIGURE_OF_COMMITMENT = {"access_timeliness": "timeliness"}


@dataclass(frozen=True)
class Asked:
    """One item in the reader's language."""

    key: str
    topic: str
    topic_name: str
    clause: str
    name: str
    asks: str
    figure: str | None
    indicator: str | None
    evidence: bool


def keys_for(evaluation: Evaluation) -> list[str]:
    """The items of a review of this case's certificate, in their order."""
    edition = edition_of(evaluation)
    return [
        *(item.key for item in edition.review.items),
        *(f"{COMMITMENT}{code}" for code in commitments(evaluation)),
    ]


def commitments(evaluation: Evaluation) -> tuple[str, ...]:
    """The items of 8.4 whose proof was a written commitment in the version that was certified."""
    last: Declaration | None = evaluation.declarations.order_by("-number").first()
    if last is None:
        return ()
    return declared_values(edition_of(evaluation), last.tables).commitments


def asked(edition: Edition, key: str, language: str = "zh") -> Asked:
    """An item by its key."""
    if key.startswith(COMMITMENT):
        code = key.removeprefix(COMMITMENT)
        indicator = edition.indicator(code)
        return Asked(
            key=key,
            topic="commitment",
            topic_name=_("承诺兑现"),
            clause=indicator.clause,
            name=in_language(indicator, "name", language),
            asks=_("申报时以承诺材料满足此项，说明承诺的兑现情况并附证明：%(requirement)s")
            % {"requirement": in_language(indicator, "source", language)},
            figure=FIGURE_OF_COMMITMENT.get(code),
            indicator=None,
            evidence=True,
        )
    item = edition.review.item(key)
    topic = next(topic for topic in edition.review.topics if topic.key == item.topic)
    return Asked(
        key=key,
        topic=item.topic,
        topic_name=in_language(topic, "name", language),
        clause=item.clause,
        name=in_language(item, "name", language),
        asks=in_language(item, "asks", language),
        figure=item.figure,
        indicator=item.indicator,
        evidence=item.evidence,
    )
