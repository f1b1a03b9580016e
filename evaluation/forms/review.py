"""The secretariat's verdict on one slot of Table 1."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.correction import Defect
from evaluation.edition import reader_language
from evaluation.rulebook import Edition, in_language


class SlotForm(forms.Form):
    """Accept a slot, or name its defect; each verdict is a button of its own."""

    # The verdict that the judge had before their eyes; another one is not overwritten.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
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


class FieldDefectForm(forms.Form):
    """Mark one field of the application form as wanting."""

    place = forms.ChoiceField(label=gettext_lazy("申报书中的一项"))
    reason = forms.CharField(
        label=gettext_lazy("问题和应补正的内容"),
        help_text=gettext_lazy("将原样写入补正通知；补正时只有列出的内容可以修改。"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = reader_language()
        groups: list[Any] = [("", _("请选择"))]
        for table in edition.form:
            title = _("表%(number)s %(title)s") % {
                "number": table.number,
                "title": in_language(table, "title", language),
            }
            groups.append(
                (
                    title,
                    [
                        (f"{table.key}.{asked.key}", in_language(asked, "label", language))
                        for asked in table.fields
                        if not asked.from_case
                    ],
                )
            )
        self.fields["place"].choices = groups  # type: ignore[attr-defined]


class AnswersForm(forms.Form):
    """补正说明: one answer for each defect of the notice."""

    def __init__(self, *args: Any, defects: Iterable[Defect], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for defect in defects:
            self.fields[defect.key] = forms.CharField(
                label=gettext_lazy("补正说明"),
                help_text=""
                if defect.changed
                else gettext_lazy("这一项还没有改动；如确实无需改动，请在此说明理由。"),
                initial=defect.answer,
                max_length=2000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
