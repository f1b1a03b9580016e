"""What was typed is read where it can be read, and kept as typed where not."""

import pytest

from evaluation.forms.kept import kept_bool, kept_number, kept_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1080", "1080"),
        (" 1 080 ", "1080"),
        ("1,080.5", "1080.5"),
        ("12,345,678", "12345678"),
        ("１０８０．５", "1080.5"),
        ("-3", "-3"),
        ("−3", "-3"),
        ("1,5", "1,5"),  # not a group of three: never read as fifteen
        ("1.2.3", "1.2.3"),
        ("007", "007"),
        ("约 600 Gbps", "约 600 Gbps"),
        ("NaN", "NaN"),
        ("1e3", "1e3"),
        ("  ", None),
        ("", None),
    ],
)
def test_a_number_is_put_right_or_kept_as_typed(typed: str, kept: str | None) -> None:
    assert kept_number(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("一\r\n二\r三", "一\n二\n三"),
        ("  留空 ", "留空"),
        ("零\x00字节", "零字节"),
        (" \r\n ", None),
        (None, None),
    ],
)
def test_text_has_plain_line_ends_and_no_null(typed: str | None, kept: str | None) -> None:
    assert kept_text(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"), [("true", True), ("false", False), ("", None), ("yes", "yes")]
)
def test_an_answer_is_true_false_or_none(typed: str, kept: object) -> None:
    assert kept_bool(typed) == kept
