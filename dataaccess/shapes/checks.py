"""Checking what a base sent. Every function returns the clean values and all faults. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

from pydantic import TypeAdapter, ValidationError

from dataaccess import regions
from dataaccess.shapes import names, numbers, tables, text, types
from dataaccess.shapes.faults import Fault, fault, from_pydantic
from dataaccess.shapes.repeated import Repeated
from dataaccess.windows import SHANGHAI

_BASE_INFO = TypeAdapter(types.BaseInfo)
_COMPUTE_REPORT = TypeAdapter(types.ComputeReport)
_EVENT = TypeAdapter(types.SecurityEvent)
_EVENTS: TypeAdapter[Any] = TypeAdapter(list[types.SecurityEvent])

# How far an event's time may lie ahead of the server's clock (reading of B.1 攻击时间).
AHEAD = timedelta(hours=24)
Values = dict[str, Any]


class Rejected(TypedDict):
    """One refused event of a batch, by its place in it, counted from 0."""

    index: int
    errors: list[Fault]


def check_base_info(payload: Any) -> tuple[Values, list[Fault]]:
    """The 17 fields of 基地基本信息."""
    sent, faults = _named(tables.BASE_INFO, payload)
    if sent is None:
        return {}, faults
    if isinstance(sent.get("基地所在位置"), str):
        sent["基地所在位置"] = text.without_blanks(sent["基地所在位置"])
    values, more = _validated(_BASE_INFO, sent)
    faulty = {each["field"] for each in more}
    faults += more
    good = {name: value for name, value in sent.items() if name not in faulty}
    faults += _place_faults(good.get("所在省份"), good.get("所在城市"))
    if "基地所在位置" in good and (said := text.location_fault(good["基地所在位置"])):
        code = "swapped" if "写反" in said else "format"
        faults.append(fault("基地所在位置", code, said))
    return values, faults


def _place_faults(province: str | None, city: str | None) -> list[Fault]:
    faults = []
    good_province = province is not None and regions.is_province(province)
    if province is not None and not good_province:
        faults.append(fault("所在省份", "region", _why_no_province(province)))
    if city is not None and not regions.is_city(city):
        faults.append(fault("所在城市", "region", _why_no_city(city)))
    elif city is not None and good_province and not regions.is_city(city, province):
        faults.append(
            fault(
                "所在城市",
                "city_not_in_province",
                f"{city}（{regions.city_name(city)}）不在{province}"
                f"（{regions.province_name(str(province))}），请核对省份与城市代码。",
            )
        )
    return faults


def _why_no_province(code: str) -> str:
    whole = f"{code[:2]}0000"
    if regions.is_province(whole):
        return (
            f"“{text.shown(code)}”不是省级代码，请填写 {whole}（{regions.province_name(whole)}）。"
        )
    return (
        f"“{text.shown(code)}”不在 GB/T 2260-2007 的34个省级代码之中，"
        "请填写六位数字代码，如 370000（山东省）。"
    )


def _why_no_city(code: str) -> str:
    if later := regions.equivalent_2007(code):
        return (
            f"{code}（{later.name}）是2007年之后的代码，本接口采用 GB/T 2260-2007，"
            f"请填写 {later.equivalent}。"
        )
    if prefecture := regions.prefecture_of(code):
        name = regions.city_name(prefecture.code)
        return f"“{text.shown(code)}”不是地市级代码，请填写 {prefecture.code}（{name}）。"
    return (
        f"“{text.shown(code)}”不在 GB/T 2260-2007 的地市级代码之中，"
        "请填写六位数字代码，如 370100（济南市）；直辖市填写 XX0100。"
    )


def check_compute_report(payload: Any, today: date) -> tuple[Values, date, list[Fault]]:
    """The 24 figures of 基地算力信息, floored, and the day they are for."""
    sent, faults = _named(tables.COMPUTE_REPORT, payload)
    if sent is None:
        return {}, today, faults
    values, more = _validated(_COMPUTE_REPORT, sent)
    faulty = {each["field"] for each in more}
    faults += more
    for pair in tables.PAIRS:
        if not faulty & {pair.total, pair.idle}:
            faults += _pair_faults(pair, sent)
    day = today
    if tables.REPORT_DATE in sent and tables.REPORT_DATE not in faulty:
        day = text.as_date(sent[tables.REPORT_DATE])
        if day > today:
            faults.append(
                fault(
                    tables.REPORT_DATE,
                    "future",
                    f"{day} 晚于服务器日期 {today}，请填写当天或更早的日期。",
                )
            )
    values.pop(tables.REPORT_DATE, None)
    return values, day, faults


def _pair_faults(pair: tables.Pair, sent: Values) -> list[Fault]:
    total, idle = numbers.exact(sent[pair.total]), numbers.exact(sent[pair.idle])
    if total is None or idle is None or idle <= total:
        return []
    have, free = f"“{pair.total}”（{text.shown(total)}）", f"“{pair.idle}”（{text.shown(idle)}）"
    return [
        fault(
            pair.total,
            "idle_exceeds_total",
            f"{have}小于{free}：请核对两项，若总量无误则只改空闲。",
        ),
        fault(pair.idle, "idle_exceeds_total", f"{free}大于{have}：空闲不能超过总量，请核对。"),
    ]


def check_events(payloads: Sequence[Any], now: datetime) -> tuple[list[Values], list[Rejected]]:
    """The events of a batch that hold, in their order, and the refused ones with their faults.

    A batch under the printed names with nothing wrong is checked in one call of pydantic; only
    otherwise is each event looked at by itself."""
    latest = (now + AHEAD).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    try:
        good = _EVENTS.validate_python(payloads)
    except ValidationError:
        return _one_by_one(payloads, latest)
    if all(event[tables.EVENT_TIME] <= latest for event in good):
        return good, []
    return _one_by_one(payloads, latest)


def _one_by_one(payloads: Sequence[Any], latest: str) -> tuple[list[Values], list[Rejected]]:
    good: list[Values] = []
    rejected: list[Rejected] = []
    for index, payload in enumerate(payloads):
        values, faults = _check_event(payload, latest)
        if faults:
            rejected.append({"index": index, "errors": faults})
        else:
            good.append(values)
    return good, rejected


def _check_event(payload: Any, latest: str) -> tuple[Values, list[Fault]]:
    sent, faults = _named(tables.SECURITY_EVENT, payload)
    if sent is None:
        return {}, faults
    for name in ("攻击者IP", "攻击目标IP"):
        if isinstance(sent.get(name), str):
            sent[name] = text.without_blanks(sent[name])
    values, more = _validated(_EVENT, sent)
    faults += more
    # The form is fixed, so the order of the texts is the order of the times.
    if not any(each["field"] == tables.EVENT_TIME for each in more):
        time = sent[tables.EVENT_TIME]
        if time > latest:
            faults.append(
                fault(
                    tables.EVENT_TIME,
                    "future",
                    f"{time} 比服务器时间晚24小时以上，请核对时钟与时区（应为北京时间）。",
                )
            )
    return values, faults


def _named(table: tables.Table, payload: Any) -> tuple[Values | None, list[Fault]]:
    if isinstance(payload, Repeated):
        sent, faults = names.resolve(table, payload.values)
        return sent, [*payload.faults(), *faults]
    if not isinstance(payload, dict):
        first = table.fields[0].name
        return None, [fault("", "type", f'{table.title}应为一个 JSON 对象，如 {{"{first}": …}}。')]
    return names.resolve(table, payload)


def _validated(adapter: TypeAdapter[Any], sent: Values) -> tuple[Values, list[Fault]]:
    try:
        return adapter.validate_python(sent), []
    except ValidationError as refusal:
        errors = refusal.errors(include_url=False)
        return {}, [from_pydantic(error) for error in errors]
