"""What the security administrator may set: the rules of passwords, and who needs a second
factor."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Role
from portal.ledger.runtime import Setting, SomeOf, Whole

SECURITY = Role.SECURITY_ADMIN.value


def _roles() -> Mapping[str, Any]:
    return {role.value: role.label for role in Role}


SETTINGS = (
    Setting(
        "password_min_length",
        "passwords",
        _("密码最短长度"),
        _("设置或修改密码时的最少字符数。已有密码在下次修改时适用。"),
        Whole(8, 64),
        lambda: max(8, settings.PASSWORD_MIN_LENGTH),
        SECURITY,
        _("个字符"),
    ),
    Setting(
        "password_classes",
        "passwords",
        _("密码须含的字符种类"),
        _("大写字母、小写字母、数字、其他字符四种中至少含几种。"),
        Whole(1, 4),
        lambda: 1,
        SECURITY,
        _("种"),
    ),
    Setting(
        "password_history",
        "passwords",
        _("不得重复使用的最近密码"),
        _("新密码不得与最近几次用过的密码相同，含现用密码；0 表示不限制。"),
        Whole(0, 24),
        lambda: 1,
        SECURITY,
        _("个密码"),
    ),
    Setting(
        "password_max_age_days",
        "passwords",
        _("密码有效期"),
        _("超过此天数的密码在登录后须先修改才能继续；0 表示不过期。"),
        Whole(0, 730),
        lambda: 0,
        SECURITY,
        _("天"),
    ),
    Setting(
        "totp_roles",
        "passwords",
        _("必须启用两步验证的角色"),
        _("这些角色登录后须先启用两步验证（TOTP）才能继续，启用后不能自行关闭。"),
        SomeOf(_roles),
        list,
        SECURITY,
    ),
)
