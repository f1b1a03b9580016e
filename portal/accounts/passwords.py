"""The rules of passwords, in the portal's own words."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class MinimumLength(MinimumLengthValidator):
    """Django's own, whose sentence has no Chinese."""

    def get_error_message(self) -> str:
        return _("密码太短，至少要有 %(length)s 个字符。") % {"length": self.min_length}
