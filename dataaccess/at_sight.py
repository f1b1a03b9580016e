"""What a delivery leaves in doubt by itself, whatever came before it: said in the answer, for nothing
is refused for it. The same at the centre and on an edge node, which only does not know the organisation
that a base is registered for. Pure: no framework, no database."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from dataaccess import extents, regions
from dataaccess.checking import Checked
from dataaccess.distance import read_location
from dataaccess.endings import KEPT as _KEPT
from dataaccess.shapes import tables
from dataaccess.shapes.faults import Fault, fault
from dataaccess.shapes.text import shown
from dataaccess.windows import DAYS_SHOWN

# What Table B.1 leaves free in form, and what a value hardly is without. No reason to refuse.
_CONTACTS = {
    "单位网址": (re.compile(r"[\w-]+(\.[\w-]+)+"), "不像网址，应如 https://www.example.org"),
    "负责人联系电话": (re.compile(r"(\d\D*){7}"), "不像电话号码，应至少有7位数字"),
    "负责人邮箱地址": (
        re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
        "不像邮箱地址，应如 name@example.org",
    ),
}
_CONTACTS |= {
    name.replace("负责人", "联系人"): form
    for name, form in _CONTACTS.items()
    if name.startswith("负责人")
}


def of(checked: Checked, today: date, registered: str = "") -> list[Fault]:
    """The warnings of the answer. `registered`: the organisation, where a base info must be its own."""
    if checked.base_info is not None:
        values = checked.base_info
        return [*_of_name(registered, values), *_of_contacts(values), *_of_location(values)]
    if checked.events is not None:
        return _of_events(checked.events)
    return _of_day(checked.day, today) if checked.day is not None else []


# A warning names so many events; a batch of thousands gets an answer of reasonable size.
_MOST_NAMED = 5
DONE = tables.HANDLING[-1]


def _of_events(events: list[dict[str, Any]]) -> list[Fault]:
    """Events that are dealt with and still going on, as one warning."""
    odd = [
        event[tables.EVENT_ID]
        for event in events
        if event[tables.EVENT_HANDLING] == DONE and event[tables.EVENT_ONGOING] == tables.YES
    ]
    if not odd:
        return []
    named = ", ".join(shown(each) for each in odd[:_MOST_NAMED])
    more = ", …" if len(odd) > _MOST_NAMED else ""
    return [
        fault(
            tables.EVENT_ONGOING,
            "contradiction",
            f"{len(odd)}个事件（{named}{more}）的“{tables.EVENT_HANDLING}”为“{DONE}”，"
            f"“{tables.EVENT_ONGOING}”却为“{tables.YES}”，两项矛盾{_KEPT}",
        )
    ]


def _of_contacts(values: Mapping[str, Any]) -> list[Fault]:
    """Contacts by which nobody could be reached."""
    return [
        fault(name, "contact", f"“{shown(values[name])}”{said}{_KEPT}")
        for name, (form, said) in _CONTACTS.items()
        if not form.search(values[name])
    ]


def _of_name(registered: str, values: Mapping[str, Any]) -> list[Fault]:
    """Another organisation than the base's: the wrong key, or a name that nobody registered."""
    sent = values["单位名称"]
    if not registered:
        return []
    one, other = _plain(sent), _plain(registered)
    # A branch has the name in its own; a short form is part of it.
    if len(one) > 1 and (one in other or other in one):
        return []
    return [
        fault(
            "单位名称",
            "organisation",
            f"“{shown(sent)}”与本基地登记的申报单位“{shown(registered)}”不一致，"
            f"请确认没有误用其他基地的密钥或数据；单位更名请告知秘书处{_KEPT}",
        )
    ]


def _plain(name: str) -> str:
    """A name without what two writings of it differ in: width, case, blanks."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _of_location(values: Mapping[str, Any]) -> list[Fault]:
    """Coordinates far outside the province."""
    province, sent = values["所在省份"], values["基地所在位置"]
    point, extent = read_location(sent), extents.of(province)
    away = extents.kilometres_astray(province, point) if point is not None else 0
    if extent is None or not away:
        return []
    return [
        fault(
            "基地所在位置",
            "far_from_province",
            f"“{shown(sent)}”在“所在省份”{province}（{regions.province_name(province)}）之外"
            f"约{away:.0f}公里；该地约在经度{extent.west}至{extent.east}、"
            f"纬度{extent.south}至{extent.north}之间，请核对坐标与省份代码{_KEPT}",
        )
    ]


def _of_day(day: date, today: date) -> list[Fault]:
    """A makeup report for a day that nobody still looks for."""
    past = (today - day).days
    if past <= DAYS_SHOWN:
        return []
    return [
        fault(
            tables.REPORT_DATE,
            "long_past",
            f"{day} 比服务器日期 {today} 早{past}天，补报一般不超过{DAYS_SHOWN}天，"
            f"请核对年份和月份{_KEPT}",
        )
    ]
