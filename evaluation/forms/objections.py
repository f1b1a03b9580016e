"""The forms of objections: the public's, the applicant's, the secretariat's."""

from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric

from evaluation import terms, uploads
from evaluation.actions import objections as actions
from evaluation.errors import Refused
from evaluation.models import Objection, ObjectionFile, ObjectionOutcome, ObjectorKind
from portal.accounts.credit_code import validate_credit_code
from portal.contacts.telephone import validate_contact

KEPT_FOR = 24 * 3600
KEPT_SALT = "evaluation.objection_files"


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files in one input."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        chosen = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFilesField, self).clean(one, initial) for one in chosen]


class FilesForm(forms.Form):
    """A form with attachments. What was accepted is kept while the rest is put right: nobody
    uploads a file twice."""

    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    accepted = uploads.MATERIALS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not declared: a form's own `files` are what was sent with it.
        self.fields["letters"] = ManyFilesField(label=_("附件"), required=False)
        self.attached: list[ObjectionFile] = []
        endings = [ending for group in self.accepted.values() for ending in group]
        self.fields["letters"].widget.attrs["accept"] = ",".join(endings)
        self.fields["letters"].help_text = gettext(
            "%(types)s，至多%(count)s个，每个不超过%(limit)s。"
        ) % {
            "types": uploads.names_of(self.accepted),
            "count": actions.FILES_AT_MOST,
            "limit": filesizeformat(settings.SCAN_MAX_BYTES),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.attached = self._kept(data.get("kept", ""))
        for upload in data.get("letters") or []:
            if len(self.attached) >= actions.FILES_AT_MOST:
                self.add_error(
                    "letters",
                    gettext("至多上传%(count)s个文件。") % {"count": actions.FILES_AT_MOST},
                )
                break
            try:
                checked = uploads.check(upload, self.accepted, limit=settings.SCAN_MAX_BYTES)
            except Refused as refusal:
                self.add_error("letters", str(refusal))
            else:
                if checked.sha256 not in {file.sha256 for file in self.attached}:
                    self.attached.append(actions.keep_file(upload, checked))
        if self.attached:
            token = signing.dumps([str(file.pk) for file in self.attached], salt=KEPT_SALT)
            self.data = {**self.data.dict(), self.add_prefix("kept"): token}  # type: ignore[attr-defined]
        return data

    def _kept(self, token: str) -> list[ObjectionFile]:
        try:
            pks = signing.loads(token, salt=KEPT_SALT, max_age=KEPT_FOR) if token else []
        except signing.BadSignature:
            pks = []
        return list(ObjectionFile.objects.filter(pk__in=pks, objection__isnull=True))


class ContentForm(FilesForm):
    content = forms.CharField(
        label=_("异议内容"),
        help_text=_("写明对哪一项结果有异议、事实和理由。"),
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class NamedForm(ContentForm):
    """A form in which who objects is typed."""

    def clean_objector(self) -> str:
        name = str(self.cleaned_data["objector"]).strip()
        if actions.is_nameless(name):
            raise forms.ValidationError(gettext("匿名异议不予受理，请填写真实姓名或单位全称。"))
        return name

    def clean_identity(self) -> str:
        return "".join(str(self.cleaned_data["identity"]).split()).upper()

    def clean(self) -> dict[str, Any]:
        """The number of the document as its kind of objector has it, where it is given."""
        data = super().clean()
        if data.get("kind") == ObjectorKind.PERSON and "contact_person" in data:
            data["contact_person"] = ""  # a person speaks for itself; the page hides the field
        identity = data.get("identity", "")
        if not identity:
            return data
        if data.get("kind") == ObjectorKind.ORGANISATION:
            try:
                validate_credit_code(identity)
            except forms.ValidationError as fault:
                self.add_error("identity", fault)
        elif not _is_identity_document(identity):
            self.add_error(
                "identity", gettext("居民身份证号的校验码不符，请核对；其他证件请写明名称和号码。")
            )
        return data


class ApplicantObjectionForm(ContentForm):
    """From the applicant's own case: who objects is known, whom to ask is not."""

    contact_person = forms.CharField(label=_("联系人"), max_length=64)
    contact = forms.CharField(label=_("联系电话"), max_length=200, validators=[validate_contact])
    email = forms.EmailField(label=_("邮箱地址"), help_text=_("收到和答复时发邮件告知。"))
    field_order = ["contact_person", "contact", "email", "content", "kept"]


class PublicObjectionForm(NamedForm):
    """From anybody, under a real name. A person shows an identity document's number, an
    organisation its credit code and a sealed letter."""

    kind = forms.ChoiceField(
        label=_("以谁的名义提出"),
        choices=ObjectorKind.choices,
        initial=ObjectorKind.PERSON,
        widget=forms.RadioSelect,
    )
    objector = forms.CharField(
        label=_("姓名或单位名称"),
        help_text=_("个人填写真实姓名；单位填写与公章一致的全称。"),
        max_length=200,
    )
    identity = forms.CharField(
        label=_("证件号码"),
        help_text=_(
            "个人填写居民身份证号，没有的填写护照等证件的名称和号码；单位填写统一社会信用代码。"
        ),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    contact_person = forms.CharField(
        label=_("联系人"),
        help_text=_("单位提出的必填；个人提出的不填。"),
        max_length=64,
        required=False,
        # Asked of organisations alone, and hidden from persons.
        widget=forms.TextInput(attrs={"autocomplete": "name", "data-required": "1"}),
    )
    contact = forms.CharField(
        label=_("联系电话"),
        help_text=_("没有电话的，填写邮箱地址或通信地址。"),
        max_length=200,
        validators=[validate_contact],
        widget=forms.TextInput(attrs={"autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label=_("邮箱地址"),
        help_text=_("收到和答复时发邮件告知；不填的，凭编号和查询码查看。"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = [
        "kind", "objector", "identity", "contact_person", "contact", "email", "content",
        "kept",
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        files = self.fields["letters"]
        files.label = _("异议书和证明材料（单位必填）")
        files.help_text = (
            gettext("单位提出的，必须上传加盖公章的异议书扫描件；个人提出的，有证明材料的上传。")
            + files.help_text
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == ObjectorKind.ORGANISATION:
            if not data.get("contact_person", "").strip():
                self.add_error("contact_person", gettext("单位提出异议的，请填写联系人。"))
            if not self.attached and "letters" not in self.errors:
                self.add_error("letters", gettext("单位提出异议的，请上传加盖公章的异议书。"))
        return data


def _is_identity_document(text: str) -> bool:
    """A resident identity card's number with its check digit, or another document's."""
    if text[:-1].isdigit() and len(text) >= 15:
        return bool(ric.is_valid(text))
    return len(text) >= 6 and any(c.isdigit() for c in text)


class LetterForm(NamedForm):
    """A letter that the secretariat puts on record."""

    kind = forms.ChoiceField(
        label=_("来函人"),
        choices=ObjectorKind.choices,
        widget=forms.RadioSelect,
    )
    objector = forms.CharField(
        label=_("异议人"),
        help_text=_("个人填写真实姓名；单位填写全称，且异议材料须加盖公章。匿名异议不予受理。"),
        max_length=200,
    )
    identity = forms.CharField(
        label=_("证件号码"),
        required=False,
        help_text=_(
            "照来函填写：个人为居民身份证或其他证件号码，单位为统一社会信用代码。来函没有写明的留空，先核实身份并记入办理经过。加密保存，查看会记入审计记录。"
        ),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    contact_person = forms.CharField(
        label=_("联系人"), help_text=_("单位来函时填写。"), max_length=64, required=False
    )
    contact = forms.CharField(label=_("联系方式"), max_length=200, validators=[validate_contact])
    email = forms.EmailField(
        label=_("邮箱地址"), required=False, help_text=_("填写的，答复同时发邮件告知。")
    )
    received_on = forms.DateField(
        label=_("收到日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = [
        "kind", "objector", "identity", "contact_person", "contact", "email", "received_on",
        "content", "kept",
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"].initial = timezone.localdate
        self.fields["letters"].label = _("来函扫描件")
        self.fields["content"].help_text = ""


def given(form: ContentForm, **known: str) -> actions.Given:
    """What a valid form says, with what is known of the objector already."""
    asked = ("kind", "objector", "identity", "contact_person", "contact", "email", "content")
    said = {name: form.cleaned_data[name] for name in asked if name in form.cleaned_data}
    return actions.Given(**{"language": get_language() or "", **said, **known})


class StepForm(forms.Form):
    """One step of the handling record."""

    taken_on = forms.DateField(
        label=_("日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    text = forms.CharField(
        label=_("办理经过"),
        help_text=_("例如：电话核实身份；调阅现场记录；请组长说明；答复已邮寄及单号。"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taken_on"].initial = timezone.localdate


class LaterForm(forms.Form):
    """A later day by which it is to be closed."""

    deadline = forms.DateField(
        label=_("新期限"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("预填的日期为从原期限（已逾期的从今天）起再给一个异议办理期限。"),
    )
    reason = forms.CharField(
        label=_("延期理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("将记入办理经过。"),
    )

    def __init__(self, *args: Any, objection: Objection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        begins = max(objection.due_on or timezone.localdate(), timezone.localdate())
        self.fields["deadline"].initial = terms.objection_deadline(begins)


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("办理结果"),
        choices=ObjectionOutcome.choices,
        widget=forms.RadioSelect,
        help_text=_("更正或撤回结果的，先在公示页撤回评估结果。"),
    )
    answer = forms.CharField(
        label=_("处理意见"),
        help_text=_("写明核查经过和结论，将原文告知异议人；办结后不能再改。"),
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    checked = forms.BooleanField(
        label=_("已核对办理结果和处理意见：办结后立即告知异议人，不能修改。"),
        error_messages={"required": _("请核对后勾选，再办结。")},
    )


class StateForm(forms.Form):
    """What opens the state of an objection without an account."""

    number = forms.CharField(
        label=_("异议编号"),
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "YY2026-0001", "autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=_("查询码"),
        max_length=40,
        help_text=_("提交异议后显示的 12 位字母和数字。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
