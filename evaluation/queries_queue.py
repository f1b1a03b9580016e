"""The secretariat's queue: which cases a filter lets through, and the figures above the list."""

from collections import Counter
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from dataaccess import regions
from evaluation import queries, reissue, steps, terms
from evaluation.edition import current_edition
from evaluation.models import CATEGORIES, CaseReminder, Evaluation, SavedView
from evaluation.steps import Actor
from portal.accounts.models import User

ENDED = tuple(code for code, state in steps.STATES.items() if state.ended)
SHOWS = ("open", "late", "ours", "ended", "all")
ORDERS: dict[str, tuple[Any, ...]] = {
    "waiting": ("state_since", "pk"),
    "deadline": (F("deadline").asc(nulls_last=True), "state_since", "pk"),
    "number": ("-number",),
}
HOLDERS = tuple(
    actor.value
    for actor in Actor
    if actor != Actor.NOBODY and any(state.owner == actor for state in steps.STATES.values())
)
PROVINCES = frozenset(region.code for region in regions.provinces())


@dataclass(frozen=True)
class Filter:
    """What the address of the queue asks for; whatever is not known counts as not asked."""

    q: str = ""
    show: str = ""
    step: str = ""
    category: str = ""
    province: str = ""
    holder: str = ""
    order: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> "Filter":
        known = {
            "show": SHOWS,
            "step": {str(step.number) for step in steps.STEPS},
            "category": CATEGORIES,
            "province": PROVINCES,
            "holder": HOLDERS,
            "order": ORDERS,
        }
        given = {name: query.get(name, "") for name in known}
        text = " ".join(query.get("q", "").replace("\x00", "").split())[:100]
        return cls(q=text, **{n: v if v in known[n] else "" for n, v in given.items()})

    def query(self, **changes: str) -> str:
        """This filter, or one with changes, as the address has it: without what is not asked."""
        asked = {**asdict(self), **changes}
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def shows(self) -> str:
        """Which cases are meant: the open ones, but a search looks into all."""
        return self.show or ("all" if self.q else "open")

    @property
    def asks(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self) if field.name != "order")


def found(user: User, asked: Filter) -> QuerySet[Evaluation]:
    """The cases that a filter lets through, in its order."""
    cases = _narrowed(user, asked).filter(_meant(asked.shows, timezone.localdate()))
    if asked.step:
        cases = cases.filter(state__in=_of_step(int(asked.step)))
    return cases.order_by(*ORDERS[asked.order or usual_order(asked)])


def usual_order(asked: Filter) -> str:
    """The order where none was asked."""
    return "number" if asked.shows in ("ended", "all") else "waiting"


def _narrowed(user: User, asked: Filter) -> QuerySet[Evaluation]:
    """What the search and the selects leave, before the chips."""
    cases = queries.cases_for(user)
    if asked.category:
        cases = cases.filter(category=asked.category)
    if asked.province:
        cases = cases.filter(base__province=asked.province)
    if asked.holder:
        cases = cases.filter(_held_by(asked.holder))
    for word in asked.q.split():
        cases = cases.filter(_matches(word))
    return cases


def lines(cases: QuerySet[Evaluation], first: int, last: int) -> QuerySet[Evaluation]:
    """A page of a list: what its rows show, with each certificate and whether the holder was
    reminded today. Which rows they are is found by a narrow query inside the other, so that no
    wide row is sorted that is not shown."""
    today = CaseReminder.objects.filter(evaluation=OuterRef("pk"), on=timezone.localdate())
    shown = cases.select_related(None).values("pk")[first:last]
    return (
        Evaluation.objects.filter(pk__in=shown)
        .select_related("organisation", "base", "certificate")
        .only(
            "number", "category", "state", "state_since", "deadline",
            "organisation__name", "base__name", "base__province", "certificate__state",
        )
        .annotate(reminded_today=Exists(today), reissue=reissue.stage_if_pending())
        .order_by(*cases.query.order_by)
    )  # fmt: skip


@dataclass(frozen=True)
class Totals:
    """How many cases each chip leads to: what search and selects leave, by what it waits for."""

    shows: dict[str, int]
    steps: dict[tuple[str, str], int]  # (which cases are meant, the step) -> how many

    def length(self, asked: Filter) -> int:
        """How long the list of this filter is."""
        if asked.step:
            return self.steps.get((asked.shows, asked.step), 0)
        return self.shows[asked.shows]


