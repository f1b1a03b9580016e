"""The secretariat's queue: what it lists, finds, keeps, exports, and whom it reminds."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from dataaccess.models import Base
from evaluation.actions import queue as actions
from evaluation.models import CaseReminder, Evaluation, SavedView
from evaluation.queries_queue import Filter
from portal.accounts.models import Role, User
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db
QUEUE = "/cases/"


@pytest.fixture
def cast():
    return make_cast()


def at(cast, state, *, days=0, deadline=None, **changes):
    """A case that somebody put there, without its long way."""
    case = cast.new_case(**changes)
    now = timezone.now()
    Evaluation.objects.filter(pk=case.pk).update(
        state=state,
        state_since=now - timedelta(days=days),
        submitted_at=None if state == "draft" else now,
        deadline=deadline,
    )
    case.refresh_from_db()
    return case


def lines(client, query=""):
    return client.get(f"{QUEUE}?{query}").context["lines"]


def listed(client, query=""):
    return [line.case for line in lines(client, query)]


def test_the_open_cases_come_first_the_longest_waiting_on_top(cast):
    chen = signed_in(cast.chen)
    young, old = at(cast, "submitted", days=1), at(cast, "correction", days=40)
    ended, draft = at(cast, "certified", days=90), at(cast, "draft")
    assert listed(chen) == [old, young]
    assert listed(chen, "show=ended") == [ended]
    assert listed(chen, "show=all") == [ended, old, young]
    assert listed(chen, "show=ours") == [young]
    assert draft not in listed(chen, "show=all")
    line = chen.get(QUEUE).context["lines"][0]
    assert (line.days, line.late, str(line.holder)) == (40, False, "申报单位")
    chips = {chip["label"]: chip["count"] for chip in chen.get(QUEUE).context["shows"]}
    assert chips == {"在办": 2, "已逾期": 0, "待秘书处办理": 1, "已办结": 1, "全部": 3}


def test_of_many_cases_those_that_wait_stand_on_the_desk(cast):
    ours = at(cast, "submitted")
    for _nth in range(12):
        at(cast, "correction")
    desk = signed_in(cast.chen).get("/desk/").context
    assert (desk["waiting"], len(desk["recent"])) == ([ours], 10)


def test_a_deadline_is_late_from_the_day_after_it(cast):
    chen, today = signed_in(cast.chen), timezone.localdate()
    on_time = at(cast, "correction", deadline=today)
    late = at(cast, "correction", deadline=today - timedelta(days=1))
    at(cast, "certified", deadline=today - timedelta(days=9))
    # The end of a 公示 is nobody's deadline.
    over = at(cast, "published", deadline=today - timedelta(days=1))
    assert listed(chen, "show=late") == [late]
    assert not next(line for line in lines(chen) if line.case == over).late
    chips = {chip["label"]: chip["count"] for chip in chen.get(QUEUE).context["shows"]}
    assert chips["已逾期"] == 1
    Evaluation.objects.filter(pk=over.pk).update(state="withdrawn")
    none = at(cast, "preliminary_review")
    assert listed(chen, "order=deadline") == [late, on_time, none]
    assert "已逾期" in chen.get(f"{QUEUE}?show=late").content.decode()


@pytest.mark.parametrize(
    "words",
    [
        "示例智算科技", "91110000MA0000001R", "ma0000001r", "齐鲁", "山东", "shandong",
        "省级区域", "Province", "示例智算 山东",
    ],
)  # fmt: skip
def test_a_search_finds_each_word_in_any_field_of_any_case(cast, words):
    case = at(cast, "certified")
    at(cast, "submitted", user=cast.other, category="industry", place="钢铁")
    Evaluation.objects.filter(
        organisation=cast.other_organisation
    ).get().base.__class__.objects.filter(organisation=cast.other_organisation).update(
        name="示例他山", province="130000"
    )
    assert listed(signed_in(cast.chen), f"q={words}") == [case]
    assert listed(signed_in(cast.chen), f"q={case.number}") == [case]
    assert listed(signed_in(cast.chen), "q=没有这个单位") == []


def test_filters_narrow_together_and_unknown_values_count_as_not_asked(cast):
    chen = signed_in(cast.chen)
    province = at(cast, "preliminary_review")
    city = at(cast, "preliminary_review", category="city", place="济南市", days=3)
    visit = at(cast, "site_visit", days=9)
    assert listed(chen, "step=3") == [city, province]
    assert listed(chen, "step=3&category=city") == [city]
    assert listed(chen, "holder=site_leader") == [visit]
    assert listed(chen, "province=370000&order=number") == [visit, city, province]
    assert listed(chen, "province=110000") == []
    assert listed(chen, "step=99&category=x&holder=nobody&order=pk&show=mine") == [
        visit, city, province,
    ]  # fmt: skip
    assert Filter(step="3", q="济南 市").query() == "q=%E6%B5%8E%E5%8D%97+%E5%B8%82&step=3"


def test_an_empty_queue_says_what_will_be_here(cast):
    chen = signed_in(cast.chen)
    assert "申报单位提交后，案卷会列在这里" in chen.get(QUEUE).content.decode()
    assert "请减少筛选条件" in chen.get(f"{QUEUE}?q=无").content.decode()


def test_a_view_is_kept_shared_and_taken_away_by_its_owner(cast):
    chen, zhou = signed_in(cast.chen), signed_in(cast.zhou)
    saved = {"name": "待补正", "query": "step=3&junk=1&holder=applicant", "shared": ""}
    assert chen.post("/cases/views/", saved)["Location"] == "/cases/?step=3&holder=applicant"
    view = SavedView.objects.get()
    assert view.query == "step=3&holder=applicant"
    assert "待补正" in chen.get(QUEUE).content.decode()
    assert "待补正" not in zhou.get(QUEUE).content.decode()
    # The same name again is the same view.
    chen.post("/cases/views/", saved | {"query": "step=4", "shared": "on"})
    view.refresh_from_db()
    assert (SavedView.objects.count(), view.query, view.shared) == (1, "step=4", True)
    assert "待补正" in zhou.get(QUEUE).content.decode()
    assert zhou.post(f"/cases/views/{view.pk}/", {"change": "remove"}).status_code == 404
    chen.post(f"/cases/views/{view.pk}/", {"change": "keep"})
    assert "待补正" not in zhou.get(QUEUE).content.decode()
    chen.post(f"/cases/views/{view.pk}/", {"change": "remove"})
    assert not SavedView.objects.exists()
    refused = chen.post("/cases/views/", {"name": " ", "query": ""}, follow=True)
    assert "请为视图写一个不超过40个字符的名称" in refused.content.decode()


def mails_to(user):
    return OutboxEntry.objects.filter(kind="mail", payload__user=user.pk).count()


def test_each_person_is_reminded_once_and_each_case_once_a_day(cast):
    chen = signed_in(cast.chen)
    one, two = at(cast, "correction", days=5), at(cast, "agreement_signing", days=3)
    ours, ended = at(cast, "submitted"), at(cast, "certified")
    chosen = {"case": [one.number, two.number, ours.number, ended.number], "back": "step=3"}
    asked = chen.post("/cases/reminders/", chosen)
    html = asked.content.decode()
    assert not CaseReminder.objects.exists()
    assert (asked.context["count"], asked.context["people"]) == (2, 2)  # the owner and the editor
    assert "不提醒：由秘书处自己办理" in html
    assert "不提醒：已办结，没有人须办理" in html
    sent = chen.post("/cases/reminders/", chosen | {"confirm": "1"})
    assert sent["Location"] == "/cases/?step=3"
    assert set(CaseReminder.objects.values_list("evaluation", flat=True)) == {one.pk, two.pk}
    assert [mails_to(user) for user in (cast.lin, cast.han, cast.wen, cast.other)] == [1, 1, 0, 0]
    assert AuditEvent.objects.filter(action="evaluation.remind").count() == 2
    # Another of the office tries again on the same day.
    colleague = User.objects.create_user("li", "li@example.org", role=Role.SECRETARIAT)
    assert actions.remind(colleague, chosen["case"]) == 0
    assert mails_to(cast.lin) == 1
    assert "今天已提醒" in chen.get(QUEUE).content.decode()
    CaseReminder.objects.update(on=timezone.localdate() - timedelta(days=1))
    assert actions.remind(colleague, chosen["case"]) == 2
    assert mails_to(cast.lin) == 2


def test_an_expert_is_reminded_without_the_number_of_a_case(cast):
    case = cast.case_in("site_visit")
    assert actions.remind(cast.chen, [case.number]) == 1
    mail = OutboxEntry.objects.filter(kind="mail", payload__user=cast.experts[0].pk).last()
    assert case.number not in str(mail.payload)


def test_the_export_is_the_filtered_list_and_no_cell_runs(cast):
    case = at(cast, "correction", days=2, deadline=timezone.localdate() - timedelta(days=1))
    at(cast, "site_visit")
    Base.objects.filter(pk=case.base_id).update(name="=cmd|' /C calc'!A0")
    answer = signed_in(cast.chen).get("/cases/export.xlsx?step=3")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows())
    assert len(rows) == 2
    values = {head.value: cell for head, cell in zip(*rows, strict=True)}
    assert values["待评估基地"].value == "=cmd|' /C calc'!A0"
    assert {cell.data_type for cell in rows[1]} == {"s", "n", "d"}
    assert values["期限"].value.date() == case.deadline
    assert sheet.column_dimensions["D"].width == 36
    assert sheet.auto_filter.ref == "A1:Q2"
    assert {name: values[name].value for name in ("案卷号", "步骤序号", "状态", "是否逾期", "已等待（天）")} == {
        "案卷号": case.number, "步骤序号": 3, "状态": "待补正", "是否逾期": "是", "已等待（天）": 2,
    }  # fmt: skip


def test_experts_and_applicants_keep_their_own_plain_list(cast):
    case = at(cast, "submitted")
    answer = signed_in(cast.lin).get(QUEUE)
    assert [row.number for row in answer.context["page"]] == [case.number]
    assert "lines" not in answer.context
    assert signed_in(cast.lin).get("/cases/export.xlsx").status_code == 404
    assert signed_in(cast.zhou).post("/cases/reminders/", {"case": case.number}).status_code == 404


def test_the_figures_on_the_chips_are_of_what_search_and_filters_leave(cast):
    city = [at(cast, "correction"), at(cast, "certified")]
    at(cast, "site_visit")
    Evaluation.objects.filter(pk__in=[case.pk for case in city]).update(category="city")
    answer = signed_in(cast.chen).get(f"{QUEUE}?category=city")
    chips = {chip["label"]: chip["count"] for chip in answer.context["shows"]}
    assert chips == {"在办": 1, "已逾期": 0, "待秘书处办理": 0, "已办结": 1, "全部": 2}
    steps = {chip["label"]: chip.get("count") for chip in answer.context["steps"]}
    assert (steps["3 材料初审"], steps["4 现场评估"]) == (1, 0)
    assert answer.context["page"].paginator.count == 1


def test_all_can_be_chosen_only_where_one_can(cast):
    at(cast, "preliminary_review")
    assert "data-choose-all" in signed_in(cast.chen).get(QUEUE).content.decode()
    assert not signed_in(cast.chen).get(QUEUE).context["can_remind"]
    at(cast, "correction")
    assert signed_in(cast.chen).get(QUEUE).context["can_remind"]
