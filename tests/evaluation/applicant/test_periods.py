"""近三年 and 连续一年: the months that the papers of a slot cover, entered per file, checked in words."""

from datetime import date
from typing import Any

import pytest
import time_machine

from evaluation import periods
from evaluation.actions import materials, review
from evaluation.demo import journey
from evaluation.demo.files import example_pdf
from evaluation.edition import current_edition
from evaluation.models import Evaluation
from tests.evaluation.applicant.pages import text_of
from tests.evaluation.applicant.test_materials import page, pdf, slot
from tests.evaluation.cast import Cast, signed_in

TODAY = date(2026, 7, 26)


def month(text: str) -> date:
    year, number = text.split("-")
    return date(int(year), int(number), 1)


def words(number: int, *spans: str) -> tuple[bool, str]:
    spoken = [tuple(month(end) for end in span.split("..")) for span in spans]
    found = periods.coverage(current_edition().material(number), spoken, TODAY)  # type: ignore[arg-type]
    assert found is not None
    return found.enough, found.words


@pytest.mark.parametrize(
    ("spans", "enough", "told"),
    [
        ([], False, "请填写文件所覆盖的期间，应覆盖连续十二个月。"),
        (["2025-01..2025-12"], True, "连续覆盖12个月（2025年1月至2025年12月）。"),
        (["2025-01..2025-11"], False, "连续覆盖11个月（2025年1月至2025年11月），还差1个月。"),
        # Two papers that follow each other, in any order, and two that overlap.
        (["2025-07..2025-12", "2025-01..2025-06"], True, "连续覆盖12个月（2025年1月至2025年12月）。"),
        (["2025-01..2025-08", "2025-03..2025-12"], True, "连续覆盖12个月（2025年1月至2025年12月）。"),
        # A hole: the longest run counts, of equal ones the later.
        (["2025-01..2025-05", "2025-07..2025-12"], False, "连续覆盖6个月（2025年7月至2025年12月），还差6个月。"),
        (["2024-01..2024-03", "2025-01..2025-03"], False, "连续覆盖3个月（2025年1月至2025年3月），还差9个月。"),
    ],
)  # fmt: skip
def test_twelve_consecutive_months(spans: list[str], enough: bool, told: str) -> None:
    assert words(8, *spans) == (enough, told)


@pytest.mark.parametrize(
    ("spans", "enough", "told"),
    [
        (["2023-01..2025-12"], True, "连续覆盖36个月（2023年1月至2025年12月）。"),
        (["2023-02..2025-12"], False, "连续覆盖35个月（2023年2月至2025年12月），还差1个月。"),
        # The accounts of 2025 may still be with the auditors; those of 2023 are old.
        (["2022-01..2024-12"], True, "连续覆盖36个月（2022年1月至2024年12月）。"),
        (["2021-01..2023-12"], False, "连续覆盖36个月（2021年1月至2023年12月），但不是最近三年，请核对。"),
    ],
)  # fmt: skip
def test_three_recent_years(spans: list[str], enough: bool, told: str) -> None:
    assert words(2, *spans) == (enough, told)


def test_other_slots_ask_for_no_time() -> None:
    edition = current_edition()
    asked = [m.number for m in edition.materials if periods.coverage(m, [], TODAY) is not None]
    assert asked == [2, 8]


@pytest.mark.parametrize("typed", ["2025-03", "2025/3", "2025年3月", " 202503 ", "2025.03"])
def test_months_are_read_as_people_write_them(typed: str) -> None:
    assert periods.read_period(typed, "2025-12", TODAY) == (date(2025, 3, 1), date(2025, 12, 1))


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return cast.new_case()


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("", "2025-12", "起始月份“”应写为年和月，例如2025-01。"),
        ("2025-13", "2025-12", "起始月份“2025-13”应写为年和月，例如2025-01。"),
        ("2025-01", "去年", "截止月份“去年”应写为年和月，例如2025-01。"),
        ("2025-12", "2025-01", "起始月份不能晚于截止月份。"),
        ("2026-01", "2026-08", "截止月份不能晚于本月。"),
    ],
)
@time_machine.travel("2026-07-26 12:00+08:00")
def test_a_wrong_period_is_refused_and_stays_typed(
    cast: Cast, case: Evaluation, first: str, last: str, told: str
) -> None:
    file = materials.add_material(cast.lin, case, 8, pdf("能耗.pdf"))
    response = signed_in(cast.lin).post(
        f"/cases/{case.number}/materials/{file.pk}/period/", {"from": first, "to": last}
    )
    assert response.status_code == 422
    eighth = slot(response, 8)
    assert f"<li>“能耗.pdf”：{told}</li>" in eighth
    assert f'name="from" value="{first}"' in eighth
    assert f'name="to" value="{last}"' in eighth
    file.refresh_from_db()
    assert file.period_from is None


@time_machine.travel("2026-07-26 12:00+08:00")
def test_the_period_stands_beside_the_file_and_in_the_check(cast: Cast, case: Evaluation) -> None:
    client = signed_in(cast.lin)
    file = materials.add_material(cast.lin, case, 8, pdf("能耗.pdf"))
    client.post(
        f"/cases/{case.number}/materials/{file.pk}/period/", {"from": "2025-01", "to": "2025-11"}
    )
    eighth = slot(page(client, case), 8)
    assert "<span>2025年1月至2025年11月</span>" in eighth
    assert "期间待核对" in eighth
    lacking = "连续覆盖11个月（2025年1月至2025年11月），还差1个月。"
    assert lacking in eighth
    assert lacking in text_of(client.get(f"/cases/{case.number}/completeness/"))


def test_a_submitted_file_keeps_the_period_it_was_submitted_with(cast: Cast) -> None:
    case = cast.case_in("preliminary_review")
    journey.ask_for_correction(case, cast.players(), 8, "示例：缺12月的能耗。")
    before = case.files.get(slot=8)
    materials.set_period(cast.lin, case, before.pk, date(2025, 1, 1), date(2025, 11, 1))
    now = case.files.get(slot=8, removed_at=None)
    assert (now.sha256, now.stored.name) == (before.sha256, before.stored.name)
    frozen: Any = case.declarations.get().materials.get(slot=8)
    assert (frozen.pk, frozen.period_to) == (before.pk, before.period_to)
    assert now.pk != frozen.pk
    review.resubmit(cast.lin, case)  # the period alone answers the defect
    assert case.declarations.latest("number").materials.get(slot=8) == now


def test_a_new_version_takes_the_period_along(cast: Cast, case: Evaluation) -> None:
    file = materials.add_material(cast.lin, case, 8, example_pdf("示例能耗"))
    materials.set_period(cast.lin, case, file.pk, date(2025, 1, 1), date(2025, 12, 1))
    newer = materials.add_material(cast.lin, case, 8, example_pdf("示例能耗2"), file.pk)
    assert (newer.period_from, newer.period_to) == (date(2025, 1, 1), date(2025, 12, 1))
