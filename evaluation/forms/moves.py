"""The small forms that go with a move: a reason, a scan, a date."""

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaluation import terms, uploads
from evaluation.actions import review
from evaluation.actions.publication import BACK_TO, REOPENED
from evaluation.models import Evaluation
from portal.ledger import runtime


class MoveForm(forms.Form):
    """A move that needs nothing but to be meant."""

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.evaluation = evaluation


class ReasonForm(MoveForm):
    reason = forms.CharField(
        label=_("理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("将记入案卷并告知对方。"),
    )


class ScanForm(MoveForm):
    upload = forms.FileField(
        label=_("扫描件"),
        help_text=_("PDF、JPG 或 PNG；请确认签字、日期和公章清晰完整。"),
        widget=forms.ClearableFileInput(
            attrs={"accept": ",".join(e for group in uploads.SCANS.values() for e in group)}
        ),
    )


class DeadlineForm(MoveForm):
    deadline = forms.DateField(
        label=_("补正期限"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("规范未规定补正期限，由秘书处确定。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["deadline"]
        kept = review.earliest_correction_deadline(self.evaluation)
        field.initial = kept or terms.deadline_of("correction", timezone.localdate())
        if kept is not None:
            field.help_text = _(
                "申报单位的补正时间在案卷由秘书处审核期间暂停，恢复后从上次剩余的工作日继续计算；期限不得早于此处预填的日期。"
            )


class PublishForm(MoveForm):
    working_days = forms.IntegerField(
        label=_("公示期（工作日）"),
        max_value=60,
        help_text=_("规范未规定公示期，默认5个工作日，按国务院公布的节假日和调休计算。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["working_days"]
        terms = runtime.read_group("objections")
        least = terms["objection_min_working_days"]
        field.initial = max(least, terms["objection_working_days"])
        field.min_value = least  # type: ignore[attr-defined]
        field.widget.attrs |= {
            "min": least,
            # The last day follows what is typed.
            "hx-get": reverse("evaluation:move", args=[self.evaluation.number, "publish"]),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#publish-period",
            "hx-swap": "outerHTML",
        }
        if settings.EXAMPLE_DATA:
            field.help_text = _(
                "规范未规定公示期，默认5个工作日。示例环境可填0，公示立即期满，便于走完全部流程。"
            )


class ReopenResultForm(ReasonForm):
    back_to = forms.ChoiceField(
        label=_("从哪一步重新办理"),
        choices=lambda: REOPENED.items(),
        widget=forms.RadioSelect,
    )
    field_order = ["back_to", "reason"]


class CorrectionForm(forms.Form):
    """What of a withdrawn result is put right, and why."""

    base_name = forms.CharField(label=_("待评估基地"), max_length=256)
    place = forms.CharField(
        label=_("申报地区或行业"),
        max_length=64,
        help_text=_("写入10.2规定的名称；类别不能在这里改，类别有误须退回重新评审。"),
    )
    reason = forms.CharField(
        label=_("更正的理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("记入案卷，审批人据此审批；申报单位可以看到。"),
    )


class WithdrawResultForm(ReasonForm):
    back_to = forms.ChoiceField(
        label=_("从哪一步重新办理"),
        choices=lambda: BACK_TO.items(),
        widget=forms.RadioSelect,
    )
    field_order = ["back_to", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "在原公示页和更正后的公示上公开；不要写出异议人的姓名、单位或联系方式。"
        )
