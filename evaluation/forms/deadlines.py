"""Putting a deadline off."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaluation import terms
from evaluation.models import Evaluation


class ExtensionForm(forms.Form):
    deadline = forms.DateField(
        label=_("新期限"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("预填的日期为从原期限（已逾期的从今天）起再给一个本状态的办理期限。"),
    )
    reason = forms.CharField(
        label=_("延期理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("将记入案卷，并告知办理人。"),
    )

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        begins = max(evaluation.deadline or today, today)
        self.fields["deadline"].initial = terms.deadline_of(evaluation.state, begins)
