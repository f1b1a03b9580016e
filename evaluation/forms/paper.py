"""Which sealed papers came, and when."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaluation.edition import reader_language
from evaluation.rulebook import Edition, in_language


class PaperForm(forms.Form):
    slots = forms.TypedMultipleChoiceField(
        label=_("收到纸质版的材料"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    received_on = forms.DateField(
        label=_("收到日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    remark = forms.CharField(
        label=_("备注"),
        max_length=200,
        required=False,
        help_text=_("例如份数、快递单号、缺页；申报单位可以看到。"),
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["slots"]
        choices.choices = [
            (m.number, f"{m.number} {in_language(m, 'name', reader_language())}")
            for m in edition.materials
        ]
        self.fields["received_on"].initial = timezone.localdate()
