"""随机抽取: who was drawn, from whom, by which seed. Written once, never changed: anyone can repeat
a draw from its record alone (`manage.py redraw CASE`)."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation.models.case import Evaluation
from evaluation.models.experts import Assignment, Duty, Left


class Draw(models.Model):
    """One draw for one duty of a case: seed, requirement, and everyone in the pool at that moment
    with the reasons that kept them out. The seed orders them once; each round takes the next."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="draws")
    duty = models.CharField(max_length=8, choices=Duty.choices)
    algorithm = models.CharField(max_length=32, help_text="see evaluation.pool.lottery")
    seed = models.CharField(max_length=64, help_text="32 bytes of the OS's randomness, in hex")
    requirement = models.JSONField(help_text="size, fields, first_day, last_day, and the settings")
    candidates = models.JSONField(help_text="see evaluation.pool.lottery.Candidate")
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    drawn_at = models.DateTimeField()
    digest = models.CharField(max_length=64, help_text="SHA-256; stands in the audit chain, too")

    if TYPE_CHECKING:
        evaluation_id: int
        drawn_by_id: int

    class Meta:
        ordering = ["drawn_at", "pk"]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.duty}"


class DrawRound(models.Model):
    """Seats that were filled at one moment: all of them first, one for each replacement."""

    class Cause(models.TextChoices):
        FIRST = "first", _("首次抽取")
        RELEASED = Left.RELEASED.value, _("解除指派")
        DECLINED = Left.DECLINED.value, _("谢绝邀请")
        LAPSED = Left.LAPSED.value, _("逾期未答复")
        RECUSED = "recused", _("申请回避")

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField(help_text="0: the first")
    seats = models.JSONField(help_text="field of each seat to fill; empty: any")
    standing = models.JSONField(help_text="who was on the team, with the employer of each")
    barred = models.JSONField(help_text="who could not serve any more by now, with the reasons")
    picks = models.JSONField(help_text="who was drawn for which seat, in order")
    cause = models.CharField(max_length=8, choices=Cause.choices)
    replaces = models.OneToOneField(
        Assignment, null=True, on_delete=models.PROTECT, related_name="replacement"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    if TYPE_CHECKING:
        draw_id: uuid.UUID
        replaces_id: int | None

    class Meta:
        ordering = ["draw", "number"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="one_round_of_a_number"),
            models.CheckConstraint(
                condition=Q(number=0, cause="first", replaces__isnull=True)
                | (Q(number__gt=0, replaces__isnull=False) & ~Q(cause="first")),
                name="a_later_round_replaces_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.number}"
