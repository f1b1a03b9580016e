"""What bases report: one current row for each thing, and the versions it replaced.

Base info is kept as one JSON document: it is read whole and never summed. A compute report has
a column for each of its 24 figures: they are the fixed content of Table B.1, they are summed and
drawn over time, and the database itself holds 0 ≤ idle ≤ total.

The foreign keys to the base have no index of their own where another one begins with it."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dataaccess.models.base import Base
from dataaccess.models.receipts import Receipt
from dataaccess.shapes import KINDS, tables
from portal.contacts.fields import SealedInJSON


class BaseInfo(models.Model):
    """基地基本信息 as it stands: the 17 fields under their names of Table B.1."""

    base = models.OneToOneField(Base, on_delete=models.PROTECT, related_name="info")
    values = SealedInJSON(sealed=tables.PEOPLE)
    received_at = models.DateTimeField()
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.base_id}"

    if TYPE_CHECKING:
        base_id: int


class Timeliness(models.TextChoices):
    ON_TIME = "on_time", _("按时")
    OUT_OF_WINDOW = "out_of_window", _("窗口外")
    MAKEUP = "makeup", _("补报")


class ComputeReport(models.Model):
    """基地算力信息 of one day. `received_at` and `timeliness` are those of the day's best
    delivery: a later correction does not make a day late that was reported on time."""

    base = models.ForeignKey(
        Base, on_delete=models.PROTECT, related_name="compute_reports", db_index=False
    )
    date = models.DateField()
    memory_total = models.BigIntegerField()
    memory_idle = models.BigIntegerField()
    storage_total = models.BigIntegerField()
    storage_idle = models.BigIntegerField()
    uplink_bandwidth_total = models.BigIntegerField()
    uplink_bandwidth_idle = models.BigIntegerField()
    uplink_traffic_idle = models.BigIntegerField()
    downlink_bandwidth_total = models.BigIntegerField()
    downlink_bandwidth_idle = models.BigIntegerField()
    downlink_traffic_idle = models.BigIntegerField()
    cpu_cores_total = models.BigIntegerField()
    cpu_cores_idle = models.BigIntegerField()
    gpu_total = models.BigIntegerField()
    gpu_idle = models.BigIntegerField()
    dpu_total = models.BigIntegerField()
    dpu_idle = models.BigIntegerField()
    npu_total = models.BigIntegerField()
    npu_idle = models.BigIntegerField()
    fpga_total = models.BigIntegerField()
    fpga_idle = models.BigIntegerField()
    asic_total = models.BigIntegerField()
    asic_idle = models.BigIntegerField()
    fp16_total = models.BigIntegerField()
    fp16_idle = models.BigIntegerField()
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    timeliness = models.CharField(max_length=13, choices=Timeliness.choices)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="+")
    corrected = models.BooleanField(default=False, help_text="a later delivery changed figures")
    # Where the day counts in the totals: as the base stood when the day was first reported.
    province = models.CharField(max_length=6, blank=True)
    category = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(fields=["base", "date"], name="one_compute_report_a_day"),
            models.CheckConstraint(
                condition=Q(timeliness__in=Timeliness.values), name="report_timeliness_is_known"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(
                        **{
                            f"{pair.key}_idle__gte": 0,
                            f"{pair.key}_idle__lte": F(f"{pair.key}_total"),
                        }
                    ),
                    name=f"report_{pair.key}_idle_within_total",
                )
                for pair in tables.PAIRS
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{key}_idle__gte": 0}), name=f"report_{key}_not_negative"
                )
                for key, _title, _unit in tables.TRAFFIC
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base_id} {self.date}"

    def figures(self) -> dict[str, int]:
        """The 24 figures under their names of Table B.1."""
        return {name: getattr(self, column) for name, column in tables.FIGURES.items()}

    if TYPE_CHECKING:
        base_id: int
        receipt_id: UUID


class SecurityEvent(models.Model):
    """基地安全信息: one attack as it stands. Values are those of Tables B.1 to B.3 as printed;
    `occurred_at` is 攻击时间 read as Asia/Shanghai, `received_at` the first delivery.

    On PostgreSQL a table for each month of `received_at` (docs/decisions/0011). That an event's id
    is unique within its base is held by EventKey; a foreign key would be looked up again for every
    event, while the intake holds the base's lock and writes the receipt itself."""

    base = models.ForeignKey(
        Base,
        on_delete=models.PROTECT,
        related_name="security_events",
        db_index=False,
        db_constraint=False,
    )
    event_id = models.CharField(_("攻击事件ID"), max_length=128)
    occurred_at = models.DateTimeField(_("攻击时间"))
    attacker_ips = models.CharField(_("攻击者IP"), max_length=256)
    target_ips = models.CharField(_("攻击目标IP"), max_length=256)
    method = models.CharField(_("攻击手段"), max_length=4)
    ongoing = models.BooleanField(_("是否仍在攻击"))
    handling = models.CharField(_("当前防御处理状态"), max_length=3)
    asset_type = models.CharField(_("被攻击资产类型"), max_length=4)
    description = models.CharField(_("攻击事件描述"), max_length=512)
    severity = models.CharField(_("攻击危险程度"), max_length=1)
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    receipt = models.ForeignKey(
        Receipt,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        ordering = ["-occurred_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(method__in=list(tables.ATTACK_METHODS)), name="event_method_is_known"
            ),
            models.CheckConstraint(
                condition=Q(asset_type__in=list(tables.ASSET_TYPES)), name="event_asset_is_known"
            ),
            models.CheckConstraint(
                condition=Q(handling__in=tables.HANDLING), name="event_handling_is_known"
            ),
            models.CheckConstraint(
                condition=Q(severity__in=tables.SEVERITIES), name="event_severity_is_known"
            ),
        ]
        indexes = [models.Index(fields=["base", "-occurred_at", "-id"], name="event_latest")]

    def __str__(self) -> str:
        return self.event_id

    if TYPE_CHECKING:
        base_id: int
        receipt_id: UUID

    @property
    def method_name(self) -> str:
        return tables.ATTACK_METHODS[self.method]

    @property
    def asset_name(self) -> str:
        return tables.ASSET_TYPES[self.asset_type]


class EventKey(models.Model):
    """That a base's event is kept, once, and where: its row and the month of it. `digest` is of
    the ten fields as they stand, so that one sent again unchanged costs one look."""

    pk = models.CompositePrimaryKey("base_id", "event_id")
    base = models.ForeignKey(
        Base, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    event_id = models.CharField(max_length=128)
    event = models.BigIntegerField(help_text="id of the SecurityEvent")
    received_at = models.DateTimeField(help_text="that of the SecurityEvent")
    digest = models.UUIDField()

    def __str__(self) -> str:
        return self.event_id


class EarlierVersion(models.Model):
    """What a base info, a day's report or an event said before a delivery changed it. `key` is
    empty for base info, the day for a report, the event's id for an event."""

    base = models.ForeignKey(
        Base, on_delete=models.PROTECT, related_name="earlier_versions", db_index=False
    )
    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=128, blank=True)
    values = SealedInJSON(sealed=tables.PEOPLE, rows={"kind": "base_info"})
    received_at = models.DateTimeField(help_text="when this version had come")
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(
        Receipt, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="version_kind_is_known")
        ]
        indexes = [models.Index(fields=["base", "kind", "key"], name="version_of_a_thing")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
