"""What counts as a telephone number, and as a way to reach somebody."""

import pytest
from django.core.exceptions import ValidationError

from portal.contacts.telephone import is_telephone, validate_contact


@pytest.mark.parametrize(
    ("text", "plausible"),
    [
        ("13000000000", True),
        ("0531-00000001", True),
        ("(010) 0000 0000 转 8001", True),
        ("（０１０）００００００００", True),
        ("010-00000000-8001", True),
        ("0000000", True),
        ("+86 10 0000 0000 ext. 12", True),
        ("+44 20 7946 0000", True),
        ("1", False),
        ("000000", False),
        ("000000 转 8001", False),
        ("0" * 19, False),
        ("电话", False),
        ("li@example.org", False),
        ("", False),
    ],
)
def test_a_number_has_seven_digits_and_is_written_like_one(text: str, plausible: bool) -> None:
    assert is_telephone(text) is plausible


@pytest.mark.parametrize("text", ["0000000", "a@b", "济南市示例路一号", "微信 zhangsan"])
def test_a_contact_may_be_any_way_to_reach_somebody(text: str) -> None:
    validate_contact(text)


@pytest.mark.parametrize("text", ["1", "0531-1", "济南", "------"])
def test_a_contact_that_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="照此联系不上"):
        validate_contact(text)
