"""Assigning experts, taking them off, and their answer to an invitation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Role, User


class ChosenForm(forms.Form):
    """One expert of the pool."""

    expert = forms.ModelChoiceField(User.objects.filter(role=Role.EXPERT, is_active=True))


class AssignForm(forms.Form):
    """Why the expert is asked without a draw."""

    reason = forms.CharField(
        label=_("不经抽取、直接指派的理由"),
        help_text=_("将记入案卷和审计记录。"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    leader = forms.BooleanField(label=_("指派为组长"), required=False)


class ReleaseForm(forms.Form):
    reason = forms.CharField(
        label=_("解除指派的理由"),
        help_text=_("将记入案卷。"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DeclineForm(forms.Form):
    words = forms.CharField(
        label=_("谢绝的原因"),
        help_text=_("可不填。只有秘书处能看到。"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RecusalForm(forms.Form):
    reason = forms.CharField(
        label=_("回避理由"),
        help_text=_("只有秘书处能看到。"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
