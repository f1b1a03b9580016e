"""34 equal tiles that stand roughly where the provinces lie. Not a map: no border is drawn."""

from dataclasses import dataclass

# Province (GB/T 2260) -> column and row of its tile.
PLACES: dict[str, tuple[int, int]] = {
    "230000": (8, 0),
    "650000": (0, 1), "150000": (6, 1), "220000": (8, 1),
    "620000": (2, 2), "640000": (3, 2), "140000": (5, 2), "110000": (6, 2), "120000": (7, 2),
    "210000": (8, 2),
    "540000": (0, 3), "630000": (1, 3), "610000": (4, 3), "410000": (5, 3), "130000": (6, 3),
    "370000": (7, 3),
    "510000": (3, 4), "500000": (4, 4), "420000": (5, 4), "340000": (6, 4), "320000": (7, 4),
    "310000": (8, 4),
    "530000": (2, 5), "520000": (3, 5), "430000": (5, 5), "360000": (6, 5), "330000": (7, 5),
    "450000": (4, 6), "440000": (5, 6), "350000": (6, 6), "710000": (8, 6),
    "460000": (4, 7), "820000": (5, 7), "810000": (6, 7),
}  # fmt: skip

SHORT_NAMES = {
    "110000": "京", "120000": "津", "130000": "冀", "140000": "晋", "150000": "蒙",
    "210000": "辽", "220000": "吉", "230000": "黑", "310000": "沪", "320000": "苏",
    "330000": "浙", "340000": "皖", "350000": "闽", "360000": "赣", "370000": "鲁",
    "410000": "豫", "420000": "鄂", "430000": "湘", "440000": "粤", "450000": "桂",
    "460000": "琼", "500000": "渝", "510000": "川", "520000": "贵", "530000": "云",
    "540000": "藏", "610000": "陕", "620000": "甘", "630000": "青", "640000": "宁",
    "650000": "新", "710000": "台", "810000": "港", "820000": "澳",
}  # fmt: skip

# The letters that GB/T 2260 gives the provinces, for readers of English.
LETTERS = {
    "110000": "BJ", "120000": "TJ", "130000": "HE", "140000": "SX", "150000": "NM",
    "210000": "LN", "220000": "JL", "230000": "HL", "310000": "SH", "320000": "JS",
    "330000": "ZJ", "340000": "AH", "350000": "FJ", "360000": "JX", "370000": "SD",
    "410000": "HA", "420000": "HB", "430000": "HN", "440000": "GD", "450000": "GX",
    "460000": "HI", "500000": "CQ", "510000": "SC", "520000": "GZ", "530000": "YN",
    "540000": "XZ", "610000": "SN", "620000": "GS", "630000": "QH", "640000": "NX",
    "650000": "XJ", "710000": "TW", "810000": "HK", "820000": "MO",
}  # fmt: skip

TILE = 52
GAP = 4


@dataclass(frozen=True)
class Tile:
    """A province's tile, in units of the drawing."""

    code: str
    short: str
    name: str
    count: int
    x: int
    y: int
    chosen: bool


def tiles(
    names: dict[str, str], counts: dict[str, int], chosen: str, language: str = "zh"
) -> list[Tile]:
    """The tiles in the order of the provinces' codes."""
    short = LETTERS if language.startswith("en") else SHORT_NAMES
    return [
        Tile(
            code,
            short[code],
            names[code],
            counts.get(code, 0),
            PLACES[code][0] * (TILE + GAP),
            PLACES[code][1] * (TILE + GAP),
            code == chosen,
        )
        for code in names
    ]
