"""edge.toml, read strictly: what is not known, missing or of a wrong form is refused, all of it
at once, each with file and key."""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

DEFAULT_PATH = Path("/etc/gyzs-edge/edge.toml")


class ConfigError(ValueError):
    """A file does not hold what it must: one sentence a line, with file and key."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Text = Annotated[str, StringConstraints(min_length=1, max_length=1024, strip_whitespace=True)]


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("应为 http:// 或 https:// 开头的地址，如 https://portal.example.org。")
    if parts.query or parts.fragment or parts.username:
        raise ValueError("地址中不要带用户名、? 或 #，只填协议、主机名和端口。")
    return value.rstrip("/")


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
        if not 0 <= int(port) < 65536:
            raise ValueError
    except ValueError:
        raise ValueError("应为“IP地址:端口”，如 127.0.0.1:8410。") from None
    return value


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise ValueError("应为网段，如 127.0.0.0/8 或 10.1.0.0/16。") from None


def _ip(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError("应为 IPv4 或 IPv6 地址，如 198.51.100.20。") from None


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Address = Annotated[str, AfterValidator(_address)]
Network = Annotated[str, AfterValidator(_network)]
Ip = Annotated[str, AfterValidator(_ip)]
Accelerator = Literal["GPU", "NPU", "DPU", "FPGA", "ASIC"]
T = TypeVar("T")
Listed = Annotated[tuple[T, ...], BeforeValidator(_tuple)]


class NodeSettings(Strict):
    """The machine: its name, where it keeps its data, where it listens."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    state: Text
    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8410"
    status_networks: Listed[Network] = ("127.0.0.0/8", "::1/128")
    tls_certificate: Text | None = None
    tls_key: Text | None = None
    connections: Annotated[int, Field(ge=1, le=1000)] = 64


class CentreSettings(Strict):
    """The command centre, and the window that the base has chosen."""

    address: Address
    key_file: Text
    ca_file: Text | None = None
    window: Literal["07:00-08:00", "12:00-13:00", "19:00-20:00"]
    spread_minutes: Annotated[int, Field(ge=0, le=45)] = 20
    timeout_seconds: Annotated[int, Field(ge=1, le=300)] = 30
    retry_max_seconds: Annotated[int, Field(ge=1, le=3600)] = 300


class OutboxSettings(Strict):
    max_mib: Annotated[int, Field(ge=1, le=1024 * 1024)] = 2048
    reserve_mib: Annotated[int, Field(ge=0, le=1024 * 1024)] = 64
    keep_days: Annotated[int, Field(ge=1, le=3660)] = 190


class BaseInfoSettings(Strict):
    """A JSON file with the 17 fields; sent when it has changed."""

    file: Text


def _positive(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text) or not Decimal(text):
        raise ValueError('应为加引号的正数，如 "0.312"。')
    return text


class Card(Strict):
    """Models (shell patterns) and the dense FP16 peak of one card, in PFLOPS."""

    kind: Accelerator
    models: Listed[Text]
    fp16_pflops: Annotated[str, AfterValidator(_positive)]


class ComputeSettings(Strict):
    """Where the 24 figures come from."""

    prometheus: Address
    queries: Text | None = None
    accelerators: Listed[Accelerator] = ()
    idle_by: Literal["usage", "kubernetes"] = "usage"
    minutes_before_window: Annotated[int, Field(ge=0, le=120)] = 10
    token_file: Text | None = None
    timeout_seconds: Annotated[int, Field(ge=1, le=300)] = 30
    variables: dict[str, str] = {}
    cards: Listed[Card] = ()  # before those of the queries' file


class SourceSettings(Strict):
    """A log file of a detector."""

    type: Literal["suricata", "wazuh", "fail2ban"]
    path: Text
    target: Ip | None = None


class SecuritySettings(Strict):
    mapping: Text | None = None
    every_seconds: Annotated[int, Field(ge=1, le=3600)] = 10
    sources: Listed[SourceSettings] = ()


