"""Contact data as those see them who need not know them."""

import pytest

from portal.contacts import masking


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (masking.email, "lin@example.org", "l***@example.org"),
        (masking.email, "x@example.org", "x***@example.org"),
        (masking.phone, "13812341234", "138****1234"),
        (masking.phone, "+86 138-1234-1234", "+86 1**-****-1234"),
        (masking.phone, "0531-88880002", "053*-****0002"),
        (masking.phone, "12345", "***45"),
        (masking.phone, "110", "***"),
        (masking.identity, "11010519491231002X", "110*************2X"),
        (masking.identity, "A12", "***"),
        (masking.name, "欧阳林晓", "欧**"),
        (masking.name, "", ""),
        (masking.contact, "010-00000000，李工", "010-****0000，**"),
        (masking.contact, "wechat lin_2, lin@example.org", "****** ***_*, l***@example.org"),
        (masking.contact, "", ""),
    ],
)
def test_what_is_left_to_see(mask, text: str, shown: str) -> None:
    assert mask(text) == shown
