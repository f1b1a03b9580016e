"""Reads of data calls, and marking them answered by what a base delivers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from dataaccess import windows
from dataaccess.models import Base, DataCall, DataCallItem
from dataaccess.shapes import KINDS, Kind


def waiting(base: Any) -> QuerySet[DataCallItem]:
    """What a base is asked for and has not answered. `base` may be an OuterRef."""
    return DataCallItem.objects.filter(
        base=base, answered_at__isnull=True, call__withdrawn_at__isnull=True
    )


def with_waiting(bases: QuerySet[Base], kind: Kind) -> QuerySet[Any]:
    """Each base with `awaited`: whether an open call asks it for this interface."""
    return bases.annotate(awaited=Exists(waiting(OuterRef("pk")).filter(interface=kind)))


def answer(base: Base, kind: Kind, receipt: UUID, at: datetime, day: date | None) -> None:
    """A delivery answers every open call that was issued before it. A compute report for a day
    before the call was issued is no answer: the call asks how things stand now."""
    found = [
        item.pk
        for item in waiting(base)
        .filter(interface=kind, call__issued_at__lte=at)
        .select_related("call")
        if day is None or day >= windows.day_of(item.call.issued_at)
    ]
    DataCallItem.objects.filter(pk__in=found).update(answered_at=at, receipt_id=receipt)


def calls_of(bases: QuerySet[Base]) -> QuerySet[DataCall]:
    """The calls that ask some of these bases, with how many of these are asked, and how many have
    answered in full. A base that need no longer report counts by what it answered alone."""
    obliged = Q(items__base__released_on__isnull=True)
    here = Q(items__base__in=bases) & (obliged | Q(items__answered_at__isnull=False))
    return (
        DataCall.objects.filter(
            Exists(DataCallItem.objects.filter(call=OuterRef("pk"), base__in=bases))
        )
        .annotate(
            asked=Count("items__base", filter=here, distinct=True),
            waits=Count(
                "items__base", filter=here & Q(items__answered_at__isnull=True), distinct=True
            ),
        )
        .annotate(answered=F("asked") - F("waits"))
        .select_related("issued_by")
        .order_by("-issued_at", "-id")
    )


def open_calls(base: Base) -> list[tuple[DataCall, list[Kind]]]:
    """The calls a base has not answered in full, the nearest deadline first, each with the
    interfaces still asked for. One query."""
    return [
        (call, kinds) for call, _base, kinds in open_calls_of(Base.everything.filter(pk=base.pk))
    ]


def open_items(bases: QuerySet[Base]) -> QuerySet[DataCallItem]:
    """What open calls still ask of these bases, the nearest deadline first."""
    return (
        DataCallItem.objects.filter(
            base__in=bases,
            base__released_on__isnull=True,
            answered_at__isnull=True,
            call__withdrawn_at__isnull=True,
        )
        .select_related("call", "base")
        .order_by("call__deadline", "call_id", "base__name", "id")
    )


def open_calls_of(bases: QuerySet[Base]) -> list[tuple[DataCall, Base, list[Kind]]]:
    """The same of several bases, each call once for every base that it waits for. One query."""
    found: dict[tuple[int, int], tuple[DataCall, Base, list[Kind]]] = {}
    for item in open_items(bases):
        _call, _base, kinds = found.setdefault(
            (item.call_id, item.base_id), (item.call, item.base, [])
        )
        kinds.append(_kind(item.interface))
    return list(found.values())


def _kind(interface: str) -> Kind:
    return next(kind for kind in KINDS if kind == interface)
