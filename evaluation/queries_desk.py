"""What waits on a desk: the cases in two queries, and everything else in a third."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    Count,
    DateField,
    DateTimeField,
    F,
    IntegerField,
    Min,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from dataaccess import calls
from dataaccess.models import Question
from dataaccess.queries import bases_for, questions_for
from dataaccess.views.questions import STATES as QUESTION_STATES
from evaluation import queries, queries_after, reissue
from evaluation.models import Evaluation, MisuseReport, MisuseState, ResultCorrection
from portal.accounts import queries as accounts
from portal.accounts.models import Role, User

MOST = 50  # of one part
RECENT = 10


Sql = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class DeskCases:
    """The cases that wait, the nearest deadline first, of how many; and those in which something happened
    last and that do not wait."""

    waiting: list[Any]
    total: int
    recent: list[Any]


def cases(user: User) -> DeskCases:
    """Both lists in two queries: a narrow one that says which rows they are and why, and the rows
    by their keys."""
    names, (sql, params) = _narrow(user)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    rows = (
        Evaluation.objects.filter(pk__in=found)
        .select_related("organisation", "base", "certificate")
        .only(
            "number", "category", "state", "state_since", "deadline", "correction_days_left",
            "organisation__name", "base__name", "certificate__state",
        )
        .order_by("state_since", "pk")
    )  # fmt: skip
    waiting: list[Any] = []
    recent: list[Any] = []
    total = 0
    for case in rows:
        waits, total, *why = found[case.pk]
        for name, value in zip(names, why, strict=True):
            setattr(case, name, value)
        case.objections_due = _day(case.objections_due)  # type: ignore[attr-defined]
        case.stage = reissue.stage_of(case)  # type: ignore[attr-defined]
        (waiting if waits else recent).append(case)
    waiting.sort(key=lambda case: case.objections_due or case.deadline or date.max)
    return DeskCases(waiting, max(total, len(waiting)), recent[::-1])


def _narrow(user: User) -> tuple[tuple[str, ...], Sql]:
    if user.role in queries.STAFF:
        return _narrow_of_the_office(user.role, timezone.localdate(), connection.vendor)
    return _narrow_of(user)


@lru_cache(maxsize=8)
def _narrow_of_the_office(role: str, _today: date, _vendor: str) -> tuple[tuple[str, ...], Sql]:
    """The same for all of a role: putting the query together takes longer than running it."""
    return _narrow_of(User(role=role, is_active=True))


def _narrow_of(user: User) -> tuple[tuple[str, ...], Sql]:
    """The names of what a row carries besides its key, whether it waits and how many do, and the
    query of the rows."""
    annotations, waits = queries.waiting_condition(user)
    names = (*annotations, "open_objections", "objections_due", "period_runs", "reissue")
    mine = queries.with_open_objections(
        queries.cases_for(user).select_related(None).annotate(**annotations)
    ).annotate(reissue=reissue.stage_if_pending())
    owned = queries.owned_states(user)
    total = (
        queries.cases_for(user).select_related(None).order_by().filter(state__in=owned)
        .annotate(one=Value(1)).values("one").annotate(all=Count("pk")).values("all")
    )  # fmt: skip
    counted = Coalesce(Subquery(total), 0, output_field=IntegerField())

    def listed(rows: QuerySet[Any], flag: bool, *order: Any) -> QuerySet[Any, Any]:
        told = {"waits": Value(flag), "waiting_total": counted}
        return rows.annotate(**told).order_by(*order).values_list("pk", *told, *names)

    nearest = F("deadline").asc(nulls_last=True)
    first = listed(mine.filter(waits), True, nearest, "state_since", "pk")[:MOST]
    latest = listed(mine.exclude(waits), False, "-state_since", "-pk")[:RECENT]
    return names, _together(first, latest)


def _together(*lists: QuerySet[Any, Any]) -> Sql:
    """Lists with an end each as one query, which Django does not put together on every database."""
    parts: list[str] = []
    given: list[Any] = []
    for nth, each in enumerate(lists):
        sql, params = each.query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) AS list_{nth}")  # noqa: S608, no value stands in it
        given += params
    return " UNION ALL ".join(parts), tuple(given)


@dataclass(frozen=True)
class Row:
    """One thing that waits besides cases; what the columns hold depends on its part."""

    part: str
    key: str
    base: str
    number: str
    what: str
    who: str
    more: str
    at: datetime | None
    until: date | None
    count: int

    @property
    def facts(self) -> dict[str, Any]:
        """Of a question: what was noticed."""
        return dict(json.loads(self.more))

    @property
    def question(self) -> Question:
        """Of a question: as much as its sentence needs."""
        return Question(rule=self.what, subject=self.who, facts=self.facts)


COLUMNS = ("part", "key", "base", "number", "what", "who", "more", "at", "until", "count")
OUTPUT: dict[str, Any] = {"at": DateTimeField(), "until": DateField(), "count": IntegerField()}


def besides(user: User) -> dict[str, list[Row]]:
    """What waits besides cases, by part. One query; none for experts."""
    if user.role in queries.STAFF:
        sql, params = _office_sql(user.role, timezone.localdate(), connection.vendor)
    elif user.role == Role.APPLICANT:
        sql, params = _union(_reviews(user), _open_questions(user), _calls(user))
    else:
        return {}
    found: dict[str, list[Row]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for values in cursor.fetchall():
            told = dict(zip(COLUMNS, values, strict=True))
            told |= {"at": _moment(told["at"]), "until": _day(told["until"])}
            found[told["part"]].append(Row(**told))
    for rows in found.values():
        rows.sort(key=lambda row: (str(row.until or ""), str(row.at or ""), row.key))
    return found


@lru_cache(maxsize=8)
def _office_sql(role: str, _today: date, _vendor: str) -> Sql:
    user = User(role=role, is_active=True)
    if role == Role.SECRETARIAT:
        arms = [*_affairs(), _reviews(user), _seats(), _questions(user)]
    else:
        arms = [_proposals(user), _corrections()]
    return _union(*arms)


def _union(first: QuerySet[Any, Any], *others: QuerySet[Any, Any]) -> Sql:
    sql, params = first.union(*others, all=True).query.sql_with_params()
    return sql, tuple(params)


def _moment(value: Any) -> datetime | None:
    """SQLite gives moments as text, in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _arm(part: str, rows: QuerySet[Any], **columns: Any) -> QuerySet[Any, Any]:
    """One part of the query: as many columns of the same types as every other."""
    given = {"part": Value(part), "key": Cast("pk", TextField()), **columns}
    told = {}
    for name in COLUMNS:
        output = OUTPUT.get(name, TextField())
        empty = Value(None) if name in OUTPUT else Value("")
        told[f"desk_{name}"] = Cast(given.get(name, empty), output)
    return rows.annotate(**told).values_list(*told)


