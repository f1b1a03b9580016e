"""Objections to a published result."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ObjectionForm(forms.Form):
    objector = forms.CharField(
        label=_("异议人"),
        help_text=_("个人填写真实姓名；单位填写全称，且异议材料须加盖公章。匿名异议不予受理。"),
        max_length=200,
    )
    contact = forms.CharField(label=_("联系方式"), max_length=200)
    received_on = forms.DateField(
        label=_("收到日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    content = forms.CharField(
        label=_("异议内容"), max_length=10000, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"].initial = timezone.localdate


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("处理意见"),
        help_text=_("写明核查经过和结论；办结后不能再改。"),
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
