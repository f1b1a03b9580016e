"""Indicator values from raw quantities, exactly, with the working shown (8.2.3 to 8.3.6).

A ratio is cut off after six decimal places, never rounded up. Every limit of the standard has
fewer places than that, so a value meets its limit after the cut exactly when it did before: for
"≥" as for the "<" of PUE.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from fractions import Fraction

from evaluation.rulebook.values import plain

PLACES = 6
_WIDE = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True, slots=True)
class RackRow:
    """Racks of one rated power: how many can be used, how many are powered and in use."""

    rated_kw: Decimal
    count: int
    in_use: int


@dataclass(frozen=True, slots=True)
class CardRow:
    """Cards of one model, with the dense FP16 peak of one card in TFLOPS."""

    model: str
    count: int
    peak_tflops: Decimal
    domestic: bool


@dataclass(frozen=True, slots=True)
class MeterRow:
    """One month of meter data in kWh; month as "2024-01"."""

    month: str
    total_kwh: Decimal
    it_kwh: Decimal
    renewable_kwh: Decimal


@dataclass(frozen=True, slots=True)
class UsageRow:
    """Card-hours sold to one industry over the last year, on domestic and on other cards."""

    industrial: bool
    domestic_card_hours: Decimal
    other_card_hours: Decimal


@dataclass(frozen=True, slots=True)
class EnterpriseRow:
    name: str
    credit_code: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A derived indicator value with its working, line by line."""

    code: str
    value: Decimal
    steps: tuple[str, ...]
    steps_en: tuple[str, ...]


