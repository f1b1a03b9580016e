"""What people fill in about a base's interface."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dataaccess import windows
from dataaccess.actions import keys
from dataaccess.errors import Invalid
from dataaccess.models import Base
from dataaccess.shapes import TABLES
from dataaccess.words import printed

_MOST_NETWORKS = 50


class NetworksForm(forms.Form):
    """The networks that a key may come from."""

    networks = forms.CharField(
        label=_("来源网段"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("每行一个网段或地址，如 203.0.113.0/24；不填则不限来源。"),
    )

    def clean_networks(self) -> list[str]:
        lines = [line for line in self.cleaned_data["networks"].split() if line]
        if len(lines) > _MOST_NETWORKS:
            raise ValidationError(_("最多填写%(limit)s个网段。"), params={"limit": _MOST_NETWORKS})
        try:
            return keys.known_networks(lines)
        except Invalid as fault:
            raise ValidationError(str(fault)) from None


class KeyUseForm(NetworksForm):
    """What a key of a base is for, and from where: said when it is issued, and anew later."""

    purpose = forms.CharField(
        label=_("用途"),
        required=False,
        max_length=keys.PURPOSE_LENGTH,
        help_text=_("选填，哪个程序使用，如“边缘节点”；更换、吊销时据此辨认。"),
    )
    field_order = ["purpose", "networks"]


class CentreKeyForm(NetworksForm):
    """A new key of a program of the command centre."""

    label = forms.CharField(
        label=_("用途"),
        max_length=100,
        help_text=_("哪个程序使用，如“调度平台（生产）”；吊销时据此辨认。"),
    )
    field_order = ["label", "networks"]


class KeyForm(KeyUseForm):
    """A new key: what for, for which interfaces, from where, until when."""

    scopes = forms.MultipleChoiceField(
        label=_("接口权限"),
        choices=lambda: [(kind, printed(table.title)) for kind, table in TABLES.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=list(keys.ALL_SCOPES),
        error_messages={"required": _("请至少选一项。")},
    )
    until = forms.DateField(
        label=_("有效期至"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("含当天；不填则长期有效，直至吊销。"),
    )
    field_order = ["purpose", "scopes", "networks", "until"]

    def clean_until(self) -> datetime | None:
        """The end of the chosen day."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if day < windows.day_of(timezone.now()):
            raise ValidationError(_("有效期不能早于今天。"))
        return datetime.combine(day + timedelta(days=1), time(), windows.SHANGHAI)


class DowntimeForm(forms.Form):
    """Days on which the base will not report."""

    first_day = forms.DateField(label=_("首日"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(
        label=_("末日"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("含当天。"),
    )
    reason = forms.CharField(
        label=_("原因"),
        max_length=200,
        help_text=_("例如：机房搬迁、电力检修。秘书处可以看到。"),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first, last = said.get("first_day"), said.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("末日不能早于首日。"))
        return said


class DataCallForm(forms.Form):
    """What the centre asks, of whom, and until when."""

    title = forms.CharField(
        label=_("标题"), max_length=100, help_text=_("例如：国庆保障期算力统计。")
    )
    reason = forms.CharField(
        label=_("事由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    interfaces = forms.MultipleChoiceField(
        label=_("需要上报"),
        choices=lambda: [(kind, printed(table.title)) for kind, table in TABLES.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=["compute_report"],
    )
    deadline = forms.DateTimeField(
        label=_("截止时刻"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("北京时间。"),
    )
    bases = forms.ModelMultipleChoiceField(
        label=_("基地"), queryset=Base.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, bases: QuerySet[Base], data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["bases"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = bases


class WindowForm(forms.Form):
    """The base's choice among the three windows of clause 8.4.4 a."""

    window = forms.ChoiceField(
        label=_("上报时段"),
        choices=[(window.name, window.name) for window in windows.WINDOWS],
        widget=forms.RadioSelect,
    )

    def __init__(self, window: str, data: Any = None) -> None:
        super().__init__(data, initial={"window": window})
