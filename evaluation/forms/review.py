"""The secretariat's verdict on one slot of Table 1."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class SlotForm(forms.Form):
    """Accept a slot, or name its defect; each verdict is a button of its own."""

    verdict = forms.ChoiceField(choices=[("accept", ""), ("defect", "")], widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("问题和应补正的内容"),
        help_text=gettext_lazy("判为不合格时必填，将原样写入补正通知。"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == "defect" and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("判为不合格时，须写明问题和应补正的内容。"))
        return cleaned
