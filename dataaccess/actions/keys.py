"""Issuing, replacing and revoking the keys a base signs its deliveries with."""

import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess import known_keys, notify
from dataaccess.errors import Invalid
from dataaccess.models import ApiKey, Base
from dataaccess.permissions import check_manage_keys, is_own
from dataaccess.shapes import KINDS
from portal.accounts.models import User
from portal.ledger import audit

ALL_SCOPES: tuple[str, ...] = KINDS
PREFIX = "gyzs_"
SHOWN = 12
PURPOSE_LENGTH = 100


def issue(
    base: Base,
    *,
    actor: User | None,
    scopes: Sequence[str] = ALL_SCOPES,
    networks: Sequence[str] = (),
    purpose: str = "",
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
            purpose=_known_purpose(purpose),
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
            purpose=key.purpose,
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
            purpose=old.purpose,
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


def change(key: ApiKey, *, actor: User, networks: Sequence[str], purpose: str) -> bool:
    """Say anew where a key may come from and what it is for. False where nothing changes.

    Processes that have just read the key heed new networks when they read it again, within some
    seconds (known_keys); a key that leaked is revoked, which holds at once."""
    check_manage_keys(actor, key.base)
    found, words = known_networks(networks), _known_purpose(purpose)
    with transaction.atomic():
        held = ApiKey.objects.select_for_update(of=("self",)).select_related("base").get(pk=key.pk)
        if held.state != "valid":
            raise Invalid(_("这个密钥已经失效，不能再修改。"))
        before = held.networks, held.purpose
        if before == (found, words):
            return False
        held.networks, held.purpose = found, words
        held.save(update_fields=["networks", "purpose"])
        audit.record(
            actor,
            "api_key.changed",
            f"base:{held.base.code}",
            key=held.pk,
            prefix=held.prefix,
            networks=held.networks,
            networks_before=before[0],
            purpose=held.purpose,
            purpose_before=before[1],
        )
        if before[0] != found and not is_own(actor, held.base):
            notify.key_changed(held)
        transaction.on_commit(lambda: known_keys.forget(held.digest))
    return True


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
    """Networks in their usual form, each once; Invalid names all that are none."""
    found, wrong = [], []
    for network in networks:
        try:
            found.append(str(ipaddress.ip_network(network.strip(), strict=False)))
        except ValueError:
            wrong.append(f"“{network[:64]}”")
    if wrong:
        raise Invalid(
            _("%(networks)s不是网段，请填写如 203.0.113.0/24 或单个地址。")
            % {"networks": _("、").join(dict.fromkeys(wrong))}
        )
    return list(dict.fromkeys(found))


def _known_purpose(purpose: str) -> str:
    words = " ".join(purpose.split())
    if len(words) > PURPOSE_LENGTH:
        raise Invalid(_("用途最多%(limit)s字。") % {"limit": PURPOSE_LENGTH})
    return words


def _known_scopes(scopes: Sequence[str]) -> list[str]:
    unknown = [scope for scope in scopes if scope not in ALL_SCOPES]
    if unknown or not scopes:
        raise Invalid(
            _("密钥至少要有一个接口的权限，可选：%(scopes)s。")
            % {"scopes": _("、").join(ALL_SCOPES)}
        )
    return [scope for scope in ALL_SCOPES if scope in scopes]
