"""Rollups: what pages count and draw, kept by the intake in the transaction of the delivery.

`manage.py verify_rollups` counts everything again from what was reported and names differences.
They outlive the raw events (docs/data-access.md, Rollups)."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from dataaccess.models.base import Base
from dataaccess.models.data import ComputeReport


class EventCount(models.Model):
    """So many events of a base by the day of 攻击时间 (Asia/Shanghai) and by kind, asset, level and
    state, as they stand now. `ongoing`: of these, still attacking (是否仍在攻击). `archived` of them
    are older than the retention: counted for ever, their rows are gone."""

    base = models.ForeignKey(
        Base, on_delete=models.PROTECT, related_name="event_counts", db_index=False
    )
    day = models.DateField()
    method = models.CharField(max_length=4)
    asset_type = models.CharField(max_length=4)
    severity = models.CharField(max_length=1)
    handling = models.CharField(max_length=3)
    events = models.BigIntegerField()
    ongoing = models.BigIntegerField()
    archived = models.BigIntegerField(default=0)
    archived_ongoing = models.BigIntegerField(default=0)

    if TYPE_CHECKING:
        base_id: int

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["base", "day", "method", "asset_type", "severity", "handling"],
                name="one_event_count_a_base_day_and_kind",
            )
        ]
        indexes = [models.Index(fields=["day"], name="event_count_of_a_day")]

    def __str__(self) -> str:
        return f"{self.base_id} {self.day} {self.method} {self.events}"


class EventTotal(models.Model):
    """Events of all bases (sandboxes left out) by day, kind, asset, level and state. **Always
    summed**: each delivery appends what it adds or takes away, so that bases never wait for one
    another; a task folds these rows into one for each key (`folded`)."""

    day = models.DateField()
    method = models.CharField(max_length=4)
    asset_type = models.CharField(max_length=4)
    severity = models.CharField(max_length=1)
    handling = models.CharField(max_length=3)
    events = models.BigIntegerField()
    ongoing = models.BigIntegerField()
    folded = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "method", "asset_type", "severity", "handling"],
                condition=Q(folded=True),
                name="one_folded_event_total_a_key",
            )
        ]
        indexes = [
            models.Index(fields=["day"], name="event_total_of_a_day"),
            models.Index(fields=["id"], condition=Q(folded=False), name="event_total_to_fold"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.method} {self.events}"


def _sum() -> "models.DecimalField[Decimal, Decimal]":
    """Each figure may be as large as a bigint; their sum may be larger."""
    return models.DecimalField(max_digits=25, decimal_places=0)


class ComputeTotal(models.Model):
    """The 24 figures of all bases (sandboxes left out) that reported for a day, summed by province
    (GB/T 2260-2007) and category of the certificate (empty: none yet)."""

    date = models.DateField()
    province = models.CharField(max_length=6, blank=True)
    category = models.CharField(max_length=16, blank=True)
    bases = models.BigIntegerField()
    memory_total = _sum()
    memory_idle = _sum()
    storage_total = _sum()
    storage_idle = _sum()
    uplink_bandwidth_total = _sum()
    uplink_bandwidth_idle = _sum()
    uplink_traffic_idle = _sum()
    downlink_bandwidth_total = _sum()
    downlink_bandwidth_idle = _sum()
    downlink_traffic_idle = _sum()
    cpu_cores_total = _sum()
    cpu_cores_idle = _sum()
    gpu_total = _sum()
    gpu_idle = _sum()
    dpu_total = _sum()
    dpu_idle = _sum()
    npu_total = _sum()
    npu_idle = _sum()
    fpga_total = _sum()
    fpga_idle = _sum()
    asic_total = _sum()
    asic_idle = _sum()
    fp16_total = _sum()
    fp16_idle = _sum()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["date", "province", "category"], name="one_compute_total_a_day_and_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.province} {self.category}"


class LatestReport(models.Model):
    """The compute report of a base's latest day."""

    base = models.OneToOneField(
        Base, primary_key=True, on_delete=models.PROTECT, related_name="latest_report"
    )
    date = models.DateField()
    report = models.OneToOneField(ComputeReport, on_delete=models.PROTECT, related_name="+")

    if TYPE_CHECKING:
        base_id: int
        report_id: int

    def __str__(self) -> str:
        return f"{self.base_id} {self.date}"


class ReportingMonth(models.Model):
    """How a base's days of a month were reported. Days without a report are not stored: they are
    judged when they are looked at (days.py)."""

    base = models.ForeignKey(
        Base, on_delete=models.PROTECT, related_name="reporting_months", db_index=False
    )
    month = models.DateField(help_text="its first day")
    on_time = models.PositiveIntegerField(default=0)
    out_of_window = models.PositiveIntegerField(default=0)
    makeup = models.PositiveIntegerField(default=0)
    corrected = models.PositiveIntegerField(default=0)

    if TYPE_CHECKING:
        base_id: int

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "month"], name="one_reporting_month_a_base")
        ]
        indexes = [models.Index(fields=["month"], name="reporting_month")]

    def __str__(self) -> str:
        return f"{self.base_id} {self.month}"
