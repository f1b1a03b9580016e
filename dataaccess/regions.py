"""Provinces and cities of GB/T 2260-2007, the edition that Table B.1 names for 所在省份, 所在城市.

Codes are strings of six digits. The data stand beside this file: data/gbt2260_2007.tsv holds the
34 provinces, the 344 codes at prefecture level and the counties that stand directly under a
province (with today's name where it changed); data/gbt2260_later.tsv holds the codes that came
after 2007 and the code of 2007 that covers the same place. Pure: no framework, no database."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

_DATA = Path(__file__).parent / "data"
# 北京, 天津, 上海, 重庆: their only city is XX0100, printed there as 市辖区.
_MUNICIPALITIES = ("11", "12", "31", "50")
# The edition holds no city of 台湾, 香港, 澳门: there the province's own code stands for the city.
_WITHOUT_CITIES = ("71", "81", "82")

Level = Literal["province", "prefecture", "county"]


@dataclass(frozen=True, slots=True)
class Region:
    """A place of the 2007 edition. `name_en` is empty below the province."""

    code: str
    name: str
    name_en: str
    level: Level
    present_name: str


@dataclass(frozen=True, slots=True)
class Later:
    """A code that came after the 2007 edition, with the code of 2007 to send instead."""

    code: str
    name: str
    equivalent: str


def provinces() -> tuple[Region, ...]:
    """The 34 provinces in the order of their codes."""
    return tuple(region for region in _regions().values() if region.level == "province")


@cache
def cities_of(province: str) -> tuple[Region, ...]:
    """What may stand as 所在城市 in a province; empty for a code that is no province."""
    here = province[:2]
    if not is_province(province):
        return ()
    if here in _WITHOUT_CITIES:
        return (_regions()[province],)
    if here in _MUNICIPALITIES:
        return (_regions()[f"{here}0100"],)
    return tuple(
        region
        for region in _regions().values()
        if region.level != "province" and region.code[:2] == here and region.code[2:] != "9000"
    )


def is_province(code: str) -> bool:
    region = _regions().get(code)
    return region is not None and region.level == "province"


def is_city(code: str, province: str | None = None) -> bool:
    """Whether a code may stand as 所在城市, in a given province or in any."""
    return code in _city_codes() and (province is None or code[:2] == province[:2])


def province_name(code: str, language: str = "zh") -> str:
    """山东省, or Shandong; empty for an unknown code."""
    region = _regions().get(code)
    if region is None or region.level != "province":
        return ""
    return region.name_en if language.startswith("en") else region.name


def city_name(code: str) -> str:
    """The city's name of today (襄樊市 is 襄阳市 now); empty for an unknown code."""
    region = _regions().get(code)
    if region is None or code not in _city_codes():
        return ""
    if region.code[:2] in _MUNICIPALITIES:
        return _regions()[f"{code[:2]}0000"].name
    return region.present_name


def place_name(province: str, city: str, language: str = "zh") -> str:
    """山东省济南市; a municipality is named once. In English the province has its English name and
    the city, which has none here, its own: Shandong 济南市."""
    first, second = province_name(province), city_name(city)
    if language == "en":
        english = province_name(province, "en")
        return english if first == second or not second else f"{english} {second}"
    return first if first == second else first + second


# What a name may be written without: 山东 for 山东省, 广西 for 广西壮族自治区.
_ENDINGS = ("特别行政区", "自治区", "自治州", "地区", "省", "市", "盟")  # not translated: data


def names_region(text: str, name: str) -> bool:
    """Whether a text is a region's full Chinese name, or its usual short one."""
    short = text.strip()
    for ending in _ENDINGS:
        short = short.removesuffix(ending)
    return len(short) >= 2 and name.startswith(short)


def equivalent_2007(code: str) -> Later | None:
    """What a code of a later edition was in 2007; None where the code is not a later one."""
    return _later().get(code)


def prefecture_of(code: str) -> Region | None:
    """The city a county's code lies in, by its first four digits."""
    whole = f"{code[:4]}00"
    if code[:2] in _MUNICIPALITIES and f"{code[:2]}0000" in _regions():
        whole = f"{code[:2]}0100"
    return _regions().get(whole) if whole in _city_codes() else None


def province_choices(language: str = "zh") -> list[tuple[str, str]]:
    return [(region.code, province_name(region.code, language)) for region in provinces()]


def city_choices(province: str) -> list[tuple[str, str]]:
    return [(region.code, city_name(region.code)) for region in cities_of(province)]


def grouped_city_choices(language: str = "zh") -> list[tuple[str, list[tuple[str, str]]]]:
    """All cities under their province, for one select with groups."""
    return [(name, city_choices(code)) for code, name in province_choices(language)]


@cache
def _city_codes() -> frozenset[str]:
    offered = {city.code for province in provinces() for city in cities_of(province.code)}
    # 省直辖县级行政单位 as a whole: in the edition, though no one would choose it from a list.
    return frozenset(offered | {code for code in _regions() if code[2:] == "9000"})


@cache
def _regions() -> dict[str, Region]:
    return {
        row["code"]: Region(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            level=_level(row["level"]),
            present_name=row["present_name"] or row["name"],
        )
        for row in _rows("gbt2260_2007.tsv")
    }


@cache
def _later() -> dict[str, Later]:
    return {
        row["code"]: Later(row["code"], row["name"], row["equivalent_2007"])
        for row in _rows("gbt2260_later.tsv")
    }


def _level(text: str) -> Level:
    if text in get_args(Level):
        return cast(Level, text)
    raise ValueError(f"gbt2260_2007.tsv: unknown level {text!r}")


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")
