"""The form that anybody may send when the name is misused, and the secretariat's answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation import queries_public, uploads
from evaluation.actions.misuse import MOST_FILES
from evaluation.forms.annual_review import ACCEPT, SeveralFiles, SeveralFilesInput
from evaluation.models import Certificate, MisuseKind, MisuseOutcome


class MisuseForm(forms.Form):
    """Name and contact are left to whoever reports."""

    kind = forms.ChoiceField(
        label=gettext_lazy("问题类型"),
        choices=MisuseKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择问题类型。")},
    )
    about = forms.CharField(
        label=gettext_lazy("涉及的单位或基地"),
        max_length=200,
        error_messages={"required": gettext_lazy("请填写涉及的单位或基地。")},
    )
    number = forms.CharField(
        label=gettext_lazy("证书编号"),
        max_length=100,
        required=False,
        help_text=gettext_lazy(
            "知道的话填写；不知道可以留空。举报伪造的，照抄看到的编号，名录中没有的也可以填写。"
        ),
    )
    where = forms.CharField(
        label=gettext_lazy("发生的时间、地点或网址"), max_length=300, required=False
    )
    content = forms.CharField(
        label=gettext_lazy("情况说明"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("写明看到或经历的事实；请勿写入与此无关的个人信息。"),
        error_messages={"required": gettext_lazy("请填写情况说明。")},
    )
    attachments = SeveralFiles(label=gettext_lazy("附件"), required=False)
    reporter = forms.CharField(
        label=gettext_lazy("姓名或单位"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("可以不填。填写后仅供秘书处核查，不会告知被举报的单位。"),
    )
    contact = forms.CharField(
        label=gettext_lazy("联系方式"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("可以不填；留下后，需要补充情况时便于联系。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.certificate: Certificate | None = None
        self.fields["attachments"].widget = SeveralFilesInput(attrs={"accept": ACCEPT})
        self.fields["attachments"].help_text = _(
            "%(types)s，最多%(count)s个；如有错误需要改正，请重新选择附件。"
        ) % {"types": uploads.names_of(uploads.MATERIALS), "count": MOST_FILES}

    def clean_number(self) -> str:
        """Of a forged certificate the number that the register has not is the evidence."""
        number = str(self.cleaned_data["number"]).replace("\x00", "").strip()
        self.certificate = queries_public.certificate_of(number) if number else None
        known = not number or self.certificate is not None
        if not known and self.cleaned_data.get("kind") != MisuseKind.FORGED:
            raise forms.ValidationError(
                _(
                    "名录中没有这个编号，请核对；不确定时可以留空。"
                    "证书像是伪造的，问题类型请选“%(forged)s”。"
                )
                % {"forged": MisuseKind.FORGED.label}
            )
        return number

    def to_report(self) -> dict[str, Any]:
        """What the action takes."""
        given = dict(self.cleaned_data)
        number = given.pop("number")
        return {
            "certificate": self.certificate,
            "unknown_number": "" if self.certificate else number,
            "files": given.pop("attachments"),
            **given,
        }


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("核查记录"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("仅秘书处可见。"),
    )


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("核查结论"), choices=MisuseOutcome.choices, widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=gettext_lazy("答复"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("持有回执编号的人都能看到；办结后不能再改。"),
    )
    checked = forms.BooleanField(
        label=gettext_lazy("已核对核查结论和答复：办结后举报人立即可以看到，不能修改。"),
        error_messages={"required": gettext_lazy("请核对后勾选，再办结。")},
    )
