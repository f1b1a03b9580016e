"""The base (待评估基地, later 工业智算基地): what is evaluated, and what reports its data."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation


class RealBases(models.Manager["Base"]):
    """Without the sandboxes, whose data count for nothing: what every page and overview counts."""

    def get_queryset(self) -> models.QuerySet["Base"]:
        return super().get_queryset().filter(sandbox=False)


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
    # Of its latest certificate (10.2); empty while it has none. Totals are kept by it.
    category = models.CharField(_("认定类别"), max_length=16, blank=True)
    # FP16 (PFLOPS) that its standing certificates rest on, which reports are held against while
    # they are taken in. Kept by the floor above, with each entry of the register.
    certified_fp16 = models.BigIntegerField(null=True, editable=False)
    # No longer obliged to report from this day on: its certification was revoked. What it sends all
    # the same is kept.
    released_on = models.DateField(null=True, editable=False)
    # Its reporting windows are the rows of WindowChoice: each holds from a day on.
    created_at = models.DateTimeField(auto_now_add=True)
    # Where an applicant's programs try the interfaces (conformance runs).
    sandbox = models.BooleanField(default=False)

    objects = RealBases()
    everything = models.Manager["Base"]()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(sandbox=True),
                name="one_sandbox_an_organisation",
            )
        ]

    def __str__(self) -> str:
        return self.name
