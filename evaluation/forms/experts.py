"""Assigning experts, taking them off, and their answer to an invitation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluation.models import Duty
from portal.accounts.models import Role, User


class AssignForm(forms.Form):
    """One expert of the pool for one duty."""

    expert = forms.ModelChoiceField(User.objects.filter(role=Role.EXPERT, is_active=True))
    duty = forms.ChoiceField(choices=Duty.choices)
    leader = forms.BooleanField(required=False)


class ReleaseForm(forms.Form):
    reason = forms.CharField(
        label=_("解除指派的理由"),
        help_text=_("将记入案卷。"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class RecusalForm(forms.Form):
    reason = forms.CharField(
        label=_("回避理由"),
        help_text=_("只有秘书处能看到。"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
