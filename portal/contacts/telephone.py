"""Whether somebody can be called at what was typed as a telephone number, or reached at all."""

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FEWEST_DIGITS, MOST_DIGITS = 7, 18
FEWEST_LETTERS = 6
# 13800138000, 0531-88886666, (010) 8888 6666 转 8001, +86 10 8888 6666 ext. 8001.
EXTENSION = r"(?:转|分机|ext\.?|x|#)\s*\d{1,6}"  # not translated: as it is typed
NUMBER = re.compile(rf"\+?(?P<main>[\d\s().\-]+?)\s*(?:{EXTENSION})?", re.IGNORECASE)


def is_telephone(text: str) -> bool:
    found = NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return found is not None and FEWEST_DIGITS <= _digits(found["main"]) <= MOST_DIGITS


def validate_telephone(text: Any) -> None:
    if not is_telephone(str(text)):
        raise ValidationError(
            _(
                "电话号码不完整或写法不对：手机号为11位；座机写区号和号码，"
                "分机写在“转”之后；境外号码以+和国家代码开头。"
            ),
            code="telephone",
        )


def validate_contact(text: Any) -> None:
    """A telephone number, or an address for mail or letters: what names none of them is refused."""
    said = str(text)
    letters = sum(sign.isalpha() for sign in said)
    if _digits(said) < FEWEST_DIGITS and "@" not in said and letters < FEWEST_LETTERS:
        raise ValidationError(
            _("照此联系不上：请填写完整的电话号码、邮箱地址或通信地址。"), code="contact"
        )


def _digits(text: str) -> int:
    return sum(sign.isdigit() for sign in text)
