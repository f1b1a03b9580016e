"""A clock that is set back under ingestion: what arrives later is newer, whatever the clock says."""

from datetime import datetime, timedelta

import pytest
import time_machine

from dataaccess import days, recount
from dataaccess.actions import data_calls
from dataaccess.models import Base, ComputeReport, EarlierVersion, Receipt, SecurityEvent
from portal.accounts.models import Role
from tests.dataaccess.bodies import event, report
from tests.dataaccess.conftest import Caller, person
from tests.dataaccess.test_data_calls import DEADLINE, NINE, chen, issue, mails  # noqa: F401

pytestmark = pytest.mark.django_db
MORNING = datetime.fromisoformat("2026-07-26T07:30:00+08:00")
BACK = [timedelta(seconds=1), timedelta(hours=1), timedelta(days=2)]


@pytest.mark.parametrize("by", BACK, ids=str)
def test_what_arrives_later_is_kept_as_the_newer(caller: Caller, jinan: Base, by: timedelta):
    told = [event(攻击事件ID="e1", 攻击事件描述=words) for words in ("先", "后", "再")]
    with time_machine.travel(MORNING, tick=False) as clock:
        assert caller.events(told[0]).status_code == 201
        clock.move_to(MORNING - by)
        assert caller.events(told[1]).status_code == 200
        clock.move_to(MORNING)
        assert caller.events(told[2]).status_code == 200
    assert SecurityEvent.objects.get().description == "再"
    earlier = EarlierVersion.objects.filter(kind="security_event").order_by("pk")
    assert [each.values["攻击事件描述"] for each in earlier] == ["先", "后"]
    assert (Receipt.objects.count(), recount.differences()) == (3, [])


@pytest.mark.parametrize("by", BACK, ids=str)
def test_a_delivery_sent_again_is_the_same_delivery(caller: Caller, by: timedelta):
    again = {"Idempotency-Key": "one"}
    with time_machine.travel(MORNING, tick=False) as clock:
        first = caller.report(report(), headers=again)
        clock.move_to(MORNING - by)
        second = caller.report(report(), headers=again)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert (ComputeReport.objects.count(), Receipt.objects.count()) == (1, 1)


def test_a_report_taken_before_the_clock_was_set_right_counts_for_its_own_day(
    caller: Caller, jinan: Base
):
    """The clock ran a day ahead for one report; set right, the day's report is still expected."""
    ahead = MORNING + timedelta(days=1)
    with time_machine.travel(ahead, tick=False) as clock:
        caller.report(report(空闲CPU核数=1))
        clock.move_to(MORNING)
        caller.report(report(空闲CPU核数=2))
        found = days.reporting_days(jinan, until=MORNING.date(), now=MORNING)
    kept = ComputeReport.objects.order_by("date").values_list("date", "cpu_cores_idle")
    assert list(kept) == [(MORNING.date(), 2), (ahead.date(), 1)]
    assert [day.status for day in found][-1:] == ["on_time"]


def test_no_reminder_of_a_call_is_sent_again(chen, jinan: Base):  # noqa: F811
    person("lin", Role.APPLICANT, jinan.organisation)
    issue(chen, jinan, interfaces=["compute_report"])
    day = timedelta(hours=24)
    moments = [DEADLINE - day, DEADLINE - 2 * day, NINE, DEADLINE - day, DEADLINE, NINE, DEADLINE]
    assert [data_calls.send_reminders(at) for at in moments] == [1, 0, 0, 0, 1, 0, 0]
    assert len(mails()) == len(set(mails()))
