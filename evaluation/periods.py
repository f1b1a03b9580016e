"""The months that the papers of a slot cover, beside what Table 1 asks for (近三年, 连续一年).

A paper covers whole months, both ends included. What is lacking is told and keeps nobody from
submitting: an organisation may be younger than three years, and the secretariat reads the papers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from evaluation.errors import Refused
from evaluation.rulebook.shapes import Material

MONTH = re.compile(r"^(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*月?$")  # not translated: how people type
EARLIEST = 1950
Period = tuple[date, date]


@dataclass(frozen=True)
class Coverage:
    """How the papers of one slot stand to the time that is asked for."""

    asked: int  # months
    months: int  # the longest run without a hole
    first: date | None
    last: date | None
    recent: bool  # whether it reaches up to what 近三年 means today

    @property
    def enough(self) -> bool:
        return self.months >= self.asked and self.recent

    @property
    def words(self) -> str:
        """What it comes to, and what is lacking."""
        if self.first is None or self.last is None:
            return (
                _("请为财务报表等文件填写所覆盖的期间，应覆盖近三年。")
                if self.asked > 12
                else _("请填写文件所覆盖的期间，应覆盖连续十二个月。")
            )
        told = _("连续覆盖%(months)s个月（%(period)s）") % {
            "months": self.months,
            "period": shown(self.first, self.last),
        }
        if self.months < self.asked:
            lacking = _("还差%(months)s个月") % {"months": self.asked - self.months}
            return _("%(told)s，%(lacking)s。") % {"told": told, "lacking": lacking}
        if not self.recent:
            return _("%(told)s，但不是最近三年，请核对。") % {"told": told}
        return _("%(told)s。") % {"told": told}


def coverage(material: Material, periods: Iterable[Period], today: date) -> Coverage | None:
    """None where Table 1 names no time for this slot."""
    if not material.months:
        return None
    first, last = _longest_run(periods)
    if first is None or last is None:
        return Coverage(material.months, 0, None, None, True)
    # The accounts of the last year may still be with the auditors.
    recent = material.period != "three_years" or last.year >= today.year - 2
    return Coverage(material.months, _index(last) - _index(first) + 1, first, last, recent)


def _longest_run(periods: Iterable[Period]) -> tuple[date | None, date | None]:
    """The longest time without a hole; of equal ones the latest."""
    best: Period | None = None
    run: Period | None = None
    for first, last in sorted(periods):
        if run is not None and _index(first) <= _index(run[1]) + 1:
            run = (run[0], max(run[1], last))
        else:
            run = (first, last)
        if best is None or _length(run) >= _length(best):
            best = run
    return best or (None, None)


def _length(period: Period) -> int:
    return _index(period[1]) - _index(period[0])


def _index(month: date) -> int:
    return month.year * 12 + month.month


def shown(first: date | None, last: date | None) -> str:
    """2025年1月至2025年12月; nothing where nothing was said."""
    if first is None or last is None:
        return ""
    return _("%(first)s至%(last)s") % {"first": _month(first), "last": _month(last)}


def _month(day: date) -> str:
    return _("%(year)s年%(month)s月") % {"year": day.year, "month": day.month}


def read_period(first: str, last: str, today: date) -> tuple[date | None, date | None]:
    """What was typed for the first and the last month: 2025-01, 2025/1 or 2025年1月. Both empty:
    nothing is said. Refused in words."""
    if not first.strip() and not last.strip():
        return None, None
    begins = _read_month(first, _("起始月份"))
    ends = _read_month(last, _("截止月份"))
    if begins > ends:
        raise Refused(_("起始月份不能晚于截止月份。"))
    if _index(ends) > _index(today):
        raise Refused(_("截止月份不能晚于本月。"))
    return begins, ends


def _read_month(text: str, label: str) -> date:
    found = MONTH.match(text.strip())
    year, month = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= month <= 12 or not EARLIEST <= year <= 9999:
        raise Refused(
            _("%(label)s“%(text)s”应写为年和月，例如2025-01。")
            % {"label": label, "text": text.strip()}
        )
    return date(year, month, 1)
