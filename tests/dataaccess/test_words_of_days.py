"""A day's state has one word and one sign: in the calendar and its list, in the operator's guide and on
the edge node's page."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import time_machine
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from dataaccess.days import DayStatus
from dataaccess.edge import page, report
from dataaccess.models import Base
from portal.accounts.models import User
from tests.dataaccess.conftest import signed_in
from tests.dataaccess.edge import nodes
from tests.dataaccess.test_days import at, deliver

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def shown(status: str) -> tuple[str, str]:
    """Sign and word of the calendar."""
    drawn = render_to_string("dataaccess/day_sign.html", {"status": status})
    sign, word = re.findall(r">([^<>]+)<", drawn)
    return sign, word


@pytest.mark.parametrize("status", get_args(DayStatus))
def test_lists_show_a_day_as_the_calendar_does(status: str) -> None:
    drawn = render_to_string("dataaccess/timeliness.html", {"status": status})
    assert tuple(re.findall(r"[^<>]+(?=<)", re.sub(r"<[^>]*>", "<", drawn).strip())) == shown(
        status
    )


def test_a_made_up_day_has_the_legends_sign_in_the_list(jinan: Base, lin: User) -> None:
    Base.objects.filter(pk=jinan.pk).update(created_at=at("19 12:00"))
    deliver(jinan, at("23 07:30"), 统计日期="2026-07-22")
    with time_machine.travel(at("23 09:00"), tick=False):
        answer: Any = signed_in(lin).get("/bases/jinan/calendar/?year=2026&month=2026-07")
    text = answer.content.decode()
    (row,) = (
        each for each in text.split("<tr>") if "2026年7月22日" in each and "data-label" in each
    )
    (mark,) = re.findall(r'class="tag-mark" aria-hidden="true">(.)</span>补报', row)
    assert f'class="day day-makeup" aria-hidden="true">{mark}</span>补报' in text


def test_the_edge_nodes_page_has_the_portals_words_and_signs(tmp_path: Path) -> None:
    node = nodes.built(tmp_path, nodes.nowhere())
    found = report.state(node)
    told = ["on_time", "out_of_window", "makeup", "missing", "planned", "pending"]
    found["days"] = [
        {"date": f"2026-07-{20 + place}", "status": status} for place, status in enumerate(told)
    ]
    text = html.unescape(re.sub(r"<[^>]*>", "", page.render(found)))
    for place, status in enumerate(told):
        sign, word = shown(status)
        assert f"07-{20 + place} {sign} {word}" in text
        assert f"{sign} {word} " in text.partition("07-25")[2], "in the legend"
    node.store.close()


def test_the_operators_guide_has_the_same_words() -> None:
    guide = (settings.BASE_DIR / "portal/site/guides/operator.zh.toml").read_text(encoding="utf-8")
    words = "、".join(shown(each)[1] for each in ("on_time", "out_of_window", "makeup", "missing"))
    assert f"标出每天：{words}。" in guide


def test_an_empty_list_of_questions_names_all_that_is_asked_about(lin: User) -> None:
    answer: Any = signed_in(lin).get("/questions/")
    assert "连续多日数字不变、总量骤降或骤升，或上报的FP16算力与认定值相差较大时" in (
        answer.content.decode()
    )
