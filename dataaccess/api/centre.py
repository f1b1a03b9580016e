"""Who calls for the command centre: a program with a centre key."""

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess.actions.keys import digest
from dataaccess.api.authentication import bearer, check_networks, unknown_key
from dataaccess.models import CentreKey

_USE_NOTED_EVERY = timedelta(minutes=5)


def centre_caller(request: HttpRequest) -> CentreKey:
    """The valid centre key a request carries. Denied says what is missing."""
    key = CentreKey.objects.filter(digest=digest(bearer(request))).first()
    if key is None:
        raise unknown_key(_("密钥不正确：这里需要安全管理员签发的中心密钥，基地的接口密钥不适用。"))
    if key.revoked_at is not None:
        raise unknown_key(_("中心密钥已被吊销，请向安全管理员申请新密钥。"))
    check_networks(key.networks, request)
    now = timezone.now()
    CentreKey.objects.filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _USE_NOTED_EVERY), pk=key.pk
    ).update(last_used_at=now)
    return key
