"""Who may not be drawn for a duty of a case, and every reason why. Nothing is decided here by
anything but the records: employer and ties by credit code (without one, by the exact name), what
was declared on the case, term and days away, and what an expert serves on already."""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaluation.models import Assignment, Evaluation, Expert, Left, Tie
from evaluation.pool import lottery
from portal.accounts.models import User
from portal.accounts.queries import former_names

Reason = dict[str, str]  # code, and the detail that makes it checkable

# Each code once, in the order in which reasons are listed.
REASONS: dict[str, Any] = {
    "account": gettext_lazy("尚未启用账号"),
    "term": gettext_lazy("聘期不含工作期间"),
    "absent": gettext_lazy("工作期间不便参加"),
    "employer": gettext_lazy("任职于申报单位"),
    "former": gettext_lazy("曾任职于申报单位"),
    "consultancy": gettext_lazy("为申报单位提供咨询"),
    "conflict": gettext_lazy("与申报单位有其他利害关系"),
    "recused": gettext_lazy("已对本案卷声明回避"),
    "recent": gettext_lazy("近期参加过该申报单位的评估"),
    "other_duty": gettext_lazy("承担本案卷的另一项工作"),
    "team": gettext_lazy("已在本组"),
    "declined": gettext_lazy("已谢绝本项邀请"),
    "lapsed": gettext_lazy("未按期答复本项邀请"),
    "released": gettext_lazy("已被解除本项指派"),
    "same_employer": gettext_lazy("与本组成员同一单位"),
    "field": gettext_lazy("不属于所需领域"),
    # Of a later round.
    "drawn": gettext_lazy("已被抽中"),
    "retired": gettext_lazy("已退出专家库"),
}


@dataclass(frozen=True)
class Need:
    """What is to be drawn: for which duty, how many of which fields, for which days."""

    duty: str
    size: int
    fields: dict[str, int]
    first_day: datetime.date
    last_day: datetime.date

    @property
    def seats(self) -> list[str]:
        return lottery.seats_for(self.size, self.fields)

    def as_json(self) -> dict[str, Any]:
        """With the settings that decide who is kept out."""
        return {
            "size": self.size,
            "fields": self.fields,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "conflict_years": settings.EXPERT_CONFLICT_YEARS,
            "service_years": settings.EXPERT_SERVICE_YEARS,
        }


def need_of(requirement: dict[str, Any], duty: str) -> Need:
    """The need as a draw recorded it."""
    return Need(
        duty,
        requirement["size"],
        requirement["fields"],
        datetime.date.fromisoformat(requirement["first_day"]),
        datetime.date.fromisoformat(requirement["last_day"]),
    )


def told(reason: Reason) -> str:
    """A reason in the reader's language."""
    label = str(REASONS[reason["code"]])
    return f"{label}{_('：')}{reason['detail']}" if reason["detail"] else label


def in_pool() -> Any:
    """The records of everyone who has not retired, with all that decides."""
    return (
        Expert.objects.filter(retired_at__isnull=True)
        .select_related("user__organisation")
        .prefetch_related("field_rows", "ties", "absences")
        .order_by("pk")
    )


def employer_key(record: Expert | None, user: User) -> str:
    """By what two experts are of one employer; whoever has none on record is alone."""
    if record is not None:
        if record.employer_code:
            return record.employer_code
        if record.employer:
            return plain_name(record.employer)
    if user.organisation is not None:
        return user.organisation.credit_code
    return f"#{user.pk}"


def employer_name(user: User) -> str:
    """What a page or a document calls the expert's employer."""
    record = getattr(user, "expert_record", None)
    if record is not None and record.employer:
        return str(record.employer)
    return user.organisation.name if user.organisation else ""


def plain_name(name: str) -> str:
    """A name without what people type differently: blanks, and the width of brackets."""
    return re.sub(r"\s+", "", name).replace("（", "(").replace("）", ")").casefold()


