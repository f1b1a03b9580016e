"""The base (待评估基地, later 工业智算基地): what is evaluated, and what reports its data."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from dataaccess import windows
from portal.accounts.models import Organisation


class Base(models.Model):
    """A computing base of an organisation (clause 5). Its code names it in commands and keys."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bases")
    code = models.CharField(
        _("基地代码"), max_length=40, unique=True, validators=[RegexValidator(r"^[a-z0-9-]+$")]
    )
    name = models.CharField(_("基地名称"), max_length=256)
    # GB/T 2260-2007 codes, six digits.
    province = models.CharField(_("所在省份"), max_length=6, blank=True)
    city = models.CharField(_("所在城市"), max_length=6, blank=True)
    # One of the three of clause 8.4.4 a; the base chooses.
    window = models.CharField(
        _("上报时段"),
        max_length=11,
        choices=[(each.name, each.name) for each in windows.WINDOWS],
        default=windows.DEFAULT_WINDOW,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(window__in=[each.name for each in windows.WINDOWS]),
                name="base_window_is_one_of_three",
            )
        ]

    def __str__(self) -> str:
        return self.name
