"""allauth's forms as they come, but for the hints inside their fields: each repeats its label, which
stays while one types, and allauth's Chinese is half English."""

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext_lazy as _


class _NoHints:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)


class SignIn(_NoHints, forms.LoginForm):
    """The form of the login page. Its labels name what is asked for, in errors too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("用户名或邮箱地址")
        self.fields["password"].label = _("密码")


class ConfirmPassword(_NoHints, forms.ReauthenticateForm):
    """Asked again before something grave."""


class ChangePassword(_NoHints, forms.ChangePasswordForm):
    """The old one and the new one twice."""


class AskForReset(_NoHints, forms.ResetPasswordForm):
    """The address that the letter goes to."""


class ResetPassword(_NoHints, forms.ResetPasswordKeyForm):
    """The new one twice, behind the letter's link."""
