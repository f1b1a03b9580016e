"""The page that shows every component."""

from pathlib import Path

import pytest
from django.test import Client

COMPONENTS = Path(__file__).resolve().parents[3] / "templates" / "components"
PAGES = ["/styleguide", "/styleguide/application"]


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_hidden_unless_debugging(client: Client, settings, page: str):
    settings.DEBUG = False
    assert client.get(page).status_code == 404


@pytest.mark.django_db
def test_every_component_is_shown(client: Client, settings):
    settings.DEBUG = True
    shown = {
        template.name
        for page in PAGES
        for template in client.get(page).templates
        if template.name.startswith("components/")
    }
    assert shown == {f"components/{path.name}" for path in COMPONENTS.glob("*.html")}


@pytest.mark.django_db
def test_examples_are_dated_from_today(client: Client, settings, time_machine):
    settings.DEBUG = True
    time_machine.move_to("2026-07-21 10:00 +0800")
    steps = client.get("/styleguide").content.decode()
    assert "期限：2026年7月26日（还剩 5 天）" in steps