def totals(user: User, asked: Filter | None = None) -> Totals:
    """Count the cases by state, by whether they are late and whether they are with another than
    their state says, in one query."""
    late = Count("pk", filter=Q(deadline__lt=timezone.localdate()))
    deciding = Count("pk", filter=reissue.with_the_decider())
    counted = (
        _narrowed(user, asked or Filter())
        .select_related(None)
        .order_by()
        .values("state")
        .annotate(cases=Count("pk"), late=late, deciding=deciding)
    )
    shows: Counter[str] = Counter(dict.fromkeys(SHOWS, 0))
    by_step: Counter[tuple[str, str]] = Counter()
    for row in counted:
        state = steps.STATES[row["state"]]
        meant = {"all": row["cases"], "ended" if state.ended else "open": row["cases"]}
        if row["state"] in terms.WORKING_DAYS:
            meant["late"] = row["late"]
        if state.owner == Actor.SECRETARIAT:
            meant["ours"] = row["cases"] - row["deciding"]
        for name, number in meant.items():
            shows[name] += number
            by_step[name, str(state.step)] += number
    return Totals(dict(shows), dict(by_step))


def views_for(user: User) -> list[SavedView]:
    """The user's own saved views, and those that others of the office share."""
    return list(
        SavedView.objects.filter(
            Q(owner=user) | Q(shared=True, owner__role__in=queries.STAFF, owner__is_active=True)
        )
        .select_related("owner")
        .only("name", "query", "shared", "owner__name")
    )


def _meant(shows: str, today: date) -> Q:
    match shows:
        case "open":
            return ~Q(state__in=ENDED)
        case "late":
            return Q(state__in=terms.WORKING_DAYS, deadline__lt=today)
        case "ours":
            return _held_by(Actor.SECRETARIAT)
        case "ended":
            return Q(state__in=ENDED)
    return Q()


def is_late(case: Evaluation, today: date) -> bool:
    """Whether whoever has the case should have been done. The end of a 公示 is nobody's deadline."""
    return bool(case.state in terms.WORKING_DAYS and case.deadline and case.deadline < today)


def _of_step(number: int) -> list[str]:
    return [code for code, state in steps.STATES.items() if state.step == number]


def _held_by(actor: str) -> Q:
    states = [code for code, state in steps.STATES.items() if state.owner == actor]
    match actor:
        case Actor.SECRETARIAT:
            return Q(state__in=states) & ~reissue.with_the_decider()
        case Actor.DECIDER:
            return Q(state__in=states) | reissue.with_the_decider()
    return Q(state__in=states)


def _matches(word: str) -> Q:
    """One word of a search: a part of number, names, credit code or place, or of the name of a
    province or a category in either language."""
    lower = word.lower()
    categories = [
        category.code
        for category in current_edition().categories
        if lower in f"{category.name} {category.name_en}".lower()
    ]
    provinces = [
        code
        for code in PROVINCES
        if lower in f"{regions.province_name(code)} {regions.province_name(code, 'en')}".lower()
    ]
    matching = (
        Q(number__icontains=word)
        | Q(organisation__name__icontains=word)
        | Q(organisation__credit_code__icontains=word)
        | Q(base__name__icontains=word)
        | Q(place__icontains=word)
    )
    if categories:
        matching |= Q(category__in=categories)
    if provinces:
        matching |= Q(base__province__in=provinces)
    return matching


Rows = list[dict[str, Any]]


def by_category(user: User) -> Rows:
    """How many cases of each category there are."""
    return _grouped(user, "category")


def by_province(user: User) -> Rows:
    """How many cases lie in each province."""
    return _grouped(user, "base__province")


def _grouped(user: User, field: str) -> Rows:
    counted = (
        queries.cases_for(user)
        .select_related(None)
        .order_by()
        .values(field)
        .annotate(
            cases=Count("pk"),
            open=Count("pk", filter=~Q(state__in=ENDED)),
            certified=Count("pk", filter=Q(state="certified")),
        )
    )
    return [{"key": row.pop(field), **row} for row in counted.order_by("-cases", field)]
