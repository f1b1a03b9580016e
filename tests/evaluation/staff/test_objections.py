"""Objections during the 公示: recorded, answered, holding the certification."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation.actions import publication
from evaluation.models import Objection, Publication
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    return cast.case_in("published")


@pytest.fixture
def chen(cast):
    return signed_in(cast.chen)


def page_of(case):
    return f"/cases/{case.number}/objections/"


def objection(**changed):
    return {
        "objector": "示例邻里数据有限公司", "contact": "010-00000000",
        "received_on": timezone.localdate().isoformat(), "content": "企业名单含已注销企业。",
    } | changed  # fmt: skip


def close(client, case, pk, answer):
    return client.post(f"{page_of(case)}{pk}/close/", {f"objection{pk}-answer": answer})


def test_an_objection_is_recorded_answered_and_closed(case, chen):
    propose = f"/cases/{case.number}/moves/propose/"
    assert propose in chen.get(page_of(case)).content.decode()
    assert chen.post(page_of(case), objection())["Location"] == page_of(case)
    kept = Objection.objects.get()
    assert (kept.objector, kept.content, kept.closed_at) == (
        "示例邻里数据有限公司", "企业名单含已注销企业。", None,
    )  # fmt: skip
    page = chen.get(page_of(case))
    assert page.context["still_open"] == 1
    assert propose not in page.content.decode()
    assert chen.post(propose).status_code == 422
    assert close(chen, case, kept.pk, " ").status_code == 422
    assert close(chen, case, kept.pk, "经核查，已更正名单。").status_code == 302
    html = chen.get(page_of(case)).content.decode()
    assert "经核查，已更正名单。" in html
    assert propose in html
    assert close(chen, case, kept.pk, "再答一次").status_code == 422
    kept.refresh_from_db()
    assert kept.answer == "经核查，已更正名单。"
    assert chen.post(propose).status_code == 302


@pytest.mark.parametrize("missing", ["objector", "contact", "content", "received_on"])
def test_an_anonymous_or_incomplete_one_is_refused_with_what_was_typed(case, chen, missing):
    answer = chen.post(page_of(case), objection(**{missing: " "}))
    assert answer.status_code == 422
    html = answer.content.decode()
    for name, typed in objection().items():
        assert (typed in html) or name == missing, name
    assert not Objection.objects.exists()


@pytest.mark.parametrize("days", [-1, 1])
def test_the_day_of_receipt_lies_within_the_period(case, chen, days):
    day = timezone.localdate() + timedelta(days=days)
    answer = chen.post(page_of(case), objection(received_on=day.isoformat()))
    assert answer.status_code == 422
    assert "收到日期须在公示开始之日至今天之间。" in answer.content.decode()
    assert not Objection.objects.exists()


def test_the_period_is_told_with_the_days_left(cast):
    case = cast.case_in("result_pending")
    publication.publish(cast.chen, case, working_days=5)
    page = signed_in(cast.chen).get(page_of(case))
    period = page.context["publication"]
    left = (period.ends_on - timezone.localdate()).days
    html = page.content.decode()
    assert f"还剩 {left} 天" in html
    assert "5 个工作日" in html
    assert "公示中" in html
    assert "moves/propose" not in html


def test_who_may_see_record_and_close(cast, case):
    publication.record_objection(
        cast.chen, case, objector="邻里", contact="010", content="金丝雀异议",
        received_on=timezone.localdate(),
    )  # fmt: skip
    kept = Objection.objects.get()
    got = {}
    for name, user in {
        "own": cast.lin, "other": cast.other, "leader": cast.experts[2], "idle": cast.idle_expert,
        "decider": cast.zhou, "sysadmin": cast.sysadmin,
    }.items():  # fmt: skip
        client = signed_in(user)
        page = client.get(page_of(case))
        got[name] = (
            page.status_code,
            "金丝雀异议" in page.content.decode(),
            client.post(page_of(case), objection()).status_code,
            close(client, case, kept.pk, "x").status_code,
        )
    assert got == {
        "own": (403, False, 403, 403),
        "other": (404, False, 404, 404),
        "leader": (403, False, 403, 403),
        "idle": (404, False, 404, 404),
        "decider": (200, True, 403, 403),
        "sysadmin": (404, False, 404, 404),
    }
    assert Objection.objects.filter(closed_at=None).count() == 1
    assert "<textarea" not in signed_in(cast.zhou).get(page_of(case)).content.decode()


def test_before_the_publication_there_is_no_page(cast):
    case = cast.case_in("result_pending")
    assert signed_in(cast.chen).get(page_of(case)).status_code == 404


def test_an_objection_to_another_result_is_not_found(cast, case, chen):
    other = cast.case_in("published")
    publication.record_objection(
        cast.chen, other, objector="邻里", contact="010", content="内容",
        received_on=timezone.localdate(),
    )  # fmt: skip
    assert close(chen, case, Objection.objects.get().pk, "x").status_code == 404


def test_after_the_decision_nothing_is_recorded(cast):
    case = cast.case_in("certified")
    client = signed_in(cast.chen)
    assert "<textarea" not in client.get(page_of(case)).content.decode()
    assert client.post(page_of(case), objection()).status_code == 302
    assert not Objection.objects.exists()


def test_queries_do_not_grow_with_objections(cast, case, chen):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert chen.get(page_of(case)).status_code == 200
        return len(queries)

    chen.post(page_of(case), objection())
    one = count()
    for nth in range(4):
        chen.post(page_of(case), objection(objector=f"示例单位{nth}"))
    chen.get(page_of(case))
    assert count() == one


def test_a_case_in_its_period_waits_apart_until_it_is_over_or_objected_to(cast, case, chen):
    """On its last day it still waits; one with an open objection is work."""

    def until(days):
        last = timezone.localdate() + timedelta(days=days)
        Publication.objects.filter(evaluation=case).update(
            working_days=3, starts_on=last - timedelta(days=5), ends_on=last
        )
        desk = chen.get("/desk/")
        return [[row.number for row in desk.context[part]] for part in ("waiting", "later")]

    propose = f"/cases/{case.number}/moves/propose/"
    assert until(0) == [[], [case.number]]
    assert "没有等您办理的事项" not in chen.get("/desk/").content.decode()
    assert propose not in chen.get(f"/cases/{case.number}/").content.decode()
    assert until(-1) == [[case.number], []]
    assert propose in chen.get(f"/cases/{case.number}/").content.decode()
    until(0)
    chen.post(page_of(case), objection())
    assert until(0) == [[case.number], []]
