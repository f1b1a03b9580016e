"""What only paper shows: whose page it is, where it stands, and that an example is one."""

import re

import pytest

pytestmark = pytest.mark.django_db


def printed(client, path):
    body = client.get(path).content.decode()
    found = re.search(r'<div class="printed">(.*?)</div>', body, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[1]).split()


def test_a_page_on_paper_says_whose_it_is_and_where_it_stands(client, settings):
    settings.PUBLIC_URL, settings.EXAMPLE_DATA = "https://portal.example", False
    words = printed(client, "/standard/steps/?q=1")
    assert words[0] == "国家工业互联网大数据中心工业智算基地评估平台"
    assert "https://portal.example/standard/steps/" in words
    assert not any("虚构" in word for word in words)


def test_an_example_says_so_on_paper_too(client, settings):
    settings.EXAMPLE_DATA = True
    assert any("机构、人员与数据均为虚构" in word for word in printed(client, "/verify/"))
