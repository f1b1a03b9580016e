"""The drawing of a trend: what stands where, and what a gap looks like."""

from datetime import date, timedelta

from dataaccess.trend import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, Point, trend

FIRST, LAST = date(2026, 7, 1), date(2026, 7, 11)


def test_the_first_day_stands_left_and_the_most_on_a_round_scale() -> None:
    drawn = trend([Point(FIRST, 390, 100), Point(FIRST + timedelta(days=1), 400, 0)], FIRST, LAST)
    assert [mark.label for mark in drawn.values] == ["0", "100", "200", "300", "400"]
    step = round((WIDTH - LEFT) / 10, 1)
    low, high = HEIGHT - BOTTOM, TOP
    assert drawn.total.split(" L")[1] == f"{LEFT + step} {float(high)}"
    assert drawn.idle.split(" L")[1] == f"{LEFT + step} {float(low)}"
    assert drawn.total.startswith(f"M{float(LEFT)} ")


def test_a_scale_holds_the_most_and_is_round() -> None:
    for most, top in (
        (0, 4),
        (1, 4),
        (4, 4),
        (5, 8),
        (41, 60),
        (399, 400),
        (401, 600),
        (2_600, 3_000),
    ):
        drawn = trend([Point(FIRST, most, 0)], FIRST, LAST)
        assert drawn.values[-1].label == f"{top:,}".replace(",", "\u202f"), most


def test_a_day_without_a_report_leaves_a_gap() -> None:
    days = [FIRST + timedelta(days=n) for n in (0, 1, 3, 4)]
    drawn = trend([Point(day, 10, 5) for day in days], FIRST, LAST)
    assert [drawn.total.count("M"), drawn.idle.count("M"), drawn.band.count("Z")] == [2, 2, 2]


def test_a_day_alone_is_seen() -> None:
    drawn = trend([Point(LAST, 10, 5)], FIRST, LAST)
    height = round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * 10 / 12, 1)
    assert drawn.total == f"M{WIDTH - 1.0} {height} L{WIDTH + 1.0} {height}"


def test_no_figures_draw_nothing() -> None:
    drawn = trend([], FIRST, LAST)
    assert (drawn.total, drawn.idle, drawn.band) == ("", "", "")


def test_labels_of_days_fit_whatever_the_span() -> None:
    for days in (30, 90, 365, 1095):
        labels = [m.label for m in trend([], LAST - timedelta(days=days - 1), LAST).days]
        assert 2 <= len(labels) <= 12, days
        assert len(set(labels)) == len(labels)


def test_a_higher_drawing_has_the_same_days_and_says_where_it_ends() -> None:
    points = [Point(FIRST, 390, 100), Point(LAST, 400, 0)]
    low, high = trend(points, FIRST, LAST), trend(points, FIRST, LAST, height=500)
    assert (high.height, high.days, high.last) == (500, low.days, LAST)
    assert [mark.at for mark in high.values] == [466.0, 352.0, 238.0, 124.0, 10.0]
