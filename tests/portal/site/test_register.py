"""名录: found by what one knows, and as files that do no harm."""

import csv
import io
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dataaccess import regions
from dataaccess.cells import inert
from evaluation.models import Certificate
from portal.site.province_tiles import PLACES, SHORT_NAMES
from tests.portal.site.copies import enter, more_certificates
from tests.portal.site.reading import rows, words


def numbers(client: Client, **filters: str) -> set[str]:
    return {row[2] for row in rows(client.get("/register/", filters))}


def sheet(client: Client, **filters: str) -> list[list[str]]:
    text = client.get("/register/register.csv", filters).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_a_row_shows_name_holder_number_category_province_day_and_state(
    client: Client, certificate: Certificate
) -> None:
    day = certificate.certified_on
    assert rows(client.get("/register/")) == [
        [
            certificate.name,
            certificate.holder,
            certificate.number,
            "省级区域",
            "山东省",
            f"{day.year}年{day.month}月{day.day}日",
            "✓ 有效",
        ]
    ]


def test_it_is_searched_by_name_holder_base_and_number(
    client: Client, certificate: Certificate
) -> None:
    (other,) = more_certificates(
        certificate,
        1,
        name="国家工业互联网大数据中心工业智算基地（钢铁）行业节点",
        name_en="Steel Industry Node",
        holder="示例钢铁公司",
    )
    assert numbers(client, q="（山东）") == {certificate.number}
    assert numbers(client, q="示例钢铁") == {other.number}
    assert numbers(client, q=certificate.base.name) == {certificate.number, other.number}
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in other.number.lower())
    assert numbers(client, q=wide) == {other.number}
    assert numbers(client, q="%") == set()


def test_each_word_is_looked_for_with_or_without_dashes_and_in_both_languages(
    client: Client, certificate: Certificate
) -> None:
    (other,) = more_certificates(
        certificate, 1, name="国家工业互联网大数据中心工业智算基地（钢铁）行业节点",
        name_en="Steel Industry Node", province="130000",
    )  # fmt: skip
    for typed in (
        other.number.replace("-", " ").lower(),
        other.number.replace("-", ""),
        "河北",
        "钢铁 河北",
        "Steel node",
        "hebei",
        "(钢铁)",
    ):
        assert numbers(client, q=typed) == {other.number}, typed
    assert numbers(client, q="钢铁 山东") == set()


def test_it_is_filtered_by_category_province_and_state(
    client: Client, certificate: Certificate
) -> None:
    (city,) = more_certificates(certificate, 1, category="city", province="110000")
    (gone,) = more_certificates(certificate, 1)
    enter(gone, "revoked", "整改后仍未达到要求。")
    assert numbers(client, category="city") == {city.number}
    assert numbers(client, province="370000") == {certificate.number, gone.number}
    assert numbers(client, state="revoked") == {gone.number}
    assert numbers(client, state="valid", province="370000") == {certificate.number}
    everything = {certificate.number, city.number, gone.number}
    assert numbers(client, category="x", province="37", state="y") == everything


@pytest.mark.django_db
def test_empty_pages_say_what_will_be_there_and_what_to_do(client: Client) -> None:
    assert "名录中还没有证书 基地获得认定后列入名录。" in words(client.get("/register/"))
    text = words(client.get("/register/?q=无"))
    assert "没有符合条件的证书" in text
    assert "清除全部条件" in text


def test_queries_do_not_grow_with_the_register(client: Client, certificate: Certificate) -> None:
    with CaptureQueriesContext(connection) as few:
        client.get("/register/")
    more_certificates(certificate, 50)
    with CaptureQueriesContext(connection) as many:
        response = client.get("/register/")
    assert len(rows(response)) == 20
    assert len(many) == len(few) == 3
    for path in ("/register/register.csv", "/register/register.json"):
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        assert len(queries) == 1


