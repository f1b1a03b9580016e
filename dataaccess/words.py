"""The words of Appendix B in the reader's language."""

from django.utils.translation import get_language

from dataaccess.shapes.english import in_english


def reads_english() -> bool:
    """Whether the running request is read in English."""
    return (get_language() or "").startswith("en")


def printed(word: str) -> str:
    """The word as Appendix B prints it, or its English."""
    return in_english(word) if reads_english() else word
