"""统一社会信用代码 (GB 32100-2015)."""

import pytest
from django.core.exceptions import ValidationError

from portal.accounts.credit_code import validate_credit_code


def test_a_true_code_is_accepted():
    validate_credit_code("91350100M000100Y43")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "91350100M000100Y44",
            "统一社会信用代码的校验位不正确，请对照营业执照或登记证书逐位核对。",
        ),
        ("91350100M000100Y4", "统一社会信用代码为18位，当前为17位。"),
        ("91350100M000100Y433", "统一社会信用代码为18位，当前为19位。"),
        (
            "９１350100M000100Y43",
            "统一社会信用代码只含数字和大写字母（不含 I、O、Z、S、V），请对照营业执照或登记证书核对。",
        ),
        (
            "91350100M000100Y4Z",
            "统一社会信用代码只含数字和大写字母（不含 I、O、Z、S、V），请对照营业执照或登记证书核对。",
        ),
        (
            "91350100-M000100Y3",
            "统一社会信用代码只含数字和大写字母（不含 I、O、Z、S、V），请对照营业执照或登记证书核对。",
        ),
    ],
)
def test_a_false_code_is_refused_with_what_is_wrong(code, sentence):
    with pytest.raises(ValidationError) as refusal:
        validate_credit_code(code)
    assert refusal.value.messages == [sentence]
