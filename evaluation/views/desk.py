"""待办: what waits for the reader, the longest first, and what happened last."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dataaccess.question_words import sentence
from dataaccess.shapes import tables
from dataaccess.words import printed
from evaluation import queries, queries_after, queries_desk, steps
from evaluation.models import Duty
from evaluation.queries_desk import Row
from evaluation.steps import Actor
from evaluation.steps_after import CHANGES, REVIEW_STATES
from portal.accounts.models import Role
from portal.accounts.requests import SignedInRequest

# Administrators have no cases; their desk is elsewhere.
DESKS: dict[str, str] = {
    Role.SYSTEM_ADMIN: "accounts:people",
    Role.SECURITY_ADMIN: "accounts:people",
    Role.AUDIT_ADMIN: "site:audit",
}
TITLES: dict[str, str] = {kind: table.title for kind, table in tables.TABLES.items()}
AFFAIRS = {
    "registration": _("单位登记"),
    "name": _("单位更名"),
    "help": _("负责人变更"),
    "misuse": _("名称滥用举报"),
}


@dataclass(frozen=True)
class Affair:
    """One kind of affairs that waits: how many, and since when the oldest."""

    kind: str
    count: int
    since: Any

    @property
    def label(self) -> Any:
        return AFFAIRS[self.kind]

    @property
    def url(self) -> str:
        if self.kind == "misuse":
            return reverse("evaluation:misuse_reports")
        return reverse("accounts:admissions", args=[self.kind])


@dataclass(frozen=True)
class AwaitedCall:
    """A data call that still waits for reports of a base."""

    pk: str
    title: str
    base: str
    deadline: Any
    interfaces: list[Any]
    late: bool


def _calls(rows: list[Row]) -> list[AwaitedCall]:
    """Each call once for every base that it waits for, the nearest deadline first."""
    now = timezone.now()
    found: dict[tuple[str, str], AwaitedCall] = {}
    for row in rows:
        one = AwaitedCall(row.key, row.number, row.base, row.at, [], bool(row.at and row.at < now))
        asked = found.setdefault((row.key, row.base), one).interfaces
        asked.append(printed(TITLES[row.what]))
    return list(found.values())


def _nothing_to_do(case: Any, role: str) -> bool:
    """Whether the reader can only wait: for the end of the objection period, or for the decision
    on a correction; an open objection can be worked on."""
    if queries.waits_for_its_period(case):
        return True
    if case.open_objections:
        return False
    return case.stage is not None and role != case.stage.owner and case.stage.owner == Actor.DECIDER


@login_required
@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """What waits for me, the longest first, and what I was asked."""
    user = request.user
    if user.role in DESKS:
        return redirect(DESKS[user.role])
    cases = queries_desk.cases(user)
    later = [case for case in cases.waiting if _nothing_to_do(case, user.role)]
    parts = queries_desk.besides(user)
    invitations = list(queries.invitations_for(user)) if user.role == Role.EXPERT else []
    data_calls = _calls(parts.get("call", []))
    questions = [(row, sentence(row.question)) for row in parts.get("question", [])]
    affairs = [Affair(row.key, row.count, row.at) for row in parts.get("affair", [])]
    counted = [parts.get(part, []) for part in ("review", "seat", "proposal", "correction")]
    own = sum(map(len, counted)) + len(invitations) + len(data_calls) + len(questions)
    own += sum(affair.count for affair in affairs)
    context = {
        "data_calls": data_calls,
        "questions": questions if user.role == Role.APPLICANT else [],
        "answered_questions": questions if user.role == Role.SECRETARIAT else [],
        "reporting": queries_after.reporting_today(user),
        "waiting": [case for case in cases.waiting if case not in later],
        "later": later,
        "reviews": [(row, REVIEW_STATES[row.what]) for row in parts.get("review", [])],
        "proposals": [(row, CHANGES[row.what].proposed) for row in parts.get("proposal", [])],
        "corrections": parts.get("correction", []),
        "decider_clock": steps.clock_of(Actor.DECIDER),
        "affairs": affairs,
        "waiting_count": cases.total - len(later) + own,
        "invitations": invitations,
        "open_seats": [(row, Duty(row.what).label) for row in parts.get("seat", [])],
        "recent": cases.recent,
    }
    return render(request, "evaluation/desk.html", context)
