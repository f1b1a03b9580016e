"""Forms of the account pages."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.html import escape
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts import links, passwords, scans
from portal.accounts.actions import evidence as scan_actions
from portal.accounts.credit_code import validate_credit_code
from portal.accounts.errors import Refused
from portal.accounts.models import Evidence, MemberRole, Organisation, Role, User
from portal.contacts import masking
from portal.contacts.telephone import validate_telephone


class CreditCodeField(forms.CharField):
    """统一社会信用代码, put right where it was only typed carelessly."""

    default_validators = [validate_credit_code]

    def to_python(self, value: Any) -> str:
        return "".join((super().to_python(value) or "").split()).upper()


class NameField(forms.CharField):
    """A name in one line."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


class TelephoneField(NameField):
    """A telephone number at which somebody can be called."""

    default_validators = [validate_telephone]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("联系电话"))
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})
        )
        super().__init__(max_length=32, **kwargs)


class ScanForm(forms.Form):
    """A form with one scan. A scan that was accepted is kept while the rest is put right: nobody
    uploads it twice."""

    scan = forms.FileField(
        required=False,
        widget=forms.FileInput(attrs={"accept": scans.EXTENSIONS, "data-required": "1"}),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    scan_label = _("扫描件")
    scan_missing = _("请上传扫描件。")
    evidence: Evidence | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scan"].label = self.scan_label
        self.fields["scan"].help_text = gettext("PDF、JPG 或 PNG，不超过%(limit)s。") % {
            "limit": filesizeformat(settings.SCAN_MAX_BYTES)
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        upload = data.get("scan")
        try:
            if upload is not None:
                self.evidence = scan_actions.keep(upload, scans.check(upload))
            elif data.get("kept"):
                self.evidence = self._kept(data["kept"])
        except Refused as refusal:
            self.add_error("scan", str(refusal))
        else:
            if self.evidence is None and "scan" not in self.errors:
                self.add_error("scan", str(self.scan_missing))
        if self.evidence is not None:
            kept = links.kept_token(str(self.evidence.pk))
            self.data = {**self.data.dict(), self.add_prefix("kept"): kept}  # type: ignore[attr-defined]
            self.fields["scan"].help_text = gettext(
                "已上传“%(name)s”，无需重新选择；如选择新文件则替换。"
            ) % {"name": escape(self.evidence.name)}
            # Bound fields take their help when they are made, which is before this.
            self["scan"].help_text = self.fields["scan"].help_text
        return data

    def _kept(self, token: str) -> Evidence | None:
        pk = links.kept_by(token)
        found = Evidence.objects.filter(pk=pk).first() if pk else None
        return None if found is None or scan_actions.is_used(found) else found


class RegistrationForm(ScanForm):
    """登记单位, by its future owner."""

    name = NameField(
        label=_("单位名称"),
        max_length=256,
        help_text=_("与公章和营业执照完全一致。"),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    credit_code = CreditCodeField(
        label=_("统一社会信用代码"),
        help_text=_("营业执照上的 18 位代码，含校验位。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    person_name = NameField(
        label=_("您的姓名"),
        max_length=64,
        help_text=_("您将成为本单位在平台上的负责人，可以邀请同事。"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("邮箱地址"),
        help_text=_("用于登录和接收通知；请使用您本人的单位邮箱。"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = TelephoneField()
    committed = forms.BooleanField(
        label=_("我已阅读并代表本单位作出上述承诺"),
        error_messages={"required": _("请阅读承诺书并勾选。")},
    )
    scan_label = _("营业执照")
    scan_missing = _("请上传营业执照。")
    field_order = ["name", "credit_code", "scan", "kept", "person_name", "email", "phone"]

    def to_register(self) -> dict[str, Any]:
        asked = ("name", "credit_code", "person_name", "email", "phone")
        return {
            **{name: self.cleaned_data[name] for name in asked},
            "licence": self.evidence,
            "language": get_language() or settings.LANGUAGE_CODE,
        }


class JoinForm(forms.Form):
    """申请加入 a registered organisation: its owners are told."""

    credit_code = CreditCodeField(label=_("统一社会信用代码"))
    person_name = NameField(label=_("您的姓名"), max_length=64)
    email = forms.EmailField(label=_("邮箱地址"), help_text=_("请使用单位负责人认得的邮箱。"))
    words = forms.CharField(
        label=_("给负责人的话"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OwnerGoneForm(ScanForm):
    """负责人变更: the secretariat is asked for help, with the organisation's letter."""

    credit_code = CreditCodeField(label=_("统一社会信用代码"))
    person_name = NameField(label=_("新负责人姓名"), max_length=64)
    email = forms.EmailField(label=_("新负责人邮箱地址"))
    phone = TelephoneField()
    words = forms.CharField(
        label=_("情况说明"),
        max_length=1000,
        help_text=_("例如原负责人已离职、邮箱已注销。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    scan_label = _("加盖公章的授权书")
    scan_missing = _("请上传加盖公章的授权书。")


class InviteForm(forms.Form):
    """邀请成员."""

    name = NameField(label=_("姓名"), max_length=64)
    email = forms.EmailField(label=_("邮箱地址"), help_text=_("邀请链接寄往此地址。"))
    member_role = forms.ChoiceField(
        label=_("成员角色"),
        choices=MemberRole.choices,
        initial=MemberRole.EDITOR,
        widget=forms.RadioSelect,
    )


class AcceptForm(forms.Form):
    """接受邀请: what the new member has to say."""

    name = NameField(
        label=_("姓名"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = TelephoneField(required=False)
    password1 = forms.CharField(
        label=_("密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("再次输入密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password1"].help_text = passwords.rules()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, again = data.get("password1"), data.get("password2")
        if first and again and first != again:
            self.add_error("password2", gettext("两次输入的密码不一致。"))
        if first:
            self.user.name = data.get("name", "")
            try:
                validate_password(first, self.user)
            except ValidationError as fault:
                self.add_error("password1", fault)
        return data


class HandOverForm(forms.Form):
    """移交负责人."""

    successor = forms.ModelChoiceField(
        label=_("接任的成员"), queryset=User.objects.none(), empty_label=_("请选择")
    )
    stay_as = forms.ChoiceField(
        label=_("移交后，我"),
        required=False,
        choices=[
            (MemberRole.EDITOR, _("留任填报人")),
            (MemberRole.VIEWER, _("留任查看人")),
            ("", _("退出本单位")),
        ],
        initial=MemberRole.EDITOR,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = members  # type: ignore[attr-defined]


class NameChangeForm(ScanForm):
    """更名申请."""

    new_name = NameField(
        label=_("新名称"), max_length=256, help_text=_("与变更后的公章和营业执照完全一致。")
    )
    scan_label = _("变更通知书或新营业执照")
    scan_missing = _("请上传登记机关的变更通知书或新营业执照。")
    field_order = ["new_name", "scan", "kept"]


class RefusalForm(forms.Form):
    """The reason of a refusal; the action says when it is missing."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=1000,
        help_text=_("申请人将在邮件中收到这段文字。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AppointForm(forms.Form):
    """The secretariat makes a new owner."""

    name = NameField(label=_("新负责人姓名"), max_length=64)
    email = forms.EmailField(label=_("新负责人邮箱地址"))
    leaving = forms.ModelMultipleChoiceField(
        label=_("同时终止这些负责人的账号"),
        required=False,
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("仅在确认其已离开该单位时勾选。"),
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=1000,
        help_text=_("核对了哪些证明、与谁核实过；记入审计记录。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leaving"].queryset = owners  # type: ignore[attr-defined]
        self.fields["leaving"].label_from_instance = (  # type: ignore[attr-defined]
            lambda user: f"{user.name}（{masking.email(user.email)}）"
        )


class OrganisationForm(forms.ModelForm):
    class Meta:
        model = Organisation
        fields = ["name", "credit_code"]

    def clean_credit_code(self) -> str:
        return str(self.cleaned_data["credit_code"]).strip().upper()


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["username", "name", "email", "phone", "role", "organisation", "member_role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].empty_label = gettext("无")  # type: ignore[attr-defined]
        role = self.fields["role"]
        known = [choice for choice in role.choices if choice[0]]  # type: ignore[attr-defined]
        role.choices = [("", gettext("请选择")), *known]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("role") == Role.APPLICANT and not data.get("organisation"):
            self.add_error("organisation", gettext("申报单位的账号须选择所属单位。"))
        return data


class DetailsForm(forms.ModelForm):
    """What can be put right of an account; an applicant's organisation is not among it."""

    class Meta:
        model = User
        fields = ["name", "email", "phone", "organisation"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = gettext(
            "更改邮箱后账号停用，由安全管理员核对并重新启用后方可登录。"
        )
        self.fields["organisation"].empty_label = gettext("无")  # type: ignore[attr-defined]
        if self.instance.role == Role.APPLICANT:
            del self.fields["organisation"]


def add_refusal(form: forms.BaseForm, refusals: Iterable[str] | Refused) -> None:
    """Show a refusal at the top of the form that was sent, with all that was typed kept."""
    sentences = [str(refusals)] if isinstance(refusals, Refused) else refusals
    for sentence in sentences:
        form.add_error(None, sentence)
