"""The rules of passwords, in the portal's own words. What they ask for is set by the security
administrator (portal.accounts.rules)."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import PasswordUsed, User
from portal.ledger import runtime

# As many old passwords are kept as the longest history that can be asked for.
MOST_KEPT = 24


class MinimumLength:
    def validate(self, password: str, user: User | None = None) -> None:
        least = runtime.read("password_min_length")
        if len(password) < least:
            raise ValidationError(
                _("密码太短，至少要有 %(length)s 个字符。") % {"length": least},
                code="password_too_short",
            )

    def get_help_text(self) -> str:
        return rules()


class CharacterClasses:
    """Capital letters, small letters, digits, anything else: so many kinds of them."""

    def validate(self, password: str, user: User | None = None) -> None:
        wanted = runtime.read("password_classes")
        if classes_in(password) < wanted:
            raise ValidationError(
                _("密码须含大写字母、小写字母、数字、其他字符中的至少 %(count)s 种。")
                % {"count": wanted},
                code="password_too_plain",
            )

    def get_help_text(self) -> str:
        return ""


class NotUsedBefore:
    """The last passwords of a person are not taken again. Also keeps what was used."""

    def validate(self, password: str, user: User | None = None) -> None:
        many = runtime.read("password_history")
        if user is None or user.pk is None or not many:
            return
        used = [user.password, *_used(user)]
        if any(check_password(password, each) for each in list(dict.fromkeys(used))[:many]):
            raise ValidationError(
                _("不能使用最近 %(count)s 次用过的密码，请换一个。") % {"count": many},
                code="password_used_before",
            )

    def password_changed(self, password: str, user: User | None = None) -> None:
        """Django calls it after a user with a new password was saved."""
        if user is None:
            return
        now = timezone.now()
        PasswordUsed.objects.create(user=user, password=user.password, since=now)
        kept = PasswordUsed.objects.filter(user=user).values_list("pk", flat=True)[:MOST_KEPT]
        PasswordUsed.objects.filter(user=user).exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        return ""


def _used(user: User) -> list[str]:
    found = PasswordUsed.objects.filter(user=user)
    return list(found.values_list("password", flat=True)[:MOST_KEPT])


def classes_in(password: str) -> int:
    """How many of the four kinds of characters a password has."""
    return sum(
        (
            any(each.isupper() for each in password),
            any(each.islower() for each in password),
            any(each.isdigit() for each in password),
            any(not (each.isupper() or each.islower() or each.isdigit()) for each in password),
        )
    )


def is_expired(user: User) -> bool:
    """Whether the password must be changed before anything else. Its age counts from when it was
    set, or from when the account was opened."""
    days = runtime.read("password_max_age_days")
    if not days or not user.has_usable_password():
        return False
    newest = PasswordUsed.objects.filter(user=user).values_list("since", flat=True).first()
    return bool(timezone.now() - (newest or user.date_joined) > timedelta(days=days))


def rules() -> str:
    """The rules that hold now, in a sentence for whoever chooses a password."""
    held: dict[str, Any] = runtime.read_group("passwords")
    parts = [_("至少 %(length)s 个字符") % {"length": held["password_min_length"]}]
    if held["password_classes"] > 1:
        parts.append(
            _("含大写字母、小写字母、数字、其他字符中的至少 %(count)s 种")
            % {"count": held["password_classes"]}
        )
    parts.append(_("不能只有数字"))
    parts.append(_("不能与账号信息相近"))
    if held["password_history"]:
        parts.append(
            _("不能与最近 %(count)s 次用过的密码相同") % {"count": held["password_history"]}
        )
    return _("，").join(parts) + _("。")
