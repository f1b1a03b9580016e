"""Forms of the account pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portal.accounts.models import Organisation, Role, User


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["name", "credit_code"]

    def clean_credit_code(self) -> str:
        return str(self.cleaned_data["credit_code"]).strip().upper()


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["username", "name", "email", "phone", "role", "organisation", "member_role"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("role") == Role.APPLICANT and not data.get("organisation"):
            self.add_error("organisation", _("申报单位的账号须选择所属单位。"))
        return data
