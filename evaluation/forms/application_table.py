"""One numbered table of the application form (Appendix A) as a Django form.

A draft may be half filled and wrong: nothing is refused on saving. The form keeps what was typed,
and what the rulebook says about it stands beside the field."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from dataaccess import regions
from evaluation.completeness import without_value
from evaluation.edition import reader_language
from evaluation.forms.application import city_groups
from evaluation.forms.kept import kept_bool, kept_number, kept_text
from evaluation.forms.rows import RowsField
from evaluation.rulebook import Edition, Fault, FormField, FormTable, in_language
from evaluation.rulebook.form import table_faults
from evaluation.rulebook.shapes import Column, clause_in

INPUT_TYPES = {"date": "date", "phone": "tel", "email": "email", "url": "url"}
FEW_CHOICES = 5  # up to here choices are shown at once


class TextKept(forms.Field):
    def clean(self, value: Any) -> Any:
        return kept_text(value)


class NumberKept(forms.Field):
    def clean(self, value: Any) -> Any:
        return kept_number(value)


class BoolKept(forms.Field):
    def clean(self, value: Any) -> Any:
        return kept_bool(value)


class TickKept(forms.Field):
    """A commitment: ticked or not answered."""

    def clean(self, value: Any) -> Any:
        return True if value else None


class ListKept(forms.Field):
    def clean(self, value: Any) -> Any:
        return list(value) if value else None


class TableForm(forms.Form):
    """Always bound: to what was sent, or to what is saved."""

    def __init__(
        self, edition: Edition, category: str, table: FormTable, data: Mapping[str, Any]
    ) -> None:
        super().__init__(data)
        self.edition = edition
        self.table = table
        for asked in table.fields:
            if asked.own_page or asked.from_case:
                continue
            self.fields[asked.key] = field_of(edition, category, asked)

    @classmethod
    def saved(
        cls, edition: Edition, category: str, table: FormTable, content: Mapping[str, Any]
    ) -> "TableForm":
        """The form as it is saved."""
        return cls(edition, category, table, as_data(content))

    @property
    def content(self) -> dict[str, Any]:
        """The table in the rulebook's saved form; what is empty is left out."""
        if not hasattr(self, "cleaned_data"):
            self.full_clean()
        return {key: value for key, value in self.cleaned_data.items() if value is not None}

    def show_faults(self, further: Iterable[Fault] = ()) -> None:
        """Put what is wrong beside its field, in the reader's language. Fields that are still
        empty are not wrong; the page names them apart. `further`: faults between tables."""
        english = reader_language() == "en"
        seen = set()
        for fault in (*table_faults(self.table, self.content), *further):
            if fault in seen:
                continue
            seen.add(fault)
            self._show(fault.path, without_value(fault.message_en if english else fault.message))

    def _show(self, path: str, message: str) -> None:
        found = re.fullmatch(
            rf"{self.table.key}\.(?P<field>\w+)(?:\[(?P<row>\d+)\](?:\.(?P<column>\w+))?.*)?", path
        )
        if found is None or found["field"] not in self.fields:
            return
        field = self.fields[found["field"]]
        if found["row"] is None or not isinstance(field, RowsField):
            self.add_error(found["field"], message)
            return
        row = int(found["row"])
        field.widget.errors.setdefault((row, found["column"] or ""), []).append(message)

    def faults(self) -> dict[str, list[str]]:
        """What is wrong, by the id of the input as it was sent; after `show_faults`."""
        found: dict[str, list[str]] = {}
        for key, field in self.fields.items():
            if self.errors.get(key):
                found[f"id_{key}"] = [str(message) for message in self.errors[key]]
            if isinstance(field, RowsField):
                sent = list(field.widget.sent_rows(self.data, key))
                for (row, column), messages in field.widget.errors.items():
                    place = f"id_{key}-{sent[row]}"
                    found[f"{place}-{column}" if column else place] = messages
        return found

    def close_all_but(self, names: Collection[str]) -> None:
        """Show the other fields without letting them be changed; they are not sent either."""
        for name, field in self.fields.items():
            if name not in names:
                field.widget.attrs["disabled"] = True

    def add_blank_rows(self, key: str, count: int) -> None:
        """Show more empty rows than usual: the way to add rows without scripts."""
        field = self.fields.get(key)
        if isinstance(field, RowsField):
            field.widget.blank_rows = count

    def without_row(self, value: str) -> dict[str, Any]:
        """The content without one row, named as its button is: field-number of the sent row."""
        key, _dash, number = value.rpartition("-")
        if key in self.fields and number.isascii() and number.isdigit():
            data = {k: v for k, v in self.data.items() if not k.startswith(f"{key}-{number}-")}
            others = {k: v for k, v in self.content.items() if k != key}
            rows = self.fields[key].clean(
                self.fields[key].widget.value_from_datadict(data, {}, key)
            )
            return {**others, key: rows} if rows else others
        return self.content


