"""The standard as data, and what is computed from it. Pure: no Django, no database, no clock."""

from evaluation.rulebook.load import EditionError, edition_ids, load_edition
from evaluation.rulebook.methods import Step
from evaluation.rulebook.score import (
    DimensionScore,
    Scorecard,
    Spread,
    aggregate,
    aggregation_name,
    all_categories,
    other_categories,
    score,
    spread,
)
from evaluation.rulebook.shapes import (
    CATEGORY_CODES,
    Category,
    Dimension,
    Edition,
    FormField,
    FormTable,
    Group,
    Indicator,
    Parsed,
    Reading,
    Requirement,
    in_language,
)
from evaluation.rulebook.values import Clean, Fault, plain, shortened

__all__ = [
    "CATEGORY_CODES",
    "Category",
    "Clean",
    "Dimension",
    "DimensionScore",
    "Edition",
    "EditionError",
    "Fault",
    "FormField",
    "FormTable",
    "Group",
    "Indicator",
    "Parsed",
    "Reading",
    "Requirement",
    "Scorecard",
    "Spread",
    "Step",
    "aggregate",
    "aggregation_name",
    "all_categories",
    "edition_ids",
    "in_language",
    "load_edition",
    "other_categories",
    "plain",
    "score",
    "shortened",
    "spread",
]
