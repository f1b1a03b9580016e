"""Which bases' figures are in doubt: a question about them is not closed. One that was answered counts
until the centre is content with the answer: any text answers."""

from collections.abc import Iterable

from django.db.models import QuerySet

from dataaccess.models import Base, Question
from dataaccess.shapes import tables

_ORDER = ("", *(pair.key for pair in tables.PAIRS))


def questions(bases: QuerySet[Base] | Iterable[Base]) -> QuerySet[Question]:
    """What is asked about these bases and not closed."""
    return Question.objects.filter(base__in=bases, closed_at__isnull=True)


def count(bases: QuerySet[Base]) -> int:
    """How many of these bases have figures in doubt."""
    return questions(bases).order_by().values("base").distinct().count()


def among(questions: QuerySet[Question], bases: Iterable[Base]) -> set[int]:
    """Those of these bases whose figures are in doubt by the questions that a reader may see."""
    waiting = questions.filter(base__in=list(bases), closed_at__isnull=True)
    return set(waiting.order_by().values_list("base_id", flat=True))


def subjects(bases: Iterable[Base]) -> dict[int, tuple[str, ...]]:
    """The resources asked about, by base and in the order of Table B.1; an empty one stands for all
    24 figures. One query, however many bases."""
    asked: dict[int, set[str]] = {}
    for base, subject in questions(bases).order_by().values_list("base_id", "subject"):
        asked.setdefault(base, set()).add(subject)
    return {base: tuple(key for key in _ORDER if key in of) for base, of in asked.items()}
