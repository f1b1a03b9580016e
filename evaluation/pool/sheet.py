"""The pool of experts as a workbook: its columns, and what people type into them."""

import datetime
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from evaluation.enterprises.rows import clean_code, code_fault
from evaluation.models import Expert, Tie
from evaluation.sheets.rows import Row, Sheet, one_line

MOST_EXPERTS = 1000
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")  # not translated: a way to write
BETWEEN_ENTRIES = "；"
BETWEEN_PARTS = "|"
TO = "至"  # not translated: data
SPAN = r"至|~|～|—|–| - |\bto\b"  # not translated: ways to write
TieCells = tuple[str, str, datetime.date | None, datetime.date | None]


@dataclass(frozen=True)
class PoolColumn:
    """A column of the pool's workbook."""

    key: str
    label: str
    label_en: str
    kind: str  # text, email, credit_code, fields, day, or a kind of tie
    required: bool = False
    max_length: int | None = 256
    choices: tuple[Any, ...] = ()


# Heads of the workbook in both languages: not messages, since a file may come back in the other.
COLUMNS = (
    PoolColumn("name", "姓名", "Name", "text", True, 64),  # not translated: head of a workbook
    PoolColumn("email", "邮箱", "Email", "email", True, 254),  # not translated: head of a workbook
    PoolColumn("phone", "联系电话", "Telephone", "text", False, 32),  # not translated: head
    PoolColumn("title", "职称或职务", "Title", "text", False, 64),  # not translated: head
    PoolColumn("fields", "专业领域", "Fields", "fields", True),  # not translated: head
    PoolColumn("employer", "工作单位", "Employer", "text", True),  # not translated: head
    PoolColumn(
        "employer_code", "单位信用代码", "Employer's credit code", "credit_code", True, 18,  # not translated: head
    ),
    PoolColumn("term_from", "聘期自", "Term from", "day", False, 16),  # not translated: head
    PoolColumn("term_to", "聘期至", "Term until", "day", False, 16),  # not translated: head
    PoolColumn("former", "曾任职单位", "Former employers", "former", False, 4000),  # not translated: head
    PoolColumn("consultancy", "咨询单位", "Consultancies", "consultancy", False, 4000),  # not translated: head
    PoolColumn("conflict", "其他利害关系单位", "Other ties", "conflict", False, 4000),  # not translated: head
    PoolColumn("away", "不便参加的日期", "Days away", "away", False, 4000),  # not translated: head
)  # fmt: skip


def pool_sheet() -> Sheet:
    """The pool as a workbook asks for it."""
    return Sheet(
        title=_("专家名单"),
        columns=COLUMNS,
        max_rows=MOST_EXPERTS,
        notes=(
            _("请在“专家名单”页自第2行起逐行填写，一行一位专家；不要改动第1行的列名。"),
            _("同一邮箱为同一位专家。"),
            _("最多%(count)s行。填好后在“导入Excel”页上传，系统先检查，由您确认后才写入专家库。")
            % {"count": MOST_EXPERTS},
        ),
        read_cell=_read_cell,
        rule=_rule,
    )


def identity(row: Row) -> str:
    """By what an expert is the same."""
    return row.get("email", "").casefold()


def row_of(record: Expert) -> Row:
    """A record as a row of the workbook."""
    ties: dict[str, list[str]] = {}
    for tie in record.ties.all():
        ties.setdefault(tie.kind, []).append(
            _entry(tie.kind, (tie.organisation, tie.credit_code, tie.since, tie.until))
        )
    return {
        "name": record.user.name,
        "email": record.user.email,
        "phone": record.user.phone,
        "title": record.title,
        "fields": "、".join(row.field for row in record.field_rows.all()),  # not translated: data
        "employer": record.employer,
        "employer_code": record.employer_code,
        "term_from": str(record.term_from or ""),
        "term_to": str(record.term_to or ""),
        **{kind: BETWEEN_ENTRIES.join(entries) for kind, entries in ties.items()},
        "away": BETWEEN_ENTRIES.join(
            _stretch(each.first_day, each.last_day) for each in record.absences.all()
        ),
    }


def day_of(text: str | None) -> datetime.date | None:
    """The day that a clean cell holds."""
    return datetime.date.fromisoformat(text) if text else None


def fields_in(text: str) -> tuple[str, ...]:
    """The fields of a cell; what is not in the list of fields stays as typed."""
    named = {_(field).casefold(): field for field in settings.EXPERT_FIELDS}
    parts = [part for part in re.split(r"[、，,;；/\s]+", text) if part]
    return tuple(dict.fromkeys(str(named.get(part.casefold(), part)) for part in parts))


def ties_in(
    row: Row,
) -> tuple[tuple[str, str, str, datetime.date | None, datetime.date | None], ...]:
    """All ties of a clean row."""
    return tuple(
        (kind, *_parts(kind, entry))
        for kind in Tie.Kind.values
        for entry in _entries(row.get(kind, ""))
    )


def days_away(row: Row) -> tuple[tuple[datetime.date, datetime.date], ...]:
    """The days away of a clean row, as first and last of each stretch."""
    stretches = (entry.split(TO) for entry in _entries(row.get("away", "")))
    return tuple(
        (datetime.date.fromisoformat(days[0]), datetime.date.fromisoformat(days[-1]))
        for days in stretches
    )


def _stretch(first: datetime.date, last: datetime.date) -> str:
    return str(first) if first == last else f"{first}{TO}{last}"


