"""Table B.1 as a list of names, and the dictionaries of Tables B.2 and B.3. Pure data."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["base_info", "compute_report", "security_event"]
KINDS: tuple[Kind, ...] = ("base_info", "compute_report", "security_event")


@dataclass(frozen=True)
class Field:
    """One row of Table B.1.

    `name` is the printed name without its spaces and the one that answers use; `english` is
    accepted too, as is the name with spaces anywhere, and each of `also`."""

    name: str
    english: str
    note: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """The fields of one interface, in the printed order."""

    kind: Kind
    title: str
    fields: tuple[Field, ...]

    @cached_property
    def by_any_name(self) -> dict[str, str]:
        """Every accepted name, spaces taken out, to the field's name."""
        return {
            accepted: field.name
            for field in self.fields
            for accepted in (field.name, field.english, *field.also)
        }


@dataclass(frozen=True)
class Pair:
    """A resource with its total and its idle part: 0 ≤ idle ≤ total (reading of B.1)."""

    key: str
    title: str
    unit: str
    total: str
    idle: str


PARK = "是否为国家级省级产业园区或新型工业化示范基地"
REPORT_DATE = "统计日期"
EVENT_ID = "攻击事件ID"
EVENT_TIME = "攻击时间"
EVENT_METHOD = "攻击手段"
EVENT_ASSET = "被攻击资产类型"
EVENT_ONGOING = "是否仍在攻击"
EVENT_HANDLING = "当前防御处理状态"
EVENT_SEVERITY = "攻击危险程度"
YES, NO = "是", "否"

BASE_INFO = Table(
    "base_info",
    "基地基本信息",
    (
        Field("单位名称", "organisation_name", "256字符以内"),
        Field("所在省份", "province", "GB/T 2260-2007 省级代码，如 370000"),
        Field("所在城市", "city", "GB/T 2260-2007 地市级代码，如 370100；直辖市填写 XX0100"),
        Field("主体类型", "entity_type", "五选一；算力网络枢纽节点为本平台依据 8.2、10.2 的扩展"),
        Field("单位网址", "website", "256字符以内"),
        Field(
            PARK,
            "is_national_or_provincial_park",
            "是、否；表 B.1 印作“师范基地”，两种写法均可",
            (PARK.replace("示范", "师范"),),
        ),
        Field("负责人姓名", "leader_name", "32字符以内"),
        Field("负责人职务", "leader_title", "64字符以内"),
        Field("负责人联系电话", "leader_phone", "32字符以内"),
        Field("负责人邮箱地址", "leader_email", "64字符以内"),
        Field("联系人姓名", "contact_name", "32字符以内"),
        Field("联系人职务", "contact_title", "64字符以内"),
        Field("联系人联系电话", "contact_phone", "32字符以内"),
        Field("联系人邮箱地址", "contact_email", "64字符以内"),
        Field("单位联系地址", "address", "256字符以内"),
        Field("基地所在位置", "location", "BD-09ll 坐标“经度,纬度”，如 116.43351,39.90851"),
        Field("基地概况", "overview", "2048字符以内"),
    ),
)
# The fields that tell of people.
PEOPLE = (
    "负责人姓名", "负责人联系电话", "负责人邮箱地址", "联系人姓名", "联系人联系电话", "联系人邮箱地址",
)  # fmt: skip

PAIRS = (
    Pair("memory", "内存空间", "GB", "内存空间总容量", "空闲内存空间容量"),
    Pair("storage", "存储空间", "GB", "存储空间总容量", "空闲存储空间容量"),
    Pair("uplink_bandwidth", "上行网络带宽", "Mbps", "上行网络带宽总量", "空闲上行网络带宽"),
    Pair("downlink_bandwidth", "下行网络带宽", "Mbps", "下行网络带宽总量", "空闲下行网络带宽"),
    Pair("cpu_cores", "CPU 核数", "核", "CPU总核数", "空闲CPU核数"),
    Pair("gpu", "GPU 算力", "PFLOPS", "GPU总算力", "空闲GPU算力"),
    Pair("dpu", "DPU 算力", "PFLOPS", "DPU总算力", "空闲DPU算力"),
    Pair("npu", "NPU 算力", "PFLOPS", "NPU总算力", "空闲NPU算力"),
    Pair("fpga", "FPGA 算力", "PFLOPS", "FPGA总算力", "空闲FPGA算力"),
    Pair("asic", "ASIC 算力", "PFLOPS", "ASIC总算力", "空闲ASIC算力"),
    Pair("fp16", "FP16 算力", "PFLOPS", "FP16总算力", "空闲FP16算力"),
)
# Idle traffic is printed without a total, so there is nothing to compare it with.
TRAFFIC = (
    ("uplink_traffic", "空闲上行网络流量", "GB"),
    ("downlink_traffic", "空闲下行网络流量", "GB"),
)

_FLOORED = "，小数向下取整"
_PFLOPS = "单位 PFLOPS，小数向下取整；无该类资源填 0"