def years_before(day: datetime.date, years: int) -> datetime.date:
    """The same day so many years ago; 29 February falls on the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


class Judge:
    """Finds the reasons against each expert for one duty of a case. A few queries, however many
    experts there are."""

    def __init__(self, evaluation: Evaluation, duty: str, today: datetime.date) -> None:
        organisation = evaluation.organisation
        self.duty = duty
        self.code = organisation.credit_code
        self.organisation = organisation.pk
        self.names = {plain_name(organisation.name)} | {
            plain_name(change.old_name) for change in former_names(organisation)
        }
        self.since = years_before(today, settings.EXPERT_CONFLICT_YEARS)
        here = evaluation.assignments.select_related(
            "expert__expert_record", "expert__organisation"
        )
        self.here: dict[int, list[Assignment]] = {}
        self.standing: list[Assignment] = []
        for each in here:
            self.here.setdefault(each.expert_id, []).append(each)
            if each.duty == duty and each.recused_at is None and each.released_at is None:
                self.standing.append(each)
        self.employers = {member["employer"] for member in self.team()}
        self.recent = self._recent(evaluation, today) if settings.EXPERT_SERVICE_YEARS else {}

    def _recent(self, evaluation: Evaluation, today: datetime.date) -> dict[int, datetime.date]:
        """When each expert last signed the pledge for another case of this applicant."""
        served = Assignment.objects.filter(
            evaluation__organisation=evaluation.organisation_id,
            pledged_at__date__gte=years_before(today, settings.EXPERT_SERVICE_YEARS),
            released_at__isnull=True,
        ).exclude(evaluation=evaluation)
        return {
            expert: timezone.localtime(pledged).date()
            for expert, pledged in served.order_by("pledged_at").values_list(
                "expert_id", "pledged_at"
            )
        }

    def team(self) -> list[dict[str, Any]]:
        """Who is on the team now, as a round records it."""
        return [
            {
                "user": each.expert_id,
                "name": each.expert.name,
                "employer": employer_key(getattr(each.expert, "expert_record", None), each.expert),
            }
            for each in self.standing
        ]

    def reasons(self, record: Expert, need: Need, seats: Sequence[str]) -> list[Reason]:
        """Everything that keeps this expert out; empty: may be drawn."""
        found = [*self._of_person(record, need), *self._of_ties(record), *self._of_case(record)]
        on_team = any(reason["code"] == "team" for reason in found)
        if not on_team and employer_key(record, record.user) in self.employers:
            found.append(_reason("same_employer", record.employer))
        if not any(seat == lottery.ANY or seat in fields_of(record) for seat in seats):
            found.append(_reason("field"))
        order = list(REASONS)
        return sorted(found, key=lambda reason: order.index(reason["code"]))

    def _of_person(self, record: Expert, need: Need) -> Iterable[Reason]:
        if not record.user.is_active:
            yield _reason("account")
        if (record.term_from and record.term_from > need.first_day) or (
            record.term_to and record.term_to < need.last_day
        ):
            yield _reason("term", _span(record.term_from, record.term_to))
        for away in record.absences.all():
            if away.first_day <= need.last_day and away.last_day >= need.first_day:
                yield _reason("absent", _span(away.first_day, away.last_day))

    def employs(self, user: User, record: Expert | None) -> bool:
        """Whether the applicant is the present employer, by credit code or name."""
        return user.organisation_id == self.organisation or (
            record is not None
            and (record.employer_code == self.code or plain_name(record.employer) in self.names)
        )

    def _of_ties(self, record: Expert) -> Iterable[Reason]:
        if self.employs(record.user, record):
            yield _reason("employer", record.employer)
        for tie in record.ties.all():
            if tie.credit_code != self.code and plain_name(tie.organisation) not in self.names:
                continue
            if tie.kind == Tie.Kind.CONFLICT or tie.until is None or tie.until >= self.since:
                yield _reason(tie.kind, f"{tie.organisation} {_span(tie.since, tie.until)}".strip())

    def _of_case(self, record: Expert) -> Iterable[Reason]:
        if record.user_id in self.recent:
            yield _reason("recent", self.recent[record.user_id].isoformat())
        codes = set()
        for each in self.here.get(record.user_id, ()):
            if each.recused_at is not None:
                codes.add("recused")
            elif each.released_at is not None:
                # Left the other duty: no reason against this one.
                codes |= {str(each.left or Left.RELEASED)} if each.duty == self.duty else set()
            else:
                codes.add("team" if each.duty == self.duty else "other_duty")
        yield from (_reason(code) for code in sorted(codes))


def candidates(judge: Judge, records: Iterable[Expert], need: Need) -> list[dict[str, Any]]:
    """Everyone of the pool as the draw freezes it."""
    seats = need.seats
    return [
        {
            "id": record.pk,
            "user": record.user_id,
            "name": record.user.name,
            "employer_name": record.employer,
            "employer": employer_key(record, record.user),
            "fields": fields_of(record),
            "reasons": judge.reasons(record, need, seats),
        }
        for record in records
    ]


def tickets(frozen: Iterable[dict[str, Any]]) -> list[lottery.Ticket]:
    """Those of a frozen list whom nothing keeps out."""
    return [
        lottery.Ticket(each["id"], each["employer"], frozenset(each["fields"]))
        for each in frozen
        if not each["reasons"]
    ]


def fields_of(record: Expert) -> list[str]:
    return [row.field for row in record.field_rows.all()]


def lack(short: dict[str, int]) -> list[str]:
    """What a pool that is too small lacks, in sentences."""
    return [
        (
            ngettext("“%(field)s”领域还缺%(count)d位", "“%(field)s”领域还缺%(count)d位", count)
            if field
            else ngettext("不限领域还缺%(count)d位", "不限领域还缺%(count)d位", count)
        )
        % {"field": _(field) if field else "", "count": count}
        for field, count in short.items()
    ]


def _reason(code: str, detail: str = "") -> Reason:
    return {"code": code, "detail": detail}


def _span(first: datetime.date | None, last: datetime.date | None) -> str:
    if first is None and last is None:
        return ""
    return f"{first or ''}–{last or ''}"
