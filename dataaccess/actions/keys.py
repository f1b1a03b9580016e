"""Issuing, replacing and revoking the keys a base signs its deliveries with."""

import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess import notify
from dataaccess.errors import Invalid
from dataaccess.models import ApiKey, Base
from dataaccess.permissions import check_manage_keys, is_own
from dataaccess.shapes import KINDS
from portal.accounts.models import User
from portal.ledger import audit

ALL_SCOPES: tuple[str, ...] = KINDS
PREFIX = "gyzs_"
SHOWN = 12


def issue(
    base: Base,
    *,
    actor: User | None,
    scopes: Sequence[str] = ALL_SCOPES,
    networks: Sequence[str] = (),
    valid_until: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text. The text is 256 random bits, is returned once and stored nowhere:
    only its SHA-256 is kept, which needs no slow hash because it cannot be guessed."""
    if actor is not None:
        check_manage_keys(actor, base)
    now = timezone.now()
    if valid_until is not None and valid_until <= now:
        raise Invalid(_("密钥的有效期必须晚于现在。"))
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            base=base,
            prefix=text[:SHOWN],
            digest=digest(text),
            scopes=_known_scopes(scopes),
            networks=known_networks(networks),
            created_by=actor,
            created_at=now,
            valid_until=valid_until,
        )
        audit.record(
            actor,
            "api_key.issued",
            f"base:{base.code}",
            key=key.pk,
            prefix=key.prefix,
            scopes=key.scopes,
            networks=key.networks,
            valid_until=valid_until.isoformat() if valid_until else "",
        )
    return key, text


def rotate(key: ApiKey, *, actor: User | None, overlap: timedelta) -> tuple[ApiKey, str]:
    """A successor with the same rights; the old key goes on for the overlap and then ends."""
    if actor is not None:
        check_manage_keys(actor, key.base)
    with transaction.atomic():
        old = ApiKey.objects.select_for_update(of=("self",)).select_related("base").get(pk=key.pk)
        if old.state != "valid":
            raise Invalid(_("这个密钥已经失效，请直接签发新密钥。"))
        if old.successor_id is not None:
            raise Invalid(_("这个密钥已经更换过，请使用新密钥；如已遗失，请直接签发新密钥。"))
        new, text = issue(
            old.base,
            actor=actor,
            scopes=old.scopes,
            networks=old.networks,
            valid_until=old.valid_until,
        )
        end = timezone.now() + overlap
        old.valid_until = min(end, old.valid_until) if old.valid_until else end
        old.successor = new
        old.save(update_fields=["valid_until", "successor"])
        audit.record(
            actor,
            "api_key.rotated",
            f"base:{old.base.code}",
            key=old.pk,
            prefix=old.prefix,
            successor=new.pk,
            valid_until=old.valid_until.isoformat(),
        )
    return new, text


def revoke(key: ApiKey, *, actor: User | None) -> bool:
    """End a key at once. False where it was revoked already."""
    if actor is not None:
        check_manage_keys(actor, key.base)
    with transaction.atomic():
        ended = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(
            revoked_at=timezone.now(), revoked_by=actor
        )
        if ended:
            audit.record(
                actor,
                "api_key.revoked",
                f"base:{key.base.code}",
                key=key.pk,
                prefix=key.prefix,
            )
            if actor is None or not is_own(actor, key.base):
                notify.key_revoked(key)
    return bool(ended)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def known_networks(networks: Sequence[str]) -> list[str]:
    """Networks in their usual form; Invalid names the first that is none."""
    found = []
    for network in networks:
        try:
            found.append(str(ipaddress.ip_network(network.strip(), strict=False)))
        except ValueError:
            raise Invalid(
                _("“%(network)s”不是网段，请填写如 203.0.113.0/24 或单个地址。")
                % {"network": network[:64]}
            ) from None
    return found


def _known_scopes(scopes: Sequence[str]) -> list[str]:
    unknown = [scope for scope in scopes if scope not in ALL_SCOPES]
    if unknown or not scopes:
        raise Invalid(
            _("密钥至少要有一个接口的权限，可选：%(scopes)s。")
            % {"scopes": _("、").join(ALL_SCOPES)}
        )
    return [scope for scope in ALL_SCOPES if scope in scopes]
