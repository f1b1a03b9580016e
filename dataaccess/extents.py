"""Between which degrees a province lies, by its outermost points: coarse, good for telling that a place
is far from it. Pure: no framework, no database."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dataaccess.distance import Point, kilometres

# A province's extent is known by its outermost points only, and BD-09 is some hundred metres off.
_FAR_KM = 50
_EXTENTS = Path(__file__).parent / "data" / "province_extents.tsv"


@dataclass(frozen=True, slots=True)
class Extent:
    """Degrees; islands belong to it."""

    west: float
    east: float
    south: float
    north: float

    def kilometres_to(self, point: Point) -> float:
        """0 for a point within."""
        nearest = Point(
            min(max(point.longitude, self.west), self.east),
            min(max(point.latitude, self.south), self.north),
        )
        return kilometres(point, nearest)


def of(province: str) -> Extent | None:
    return _extents().get(province)


def kilometres_astray(province: str, point: Point) -> float:
    """How far a place lies from the province that it is said to lie in; 0 where the two may agree."""
    extent = of(province)
    away = extent.kilometres_to(point) if extent is not None else 0
    return away if away > _FAR_KM else 0


@cache
def _extents() -> dict[str, Extent]:
    with _EXTENTS.open(encoding="utf-8", newline="") as file:
        return {
            row["province"]: Extent(
                float(row["west"]), float(row["east"]), float(row["south"]), float(row["north"])
            )
            for row in csv.DictReader(file, delimiter="\t")
        }
