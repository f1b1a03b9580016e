"""What the audit chain names by number, by its name: people, organisations, bases. What files are
called is not the auditor's affair. One query for a page of events; what is not known any more keeps
its number."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import CharField, F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from dataaccess.models import Base, BaseInfo, CentreKey, ConformanceRun, DataCall, Question
from evaluation.models import (
    Assignment,
    CaseArchive,
    Declaration,
    Expert,
    ExpertImport,
    MisuseReport,
    Objection,
    ScoreRun,
    UsualReason,
)
from portal.accounts.models import HelpRequest, Organisation, Registration, User
from portal.ledger.models import AuditEvent
from portal.site.templatetags.ui import number


@dataclass(frozen=True)
class Source:
    """Where the names of one kind of things are."""

    rows: Callable[[], QuerySet[Any]]
    name: Any
    key: str = "pk"
    is_uuid: bool = False


SOURCES: dict[str, Source] = {
    "archive": Source(CaseArchive.objects.all, "evaluation__number", is_uuid=True),
    "assignment": Source(Assignment.objects.all, "expert__name"),
    "base": Source(Base.everything.all, "name", "code"),
    "base_info": Source(BaseInfo.objects.all, "base__name"),
    "centre_key": Source(CentreKey.objects.all, "label"),
    "conformance_run": Source(
        ConformanceRun.objects.all, Cast("number", TextField()), is_uuid=True
    ),
    "data_call": Source(DataCall.objects.all, "title"),
    "declaration": Source(
        Declaration.objects.all,
        Concat("evaluation__number", Value(" · "), Cast("number", TextField())),
    ),
    "expert": Source(Expert.objects.all, "user__name"),
    "expert_import": Source(ExpertImport.objects.all, "name", is_uuid=True),
    "help": Source(HelpRequest.objects.all, "organisation__name"),
    "misuse": Source(MisuseReport.objects.all, "receipt"),
    "objection": Source(Objection.objects.all, "number"),
    "organisation": Source(Organisation.objects.all, "name"),
    "question": Source(Question.objects.all, "base__name"),
    "score_run": Source(ScoreRun.objects.all, Cast("total", TextField())),
    "registration": Source(Registration.objects.all, "name"),
    "user": Source(User.objects.all, "name"),
    "usual_reason": Source(UsualReason.objects.all, "text"),
}
# Kinds of subjects that are people.
ALIASES = {"person": "user"}
# Details that name a thing by its key, and which.
REFERENCES = {
    "agreed": "assignment",
    "archive": "archive",
    "assignment": "assignment",
    "author": "user",
    "base": "base",
    "bases": "base",
    "expert": "user",
    "organisation": "organisation",
    "panel": "user",
    "people": "user",
    "replaces": "assignment",
    "run": "score_run",
    "team": "user",
    "unread": "assignment",
    "user": "user",
}
# Details that are called alike and name something else in one action.
ELSEWHERE = {
    ("conformance.started", "run"): "conformance_run",
    ("conformance.finished", "run"): "conformance_run",
    ("evaluation.add_material", "replaces"): "",
    ("evaluation.restore_material", "replaces"): "",
}
Names = dict[tuple[str, str], str]


def names_in(events: Iterable[AuditEvent]) -> Names:
    """The name of everything that the events are about or mention. One query."""
    asked: dict[str, set[str]] = defaultdict(set)
    for event in events:
        kind, _colon, key = event.subject.partition(":")
        asked[ALIASES.get(kind, kind)].add(key)
        _mentioned(event.action, event.data, asked)
    arms = [
        _named(kind, SOURCES[kind], keys)
        for kind, given in asked.items()
        if kind in SOURCES and (keys := _keys(SOURCES[kind], given))
    ]
    if not arms:
        return {}
    first, *others = arms
    return {
        (kind, _plain(key)): number(Decimal(name)) if kind == "score_run" else name
        for kind, key, name in first.union(*others, all=True)
    }


def source_of(action: str, key: str) -> str | None:
    """What sort of thing a detail of an action names; None where it names none."""
    return ELSEWHERE.get((action, key), REFERENCES.get(key)) or None


def name_of(names: Names, kind: str, key: Any) -> str | None:
    return names.get((ALIASES.get(kind, kind), _plain(str(key))))


def _mentioned(action: str, data: Any, asked: dict[str, set[str]]) -> None:
    for key, value in data.items():
        if isinstance(value, dict):
            _mentioned(action, value, asked)
        elif kind := source_of(action, key):
            asked[kind].update(map(str, value if isinstance(value, list) else [value]))


def _keys(source: Source, given: set[str]) -> list[Any]:
    """Those that can be keys of the source."""
    if source.is_uuid:
        return [found for text in given if (found := _uuid(text))]
    if source.key == "pk":
        return [int(text) for text in given if text.isascii() and text.isdigit()]
    return sorted(given)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _named(kind: str, source: Source, keys: list[Any]) -> QuerySet[Any, Any]:
    name = F(source.name) if isinstance(source.name, str) else source.name
    return (
        source.rows()
        .order_by()
        .filter(**{f"{source.key}__in": keys})
        .annotate(
            audit_kind=Value(kind, output_field=CharField()),
            audit_key=Cast(source.key, TextField()),
            audit_name=Cast(name, TextField()),
        )
        .values_list("audit_kind", "audit_key", "audit_name")
    )


def _plain(key: str) -> str:
    """A key as every database writes it: SQLite keeps UUIDs without their dashes."""
    return key.replace("-", "").lower() if _uuid(key) else key
