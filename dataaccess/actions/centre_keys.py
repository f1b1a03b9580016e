"""Issuing, changing and revoking the keys of the command centre's programs."""

import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dataaccess.actions.keys import digest, known_networks
from dataaccess.errors import Invalid
from dataaccess.models import CentreKey
from dataaccess.permissions import check_manage_centre_keys
from portal.accounts.models import User
from portal.ledger import audit

_PREFIX = "gyzc_"
_SHOWN = 12


@transaction.atomic
def issue(*, label: str, networks: Sequence[str], actor: User) -> tuple[CentreKey, str]:
    """A new key and its text, which is returned once and stored nowhere."""
    check_manage_centre_keys(actor)
    text = _PREFIX + secrets.token_urlsafe(32)
    key = CentreKey.objects.create(
        label=label,
        prefix=text[:_SHOWN],
        digest=digest(text),
        networks=known_networks(networks),
        created_by=actor,
        created_at=timezone.now(),
    )
    audit.record(
        actor,
        "centre_key.issued",
        f"centre_key:{key.pk}",
        label=label,
        prefix=key.prefix,
        networks=key.networks,
    )
    return key, text


@transaction.atomic
def change(key: CentreKey, *, label: str, networks: Sequence[str], actor: User) -> bool:
    """Say anew what a key is for and where it may come from. False where nothing changes."""
    check_manage_centre_keys(actor)
    found = known_networks(networks)
    held = CentreKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
    if held.revoked_at is not None:
        raise Invalid(_("这个密钥已经失效，不能再修改。"))
    before = held.label, held.networks
    if before == (label, found):
        return False
    held.label, held.networks = label, found
    held.save(update_fields=["label", "networks"])
    audit.record(
        actor,
        "centre_key.changed",
        f"centre_key:{held.pk}",
        prefix=held.prefix,
        purpose=held.label,
        purpose_before=before[0],
        networks=held.networks,
        networks_before=before[1],
    )
    return True


@transaction.atomic
def revoke(key: CentreKey, *, actor: User) -> bool:
    """End a key at once. False where it was revoked already."""
    check_manage_centre_keys(actor)
    ended = CentreKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_by=actor
    )
    if ended:
        audit.record(actor, "centre_key.revoked", f"centre_key:{key.pk}", prefix=key.prefix)
    return bool(ended)
