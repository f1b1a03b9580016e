from dataaccess import regions
from evaluation.rulebook.certificates import english_place


def test_the_2007_edition_has_34_provinces_and_344_codes_at_prefecture_level() -> None:
    assert len(regions.provinces()) == 34
    levels = [region.level for region in regions._regions().values()]
    assert (levels.count("province"), levels.count("prefecture")) == (34, 344)


def test_a_province_in_both_languages() -> None:
    assert regions.province_name("370000") == "山东省"
    assert regions.province_name("370000", "en") == "Shandong"
    assert regions.province_name("370100") == ""
    assert all(region.name_en for region in regions.provinces())


def test_a_municipality_has_one_city_which_bears_its_name() -> None:
    assert [city.code for city in regions.cities_of("110000")] == ["110100"]
    assert regions.city_name("110100") == "北京市"
    assert regions.place_name("110000", "110100") == "北京市"
    assert regions.is_city("110200") is False


def test_names_are_those_people_search_by_today() -> None:
    assert regions.city_name("420600") == "襄阳市"
    assert regions.city_name("522400") == "毕节市"


def test_places_without_a_prefecture_stand_for_themselves() -> None:
    assert [city.code for city in regions.cities_of("810000")] == ["810000"]
    assert regions.is_city("410881", "410000")
    assert regions.is_city("429004", "420000")


def test_later_codes_name_their_code_of_2007() -> None:
    named = {
        "460300": "469031",
        "460400": "469003",
        "520500": "522400",
        "630200": "632100",
        "540200": "542300",
        "419001": "410881",
    }
    for later, code in named.items():
        found = regions.equivalent_2007(later)
        assert found is not None
        assert found.equivalent == code
        assert regions.is_city(code)
    assert regions.equivalent_2007("370100") is None


def test_every_later_code_leads_to_a_city_that_is_accepted() -> None:
    assert all(regions.is_city(later.equivalent) for later in regions._later().values())


def test_cities_are_offered_under_their_province() -> None:
    groups = dict(regions.grouped_city_choices())
    assert ("370100", "济南市") in groups["山东省"]
    assert groups["上海市"] == [("310100", "上海市")]
    assert len(groups) == 34


def test_an_unknown_code_is_nothing() -> None:
    assert regions.cities_of("990000") == ()
    assert regions.city_name("990100") == ""
    assert regions.prefecture_of("320583").name == "苏州市"  # type: ignore[union-attr]


def test_a_city_has_its_english_name() -> None:
    english = {
        "370100": "Jinan",
        "610100": "Xi'an",
        "350200": "Xiamen",
        "150100": "Hohhot",
        "420600": "Xiangyang",
        "110100": "Beijing",
        "810000": "Hong Kong",
        "532800": "Xishuangbanna Dai Autonomous Prefecture",
        "410881": "Jiyuan",
    }
    assert {code: regions.city_name(code, "en") for code in english} == english
    assert regions.place_name("370000", "370100", "en") == "Jinan, Shandong"
    assert regions.place_name("110000", "110100", "en") == "Beijing"
    assert regions.place_name("370000", "", "en") == "Shandong"
    cities = [city for province in regions.provinces() for city in regions.cities_of(province.code)]
    assert all(regions.city_name(city.code, "en") for city in cities)


def test_a_certificate_names_a_city_as_the_interface_does() -> None:
    cities = [city for province in regions.provinces() for city in regions.cities_of(province.code)]
    differing = {
        (city.name, english_place(regions.city_name(city.code)), regions.city_name(city.code, "en"))
        for city in cities
        if english_place(regions.city_name(city.code)) != regions.city_name(city.code, "en")
    }
    assert differing == set()
