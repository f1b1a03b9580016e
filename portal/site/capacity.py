"""The certified bases as offers to the capacity finder: what each last reported as idle."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KT
from django.utils import timezone

from dataaccess import capacity, extents, in_doubt, regions, windows
from dataaccess.capacity import Offer
from dataaccess.cards import Card
from dataaccess.distance import read_location, seat_of
from dataaccess.models import Base, BaseInfo, ComputeReport, Downtime
from dataaccess.shapes import tables
from dataaccess.words import reads_english
from evaluation.models import Certificate, Declaration
from evaluation.queries_public import STANDING

LOCATION = "values__基地所在位置"  # not translated: a field of Table B.1
CARDS = "tables__technical__cards"


@dataclass(frozen=True, slots=True)
class Listed:
    """A certified base, and what it offers; no offer where it never reported."""

    code: str
    name: str
    certificate: str
    place: str
    offer: Offer | None


def listed(*, with_cards: bool = False) -> dict[str, Listed]:
    """Every base whose certificate stands, by code. Four queries, however many there are; with
    the cards that they declared one more."""
    today = windows.day_of(timezone.now())
    location = BaseInfo.objects.filter(base=OuterRef("base")).values(located=KT(LOCATION))
    certificates = {
        certificate.base_id: certificate
        for certificate in Certificate.objects.filter(state__in=STANDING)
        .select_related("base")
        .annotate(located=Subquery(location[:1]))
        .order_by("certified_on", "pk")
    }
    bases = [certificate.base for certificate in certificates.values()]
    reports = _latest_reports(bases)
    down = dict(
        Downtime.objects.filter(
            base__in=bases,
            cancelled_at__isnull=True,
            first_day__lte=today,
            last_day__gte=today,
        )
        .order_by("last_day")
        .values_list("base_id", "last_day")
    )
    doubted = in_doubt.subjects(bases)
    cards = declared_cards(certificates.values()) if with_cards else {}
    found = {}
    language = "en" if reads_english() else "zh"
    for base in bases:
        report = reports.get(base.pk)
        found[base.code] = Listed(
            base.code,
            base.name,
            certificates[base.pk].number,
            regions.place_name(base.province, base.city, language),
            _offer(
                base,
                report,
                certificates[base.pk].located,
                down.get(base.pk),
                cards.get(certificates[base.pk].evaluation_id),
                doubted.get(base.pk, ()),
            )
            if report
            else None,
        )
    return found


def _offer(
    base: Base,
    report: ComputeReport,
    location: str | None,
    down_until: date | None,
    cards: tuple[Card, ...] | None,
    doubted: tuple[str, ...],
) -> Offer:
    point = read_location(location or "")
    # Coordinates that contradict the province (swapped digits, another base's) would rank it by a
    # place where it is not.
    astray = point is not None and extents.kilometres_astray(base.province, point) > 0
    known = None if astray else point
    return Offer(
        base.code,
        base.province,
        report.date,
        {pair.key: getattr(report, f"{pair.key}_idle") for pair in tables.PAIRS},
        known or seat_of(base.province),
        seat=known is None,
        astray=astray,
        down_until=down_until,
        cards=cards,
        in_doubt=doubted,
    )


def declared_cards(certificates: Iterable[Certificate]) -> dict[int, tuple[Card, ...]]:
    """The list of cards (8.3.2 d) by evaluation, of the version that was certified: the latest.
    None of those that declared the peak without a list."""
    rows = (
        Declaration.objects.filter(evaluation__in=[each.evaluation_id for each in certificates])
        .order_by("evaluation", "number")
        .values_list("evaluation", CARDS)
    )
    latest: dict[int, list[dict[str, Any]] | None] = dict(rows)
    return {
        evaluation: tuple(
            Card(
                row["model"],
                int(row["count"]),
                Decimal(str(row["peak_tflops"])),
                row.get("domestic") is True,
            )
            for row in cards
        )
        for evaluation, cards in latest.items()
        if cards
    }


def find(need: capacity.Need, bases: dict[str, Listed]) -> capacity.Answer:
    """The answer as of today; where the need asks for cards, of bases listed with them."""
    offers = (each.offer for each in bases.values() if each.offer is not None)
    return capacity.find(need, offers, windows.day_of(timezone.now()))


def _latest_reports(bases: list[Base]) -> dict[int, ComputeReport]:
    latest = ComputeReport.objects.filter(base=OuterRef("pk")).order_by("-date").values("pk")
    newest = Base.objects.filter(pk__in=[base.pk for base in bases]).values_list(
        Subquery(latest[:1]), flat=True
    )
    return {report.base_id: report for report in ComputeReport.objects.filter(pk__in=newest)}
