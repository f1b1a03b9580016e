"""A complete application form made for given values: what the examples and the tests declare.

Raw rows (enterprises, racks, cards, meters, card-hours) are made so that they derive exactly the
values asked for. Where no plausible rows do, the value is typed, as an applicant may."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from dataaccess import regions
from dataaccess.models import Base
from evaluation.rulebook import Clean, Edition, plain
from evaluation.rulebook.form import declared_values
from portal.accounts.models import Organisation

Rows = list[dict[str, Any]]
Tables = dict[str, dict[str, Any]]

# A base of the province category that qualifies.
PROVINCE_VALUES: dict[str, Any] = {
    "industrial_policy": "4.5",
    "development_plan": "4.5",
    "operation_plan": "4",
    "enterprise_count": "26",
    "industrial_compute_share": "41.5",
    "virtualization": ["compute", "storage", "network"],
    "compute_efficiency": "120",
    "public_service": "4",
    "rd_investment": "640",
    "research_level": "provincial",
    "room_grade": "A",
    "egress_bandwidth": "600",
    "backbone_link": "provincial",
    "storage_capacity": "12",
    "rack_count": "1600",
    "rack_utilization": "71.2",
    "fp16_peak": "1080",
    "energy_metering": True,
    "operations_monitoring": {"round_the_clock": True, "fault_discovery_rate": "99.5"},
    "security_protection": {"level": "3", "assessed": True},
    "disaster_recovery": "5",
    "pue": "1.28",
    "renewable_ratio": "22",
    "domestic_compute_share": "75",
    "domestic_consumption_share": "66",
    "access_architecture": True,
    "access_data_types": True,
    "access_exchange": True,
    "access_timeliness": True,
}

# Derived together from one list of rows: (table, rows field, the indicators).
DERIVED = (
    ("clustering", "enterprises", ("enterprise_count",)),
    ("service", "usage", ("industrial_compute_share", "domestic_consumption_share")),
    ("technical", "racks", ("rack_count", "rack_utilization")),
    ("technical", "cards", ("fp16_peak", "domestic_compute_share")),
    ("technical", "meters", ("pue", "renewable_ratio")),
    ("development", "it_power_kw", ("compute_efficiency",)),
)
ALL_CARD_HOURS = Decimal(12_000_000)
STANDARD_KW = Decimal("2.5")
# Dense FP16 peaks of one card in TFLOPS that examples choose from.
PEAKS = [Decimal(peak) for peak in ("320", "280", "256", "250", "200", "160", "125", "100", "50")]
SECTORS = (("steel", 30), ("machinery", 25), ("chemicals", 20), ("power", 15), ("electronics", 10))
NAMES = ("启元", "恒信", "宏达", "金石", "东方", "远航", "瑞丰", "华昌", "立新", "中正")
TRADES = (
    ("钢铁有限公司", "钢铁：高炉炉况智能诊断与配料优化"),
    ("重型机械有限公司", "机械：大型装备数字样机仿真"),
    ("化工有限公司", "化工：反应过程安全预警模型训练"),
    ("电子科技有限公司", "电子：表面缺陷视觉检测"),
    ("有色金属有限公司", "有色：电解槽能耗优化"),
    ("建材集团有限公司", "建材：窑炉燃烧智能控制"),
    ("轨道装备有限公司", "轨道交通：列车走行部故障预测"),
    ("电力设备有限公司", "电力：变电设备巡检识别"),
)


@dataclass(frozen=True)
class Person:
    """Who is named in the form."""

    name: str
    position: str
    phone: str
    email: str


HEAD = Person("示例负责人赵明", "总经理", "0531-88880001", "head@example.org")
CONTACT = Person("示例联系人林晓", "项目经理", "0531-88880002", "contact@example.org")


def example_tables(
    edition: Edition,
    category: str,
    values: Mapping[str, Any],
    organisation: Organisation,
    base: Base,
    *,
    place: str = "",
    date: str = "2026-03-02",
    first_month: str = "2025-01",
    head: Person = HEAD,
    contact: Person = CONTACT,
) -> Tables:
    """Every table of Appendix A, so that `declared_values` gives exactly `values` (in the form of
    the score contract; what is left out stays undeclared). ValueError for values with faults."""
    parsed = edition.parse_values(values)
    if parsed.faults:
        raise ValueError("; ".join(str(fault) for fault in parsed.faults))
    clean = parsed.values
    tables = _words(edition, category, organisation, base, place, date, head, contact)
    for table in edition.form:
        for asked in table.fields:
            if asked.indicator in clean:
                tables[table.key][asked.key] = _typed(edition, clean, asked.indicator, asked.part)
    rows = _rows(clean, first_month)
    for table_key, field, codes in DERIVED:
        made = rows.get(field)
        if made and all(code in clean for code in codes):
            tables[table_key][field] = made
            if not _derives(edition, tables, clean):
                del tables[table_key][field]
    if declared_values(edition, tables).values != clean:
        raise ValueError("the tables do not declare the values they were made for")
    return tables


def _derives(edition: Edition, tables: Tables, clean: Mapping[str, Clean]) -> bool:
    declared = declared_values(edition, tables)
    return not declared.faults and declared.values == clean


def _typed(edition: Edition, clean: Mapping[str, Clean], code: str, part: str | None) -> Any:
    """The value as the field of the form holds it."""
    value = clean[code]
    if edition.indicator(code).kind == "proof":
        written = code == "access_timeliness"
        return ("commitment" if written else "technical") if value else "none"
    dumped = edition.indicator(code).dump(value)
    return dumped.get(part) if part else dumped


def _rows(clean: Mapping[str, Clean], first_month: str) -> dict[str, Any]:
    """Raw rows for whatever values are numbers."""
    number = {code: value for code, value in clean.items() if isinstance(value, Decimal)}
    made: dict[str, Any] = {}
    if number.get("enterprise_count"):
        made["enterprises"] = enterprises(int(number["enterprise_count"]))
    if {"industrial_compute_share", "domestic_consumption_share"} <= number.keys():
        made["usage"] = usage(
            number["industrial_compute_share"], number["domestic_consumption_share"]
        )
    if {"rack_count", "rack_utilization"} <= number.keys():
        made["racks"] = racks(int(number["rack_count"]), number["rack_utilization"])
    if {"fp16_peak", "domestic_compute_share"} <= number.keys():
        made["cards"] = cards(number["fp16_peak"], number["domestic_compute_share"])
    if {"pue", "renewable_ratio"} <= number.keys():
        made["meters"] = meters(number["pue"], number["renewable_ratio"], first_month)
    if number.get("fp16_peak") and number.get("compute_efficiency"):
        made["it_power_kw"] = it_power(number["fp16_peak"], number["compute_efficiency"])
    return made


def enterprises(count: int) -> Rows:
    """So many distinct example enterprises."""
    rows = []
    for serial in range(count):
        trade, field = TRADES[serial % len(TRADES)]
        name = NAMES[serial // len(TRADES) % len(NAMES)]
        more = serial // (len(TRADES) * len(NAMES))
        kind = "contract" if serial % 3 else "agreement"
        rows.append(
            {
                "name": f"示例{name}{trade}" + (f"第{more + 1}分公司" if more else ""),
                "field": field,
                "document_kind": kind,
                "document": f"{'算力服务合同' if serial % 3 else '战略合作协议'}"
                f" ZS-2025-{serial + 1:03d}",
            }
        )
    return rows


def usage(industrial: Decimal, domestic: Decimal) -> Rows:
    """Card-hours by industry with these shares, in percent."""
    hours = ALL_CARD_HOURS * industrial / 100
    shares = [(sector, hours * part / 100) for sector, part in SECTORS]
    shares.append(("non_industrial", ALL_CARD_HOURS - hours))
    return [
        {
            "sector": sector,
            "domestic_card_hours": plain(amount * domestic / 100),
            "other_card_hours": plain(amount * (100 - domestic) / 100),
        }
        for sector, amount in shares
        if amount
    ]


def racks(count: int, utilization: Decimal) -> Rows | None:
    """Racks that make up so many standard racks, used to this share. A fraction of a standard
    rack in use comes from a few racks of another rated power."""
    used = count * utilization / 100
    whole = int(used)
    fraction = used - whole
    if not fraction:
        return [_rack(STANDARD_KW, count, whole)]
    size = 3 + fraction
    places = -int(fraction.normalize().as_tuple().exponent)
    pieces = 10**places
    rest, rest_used = count - size * pieces, used - size
    if rest < rest_used or rest_used < 0:
        return None
    return [
        _rack(STANDARD_KW, int(rest), int(rest_used)),
        _rack(STANDARD_KW * size, pieces, 1),
    ]


def _rack(rated: Decimal, count: int, in_use: int) -> dict[str, Any]:
    return {"rated_kw": plain(rated), "count": str(count), "in_use": str(in_use)}


def cards(peak: Decimal, domestic: Decimal) -> Rows | None:
    """Cards with this total peak (PFLOPS) and this domestic share (percent)."""
    home = peak * 10 * domestic  # PFLOPS × percent / 100 × 1000
    parts = [("示例国产智算卡 D1", home, True), ("示例智算卡 X2", peak * 1000 - home, False)]
    rows = []
    for model, tflops, is_domestic in parts:
        if not tflops:
            continue
        one = next((size for size in PEAKS if tflops % size == 0), None)
        if one is None:
            return None
        rows.append(
            {
                "model": model,
                "count": plain(tflops / one),
                "peak_tflops": plain(one),
                "domestic": is_domestic,
            }
        )
    return rows or None


def meters(pue: Decimal, renewable: Decimal, first_month: str) -> Rows:
    """Twelve months of meter data with this PUE and this renewable share (percent)."""
    year, month = int(first_month[:4]), int(first_month[5:])
    rows = []
    for step in range(12):
        it = Decimal(4_100_000 + 25_000 * (6 - abs(step - 6)))
        later = month - 1 + step
        rows.append(
            {
                "month": f"{year + later // 12}-{later % 12 + 1:02d}",
                "total_kwh": plain(it * pue),
                "it_kwh": plain(it),
                "renewable_kwh": plain(it * pue * renewable / 100),
            }
        )
    return rows


def it_power(peak: Decimal, efficiency: Decimal) -> str:
    """The IT power (kW) at which this peak (PFLOPS) has this efficiency (GFLOPS/W)."""
    exact = peak * 1_000_000 / efficiency / 1000
    # As few decimals as give the same efficiency once it is cut off after six places.
    for places in range(13):
        power = exact.quantize(Decimal(1).scaleb(-places), ROUND_DOWN)
        if power and (peak * 1000 / power).quantize(Decimal("0.000001"), ROUND_DOWN) == efficiency:
            return plain(power)
    return plain(exact)


def _words(
    edition: Edition,
    category: str,
    organisation: Organisation,
    base: Base,
    place: str,
    date: str,
    head: Person,
    contact: Person,
) -> Tables:
    """Everything that is not an indicator."""
    where = regions.place_name(base.province, base.city) or "示例省示例市"
    address = f"{where}示例大道1号"
    person = {"head": head, "contact": contact}
    return {
        "cover": {
            "applicant_name": organisation.name,
            "address": f"{address}，250000",
            "head_name": head.name,
            "contact_name": contact.name,
            "phone": contact.phone,
            "filled_on": date,
        },
        "organisation": {
            "name": organisation.name,
            "region": base.city or "370100",
            "entity_type": category,
            "website": "https://www.example.org",
            "is_park": True,
            "place_name": place or edition.category(category).naming.example,
        },
        **{
            key: {
                "name": each.name,
                "position": each.position,
                "phone": each.phone,
                "email": each.email,
            }
            for key, each in person.items()
        },
        "base": {
            "contact_address": address,
            "location": f"{where}示例大道1号，智算产业园A区",
            "overview": f"{base.name}位于{where}，占地约120亩，一期建筑面积3.6万平方米，已建成"
            "并投入运行。所在地常住人口约900万，形成装备制造、电子信息、新材料三个千亿级产业集群，"
            "规模以上工业企业约2400家，上年地区生产总值同比增长5.8%。",
        },
        "support": {
            "industrial_policy_text": "基地建设依据国家关于算力基础设施高质量发展的行动计划、"
            f"{where}数字经济发展条例及工业智算专项扶持办法，已列入省级重点项目清单（示例）。"
            "用能、用地、环评手续齐备，符合国家与地方产业政策。",
            "development_plan_text": "规划三年内形成以工业智算为特色的服务体系：成立由分管负责人"
            "牵头的领导小组和常设办公室，设立专项资金，分三期建设，按季度考核进度；每年引进和培育"
            "工业智能企业不少于10家。",
            "operation_plan_text": "面向规模以上工业企业发放算力券，提供模型训练、仿真和推理的"
            "按需服务；设立7×24小时服务台，每季度组织供需对接，跟踪企业使用成效并公开年度报告。",
        },
        "clustering": {},
        "service": {
            "consumption_text": "近一年服务钢铁、机械、化工、电力、电子等行业，支撑高炉诊断、装备"
            "仿真、过程预警、设备巡检和视觉检测等场景，卡时数据由调度平台按租户和行业自动计量。",
            "virtualization_text": "计算资源以容器和虚拟机两种方式切分并统一调度，存储采用分布式"
            "块、文件和对象存储，网络采用软件定义网络，租户间二层隔离，资源按需分配、分钟级交付。",
        },
        "development": {
            "efficiency_text": "采用高密度液冷机柜，按全部算力卡FP16稠密理论峰值与IT设备总功耗"
            "计算单机架算效，功耗取自配电柜实测。",
            "public_service_text": "与高校和行业龙头共建工业智能联合实验室，开放产学研用一体化"
            "平台，按月发布产业信息，常年提供供需对接服务。",
            "rd_text": "研发投入主要用于国产芯片异构适配、多能互补应用和工业大模型训练框架，"
            "以专项审计报告为据。",
            "research_text": "承担省级“人工智能﹢”制造专项课题“工业视觉基础模型研究”（示例立项"
            "编号 2025-SZ-017），参与“数据要素×”试点一项。",
        },
        "other": {
            "features_text": "基地余热用于园区供暖，绿色电力直供比例逐年提高；已形成12个可复制的"
            "工业智能应用案例。",
        },
        "technical": {"technical_text": "各项数值的原始记录见表1相应序号的证明材料。"},
        "data_access": {
            "access_text": "已部署边缘节点并与中央节点联调，选择07:00-08:00时段上报；及时响应"
            "数据统计要求的承诺书见材料10。",
        },
        "opinion": {
            "opinion": "同意申报。我单位将按照规范要求配合评估工作。",
            "truthful": True,
            "signed_on": date,
        },
    }
