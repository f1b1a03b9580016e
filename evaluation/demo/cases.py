"""The ten example cases: which declaration each carries and how far it has come."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DECLARATIONS = Path(__file__).parent / "declarations.json"


@dataclass(frozen=True)
class ExampleCase:
    """One case of the example data. `declaration` counts within declarations.json."""

    declaration: int
    organisation: str
    base_code: str
    base_name: str
    province: str
    city: str
    place: str
    state: str


CASES = (
    ExampleCase(
        2, "guian", "demo-base", "示例贵安工业智算基地", "520000", "520100", "贵州", "certified"
    ),
    ExampleCase(
        0,
        "jinghua",
        "demo-jinghua",
        "示例京华工业智算基地",
        "110000",
        "110100",
        "京津冀",
        "certified",
    ),
    ExampleCase(
        1,
        "qilu",
        "demo-qilu",
        "示例齐鲁工业智算基地",
        "370000",
        "370100",
        "山东省",
        "not_certified",
    ),
    ExampleCase(
        3,
        "helan",
        "demo-helan",
        "示例贺兰山工业智算基地",
        "640000",
        "640500",
        "宁夏",
        "published",
    ),
    ExampleCase(
        7,
        "changsanjiao",
        "demo-changsanjiao",
        "示例长三角工业智算基地",
        "310000",
        "310100",
        "长三角",
        "panel_scoring",
    ),
    ExampleCase(
        6,
        "ulanqab",
        "demo-ulanqab",
        "示例乌兰察布工业智算基地",
        "150000",
        "150900",
        "内蒙古",
        "site_visit",
    ),
    ExampleCase(
        5,
        "chuxiong",
        "demo-chutian",
        "示例楚天工业智算基地",
        "420000",
        "420100",
        "湖北省",
        "preliminary_review",
    ),
    ExampleCase(
        4,
        "luoyang",
        "demo-luoyang",
        "示例洛阳装备工业智算基地",
        "410000",
        "410300",
        "洛阳市",
        "agreement_countersigning",
    ),
    ExampleCase(
        8,
        "gangtie",
        "demo-gangtie",
        "示例钢铁行业智算基地",
        "130000",
        "130200",
        "钢铁",
        "submitted",
    ),
    ExampleCase(
        9, "binhai", "demo-binhai", "示例滨海工业智算基地", "370000", "370700", "潍坊市", "draft"
    ),
)


@cache
def declarations() -> list[dict[str, Any]]:
    """The ten declarations with their expected scores."""
    return list(json.loads(DECLARATIONS.read_text(encoding="utf-8")))
