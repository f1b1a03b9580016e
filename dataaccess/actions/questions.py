"""Asking about implausible reports, answering, closing."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess import doubts, notify, plausibility, windows
from dataaccess.actions import settling
from dataaccess.errors import Invalid, NotAllowed
from dataaccess.models import Base, ComputeReport, Question
from dataaccess.permissions import check_close_questions, works_for
from dataaccess.plausibility import Reported, Suspicion
from portal.accounts.models import User
from portal.ledger import audit, outbox

COLUMNS = doubts.COLUMNS


def watch() -> int:
    """Look at the reports of the last days of every base and ask what there is to ask. Safe to run
    twice: the same occurrence is asked once. Returns how many questions were asked."""
    since = windows.day_of(timezone.now()) - timedelta(days=plausibility.DAYS)
    lately = ComputeReport.objects.filter(date__gte=since, base__sandbox=False)
    certified = dict(Base.objects.values_list("pk", "certified_fp16"))
    asked = 0
    for base, found in _by_base(lately).items():
        if plausibility.suspicions(found, certified.get(base)):
            with transaction.atomic():
                locked = _locked(base)
                # As it stands behind the lock: it may be corrected already.
                now = _by_base(lately.filter(base=locked)).get(base, [])
                asked += _ask(locked, plausibility.suspicions(now, locked.certified_fp16))
    return asked


def _by_base(rows: QuerySet[ComputeReport]) -> dict[int, list[Reported]]:
    reports: dict[int, list[Reported]] = defaultdict(list)
    columns = rows.order_by("base", "date").values_list("base", "date", *COLUMNS)
    for base, day, *figures in columns.iterator(2000):
        reports[base].append(Reported(day, dict(zip(COLUMNS, figures, strict=True))))
    return reports


def _locked(base: int) -> Base:
    """Behind the lock that every delivery of the base takes: what is read here is not corrected
    before it was asked about, nor made wrong again before its question is settled."""
    return Base.objects.select_for_update().get(pk=base)


@outbox.handles(doubts.KIND)
@transaction.atomic
def ask_about(payload: dict[str, Any]) -> None:
    """What a report just delivered gives to ask, and no longer to ask, as it stands now: it may be
    corrected already."""
    if not Base.objects.filter(pk=payload["base"]).exists():
        return
    base = _locked(payload["base"])
    day, today = date.fromisoformat(payload["day"]), windows.day_of(timezone.now())
    settling.settle(base, day)
    _ask(base, doubts.of_report(base, day, today, base.certified_fp16))


def _ask(base: Base, found: list[Suspicion]) -> int:
    """Ask what was not asked yet, and tell the operator of all of it at once."""
    asked = [question for each in found if (question := _asked(base, each)) is not None]
    if asked:
        notify.questions_asked(base, asked)
    return len(asked)


def _asked(base: Base, suspicion: Suspicion) -> Question | None:
    """The new question; None where there is nothing new to ask."""
    same = Question.objects.filter(
        base=base, rule=suspicion.rule, subject=suspicion.subject, corrected_at__isnull=True
    )
    waiting = same.filter(closed_at__isnull=True, answered_at__isnull=True).first()
    if waiting is not None:
        _renew(waiting, same, suspicion)
        return None
    if _asked_before(same, suspicion):
        return None
    return Question.objects.create(
        base=base,
        rule=suspicion.rule,
        subject=suspicion.subject,
        mark=suspicion.mark,
        day=suspicion.day,
        facts=dict(suspicion.facts),
        asked_at=timezone.now(),
    )


def _renew(waiting: Question, same: QuerySet[Question], suspicion: Suspicion) -> None:
    """What nobody has answered yet speaks of the newest value, not of the first. Frozen figures
    have no newer one."""
    facts = dict(suspicion.facts)
    if suspicion.rule == "frozen" or facts == waiting.facts:
        return
    changes: dict[str, Any] = {"facts": facts, "day": suspicion.day}
    if not same.exclude(pk=waiting.pk).filter(mark=suspicion.mark).exists():
        changes["mark"] = suspicion.mark
    # A makeup report of an earlier day says nothing newer.
    Question.objects.filter(
        pk=waiting.pk, closed_at__isnull=True, answered_at__isnull=True, day__lte=suspicion.day
    ).update(**changes)


def _asked_before(same: QuerySet[Question], suspicion: Suspicion) -> bool:
    """Whether this occurrence was asked about, and answered or closed. A run of frozen figures goes
    on being the one that was asked about while no report between broke it."""
    if same.filter(mark=suspicion.mark).exists():
        return True
    if suspicion.rule != "frozen":
        return False
    if same.filter(closed_at__isnull=True).exists():
        return True
    last = same.order_by("-day").first()
    return last is not None and last.day.isoformat() >= suspicion.mark


@transaction.atomic
def answer(question: Question, text: str, *, actor: User) -> None:
    """The operator says how it came about. Answered again until it is closed."""
    locked = (
        Question.objects.select_for_update(of=("self",)).select_related("base").get(pk=question.pk)
    )
    if not works_for(actor, locked.base):
        raise NotAllowed(_("询问由基地所属单位的负责人或填报人答复。"))
    if locked.closed_at is not None:
        raise Invalid(_("这项询问已经办结，不能再答复。"))
    if not text.strip():
        raise Invalid(_("请写明原因。"))
    locked.answer, locked.answered_by, locked.answered_at = text.strip(), actor, timezone.now()
    locked.save(update_fields=["answer", "answered_by", "answered_at"])
    notify.question_answered(locked)
    audit.record(actor, "question.answered", f"question:{locked.pk}", base=locked.base.code)


@transaction.atomic
def close(question: Question, remark: str, *, actor: User) -> None:
    """The secretariat is content, or knows the reason without an answer and says so."""
    check_close_questions(actor)
    locked = (
        Question.objects.select_for_update(of=("self",)).select_related("base").get(pk=question.pk)
    )
    if locked.closed_at is not None:
        raise Invalid(_("这项询问已经办结。"))
    if locked.answered_at is None and not remark.strip():
        raise Invalid(_("基地尚未答复，办结时请写明理由。"))
    locked.remark, locked.closed_by, locked.closed_at = remark.strip(), actor, timezone.now()
    locked.save(update_fields=["remark", "closed_by", "closed_at"])
    notify.question_closed(locked)
    audit.record(actor, "question.closed", f"question:{locked.pk}", remark=locked.remark)
