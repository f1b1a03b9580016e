from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from dataaccess.models import ApiKey, Base
from tests.dataaccess.bodies import report
from tests.dataaccess.conftest import Caller

pytestmark = pytest.mark.django_db


def issue(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("issue_key", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_key_stands_alone_on_standard_output_and_works(jinan: Base) -> None:
    out, err = issue("jinan")
    assert out == out.strip() + "\n"
    assert err == ""
    assert Caller(Client(), out.strip()).report(report()).status_code == 201


def test_scope_and_days(jinan: Base) -> None:
    out, _err = issue("jinan", "--scope", "base_info", "--days", "3")
    key = ApiKey.objects.get()
    assert key.scopes == ["base_info"]
    assert key.valid_until is not None
    assert timedelta(days=2, hours=23) < key.valid_until - timezone.now() <= timedelta(days=3)
    assert Caller(Client(), out.strip()).report(report()).status_code == 403


def test_an_unknown_base_is_told_near_ones(jinan: Base, qingdao: Base) -> None:
    with pytest.raises(CommandError) as refusal:
        issue("jinnan")
    assert str(refusal.value) == "There is no base 'jinnan'. Did you mean jinan?"
    assert refusal.value.returncode == 1
    assert ApiKey.objects.count() == 0


def test_an_empty_portal_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="the portal holds no base yet"):
        issue("jinan")