class Config(Strict):
    node: NodeSettings
    centre: CentreSettings
    outbox: OutboxSettings = OutboxSettings()
    base_info: BaseInfoSettings | None = None
    compute: ComputeSettings | None = None
    security: SecuritySettings | None = None


def load(path: Path) -> Config:
    """The node's configuration. ConfigError names every fault."""
    config = read(Config, path)
    faults = []
    if bool(config.node.tls_certificate) != bool(config.node.tls_key):
        faults.append("node.tls_certificate 与 node.tls_key 应同时填写，或都不填。")
    spread = config.centre.spread_minutes
    for name, listed in (("security.sources", config.security and config.security.sources),):
        paths = [source.path for source in listed or ()]
        if len(set(paths)) < len(paths):
            faults.append(f"{name}: 同一个文件只能出现一次。")
    if spread and spread < 2:
        faults.append("centre.spread_minutes: 应为 0，或 2 至 45。")
    if faults:
        raise ConfigError("\n".join(f"{path}: {fault}" for fault in faults))
    return config


def unreadable(config: Config) -> list[str]:
    """A sentence for each file that the configuration names and that cannot be read. Logs of
    detectors may come later; what the node cannot do without must be there."""
    named = {
        "centre.key_file": config.centre.key_file,
        "centre.ca_file": config.centre.ca_file,
        "node.tls_certificate": config.node.tls_certificate,
        "node.tls_key": config.node.tls_key,
        "base_info.file": config.base_info and config.base_info.file,
        "compute.token_file": config.compute and config.compute.token_file,
    }
    faults = []
    for key, file in named.items():
        if not file:
            continue
        try:
            empty = not Path(file).read_bytes().strip()
        except FileNotFoundError:
            faults.append(f"{key}: 没有文件 {file}，请放好文件或改正路径。")
        except OSError as failure:
            faults.append(f"{key}: 读不了 {file}（{failure.strerror}），请检查权限。")
        else:
            if empty:
                faults.append(f"{key}: 文件 {file} 是空的，请填入内容。")
    return faults


M = TypeVar("M", bound=Strict)


def read(shape: type[M], path: Path) -> M:
    """A TOML file as this shape, or ConfigError with a line for each fault."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: 没有这个文件。") from None
    except (OSError, UnicodeDecodeError) as failure:
        raise ConfigError(f"{path}: 读不了（{failure}）。") from None
    except tomllib.TOMLDecodeError as failure:
        raise ConfigError(f"{path}: 不是有效的 TOML：{failure}") from None
    try:
        return shape.model_validate(document)
    except ValidationError as refusal:
        lines = [_line(path, error) for error in refusal.errors(include_url=False)]
        raise ConfigError("\n".join(lines)) from None


def _line(path: Path, error: Mapping[str, Any]) -> str:
    key = ""
    for part in error["loc"]:
        key += f"[{part}]" if isinstance(part, int) else f".{part}"
    return f"{path}: {key.lstrip('.')}: {_said(error)}"


def _said(error: Mapping[str, Any]) -> str:
    context = error.get("ctx") or {}
    match error["type"]:
        case "missing":
            return "缺少这一项，请补充。"
        case "extra_forbidden":
            return "没有这一项，请核对拼写与所在的表，或去掉。"
        case "string_type":
            return "应为加引号的字符串。"
        case "int_type":
            return "应为整数，不加引号。"
        case "bool_type":
            return "应为 true 或 false。"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "应为一个表，如 [centre]。"
        case "tuple_type" | "list_type":
            return '应为列表，如 ["GPU"]。'
        case "literal_error":
            expected = context["expected"].replace(" or ", "、").replace(", ", "、")
            return f"应为 {expected} 之一。"
        case "greater_than_equal":
            return f"不能小于 {context['ge']}。"
        case "less_than_equal":
            return f"不能大于 {context['le']}。"
        case "string_too_short":
            return "不能为空。"
        case "string_pattern_mismatch":
            return f"“{error['input']}”的格式不正确，应符合 {context['pattern']}。"
        case "value_error":
            return str(context["error"])
    return str(error["msg"])