def _read_cell(column: PoolColumn, typed: Any) -> tuple[str, str]:
    if isinstance(typed, datetime.datetime):
        typed = typed.date()
    text = one_line(typed)
    if not text:
        return "", ""
    if column.max_length and len(text) > column.max_length:
        return text, _("最多%(count)s个字") % {"count": column.max_length}
    match column.kind:
        case "email":
            return text, _email_fault(text)
        case "credit_code":
            return clean_code(text), code_fault(clean_code(text))
        case "fields":
            return _read_fields(text)
        case "day":
            return _read_day(text)
        case "former" | "consultancy" | "conflict":
            return _read_ties(column.kind, text)
        case "away":
            return _read_days_away(text)
    return text, ""


def _email_fault(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        return _("邮箱地址不正确")
    return ""


def _read_fields(text: str) -> tuple[str, str]:
    found = fields_in(text)
    unknown = [each for each in found if each not in settings.EXPERT_FIELDS]
    fault = ""
    if unknown:
        fault = _("没有“%(unknown)s”领域，应为：%(fields)s") % {
            "unknown": _("、").join(unknown),
            "fields": _("、").join(_(field) for field in settings.EXPERT_FIELDS),
        }
    return "、".join(found), fault  # not translated: data


def _read_day(text: str) -> tuple[str, str]:
    found = DAY.fullmatch(text)
    if found:
        try:
            return datetime.date(*(int(part) for part in found.groups())).isoformat(), ""
        except ValueError:
            pass
    return text, _("应为日期，如2026-07-01")


def _entries(text: str) -> list[str]:
    return [entry.strip() for entry in re.split(r"[；;\n]", text) if entry.strip()]


def _read_ties(kind: str, text: str) -> tuple[str, str]:
    """Each entry: name|code|…; what is wrong is said with the number of the entry."""
    clean, faults = [], []
    for number, entry in enumerate(_entries(text.replace("｜", BETWEEN_PARTS)), start=1):
        parts = [part.strip() for part in entry.split(BETWEEN_PARTS)]
        fault = _tie_fault(kind, parts)
        if fault:
            faults.append(_("第%(number)s项：%(fault)s") % {"number": number, "fault": fault})
            clean.append(entry)
        else:
            clean.append(_entry(kind, _parts(kind, entry)))
    return BETWEEN_ENTRIES.join(clean), _("；").join(faults)


def _read_days_away(text: str) -> tuple[str, str]:
    """Each entry: a day, or the first and the last of a stretch."""
    clean, faults = [], []
    for number, entry in enumerate(_entries(text), start=1):
        read = [_read_day(part.strip()) for part in re.split(SPAN, entry)]
        fault = next((wrong for _day, wrong in read if wrong), "")
        if not fault and (len(read) > 2 or read[-1][0] < read[0][0]):
            fault = _("结束日期不能早于开始日期。")
        if fault:
            faults.append(_("第%(number)s项：%(fault)s") % {"number": number, "fault": fault})
        clean.append(entry if fault else TO.join(dict.fromkeys(day for day, _wrong in read)))
    return BETWEEN_ENTRIES.join(clean), _("；").join(faults)


def _tie_fault(kind: str, parts: list[str]) -> str:
    most = {"former": 3, "consultancy": 4, "conflict": 2}[kind]
    if not parts[0]:
        return _("缺单位名称")
    if len(parts) > most:
        return _("竖线多于%(count)s个") % {"count": most - 1}
    if len(parts) > 1 and parts[1] and code_fault(clean_code(parts[1])):
        return code_fault(clean_code(parts[1]))
    days = [part for part in parts[2:] if part]
    for part in days:
        _day, fault = _read_day(part)
        if fault:
            return fault
    if kind == "former" and not days:
        return _("缺离职日期")
    if kind == "consultancy" and len(days) == 2 and _read_day(days[1]) < _read_day(days[0]):
        return _("结束日期不能早于开始日期。")
    return ""


def _parts(kind: str, entry: str) -> TieCells:
    """Name, code, since, until of a sound entry."""
    parts = [part.strip() for part in entry.split(BETWEEN_PARTS)] + ["", "", ""]
    days = [day_of(_read_day(part)[0]) if part else None for part in parts[2:4]]
    code = clean_code(parts[1])
    if kind == "former":
        return parts[0], code, None, days[0]
    return parts[0], code, days[0], days[1]


def _entry(kind: str, cells: TieCells) -> str:
    name, code, since, until = cells
    days = {"former": [until], "consultancy": [since, until], "conflict": []}[kind]
    parts = [name, code, *(str(day or "") for day in days)]
    return BETWEEN_PARTS.join(parts).rstrip(BETWEEN_PARTS)


def _rule(column: PoolColumn) -> str:
    match column.kind:
        case "email":
            return _("邀请和通知寄往此地址，也用于登录。")
        case "credit_code":
            return _("18位，以文本填写，末位为校验位；用于判断回避")
        case "fields":
            return _("可填多个，用顿号隔开：%(fields)s") % {
                "fields": _("、").join(_(field) for field in settings.EXPERT_FIELDS)
            }
        case "day":
            return _("日期，如2026-07-01；空着表示不限")
        case "former":
            return _("每家写“单位名称|信用代码|离职日期”，多家用分号隔开")
        case "consultancy":
            return _(
                "每家写“单位名称|信用代码|开始日期|结束日期”，仍在咨询的不写结束日期，多家用分号隔开"
            )
        case "conflict":
            return _("每家写“单位名称|信用代码”，多家用分号隔开")
        case "away":
            return _("写“2026-12-01至2026-12-05”或一个日期，多段用分号隔开；空着不改动已有的日期")
    return _("文字，最多%(count)s个字") % {"count": column.max_length or 256}
