"""The desk of a certified base's people: how today's report stands, and the way to its pages."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine

from dataaccess import windows
from evaluation.models import Certificate
from tests.evaluation.after.test_annual_review import report
from tests.evaluation.after.test_standing import revoked
from tests.evaluation.cast import Cast, signed_in
from tests.portal.site.reading import words

BEFORE = datetime(2026, 7, 26, 7, 5, tzinfo=windows.SHANGHAI)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEFORE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def certificate(clock: time_machine.Traveller, certificate: Certificate) -> Certificate:
    """Certified while the clock stands still."""
    return certificate


def desk(cast: Cast, who: str) -> str:
    return words(signed_in(getattr(cast, who)).get("/desk/"))


def test_the_day_goes_from_awaited_to_reported(cast: Cast, certificate: Certificate) -> None:
    assert "待上报 上报时段 07:00-08:00 上报密钥 上报日历" in desk(cast, "lin")
    report(certificate.base, BEFORE.date(), total=10, idle=2)
    assert "按时 上报时段 07:00-08:00 上报密钥 上报日历" in desk(cast, "lin")


def test_a_window_that_closed_without_a_report_is_missed(
    cast: Cast, clock: time_machine.Traveller, certificate: Certificate
) -> None:
    clock.move_to(BEFORE.replace(hour=8, minute=1))
    assert "未上报 上报时段 07:00-08:00" in desk(cast, "lin")


def test_it_is_shown_to_the_own_people_while_the_certificate_lasts(
    cast: Cast, certificate: Certificate
) -> None:
    assert "基地今日上报" not in desk(cast, "chen")
    assert "基地今日上报" not in desk(cast, "other")
    assert "上报日历" in desk(cast, "wen")
    assert "上报密钥" not in desk(cast, "wen")
    revoked(cast, certificate)
    assert "基地今日上报" not in desk(cast, "lin")
