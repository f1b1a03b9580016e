"""年审: the applicant's answers and rectification, the secretariat's verdicts, and its moves."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation import uploads
from evaluation.actions.annual_review import Answer, Response
from evaluation.forms.kept import kept_text
from evaluation.models import ReviewItem
from evaluation.review_items import Asked
from evaluation.steps_after import ReviewMove

ACCEPT = ",".join(extension for group in uploads.MATERIALS.values() for extension in group)
TEXT_LENGTH = 5000


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Any number of files; none is no fault."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(SeveralFiles, self).clean(file, initial) for file in files]


class ItemsForm(forms.Form):
    """Some fields for each item, under the item's key. Drafts may be half empty."""

    def __init__(
        self, *args: Any, items: Iterable[ReviewItem], asked: dict[str, Asked], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.keys = [item.key for item in items]
        for item in items:
            self.add_fields(item, asked[item.key])

    def add_fields(self, item: ReviewItem, asked: Asked) -> None:
        raise NotImplementedError

    def fields_of(self, key: str) -> list[Any]:
        """The bound fields of an item, in their order."""
        return [self[name] for name in self.fields if name.startswith(f"{key}-")]

    def _add_text(self, name: str, label: Any, initial: str) -> None:
        self.fields[name] = forms.CharField(
            label=label,
            initial=initial,
            required=False,
            max_length=TEXT_LENGTH,
            widget=forms.Textarea(attrs={"rows": 4, "data-required": "1"}),
        )

    def _add_files(self, name: str, required: bool) -> None:
        attrs = {"accept": ACCEPT, **({"data-required": "1"} if required else {})}
        self.fields[name] = SeveralFiles(
            label=_("添加证明材料"),
            required=False,
            help_text=_("%(types)s；可一次选择多个，随“保存”一起上传。")
            % {"types": uploads.names_of(uploads.MATERIALS)},
            widget=SeveralFilesInput(attrs=attrs),
        )


class AnswersForm(ItemsForm):
    """The applicant's part: whether each item is kept to, in words, with evidence."""

    def add_fields(self, item: ReviewItem, asked: Asked) -> None:
        self.fields[f"{item.key}-conforms"] = forms.TypedChoiceField(
            label=_("自查结论"),
            required=False,
            choices=[("true", _("符合")), ("false", _("不符合"))],
            coerce=lambda text: text == "true",
            empty_value=None,
            initial=None if item.conforms is None else str(item.conforms).lower(),
            widget=forms.RadioSelect(attrs={"data-required": "1"}),
        )
        self._add_text(f"{item.key}-statement", _("情况说明"), item.statement)
        self._add_files(f"{item.key}-files", asked.evidence)
        self.fields[f"{item.key}-version"] = forms.IntegerField(
            initial=item.version, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput
        )

    def answers(self) -> dict[str, Answer]:
        given = self.cleaned_data
        return {
            key: Answer(
                given[f"{key}-conforms"],
                kept_text(given[f"{key}-statement"]) or "",
                given[f"{key}-version"],
                tuple(given[f"{key}-files"]),
            )
            for key in self.keys
        }


class ResponsesForm(ItemsForm):
    """The rectification: what was done about each item, with evidence."""

    def add_fields(self, item: ReviewItem, asked: Asked) -> None:
        self._add_text(f"{item.key}-response", _("整改情况"), item.response)
        self._add_files(f"{item.key}-files", False)

    def responses(self) -> dict[str, Response]:
        given = self.cleaned_data
        return {
            key: Response(kept_text(given[f"{key}-response"]) or "", tuple(given[f"{key}-files"]))
            for key in self.keys
        }


class VerdictForm(forms.Form):
    """Good, or what is wanting; each verdict is a button of its own."""

    verdict = forms.ChoiceField(choices=[("good", ""), ("wanting", "")], widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("存在的问题和整改要求"),
        help_text=gettext_lazy("判为不合格时必填，将原样写入整改通知。"),
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @property
    def is_good(self) -> bool:
        return bool(self.cleaned_data["verdict"] == "good")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == "wanting" and not cleaned.get("text", "").strip():
            self.add_error("text", _("判为不合格时，须写明存在的问题和整改要求。"))
        return cleaned


class ReviewMoveForm(forms.Form):
    """What a move needs: a reason, a deadline, or nothing but to be meant."""

    def __init__(self, *args: Any, move: ReviewMove, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if move.needs_deadline:
            self.fields["deadline"] = forms.DateField(
                label=_("整改期限"),
                initial=timezone.localdate() + timedelta(days=30),
                help_text=_("规范未规定整改期限，由秘书处确定。"),
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
        if move.needs_reason:
            self.fields["reason"] = forms.CharField(
                label=_("理由") if move.code != "require_rectification" else _("总体意见"),
                max_length=2000,
                help_text=_("将记入年审记录并告知申报单位。"),
                widget=forms.Textarea(attrs={"rows": 5}),
            )


class ChangeForm(forms.Form):
    """提请 a change of a certificate's state."""

    def __init__(self, *args: Any, grounds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if grounds:
            self.fields["grounds"] = forms.MultipleChoiceField(
                label=_("依据"),
                choices=grounds,
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("请选择至少一项依据的条款。")},
            )
        self.fields["reason"] = forms.CharField(
            label=_("事由"),
            max_length=2000,
            help_text=_("将原样写入名录和公告，任何人都能看到；请勿写入个人信息。"),
            widget=forms.Textarea(attrs={"rows": 6}),
        )


class DecisionForm(forms.Form):
    """批准, or not with a reason."""

    decision = forms.ChoiceField(
        choices=[("approve", ""), ("decline", "")], widget=forms.HiddenInput
    )
    reason = forms.CharField(
        label=gettext_lazy("不予批准的理由"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") == "decline" and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("请填写不予批准的理由。"))
        return cleaned
