"""The record of an expert, as the secretariat and as the expert fills it in."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation.actions.pool import Facts, Person
from evaluation.models import Expert, Tie
from evaluation.pool import fields
from portal.accounts.forms import CreditCodeField, NameField, TelephoneField

MOST_ROWS = 50
BLANK_ROWS = 1


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **more)


class TieForm(forms.Form):
    """One organisation that binds the expert, beside the employer."""

    kind = forms.ChoiceField(label=_("关系"), choices=Tie.Kind.choices)
    organisation = NameField(label=_("单位名称"), max_length=256, required=False)
    credit_code = CreditCodeField(label=_("统一社会信用代码"), required=False)
    since = _day(_("自"))
    until = _day(_("至"))

    @property
    def is_blank(self) -> bool:
        """Nothing but the preset kind was given."""
        given = ("organisation", "credit_code", "since", "until")
        return not any(self.data.get(self.add_prefix(name), "").strip() for name in given)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_blank:
            return data
        if not data.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", gettext("请填写单位名称。"))
        former = data.get("kind") == Tie.Kind.FORMER
        if former and not data.get("until") and "until" not in self.errors:
            self.add_error("until", gettext("请填写离职日期。"))
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", gettext("结束日期不能早于开始日期。"))
        return data


class AbsenceForm(forms.Form):
    """Days on which the expert cannot come."""

    first_day = _day(_("自"))
    last_day = _day(_("至"))

    @property
    def is_blank(self) -> bool:
        given = ("first_day", "last_day")
        return not any(self.data.get(self.add_prefix(name), "").strip() for name in given)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_blank:
            return data
        for name in ("first_day", "last_day"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, gettext("请填写起止日期。"))
        if data.get("first_day") and data.get("last_day") and data["last_day"] < data["first_day"]:
            self.add_error("last_day", gettext("结束日期不能早于开始日期。"))
        return data


def filled_rows(rows: Any) -> list[Any]:
    """The rows in which something stands; one that was emptied is gone."""
    return [form for form in rows.forms if not form.is_blank]


TieFormSet = forms.formset_factory(
    TieForm, extra=BLANK_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)
AbsenceFormSet = forms.formset_factory(
    AbsenceForm, extra=BLANK_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


class OwnRecordForm(forms.Form):
    """What an expert looks after."""

    phone = TelephoneField(required=False)
    title = NameField(label=_("职称或职务"), max_length=64, required=False)
    employer = NameField(
        label=_("工作单位"), max_length=256, help_text=_("与统一社会信用代码证书上的名称一致。")
    )
    employer_code = CreditCodeField(
        label=_("工作单位统一社会信用代码"), help_text=_("用于判断是否应当回避；18 位，含校验位。")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class RecordForm(OwnRecordForm):
    """The whole record, for the secretariat."""

    name = NameField(label=_("姓名"), max_length=64)
    email = forms.EmailField(label=_("邮箱地址"), help_text=_("邀请和通知寄往此地址，也用于登录。"))
    fields_at_home = forms.MultipleChoiceField(
        label=_("专业领域"), widget=forms.CheckboxSelectMultiple, choices=fields.choices
    )
    term_from = _day(_("聘期自"), help_text=_("空着表示不限。"))
    term_to = _day(_("聘期至"))
    field_order = [
        "name", "email", "phone", "title", "employer", "employer_code", "fields_at_home",
        "term_from", "term_to", "version",
    ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("term_from") and data.get("term_to") and data["term_to"] < data["term_from"]:
            self.add_error("term_to", gettext("聘期结束不能早于开始。"))
        return data

    def person(self) -> Person:
        given = self.cleaned_data
        return Person(name=given["name"], email=given["email"], phone=given["phone"])


class RecordForms:
    """A record's form with its rows of ties and absences, as one."""

    def __init__(
        self, form: type[OwnRecordForm], data: Any = None, record: Expert | None = None
    ) -> None:
        # Only more blank rows were asked for: nothing is saved yet.
        self.only_grows = data is not None and bool(data.get("more"))
        self.form = form(data, initial=_initial(record))
        self.ties = TieFormSet(data, prefix="ties", initial=_ties(record))
        self.absences = AbsenceFormSet(data, prefix="absences", initial=_absences(record))

    def is_valid(self) -> bool:
        # All three are looked at, so that everything that is wrong is said at once.
        return all([self.form.is_valid(), self.ties.is_valid(), self.absences.is_valid()])

    def facts(self) -> Facts:
        given = self.form.cleaned_data
        return Facts(
            title=given["title"],
            employer=given["employer"],
            employer_code=given["employer_code"],
            fields=tuple(given.get("fields_at_home", ())),
            term_from=given.get("term_from"),
            term_to=given.get("term_to"),
            ties=tuple(
                (
                    row.cleaned_data["kind"],
                    row.cleaned_data["organisation"],
                    row.cleaned_data["credit_code"],
                    row.cleaned_data["since"],
                    row.cleaned_data["until"],
                )
                for row in filled_rows(self.ties)
            ),
            absences=tuple(
                (row.cleaned_data["first_day"], row.cleaned_data["last_day"])
                for row in filled_rows(self.absences)
            ),
        )


def _initial(record: Expert | None) -> dict[str, Any]:
    if record is None:
        return {}
    return {
        "name": record.user.name,
        "email": record.user.email,
        "phone": record.user.phone,
        "title": record.title,
        "employer": record.employer,
        "employer_code": record.employer_code,
        "fields_at_home": [row.field for row in record.field_rows.all()],
        "term_from": record.term_from,
        "term_to": record.term_to,
        "version": record.version,
    }


def _ties(record: Expert | None) -> list[dict[str, Any]]:
    names = ("kind", "organisation", "credit_code", "since", "until")
    return list(record.ties.values(*names)) if record is not None else []


def _absences(record: Expert | None) -> list[dict[str, Any]]:
    if record is None:
        return []
    return [dict(each) for each in record.absences.values("first_day", "last_day")]


class RetireForm(forms.Form):
    reason = forms.CharField(
        label=_("退出专家库的理由"),
        help_text=_("将记入专家档案和审计记录。"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
