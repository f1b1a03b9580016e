"""The panel's points: one expert's own, and the leader's final ones."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation import uploads
from evaluation.forms.site import NumberField, ValueForm
from evaluation.models import Assignment
from evaluation.rulebook import Indicator, plain


def all_valid(typed: Iterable[forms.Form]) -> bool:
    """Whether every form is valid; each is asked, so that every fault is on the page."""
    return not [form for form in typed if not form.is_valid()]


class ScoreForm(forms.Form):
    """The points that one expert gives one judged indicator. Both may stay blank in a draft."""

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        self.indicator = indicator
        kwargs["prefix"] = indicator.code
        super().__init__(*args, **kwargs)
        assert indicator.points is not None, "a judged indicator has points"
        self.fields["points"] = NumberField(
            label=gettext_lazy("得分"),
            required=False,
            unit="/ " + plain(indicator.points),
            help_text=_("0至%(most)s分，以%(step)s分为一档。")
            % {"most": plain(indicator.points), "step": plain(indicator.award_step)},
        )
        self.fields["reason"] = forms.CharField(
            label=gettext_lazy("评分理由"),
            help_text=gettext_lazy("未给满分时必填。"),
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        raw = cleaned.get("points", "")
        if raw:
            assert self.indicator.points is not None, "a judged indicator has points"
            if self.indicator.parse_award(raw)[1]:
                self.add_error(
                    "points",
                    _("请填0至%(most)s之间、以%(step)s分为一档的分数，您填的是%(raw)s。")
                    % {
                        "most": plain(self.indicator.points),
                        "step": plain(self.indicator.award_step),
                        "raw": raw,
                    },
                )
        elif cleaned.get("reason", "").strip() and "points" not in self.errors:
            self.add_error("points", _("已写理由，请同时给出分数。"))
        return cleaned

    @property
    def pair(self) -> tuple[str, str]:
        return self.cleaned_data["points"], self.cleaned_data["reason"]


class FinalForm(ValueForm):
    """The final points of one judged indicator. Departing from the proposal needs a reason."""

    def __init__(self, *args: Any, proposal: Decimal, places: int, **kwargs: Any) -> None:
        self.proposal = proposal
        self.finest = Decimal(1).scaleb(-places)
        indicator: Indicator = kwargs["indicator"]
        super().__init__(*args, held=plain(proposal), label=gettext_lazy("最终得分"), **kwargs)
        assert indicator.points is not None, "a judged indicator has points"
        self.fields["value"].widget.attrs["data-unit"] = "/ " + plain(indicator.points)
        self.fields["reason"] = forms.CharField(
            label=gettext_lazy("汇总意见"),
            help_text=gettext_lazy("与汇总值不同时必填；将写入评审意见并在公布后告知申报单位。"),
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if isinstance(self.parsed, Decimal) and self.parsed % self.finest:
            self.add_error("value", _("最终得分以%(step)s分为最小单位。") % {"step": self.finest})
        departs = self.parsed is not None and self.parsed != self.proposal
        if departs and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("最终得分与专家评分的汇总值不同，请写明理由。"))
        return cleaned


class ChallengeForm(ValueForm):
    """What a verified value should be, in an expert's opinion."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label=gettext_lazy("应为"), **kwargs)
        self.fields["reason"] = forms.CharField(
            label=gettext_lazy("质疑的理由"),
            help_text=gettext_lazy("请写明依据的材料或记录；组长汇总时须逐项答复，记入评审意见。"),
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 4}),
        )


class AnswerForm(forms.Form):
    """The leader's answer to one doubt. Blank where the value is overruled: its reason answers."""

    answer = forms.CharField(
        label=gettext_lazy("对质疑的答复"),
        help_text=gettext_lazy("不改定核验值时必填；改定的，可以不填，以改定的理由答复。"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class LeaderForm(forms.Form):
    """The secretariat names the leader of a panel that has met."""

    def __init__(self, *args: Any, panel: list[Assignment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"] = forms.ChoiceField(
            label=gettext_lazy("组长"),
            choices=[("", gettext_lazy("请选择"))]
            + [(member.pk, member.expert.name) for member in panel if not member.is_leader],
        )
        self.fields["reason"] = forms.CharField(
            label=gettext_lazy("指定的理由"),
            help_text=gettext_lazy("将记入评审意见。"),
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 2}),
        )


class DissentForm(forms.Form):
    """What an expert does not agree with. Whose it is is asked of the leader only."""

    def __init__(
        self,
        *args: Any,
        indicators: list[tuple[str, str]],
        panel: list[Assignment] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if panel is not None:
            self.fields["expert"] = forms.ChoiceField(
                label=gettext_lazy("保留意见的专家"),
                choices=[("", gettext_lazy("请选择")), *((m.pk, m.expert.name) for m in panel)],
            )
        self.fields["indicator"] = forms.ChoiceField(
            label=gettext_lazy("对什么保留意见"),
            choices=[("", gettext_lazy("请选择")), *indicators],
        )
        self.fields["text"] = forms.CharField(
            label=gettext_lazy("保留意见"),
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
        )


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=gettext_lazy("应当如何记载"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SignedSheetForm(forms.Form):
    """The scan of a signed score sheet, with the code that its pages carry."""

    code = forms.CharField(
        label=gettext_lazy("扫描件页脚的版本码"),
        help_text=gettext_lazy("印在评分表每一页的页脚，12位字母和数字。"),
        max_length=20,
    )
    upload = forms.FileField(
        label=gettext_lazy("签字评分表的扫描件"),
        help_text=gettext_lazy("PDF、JPG 或 PNG；请确认签字和日期清晰完整。"),
        widget=forms.FileInput(
            attrs={"accept": ",".join(e for group in uploads.SCANS.values() for e in group)}
        ),
    )


class OverruleForm(ValueForm):
    """A verified value that the panel may correct. Unchanged, it says nothing; one that could not
    be verified may stay blank."""

    leaves_open = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label=gettext_lazy("改为"), **kwargs)
        self.fields["reason"] = forms.CharField(
            label=gettext_lazy("改变核验值的理由"),
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    @property
    def corrects(self) -> bool:
        """Whether a valid value other than the verified one was given."""
        return self.raw is not None and self.raw != self.held

    def wants_value(self, cleaned: dict[str, Any]) -> bool:
        blank = all(cleaned.get(name) in ("", None, []) for name in self.value_names)
        faulty = any(name in self.errors for name in self.value_names)
        reasoned = bool(cleaned.get("reason", "").strip())
        self.leaves_open = self.held is None and blank and not faulty and not reasoned
        return not self.leaves_open

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        reasoned = bool(cleaned.get("reason", "").strip())
        if self.corrects and not reasoned:
            self.add_error("reason", _("改变了核验值，请写明理由。"))
        if reasoned and self.raw is not None and not self.corrects:
            self.add_error(self.value_names[0], _("写了理由，但没有改变核验值。"))
        return cleaned
