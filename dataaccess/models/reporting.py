"""When a base reports: the window it chose, downtime it announced, windows that closed empty."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dataaccess import windows
from dataaccess.models.base import Base

_WINDOWS = [each.name for each in windows.WINDOWS]


class WindowChoice(models.Model):
    """The window a base reports in from a day on (clause 8.4.4 a). Earlier days keep theirs."""

    base = models.ForeignKey(Base, on_delete=models.CASCADE, related_name="window_choices")
    window = models.CharField(
        _("上报时段"), max_length=11, choices=[(each, each) for each in _WINDOWS]
    )
    since = models.DateField(_("起用日期"))
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    chosen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(fields=["base", "since"], name="one_window_choice_a_day"),
            models.CheckConstraint(condition=Q(window__in=_WINDOWS), name="window_is_one_of_three"),
        ]

    def __str__(self) -> str:
        return f"{self.window} {self.since}"


class Downtime(models.Model):
    """Days on which a base will not report, announced before the first of them had its window.
    They count as planned, not as missing."""

    base = models.ForeignKey(Base, on_delete=models.CASCADE, related_name="downtimes")
    first_day = models.DateField(_("首日"))
    last_day = models.DateField(_("末日"))
    reason = models.CharField(_("原因"), max_length=200)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    announced_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-first_day", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="downtime_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class WindowClosing(models.Model):
    """One window of one day that was judged after it closed: the row keeps a second beat from
    judging it again."""

    date = models.DateField()
    window = models.CharField(max_length=11)
    judged_at = models.DateTimeField()
    expected = models.PositiveIntegerField(help_text="connected bases of this window")
    empty = models.PositiveIntegerField(help_text="those without any report for the day")

    class Meta:
        ordering = ["-date", "-window"]
        constraints = [
            models.UniqueConstraint(fields=["date", "window"], name="a_window_closes_once_a_day"),
            models.CheckConstraint(condition=Q(empty__lte=F("expected")), name="empty_of_expected"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.window}"


class EmptyWindow(models.Model):
    """A base that had not reported for the day when its window closed. Stays, whatever comes
    later: the day itself may still become a makeup."""

    base = models.ForeignKey(Base, on_delete=models.CASCADE, related_name="empty_windows")
    closing = models.ForeignKey(WindowClosing, on_delete=models.CASCADE, related_name="bases")
    date = models.DateField()

    if TYPE_CHECKING:
        base_id: int

    class Meta:
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(fields=["base", "date"], name="a_day_is_found_empty_once")
        ]

    def __str__(self) -> str:
        return f"{self.base_id} {self.date}"
