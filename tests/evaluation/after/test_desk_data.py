"""The desk of a base's people: data calls with their deadline, and questions about reports."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dataaccess.actions import data_calls, questions
from dataaccess.models import Question
from evaluation.models import Certificate
from tests.evaluation.cast import Cast, signed_in
from tests.portal.site.reading import words


def desk(cast: Cast, who: str) -> str:
    return words(signed_in(getattr(cast, who)).get("/desk/"))


@pytest.fixture
def asked(cast: Cast, certificate: Certificate) -> Certificate:
    """林's base owes a data call that is due in three hours and an explanation."""
    data_calls.issue(
        title="国庆保障期算力统计",
        reason="重大节日保障",
        interfaces=["compute_report", "security_event"],
        bases=[certificate.base],
        deadline=timezone.now() + timedelta(hours=3),
        actor=cast.chen,
    )
    Question.objects.create(
        base=certificate.base,
        rule="certified",
        subject="fp16",
        mark="5000",
        day=timezone.localdate(),
        facts={"reported": 5000, "certified": 2600},
        asked_at=timezone.now(),
    )
    return certificate


def test_what_the_centre_waits_for_stands_on_the_desk(cast: Cast, asked: Certificate) -> None:
    page = desk(cast, "lin")
    assert "有 2 项工作等您办理" in page
    assert "国庆保障期算力统计" in page
    assert "尚需上报：基地算力信息、基地安全信息" in page
    assert "上报的FP16总算力为5000 PFLOPS，认定时为2600 PFLOPS" in page
    assert "说明原因" in page
    for other in ("other", "chen"):
        assert "国庆保障期算力统计" not in desk(cast, other)
        assert "待说明的上报数据" not in desk(cast, other)


def test_what_is_answered_leaves_the_desk(cast: Cast, asked: Certificate) -> None:
    asked.base.data_call_items.all().delete()
    asked.base.questions.update(
        answer="试运行期间多报", answered_by=cast.lin, answered_at=timezone.now()
    )
    assert "待答复的数据统计要求" not in desk(cast, "lin")
    assert "待说明的上报数据" not in desk(cast, "lin")


def test_an_answer_waits_on_the_secretariats_desk_until_it_is_closed(
    cast: Cast, asked: Certificate
) -> None:
    question = Question.objects.get()
    assert "待办结的数据询问" not in desk(cast, "chen")
    questions.answer(question, "试运行期间多报", actor=cast.lin)
    page = desk(cast, "chen")
    assert "待办结的数据询问" in page
    assert "上报的FP16总算力为5000 PFLOPS" in page
    assert "基地的说明：试运行期间多报" in page
    for other in ("lin", "zhou"):
        assert "待办结的数据询问" not in desk(cast, other)
    questions.close(question, "", actor=cast.chen)
    assert "待办结的数据询问" not in desk(cast, "chen")
