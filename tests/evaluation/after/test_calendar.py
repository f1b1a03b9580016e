"""The calendar of the annual reviews (10.4.1) through ten years, leap days and days without beat."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from evaluation import terms, workdays
from evaluation.actions import annual_review, reviews
from evaluation.actions.annual_review import Response
from evaluation.models import Certificate, Document, Review, ReviewReminder
from portal.ledger.models import OutboxEntry, RuntimeSetting
from tests.evaluation.after import years
from tests.evaluation.cast import Cast, signed_in

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(date(2024, 2, 29)), tick=False) as traveller:
        yield traveller


@pytest.fixture
def born_on_leap_day(clock: time_machine.Traveller, cast: Cast) -> Certificate:
    return years.certified(cast)


def reminders(review: Review) -> list[int]:
    return list(
        ReviewReminder.objects.filter(review=review, until=review.due_on)
        .order_by("-days_before")
        .values_list("days_before", flat=True)
    )


def mails(review: Review, days: int) -> set[int]:
    """Who was sent the reminder of a distance."""
    key = f"mail:review_due:review:{review.pk}:{review.due_on}:{days}:"
    found = OutboxEntry.objects.filter(kind="mail", key__startswith=key)
    assert found.count() == len({entry.payload["user"] for entry in found})
    return {entry.payload["user"] for entry in found}


def test_ten_years_of_reviews_from_a_leap_day(
    clock: time_machine.Traveller, cast: Cast, born_on_leap_day: Certificate
) -> None:
    """Every month the calendar runs, and each review is passed on its due day."""
    opened: list[tuple[int, date]] = []
    day, end = date(2024, 2, 29), date(2034, 3, 10)
    while day < end:
        clock.move_to(at(day))
        reviews.run_calendar()
        for review in Review.objects.filter(state="open"):
            opened.append((review.year, review.due_on))
            years.carry(review, cast, "passed")
        day += timedelta(days=31)
    assert opened == [
        (1, date(2025, 2, 28)),
        (2, date(2026, 2, 28)),
        (3, date(2027, 2, 28)),
        (5, date(2029, 2, 28)),
        (7, date(2031, 2, 28)),
        (9, date(2033, 2, 28)),
    ]
    ahead = Review.objects.filter(state="planned").order_by("due_on")
    assert [(r.year, r.due_on) for r in ahead] == [
        (11, date(2035, 2, 28)),
        (13, date(2037, 2, 28)),
        (15, date(2039, 2, 28)),
    ]
    assert Document.objects.filter(kind="review_notice").count() == 6
    said = born_on_leap_day.entries.order_by("pk").values_list("reason", flat=True)
    assert list(said)[1:] == [f"第{year}年年审合格。" for year, _due in opened]


def test_a_review_opens_ninety_days_before_and_the_notice_stands_for_that_reminder(
    clock: time_machine.Traveller, cast: Cast, born_on_leap_day: Certificate
) -> None:
    review = born_on_leap_day.reviews.get(year=1)
    clock.move_to(at(review.due_on - timedelta(days=91)))
    assert (reviews.open_due(), reviews.remind_reviews()) == (0, 0)
    clock.move_to(at(review.due_on - timedelta(days=90)))
    assert reviews.run_calendar() == 0
    review.refresh_from_db()
    assert review.state == "open"
    told = OutboxEntry.objects.filter(kind="mail", key__startswith="mail:review_moved:review-move:")
    assert {m.payload["user"] for m in told} == {cast.lin.pk, cast.han.pk, cast.chen.pk}
    assert reminders(review) == [90]


def test_each_reminder_goes_out_once_and_ends_with_the_submission(
    clock: time_machine.Traveller, cast: Cast, born_on_leap_day: Certificate
) -> None:
    review = born_on_leap_day.reviews.get(year=1)
    for left in range(92, -9, -1):
        clock.move_to(at(review.due_on - timedelta(days=left)))
        reviews.run_calendar()
        reviews.run_calendar()
    assert reminders(review) == [90, 30, 7, 0, -7]
    for distance in (30, 7, 0, -7):
        assert mails(review, distance) == {cast.lin.pk, cast.han.pk, cast.chen.pk}
    later = born_on_leap_day.reviews.get(year=2)
    clock.move_to(at(later.due_on - timedelta(days=90)))
    reviews.run_calendar()
    later.refresh_from_db()
    years.carry(later, cast, "submitted")
    clock.move_to(at(later.due_on - timedelta(days=7)))
    reviews.run_calendar()
    assert mails(later, 7) == set()


def test_the_office_has_a_deadline_of_its_own_and_is_reminded_of_it(
    clock: time_machine.Traveller, cast: Cast, born_on_leap_day: Certificate
) -> None:
    review = born_on_leap_day.reviews.get(year=1)
    clock.move_to(at(review.due_on - timedelta(days=90)))
    reviews.run_calendar()
    review.refresh_from_db()
    assert review.office_by is None
    years.carry(review, cast, "submitted")
    review.refresh_from_db()
    today = timezone.localdate()
    assert review.until == review.office_by == workdays.after(today, 15)
    told = []
    for day in range((review.office_by - today).days + 8):
        clock.move_to(at(today + timedelta(days=day)))
        reviews.run_calendar()
        key = f"mail:review_with_office:review:{review.pk}:{review.office_by}:"
        sent = OutboxEntry.objects.filter(key__startswith=key)
        assert {entry.payload["user"] for entry in sent} <= {cast.chen.pk}
        told.append(sent.count())
    assert told[-1] == 3  # 7 days before, on the day, 7 days after
    chen = signed_in(cast.chen)
    assert "秘书处办理期限" in chen.get("/desk/").content.decode()
    assert "秘书处办理期限" in chen.get(f"/annual-reviews/{review.pk}/").content.decode()
    assert review in chen.get("/annual-reviews/?state=overdue").context["page"].object_list
    # The setting is of the office's own; 0 is no deadline.
    runtime_setting = RuntimeSetting.objects.create(
        name="deadline_review_submitted", value=0, changed_at=timezone.now(),
        changed_by=cast.sysadmin,
    )  # fmt: skip
    assert terms.review_deadline_of("submitted", today) is None
    runtime_setting.delete()


@pytest.mark.parametrize("missed", [90, 30, 7, 0])
def test_after_three_days_without_beat_the_reminder_is_sent_late_and_once(
    clock: time_machine.Traveller,
    cast: Cast,
    born_on_leap_day: Certificate,
    missed: int,
) -> None:
    review = born_on_leap_day.reviews.get(year=1)
    clock.move_to(at(review.due_on - timedelta(days=missed + 1)))
    reviews.run_calendar()
    before = reminders(review)
    clock.move_to(at(review.due_on - timedelta(days=missed - 2)))
    for _ in range(3):
        reviews.run_calendar()
    review.refresh_from_db()
    assert reminders(review) == [*before, missed]
    assert review.state == "open"


def test_a_beat_that_was_away_for_months_says_only_what_is_nearest(
    clock: time_machine.Traveller, cast: Cast, born_on_leap_day: Certificate
) -> None:
    review = born_on_leap_day.reviews.get(year=1)
    clock.move_to(at(review.due_on + timedelta(days=2)))
    reviews.run_calendar()
    assert reminders(review) == [0]
    text = OutboxEntry.objects.filter(key__startswith="mail:review_moved:review-move:").first()
    assert text is not None


def test_a_rectification_is_counted_to_its_own_day_and_anew_after_an_extension(
    clock: time_machine.Traveller, cast: Cast, born_on_leap_day: Certificate
) -> None:
    review = years.carry(years.first_review(born_on_leap_day), cast, "rectification")
    first = review.rectify_by
    assert first is not None
    clock.move_to(at(first - timedelta(days=29)))
    assert reviews.remind_reviews() == 0  # the notice has just said so
    clock.move_to(at(first - timedelta(days=7)))
    assert (reviews.remind_reviews(), reviews.remind_reviews()) == (1, 0)
    second = first + timedelta(days=20)
    annual_review.extend(cast.chen, review, "示例：设备到货推迟。", second)
    clock.move_to(at(first))
    assert reviews.remind_reviews() == 0
    clock.move_to(at(second))
    assert (reviews.remind_reviews(), reviews.remind_reviews()) == (1, 0)
    sent = ReviewReminder.objects.filter(review=review).order_by("sent_at")
    assert [(r.until, r.days_before) for r in sent] == [(first, 7), (second, 0)]


def test_a_revoked_certificate_has_no_calendar(
    clock: time_machine.Traveller, cast: Cast, born_on_leap_day: Certificate
) -> None:
    from evaluation.actions import standing

    proposal = standing.propose(
        cast.chen, born_on_leap_day, "revoke", reason="示例", grounds=["10.4.3"]
    )
    standing.approve(cast.zhou, proposal)
    clock.move_to(at(date(2025, 2, 27)))
    assert reviews.run_calendar() == 0
    assert not Review.objects.filter(closed_at__isnull=True).exists()


def test_what_is_rectified_is_valid_again(cast: Cast, review: Review) -> None:
    certificate = review.certificate
    years.carry(review, cast, "rechecking")
    annual_review.recheck(cast.chen, review, "reporting", solved=False, text="示例：仍有缺报。")
    later = timezone.localdate() + timedelta(days=15)
    annual_review.reject_rectification(cast.chen, review, "示例：继续整改。", later)
    annual_review.save_responses(cast.lin, review, {"reporting": Response("示例：已更换网关。")})
    annual_review.report_rectification(cast.lin, review)
    annual_review.recheck(cast.chen, review, "reporting", solved=True)
    annual_review.accept_rectification(cast.chen, review)
    certificate.refresh_from_db()
    assert certificate.state == "valid"
    assert list(certificate.entries.order_by("pk").values_list("state", flat=True)) == [
        "valid",
        "rectification",
        "valid",
    ]
    notices = Document.objects.filter(kind="rectification_notice").order_by("ordered_at")
    assert [n.content["items"][0]["wrong"] for n in notices] == [
        "示例：连续缺报，请恢复每日上报。",
        "示例：仍有缺报。",
    ]


def test_a_clock_set_back_sends_no_reminder_again_and_closes_nothing(
    clock: time_machine.Traveller, cast: Cast, born_on_leap_day: Certificate
) -> None:
    review = born_on_leap_day.reviews.get(year=1)
    for left in (90, 120, 30, 91, 31, 7, 30, 400, 0, 7, -7, 0, 90):
        clock.move_to(at(review.due_on - timedelta(days=left)))
        reviews.run_calendar()
    review.refresh_from_db()
    assert (review.state, review.transitions.filter(move="open").count()) == ("open", 1)
    assert reminders(review) == [90, 30, 7, 0, -7]
    for distance in (30, 7, 0, -7):
        assert mails(review, distance) == {cast.lin.pk, cast.han.pk, cast.chen.pk}
