"""How far two places lie apart, and what round trip light in fibre needs for that at least.
Pure: no framework, no database."""

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SEATS = Path(__file__).parent / "data" / "province_seats.tsv"
_EARTH_KM = 6371.0
# Light in fibre covers some 200 km a millisecond; cables lie about half as long again as the
# straight line. Switches, queues and the access network come on top and are not estimated.
FIBRE_KM_A_MS = 200
DETOUR = 1.5


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees. BD-09ll or WGS-84 alike: their offset of some hundred metres is nothing here."""

    longitude: float
    latitude: float


def kilometres(here: Point, there: Point) -> float:
    """The straight distance over the globe (haversine)."""
    phi, psi = math.radians(here.latitude), math.radians(there.latitude)
    half_up = math.sin((psi - phi) / 2)
    half_across = math.sin(math.radians(there.longitude - here.longitude) / 2)
    chord = half_up**2 + math.cos(phi) * math.cos(psi) * half_across**2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(chord)))


def round_trip_ms(km: float) -> float:
    """The least round trip over so many kilometres, in milliseconds."""
    return 2 * km * DETOUR / FIBRE_KM_A_MS


def reach_km(ms: float) -> float:
    """The straight distance for which a round trip of so many milliseconds suffices."""
    return ms * FIBRE_KM_A_MS / (2 * DETOUR)


def read_location(text: str) -> Point | None:
    """基地所在位置 as reported, "经度,纬度"; None for anything else."""
    longitude, _comma, latitude = text.partition(",")
    try:
        return Point(float(longitude), float(latitude))
    except ValueError:
        return None


def seat_of(province: str) -> Point | None:
    """Where a province's government sits: what stands for a place of which no more is known."""
    return _seats().get(province)


@cache
def _seats() -> dict[str, Point]:
    with _SEATS.open(encoding="utf-8", newline="") as file:
        return {
            row["province"]: Point(float(row["longitude"]), float(row["latitude"]))
            for row in csv.DictReader(file, delimiter="\t")
        }
