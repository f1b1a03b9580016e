"""Experts on a case: who was assigned, what they found on site, what they scored."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation.models.case import Evaluation


class Duty(models.TextChoices):
    SITE = "site", _("现场评估")
    PANEL = "panel", _("专家评审")


class Left(models.TextChoices):
    """Why an expert is off a case, when `released_at` is set."""

    RELEASED = "released", _("已解除")  # by the secretariat
    DECLINED = "declined", _("已谢绝")  # by the expert, before the pledge
    LAPSED = "lapsed", _("逾期未答复")  # by the clock


class Assignment(models.Model):
    """An expert asked to serve on a case. Nothing of the case opens before 不回避 and the pledge
    (承诺书) are signed; an expert who is recused learns nothing more.

    Drawn (then `draw_round` says in which round, and `seat` for which field), or assigned by hand
    with `manual_reason`. Whoever has `released_at` or `recused_at` serves no more."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="assignments")
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    duty = models.CharField(max_length=8, choices=Duty.choices)
    is_leader = models.BooleanField(default=False)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField()
    pledged_at = models.DateTimeField(null=True)
    recused_at = models.DateTimeField(null=True)
    recusal_reason = models.TextField(blank=True)
    # Off the case, with the reason on record: see Left.
    released_at = models.DateTimeField(null=True)
    release_reason = models.TextField(blank=True)
    # 签到: present at the panel's meeting. Who has not signed in scores nothing.
    signed_in_at = models.DateTimeField(null=True, help_text="panel: present at the meeting")
    # Whom this expert wants to lead the panel; votes count while both serve.
    votes_for = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="votes", help_text="panel"
    )
    leader_reason = models.TextField(blank=True, help_text="why the secretariat named this leader")
    left = models.CharField(max_length=8, choices=Left.choices, blank=True)
    # The answer (谢绝, 回避, or 接受 and then the pledge) is awaited until the end of this day.
    answer_by = models.DateField(null=True)
    accepted_at = models.DateTimeField(null=True)
    draw_round = models.ForeignKey(
        "evaluation.DrawRound", null=True, on_delete=models.PROTECT, related_name="assignments"
    )
    seat = models.CharField(max_length=32, blank=True, help_text="field; empty: any")
    manual_reason = models.TextField(blank=True)
    sheet_submitted_at = models.DateTimeField(null=True, help_text="panel: own scores locked")

    if TYPE_CHECKING:
        evaluation_id: int
        expert_id: int
        votes_for_id: int | None
        draw_round_id: int | None

    class Meta:
        ordering = ["duty", "-is_leader", "id"]
        constraints = [
            # Who was released, declined or did not answer may be asked again by hand.
            models.UniqueConstraint(
                fields=["evaluation", "expert", "duty"],
                condition=Q(released_at__isnull=True),
                name="one_open_assignment_a_duty",
            ),
            models.UniqueConstraint(
                fields=["evaluation", "duty"],
                condition=Q(is_leader=True, recused_at__isnull=True, released_at__isnull=True),
                name="one_leader_a_duty",
            ),
            models.CheckConstraint(
                condition=Q(pledged_at__isnull=True) | Q(recused_at__isnull=True),
                name="pledged_or_recused",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | ~Q(release_reason=""),
                name="release_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(draw_round__isnull=False) | ~Q(manual_reason=""),
                name="drawn_or_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, left="")
                | Q(released_at__isnull=False, left__in=["released", "declined", "lapsed"]),
                name="released_says_how",
            ),
            models.CheckConstraint(
                condition=Q(pledged_at__isnull=True) | ~Q(left__in=["declined", "lapsed"]),
                name="pledged_is_released_by_the_secretariat_only",
            ),
            models.CheckConstraint(
                condition=Q(sheet_submitted_at__isnull=True)
                | Q(duty="panel", pledged_at__isnull=False),
                name="sheet_of_a_pledged_panel_expert",
            ),
            models.CheckConstraint(
                condition=Q(signed_in_at__isnull=True) | Q(duty="panel", pledged_at__isnull=False),
                name="signed_in_to_a_panel_after_the_pledge",
            ),
            models.CheckConstraint(
                condition=Q(sheet_submitted_at__isnull=True) | Q(signed_in_at__isnull=False),
                name="sheet_of_one_who_signed_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert} {self.duty}"


class SiteRecord(models.Model):
    """What the site team observed for one indicator. Stands beside the declared value."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="site_records"
    )
    indicator = models.CharField(max_length=48)
    observed = models.JSONField(
        null=True, help_text="in the form of the score contract; null: could not be verified"
    )
    differs = models.BooleanField(help_text="from the declared value")
    documented = models.CharField(
        max_length=200, blank=True, help_text="what the materials prove, in words"
    )
    reason = models.TextField(blank=True)
    instrument = models.CharField(max_length=200, blank=True)
    reading = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(help_text="by the server's clock")
    noted_at = models.DateTimeField(null=True, help_text="by the clock of a device without network")

    if TYPE_CHECKING:
        recorded_by_id: int

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "indicator"], name="one_site_record_an_indicator"
            ),
            models.CheckConstraint(
                condition=Q(differs=False) | ~Q(reason=""), name="difference_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(observed__isnull=False) | ~Q(reason=""), name="unverified_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.indicator

    @property
    def unverified(self) -> bool:
        """Whether nothing could be verified on site."""
        return self.observed is None

    @property
    def contradicts(self) -> bool:
        """Whether another value than the declared one was found. One that could not be verified
        is no other value: it is counted apart, on every page and paper."""
        return self.differs and not self.unverified


class PanelScore(models.Model):
    """The points one expert gives one judged indicator. No one else sees them before submitting
    their own."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="scores")
    indicator = models.CharField(max_length=48)
    points = models.DecimalField(max_digits=5, decimal_places=1)
    reason = models.TextField(blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "indicator"], name="one_score_an_indicator"
            ),
            models.CheckConstraint(condition=Q(points__gte=0), name="points_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.points}"


class Consolidation(models.Model):
    """The panel's final word on one indicator: points of a judged one, or a corrected value of a
    verified one, with the leader's reason."""

    evaluation = models.ForeignKey(
        Evaluation, on_delete=models.PROTECT, related_name="consolidations"
    )
    indicator = models.CharField(max_length=48)
    value = models.JSONField(help_text="in the form of the score contract")
    reason = models.TextField(blank=True)
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # What the experts' points came to, and by which policy of the edition. Of judged ones only.
    proposal = models.DecimalField(max_digits=16, decimal_places=10, null=True)
    aggregation = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "indicator"], name="one_final_value_an_indicator"
            ),
            models.CheckConstraint(
                condition=Q(proposal__isnull=True, aggregation="")
                | (Q(proposal__isnull=False) & ~Q(aggregation="")),
                name="proposal_with_its_policy",
            ),
        ]

    def __str__(self) -> str:
        return self.indicator
