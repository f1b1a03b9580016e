"""What the reports of a review's period say: the applicant's part is prefilled with it, and the
secretariat judges beside it. No limit is set here: the standard has none for a review."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Min, Q, Sum
from django.utils import timezone

from dataaccess import days
from dataaccess.models import ComputeReport, DataCallItem, SecurityEvent
from dataaccess.shapes.tables import HANDLING
from evaluation.models import Review

SOLVED = HANDLING[-1]
Json = dict[str, Any]


def period(review: Review) -> tuple[date, date]:
    """From the day after the review before (or the certification) to the due day, or today."""
    certificate = review.certificate
    before = (
        certificate.reviews.filter(due_on__lt=review.due_on)
        .order_by("-due_on")
        .values_list("due_on", flat=True)
        .first()
    )
    begin = (before or certificate.certified_on) + timedelta(days=1)
    return min(begin, timezone.localdate()), min(review.due_on, timezone.localdate())


def figures(review: Review) -> Json:
    """Every figure by its name in the edition, as JSON: counts as whole numbers, shares as text
    with one decimal, "" where nothing was reported."""
    first, last = period(review)
    base = review.certificate.base
    reports = ComputeReport.objects.filter(base=base, date__range=(first, last))
    return {
        "period": {"first": first.isoformat(), "last": last.isoformat()},
        "timeliness": _timeliness(review, first, last),
        "data_calls": _data_calls(base.pk, first, last),
        "capacity": _capacity(review, reports),
        "idle": _idle(reports),
        "attacks": _attacks(base.pk, first, last),
    }


def _timeliness(review: Review, first: date, last: date) -> Json:
    found = days.reporting_days(review.certificate.base, last, (last - first).days + 1)
    tally = days.tally(found)
    return {
        **{status: tally.counts[status] for status in days.STATUSES[:5]},
        "due": tally.due,
        "rate": "" if tally.rate is None else str(tally.rate),
    }


def _data_calls(base: int, first: date, last: date) -> Json:
    asked = DataCallItem.objects.filter(
        base=base,
        call__withdrawn_at__isnull=True,
        call__deadline__gte=_midnight(first),
        call__deadline__lt=_midnight(last + timedelta(days=1)),
    )
    counted = asked.aggregate(
        asked=Count("pk"),
        in_time=Count("pk", filter=Q(answered_at__lte=F("call__deadline"))),
        late=Count("pk", filter=Q(answered_at__gt=F("call__deadline"))),
    )
    return {**counted, "open": counted["asked"] - counted["in_time"] - counted["late"]}


def _capacity(review: Review, reports: Any) -> Json:
    """What was certified against what was reported, in PFLOPS of FP16."""
    certified = review.certificate.score_run.inputs.get("fp16_peak")
    counted = reports.aggregate(least=Min("fp16_total"), mean=Avg("fp16_total"))
    latest = reports.order_by("-date").values_list("fp16_total", flat=True).first()
    drift = ""
    if latest is not None and certified and Decimal(str(certified)) > 0:
        drift = _share(Decimal(latest) - Decimal(str(certified)), Decimal(str(certified)))
    return {
        "certified": str(certified or ""),
        "latest": "" if latest is None else str(latest),
        "least": "" if counted["least"] is None else str(counted["least"]),
        "mean": "" if counted["mean"] is None else str(round(Decimal(str(counted["mean"])))),
        "drift": drift,
    }


def _idle(reports: Any) -> Json:
    """Idle FP16 as a share of all that was reported, over the days of the period."""
    counted = reports.aggregate(total=Sum("fp16_total"), idle=Sum("fp16_idle"), days=Count("pk"))
    share = _share(Decimal(counted["idle"]), Decimal(counted["total"])) if counted["total"] else ""
    return {"days": counted["days"], "share": share}


def _attacks(base: int, first: date, last: date) -> Json:
    return SecurityEvent.objects.filter(
        base=base,
        occurred_at__gte=_midnight(first),
        occurred_at__lt=_midnight(last + timedelta(days=1)),
    ).aggregate(
        total=Count("pk"),
        unresolved=Count("pk", filter=~Q(handling=SOLVED)),
        ongoing=Count("pk", filter=Q(ongoing=True)),
    )


def _share(part: Decimal, whole: Decimal) -> str:
    return str((100 * part / whole).quantize(Decimal("0.1")))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