class CannotDerive(ValueError):
    """The raw rows do not give the value; the message says why, in both languages, and `row`
    which of them is at fault, counted from 0."""

    def __init__(self, message: str, message_en: str, row: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.message_en = message_en
        self.row = row


def enterprise_count(rows: Sequence[EnterpriseRow]) -> Derivation:
    """Distinct enterprises: by credit code where given, otherwise by name."""
    codes = {row.credit_code.strip().upper() for row in rows if row.credit_code.strip()}
    coded_names = {_name(row) for row in rows if row.credit_code.strip()}
    names = {_name(row) for row in rows if not row.credit_code.strip()} - coded_names - {""}
    total = len(codes) + len(names)
    return Derivation(
        "enterprise_count",
        Decimal(total),
        (f"名单共{len(rows)}行，去除重复后{total}家",),
        (f"{len(rows)} rows on the list, {total} distinct enterprises",),
    )


def _name(row: EnterpriseRow) -> str:
    return re.sub(r"\s+", "", row.name)


def racks(rows: Sequence[RackRow], standard_kw: Decimal) -> tuple[Derivation, Derivation | None]:
    """Standard racks, whole (8.3.2 b), and their utilisation (8.3.2 c), None without any racks."""
    for row in rows:
        if row.in_use > row.count:
            raise CannotDerive(
                f"额定{plain(row.rated_kw)}kW：在用{row.in_use}个多于可用{row.count}个",
                f"{plain(row.rated_kw)} kW: {row.in_use} in use of only {row.count}",
            )
    unit, kw = Fraction(standard_kw), plain(standard_kw)
    converted = [row.count * Fraction(row.rated_kw) / unit for row in rows]
    total = sum(converted, Fraction(0))
    used = sum((row.in_use * Fraction(row.rated_kw) / unit for row in rows), Fraction(0))
    whole = Decimal(int(total))
    counted = Derivation(
        "rack_count",
        whole,
        (
            *(
                f"{row.count}个×{plain(row.rated_kw)}kW÷{kw}kW={show(number)}"
                for row, number in zip(rows, converted, strict=True)
            ),
            f"合计{show(total)}，舍去小数得{plain(whole)}个标准机架",
        ),
        (
            *(
                f"{row.count} × {plain(row.rated_kw)} kW ÷ {kw} kW = {show(number)}"
                for row, number in zip(rows, converted, strict=True)
            ),
            f"{show(total)} in all, {plain(whole)} whole standard racks",
        ),
    )
    if not total:
        return counted, None
    share = percent(used, total)
    return counted, Derivation(
        "rack_utilization",
        share,
        (f"在用{show(used)}÷可用{show(total)}（标准机架）={plain(share)}%",),
        (f"{show(used)} in use ÷ {show(total)} usable (standard racks) = {plain(share)}%",),
    )


def compute(rows: Sequence[CardRow]) -> tuple[Derivation, Derivation | None]:
    """FP16 peak in PFLOPS (8.3.2 d) and its domestic share (8.3.6 a), None without any peak."""
    total = sum((_pflops(row) for row in rows), Fraction(0))
    domestic = sum((_pflops(row) for row in rows if row.domestic), Fraction(0))
    peak = cut(total)
    fp16 = Derivation(
        "fp16_peak",
        peak,
        (
            *(
                f"{row.model}：{row.count}张×{plain(row.peak_tflops)}TFLOPS="
                f"{show(_pflops(row))}PFLOPS"
                for row in rows
            ),
            f"合计{plain(peak)}PFLOPS",
        ),
        (
            *(
                f"{row.model}: {row.count} × {plain(row.peak_tflops)} TFLOPS = "
                f"{show(_pflops(row))} PFLOPS"
                for row in rows
            ),
            f"{plain(peak)} PFLOPS in all",
        ),
    )
    if not total:
        return fp16, None
    share = percent(domestic, total)
    return fp16, Derivation(
        "domestic_compute_share",
        share,
        (f"国产{show(domestic)}÷全部{show(total)}PFLOPS={plain(share)}%",),
        (f"domestic {show(domestic)} ÷ all {show(total)} PFLOPS = {plain(share)}%",),
    )


def _pflops(row: CardRow) -> Fraction:
    return row.count * Fraction(row.peak_tflops) / 1000


def efficiency(rows: Sequence[CardRow], it_power_kw: Decimal) -> Derivation:
    """GFLOPS/W: dense FP16 total ÷ IT power (8.2.4 a). 1 PFLOPS/kW is 1000 GFLOPS/W."""
    if it_power_kw <= 0:
        raise CannotDerive("IT设备总功耗须大于0", "IT power must be above 0")
    total = sum((_pflops(row) for row in rows), Fraction(0))
    value = cut(total * 1000 / Fraction(it_power_kw))
    power = plain(it_power_kw)
    return Derivation(
        "compute_efficiency",
        value,
        (f"{show(total)}PFLOPS÷{power}kW={plain(value)}GFLOPS/W",),
        (f"{show(total)} PFLOPS ÷ {power} kW = {plain(value)} GFLOPS/W",),
    )


def energy(rows: Sequence[MeterRow], months: int) -> tuple[Derivation, Derivation]:
    """PUE and RER (8.3.5) over so many consecutive months, with the same total energy in both."""
    _check_months(rows, months)
    _check_amounts(rows)
    total = sum((Fraction(row.total_kwh) for row in rows), Fraction(0))
    it = sum((Fraction(row.it_kwh) for row in rows), Fraction(0))
    renewable = sum((Fraction(row.renewable_kwh) for row in rows), Fraction(0))
    if not it:
        raise CannotDerive("IT设备耗电量合计为0", "the energy of IT equipment is 0")
    first, *_, last = sorted(row.month for row in rows)
    span, span_en = f"{first}至{last}", f"{first} to {last}"
    pue = cut(total / it)
    rer = percent(renewable, total)
    return (
        Derivation(
            "pue",
            pue,
            (f"{span}：总{show(total)}kWh÷IT设备{show(it)}kWh={plain(pue)}",),
            (f"{span_en}: total {show(total)} kWh ÷ IT {show(it)} kWh = {plain(pue)}",),
        ),
        Derivation(
            "renewable_ratio",
            rer,
            (f"{span}：可再生{show(renewable)}kWh÷总{show(total)}kWh={plain(rer)}%",),
            (
                f"{span_en}: renewable {show(renewable)} kWh ÷ total {show(total)} kWh = "
                f"{plain(rer)}%",
            ),
        ),
    )


def _check_amounts(rows: Sequence[MeterRow]) -> None:
    """In no month may a part be more than the whole."""
    for place, row in enumerate(rows):
        total = plain(row.total_kwh)
        if row.it_kwh > row.total_kwh:
            it = plain(row.it_kwh)
            raise CannotDerive(
                f"{row.month}：IT设备耗电量{it}kWh大于总耗电量{total}kWh，PUE将小于1",
                f"{row.month}: IT equipment uses {it} kWh of only {total} kWh: "
                "PUE would be below 1",
                place,
            )
        if row.renewable_kwh > row.total_kwh:
            renewable = plain(row.renewable_kwh)
            raise CannotDerive(
                f"{row.month}：可再生能源电量{renewable}kWh大于总耗电量{total}kWh",
                f"{row.month}: {renewable} kWh of renewable electricity of only {total} kWh",
                place,
            )


def _check_months(rows: Sequence[MeterRow], wanted: int) -> None:
    months = set()
    for row in rows:
        found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", row.month)
        if not found:
            raise CannotDerive(
                f"月份“{row.month}”应写作2024-01的样式", f"month “{row.month}”: write as 2024-01"
            )
        months.add(int(found[1]) * 12 + int(found[2]))
    if len(rows) != wanted or len(months) != wanted or max(months) - min(months) != wanted - 1:
        raise CannotDerive(
            f"须为连续{wanted}个月、每月一行",
            f"{wanted} consecutive months are needed, a row for each",
        )


def consumption(rows: Sequence[UsageRow]) -> tuple[Derivation, Derivation]:
    """Industrial share (8.2.3 a) and domestic share (8.3.6 b) of the card-hours sold."""
    total = Fraction(0)
    industrial = Fraction(0)
    domestic = Fraction(0)
    for row in rows:
        hours = Fraction(row.domestic_card_hours) + Fraction(row.other_card_hours)
        total += hours
        domestic += Fraction(row.domestic_card_hours)
        if row.industrial:
            industrial += hours
    if not total:
        raise CannotDerive("卡时合计为0", "no card-hours were sold")
    shares = percent(industrial, total), percent(domestic, total)
    return (
        Derivation(
            "industrial_compute_share",
            shares[0],
            (f"工业{show(industrial)}÷全部{show(total)}卡时={plain(shares[0])}%",),
            (
                f"industrial {show(industrial)} ÷ all {show(total)} card-hours"
                f" = {plain(shares[0])}%",
            ),
        ),
        Derivation(
            "domestic_consumption_share",
            shares[1],
            (f"国产{show(domestic)}÷全部{show(total)}卡时={plain(shares[1])}%",),
            (f"domestic {show(domestic)} ÷ all {show(total)} card-hours = {plain(shares[1])}%",),
        ),
    )


def percent(part: Fraction, whole: Fraction) -> Decimal:
    return cut(part * 100 / whole)


def cut(number: Fraction) -> Decimal:
    """The number without what stands after the sixth decimal place."""
    return Decimal(number.numerator * 10**PLACES // number.denominator).scaleb(
        -PLACES, context=_WIDE
    )


def show(number: Fraction) -> str:
    return plain(cut(number))
