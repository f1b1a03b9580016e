"""The three bodies of Appendix B as pydantic types. Keys are the names of Table B.1 without
spaces; all fields are required, unknown ones forbidden. Typed dicts, not classes: a batch of
thousands of events is checked without an object for each."""

from typing import Annotated, Literal, NotRequired

from pydantic import BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema, with_config
from typing_extensions import TypedDict

from dataaccess.shapes import numbers, text

Yes = Literal["是", "否"]
EntityType = Literal[
    "经济聚集区域节点",
    "省级节点",
    "城市节点",
    "行业节点",
    "算力网络枢纽节点",  # not printed in Table B.1; 8.2 and 10.2 have it (reading of B.1)
]
Method = Literal[
    "G001", "G002", "G003", "G004", "G005", "G006",
    "G007", "G008", "G009", "G010", "G011", "G012",
]  # fmt: skip
AssetType = Literal["Z001", "Z002", "Z003", "Z004", "Z005", "Z006", "Z007"]
Handling = Literal["未处理", "处理中", "已处理"]
Severity = Literal["低", "中", "高"]

ShortText = Annotated[str, StringConstraints(strict=True, max_length=32, pattern=text.TEXT)]
Text64 = Annotated[str, StringConstraints(strict=True, max_length=64, pattern=text.TEXT)]
Text128 = Annotated[str, StringConstraints(strict=True, max_length=128, pattern=text.TEXT)]
Text256 = Annotated[str, StringConstraints(strict=True, max_length=256, pattern=text.TEXT)]
Text512 = Annotated[str, StringConstraints(strict=True, max_length=512, pattern=text.TEXT)]
Text2048 = Annotated[str, StringConstraints(strict=True, max_length=2048, pattern=text.TEXT)]
Code = Annotated[str, StringConstraints(strict=True, max_length=64, pattern=text.TEXT)]
IpList = Annotated[
    str,
    StringConstraints(strict=True, max_length=256, pattern=text.IP_LIST),
    WithJsonSchema({"type": "string", "maxLength": 256, "pattern": text.IP_LIST}),
]
Time = Annotated[
    str,
    StringConstraints(strict=True, pattern=text.TIME),
    WithJsonSchema({"type": "string", "pattern": text.TIME}),
]
Day = Annotated[
    str,
    StringConstraints(strict=True, pattern=text.DATE),
    WithJsonSchema({"type": "string", "pattern": text.DATE}),
]
Figure = Annotated[
    int,
    BeforeValidator(numbers.floored),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": numbers.LARGEST}),
]

_closed = ConfigDict(extra="forbid")


@with_config(_closed)
class BaseInfo(TypedDict):
    单位名称: Text256
    所在省份: Code
    所在城市: Code
    主体类型: EntityType
    单位网址: Text256
    是否为国家级省级产业园区或新型工业化示范基地: Yes
    负责人姓名: ShortText
    负责人职务: Text64
    负责人联系电话: ShortText
    负责人邮箱地址: Text64
    联系人姓名: ShortText
    联系人职务: Text64
    联系人联系电话: ShortText
    联系人邮箱地址: Text64
    单位联系地址: Text256
    基地所在位置: Code
    基地概况: Text2048


@with_config(_closed)
class ComputeReport(TypedDict):
    内存空间总容量: Figure
    空闲内存空间容量: Figure
    存储空间总容量: Figure
    空闲存储空间容量: Figure
    上行网络带宽总量: Figure
    空闲上行网络带宽: Figure
    空闲上行网络流量: Figure
    下行网络带宽总量: Figure
    空闲下行网络带宽: Figure
    空闲下行网络流量: Figure
    CPU总核数: Figure
    空闲CPU核数: Figure
    GPU总算力: Figure
    空闲GPU算力: Figure
    DPU总算力: Figure
    空闲DPU算力: Figure
    NPU总算力: Figure
    空闲NPU算力: Figure
    FPGA总算力: Figure
    空闲FPGA算力: Figure
    ASIC总算力: Figure
    空闲ASIC算力: Figure
    FP16总算力: Figure
    空闲FP16算力: Figure
    统计日期: NotRequired[Day]


@with_config(_closed)
class SecurityEvent(TypedDict):
    攻击事件ID: Text128
    攻击时间: Time
    攻击者IP: IpList
    攻击目标IP: IpList
    攻击手段: Method
    是否仍在攻击: Yes
    当前防御处理状态: Handling
    被攻击资产类型: AssetType
    攻击事件描述: Text512
    攻击危险程度: Severity
