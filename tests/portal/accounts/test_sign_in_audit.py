"""Signing in, failing to, being locked out and signing out stand in the audit chain."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.ledger.models import AuditEvent
from tests.portal.accounts.organisations import PASSWORD, letters, person

pytestmark = pytest.mark.django_db


def attempt(client: Client, name: str, password: str) -> None:
    client.post(reverse("account_login"), {"login": name, "password": password})


def events() -> list[tuple[str, str, str]]:
    found = AuditEvent.objects.order_by("seq")
    return list(found.values_list("action", "subject", "actor_name"))


def test_coming_and_going_are_kept(client: Client) -> None:
    chen = person("chen", "secretariat")
    attempt(client, "chen", PASSWORD)
    client.post(reverse("account_logout"))
    assert events() == [
        ("accounts.sign_in", f"user:{chen.pk}", "chen"),
        ("accounts.sign_out", f"user:{chen.pk}", "chen"),
    ]
    assert AuditEvent.objects.first().data == {"address": "127.0.0.1"}


def test_failures_are_kept_without_what_was_typed(client: Client) -> None:
    chen = person("chen", "secretariat")
    attempt(client, "chen", "wrong-secret-1")
    attempt(client, "my-password-typed-here", "wrong-secret-2")
    assert events() == [
        ("accounts.sign_in_failed", f"user:{chen.pk}", ""),
        ("accounts.sign_in_failed", "sign_in", ""),
    ]
    assert "secret" not in str(list(AuditEvent.objects.values("data", "subject")))
    assert "my-password" not in str(list(AuditEvent.objects.values("data", "subject")))


def test_a_lock_out_is_one_event(client: Client, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/5m/key"}  # type: ignore[attr-defined]
    chen = person("chen", "secretariat")
    for _attempt in range(5):
        attempt(client, "chen", "wrong")
    assert events() == [
        *[("accounts.sign_in_failed", f"user:{chen.pk}", "")] * 2,
        ("accounts.locked_out", f"user:{chen.pk}", ""),
    ]


def test_a_forgotten_password_goes_through_the_outbox(client: Client) -> None:
    person("chen", "secretariat")
    client.post(reverse("account_reset_password"), {"email": "chen@example.org"})
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    sent = letters()
    assert sent.keys() == {"chen@example.org", "nobody@example.org"}
    assert "/password/reset/key/" in sent["chen@example.org"][1]
    assert "没有使用此地址的账号" in sent["nobody@example.org"][1]
