"""What the system administrator may set about the evaluation: how long each step may take, when
is reminded, the objection period, the pattern of certificate numbers, the edition for new cases.
The standard gives no lengths: those here are the portal's, and labelled so."""

import string
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation import steps, workdays
from evaluation.edition import reader_language
from evaluation.rulebook import edition_ids, in_language, load_edition
from evaluation.steps_after import REVIEW_STATES
from portal.ledger import runtime
from portal.ledger.runtime import Days, Line, OneOf, Setting, Whole

# Working days for each state that has a length of its own. The objection period has its own rule,
# a draft has none.
WORKING_DAYS = {
    "submitted": 5,
    "returned": 20,
    "agreement_signing": 10,
    "agreement_countersigning": 5,
    "preliminary_review": 15,
    "correction": 10,
    "site_preparation": 10,
    "site_visit": 15,
    "panel_preparation": 10,
    "panel_scoring": 10,
    "panel_consolidation": 5,
    "result_pending": 5,
    "decision_pending": 10,
}
# The same for the states in which the office has an annual review.
REVIEW_WORKING_DAYS = {"submitted": 15, "rechecking": 10}
# The same for the decision maker, while a correction of what was published waits.
CORRECTION_WORKING_DAYS = 5
# No deadline lies farther ahead.
LONGEST_DAYS = 730


def deadline_of(state: str, begins: date) -> date | None:
    """The last day of a state that begins on this day; None where it has none."""
    if state not in WORKING_DAYS:
        return None
    days = runtime.read(f"deadline_{state}")
    return workdays.after(begins, days) if days else None


def limits() -> dict[str, int]:
    """The working days of each state that has a length; without those that were set to none."""
    read = runtime.read_group("deadlines")
    return {state: read[f"deadline_{state}"] for state in WORKING_DAYS if read[f"deadline_{state}"]}


def review_deadline_of(state: str, begins: date) -> date | None:
    """The last day that the office has for an annual review; None in states of the holder's."""
    if state not in REVIEW_WORKING_DAYS:
        return None
    days = runtime.read(f"deadline_review_{state}")
    return workdays.after(begins, days) if days else None


def correction_deadline(begins: date) -> date | None:
    """The last day that the decision maker has for a correction; None where none is set."""
    days = runtime.read("deadline_result_correction")
    return workdays.after(begins, days) if days else None


def reached(left: int, distances: Iterable[int]) -> int | None:
    """The nearest distance of a reminder that has come, so many days before; none while all lie
    ahead."""
    return next((days for days in sorted(distances) if left <= days), None)


def objection_deadline(received_on: date) -> date | None:
    """The last day that the office has for an objection; None where none is set."""
    days = runtime.read("objection_handling_working_days")
    return workdays.after(received_on, days) if days else None


def postal_address() -> str:
    """Where sealed papers are sent; empty where nobody said so yet."""
    return str(runtime.read("postal_address"))


def _number_pattern(pattern: str) -> None:
    """A certificate number names its serial number, and nothing that is not known."""
    names = {"year", "type", "province", "serial"}
    try:
        used = {name for _text, name, _spec, _how in string.Formatter().parse(pattern) if name}
        unknown = sorted(used - names)
        if unknown:
            raise ValidationError(
                _("不认识%(names)s；可用：%(allowed)s。")
                % {
                    "names": _("、").join(f"{{{name}}}" for name in unknown),
                    "allowed": _("、").join(f"{{{name}}}" for name in sorted(names)),
                }
            )
        made = pattern.format(year=2026, type="SJ", province="37", serial=1)
    except (ValueError, IndexError, KeyError) as fault:
        raise ValidationError(_("大括号不成对或格式不对，例如 {serial:04d}。")) from fault
    if {"year", "serial"} - used:
        raise ValidationError(_("必须包含{year}和{serial}，否则编号会重复。"))
    if len(made) > 64:
        raise ValidationError(_("按此格式生成的编号超过64个字符。"))
    if "/" in made or any(character.isspace() for character in made):
        raise ValidationError(_("编号中不能有空格或斜线。"))


def editions() -> Mapping[str, str]:
    """The editions that are loaded, by the year that names them."""
    return {
        key: f"{key} {in_language(load_edition(key), 'title', reader_language())}"
        for key in edition_ids()
    }


