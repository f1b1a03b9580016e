"""What the commands print for people."""

import json
from datetime import datetime
from typing import IO, Any

from dataaccess import at_sight, endings, windows
from dataaccess.checking import Checked
from dataaccess.edge import outbox
from dataaccess.edge.collect import compute, security
from dataaccess.edge.collect.tasks import Tasks
from dataaccess.edge.config import Config
from dataaccess.shapes import TABLES, Kind, tables


def show(tasks: Tasks, wanted: set[str], out: IO[str]) -> int:
    """What would be reported now, where each value comes from, and what is missing."""
    good = True
    config = tasks.node.config
    for missing in without_source(config, wanted):
        _line(out, missing)
    if wanted <= absent(config):
        return 0
    if "compute" in wanted and config.compute and tasks.queries:
        collected = compute.collect(config.compute, tasks.queries, tasks.node.clock.now())
        good &= _compute(collected, out)
    if "security" in wanted and config.security and tasks.mapping:
        for source in config.security.sources:
            outcome = security.preview(
                tasks.node.store, source, tasks.mapping, tasks.node.clock.now()
            )
            good &= _security(outcome, source.type, out)
    if "base-info" in wanted and config.base_info:
        good &= _base_info(tasks, config.base_info.file, out)
    _line(out, "以上只是预演，没有保存，也没有上报。")
    return 0 if good else 1


# What each may be collected from, by the name that the command knows it by.
_TABLES: dict[str, tuple[Kind, str]] = {
    "base-info": ("base_info", "[base_info]"),
    "compute": ("compute_report", "[compute]"),
    "security": ("security_event", "[[security.sources]]"),
}


def absent(config: Config) -> set[str]:
    """What nothing is configured for."""
    given = {
        "base-info": config.base_info,
        "compute": config.compute,
        "security": config.security and config.security.sources,
    }
    return {name for name, source in given.items() if not source}


def without_source(config: Config, wanted: set[str]) -> list[str]:
    """A sentence for each thing asked for that has no source; one for all of them."""
    missing = [name for name in _TABLES if name in wanted & absent(config)]
    if len(missing) == len(_TABLES):
        return [
            "没有配置任何采集来源；要由节点采集，请在 edge.toml 中填写"
            f" {'、'.join(table for _, table in _TABLES.values())}。"
        ]
    return [
        f"{TABLES[_TABLES[name][0]].title}：没有配置采集来源（edge.toml 中的 {_TABLES[name][1]}）。"
        for name in missing
    ]


def _base_info(tasks: Tasks, file: str, out: IO[str]) -> bool:
    _line(out, f"{TABLES['base_info'].title}（{file}）")
    values, problem = tasks.base_info_file()
    if problem:
        _line(out, f"  ✗ {problem}")
        _line(out, "  不会上报；请按上面的说明改正文件。")
        return False
    for name, value in values.items():
        _line(out, f"  ✓ {name}  {value}")
    _doubts(tasks, Checked(base_info=values), out)
    with tasks.node.store.writing() as db:  # nothing is written
        same = outbox.is_latest(db, "base_info", values)
    _line(out, "  与上次相同，不必再报。" if same else "  会上报。")
    return True


def _doubts(tasks: Tasks, checked: Checked, out: IO[str]) -> None:
    """What the centre would doubt at sight."""
    odd = at_sight.of(checked, windows.day_of(tasks.node.clock.now()))
    for each in endings.in_trial(odd):
        _line(out, f"  ! {each['field']}：{each['message']}")


def _compute(collected: compute.Collected, out: IO[str]) -> bool:
    moment = collected.at.strftime("%Y-%m-%d %H:%M:%S")
    _line(out, f"{TABLES['compute_report'].title}（取数时刻 {moment}）")
    notes = {field.name: field.note for field in tables.COMPUTE_REPORT.fields}
    for reading in collected.readings:
        source = " ".join(reading.source.split())
        if reading.problem:
            _line(out, f"  ✗ {reading.name}  缺：{reading.problem}")
        else:
            unit = notes[reading.name].split("，")[0].removeprefix("单位 ")
            floored = collected.values.get(reading.name, int(reading.value or 0))
            _line(out, f"  ✓ {reading.name}  {floored}（{unit}；原值 {_short(reading)}）")
        if source:
            _line(out, f"      ← {source}")
    for warning in collected.warnings:
        _line(out, f"  ! {warning}")
    for fault in collected.faults:
        _line(out, f"  ✗ {fault['field']}：{fault['message']}")
    if not collected.problems():
        _line(out, f"  会上报：{json.dumps(collected.values, ensure_ascii=False)}")
        return True
    _line(out, f"  缺{len(collected.problems())}项，不会上报；请按上面的说明补齐。")
    return False


def _short(reading: compute.Reading) -> str:
    text = f"{reading.value:f}"
    whole, dot, rest = text.partition(".")
    return f"{whole}{dot}{rest[:3]}" if rest else whole


def _security(outcome: security.Outcome, kind: str, out: IO[str]) -> bool:
    _line(out, f"{TABLES['security_event'].title}（{kind} {outcome.path}）")
    if outcome.problem:
        _line(out, f"  ✗ {outcome.problem}")
        return False
    _line(out, f"  {outcome.words()}")
    for event in outcome.events[:20]:
        _line(out, f"  {json.dumps(event, ensure_ascii=False)}")
    if len(outcome.events) > 20:
        _line(out, f"  … 另有{len(outcome.events) - 20}次")
    return True


def status(found: dict[str, Any], out: IO[str]) -> None:
    _line(out, f"边缘节点 {found['node']} → {found['centre']}，上报时段 {found['window']}")
    for lane in found["interfaces"].values():
        words = f"  {lane['title']}：待发 {lane['pending']}，已送达 {lane['sent']}"
        words += f"，搁置 {lane['parked']}，放弃 {lane['discarded']}"
        if lane["next_due"] and not lane["trouble"]:
            words += f"；下次发送 {_time(lane['next_due'])}"
        _line(out, words)
    for each in found["collectors"]:
        _line(
            out, f"  采集 {each['name']}：{each['problem'] or each['done']}（{_time(each['at'])}）"
        )
    if not found["attention"]:
        _line(out, "✓ 一切正常")
    for each in found["attention"]:
        _line(out, f"! {each['zh']}")


def parked(items: list[dict[str, Any]], out: IO[str]) -> None:
    if not items:
        _line(out, "没有搁置的数据。")
    for item in items:
        about = "、".join(item["about"]) + ("…" if item["count"] > len(item["about"]) else "")
        _line(out, f"{item['id']}  {item['title']}  {about}  收到于 {_time(item['received_at'])}")
        _line(out, f"    {item['verdict']} {item['detail']}".rstrip())
        for fault in item["faults"]:
            where = f"{fault.get('event', '')} {fault['field']}".strip()
            _line(out, f"    {where}：{fault['message']}")


def _time(text: str) -> str:
    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M")


def _line(out: IO[str], text: str) -> None:
    out.write(text + "\n")