def _nearest(rows: QuerySet[Any], *order: str) -> QuerySet[Any]:
    """The first of them, as every database takes it inside a union."""
    nearest = rows.order_by(*order).values("pk")[:MOST]
    return rows.filter(pk__in=nearest).order_by()


def _affairs() -> list[QuerySet[Any, Any]]:
    """Affairs of organisations and reports of misuse: how many of each, since when."""
    open_reports = MisuseReport.objects.exclude(state=MisuseState.CLOSED)
    return [
        _counted("registration", accounts.waiting_registrations(), "confirmed_at"),
        _counted("name", accounts.waiting_name_changes(), "created_at"),
        _counted("help", accounts.waiting_help(), "created_at"),
        _counted("misuse", open_reports, "received_at"),
    ]


def _counted(kind: str, waiting: QuerySet[Any], since: str) -> QuerySet[Any, Any]:
    rows = waiting.order_by().annotate(one=Value(1)).values("one")
    return _arm("affair", rows, key=Value(kind), at=Min(F(since)), count=Count("pk"))


def _reviews(user: User) -> QuerySet[Any, Any]:
    rows = queries_after.reviews_waiting_for(user).select_related(None)
    return _arm(
        "review", _nearest(rows, "until_day", "pk"), base=F("certificate__base__name"),
        number=F("certificate__number"), what=F("state"), who=F("year"), until=F("until_day"),
    )  # fmt: skip


def _seats() -> QuerySet[Any, Any]:
    """Seats of a team that somebody left."""
    rows = queries.open_seats().select_related(None)
    why = Case(When(recused_at__isnull=False, then=Value("recused")), default=F("left"))
    return _arm(
        "seat", _nearest(rows, "left_at", "pk"), base=F("evaluation__base__name"),
        number=F("evaluation__number"), what=F("duty"), who=F("expert__name"), more=why,
        at=F("left_at"),
    )  # fmt: skip


def _questions(user: User) -> QuerySet[Any, Any]:
    """Answered questions about data, which wait to be closed."""
    rows = questions_for(user).select_related(None).filter(QUESTION_STATES["answered"])
    return _arm(
        "question", _nearest(rows, "answered_at", "pk"), base=F("base__name"), number=F("answer"),
        what=F("rule"), who=F("subject"), more=F("facts"), at=F("answered_at"),
    )  # fmt: skip


def _open_questions(user: User) -> QuerySet[Any, Any]:
    """Questions about the own bases that nobody has answered."""
    rows = questions_for(user).select_related(None).filter(QUESTION_STATES["open"])
    return _arm(
        "question", _nearest(rows, "asked_at", "pk"), base=F("base__name"), what=F("rule"),
        who=F("subject"), more=F("facts"), at=F("asked_at"),
    )  # fmt: skip


def _calls(user: User) -> QuerySet[Any, Any]:
    """What open data calls still ask of the own bases: a row for each interface."""
    rows = calls.open_items(bases_for(user)).select_related(None)
    return _arm(
        "call", rows.order_by(), key=Cast("call_id", TextField()), base=F("base__name"),
        number=F("call__title"), what=F("interface"), at=F("call__deadline"),
    )  # fmt: skip


def _proposals(user: User) -> QuerySet[Any, Any]:
    rows = queries_after.proposals_waiting_for(user).select_related(None)
    return _arm(
        "proposal", _nearest(rows, "proposed_at", "pk"), base=F("certificate__base__name"),
        number=F("certificate__number"), what=F("change"), who=F("proposed_by__name"),
        at=F("proposed_at"),
    )  # fmt: skip


def _corrections() -> QuerySet[Any, Any]:
    rows = ResultCorrection.objects.filter(approved__isnull=True)
    return _arm(
        "correction", _nearest(rows, "proposed_at", "pk"), base=F("evaluation__base__name"),
        number=F("evaluation__number"), who=F("proposed_by__name"), more=F("reason"),
        at=F("proposed_at"), until=F("evaluation__deadline"),
    )  # fmt: skip
