"""Data calls (8.4.4 b): 陈 of the secretariat asks, the bases' programs answer."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from dataaccess import days, intake
from dataaccess.actions import data_calls
from dataaccess.errors import Invalid, NotAllowed
from dataaccess.models import Base, DataCall, DataCallItem
from portal.accounts.models import Role, User
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.dataaccess.bodies import event, report
from tests.dataaccess.conftest import Caller, person, signed_in

pytestmark = pytest.mark.django_db
NINE = datetime.fromisoformat("2026-09-30T09:00:00+08:00")
DEADLINE = NINE + timedelta(days=2)


@pytest.fixture
def chen(jinan: Base) -> User:
    return person("chen", Role.SECRETARIAT)


def issue(chen: User, *bases: Base, **changes: Any) -> DataCall:
    asked: dict[str, Any] = {
        "title": "国庆保障期算力统计",
        "reason": "重大节日保障",
        "interfaces": ["compute_report", "security_event"],
        "bases": list(bases),
        "deadline": DEADLINE,
        "actor": chen,
    }
    with time_machine.travel(NINE, tick=False):
        return data_calls.issue(**(asked | changes))


def deliver(base: Base, kind: Any, body: Any, at: datetime, **options: Any) -> None:
    intake.accept(base, kind, json.dumps(body).encode(), received_at=at, **options)


def waiting(call: DataCall) -> list[tuple[str, str]]:
    items = DataCallItem.objects.filter(call=call, answered_at__isnull=True)
    return sorted(items.values_list("base__code", "interface"))


def mails() -> list[tuple[str, str]]:
    names = dict(User.objects.values_list("pk", "username"))
    told = OutboxEntry.objects.order_by("id").values_list("payload", flat=True)
    return [(names[each["user"]], each["subject"]) for each in told]


def test_a_delivery_of_the_interface_asked_for_is_the_answer(
    chen: User, jinan: Base, qingdao: Base, caller: Caller
) -> None:
    call = issue(chen, jinan, qingdao)
    with time_machine.travel(NINE + timedelta(minutes=5), tick=False):
        assert caller.send("GET", "status").json()["data_calls"] == [
            {
                "id": call.pk,
                "title": "国庆保障期算力统计",
                "reason": "重大节日保障",
                "issued_at": "2026-09-30T09:00:00.000+08:00",
                "deadline": "2026-10-02T09:00:00.000+08:00",
                "overdue": False,
                "waiting_for": ["compute_report", "security_event"],
            }
        ]
        receipt = caller.report(report()).json()["receipt"]
        (open_call,) = caller.send("GET", "status").json()["data_calls"]
        assert open_call["waiting_for"] == ["security_event"]
        caller.events([event(), 1])
        assert caller.send("GET", "status").json()["data_calls"] == []
    answered = DataCallItem.objects.get(call=call, base=jinan, interface="compute_report")
    assert (str(answered.receipt_id), answered.state) == (receipt, "answered")
    assert waiting(call) == [("qingdao", "compute_report"), ("qingdao", "security_event")]


def test_what_is_no_answer(chen: User, jinan: Base) -> None:
    call = issue(chen, jinan, interfaces=["compute_report"])
    deliver(jinan, "compute_report", report(), NINE - timedelta(minutes=1))
    deliver(jinan, "compute_report", report(统计日期="2026-09-29"), NINE + timedelta(hours=1))
    deliver(jinan, "security_event", event(), NINE + timedelta(hours=1))
    deliver(jinan, "compute_report", report(), NINE + timedelta(hours=1), dry_run=True)
    assert waiting(call) == [("jinan", "compute_report")]
    # Unchanged figures are an answer: they say that nothing has changed.
    deliver(jinan, "compute_report", report(), NINE + timedelta(hours=1))
    assert waiting(call) == []


def test_answers_stand_apart_from_the_daily_rate(chen: User, jinan: Base) -> None:
    Base.objects.filter(pk=jinan.pk).update(created_at=NINE - timedelta(hours=3))
    jinan.refresh_from_db()
    call = issue(chen, jinan, interfaces=["compute_report"])
    six = NINE.replace(day=1, month=10, hour=6)
    deliver(jinan, "compute_report", report(), six)
    deliver(jinan, "compute_report", report(), six + timedelta(hours=1, minutes=10))
    assert DataCallItem.objects.get(call=call).answered_at == six
    found = days.reporting_days(jinan, until=six.date(), now=six + timedelta(hours=4))
    assert [day.status for day in found] == ["missing", "on_time"]


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (DEADLINE, "answered"),
        (DEADLINE + timedelta(milliseconds=1), "late"),
    ],
)
def test_an_answer_at_the_deadline(chen: User, jinan: Base, at: datetime, state: str) -> None:
    call = issue(chen, jinan, interfaces=["compute_report"])
    deliver(jinan, "compute_report", report(), at)
    assert DataCallItem.objects.select_related("call").get(call=call).state == state


def test_reminders_go_out_once_each_also_after_a_late_beat(
    chen: User, lin: User, zhou: User, jinan: Base, qingdao: Base
) -> None:
    issue(chen, jinan, qingdao, interfaces=["compute_report"])
    deliver(qingdao, "compute_report", report(), NINE + timedelta(hours=1))
    before = len(mails())
    day = timedelta(hours=24)
    assert data_calls.send_reminders(DEADLINE - day - timedelta(seconds=1)) == 0
    assert [data_calls.send_reminders(DEADLINE - day) for _twice in range(2)] == [1, 0]
    # The beat was away when 2 hours were left: one reminder, not two.
    late = DEADLINE + timedelta(minutes=7)
    assert [data_calls.send_reminders(late) for _twice in range(2)] == [1, 0]
    assert mails()[:before] == [
        ("lin", "数据统计要求：国庆保障期算力统计"), ("zhou", "数据统计要求：国庆保障期算力统计"),
    ]  # fmt: skip
    assert mails()[before:] == [
        ("lin", "请尽快答复：国庆保障期算力统计"),
        ("lin", "已逾期：国庆保障期算力统计"),
        ("chen", "国庆保障期算力统计：1个基地逾期未答复"),
    ]


def test_the_centre_issues_tracks_reminds_and_withdraws(
    chen: User, lin: User, jinan: Base, qingdao: Base
) -> None:
    client = signed_in(chen)
    asked = {
        "title": "国庆保障期算力统计", "reason": "重大节日保障", "interfaces": ["compute_report"],
        "bases": [jinan.pk], "deadline": "2026-10-02T09:00",
    }  # fmt: skip
    with time_machine.travel(NINE, tick=False):
        client.force_login(chen)
        wrong = client.post("/data-calls/new/", {**asked, "deadline": "2026-09-30T09:14"})
        assert wrong.context["form"].errors == {"deadline": ["截止时刻须在15分钟以后、90天以内。"]}
        answer = client.post("/data-calls/new/", asked)
        call = DataCall.objects.get()
        assert answer["Location"] == f"/data-calls/{call.pk}/"
        assert "等待答复" in client.get(answer["Location"]).content.decode()
        for said in ("已催办1个基地。", "没有需要催办的基地，或一小时内已催办过。"):
            page = client.post(f"/data-calls/{call.pk}/remind/", follow=True)
            assert said in page.content.decode()
        own = signed_in(lin)
        assert "数据统计要求：国庆保障期算力统计" in own.get("/bases/jinan/").content.decode()
        client.post(f"/data-calls/{call.pk}/withdraw/")
        assert "已撤回" in own.get(f"/data-calls/{call.pk}/").content.decode()
    deliver(jinan, "compute_report", report(), NINE + timedelta(hours=1))
    assert waiting(call) == [("jinan", "compute_report")]


def test_bases_are_counted_not_interfaces(
    chen: User, lin: User, jinan: Base, qingdao: Base
) -> None:
    call = issue(chen, jinan, qingdao)
    deliver(jinan, "compute_report", report(), NINE + timedelta(hours=1))
    pages = ("/data-calls/", f"/data-calls/{call.pk}/")
    for page in pages:
        assert "0 / 2" in signed_in(chen).get(page).content.decode()
    deliver(jinan, "security_event", event(), NINE + timedelta(hours=1))
    for page in pages:
        assert "1 / 2" in signed_in(chen).get(page).content.decode()
        own = signed_in(lin).get(page).content.decode()
        assert ("1 / 1" in own, "本单位已答复" in own) == (True, True)


def test_bases_stand_by_province_and_say_whether_they_are_certified(
    chen: User, jinan: Base, qingdao: Base
) -> None:
    Base.objects.filter(pk=jinan.pk).update(category="province")
    page = " ".join(signed_in(chen).get("/data-calls/new/").content.decode().split())
    assert "山东省" in page
    assert "jinan · 省级节点" in page
    assert "qingdao · 未认定" in page


def test_an_operator_sees_the_own_answers_only(
    chen: User, lin: User, zhou: User, jinan: Base, qingdao: Base
) -> None:
    call = issue(chen, jinan, qingdao)
    page = signed_in(lin).get(f"/data-calls/{call.pk}/").content.decode()
    assert (jinan.name in page, qingdao.name in page, "0 / 1" in page) == (True, False, True)
    only = issue(chen, qingdao)
    assert signed_in(lin).get(f"/data-calls/{only.pk}/").status_code == 404
    assert signed_in(lin).post(f"/data-calls/{call.pk}/withdraw/").status_code == 404
    with pytest.raises(NotAllowed):
        data_calls.withdraw(call, actor=lin)
    with pytest.raises(Invalid):
        issue(chen)


def test_the_operator_answers_that_no_event_happened(
    chen: User, jinan: Base, qingdao: Base, lin: User, zhou: User
) -> None:
    call = issue(chen, jinan, qingdao)
    page, address = f"/data-calls/{call.pk}/", f"/data-calls/{call.pk}/bases/jinan/no-events/"
    with time_machine.travel(NINE + timedelta(hours=1), tick=False):
        shown = signed_in(lin).get(page).content.decode()
        assert address in shown
        assert "该期间没有安全事件的，请在上面答复" in shown
        assert "no-events" not in signed_in(chen).get(page).content.decode()
        assert signed_in(chen).post(address).status_code == 404
        assert signed_in(zhou).post(address).status_code == 404
        assert ("jinan", "security_event") in waiting(call)
        told = signed_in(lin).post(address, follow=True).content.decode()
        assert "已答复：该期间没有安全事件。" in told
        assert address not in told
        again = signed_in(lin).post(address, follow=True).content.decode()
        assert "这项要求此前已答复。" in again
        seen = signed_in(chen).get(page).content.decode()
    item = DataCallItem.objects.select_related("call").get(
        call=call, base=jinan, interface="security_event"
    )
    assert (item.state, item.no_events_by, item.receipt) == ("answered", lin, None)
    assert f"该期间没有安全事件（{lin.name}）" in seen
    [event_] = AuditEvent.objects.filter(action="data_call.no_events")
    assert (event_.actor, event_.subject, event_.data) == (
        lin,
        f"data_call:{call.pk}",
        {"base": "jinan"},
    )
    assert waiting(call) == [
        ("jinan", "compute_report"),
        ("qingdao", "compute_report"),
        ("qingdao", "security_event"),
    ]


def test_no_event_is_no_answer_where_none_is_asked_for(
    chen: User, jinan: Base, qingdao: Base, lin: User
) -> None:
    compute = issue(chen, jinan, interfaces=["compute_report"])
    with pytest.raises(Invalid, match="没有向本基地要求安全信息"):
        data_calls.say_no_events(compute, jinan, actor=lin)
    withdrawn = issue(chen, jinan)
    data_calls.withdraw(withdrawn, actor=chen)
    with pytest.raises(Invalid, match="已撤回"):
        data_calls.say_no_events(withdrawn, jinan, actor=lin)
    with pytest.raises(NotAllowed):
        data_calls.say_no_events(issue(chen, qingdao), qingdao, actor=lin)
    assert not DataCallItem.objects.filter(answered_at__isnull=False).exists()
    # A delivery answers as ever, and the word comes too late.
    call = issue(chen, jinan, interfaces=["security_event"])
    deliver(jinan, "security_event", event(), NINE + timedelta(hours=1))
    assert data_calls.say_no_events(call, jinan, actor=lin) is False
    assert DataCallItem.objects.get(call=call).no_events_by is None
