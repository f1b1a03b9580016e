"""A base whose certification was revoked need no longer report; what it sends is kept."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from dataaccess import days, windows
from dataaccess.actions import closing, data_calls
from dataaccess.models import Base, DataCall
from evaluation.actions import certification, publication
from evaluation.models import Certificate
from tests.evaluation.after.test_annual_review import report
from tests.evaluation.after.test_standing import revoked
from tests.evaluation.cast import Cast, signed_in
from tests.portal.site.copies import scored_case
from tests.portal.site.reading import words

MORNING = datetime(2026, 7, 26, 9, 0, tzinfo=windows.SHANGHAI)
TODAY = MORNING.date()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def base(clock: time_machine.Traveller, cast: Cast, certificate: Certificate) -> Base:
    """林's certified base reported until the day before yesterday and owes a data call."""
    base = certificate.base
    Base.objects.filter(pk=base.pk).update(created_at=MORNING - timedelta(days=9))
    report(base, TODAY - timedelta(days=2), total=10, idle=2)
    data_calls.issue(
        title="国庆保障期算力统计",
        reason="重大节日保障",
        interfaces=["security_event"],
        bases=[base],
        deadline=MORNING + timedelta(hours=3),
        actor=cast.chen,
    )
    return base


def page(cast: Cast, who: str, path: str) -> str:
    return words(signed_in(getattr(cast, who)).get(path))


def test_nothing_is_waited_for_from_a_revoked_base(
    cast: Cast, base: Base, certificate: Certificate
) -> None:
    own, call = f"/bases/{base.code}/", DataCall.objects.get()
    assert "国庆保障期算力统计" in page(cast, "lin", "/desk/")
    assert "请检查上报程序后尽快补送" in page(cast, "lin", own)
    assert base.name in page(cast, "chen", "/bases/?today=missing")
    revoked(cast, certificate)
    assert "国庆保障期算力统计" not in page(cast, "lin", "/desk/")
    shown = page(cast, "lin", own)
    assert "认定已取消，不再须上报" in shown
    assert "国庆保障期算力统计" not in shown
    assert "请检查上报程序后尽快补送" not in shown
    assert base.name not in page(cast, "chen", "/bases/?today=missing")
    assert "不再须上报" in page(cast, "chen", f"/data-calls/{call.pk}/")
    assert base.name not in page(cast, "chen", "/data-calls/new/")
    assert data_calls.remind(call, actor=cast.chen) == 0
    assert closing.judge_closed_windows(MORNING) == 0


def test_days_without_a_report_no_longer_count_what_is_sent_does(
    cast: Cast, base: Base, certificate: Certificate, clock: time_machine.Traveller
) -> None:
    revoked(cast, certificate)
    clock.shift(timedelta(days=3))
    report(base, TODAY + timedelta(days=2), total=10, idle=2)
    base.refresh_from_db()
    ended = TODAY - timedelta(days=2)
    found = days.reporting_days(base, count=6)
    assert [(day.date, day.status == "missing") for day in found] == [
        (ended, False),
        (ended + timedelta(days=1), True),
        (TODAY + timedelta(days=2), False),
    ]


def test_a_new_certificate_obliges_again(cast: Cast, base: Base, certificate: Certificate) -> None:
    revoked(cast, certificate)
    base.refresh_from_db()
    assert base.released_on == TODAY
    again = scored_case(cast)
    again.base = base
    again.save()
    publication.publish(cast.chen, again, 0)
    publication.propose(cast.chen, again)
    certification.certify(cast.zhou, again)
    base.refresh_from_db()
    assert base.released_on is None
    assert "国庆保障期算力统计" in page(cast, "lin", "/desk/")
    assert base.name in page(cast, "chen", "/bases/?today=missing")
