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

    def __init__(
        self, *args: Any, clauses: Iterable[str] = (), usual: Iterable[Any] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        usual = list(usual)
        if usual:
            self.fields["usual"] = forms.ChoiceField(
                label=gettext_lazy("常用问题"),
                help_text=gettext_lazy("选用后写入下面的说明，可以再改。"),
                choices=[("", gettext_lazy("请选择")), *((each.text, each.text) for each in usual)],
                required=False,
                widget=forms.Select(attrs={"data-usual": "", "class": "form-select"}),
            )
        self.fields["clause"] = forms.ChoiceField(
            label=gettext_lazy("涉及的条款"),
            choices=[("", gettext_lazy("本项材料的各条款")), *((each, each) for each in clauses)],
            required=False,
        )
        self.order_fields(["seen", "verdict", "usual", "clause", "reason"])
        self.of_clause = {each.text: each.clause for each in usual}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("usual", "")
        if cleaned.get("verdict") == "defect" and chosen and not cleaned.get("reason", "").strip():
            cleaned["reason"] = chosen
            cleaned["clause"] = cleaned.get("clause") or self._known(self.of_clause[chosen])
        if cleaned.get("verdict") == "defect" and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("判为不合格时，须写明问题和应补正的内容。"))
        return cleaned

    def _known(self, clause: str) -> str:
        offered = dict(self.fields["clause"].choices)  # type: ignore[attr-defined]
        return clause if clause in offered else ""


class UsualReasonForm(forms.Form):
    """One reason of the secretariat's list."""

    slot = forms.TypedChoiceField(
        label=gettext_lazy("材料"), required=False, coerce=int, empty_value=None
    )
    clause = forms.CharField(label=gettext_lazy("条款"), max_length=40, required=False)
    text = forms.CharField(
        label=gettext_lazy("问题和应补正的内容"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        self.fields["slot"].choices = [  # type: ignore[attr-defined]
            ("", _("各项材料")),
            *((m.number, _("材料%(number)s") % {"number": m.number}) for m in edition.materials),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        slot, clause = cleaned.get("slot"), cleaned.get("clause", "").strip()
        known = {i.clause for i in (self.edition.proved_by(slot) if slot else [])}
        if clause and clause not in known:
            listed = _("、").join(sorted(known))
            self.add_error(
                "clause",
                _("材料%(slot)s证明的条款是：%(clauses)s。") % {"slot": slot, "clauses": listed}
                if known
                else _("只有选定了一项证明指标的材料，才能指明条款。"),
            )
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
