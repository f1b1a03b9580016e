"""The 24 figures of 基地算力信息 from Prometheus, by the queries of a TOML file.

Nothing is guessed: a query without an answer, a variable not filled in, a card that is not in
the table make a figure missing, and a report with a missing figure is not sent."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator

from dataaccess import shapes, windows
from dataaccess.edge.collect.prometheus import Prometheus, Sample, Unanswered
from dataaccess.edge.config import (
    Accelerator,
    Card,
    ComputeSettings,
    ConfigError,
    Listed,
    Strict,
    Text,
)
from dataaccess.edge.config import read as read_toml
from dataaccess.shapes import Fault, tables

DEFAULT = Path(__file__).with_name("compute.toml")
_VARIABLE = re.compile(r"\$\(([a-z_]+)\)")
KINDS: tuple[Accelerator, ...] = ("GPU", "NPU", "DPU", "FPGA", "ASIC")
FP16 = ("FP16总算力", "空闲FP16算力")


def _figure(name: str) -> str:
    if name not in tables.FIGURES:
        raise ValueError(f"表 B.1 没有“{name}”这个字段。")
    return name


class Figure(Strict):
    """A field of Table B.1 and the query for it; `kubernetes` where idle is what the scheduler
    has not given away."""

    name: Annotated[str, AfterValidator(_figure)]
    query: Text
    kubernetes: Text | None = None


class Family(Strict):
    """A kind of accelerator: how many cards there are of each model, and how many are idle."""

    kind: Accelerator
    model_label: Text
    total: Text
    idle: Text
    idle_kubernetes: Text | None = None


class Check(Strict):
    """Something that makes the figures doubtful when the query gives more than 0."""

    query: Text
    says: Text


class Queries(Strict):
    variables: dict[str, str] = {}
    figures: Listed[Figure]
    accelerators: Listed[Family]
    cards: Listed[Card]
    checks: Listed[Check] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure: its value as it came, where it came from, or why it is missing."""

    name: str
    value: Decimal | None
    source: str
    problem: str = ""


@dataclass(frozen=True)
class Collected:
    at: datetime
    readings: list[Reading]
    warnings: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def problems(self) -> list[str]:
        """Why no report can be sent; empty where one can."""
        missing = [f"{each.name}：{each.problem}" for each in self.readings if each.problem]
        return missing + [f"{fault['field']}：{fault['message']}" for fault in self.faults]


def load(path: Path | None) -> Queries:
    """A file of queries, complete: each figure once, each kind of accelerator at most once."""
    path = path or DEFAULT
    queries = read_toml(Queries, path)
    named = [figure.name for figure in queries.figures]
    made = {name for kind in KINDS for name in _names(kind)} | set(FP16)
    faults = [
        f"figures: “{name}”出现了两次。"
        for name in sorted({n for n in named if named.count(n) > 1})
    ]
    faults += [
        f"figures: “{name}”由算力卡表计算，请改 cards 与 accelerators。"
        for name in named
        if name in made
    ]
    faults += [
        f"figures: 缺少“{name}”的查询。"
        for name in tables.FIGURES
        if name not in made and name not in named
    ]
    kinds = [family.kind for family in queries.accelerators]
    faults += [f"accelerators: {kind} 出现了两次。" for kind in KINDS if kinds.count(kind) > 1]
    if faults:
        raise ConfigError("\n".join(f"{path}: {fault}" for fault in faults))
    return queries


def collect(settings: ComputeSettings, queries: Queries, at: datetime) -> Collected:
    """Ask for all figures as of one moment, and check the report as the centre will."""
    asking = _Asking(settings, queries, at)
    found = {figure.name: asking.figure(figure) for figure in queries.figures}
    totals: dict[str, list[Reading]] = {name: [] for name in FP16}
    for kind in KINDS:
        pair = asking.family(kind)
        for name, reading in zip(FP16, pair, strict=True):
            totals[name].append(reading)
        found |= {reading.name: reading for reading in pair}
    for name, parts in totals.items():
        found[name] = _sum(name, parts)
    readings = [found[name] for name in tables.FIGURES]
    warnings = asking.warnings()
    if any(reading.problem for reading in readings):
        return Collected(at, readings, warnings)
    day = windows.day_of(at)
    payload = {each.name: each.value for each in readings}
    values, _, faults = shapes.check_compute_report(payload, day)
    values = {} if faults else {**values, tables.REPORT_DATE: day.isoformat()}
    return Collected(at, readings, warnings, values, faults)


