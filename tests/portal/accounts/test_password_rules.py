"""What the security administrator sets about passwords and the second factor, at its edges."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.actions import administration
from portal.accounts.models import PasswordUsed, User
from tests.portal.accounts.organisations import PASSWORD, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def secadmin() -> User:
    return person("secadmin", "security_admin")


@pytest.fixture
def chen() -> User:
    return person("chen", "secretariat")


def ask_for(secadmin: User, **rules: object) -> None:
    for name, value in rules.items():
        administration.change_setting(secadmin, name, value)


def sign_in(password: str = PASSWORD) -> Client:
    browser = Client()
    browser.post(reverse("account_login"), {"login": "chen", "password": password})
    return browser


def change(browser: Client, old: str, new: str) -> list[str]:
    """What the page of the password says against the new one."""
    given = {"oldpassword": old, "password1": new, "password2": new}
    response = browser.post(reverse("account_change_password"), given)
    return [] if response.status_code == 302 else response.context["form"].errors["password1"]


def refused(password: str, user: User | None = None) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as fault:
        return fault.messages
    return []


def test_the_length(secadmin):
    ask_for(secadmin, password_min_length=12)
    assert refused("quiet-river") == ["密码太短，至少要有 12 个字符。"]
    assert refused("quiet-rivers") == []


@pytest.mark.parametrize(
    ("password", "kinds"),
    [("quietrivers", 1), ("quietRivers", 2), ("quietRivers7", 3), ("quietRivers7-", 4),
     ("安静的河流绕过山脚下", 1), ("安静的河流绕过山脚下a", 2)],
)  # fmt: skip
def test_the_kinds_of_characters(secadmin, password, kinds):
    ask_for(secadmin, password_classes=kinds)
    assert refused(password) == []
    if kinds < 4:
        ask_for(secadmin, password_classes=kinds + 1)
        assert refused(password) == [
            f"密码须含大写字母、小写字母、数字、其他字符中的至少 {kinds + 1} 种。"
        ]


def test_the_last_passwords_are_not_taken_again_and_the_one_before_them_is(secadmin, chen):
    ask_for(secadmin, password_history=2)
    said = ["不能使用最近 2 次用过的密码，请换一个。"]
    browser = sign_in()
    assert change(browser, PASSWORD, PASSWORD) == said
    assert change(browser, PASSWORD, "second-horse-9") == []
    chen.refresh_from_db()
    assert refused(PASSWORD, chen) == said
    chen.set_password("third-horse-9")
    chen.save()
    assert refused("second-horse-9", chen) == said
    assert refused(PASSWORD, chen) == []


def test_without_a_history_the_same_password_is_taken(secadmin, chen):
    ask_for(secadmin, password_history=0)
    assert change(sign_in(), PASSWORD, PASSWORD) == []


def test_only_as_many_passwords_are_kept_as_can_be_asked_for(chen):
    for nth in range(30):
        chen.set_password(f"horse-number-{nth}")
        chen.save()
    assert PasswordUsed.objects.filter(user=chen).count() == 24


def test_a_password_that_ran_out_is_changed_before_anything_else(secadmin, chen):
    ask_for(secadmin, password_max_age_days=90)
    set_at = chen.passwords_used.get().since
    with time_machine.travel(set_at + timedelta(days=90), tick=False):
        assert sign_in().get(reverse("evaluation:desk")).status_code == 200
    with time_machine.travel(set_at + timedelta(days=90, seconds=1), tick=False):
        browser = sign_in()
        page = browser.get(reverse("evaluation:desk"), follow=True)
        assert page.redirect_chain == [(reverse("account_change_password"), 302)]
        assert "您的密码已过期，请先修改密码。" in page.content.decode()
        assert browser.get(reverse("notifications:inbox")).status_code == 302
        assert browser.post(reverse("account_logout")).status_code == 302
        browser = sign_in()
        assert change(browser, PASSWORD, "quiet-river-42") == []
        assert browser.get(reverse("evaluation:desk")).status_code == 200


def test_an_account_older_than_its_record_of_passwords_counts_from_its_opening(secadmin, chen):
    ask_for(secadmin, password_max_age_days=90)
    PasswordUsed.objects.all().delete()
    User.objects.filter(pk=chen.pk).update(date_joined=timezone.now() - timedelta(days=91))
    assert sign_in().get(reverse("evaluation:desk"))["Location"] == reverse(
        "account_change_password"
    )


def test_a_role_that_needs_the_second_factor_turns_it_on_first_and_never_off(secadmin, chen):
    ask_for(secadmin, totp_roles=["secretariat"])
    browser = sign_in()
    page = browser.get(reverse("evaluation:desk"), follow=True)
    assert page.redirect_chain[0] == (reverse("mfa_activate_totp"), 302)
    assert "您的角色须启用两步验证，请先启用。" in page.content.decode()
    mine = Authenticator.objects.create(user=chen, type=Authenticator.Type.TOTP, data={})
    assert browser.get(reverse("evaluation:desk")).status_code == 200
    assert get_adapter().can_delete_authenticator(mine) is False
    ask_for(secadmin, totp_roles=["decider"])
    assert get_adapter().can_delete_authenticator(mine) is True


def test_other_roles_are_not_asked_for_a_second_factor(secadmin, chen):
    ask_for(secadmin, totp_roles=["decider", "system_admin"])
    assert sign_in().get(reverse("evaluation:desk")).status_code == 200


def test_the_page_says_the_rules_that_hold(secadmin, chen):
    ask_for(secadmin, password_min_length=14, password_classes=3, password_history=5)
    page = sign_in().get(reverse("account_change_password")).content.decode()
    assert (
        "至少 14 个字符，含大写字母、小写字母、数字、其他字符中的至少 3 种，不能只有数字，"
        "不能与账号信息相近，不能与最近 5 次用过的密码相同。" in page
    )
