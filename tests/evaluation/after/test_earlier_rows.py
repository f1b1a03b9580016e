"""What the migrations give to rows from before: the day a revoked base was released, what a notice
said, and the office's days."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from dataaccess.models import Base
from evaluation.actions import objections, publication, result_corrections, standing
from evaluation.models import Certificate, Evaluation, Objection, Publication, Review
from tests.evaluation.after import years
from tests.evaluation.cast import Cast
from tests.portal.site.copies import withdrawn_case

pytestmark = pytest.mark.django_db
migration = import_module("evaluation.migrations.0011_what_earlier_rows_lack")
days = import_module("evaluation.migrations.0016_days_of_earlier_objections")


def test_a_base_that_was_revoked_before_gets_its_day_from_the_register(
    cast: Cast, certificate: Certificate
) -> None:
    proposal = standing.propose(
        cast.chen, certificate, "revoke", reason="示例理由", grounds=["10.4.3"]
    )
    standing.approve(cast.zhou, proposal)
    Base.objects.update(released_on=None)
    migration.release_the_revoked(apps, None)
    assert Base.objects.get(pk=certificate.base_id).released_on == timezone.localdate()


def test_a_base_that_is_certified_stays_obliged(certificate: Certificate) -> None:
    migration.release_the_revoked(apps, None)
    assert Base.objects.get(pk=certificate.base_id).released_on is None


def test_a_notice_bears_what_its_document_said(certificate: Certificate) -> None:
    notice = Publication.objects.get(evaluation=certificate.evaluation)
    said = (notice.applicant, notice.base_name, notice.place)
    Publication.objects.update(applicant="", base_name="", place="")
    Base.objects.update(name="后来的名称")
    migration.keep_as_published(apps, None)
    notice.refresh_from_db()
    assert (notice.applicant, notice.base_name, notice.place) == said


def test_a_review_with_the_office_gets_its_days(cast: Cast, review: Review) -> None:
    years.carry(review, cast, "submitted")
    Review.objects.update(office_by=None)
    migration.give_the_office_its_days(apps, None)
    review.refresh_from_db()
    assert isinstance(review.office_by, date)
    assert review.office_by > timezone.localdate()


def test_an_open_objection_from_before_gets_its_day_and_a_closed_one_none(cast: Cast) -> None:
    case, today = withdrawn_case(cast), timezone.localdate()
    publication.publish(cast.chen, case, working_days=5)
    given = objections.Given(kind="person", objector="王实名", contact="0531-1", content="漏计")
    new, old, closed = (objections.record_objection(cast.chen, case, given, today) for _ in "123")
    objections.close_objection(cast.chen, closed, "taken_back", "已告知。")
    Objection.objects.update(due_on=None)
    Objection.objects.filter(pk=old.pk).update(received_on=today - timedelta(days=20))
    days.give_open_objections_their_day(apps, None)
    due = {row.pk: row.due_on for row in Objection.objects.all()}
    # Nobody is late for a day that was not set before.
    assert due == {
        new.pk: today + timedelta(days=21), old.pk: today + timedelta(days=7), closed.pk: None,
    }  # fmt: skip


def test_a_correction_that_waits_from_before_is_the_decision_makers(cast: Cast) -> None:
    case = withdrawn_case(cast)
    made = result_corrections.propose(
        cast.chen, case, base_name="示例更正智算基地", place=case.place, reason="示例：多写了字。"
    )
    late = timezone.localdate() - timedelta(days=9)
    Evaluation.objects.filter(pk=case.pk).update(deadline=late)
    days.give_the_decision_maker_days(apps, None)
    case.refresh_from_db()
    assert case.deadline == timezone.localdate() + timedelta(days=7)
    assert case.state_since == made.proposed_at
