"""Forms of the account pages."""

from django import forms

from portal.accounts.models import Organisation, User


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["name", "credit_code"]

    def clean_credit_code(self) -> str:
        return str(self.cleaned_data["credit_code"]).strip().upper()


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["username", "name", "email", "phone", "role", "organisation"]
