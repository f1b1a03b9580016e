"""The rollups: whatever is delivered in whatever order, they say what a recount says."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataaccess import intake, recount, rollups
from dataaccess.actions import retention
from dataaccess.models import (
    Base,
    ComputeReport,
    ComputeTotal,
    EarlierVersion,
    EventCount,
    EventTotal,
    LatestReport,
    Receipt,
    ReportingMonth,
    SecurityEvent,
)
from dataaccess.shapes import tables
from tests.dataaccess.bodies import event, report

pytestmark = pytest.mark.django_db

IN_TIME = datetime(2026, 3, 2, 23, 10, tzinfo=UTC)  # 07:10 of the 3rd in Shanghai
EVENING = IN_TIME + timedelta(hours=13)


def deliver(base: Base, kind: Any, body: Any, at: datetime = IN_TIME, **options: Any) -> Any:
    return intake.accept(base, kind, json.dumps(body).encode(), received_at=at, **options)


def counts(base: Base) -> dict[tuple[Any, ...], tuple[int, int]]:
    return {
        (str(row.day), row.method, row.asset_type, row.severity, row.handling): (
            row.events,
            row.ongoing,
        )
        for row in EventCount.objects.filter(base=base)
        if row.events
    }


def test_an_events_count_moves_with_what_it_says(jinan: Base) -> None:
    open_event = event(攻击时间="2026-03-02 23:59:59", 当前防御处理状态="未处理", 是否仍在攻击="是")
    slot = (
        "2026-03-02",
        open_event["攻击手段"],
        open_event["被攻击资产类型"],
        open_event["攻击危险程度"],
    )
    deliver(jinan, "security_event", open_event)
    assert counts(jinan) == {(*slot, "未处理"): (1, 1)}

    handled = {**open_event, "当前防御处理状态": "已处理", "是否仍在攻击": "否"}
    deliver(jinan, "security_event", [handled, {**handled, "攻击事件ID": "another"}])
    assert counts(jinan) == {(*slot, "已处理"): (2, 0)}
    deliver(jinan, "security_event", handled)
    deliver(jinan, "security_event", {**handled, "攻击时间": "2026-03-03 00:00:00"})
    assert counts(jinan) == {
        (*slot, "已处理"): (1, 0),
        ("2026-03-03", *slot[1:], "已处理"): (1, 0),
    }
    assert recount.differences() == []


def test_an_event_is_the_same_whatever_the_order_of_its_fields(jinan: Base) -> None:
    """Changes are told by a digest of the event's JSON."""
    first = event()
    english = {field.english: first[field.name] for field in tables.SECURITY_EVENT.fields}
    deliver(jinan, "security_event", first)
    for other in (dict(reversed(first.items())), english, dict(reversed(english.items()))):
        for body in (other, [other, event(攻击事件ID="beside", 攻击手段="G001")]):
            assert deliver(jinan, "security_event", body).body["updated"] == 0
    assert EarlierVersion.objects.count() == 0


