"""The edition of the standard that a case is judged by."""

from django.conf import settings
from django.utils import translation

from evaluation.models import Evaluation
from evaluation.rulebook import edition_ids, load_edition
from evaluation.rulebook.shapes import Edition
from portal.ledger import runtime


def edition_of(evaluation: Evaluation) -> Edition:
    """The edition pinned to a case when it was opened."""
    return load_edition(evaluation.edition)


def current_edition() -> Edition:
    """The edition that new cases and the public pages use. One query, where there is a choice."""
    known = list(edition_ids())
    return load_edition(known[0] if len(known) == 1 else runtime.read("edition"))


def category_names() -> Edition:
    """An edition for the names of categories in lists of cases, which hold cases of any edition.
    No query: it is asked for in each row."""
    return load_edition(settings.EDITION)


def reader_language() -> str:
    """The rulebook's name for the language of the running request: "zh" or "en"."""
    return "en" if (translation.get_language() or "").startswith("en") else "zh"
