"""Forms for values as the rulebook knows them, one widget for each kind; the site visit's item."""

import json
import unicodedata
from typing import Any

from django import forms
from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation import uploads
from evaluation.edition import reader_language
from evaluation.models import Side
from evaluation.rulebook import Clean, Fault, Indicator, in_language
from evaluation.rulebook.shapes import Part

NOTHING = "-"  # the box that says: none of these
YES_OR_NO = [("yes", gettext_lazy("是")), ("no", gettext_lazy("否"))]


class NumberField(forms.CharField):
    """An exact number as people type it: full-width digits and grouping blanks are understood, the
    rest is for the rulebook to refuse."""

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "data-unit": unit}
        super().__init__(max_length=60, widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> str:
        typed = unicodedata.normalize("NFKC", super().to_python(value) or "")
        return "".join(typed.split())


class ValueForm(forms.Form):
    """The value of one indicator. Gives `parsed` (what the scorer takes) and `raw` (the
    form of the score contract) once it is valid."""

    def __init__(
        self,
        *args: Any,
        indicator: Indicator,
        held: Any = None,
        label: Any = gettext_lazy("核验值"),
        **kwargs: Any,
    ) -> None:
        self.indicator = indicator
        self.held = held
        self.parsed: Clean | None = None
        self.raw: Any = None
        kwargs["initial"] = {**_initial(indicator, held), **kwargs.get("initial", {})}
        kwargs["prefix"] = indicator.code
        super().__init__(*args, **kwargs)
        values = _value_fields(indicator, label)
        self.value_names = list(values)
        self.fields.update(values)

    @property
    def value_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.value_names]

    @property
    def value_changed(self) -> bool:
        """Whether the value stands otherwise than it was kept."""
        return any(name in self.changed_data for name in self.value_names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.wants_value(cleaned):
            self._read_value(cleaned)
        return cleaned

    def wants_value(self, cleaned: dict[str, Any]) -> bool:
        """Whether a value must be there; a form may be sent for something else."""
        return True

    def _read_value(self, cleaned: dict[str, Any]) -> None:
        blank = [name for name in self.value_names if cleaned.get(name) in ("", None, [])]
        for name in blank:
            if name not in self.errors:
                self.add_error(name, _("请填写此项。"))
        if blank or any(name in self.errors for name in self.value_names):
            return
        raw = _raw(self.indicator, cleaned)
        value, faults = self.indicator.parse(raw)
        for fault in faults:
            self.add_error(self._field_of(fault), _sentence(fault))
        if value is not None:
            self.parsed, self.raw = value, self.indicator.dump(value)

    def _field_of(self, fault: Fault) -> str:
        name = f"value_{fault.path.rpartition('.')[2]}"
        return name if name in self.fields else self.value_names[0]


class SeenField(forms.CharField):
    """The stamp of what the page showed. Alone it is no change of the item."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


# One line each.
TEXTS = {
    "documented": gettext_lazy("证明值（证明材料所载）"),
    "instrument": gettext_lazy("测量仪器或核验方法"),
    "reading": gettext_lazy("仪器读数"),
}


class SiteItemForm(ValueForm):
    """What the site team found for one indicator."""

    def __init__(self, *args: Any, declared: Any = None, **kwargs: Any) -> None:
        self.declared = declared
        super().__init__(*args, **kwargs)
        self.fields["seen"] = SeenField(required=False, widget=forms.HiddenInput)
        for name, label in TEXTS.items():
            self.fields[name] = forms.CharField(label=label, max_length=200, required=False)
        self.fields["unverified"] = forms.BooleanField(
            label=gettext_lazy("此项在现场无法核验"),
            help_text=gettext_lazy("勾选后写明原因，不填核验值；计分时按未提供处理。"),
            required=False,
        )
        self.fields["reason"] = forms.CharField(
            label=gettext_lazy("差异原因"),
            help_text=gettext_lazy("与申报值不一致或无法核验时必填。"),
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.fields["note"] = forms.CharField(
            label=gettext_lazy("备注"),
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        # A tablet offers its camera for what accepts images.
        self.fields["photo"] = forms.FileField(
            label=gettext_lazy("现场照片"),
            required=False,
            widget=forms.FileInput(attrs={"accept": ",".join(uploads.IMAGES)}),
        )
        # What has changed is judged by what the page showed, not by what a colleague saved since.
        for name in [*self.value_names, *TEXTS, "unverified", "reason", "note"]:
            self.fields[name].show_hidden_initial = True

    @property
    def sent_names(self) -> list[str]:
        """The names of this item's inputs on the page of all items."""
        return [name for field in self for name in (field.html_name, field.html_initial_name)]

    @property
    def camera(self) -> SafeString:
        """The input of the device's camera; a script takes its pictures, none is sent by the form."""
        identity = f"camera-{self.indicator.code}"
        widget = forms.FileInput(attrs={"accept": "image/*", "capture": "environment"})
        return widget.render("", None, {"id": identity})

    @property
    def declared_json(self) -> str:
        """The declared value as this form's fields would hold it, as JSON; null where none was
        declared."""
        if self.declared is None:
            return "null"
        filled = _initial(self.indicator, self.declared)
        return json.dumps({name: filled.get(name, "") for name in self.value_names})

    @property
    def texts(self) -> dict[str, str]:
        """What was written beside the value."""
        return {name: self.cleaned_data[name] for name in (*TEXTS, "reason", "note")}

    @property
    def unverified(self) -> bool:
        """Whether the team found that the value cannot be verified."""
        return bool(self.cleaned_data.get("unverified"))

    @property
    def only_photo(self) -> bool:
        """Whether nothing but a photo was sent."""
        return self.changed_data == ["photo"]

    def wants_value(self, cleaned: dict[str, Any]) -> bool:
        return not self.only_photo and not cleaned.get("unverified")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        differs = self.parsed is not None and self.raw != self.declared
        unexplained = not cleaned.get("reason", "").strip()
        if cleaned.get("unverified") and unexplained:
            self.add_error("reason", _("请写明无法核验的原因。"))
        elif differs and unexplained:
            self.add_error("reason", _("核验值与申报值不一致，请写明差异原因。"))
        return cleaned


class SignatureForm(forms.Form):
    """A typed signature of one side. `digest` is that of the findings on the page."""

    side = forms.ChoiceField(choices=Side.choices, widget=forms.HiddenInput)
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    name = forms.CharField(label=gettext_lazy("签字人姓名"), max_length=50)
    position = forms.CharField(label=gettext_lazy("职务"), max_length=50, required=False)
    typed = forms.BooleanField(
        error_messages={
            "required": gettext_lazy(
                "请在签字框内签字；不便手写的，请勾选“以签署姓名代替手写签字”。"
            )
        }
    )


class VisitFileForm(forms.Form):
    """The encrypted file that a device wrote."""

    visit_file = forms.FileField(
        label=gettext_lazy("加密文件"),
        help_text=gettext_lazy("在现场评估页“导出加密文件”得到，扩展名为 .visit。"),
        widget=forms.FileInput(attrs={"accept": ".visit"}),
    )

    def clean_visit_file(self) -> Any:
        sent = self.cleaned_data["visit_file"]
        if sent.size > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(_("文件过大，请在原设备上分批上传。"))
        return sent


def _sentence(fault: Fault) -> str:
    return fault.message_en if reader_language() == "en" else fault.message


def _value_fields(indicator: Indicator, label: Any) -> dict[str, forms.Field]:
    """One field for the value, or one for each part of it."""
    if indicator.kind == "all_of" and indicator.input == "object":
        return {f"value_{part.key}": _part_field(part) for part in indicator.parts}
    return {"value": _single_field(indicator, label)}


def _single_field(indicator: Indicator, label: Any) -> forms.Field:
    language = reader_language()
    if indicator.kind == "ordinal":
        levels = [(level.key, in_language(level, "label", language)) for level in indicator.levels]
        return _choice(label, levels)
    if indicator.kind == "proof" or indicator.input == "flag":
        return _choice(label, YES_OR_NO)
    if indicator.input == "list":
        parts = [(part.key, in_language(part, "label", language)) for part in indicator.parts]
        return forms.MultipleChoiceField(
            label=label,
            required=False,
            choices=[*parts, (NOTHING, gettext_lazy("以上均无"))],
            widget=forms.CheckboxSelectMultiple,
        )
    unit = indicator.unit_en if language == "en" else indicator.unit
    return NumberField(label=label, required=False, unit=unit)


def _part_field(part: Part) -> forms.Field:
    language = reader_language()
    label = in_language(part, "label", language)
    if part.kind == "flag":
        return _choice(label, YES_OR_NO)
    return NumberField(
        label=label, required=False, unit=part.unit_en if language == "en" else part.unit
    )


def _choice(label: Any, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=forms.RadioSelect)


def _raw(indicator: Indicator, cleaned: dict[str, Any]) -> Any:
    """What was typed in the form of the score contract."""
    if "value" in cleaned:
        if indicator.input == "list":
            chosen = cleaned["value"]
            # "None of these" beside something else is a contradiction the rulebook refuses.
            return [] if chosen == [NOTHING] else chosen
        return _raw_single(cleaned["value"], indicator.kind == "proof" or indicator.input == "flag")
    return {
        part.key: _raw_single(cleaned[f"value_{part.key}"], part.kind == "flag")
        for part in indicator.parts
    }


def _raw_single(typed: Any, flag: bool) -> Any:
    return typed == "yes" if flag else typed


def _initial(indicator: Indicator, held: Any) -> dict[str, Any]:
    """What the fields show of a value that is kept in the form of the score contract."""
    if held is None:
        return {}
    if isinstance(held, dict):
        return {f"value_{key}": _shown(part) for key, part in held.items()}
    if isinstance(held, list):
        return {"value": held or [NOTHING]}
    return {"value": _shown(held)}


def _shown(held: Any) -> Any:
    if isinstance(held, bool):
        return "yes" if held else "no"
    return held
