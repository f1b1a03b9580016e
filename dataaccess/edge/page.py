"""The status page: plain HTML that loads nothing, Chinese first with English beside it."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

TYPE = "text/html; charset=utf-8"

_STYLE = """
:root { color-scheme: light; --ink: #1b2430; --quiet: #566170; --line: #d8dee6; --wash: #f5f7fa;
  --good: #1e7b4a; --bad: #b42318; --attention: #8a5a00; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1080px; padding: 24px 16px 48px; color: var(--ink);
  font: 16px/1.7 "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC",
  system-ui, sans-serif; }
h1 { font-size: 22px; line-height: 1.4; margin: 0; }
h2 { font-size: 18px; margin: 32px 0 8px; }
p { margin: 8px 0; }
small, .en, th { color: var(--quiet); font-weight: 400; }
small, .en { font-size: 14px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 6px 16px 6px 0;
  border-bottom: 1px solid var(--line); }
th { font-size: 14px; line-height: 1.4; }
td.n, th.n { text-align: right; }
th, td { white-space: nowrap; } td.w { white-space: normal; min-width: 280px; }
.good, .bad, .attention { font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .attention { color: var(--attention); }
ul { margin: 8px 0; padding-left: 20px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 24px; margin: 8px 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.days { display: grid; grid-template-columns: repeat(auto-fill, minmax(140px, 1fr)); gap: 4px;
  list-style: none; padding: 0; margin: 8px 0; font-variant-numeric: tabular-nums; }
.days li { border: 1px solid var(--line); border-radius: 6px; padding: 2px 8px; font-size: 14px; }
code { font-size: 14px; }
@media (max-width: 600px) {
  thead { display: none; }
  tr { display: block; border-bottom: 1px solid var(--line); padding: 8px 0; }
  td, td.n, td.w { display: grid; grid-template-columns: 88px 1fr; gap: 8px; border: 0; padding: 0;
    text-align: left; white-space: normal; min-width: 0; overflow-wrap: anywhere; }
  td::before { content: attr(data-label); color: var(--quiet); }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
# Words and signs as in the portal's calendar.
_STATUS = {
    "on_time": ("✓", "按时", "on time", "good"),
    "out_of_window": ("!", "窗口外", "outside the window", "attention"),
    "makeup": ("↺", "补报", "makeup", "attention"),
    "missing": ("✗", "未上报", "not reported", "bad"),
    "planned": ("‖", "计划停机", "planned downtime", ""),
    "pending": ("○", "待上报", "pending", ""),
}


def render(state: dict[str, Any]) -> str:
    body = "".join(
        (
            f"<h1>边缘节点 {escape(state['node'])} <small>Edge node</small></h1>",
            _attention(state["attention"]),
            _facts(state),
            _interfaces(state["interfaces"]),
            _parked(state["parked"]),
            _collectors(state["collectors"]),
            _days(state["days"]),
        )
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="refresh" content="30">'
        f"<title>边缘节点 {escape(state['node'])}</title><style>{_STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )


def _attention(said: list[dict[str, str]]) -> str:
    if not said:
        return '<p class="good">✓ 一切正常 <span class="en">All is well</span></p>'
    items = "".join(
        f'<li>{escape(each["zh"])}<br><span class="en">{escape(each["en"])}</span></li>'
        for each in said
    )
    return (
        f'<p class="attention">! 有{len(said)}件事需要处理'
        f' <span class="en">{len(said)} to see to</span></p><ul>{items}</ul>'
    )


def _facts(state: dict[str, Any]) -> str:
    skew = state["clock_skew_seconds"]
    facts = (
        ("中心", "Centre", state["centre"]),
        ("上报时段", "Window", state["window"]),
        *_next(state["next_window"]),
        ("现在", "Now", _time(state["now"])),
        ("最近联系中心", "Centre last heard", _time(state["centre_asked_at"]) or "尚未联系上"),
        ("本机时钟偏差", "Clock skew", "未知" if skew is None else f"{skew:+.1f} 秒"),
        (
            "已用空间",
            "Space in use",
            f"{state['outbox_bytes'] / 2**20:.1f} / {state['outbox_limit_bytes'] / 2**20:.0f} MiB",
        ),
    )
    rows = "".join(
        f'<dt>{zh} <span class="en">{en}</span></dt><dd>{escape(str(value))}</dd>'
        for zh, en, value in facts
    )
    return f"<dl>{rows}</dl>"


def _next(change: dict[str, str] | None) -> list[tuple[str, str, str]]:
    if change is None:
        return []
    return [("下一时段", "Next window", f"{change['window']}（{change['since']} 起）")]


def _interfaces(lanes: dict[str, dict[str, Any]]) -> str:
    rows = []
    for lane in lanes.values():
        trouble = lane["trouble"]
        if trouble:
            sign, kind = ("✗", "bad") if trouble["blocked"] else ("△", "attention")
            words = f'<span class="{kind}">{sign} {escape(trouble["reason"])}</span>'
        elif lane["parked"]:
            words = f'<span class="attention">△ 有{lane["parked"]}条被拒收，见下表</span>'
        elif lane["pending"]:
            words = f"{escape(_time(lane['next_due']))} 发送"
        elif lane["warned"]:
            count, sent_at = len(lane["warned"]["warnings"]), _time(lane["warned"]["sent_at"])
            words = f"△ {escape(sent_at)} 送达，中心有{count}处疑问，见上"
            words = f'<span class="attention">{words}</span>'
        else:
            words = '<span class="good">✓ 已全部送达</span>' if lane["sent"] else "尚无数据"
        rows.append(
            (
                lane["title"],
                lane["pending"],
                lane["sent"],
                lane["parked"],
                lane["discarded"],
                _time(lane["oldest_pending"]) or "–",
                _Html(words),
            )
        )
    head = (
        ("接口", "Interface"),
        ("待发", "Pending"),
        ("已送达", "Sent"),
        ("搁置", "Parked"),
        ("放弃", "Discarded"),
        ("最早待发", "Oldest pending"),
        ("情况", "State"),
    )
    return f'<h2>发往中心 <span class="en">To the centre</span></h2>{_table(head, rows)}'


def _parked(items: list[dict[str, Any]]) -> str:
    title = '<h2>搁置的数据 <span class="en">Parked</span></h2>'
    if not items:
        return f"{title}<p>没有。中心拒收的数据会列在这里，附原因。</p>"
    rows = []
    for item in items:
        faults = "".join(
            f"<li>{escape(' '.join((fault.get('event', ''), fault['field'])).strip())}："
            f"{escape(fault['message'])}</li>"
            for fault in item["faults"]
        )
        about = "、".join(item["about"]) + ("…" if item["count"] > len(item["about"]) else "")
        rows.append(
            (
                item["id"],
                item["title"],
                about if item["about"] else "–",
                _time(item["received_at"]),
                _Html(f"{escape(item['verdict'])}<br>{escape(item['detail'])}<ul>{faults}</ul>"),
            )
        )
    head = (
        ("编号", "Number"),
        ("接口", "Interface"),
        ("日期或事件", "Day or events"),
        ("收到", "Received"),
        ("中心的答复", "The centre's answer"),
    )
    how = (
        "<p><small>重发 <code>parked retry 编号</code>，放弃 "
        "<code>parked discard 编号 --reason 原因</code></small></p>"
    )
    return title + _table(head, rows) + how


def _collectors(found: list[dict[str, Any]]) -> str:
    if not found:
        return ""
    rows = [
        (
            each["name"],
            _time(each.get("at")) or "–",
            _Html(
                f'<span class="attention">△ {escape(each["problem"])}</span>'
                if each.get("problem")
                else f'<span class="good">✓</span> {escape(each.get("done", ""))}'
            ),
        )
        for each in found
    ]
    head = (("采集", "Collector"), ("最近一次", "Last run"), ("结果", "Result"))
    return f'<h2>采集 <span class="en">Collectors</span></h2>{_table(head, rows)}'


def _days(days: list[dict[str, str]]) -> str:
    if not days:
        return ""
    items = []
    for day in days[-31:]:
        sign, zh, _, kind = _STATUS.get(day["status"], ("?", day["status"], "", ""))
        items.append(
            f'<li>{escape(day["date"][5:])} <span class="{kind}">{sign} {escape(zh)}</span></li>'
        )
    key = "，".join(f"{sign} {zh} {en}" for sign, zh, en, _ in _STATUS.values())
    return (
        '<h2>中心记录的近31天 <span class="en">The last 31 days, as the centre has them</span></h2>'
        f'<ul class="days">{"".join(items)}</ul><p><small>{key}</small></p>'
    )


class _Html(str):
    """Text that is markup already."""


def _table(head: Sequence[tuple[str, str]], rows: Iterable[Iterable[Any]]) -> str:
    lines = [list(row) for row in rows]
    numbers = [all(isinstance(row[place], int) for row in lines) for place in range(len(lines[0]))]
    heads = "".join(
        f"<th{_class('n' if number else '')}>{zh}<br>{en}</th>"
        for (zh, en), number in zip(head, numbers, strict=True)
    )
    body = "".join(
        f"<tr>{''.join(_cell(value, zh) for value, (zh, _) in zip(row, head, strict=True))}</tr>"
        for row in lines
    )
    return (
        f'<div class="wide" tabindex="0"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(value: Any, label: str) -> str:
    """On a narrow page the label stands before the value."""
    if isinstance(value, _Html):
        return f'<td class="w" data-label="{label}"><div>{value}</div></td>'
    kind = _class("n" if isinstance(value, int) else "")
    return f'<td{kind} data-label="{label}">{escape(str(value))}</td>'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _time(text: str | None) -> str:
    if not text:
        return ""
    return datetime.fromisoformat(text).strftime("%Y年%-m月%-d日 %H:%M:%S")
