"""Figures that a base is asked about are marked wherever the command centre adds them up or acts on
them, until 陈 of the secretariat has closed the question."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dataaccess import windows
from dataaccess.actions import questions
from dataaccess.models import Base, Question
from portal.accounts.models import Role, User
from portal.ledger import outbox
from tests.dataaccess.bodies import report
from tests.dataaccess.conftest import Caller, person, signed_in

pytestmark = pytest.mark.django_db
MARK = "1 个基地的数值待核实"


@pytest.fixture
def chen(db: None) -> User:
    return person("chen", Role.SECRETARIAT)


@pytest.fixture
def question(jinan: Base, caller: Caller) -> Question:
    """Today's total of GPU is a thousand times yesterday's."""
    yesterday = windows.day_of(timezone.now()) - timedelta(days=1)
    caller.report(report(统计日期=yesterday.isoformat()))
    caller.report(report(GPU总算力=2_600_000, 空闲GPU算力=610_500))
    outbox.sweep()
    return Question.objects.get()


def see(user: User, path: str) -> str:
    answer: Any = signed_in(user).get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_overviews_sums_say_how_many_bases_are_in_doubt_until_it_is_settled(
    question: Question, lin: User, chen: User
) -> None:
    page = see(chen, "/overview/?province=370000")
    assert MARK in page
    assert 'href="/questions/?state=unsettled&amp;province=370000"' in page
    assert MARK not in see(chen, "/overview/?province=520000")
    assert f"/questions/{question.pk}/" in see(chen, "/questions/?state=unsettled&province=370000")
    assert f"/questions/{question.pk}/" not in see(chen, "/questions/?province=520000")
    # Any text is an answer: the centre has yet to be content with it.
    questions.answer(question, "核实中", actor=lin)
    assert MARK in see(chen, "/overview/")
    questions.close(question, "属实", actor=chen)
    assert "待核实" not in see(chen, "/overview/")


def test_the_list_of_bases_marks_them_for_those_who_may_read_the_questions(
    question: Question, jinan: Base, lin: User, zhou: User, chen: User
) -> None:
    leads = f'href="/questions/?state=unsettled&amp;base={jinan.code}"'
    for reader in (lin, chen):
        page = see(reader, "/bases/")
        assert (leads in page, "数值待核实" in page) == (True, True)
        listed = see(reader, f"/questions/?state=unsettled&base={jinan.code}")
        assert f"/questions/{question.pk}/" in listed
    assert "数值待核实" not in see(person("secadmin", Role.SECURITY_ADMIN), "/bases/")
    other = see(zhou, f"/questions/?base={jinan.code}")
    assert f"/questions/{question.pk}/" not in other
    assert jinan.name not in other
