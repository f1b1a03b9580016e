"""docs/rulebook.md is made from the edition, and is up to date."""

from pathlib import Path

from evaluation.rulebook import Edition
from evaluation.rulebook.page import page

DOCUMENT = Path(__file__).parents[3] / "docs" / "rulebook.md"


def test_the_document_is_what_the_edition_says(edition: Edition) -> None:
    assert DOCUMENT.read_text("utf-8") == page(edition)


def test_every_rule_and_every_reading_is_on_the_page(edition: Edition) -> None:
    text = page(edition)
    for indicator in edition.indicators:
        assert f"**{indicator.clause} {indicator.name}** `{indicator.code}`" in text
    for reading in edition.readings:
        assert reading.decision in text
        assert reading.why_en in text


def test_a_changed_limit_changes_the_page(edition: Edition) -> None:
    limits = edition.qualification.model_copy(update={"dimension_minimum": 61})
    changed = edition.model_copy(update={"qualification": limits})
    assert page(changed) != page(edition)
    assert "each dimension at least 61" in page(changed)
