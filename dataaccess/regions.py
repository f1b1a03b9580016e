"""Provinces and cities of GB/T 2260-2007, the edition that Table B.1 names for 所在省份, 所在城市.

Codes are strings of six digits. The data stand beside this file: data/gbt2260_2007.tsv holds the
34 provinces, the 344 codes at prefecture level and the counties that stand directly under a
province (with today's name where it changed, and the English name of the place today: pinyin, or
the established form where there is another, as Hohhot); data/gbt2260_later.tsv holds the codes that came
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
    """A place of the 2007 edition. `name_en` is empty where the name is that of no place (市辖区)."""

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
    name_en: str


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


def city_name(code: str, language: str = "zh") -> str:
    """The city's name of today (襄樊市 is 襄阳市, Xiangyang, now); empty for an unknown code."""
    region = _regions().get(code)
    if region is None or code not in _city_codes():
        return ""
    if region.code[:2] in _MUNICIPALITIES:
        region = _regions()[f"{code[:2]}0000"]
    return region.name_en if language.startswith("en") else region.present_name


def place_name(province: str, city: str, language: str = "zh") -> str:
    """山东省济南市, or Jinan, Shandong; a municipality is named once."""
    first, second = province_name(province, language), city_name(city, language)
    if first == second or not first or not second:
        return first or second
    return f"{second}, {first}" if language.startswith("en") else first + second


def named_with(text: str) -> tuple[list[str], list[str]]:
    """The codes of the provinces and of the cities that have a text in their name, Chinese or
    English, a city's with its province before it (山东省济南市). Nothing for less than two
    characters, or three Latin ones: they stand in nearly all."""
    wanted = text.casefold()
    if len(wanted) < (3 if wanted.isascii() else 2):
        return [], []
    whole = [region.code for region in provinces() if wanted in _searched(region.code)]
    return whole, [code for code in _city_codes() if wanted in _searched(code)]


@cache
def _searched(code: str) -> str:
    """A place's names as they are searched."""
    if is_province(code):
        names = [province_name(code), province_name(code, "en")]
    else:
        province = f"{code[:2]}0000"
        names = [place_name(province, code), city_name(code, "en")]
    return "\n".join(names).casefold()


@cache
def english_of() -> dict[str, str]:
    """The English name of every place that answers name."""
    named = {
        name: region.name_en
        for region in _regions().values()
        if region.name_en
        for name in (region.name, region.present_name)
    }
    return {later.name: later.name_en for later in _later().values() if later.name_en} | named


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


def city_choices(province: str, language: str = "zh") -> list[tuple[str, str]]:
    return [(region.code, city_name(region.code, language)) for region in cities_of(province)]


def grouped_city_choices(language: str = "zh") -> list[tuple[str, list[tuple[str, str]]]]:
    """All cities under their province, for one select with groups."""
    return [(name, city_choices(code, language)) for code, name in province_choices(language)]


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
        row["code"]: Later(row["code"], row["name"], row["equivalent_2007"], row["name_en"])
        for row in _rows("gbt2260_later.tsv")
    }


def _level(text: str) -> Level:
    if text in get_args(Level):
        return cast(Level, text)
    raise ValueError(f"gbt2260_2007.tsv: unknown level {text!r}")


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")