def as_data(content: Mapping[str, Any]) -> dict[str, Any]:
    """A saved table as the widgets read it."""
    words = {True: "true", False: "false"}
    return {
        key: words[value] if isinstance(value, bool) else value for key, value in content.items()
    }


def field_of(edition: Edition, category: str, asked: FormField) -> forms.Field:
    """The form field for a field of Appendix A."""
    language = reader_language()
    attrs: dict[str, Any] = {}
    if asked.required:
        attrs["data-required"] = "1"
    unit = in_language(asked, "unit", language)
    if unit:
        attrs["data-unit"] = unit
    field = _bare_field(asked, attrs, language)
    field.label = in_language(asked, "label", language)
    field.help_text = in_language(asked, "help", language)
    field.clause = clause_in(asked.clause, language)  # type: ignore[attr-defined]
    if asked.indicator:
        indicator = edition.indicator(asked.indicator)
        field.clause = indicator.clause  # type: ignore[attr-defined]
        if indicator.kind == "judged":
            field.help_text = _("选填，满分%(points)s分。") % {"points": indicator.points}
        elif indicator.kind != "proof":
            wording = in_language(indicator.requirement(category), "wording", language)
            field.requirement = wording  # type: ignore[attr-defined]
    return field


def _bare_field(asked: FormField, attrs: dict[str, Any], language: str) -> forms.Field:
    match asked.kind:
        case "rows":
            return RowsField(asked)
        case "textarea":
            attrs |= {"rows": 8 if (asked.max_length or 0) > 1000 else 5}
            attrs["data-counter"] = asked.max_length
            return TextKept(required=False, widget=forms.Textarea(attrs))
        case "integer" | "decimal":
            attrs |= {
                "inputmode": "numeric" if asked.kind == "integer" else "decimal",
                "autocomplete": "off",
            }
            return NumberKept(required=False, widget=forms.TextInput(attrs))
        case "bool" if asked.must_be_true:
            return TickKept(
                required=False,
                widget=forms.CheckboxInput(
                    {**attrs, "value": "true"}, check_test=lambda v: v in (True, "true", "on")
                ),
            )
        case "bool":
            return BoolKept(
                required=False,
                widget=forms.RadioSelect(attrs, choices=[("true", _("是")), ("false", _("否"))]),
            )
        case "multichoice":
            return ListKept(
                required=False,
                widget=forms.CheckboxSelectMultiple(attrs, choices=_choices(asked, language)),
            )
        case "choice":
            choices = _choices(asked, language)
            if len(choices) <= FEW_CHOICES:
                return TextKept(required=False, widget=forms.RadioSelect(attrs, choices=choices))
            return TextKept(
                required=False,
                widget=forms.Select(attrs, choices=[("", _("请选择")), *choices]),
            )
        case "region":
            return TextKept(
                required=False,
                widget=forms.Select(attrs, choices=[("", _("请选择")), *city_groups()]),
            )
        case _:
            if asked.max_length and asked.max_length > 64:
                attrs["data-counter"] = asked.max_length
            widget = forms.TextInput(attrs)
            widget.input_type = INPUT_TYPES.get(asked.kind, "text")
            return TextKept(required=False, widget=widget)


def _choices(asked: FormField, language: str) -> list[tuple[str, str]]:
    return [(choice.key, in_language(choice, "label", language)) for choice in asked.choices]


def shown_value(asked: FormField | Column, value: Any) -> str:
    """A saved value as a reader sees it; a value that cannot be read is shown as typed."""
    language = reader_language()
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    labels = {choice.key: in_language(choice, "label", language) for choice in asked.choices}
    if isinstance(value, list):
        return _("、").join(labels.get(str(each), str(each)) for each in value)
    text = labels.get(str(value), str(value))
    if asked.kind == "region":
        return regions.place_name(f"{text[:2]}0000", text, language) or text
    return text
