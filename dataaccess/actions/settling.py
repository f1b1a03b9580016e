"""Questions that a correction of the data settles: nobody needs to answer them any more."""

from datetime import date

from django.utils import timezone

from dataaccess import doubts, notify, plausibility
from dataaccess.models import Base, ComputeReport, Question
from portal.ledger import audit


def settle(base: Base, day: date) -> int:
    """Look again at what was asked about a day's report and about the next one, which is held against
    it. What the data raise no longer is noted as corrected; where nobody has answered yet it is closed
    and the operator told. The caller holds the base's lock. Safe to run twice. Returns how many
    questions were closed."""
    later = ComputeReport.objects.filter(base=base, date__gt=day).order_by("date")
    days = [day, *later.values_list("date", flat=True)[:1]]
    asked = Question.objects.filter(base=base, day__in=days, corrected_at__isnull=True)
    closed, raised = [], {each: _raised(base, each) for each in days}
    # Beside a figure that is doubtful itself the next day's looks right whatever it is.
    unsure = {subject for _rule, subject in raised[day]}
    for question in asked.select_for_update(of=("self",)).order_by("pk"):
        still = (question.rule, question.subject) in raised[question.day]
        if still or (question.day != day and question.subject in unsure):
            continue
        question.corrected_at = timezone.now()
        if question.answered_at is None and question.closed_at is None:
            question.closed_at = question.corrected_at
            closed.append(question)
            audit.record(None, "question.settled", f"question:{question.pk}", base=base.code)
        question.save(update_fields=["corrected_at", "closed_at"])
    if closed:
        notify.questions_settled(base, closed)
    return len(closed)


def _raised(base: Base, day: date) -> set[tuple[str, str]]:
    """What a day's report gives to ask, as rule and subject."""
    reports = doubts.with_the_one_before(base, day)
    found = plausibility.suspicions(reports, base.certified_fp16)
    raised: set[tuple[str, str]] = {(each.rule, each.subject) for each in found}
    # A run of frozen figures goes on as long as the report does not differ from the one before.
    if len(reports) == 2 and reports[0].figures == reports[1].figures:
        raised.add(("frozen", ""))
    return raised