def _deadlines() -> list[Setting]:
    return [
        Setting(
            f"deadline_{state}",
            "deadlines",
            steps.STATES[state].label,
            steps.STATES[state].awaits,
            Whole(0, 250),
            partial(int, days),
            unit=gettext_lazy("个工作日"),
        )
        for state, days in WORKING_DAYS.items()
    ]


def _review_deadlines() -> list[Setting]:
    return [
        Setting(
            f"deadline_review_{state}",
            "deadlines",
            format_lazy(gettext_lazy("年审：{state}"), state=REVIEW_STATES[state].label),
            REVIEW_STATES[state].awaits,
            Whole(0, 250),
            partial(int, days),
            unit=gettext_lazy("个工作日"),
        )
        for state, days in REVIEW_WORKING_DAYS.items()
    ]


SETTINGS = (
    *_deadlines(),
    Setting(
        "deadline_result_correction",
        "deadlines",
        gettext_lazy("更正待审批"),
        gettext_lazy(
            "审批人审批秘书处提请的更正公布的内容；决定后，重新公布的期限从决定之日起算。"
        ),
        Whole(0, 250),
        lambda: CORRECTION_WORKING_DAYS,
        unit=gettext_lazy("个工作日"),
    ),
    *_review_deadlines(),
    Setting(
        "deadline_reminder_days",
        "deadlines",
        gettext_lazy("期限提醒"),
        gettext_lazy("在期限前几天提醒办理人；负数表示逾期后几天。每个天数只提醒一次。"),
        Days(120),
        lambda: [3, 0, -1, -5],
        unit=gettext_lazy("天"),
    ),
    Setting(
        "objection_working_days",
        "objections",
        gettext_lazy("公示期（默认）"),
        gettext_lazy("公布评估结果时预填的公示期，按工作日计算。"),
        Whole(0, 60),
        lambda: settings.OBJECTION_WORKING_DAYS,
        unit=gettext_lazy("个工作日"),
    ),
    Setting(
        "objection_min_working_days",
        "objections",
        gettext_lazy("公示期（最短）"),
        gettext_lazy(
            "公布评估结果时可以选择的最短公示期。填0时可以不设公示期，公布当天即可提请认定；正式使用请填写大于0的天数。"
        ),
        Whole(0, 60),
        lambda: settings.OBJECTION_MIN_WORKING_DAYS,
        unit=gettext_lazy("个工作日"),
    ),
    Setting(
        "objection_handling_working_days",
        "objections",
        gettext_lazy("异议办理期限"),
        gettext_lazy(
            "收到异议之日起多少个工作日内办结并答复，只用于此后收到的异议；按“期限提醒”的天数提醒。填0表示不设期限。"
        ),
        Whole(0, 250),
        lambda: 15,
        unit=gettext_lazy("个工作日"),
    ),
    Setting(
        "review_open_days",
        "certificates",
        gettext_lazy("年审启动"),
        gettext_lazy("在年审应完成之日前几天启动年审并发出年审通知。"),
        Whole(0, 366),
        lambda: settings.REVIEW_OPEN_DAYS,
        unit=gettext_lazy("天"),
    ),
    Setting(
        "review_reminder_days",
        "certificates",
        gettext_lazy("年审提醒"),
        gettext_lazy("在年审应完成之日前几天提醒；负数表示逾期后几天。每个天数只提醒一次。"),
        Days(),
        lambda: settings.REVIEW_REMINDER_DAYS,
        unit=gettext_lazy("天"),
    ),
    Setting(
        "certificate_number_pattern",
        "certificates",
        gettext_lazy("证书编号格式"),
        gettext_lazy(
            "可用 {year} 年份、{type} 类别代码、{province} 省份代码、{serial:04d} 当年流水号。已发证书的编号不变。"
        ),
        Line(_number_pattern),
        lambda: settings.CERTIFICATE_NUMBER_PATTERN,
    ),
    Setting(
        "postal_address",
        "secretariat",
        gettext_lazy("收件地址"),
        gettext_lazy(
            "寄送纸质材料的地址、邮编、收件人和电话，写成一行；显示在申报单位的材料页、提交后的页面和纸质材料页，以及公示和提出异议的页面。"
        ),
        Line(lambda _text: None),
        lambda: settings.POSTAL_ADDRESS,
    ),
    Setting(
        "edition",
        "edition",
        gettext_lazy("新案卷适用的规范版本"),
        gettext_lazy("只影响此后新建的案卷和公开页面；已有案卷始终按建立时的版本评估。"),
        OneOf(editions),
        lambda: settings.EDITION,
        in_standard=True,
    ),
)
