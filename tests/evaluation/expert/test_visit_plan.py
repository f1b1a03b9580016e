"""The plan of a visit: made, sent, confirmed or asked to be changed; who reads it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from evaluation import queries
from evaluation.actions import experts, visit_plans
from evaluation.actions.site import verified_on_site
from evaluation.errors import Refused
from evaluation.models import Document, Duty, Kind
from portal.notifications.models import Notification
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    """Its leader has signed the pledge; nothing is planned."""
    case = cast.case_in("site_preparation")
    assignment = experts.assign(
        cast.chen, case, cast.experts[0], Duty.SITE, is_leader=True, reason="示例：指派"
    )
    experts.pledge(cast.experts[0], assignment)
    return case


def page_of(case):
    return f"/cases/{case.number}/visit-plan/"


def in_days(count):
    return timezone.localdate() + timedelta(days=count)


def filled(**changed):
    day = in_days(3).isoformat()
    rows = {
        "schedule-TOTAL_FORMS": "2", "schedule-INITIAL_FORMS": "0",
        "schedule-0-day": day, "schedule-0-begins": "14:00", "schedule-0-ends": "17:00",
        "schedule-0-what": "现场核验",
        "schedule-1-day": day, "schedule-1-begins": "09:00", "schedule-1-what": "首次会议",
        "schedule-1-who": "全体及申报单位",
    }  # fmt: skip
    return {
        "first_day": day,
        "last_day": day,
        "place": "示例基地东门",
        "contact_name": "示例联络人",
        "contact_phone": "010-00000000",
        **rows,
        **changed,
    }


def send(client, case, **changed):
    return client.post(f"{page_of(case)}edit/", {**filled(**changed), "send": "1"})


def test_a_new_plan_proposes_place_and_contact_of_the_application(cast, case):
    initial = signed_in(cast.chen).get(f"{page_of(case)}edit/").context["form"].initial
    proposed = {name: initial[name] for name in ("place", "contact_name", "contact_phone")}
    assert proposed == {
        "place": "山东省济南市示例大道1号，智算产业园A区",
        "contact_name": "示例联系人林晓",
        "contact_phone": "0531-88880002",
    }


def test_a_contact_whom_nobody_can_call_is_refused_with_what_was_typed(cast, case):
    refused = send(signed_in(cast.chen), case, contact_phone="0531-88")
    assert refused.status_code == 422
    form = refused.context["form"]
    assert list(form.errors) == ["contact_phone"]
    assert form["contact_phone"].value() == "0531-88"
    assert queries.visit_plan(case) is None


EARLY, UNSETTLED = "还没有到计划的现场评估日期", "现场评估方案尚未确定"


def test_dispatching_and_visiting_before_the_planned_day_is_pointed_out(cast, case):
    chen, leader = signed_in(cast.chen), signed_in(cast.experts[0])
    dispatch = f"/cases/{case.number}/moves/dispatch_team/"
    visit = f"/cases/{case.number}/site-visit/"
    assert "还没有发出现场评估工作方案。" in chen.get(dispatch).content.decode()
    send(chen, case)
    assert "申报单位还没有确认现场评估工作方案。" in chen.get(dispatch).content.decode()
    visit_plans.confirm(cast.lin, case, 1)
    assert EARLY in chen.get(dispatch).content.decode()
    assert chen.post(dispatch).status_code == 302  # told, not forbidden
    assert EARLY in leader.get(visit).content.decode()
    case.visit_plans.update(first_day=timezone.localdate())
    assert EARLY not in leader.get(visit).content.decode()
    assert UNSETTLED not in leader.get(visit).content.decode()


def told(user):
    """The subjects of what was told of the plan, the oldest first."""
    found = Notification.objects.filter(user=user, kind__startswith="visit_").order_by("pk")
    return list(found.values_list("subject_zh", flat=True))


def test_a_plan_is_kept_sent_printed_and_confirmed(cast, case):
    chen, lin = signed_in(cast.chen), signed_in(cast.lin)
    kept = chen.post(f"{page_of(case)}edit/", {**filled(), "save": "1"})
    assert kept["Location"] == f"{page_of(case)}edit/"
    assert queries.visit_plan(case) is None
    assert "方案还没有发出" in lin.get(page_of(case)).content.decode()

    sent = send(chen, case, **{"verifier-pue": str(cast.experts[0].pk)})
    assert sent["Location"] == page_of(case)
    plan = queries.visit_plan(case)
    assert (plan.number, plan.verifiers) == (1, {"pue": cast.experts[0].pk})
    assert [row["what"] for row in plan.schedule] == ["首次会议", "现场核验"]  # by the clock
    assert told(cast.lin) == [f"案卷{case.number}：请确认现场评估工作方案"]
    assert told(cast.wen) == []  # a viewer answers nothing

    printed = Document.objects.get(kind=Kind.VISIT_PLAN)
    assert [row["verifier"] for g in printed.content["groups"] for row in g["rows"]].count(
        cast.experts[0].name
    ) == 1
    assert sum(len(g["rows"]) for g in printed.content["groups"]) == len(verified_on_site(case))

    assert "请确认现场评估工作方案" in lin.get("/desk/").content.decode()
    assert "确认方案" in lin.get(page_of(case)).content.decode()
    lin.post(f"{page_of(case)}confirm/", {"version": "1"})
    plan.refresh_from_db()
    assert plan.answered_by == cast.lin
    assert plan.confirmed_at is not None
    assert "请确认现场评估工作方案" not in lin.get("/desk/").content.decode()
    assert told(cast.chen) == [f"案卷{case.number}：申报单位已确认现场评估工作方案"]
    assert told(cast.experts[0]) == [f"案卷{case.number}：申报单位已确认现场评估工作方案"]


def test_another_date_is_asked_for_with_a_reason_and_answered_with_a_new_version(cast, case):
    chen, lin = signed_in(cast.chen), signed_in(cast.lin)
    send(chen, case)
    refused = lin.post(f"{page_of(case)}change/", {"version": "1", "reason": " "})
    assert refused.status_code == 422
    wanted = in_days(9)
    lin.post(
        f"{page_of(case)}change/",
        {"version": "1", "reason": "示例：当日停电检修", "day": wanted.isoformat()},
    )
    plan = queries.visit_plan(case)
    assert (plan.change_reason, plan.change_day) == ("示例：当日停电检修", wanted)
    html = chen.get(page_of(case)).content.decode()
    assert "示例：当日停电检修" in html
    assert told(cast.chen) == [f"案卷{case.number}：申报单位申请现场评估改期"]

    later = {"first_day": wanted.isoformat(), "last_day": wanted.isoformat()}
    rows = {f"schedule-{n}-day": wanted.isoformat() for n in (0, 1)}
    send(chen, case, **later, **rows)
    # The page of the first version is still open in another window.
    answer = lin.post(f"{page_of(case)}confirm/", {"version": "1"}, follow=True)
    assert "方案已更新为第2版，请核对后再答复。" in answer.content.decode()
    lin.post(f"{page_of(case)}confirm/", {"version": "2"})
    assert queries.visit_plan(case).confirmed_at is not None
    with pytest.raises(Refused, match="已经答复"):
        visit_plans.confirm(cast.lin, case, 2)


def test_a_request_for_another_date_comes_to_the_secretariats_desk_during_the_visit(cast):
    case = cast.case_in("site_visit")
    leader, lin = signed_in(cast.experts[0]), signed_in(cast.lin)
    desk = signed_in(cast.chen)
    assert case not in desk.get("/desk/").context["waiting"]
    send(leader, case)
    lin.post(f"{page_of(case)}change/", {"version": "2", "reason": "示例：停电检修"})
    html = desk.get("/desk/").content.decode()
    assert "申报单位申请现场评估改期，请调整方案后重新发送。" in html


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"first_day": "2020-01-01", "last_day": "2020-01-01",
          "schedule-0-day": "2020-01-01", "schedule-1-day": "2020-01-01"}, "日期已过"),
        ({"last_day": "2020-01-01"}, "结束日期不能早于开始日期。"),
        ({"schedule-0-ends": "13:00"}, "结束时间须晚于开始时间。"),
        ({"schedule-0-day": "2020-01-01"}, "此日期不在现场评估期间内。"),
        ({f"schedule-{n}-{name}": "" for n in (0, 1)
          for name in ("day", "begins", "ends", "what", "who")}, "请至少填写一行日程。"),
        ({"schedule-0-what": ""}, "请填写"),
        ({"contact_name": ""}, "请填写"),
        ({"verifier-pue": "999999"}, "选择一个有效的选项"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(cast, case, changed, sentence):
    answer = send(signed_in(cast.chen), case, **changed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in html
    assert 'value="示例基地东门"' in html
    assert queries.visit_plan(case) is None


def test_a_plan_names_only_who_has_signed_and_waits_for_the_leader(cast):
    case = cast.case_in("site_preparation")
    asked = experts.assign(
        cast.chen, case, cast.experts[0], Duty.SITE, is_leader=True, reason="示例：指派"
    )
    answer = send(signed_in(cast.chen), case)
    assert answer.status_code == 422
    assert "请等待现场评估组组长签署承诺书后再发送" in answer.content.decode()
    experts.pledge(cast.experts[0], asked)
    experts.assign(
        cast.chen, case, cast.experts[1], Duty.SITE, reason="示例：指派"
    )  # has not answered
    assert send(signed_in(cast.chen), case).status_code == 302
    printed = Document.objects.get(kind=Kind.VISIT_PLAN).content
    assert [member["name"] for member in printed["team"]] == [cast.experts[0].name]
    assert cast.experts[1].name not in signed_in(cast.lin).get(page_of(case)).content.decode()


def test_who_reads_and_who_answers(cast):
    case = cast.case_in("panel_scoring")
    read = {
        name: signed_in(user).get(page_of(case)).status_code
        for name, user in {
            "own": cast.lin, "viewer": cast.wen, "other": cast.other, "secretariat": cast.chen,
            "site": cast.experts[0], "panel": cast.experts[2],
        }.items()
    }  # fmt: skip
    assert read == {
        "own": 200, "viewer": 200, "other": 404, "secretariat": 200, "site": 200, "panel": 403,
    }  # fmt: skip
    site_case = cast.case_in("site_visit")
    viewer = signed_in(cast.wen)
    send(signed_in(cast.experts[0]), site_case)
    assert viewer.post(f"{page_of(site_case)}confirm/", {"version": "2"}).status_code == 403
    assert queries.visit_plan(site_case).confirmed_at is None


def test_the_page_of_the_visit_says_who_verifies_what(cast):
    case = cast.case_in("site_visit")
    html = signed_in(cast.experts[0]).get(f"/cases/{case.number}/site-visit/").content.decode()
    assert html.count("核验人") == len(verified_on_site(case))