def test_totals_add_up_bases_and_leave_sandboxes_out(jinan: Base, qingdao: Base) -> None:
    sandbox = Base.everything.create(
        organisation=jinan.organisation, code="sandbox", name="测试", sandbox=True
    )
    Base.objects.filter(pk=qingdao.pk).update(category="province")
    qingdao.refresh_from_db()
    for base in (jinan, qingdao, sandbox):
        deliver(base, "security_event", [event(), event(攻击事件ID="b")])
        deliver(base, "compute_report", report())
    deliver(qingdao, "compute_report", report(空闲CPU核数=7))
    idle = report()["空闲CPU核数"]
    assert list(
        ComputeTotal.objects.order_by("category").values_list(
            "province", "category", "bases", "cpu_cores_idle"
        )
    ) == [("370000", "", 1, idle), ("370000", "province", 1, 7)]
    assert [events for events, _ongoing in rollups.summed(EventTotal.objects.all()).values()] == [4]

    before = rollups.summed(EventTotal.objects.all())
    assert (rollups.fold_event_totals(), rollups.fold_event_totals()) == (2, 0)
    deliver(jinan, "security_event", event(攻击事件ID="c"))
    assert rollups.fold_event_totals() == 1
    (slot,) = before
    assert rollups.summed(EventTotal.objects.all()) == {slot: (5, before[slot][1] // 4 * 5)}
    assert EventTotal.objects.count() == 1
    assert recount.differences() == []


def test_the_latest_report_and_the_month_follow_each_day(jinan: Base) -> None:
    deliver(jinan, "compute_report", report(), EVENING)
    deliver(jinan, "compute_report", report(统计日期="2026-02-28"), EVENING)
    assert LatestReport.objects.get(base=jinan).date.isoformat() == "2026-03-03"
    deliver(jinan, "compute_report", report(空闲CPU核数=7), IN_TIME)  # within its window after all
    deliver(jinan, "compute_report", report(空闲CPU核数=8), EVENING)
    assert list(
        ReportingMonth.objects.order_by("month").values_list(
            "month__month", "on_time", "out_of_window", "makeup", "corrected"
        )
    ) == [(2, 0, 0, 1, 0), (3, 1, 0, 0, 1)]
    assert LatestReport.objects.get(base=jinan).report.cpu_cores_idle == 8
    assert recount.differences() == []


def test_a_dry_run_counts_nothing(jinan: Base) -> None:
    deliver(jinan, "security_event", event(), dry_run=True)
    deliver(jinan, "compute_report", report(), dry_run=True)
    for model in (EventCount, EventTotal, ComputeTotal, LatestReport, ReportingMonth):
        assert not model.objects.exists()


def test_figures_as_large_as_a_column_can_be_summed(jinan: Base, qingdao: Base) -> None:
    largest = report(CPU总核数=2**63 - 1, 空闲CPU核数=0)
    for base in (jinan, qingdao):
        assert deliver(base, "compute_report", largest).status == 201
    assert ComputeTotal.objects.get().cpu_cores_total > 2**63


def test_the_command_names_what_differs(jinan: Base) -> None:
    deliver(jinan, "security_event", event())
    deliver(jinan, "compute_report", report())
    said = StringIO()
    call_command("verify_rollups", stdout=said)
    assert said.getvalue() == "1 bases, every rollup equals its recount\n"

    EventCount.objects.update(events=3)
    ReportingMonth.objects.update(makeup=2)
    ComputeReport.objects.update(cpu_cores_idle=0)
    LatestReport.objects.all().delete()
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_rollups", stderr=said)
    names = [line.split(" ")[0] for line in said.getvalue().splitlines()]
    assert names == [
        "EventCount",
        "EventTotal",
        "ComputeTotal",
        "LatestReport",
        "ReportingMonth",
        "5",
    ]
    assert "EventCount jinan 2" in said.getvalue()
    assert ": kept 3 " in said.getvalue()


_EVENTS = st.builds(
    event,
    攻击事件ID=st.sampled_from("abcd"),
    攻击时间=st.sampled_from(["2026-03-02 23:59:59", "2026-03-03 00:00:00"]),
    攻击手段=st.sampled_from(["G001", "G002"]),
    被攻击资产类型=st.sampled_from(["Z001", "Z007"]),
    当前防御处理状态=st.sampled_from(tables.HANDLING),
    攻击危险程度=st.sampled_from(tables.SEVERITIES),
    是否仍在攻击=st.sampled_from([tables.YES, tables.NO]),
)
_REPORTS = st.builds(
    report,
    空闲CPU核数=st.integers(0, 3),
    统计日期=st.sampled_from(["2026-02-28", "2026-03-02", "2026-03-03"]),
)
_DELIVERIES = st.lists(
    st.tuples(
        st.sampled_from(["jinan", "qingdao"]),
        st.sampled_from([IN_TIME, EVENING]),
        st.booleans(),
        st.lists(_EVENTS, min_size=1, max_size=4) | _REPORTS,
    ),
    max_size=8,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=_DELIVERIES)
def test_any_sequence_of_deliveries_is_counted_as_a_recount_would(
    jinan: Base, qingdao: Base, deliveries: list[Any]
) -> None:
    bases = {base.code: base for base in (jinan, qingdao)}
    with transaction.atomic():
        for code, at, fold, body in deliveries:
            kind = "security_event" if isinstance(body, list) else "compute_report"
            deliver(bases[code], kind, body, at)
            if fold:
                rollups.fold_event_totals()
        assert recount.differences() == []
        transaction.set_rollback(True)


def test_old_events_go_and_stay_counted(jinan: Base, settings: Any) -> None:
    settings.EVENT_RETENTION_MONTHS = 6
    old = datetime(2026, 4, 30, 15, 59, tzinfo=UTC)  # the last minute of April in Shanghai
    may = old + timedelta(minutes=1)
    deliver(jinan, "security_event", [event(攻击事件ID="a"), event(攻击事件ID="b")], old)
    deliver(jinan, "security_event", [event(攻击事件ID="b", 当前防御处理状态="处理中")], old)
    deliver(jinan, "security_event", event(攻击事件ID="c"), may)
    before = counts(jinan)

    november = datetime(2026, 11, 28, tzinfo=UTC)
    assert retention.keep_storage(november - timedelta(days=31)) == 0
    assert retention.keep_storage(november) == 2
    assert retention.keep_storage(november) == 0
    assert [row.event_id for row in SecurityEvent.objects.all()] == ["c"]
    assert counts(jinan) == before
    assert EarlierVersion.objects.count() == 0
    assert [receipt.received_at for receipt in Receipt.objects.all()] == [may]
    assert recount.differences() == []

    # What comes again after its row has gone is an event like any other.
    assert deliver(jinan, "security_event", event(攻击事件ID="a"), november).body["created"] == 1
    assert recount.differences() == []
