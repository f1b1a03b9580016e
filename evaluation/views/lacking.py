"""What stands between a draft and its full points: what fails, what is missing, what that costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from evaluation.edition import reader_language
from evaluation.rulebook import Edition, Indicator, Scorecard, Step, in_language, plain


@dataclass(frozen=True)
class Lack:
    """One indicator that earns less than it could."""

    name: str
    clause: str
    kind: str  # of components/status.html: mandatory, missing or not_met
    why: str  # not given, or how far from its limit
    cost: str  # in points of its dimension and of the total
    table: str
    field: str  # where it is filled in
    slots: tuple[int, ...]  # of Table 1, whose materials prove it


def lacking(card: Scorecard) -> list[Lack]:
    """Whatever costs points: what makes a whole dimension zero first, then the dearest. What only
    experts award is left out."""
    steps = [step for step in card.steps if not step.met and step.indicator.kind != "judged"]
    steps.sort(key=lambda step: (not _is_fatal(card, step), -_total(card, step)))
    return [_lack(card, step) for step in steps]


def _lack(card: Scorecard, step: Step) -> Lack:
    language = reader_language()
    indicator = step.indicator
    table, field = next(places_of(card.edition, indicator))
    fatal = _is_fatal(card, step)
    return Lack(
        name=in_language(indicator, "name", language),
        clause=indicator.clause,
        kind="mandatory" if fatal else "missing" if step.state == "missing" else "not_met",
        why=step.note(language),
        cost=_cost_of_all(card, indicator) if fatal else _cost(card, step),
        table=table,
        field=field,
        slots=tuple(indicator.materials),
    )


def places_of(edition: Edition, indicator: Indicator) -> Iterator[tuple[str, str]]:
    """Table and field in which the form asks for an indicator."""
    for table in edition.form:
        for field in table.fields:
            if field.indicator == indicator.code:
                yield table.key, field.key


def _is_fatal(card: Scorecard, step: Step) -> bool:
    """Whether it makes its dimension zero: a 必备项, or one of the four proofs of 8.4."""
    return step.indicator.mandatory or _all_or_nothing(card, step.indicator)


def _all_or_nothing(card: Scorecard, indicator: Indicator) -> bool:
    return card.edition.dimension(indicator.dimension).all_or_nothing


def _total(card: Scorecard, step: Step) -> Decimal:
    """What it would add to A by itself."""
    weight = card.edition.dimension(step.indicator.dimension).weight
    return ((step.max or Decimal(0)) - (step.points or Decimal(0))) * weight


def _cost(card: Scorecard, step: Step) -> str:
    points = (step.max or Decimal(0)) - (step.points or Decimal(0))
    return _("%(dimension)s 少 %(points)s 分，总得分少 %(total)s 分") % {
        "dimension": step.indicator.dimension,
        "points": plain(points),
        "total": plain(_total(card, step).normalize()),
    }


def _cost_of_all(card: Scorecard, indicator: Indicator) -> str:
    dimension = indicator.dimension
    if _all_or_nothing(card, indicator):
        return _("四项缺一，%(dimension)s 计 0 分") % {"dimension": dimension}
    return _("必备项不满足，%(dimension)s 计 0 分") % {"dimension": dimension}
