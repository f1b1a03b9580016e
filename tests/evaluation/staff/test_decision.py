"""What the decision maker has before their eyes on certify, decline and send back."""

import pytest
from django.utils import timezone

from evaluation.actions import objections
from evaluation.models import Certificate
from portal.accounts.models import Role, User
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db


def test_name_number_score_objections_and_proposer_are_shown_before_the_button():
    cast = make_cast()
    case = cast.case_in("published")
    given = objections.Given(kind="person", objector="邻里", contact="010", content="内容")
    kept = objections.record_objection(cast.chen, case, given, timezone.localdate())
    objections.take_step(cast.chen, kept, timezone.localdate(), "核实了身份。")
    objections.close_objection(cast.chen, kept, "upheld", "经核查不成立。")
    cast.carry(case, "decision_pending")
    client = signed_in(cast.zhou)
    for code in ("certify", "decline", "send_back"):
        answer = client.get(f"/cases/{case.number}/moves/{code}/")
        facts, html = answer.context["decision"], answer.content.decode()
        assert facts["name"] == "国家工业互联网大数据中心工业智算基地（山东）省级节点"
        assert facts["name"] in html
        year = timezone.localdate().year
        assert facts["number"] == f"GYZS-{year}-SJ-37-××××"
        assert [str(bar.points) for bar in facts["bars"]] == [
            facts["run"].result[key] for key in ("A1", "A2", "A3", "A")
        ]
        assert (facts["objections"], facts["still_open"]) == (1, 0)
        assert "共 1 件，均已办结" in html
        assert (facts["proposed_by"], facts["same_person"]) == ("陈静", False)
    assert client.post(f"/cases/{case.number}/moves/certify/").status_code == 302
    certificate = Certificate.objects.get(evaluation=case)
    assert certificate.name == facts["name"]
    assert certificate.number.startswith(facts["number"].rstrip("×"))


def test_a_result_below_10_1_is_shown_as_such_and_cannot_be_certified():
    cast = make_cast()
    from tests.evaluation.cast import FAILING_VALUES

    case = cast.case_in("decision_pending", FAILING_VALUES)
    client = signed_in(cast.zhou)
    html = client.get(f"/cases/{case.number}/moves/certify/").content.decode()
    assert "未满足10.1的认定条件" in html
    assert "总得分A为50分，未超过80分（10.1）。" in html
    assert client.post(f"/cases/{case.number}/moves/certify/").status_code == 422
    assert not Certificate.objects.exists()


def test_whoever_proposed_it_does_not_certify_even_in_another_office():
    cast = make_cast()
    case = cast.case_in("decision_pending")
    User.objects.filter(pk=cast.chen.pk).update(role=Role.DECIDER)
    answer = signed_in(cast.chen).post(f"/cases/{case.number}/moves/certify/")
    assert answer.status_code == 403
    assert "提请人与审批人须为两人。" in answer.content.decode()
    assert not Certificate.objects.exists()
    assert signed_in(cast.zhou).post(f"/cases/{case.number}/moves/certify/").status_code == 302
    assert Certificate.objects.count() == 1


def test_other_moves_show_no_decision():
    cast = make_cast()
    case = cast.case_in("published")
    answer = signed_in(cast.chen).get(f"/cases/{case.number}/moves/propose/")
    assert answer.status_code == 200
    assert "认定名称" not in answer.content.decode()
