"""Log lines of production."""

import json
import logging
import sys

import pytest

from portal.logs import PrivateJsonFormatter, without_personal_data


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("to li.wei+base@mail.example.com.cn failed", "to [email] failed"),
        ("call 13800138000 or +86 139-0013-9000", "call [phone] or +86 139-0013-9000"),
        ("call +86 13900139000.", "call [phone]."),
        ("at 1732345678901 ms, number 213800138000", "at 1732345678901 ms, number 213800138000"),
        (
            "duplicate key\nDETAIL:  Key (name)=(张三) already exists.\nnext",
            "duplicate key\nDETAIL:  [row]\nnext",
        ),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_personal_data_are_replaced(text: str, cleaned: str) -> None:
    assert without_personal_data(text) == cleaned


def test_a_line_is_one_json_object_with_a_clean_traceback() -> None:
    formatter = PrivateJsonFormatter("%(levelname)s %(message)s %(exc_info)s")
    try:
        raise ValueError("no mailbox: zhang.san@example.org")
    except ValueError:
        record = logging.getLogger("mail").makeRecord(
            "mail", logging.ERROR, __file__, 1, "lost for %s", ("li@example.org",), None
        )
        record.exc_info = sys.exc_info()
    line = formatter.format(record)
    assert "\n" not in line
    written = json.loads(line)
    assert written["message"] == "lost for [email]"
    assert written["exc_info"].splitlines()[-1] == "ValueError: no mailbox: [email]"
    assert "example.org" not in line