def test_filters_go_with_the_pages_and_the_downloads(
    client: Client, certificate: Certificate
) -> None:
    more_certificates(certificate, 25, province="110000")
    page = client.get("/register/?province=110000&page=2").content.decode()
    assert 'href="/register/register.csv?province=110000"' in page
    assert 'href="?province=110000&amp;page=1"' in page
    assert len(sheet(client, province="110000")) == 26


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝", "＋", "－", "＠", " ="])
def test_no_cell_of_the_csv_is_a_formula(
    client: Client, certificate: Certificate, start: str
) -> None:
    holder = f'{start}HYPERLINK("http://example.org","示例")'
    Certificate.objects.update(holder=holder)
    head, row = sheet(client)
    assert head == [
        "证书编号", "名称", "英文名称", "持有单位", "基地", "申报类别", "所在省份", "认定日期",
        "状态", "下次年审日期", "查验网址",
    ]  # fmt: skip
    assert row[:4] == [certificate.number, certificate.name, certificate.name_en, f"'{holder}"]


def test_ordinary_cells_stay_as_they_are() -> None:
    for text in ("示例公司", "GYZS-2026-SJ-37-0001", "2026-07-26", "3 + 4", ""):
        assert inert(text) == text
    assert inert(None) == ""
    assert inert(-1) == "'-1"


def test_the_csv_opens_as_utf_8_and_names_the_state_in_words(
    client: Client, certificate: Certificate
) -> None:
    enter(certificate, "rectification", "限期整改。")
    response = client.get("/register/register.csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert re.fullmatch(
        r'attachment; filename="register-\d{8}\.csv"', response["Content-Disposition"]
    )
    assert sheet(client)[1] == [
        certificate.number,
        certificate.name,
        certificate.name_en,
        certificate.holder,
        certificate.base.name,
        "省级区域",
        "山东省",
        certificate.certified_on.isoformat(),
        "整改中",
        certificate.reviews.get(year=1).due_on.isoformat(),
        f"http://testserver/verify/{certificate.number}/",
    ]


def test_programs_get_json(client: Client, certificate: Certificate) -> None:
    response = client.get("/register/register.json")
    assert response["Content-Type"] == "application/json"
    assert re.fullmatch(
        r'attachment; filename="register-\d{8}\.json"', response["Content-Disposition"]
    )
    assert json.loads(response.content) == {
        "certificates": [
            {
                "number": certificate.number,
                "name": certificate.name,
                "name_en": certificate.name_en,
                "holder": certificate.holder,
                "base": certificate.base.name,
                "category": "province",
                "province": "370000",
                "province_name": "山东省",
                "certified_on": certificate.certified_on.isoformat(),
                "state": "valid",
                "next_review_on": certificate.reviews.get(year=1).due_on.isoformat(),
                "url": f"http://testserver/verify/{certificate.number}/",
            }
        ]
    }


def test_every_province_has_a_tile_of_its_own() -> None:
    codes = {region.code for region in regions.provinces()}
    assert set(PLACES) == set(SHORT_NAMES) == codes
    assert len(set(PLACES.values())) == len(set(SHORT_NAMES.values())) == 34


def test_tiles_count_what_stands(client: Client, certificate: Certificate) -> None:
    more = more_certificates(certificate, 2)
    enter(more[0], "rectification", "限期整改。")
    enter(more[1], "revoked", "整改后仍未达到要求。")
    page = client.get("/register/").content.decode()
    assert "省级分布示意（非地图）" in page
    assert 'aria-label="鲁 2，山东省：2 张"' in page
    assert 'aria-label="京 0，北京市：0 张"' in page


@pytest.mark.parametrize("text", ["\x00", "'", "\\", "%00", "𠀀" * 60])
def test_odd_searches_find_nothing_and_break_nothing(
    client: Client, certificate: Certificate, text: str
) -> None:
    response = client.get("/register/", {"q": text})
    assert response.status_code == 200
    assert len(rows(response)) == (1 if text == "\x00" else 0)
