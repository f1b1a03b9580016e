"""Numbers, dates and signs as the reader sees them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from portal.site.templatetags import ui


def render(source: str, **values) -> str:
    return Template(source).render(Context(values))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2600, "2\u202f600"),
        (999, "999"),
        (1234567, "1\u202f234\u202f567"),
        (Decimal("1.50"), "1.5"),
        (Decimal("80.0"), "80"),
        (Decimal("0.000001"), "0.000001"),
        ("1200.25", "1\u202f200.25"),
        (-4000, "-4\u202f000"),
        (None, "–"),
        ("", "–"),
        ("A级", "A级"),
        (True, "是"),
        (False, "否"),
    ],
)
def test_number(value, shown):
    assert ui.number(value) == shown


@pytest.mark.parametrize(
    ("value", "whole", "shown"),
    [
        (Decimal("82.5"), 100, "82.5%"),
        (100, 100, "100%"),
        (0, 100, "0%"),
        (-1, 100, "0%"),
        (7, 5, "100%"),
        (1, 3, "33.33%"),
        (1, 0, "0%"),
        ("?", 100, "0%"),
        (None, 100, "0%"),
    ],
)
def test_share_stays_within_the_drawing(value, whole, shown):
    assert ui.share(value, whole) == shown


def test_dates_in_both_languages():
    assert render("{{ on|day }}", on=date(2026, 7, 26)) == "2026年7月26日"
    # 22:05 in UTC is the next morning in Beijing.
    at = datetime(2026, 7, 25, 22, 5, tzinfo=UTC)
    assert render("{{ at|moment }}", at=at) == "2026年7月26日 06:05"
    assert render("{{ at|day }}", at=at) == "2026年7月26日"
    assert render("{{ on|day }}{{ on|moment }}", on=None) == "––"


@pytest.mark.parametrize(
    ("due", "words", "past"),
    [
        (date(2026, 7, 27), "还剩 1 天", False),
        (date(2026, 7, 26), "今天到期", False),
        (date(2026, 7, 25), "已逾期 1 天", True),
    ],
)
def test_time_left_by_the_day_in_beijing(time_machine, due, words, past):
    time_machine.move_to("2026-07-26 00:30 +0800")  # still the 25th in UTC
    with translation.override("zh-hans"):
        assert ui.days_left(due) == words
    assert ui.is_past(due) is past


def test_every_sign_differs_by_more_than_its_colour():
    pairs = [(sign.mark, str(sign.word)) for sign in ui.SIGNS.values()]
    assert len(set(pairs)) == len(pairs)
    assert ui.sign("never heard of").tone == "missing"


def test_component_wraps_its_body_and_gives_its_values():
    page = render(
        '{% component "notice" tone="attention" title=heading %}'
        "<p>{{ inner }}</p>{% endcomponent %}",
        heading="A<B",
        inner="1<2",
    )
    assert "notice-attention" in page
    assert "A&lt;B" in page
    assert "<p>1&lt;2</p>" in page


@pytest.mark.parametrize(
    "source",
    [
        "{% component %}{% endcomponent %}",
        '{% component "notice" loose %}{% endcomponent %}',
        '{% component "notice" %}',
    ],
)
def test_component_refuses_what_it_cannot_read(source):
    with pytest.raises(TemplateSyntaxError):
        Template(source)


class Declared(forms.Form):
    fp16 = forms.DecimalField(
        label="FP16算力峰值",
        required=False,
        help_text="稠密理论峰值",
        widget=forms.NumberInput(attrs={"data-unit": "PFLOPS", "data-required": "1"}),
    )


def test_field_names_its_unit_help_and_error_to_a_screen_reader():
    field = Declared({"fp16": "x"})["fp16"].as_field_group()
    assert '<span class="unit">PFLOPS</span>' in field
    assert 'class="star"' in field  # asked for by the paper form, though a draft may lack it
    assert 'aria-describedby="id_fp16_helptext id_fp16_error"' in field
    assert 'id="id_fp16_helptext"' in field
    assert 'id="id_fp16_error"' in field


@pytest.mark.django_db
def test_menu_is_the_readers_own(django_user_model):
    request = RequestFactory().get("/")
    auditor = django_user_model(username="audit", role="audit_admin")
    visitor = Context({"request": request})
    assert ui.own_menu(visitor) == []
    offered = {item.label for item in ui.own_menu(Context({"request": request, "user": auditor}))}
    assert offered == {"审计日志", "抽取记录"}


def test_menu_leaves_out_what_has_no_address_and_marks_the_current_page():
    path = ui.reverse("site:indicators")
    items = ui.menu_items([("site:indicators", "a"), ("nowhere:at_all", "b")], path)
    assert items == [ui.MenuItem("a", path, True)]


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("98.4175", "98.42"),
        ("98.500", "98.5"),
        ("100", "100"),
        ("79.9975", "79.9975"),  # not 80, which it misses
        ("80.0025", "80.0025"),  # not 80, which it exceeds
    ],
)
def test_points_have_two_decimals_but_never_seem_to_meet_a_mark(exact: str, shown: str) -> None:
    assert ui.points(Decimal(exact)) == shown
