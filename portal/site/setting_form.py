"""The form of one runtime setting, made from its type."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.ledger.runtime import Days, Line, OneOf, Setting, SomeOf, Whole


class DaysField(forms.CharField):
    """Whole numbers with commas between, the full-width one too."""

    def to_python(self, value: Any) -> Any:
        text = (
            (super().to_python(value) or "").replace("，", ",").replace("、", ",")
        )  # not translated: what may be typed
        text = text.replace("−", "-")
        parts = [part.strip() for part in text.split(",") if part.strip()]
        try:
            return [int(part) for part in parts]
        except ValueError:
            raise ValidationError(_("请填写整数，用逗号隔开，例如 3, 0, -1。")) from None


class SettingForm(forms.Form):
    """Asks for the value of one setting."""

    def __init__(self, *args: Any, setting: Setting, value: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setting = setting
        self.fields["value"] = _field(setting, value)

    def clean_value(self) -> Any:
        return self.setting.type.check(self.cleaned_data["value"])


def _field(setting: Setting, value: Any) -> forms.Field:
    common: dict[str, Any] = {"label": setting.label, "help_text": setting.meaning}
    match setting.type:
        case Whole(least=least, most=most):
            field: forms.Field = forms.IntegerField(initial=value, **common)
            field.widget.attrs |= {"min": least, "max": most}
        case Days():
            shown = ", ".join(map(str, value))
            field = DaysField(required=False, initial=shown, **common)
        case OneOf(options=options):
            field = forms.ChoiceField(choices=list(options().items()), initial=value, **common)
        case SomeOf(options=options):
            field = forms.MultipleChoiceField(
                choices=list(options().items()),
                initial=value,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                **common,
            )
        case Line(most=most):
            field = forms.CharField(max_length=most, initial=value, **common)
    if setting.unit:
        field.widget.attrs["data-unit"] = str(setting.unit)
    return field