COMPUTE_REPORT = Table(
    "compute_report",
    "基地算力信息",
    (
        Field("内存空间总容量", "memory_total", f"单位 GB{_FLOORED}"),
        Field("空闲内存空间容量", "memory_idle", f"单位 GB{_FLOORED}"),
        Field("存储空间总容量", "storage_total", f"单位 GB{_FLOORED}"),
        Field("空闲存储空间容量", "storage_idle", f"单位 GB{_FLOORED}"),
        Field("上行网络带宽总量", "uplink_bandwidth_total", f"单位 Mbps{_FLOORED}"),
        Field("空闲上行网络带宽", "uplink_bandwidth_idle", f"单位 Mbps{_FLOORED}"),
        Field("空闲上行网络流量", "uplink_traffic_idle", f"单位 GB{_FLOORED}"),
        Field("下行网络带宽总量", "downlink_bandwidth_total", f"单位 Mbps{_FLOORED}"),
        Field("空闲下行网络带宽", "downlink_bandwidth_idle", f"单位 Mbps{_FLOORED}"),
        Field("空闲下行网络流量", "downlink_traffic_idle", f"单位 GB{_FLOORED}"),
        Field("CPU总核数", "cpu_cores_total", "物理 CPU 核数"),
        Field("空闲CPU核数", "cpu_cores_idle", "空闲物理 CPU 核数"),
        Field("GPU总算力", "gpu_total", _PFLOPS),
        Field("空闲GPU算力", "gpu_idle", _PFLOPS),
        Field("DPU总算力", "dpu_total", _PFLOPS),
        Field("空闲DPU算力", "dpu_idle", _PFLOPS),
        Field("NPU总算力", "npu_total", _PFLOPS),
        Field("空闲NPU算力", "npu_idle", _PFLOPS),
        Field("FPGA总算力", "fpga_total", _PFLOPS),
        Field("空闲FPGA算力", "fpga_idle", _PFLOPS),
        Field("ASIC总算力", "asic_total", _PFLOPS),
        Field("空闲ASIC算力", "asic_idle", _PFLOPS),
        Field("FP16总算力", "fp16_total", f"单位 PFLOPS{_FLOORED}"),
        Field("空闲FP16算力", "fp16_idle", f"单位 PFLOPS{_FLOORED}"),
        Field(REPORT_DATE, "report_date", "可选，YYYY-MM-DD，缺省为当天；早于当天为补报"),
    ),
)

SECURITY_EVENT = Table(
    "security_event",
    "基地安全信息",
    (
        Field(EVENT_ID, "event_id", "128字符以内，在本基地内唯一"),
        Field(EVENT_TIME, "occurred_at", "年-月-日 时:分:秒（北京时间），如 2024-07-26 10:20:35"),
        Field("攻击者IP", "attacker_ips", "IPv4 或 IPv6，多个用逗号分隔，256字符以内"),
        Field("攻击目标IP", "target_ips", "IPv4 或 IPv6，多个用逗号分隔，256字符以内"),
        Field("攻击手段", "method", "表 B.2 编码 G001 至 G012"),
        Field(EVENT_ONGOING, "ongoing", "是、否"),
        Field(EVENT_HANDLING, "handling", "未处理、处理中、已处理"),
        Field("被攻击资产类型", "asset_type", "表 B.3 编码 Z001 至 Z007"),
        Field("攻击事件描述", "description", "512字符以内"),
        Field(EVENT_SEVERITY, "severity", "低、中、高"),
    ),
)

TABLES: dict[Kind, Table] = {
    table.kind: table for table in (BASE_INFO, COMPUTE_REPORT, SECURITY_EVENT)
}
# The 24 figures of a compute report, in the printed order: name → column.
FIGURES = {
    field.name: field.english for field in COMPUTE_REPORT.fields if field.name != REPORT_DATE
}

# Table B.2
ATTACK_METHODS = {
    "G001": "系统漏洞",
    "G002": "拒绝服务攻击",
    "G003": "网络监听",
    "G004": "木马病毒",
    "G005": "后门",
    "G006": "口令碰撞破解",
    "G007": "暴力破解",
    "G008": "Web应用攻击",
    "G009": "网络钓鱼欺骗",
    "G010": "缓冲区溢出",
    "G011": "端口扫描",
    "G012": "其他",
}
# Table B.3
ASSET_TYPES = {
    "Z001": "操作系统",
    "Z002": "中间件服务",
    "Z003": "业务系统",
    "Z004": "网络设备",
    "Z005": "安全系统",
    "Z006": "电子邮箱",
    "Z007": "其他",
}
# The words of both, as the standard prints them.
CODES = {**ATTACK_METHODS, **ASSET_TYPES}
HANDLING = ("未处理", "处理中", "已处理")
SEVERITIES = ("低", "中", "高")
# What events are told apart by: column → the values it may have, the gravest and openest first.
FACETS: dict[str, tuple[str, ...]] = {
    "severity": tuple(reversed(SEVERITIES)),
    "handling": HANDLING,
    "method": tuple(ATTACK_METHODS),
    "asset_type": tuple(ASSET_TYPES),
}
