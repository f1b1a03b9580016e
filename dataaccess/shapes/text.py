"""How a value may be written: texts, IP lists, times, coordinates. Each form is a pattern that
pydantic checks without calling back into Python, and a function that says what is wrong with a
value the pattern refused. Pure."""

import ipaddress
import re
from datetime import date, datetime
from typing import Any

# Something must stand there, and U+0000, which PostgreSQL cannot keep, must not.
TEXT = r"^[^\x00]*[^\x00\s][^\x00]*$"

_HEX = "[0-9A-Fa-f]{1,4}"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"{_BYTE}(?:\.{_BYTE}){{3}}"


def _ipv6() -> str:
    """Every way to write an IPv6 address: i groups, "::", at most 7 - i more; an IPv4 tail
    stands for two groups."""
    forms = [f"(?:{_HEX}:){{7}}{_HEX}", f"(?:{_HEX}:){{6}}{_IPV4}", f"(?:{_HEX}:){{7}}:"]
    for left in range(7):
        start = f"(?:{_HEX}:){{{left}}}" if left else ":"
        forms.append(f"{start}(?::|(?::{_HEX}){{1,{7 - left}}})")
        if left <= 5:
            forms.append(f"{start}(?::{_HEX}){{0,{5 - left}}}:{_IPV4}")
    return "|".join(forms)


_IP = f"(?:{_IPV4}|{_ipv6()})"
IP_LIST = f"^{_IP}(?:,{_IP})*$"

# From 1900 to 2999: the year 1 is no day of Shanghai's calendar that UTC could hold too.
_YEAR = "(?:19|2[0-9])[0-9]{2}"
_LEAP_YEAR = "(?:(?:19|2[0-9])(?:0[48]|[2468][048]|[13579][26])|2[048]00)"
_DATE = (
    f"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
DATE = f"^{_DATE}$"
TIME = f"^{_DATE} (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"

# BD-09ll is an offset over China only, so a pair outside it is a mistake.
_LONGITUDES = (73.0, 136.0)
_LATITUDES = (3.0, 54.0)
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,12})?")

_BLANKS = " \t\u00a0\u3000"
_COMMA = re.compile(f"[{_BLANKS}]*[,，][{_BLANKS}]*")


def without_blanks(listing: str) -> str:
    """A list with ASCII commas and no blanks around them, as it is stored."""
    return _COMMA.sub(",", listing.strip(_BLANKS))


def explain_ips(listing: str) -> str:
    """What is wrong with a list of addresses that the pattern refused."""
    for number, element in enumerate(without_blanks(listing).split(","), start=1):
        if not element:
            return f"第{number}个地址为空，请去掉多余的逗号。"
        if not _is_address(element):
            return (
                f"第{number}个地址“{shown(element)}”不是 IPv4 或 IPv6 地址，"
                "请填写如 203.0.113.7 或 2001:db8::7，各段不带前导零，多个地址用逗号分隔。"
            )
    return "请填写 IPv4 或 IPv6 地址，多个地址用英文逗号分隔。"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # a zone belongs to one machine


def explain_time(text: str) -> str:
    form = "请按“年-月-日 时:分:秒”填写北京时间，不带时区，如 2024-07-26 10:20:35。"
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", text):
        return f"“{text}”不是真实存在的日期时间（1900年以后）。{form}"
    return f"“{shown(text)}”的格式不正确。{form}"


def explain_date(text: str) -> str:
    form = "请按“YYYY-MM-DD”填写，如 2024-07-26；统计当天数据时可省略本字段。"
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return f"“{text}”不是真实存在的日期（1900年以后）。{form}"
    return f"“{shown(text)}”的格式不正确。{form}"


def location_fault(text: str) -> str:
    """What is wrong with “经度,纬度”; empty where nothing is. Blanks are already taken out."""
    form = "请按“经度,纬度”填写 BD-09ll 坐标，如 116.43351,39.90851。"
    parts = text.split(",")
    if len(parts) != 2 or not all(_DEGREES.fullmatch(part) for part in parts):
        return f"“{shown(text)}”不是一对坐标。{form}"
    first, second = float(parts[0]), float(parts[1])
    if _within(first, _LONGITUDES) and _within(second, _LATITUDES):
        return ""
    if _within(second, _LONGITUDES) and _within(first, _LATITUDES):
        return f"经度与纬度写反了，应为“{parts[1]},{parts[0]}”：{form}"
    return f"“{text}”不在中国境内（经度73至136，纬度3至54）。{form}"


def _within(value: float, span: tuple[float, float]) -> bool:
    return span[0] <= value <= span[1]


def as_date(text: str) -> date:
    return date.fromisoformat(text)


def as_time(text: str) -> datetime:
    """The moment without its zone, as sent."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007


def shown(value: Any, limit: int = 40) -> str:
    """A value as a message may repeat it: short, and writable in UTF-8 whatever it held."""
    text = value if isinstance(value, str) else str(value)
    text = text[:limit] + "…" if len(text) > limit else text
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(mark if mark.isprintable() else "\ufffd" for mark in text)
