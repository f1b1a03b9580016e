"""Putting checked values into the tables, inside intake's transaction and under the base's lock.

One current row for each thing; what it said before goes to EarlierVersion; sent again unchanged,
nothing is written. Events have a room of their own: event_store.py."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from dataaccess import rollups, windows
from dataaccess.admission import Admission
from dataaccess.models import Base, BaseInfo, ComputeReport, EarlierVersion
from dataaccess.shapes import tables

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What every row that a delivery writes needs to know of it."""

    base: Base
    receipt: UUID
    at: datetime
    admission: Admission


@dataclass(frozen=True, slots=True)
class Counts:
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def accepted(self) -> int:
        return self.created + self.updated + self.unchanged


CREATED, UPDATED, UNCHANGED = Counts(created=1), Counts(updated=1), Counts(unchanged=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a day counts that had been reported before: by its best delivery, whatever the newest was."""

    day: date
    timeliness: str
    corrected: bool


def keep_base_info(delivery: Delivery, values: Values) -> Counts:
    current = BaseInfo.objects.filter(base=delivery.base).first()
    if current is None:
        BaseInfo.objects.create(
            base=delivery.base, values=values, received_at=delivery.at, receipt_id=delivery.receipt
        )
        return CREATED
    if current.values == values:
        return UNCHANGED
    set_aside(delivery, "base_info", [("", current.values, current.received_at)])
    BaseInfo.objects.filter(pk=current.pk).update(
        values=values, received_at=delivery.at, receipt=delivery.receipt
    )
    return UPDATED


def keep_compute_report(
    delivery: Delivery, day: date, values: Values, timeliness: windows.Timeliness
) -> tuple[Counts, Standing | None]:
    columns = {tables.FIGURES[name]: value for name, value in values.items()}
    base = delivery.base
    current = ComputeReport.objects.filter(base=base, date=day).first()
    if current is None:
        report = ComputeReport.objects.create(
            base=base,
            date=day,
            received_at=delivery.at,
            changed_at=delivery.at,
            timeliness=timeliness,
            receipt_id=delivery.receipt,
            province=delivery.admission.province,
            category=delivery.admission.category,
            **columns,
        )
        rollups.report_created(base, report)
        return CREATED, None
    same = ComputeReport.objects.filter(pk=current.pk)
    if timeliness == windows.ON_TIME and current.timeliness != windows.ON_TIME:
        same.update(timeliness=timeliness, received_at=delivery.at)
        rollups.report_in_time_after_all(base, current)
        held: str = timeliness
    else:
        held = current.timeliness
    figures = current.figures()
    if figures == values:
        return UNCHANGED, Standing(day, held, current.corrected)
    set_aside(delivery, "compute_report", [(day.isoformat(), figures, current.changed_at)])
    same.update(changed_at=delivery.at, receipt=delivery.receipt, corrected=True, **columns)
    rollups.report_changed(base, current, values)
    return UPDATED, Standing(day, held, corrected=True)


def set_aside(
    delivery: Delivery, kind: str, versions: Iterable[tuple[str, Values, datetime]]
) -> None:
    """Keep what things said before this delivery: (key, values, when that had come)."""
    EarlierVersion.objects.bulk_create(
        EarlierVersion(
            base=delivery.base,
            kind=kind,
            key=key,
            values=values,
            received_at=received_at,
            replaced_at=delivery.at,
            replaced_by_id=delivery.receipt,
        )
        for key, values, received_at in versions
    )
