"""Pieces of the frame that are made once: right for each language and place all the same."""

import re

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client, override_settings
from django.urls import set_script_prefix

pytestmark = pytest.mark.django_db
PIECES = ("brand", "footer_links", "head_above", "head_below")


def links(language: str) -> list[str]:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    html = client.get("/").content.decode()
    foot = html[html.index('class="footer-links"') :]
    return re.findall(r"<a href=[^>]*>([^<]*)</a>", foot)


def piece(name: str) -> str:
    return Template(f'{{% kept "frame/{name}.html" %}}').render(Context({"user": "nobody"}))


def test_each_reader_has_the_foot_in_the_own_language():
    chinese, english = links("zh-hans"), links("en")
    assert chinese[0] == "关于平台"
    assert english[0] == "About"
    assert len(chinese) == len(english) == 7
    assert links("zh-hans") == chinese


def test_what_is_kept_follows_where_static_files_are():
    before = piece("head_below")
    with override_settings(STATIC_URL="/elsewhere/"):
        moved = piece("head_below")
    assert 'src="/static/js/menus.js"' in before
    assert moved == before.replace("/static/", "/elsewhere/")
    assert piece("head_below") == before


def test_what_is_kept_follows_where_the_portal_is():
    before = piece("brand")
    set_script_prefix("/portal/")
    try:
        moved = piece("brand")
    finally:
        set_script_prefix("/")
    assert moved.count('href="/portal/"') == before.count('href="/"') == 1


@pytest.mark.parametrize("name", PIECES)
def test_nothing_of_a_page_or_reader_is_kept(name: str):
    """Rendered for one with everything at hand, as a page would have it, it says the same."""
    source = Template(f'{{% include "frame/{name}.html" %}}')
    told = dict.fromkeys(("user", "request", "theme", "csrf_token", "issuer_name", "own"), "zq")
    assert source.render(Context(told)) == piece(name)
