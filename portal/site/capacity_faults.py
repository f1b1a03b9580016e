"""What is wrong with the parameters of the capacity API, each in a sentence that says what to send."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from dataaccess.capacity import ACCELERATORS, REGIONS
from dataaccess.shapes import Fault
from dataaccess.shapes.faults import fault
from dataaccess.shapes.text import shown
from portal.site.capacity_form import DOMESTIC, NeedForm

_WHOLE = re.compile(r"[0-9]{1,15}")
_PROVINCE = "370000"


def parameter_faults(form: NeedForm, asked: QueryDict) -> list[Fault]:
    """All of them at once. A program is held to more than a person at the form: a parameter is
    given once, is not empty, and a number is written in digits alone."""
    odd = [each for name in asked if (each := _oddity(form, name, asked.getlist(name)))]
    told = {each["field"] for each in odd}
    return [
        *(
            _fault(name, problem, asked)
            for name, problems in form.errors.as_data().items()
            if name not in told
            for problem in problems
        ),
        *odd,
    ]


def _oddity(form: NeedForm, name: str, values: list[str]) -> Fault | None:
    if name not in form.fields:
        names = _("、").join(form.fields)
        said = _("没有这个参数，请删去或更正拼写；可用的参数：%(names)s。") % {"names": names}
        return fault(shown(name, 64), "unknown", said)
    if len(values) > 1:
        return fault(name, "duplicate", _("这个参数出现了多次，请只保留一个。"))
    if not values[0].strip():
        return fault(name, "empty", _("参数的值为空，请填写，不需要时请删去这个参数。"))
    number = isinstance(form.fields[name], forms.IntegerField)
    if number and not _WHOLE.fullmatch(values[0].removeprefix("-")):
        return fault(name, "invalid", _("应为整数，只写数字，如 100。"))
    return None


def _fault(name: str, problem: ValidationError, asked: QueryDict) -> Fault:
    code = problem.code or "invalid"
    if code == "required":
        return fault(
            name, code, _("缺少必填参数“%(name)s”，请补充。") % {"name": name} + _allowed(name)
        )
    if code == "invalid_choice":
        said = _("“%(value)s”不在可选值之中。") % {"value": shown(asked.get(name, ""))}
        return fault(name, code, said + _allowed(name))
    return fault(name, code, " ".join(map(str, problem.messages)))


def _allowed(name: str) -> str:
    """The values that a choice has; provinces by an example."""
    choices = {
        "accelerator": ACCELERATORS,
        "cards": (DOMESTIC,),
        "area": tuple(REGIONS),
    }.get(name, ())
    listed = _("、").join(choices)
    if name in ("accelerator", "cards"):
        return _("可选值：%(values)s。") % {"values": listed}
    if name == "area":
        return _("可选值：%(values)s，或省级代码如 %(code)s。") % {
            "values": listed,
            "code": _PROVINCE,
        }
    if name == "origin":
        return _("请填写 GB/T 2260-2007 省级代码，如 %(code)s。") % {"code": _PROVINCE}
    return ""
