"""Names of 10.2 letter by letter, and the anniversaries of 10.4.1."""

from datetime import date
from itertools import islice

import pytest

from evaluation.rulebook import Edition
from evaluation.rulebook.certificates import certificate_name, review_date, review_years


@pytest.mark.parametrize(
    ("category", "place", "name"),
    [
        (
            "economic_region",
            "长三角",
            "国家工业互联网大数据中心工业智算基地（长三角）经济聚集区区域节点",
        ),
        (
            "computing_hub",
            "贵州",
            "国家工业互联网大数据中心工业智算基地（贵州）算力网络枢纽节点",
        ),
        ("province", "山东", "国家工业互联网大数据中心工业智算基地（山东）省级节点"),
        ("city", " 潍坊 ", "国家工业互联网大数据中心工业智算基地（潍坊）城市节点"),
        ("industry", "钢铁", "国家工业互联网大数据中心工业智算基地（钢铁）行业节点"),
    ],
)
def test_a_base_is_named_by_its_category(
    edition: Edition, category: str, place: str, name: str
) -> None:
    assert certificate_name(edition, category, place) == name


def test_there_is_an_english_name(edition: Edition) -> None:
    assert certificate_name(edition, "city", "Weifang", "en") == (
        "Industrial Intelligent Computing Base of the National Industrial Internet Big Data "
        "Centre (Weifang), City Node"
    )


def test_braces_in_a_place_are_only_text(edition: Edition) -> None:
    name = certificate_name(edition, "city", "{place}{0}")
    assert name == "国家工业互联网大数据中心工业智算基地（{place}{0}）城市节点"


@pytest.mark.parametrize("place", ["", "  ", "山东（济南）", "a)", "山\n东"])
def test_a_place_that_breaks_the_name_is_refused(edition: Edition, place: str) -> None:
    with pytest.raises(ValueError, match=r"not a name for the brackets of 10\.2"):
        certificate_name(edition, "province", place)


def test_reviews_are_yearly_three_times_then_every_second_year(edition: Edition) -> None:
    assert list(islice(review_years(edition), 7)) == [1, 2, 3, 5, 7, 9, 11]
    certified = date(2024, 7, 26)
    assert [review_date(edition, certified, nth) for nth in (1, 2, 3, 4, 5, 6)] == [
        date(2025, 7, 26),
        date(2026, 7, 26),
        date(2027, 7, 26),
        date(2029, 7, 26),
        date(2031, 7, 26),
        date(2033, 7, 26),
    ]


def test_the_29th_of_february_falls_on_the_28th_in_other_years(edition: Edition) -> None:
    certified = date(2024, 2, 29)
    assert review_date(edition, certified, 1) == date(2025, 2, 28)
    assert review_date(edition, certified, 3) == date(2027, 2, 28)
    leap = edition.model_copy(update={"review": edition.review.model_copy(update={"yearly": 4})})
    assert review_date(leap, certified, 4) == date(2028, 2, 29)


@pytest.mark.parametrize("nth", [0, -1])
def test_reviews_are_counted_from_one(edition: Edition, nth: int) -> None:
    with pytest.raises(ValueError, match="reviews are counted from 1"):
        review_date(edition, date(2024, 1, 1), nth)


@pytest.mark.parametrize(
    ("place", "english"),
    [
        ("京津冀", "Beijing-Tianjin-Hebei"),
        ("宁夏回族自治区", "Ningxia"),
        ("山东省", "Shandong"),
        ("轨道交通", "Rail Transport"),
        ("潍坊", "Weifang"),
        ("楚雄彝族自治州", "Chuxiong Yi Autonomous Prefecture"),
        ("某地", "某地"),
    ],
)
def test_the_english_name_has_the_english_place_where_one_is_known(
    edition: Edition, place: str, english: str
) -> None:
    name = certificate_name(edition, "province", place, "en")
    assert name.endswith(f"({english}), Provincial Node")
