"""One line of a detector's log as an alert: Suricata EVE JSON, Wazuh alerts JSON, fail2ban."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from dataaccess.edge.collect.mapping import Source
from dataaccess.windows import SHANGHAI

_FAIL2BAN = re.compile(
    r"(?P<at>\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}),\d+ +fail2ban\.actions +\[\d+\]: +"
    r"(?:NOTICE|WARNING) +\[(?P<jail>[^\]]+)\] +(?P<act>Ban|Unban|Restore Ban) +(?P<ip>\S+)"
)


class NoAlert(Exception):
    """A line of the log that tells of no attack."""


class Broken(Exception):
    """A line that cannot be read as what the log should hold."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What a line says, before the mapping."""

    source: Source
    at: datetime
    said: dict[str, Any] = field(repr=False)
    words: str = ""  # what happened, for 攻击事件描述
    group: str = ""  # alerts of one group in one span are one event
    begins: bool = True
    ends: bool = False


def read(source: Source, line: bytes) -> Alert:
    """The alert of a line; NoAlert and Broken for the others."""
    match source:
        case "suricata":
            return _suricata(_document(line))
        case "wazuh":
            return _wazuh(_document(line))
        case "fail2ban":
            return _fail2ban(line)


def _suricata(said: dict[str, Any]) -> Alert:
    if said.get("event_type") != "alert":
        raise NoAlert
    alert = said.get("alert")
    if not isinstance(alert, dict) or "signature" not in alert:
        raise Broken
    words = f"{alert['signature']}（规则 {alert.get('signature_id', '?')}，{alert.get('category', '')}）"
    port = said.get("dest_port")
    target = f"，目标端口 {port}/{said.get('proto', '')}" if port is not None else ""
    return Alert(
        "suricata",
        _moment(said.get("timestamp")),
        said,
        f"Suricata：{words}{target}",
        f"{alert.get('gid', 1)}:{alert.get('signature_id')}",
    )


def _wazuh(said: dict[str, Any]) -> Alert:
    rule = said.get("rule")
    if not isinstance(rule, dict) or "level" not in rule:
        raise Broken
    agent = said.get("agent") if isinstance(said.get("agent"), dict) else {}
    host = agent.get("name", "") if isinstance(agent, dict) else ""
    words = f"Wazuh：{rule.get('description', '')}（规则 {rule.get('id', '?')}，主机 {host}）"
    group = f"{rule.get('id')}:{agent.get('id', '') if isinstance(agent, dict) else ''}"
    return Alert("wazuh", _moment(said.get("timestamp")), said, words, group)


def _fail2ban(line: bytes) -> Alert:
    found = _FAIL2BAN.match(line.decode("utf-8", "replace"))
    if found is None:
        raise NoAlert
    # The log is written in the machine's own zone.
    at = datetime.strptime(found["at"], "%Y-%m-%d %H:%M:%S").astimezone(SHANGHAI)
    jail, ip = found["jail"], found["ip"]
    return Alert(
        "fail2ban",
        at,
        {"jail": jail, "ip": ip},
        f"fail2ban：{jail} 多次失败后封禁来源地址",
        jail,
        begins=found["act"] != "Unban",
        ends=found["act"] == "Unban",
    )


def _document(line: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise Broken from None
    if not isinstance(found, dict):
        raise Broken
    return found


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise Broken from None
    if moment.tzinfo is None:
        raise Broken
    return moment.astimezone(SHANGHAI)
