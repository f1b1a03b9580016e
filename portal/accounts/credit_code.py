"""统一社会信用代码 (GB 32100-2015): 18 characters, the last one a check character."""

from re import fullmatch

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidFormat
from stdnum.exceptions import ValidationError as NumberError


def validate_credit_code(value: str) -> None:
    """Refuse a code that cannot exist, saying what is wrong with it."""
    if len(value) != 18:
        raise ValidationError(
            _("统一社会信用代码为18位，当前为%(count)s位。") % {"count": len(value)}, code="length"
        )
    try:
        # The library forgives blanks, dashes and full-width digits; the certificate prints none.
        if not fullmatch("[0-9A-Z]+", value):
            raise InvalidFormat
        uscc.validate(value)
    except InvalidChecksum:
        raise ValidationError(
            _("统一社会信用代码的校验位不正确，请对照营业执照或登记证书逐位核对。"), code="checksum"
        ) from None
    except NumberError:
        raise ValidationError(
            _(
                "统一社会信用代码只含数字和大写字母（不含 I、O、Z、S、V），请对照营业执照或登记证书核对。"
            ),
            code="format",
        ) from None
