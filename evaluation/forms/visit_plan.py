"""Forms for the plan of a visit, and for the applicant's answer to it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation import workdays
from evaluation.actions.visit_plans import Plan
from evaluation.models import Assignment, Declaration, VisitPlan
from evaluation.rulebook import Indicator
from portal.contacts.telephone import validate_telephone

DAYS_AHEAD = 5  # working days: what a new plan proposes
LONGEST = timedelta(days=30)
# A usual day; the maker changes what differs.
USUAL_DAY = (
    ("09:00", "09:30", gettext_lazy("首次会议：介绍评估组，核对日程和分工")),
    ("09:30", "12:00", gettext_lazy("现场核验：机房、算力与存储、网络")),
    ("14:00", "16:30", gettext_lazy("现场核验：能耗计量、运维与安全、数据接入")),
    ("16:30", "17:30", gettext_lazy("评估组内部汇总")),
    ("17:30", "18:00", gettext_lazy("末次会议：通报核验结果，双方签字")),
)


def _day_field(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)


class PlanForm(forms.Form):
    first_day = _day_field(gettext_lazy("开始日期"))
    last_day = _day_field(gettext_lazy("结束日期"))
    place = forms.CharField(label=gettext_lazy("集合地点"), max_length=200)
    contact_name = forms.CharField(label=gettext_lazy("现场联系人"), max_length=50)
    contact_phone = forms.CharField(
        label=gettext_lazy("联系人电话"), max_length=50, validators=[validate_telephone]
    )
    preparation = forms.CharField(
        label=gettext_lazy("请申报单位准备"),
        help_text=gettext_lazy("例如：原始记录、监测系统账号、进入机房的手续、陪同人员。"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("结束日期不能早于开始日期。"))
        elif first and last and last - first > LONGEST:
            self.add_error("last_day", _("现场评估最长为31天，请核对日期。"))
        # A visit under way may be planned anew: only what has not begun must lie ahead.
        if first and first < timezone.localdate() and first != self.initial.get("first_day"):
            self.add_error("first_day", _("开始日期已过，请改为今天或以后。"))
        return cleaned


class ScheduleRow(forms.Form):
    """One line of the schedule; a blank one is left out."""

    day = _day_field(gettext_lazy("日期"))
    begins = forms.TimeField(
        label=gettext_lazy("开始"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    ends = forms.TimeField(
        label=gettext_lazy("结束"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    what = forms.CharField(label=gettext_lazy("内容"), max_length=200)
    who = forms.CharField(
        label=gettext_lazy("参加人"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("全体")}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.empty_permitted and not self.is_bound:
            for field in self.fields.values():  # no asterisk on a line that may stay blank
                field.required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", _("结束时间须晚于开始时间。"))
        return cleaned


class ScheduleRows(forms.BaseFormSet):
    """The schedule; each row within the days of the visit. A row that was emptied is no row."""

    def initial_form_count(self) -> int:
        return 0 if self.is_bound else super().initial_form_count()

    def check_days(self, first: Any, last: Any) -> bool:
        """Whether every row lies on a day of the visit; the rows say so where not."""
        good = True
        for form in self.forms:
            day = form.cleaned_data.get("day") if form.is_valid() else None
            if day and not first <= day <= last:
                form.add_error("day", _("此日期不在现场评估期间内。"))
                good = False
        return good

    @property
    def rows(self) -> list[dict[str, str]]:
        """In the order of time, as the plan keeps them."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("what")]
        rows.sort(key=lambda row: (row["day"], row["begins"]))
        return [
            {
                "day": row["day"].isoformat(),
                "begins": f"{row['begins']:%H:%M}",
                "ends": f"{row['ends']:%H:%M}" if row["ends"] else "",
                "what": row["what"],
                "who": row["who"],
            }
            for row in rows
        ]


Schedule = forms.formset_factory(ScheduleRow, formset=ScheduleRows, extra=2, max_num=60)


class VerifiersForm(forms.Form):
    """Who verifies each indicator; the whole team where nobody is named."""

    prefix = "verifier"

    def __init__(
        self, *args: Any, indicators: Iterable[Indicator], team: Iterable[Assignment], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(member.expert_id), member.expert.name) for member in team]
        for indicator in indicators:
            self.fields[indicator.code] = forms.ChoiceField(
                label=indicator.name, required=False, choices=[("", gettext_lazy("全组")), *people]
            )

    @property
    def chosen(self) -> dict[str, int]:
        return {code: int(expert) for code, expert in self.cleaned_data.items() if expert}


class ChangeForm(forms.Form):
    """The applicant asks for another date."""

    reason = forms.CharField(
        label=gettext_lazy("申请改期的理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    day = _day_field(gettext_lazy("建议的日期"), required=False)

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("建议的日期已过，请改为今天或以后。"))
        return day


def initial_plan(plan: VisitPlan | None, declared: Declaration | None) -> dict[str, Any]:
    """What the form begins with: the newest version, or a proposal with the place and the contact
    person of the application form."""
    if plan is None:
        day = workdays.after(timezone.localdate(), DAYS_AHEAD)
        return {"first_day": day, "last_day": day, **_declared(declared)}
    return {name: getattr(plan, name) for name in PlanForm.base_fields}


def _declared(declaration: Declaration | None) -> dict[str, str]:
    tables = declaration.tables if declaration else {}
    person, base = tables.get("contact") or {}, tables.get("base") or {}
    return {  # the form's fields are wider than a plan's
        "place": base.get("location", "")[:200],
        "contact_name": person.get("name", "")[:50],
        "contact_phone": person.get("phone", "")[:50],
    }


def initial_schedule(plan: VisitPlan | None) -> list[dict[str, Any]]:
    if plan is not None:
        return list(plan.schedule)
    day = workdays.after(timezone.localdate(), DAYS_AHEAD).isoformat()
    return [
        {"day": day, "begins": begins, "ends": ends, "what": str(what), "who": ""}
        for begins, ends, what in USUAL_DAY
    ]


def plan_of(form: PlanForm, schedule: Any, verifiers: VerifiersForm) -> Plan:
    """The plan that three valid forms hold."""
    return Plan(**form.cleaned_data, schedule=schedule.rows, verifiers=verifiers.chosen)
