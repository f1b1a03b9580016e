"""The state of the node: one reading for the page, the metrics, the command and the base."""

from datetime import datetime
from typing import Any

import orjson

from dataaccess.edge import doubts, notes, outbox
from dataaccess.edge.node import Node
from dataaccess.shapes import KINDS, TABLES, Kind

# From here on two clocks disagree enough to miss a window's edge.
SKEW_SECONDS = 30
# A security event goes at once; one that has waited so long is stuck.
EVENT_PATIENCE = 900
SIZE_WARNING = 0.8


def state(node: Node) -> dict[str, Any]:
    """Everything that people and monitoring ask for; `attention` says what a person must do."""
    now = node.clock.now()
    told = node.sender.centre_says()
    totals = outbox.totals(node.store)
    lanes = {kind: _lane(node, kind, totals[kind], now) for kind in KINDS}
    size, limit = node.store.size(), node.store.limit()
    found: dict[str, Any] = {
        "node": node.config.node.name,
        "centre": node.config.centre.address,
        "now": now.isoformat(timespec="seconds"),
        "clock_skew_seconds": node.clock.skew(),
        "window": node.sender.plan().window,
        "next_window": node.sender.next_window(),
        "window_configured": node.config.centre.window,
        "centre_asked_at": told.get("now"),
        "days": told.get("days", []),
        "data_calls": told.get("data_calls", []),
        "interfaces": lanes,
        "outbox_bytes": size,
        "outbox_limit_bytes": limit,
        "parked": [_parked(item) for item in outbox.parked(node.store, 50)],
        "collectors": _collectors(node),
    }
    found["attention"] = _attention(found)
    return found


def for_base(node: Node) -> dict[str, Any]:
    """GET /api/v1/status for the base's programs: the centre's words, and what waits here."""
    told = node.sender.centre_says()
    days = told.get("days", [])
    return {
        "base": told.get("base"),
        "window": node.sender.plan().window,
        "next_window": node.sender.next_window(),
        "now": node.clock.now().isoformat(timespec="milliseconds"),
        "reported": told.get("reported", 0),
        "late": told.get("late", 0),
        "missing": told.get("missing", 0),
        "days": days,
        "data_calls": told.get("data_calls", []),
        "centre_asked_at": told.get("now"),
        "outbox": outbox.totals(node.store),
    }


def _lane(node: Node, kind: Kind, counts: dict[str, int], now: datetime) -> dict[str, Any]:
    oldest = outbox.oldest_pending(node.store, kind)
    trouble = orjson.loads(notes.read(node.store, f"trouble:{kind}") or "null")
    due = None
    if oldest is not None:
        found = outbox.next_due(node.store, kind, now, node.sender.plan())
        due = (found if isinstance(found, datetime) else now).isoformat(timespec="seconds")
    return {
        "title": TABLES[kind].title,
        **counts,
        "oldest_pending": oldest.isoformat(timespec="seconds") if oldest else None,
        "oldest_pending_seconds": max((now - oldest).total_seconds(), 0) if oldest else 0,
        "next_due": due,
        "trouble": trouble,
        "warned": doubts.of(node.store, kind),
    }


def _parked(item: outbox.Item) -> dict[str, Any]:
    verdict = orjson.loads(item.answer or "{}")
    faults = [] if verdict.get("rejected") else list(verdict.get("errors", []))
    for each in verdict.get("rejected") or []:
        named = outbox.ident(item.kind, item.bodies[each["index"]])
        faults += [{**fault, "event": named} for fault in each["errors"]]
    return {
        "id": item.id,
        "interface": item.kind,
        "title": TABLES[item.kind].title,
        "about": [name for name in (outbox.ident(item.kind, v) for v in item.bodies[:5]) if name],
        "count": len(item.bodies),
        "received_at": item.received_at.isoformat(timespec="seconds"),
        "source": item.source,
        "verdict": f"{verdict.get('status', '')} {verdict.get('title', '')}".strip() or item.note,
        "detail": verdict.get("detail", ""),
        "faults": faults[:50],
    }


def _collectors(node: Node) -> list[dict[str, Any]]:
    found = []
    for row in node.store.rows(
        "SELECT name, value FROM notes WHERE name LIKE 'collector:%' ORDER BY name"
    ):
        found.append({"name": row["name"].partition(":")[2], **orjson.loads(row["value"])})
    return found


def _attention(found: dict[str, Any]) -> list[dict[str, str]]:
    """What a person must see to, in both languages."""
    said = []

    def say(zh: str, en: str) -> None:
        said.append({"zh": zh, "en": en})

    parked = sum(lane["parked"] for lane in found["interfaces"].values())
    if parked:
        say(
            f"有{parked}条数据被中心拒收、已搁置，请按下表修正后重发，或说明原因后放弃。",
            f"{parked} refused by the centre and parked: mend and retry, or discard with a reason.",
        )
    for lane in found["interfaces"].values():
        trouble = lane["trouble"]
        if trouble and trouble["blocked"]:
            say(
                f"{lane['title']}停止发送：{trouble['reason']}",
                "Sending has stopped: see the reason in the table.",
            )
        elif trouble:
            say(f"{lane['title']}暂未送达：{trouble['reason']}", "Not delivered yet; retrying.")
        for warning in (lane["warned"] or {}).get("warnings", []):
            about = f"{lane['title']}“{warning['field']}”" if warning["field"] else lane["title"]
            say(
                f"{about}：中心已收下，但有疑问：{warning['message']}",
                "The centre took the last delivery but doubts this value: check it.",
            )
    events = found["interfaces"]["security_event"]
    if events["oldest_pending_seconds"] > EVENT_PATIENCE and not events["trouble"]:
        say("安全事件积压，发送进程可能没有运行。", "Events pile up: is the node running?")
    if found["window"] != found["window_configured"]:
        say(
            f"配置的上报时段 {found['window_configured']} 与中心登记的 {found['window']} 不一致，"
            "已按中心登记的时段发送。",
            "The configured window is not the one on record at the centre, which is used.",
        )
    skew = found["clock_skew_seconds"]
    if skew is not None and abs(skew) > SKEW_SECONDS:
        ahead = "快" if skew > 0 else "慢"
        say(
            f"本机时钟比中心{ahead} {abs(skew):.0f} 秒，已按中心时间发送；请校准时钟（NTP）。",
            f"This machine's clock is off by {skew:.0f} s; the centre's time is used.",
        )
    if found["data_calls"]:
        say(
            f"中心有{len(found['data_calls'])}项数据统计要求待上报；"
            "数据备好后用命令 send --now 立即发送。",
            "The centre has open data calls: answer with send --now.",
        )
    if found["outbox_bytes"] > SIZE_WARNING * found["outbox_limit_bytes"]:
        say("待发数据已接近 outbox.max_mib 上限，满后将拒收新数据。", "The outbox is nearly full.")
    for collector in found["collectors"]:
        if collector.get("problem"):
            say(
                f"采集 {collector['name']}：{collector['problem']}",
                f"Collector {collector['name']} has a problem.",
            )
    return said


def attention_level(found: dict[str, Any]) -> int:
    """The exit status of the status command: 0 all is well, 1 a person must see to something."""
    return 1 if found["attention"] else 0
