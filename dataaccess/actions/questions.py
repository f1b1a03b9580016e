"""Asking about implausible reports, answering, closing."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess import doubts, notify, plausibility, windows
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
    reports: dict[int, list[Reported]] = defaultdict(list)
    rows = ComputeReport.objects.filter(date__gte=since, base__sandbox=False).order_by(
        "base", "date"
    )
    for base, day, *figures in rows.values_list("base", "date", *COLUMNS).iterator(2000):
        reports[base].append(Reported(day, dict(zip(COLUMNS, figures, strict=True))))
    certified = dict(Base.objects.values_list("pk", "certified_fp16"))
    asked = 0
    for base, found in reports.items():
        for suspicion in plausibility.suspicions(found, certified.get(base)):
            asked += _ask(base, suspicion)
    return asked


@outbox.handles(doubts.KIND)
def ask_about(payload: dict[str, Any]) -> None:
    """What a report just delivered gives to ask, as it stands now: it may be corrected already."""
    base = Base.objects.filter(pk=payload["base"]).first()
    if base is None:
        return
    day, today = date.fromisoformat(payload["day"]), windows.day_of(timezone.now())
    for suspicion in doubts.of_report(base, day, today, base.certified_fp16):
        _ask(base.pk, suspicion)


def _ask(base: int, suspicion: Suspicion) -> bool:
    same = Question.objects.filter(base=base, rule=suspicion.rule, subject=suspicion.subject)
    waiting = same.filter(closed_at__isnull=True, answered_at__isnull=True).first()
    if waiting is not None:
        _renew(waiting, same, suspicion)
        return False
    if _asked_before(same, suspicion):
        return False
    try:
        with transaction.atomic():
            question = Question.objects.create(
                base_id=base,
                rule=suspicion.rule,
                subject=suspicion.subject,
                mark=suspicion.mark,
                day=suspicion.day,
                facts=dict(suspicion.facts),
                asked_at=timezone.now(),
            )
            notify.question_asked(Base.objects.get(pk=base), question)
    except IntegrityError:  # another worker asked it just now
        return False
    return True


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
