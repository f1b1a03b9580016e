"""The guides: in both languages the same tasks, pictures that are there, words that the pages use."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from portal.site import guides
from tests.portal.site.reading import words

ROOT = Path(__file__).resolve().parents[3]
HELP = ROOT / "static/help"
LANGUAGES = ("zh", "en")
GUIDES = [guides.guide(reader, language) for reader in guides.READERS for language in LANGUAGES]
SHAPE = {
    language: [
        (guide.reader, task.id, len(task.steps), task.picture, bool(task.caption))
        for guide in guides.guides(language)
        for task in guide.tasks
    ]
    for language in LANGUAGES
}


def test_both_languages_tell_the_same():
    assert SHAPE["zh"] == SHAPE["en"]


def test_tasks_are_told_apart():
    for guide in GUIDES:
        ids = [task.id for task in guide.tasks]
        assert len(ids) == len(set(ids))


def test_words_in_braces_are_words_of_the_pages():
    """Both versions of a step name the same, and the catalogue has each."""
    used = {
        language: [
            sorted(guides.WORD.findall(step))
            for guide in guides.guides(language)
            for task in guide.tasks
            for step in task.steps
        ]
        for language in LANGUAGES
    }
    assert used["zh"] == used["en"]
    with override("en"):
        unknown = {word for step in used["zh"] for word in step if gettext(word) == word}
    assert unknown == set()


def test_every_picture_is_there_and_used_and_all_are_small():
    used = {
        file
        for language in LANGUAGES
        for _, _, _, picture, _ in SHAPE[language]
        if picture
        for file in (guides.picture(picture, language), guides.fine_picture(picture, language))
    }
    files = [path for path in HELP.rglob("*") if path.is_file()]
    assert {path.relative_to(ROOT / "static").as_posix() for path in files} == used
    most = {"plain": 60_000, "fine": 150_000}
    heavy = {
        path.name: path.stat().st_size
        for path in files
        if path.stat().st_size > most["fine" if path.stem.endswith("@2x") else "plain"]
    }
    assert heavy == {}


def test_links_beside_fields_lead_to_a_task():
    link = re.compile(r'guide_link\.html" with reader="(\w+)" task="([\w-]+)"')
    found = {
        place
        for path in (ROOT / "templates").rglob("*.html")
        for place in link.findall(path.read_text())
    }
    assert found - {(reader, task) for reader, task, *_ in SHAPE["zh"]} == set()
    assert {reader for reader, _ in found} == set(guides.READERS)


@pytest.mark.django_db
def test_a_guide_says_what_the_buttons_say(client: Client):
    assert "按 提交申报 。" in words(client.get("/help/applicant/"))
    client.cookies["django_language"] = "en"
    page = client.get("/help/applicant/")
    assert "Press Submit application ." in words(page)
    assert "static/help/en/applicant-form.webp" in page.content.decode()


@pytest.mark.django_db
def test_the_index_leads_to_every_task(client: Client):
    page = client.get("/help/").content.decode()
    links = re.findall(r'href="/help/(\w+)/#([\w-]+)"', page)
    assert links == [(reader, task) for reader, task, *_ in SHAPE["zh"]]
    for reader in guides.READERS:
        text = client.get(f"/help/{reader}/").content.decode()
        there = re.findall(r'<section class="task" id="([\w-]+)"', text)
        assert there == [task for r, task in links if r == reader]


@pytest.mark.django_db
def test_a_reader_without_a_guide(client: Client):
    assert client.get("/help/nobody/").status_code == 404


@pytest.mark.django_db
def test_guides_are_found(client: Client):
    page = client.get("/search/", {"q": "上传材料"}).content.decode()
    assert 'href="/help/applicant/#materials"' in page
