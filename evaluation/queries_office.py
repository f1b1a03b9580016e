"""What waits for the secretariat besides cases: affairs of organisations and reports of misuse."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, F, Min, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evaluation.models import MisuseReport, MisuseState
from portal.accounts import queries as accounts
from portal.accounts.models import Role, User

LABELS = {
    "registration": _("单位登记"),
    "name": _("单位更名"),
    "help": _("负责人变更"),
    "misuse": _("名称滥用举报"),
}


@dataclass(frozen=True)
class Affair:
    """One kind of what waits: how many, and since when the oldest."""

    kind: str
    count: int
    since: datetime

    @property
    def label(self) -> Any:
        return LABELS[self.kind]

    @property
    def url(self) -> str:
        if self.kind == "misuse":
            return reverse("evaluation:misuse_reports")
        return reverse("accounts:admissions", args=[self.kind])


def affairs(user: User) -> list[Affair]:
    """Each kind of which something waits, the longest waiting first. One query."""
    if user.role != Role.SECRETARIAT:
        return []
    first, *others = (
        _counted("registration", accounts.waiting_registrations(), "confirmed_at"),
        _counted("name", accounts.waiting_name_changes(), "created_at"),
        _counted("help", accounts.waiting_help(), "created_at"),
        _counted("misuse", MisuseReport.objects.exclude(state=MisuseState.CLOSED), "received_at"),
    )
    counted = (Affair(*row) for row in first.union(*others, all=True))
    return sorted((each for each in counted if each.count), key=lambda each: each.since)


def _counted(kind: str, waiting: QuerySet[Any], since: str) -> QuerySet[Any, Any]:
    named = waiting.order_by().annotate(affair=Value(kind, output_field=CharField()))
    return (
        named.values("affair")
        .annotate(count=Count("pk"), since=Min(F(since)))
        .values_list("affair", "count", "since")
    )
