"""Statistics: by step, category and province; time per step; scores by indicator."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from evaluation.actions import figures
from evaluation.actions.figures import stays_of
from evaluation.models import Evaluation, Figures, Transition
from tests.evaluation.cast import FAILING_VALUES, make_cast, signed_in

pytestmark = pytest.mark.django_db


def day(number):
    return datetime(2026, 3, number, 9, tzinfo=UTC)


def test_a_stay_lasts_until_the_next_step_and_returning_begins_another():
    moves = [
        ("draft", "submitted", day(1)),
        ("submitted", "returned", day(2)),
        ("returned", "submitted", day(4)),
        ("submitted", "agreement_signing", day(5)),  # four days of step 1, with the correction
        ("agreement_signing", "agreement_countersigning", day(6)),
        ("agreement_countersigning", "preliminary_review", day(8)),
        ("published", "decision_pending", day(20)),
        ("decision_pending", "published", day(22)),  # sent back: step 6 begins again
        ("published", "decision_pending", day(23)),
        ("decision_pending", "certified", day(25)),
    ]
    assert [(step, length.days) for step, length in stays_of(iter(moves))] == [
        (1, 4), (2, 3), (6, 12), (6, 1), (7, 2),
    ]  # fmt: skip
    withdrawn = [("draft", "submitted", day(1)), ("submitted", "withdrawn", day(2))]
    assert list(stays_of(iter(withdrawn))) == []


def test_median_and_ninety_percent_of_ten_stays():
    cast = make_cast()
    for days in range(1, 11):
        case = cast.new_case()
        for move, source, target, at in (
            ("submit", "draft", "submitted", day(1)),
            ("accept", "submitted", "agreement_signing", day(1) + timedelta(days=days)),
        ):
            Transition.objects.create(
                evaluation=case, move=move, source=source, target=target,
                actor=cast.chen, actor_role="secretariat", at=at,
            )  # fmt: skip
    first = figures.count().steps[0]
    assert first == {"step": 1, "stays": 10, "median": 5.5 * 24, "p90": 9 * 24}
    rows = signed_in(cast.chen).get("/statistics/times.csv").content.decode("utf-8-sig").split()
    assert rows[:3] == [
        "步骤序号,步骤,次数,中位数（天）,90%分位（天）",
        "1,申请,10,5.5,9.0",
        "2,签订评估咨询服务协议,0,,",
    ]


def test_the_page_reads_what_was_counted_and_counts_cases_as_they_are():
    cast = make_cast()
    chen = signed_in(cast.chen)
    assert "还没有可统计的案卷" in chen.get("/statistics/").content.decode()
    cast.case_in("result_pending", FAILING_VALUES)
    figures.count()
    assert Figures.objects.count() == 1
    context = chen.get("/statistics/").context
    assert context["total"] == 1
    assert [(row["value"], row["whole"]) for row in context["by_step"]][5] == (1, 1)
    assert [(row["label"], row["value"]) for row in context["by_category"]] == [("省级区域", 1)]
    assert [(row["label"], row["value"]) for row in context["by_province"]] == [("山东省", 1)]
    indicators = {row["name"]: row for row in context["indicators"]}
    assert len(indicators) == 29
    failing = indicators["垂类工业产业链上下游企业数量"]
    assert (failing["runs"], failing["failed"], str(failing["mean"])) == (1, 1, "0")
    assert indicators["电能利用效率"]["failed"] == 0
    # Counted anew at most once a minute.
    assert "刚刚统计过" in chen.post("/statistics/count/", follow=True).content.decode()
    Figures.objects.update(made_at=timezone.now() - timedelta(minutes=2))
    Evaluation.objects.all().update(state="certified")
    assert "已重新统计" in chen.post("/statistics/count/", follow=True).content.decode()
    lines = chen.get("/statistics/steps.csv").content.decode("utf-8-sig").splitlines()
    assert lines[-1] == "7,认定,1,0"
    assert chen.get("/statistics/people.csv").status_code == 404
    assert signed_in(cast.lin).get("/statistics/").status_code == 404