class _Asking:
    def __init__(self, settings: ComputeSettings, queries: Queries, at: datetime) -> None:
        self._settings = settings
        self._queries = queries
        self._at = at
        self._variables = {**queries.variables, **settings.variables}
        self._prometheus = Prometheus(
            settings.prometheus, settings.timeout_seconds, settings.token_file
        )

    def figure(self, figure: Figure) -> Reading:
        by_scheduler = self._settings.idle_by == "kubernetes"
        template = figure.kubernetes if by_scheduler and figure.kubernetes else figure.query
        try:
            expression = self._filled(template)
            samples = self._prometheus.query(expression, self._at)
        except Unanswered as failure:
            return Reading(figure.name, None, template, str(failure))
        if len(samples) != 1:
            problem = (
                f"查询给出了{len(samples)}个值，应汇总为1个"
                if samples
                else "查询没有结果，请检查采集目标与查询"
            )
            return Reading(figure.name, None, expression, problem)
        if samples[0].value < 0:
            return Reading(
                figure.name, None, expression, f"得到负数 {samples[0].value}，请检查查询"
            )
        return Reading(figure.name, samples[0].value, expression)

    def family(self, kind: Accelerator) -> tuple[Reading, Reading]:
        """Total and idle of a kind of accelerator, by the card table."""
        total, idle = _names(kind)
        if kind not in self._settings.accelerators:
            said = f"配置：compute.accelerators 未列 {kind}，即没有这类资源"
            return Reading(total, Decimal(), said), Reading(idle, Decimal(), said)
        for family in self._queries.accelerators:
            if family.kind == kind:
                return self._counted(family)
        said = f"查询文件没有 {kind} 的 [[accelerators]]，请补充，或从 compute.accelerators 去掉 {kind}"
        return Reading(total, None, "", said), Reading(idle, None, "", said)

    def _counted(self, family: Family) -> tuple[Reading, Reading]:
        total_name, idle_name = _names(family.kind)
        by_scheduler = self._settings.idle_by == "kubernetes"
        template = (by_scheduler and family.idle_kubernetes) or family.idle
        total = self._cards(total_name, family, family.total, None)
        if total.problem:
            return total, Reading(idle_name, None, template, f"“{total_name}”未取得")
        return total, self._cards(idle_name, family, template, total)

    def _cards(self, name: str, family: Family, template: str, total: Reading | None) -> Reading:
        try:
            expression = self._filled(template)
            samples = self._prometheus.query(expression, self._at)
        except Unanswered as failure:
            return Reading(name, None, template, str(failure))
        if not samples:
            return Reading(name, None, expression, "查询没有结果，请检查采集目标与查询")
        value, counted, unknown = Decimal(), [], []
        for sample in samples:
            model = sample.labels.get(family.model_label, "")
            card = self._card(family, model)
            if card is None:
                unknown.append(model or f"（没有标签 {family.model_label}）")
                continue
            value += sample.value * Decimal(card.fp16_pflops)
            counted.append(f"{_plain(sample)}×{model}（{card.fp16_pflops}）")
        if unknown:
            listed = "、".join(sorted(set(unknown)))
            return Reading(
                name,
                None,
                expression,
                f"型号 {listed} 不在算力卡表中，请在 edge.toml 的 [[compute.cards]] 补充",
            )
        return Reading(name, value, f"{'＋'.join(counted)} ← {expression}")

    def _card(self, family: Family, model: str) -> Card | None:
        for card in (*self._settings.cards, *self._queries.cards):
            if card.kind == family.kind and any(
                fnmatchcase(model.casefold(), pattern.casefold()) for pattern in card.models
            ):
                return card
        return None

    def warnings(self) -> list[str]:
        found = []
        for check in self._queries.checks:
            try:
                samples = self._prometheus.query(self._filled(check.query), self._at)
            except Unanswered:
                continue  # the figures say so themselves
            if samples and samples[0].value > 0:
                found.append(check.says.replace("{n}", _plain(samples[0])))
        return found

    def _filled(self, template: str) -> str:
        names = _VARIABLE.findall(template)
        unknown = [name for name in names if name not in self._variables]
        if unknown:
            raise Unanswered(f"没有名为 {'、'.join(unknown)} 的变量，请检查查询文件")
        empty = sorted({name for name in names if not self._variables[name].strip()})
        if empty:
            listed = "、".join(f"compute.variables.{name}" for name in empty)
            raise Unanswered(f"请在 edge.toml 填写 {listed}")
        return _VARIABLE.sub(lambda found: self._variables[found[1]], template)


def _names(kind: Accelerator) -> tuple[str, str]:
    return f"{kind}总算力", f"空闲{kind}算力"


def _sum(name: str, parts: list[Reading]) -> Reading:
    missing = [part.name for part in parts if part.value is None]
    if missing:
        return Reading(name, None, "", f"“{'”“'.join(missing)}”未取得")
    source = "＋".join(part.name for part in parts)
    return Reading(name, sum((part.value or Decimal() for part in parts), Decimal()), source)


def _plain(sample: Sample) -> str:
    return f"{sample.value.normalize():f}"
