"""The key that signs certificates in a hardware module (PKCS#11): it never leaves the module, the
worker asks it for each signature."""

import os
from contextlib import suppress
from typing import Any

from django.conf import settings


def configured() -> bool:
    return bool(settings.SIGNING_PKCS11_MODULE)


# By process: a session is not carried over a fork.
_kept: dict[int, Any] = {}


def signer() -> Any:
    """The signer of this process."""
    own = os.getpid()
    if own not in _kept:
        _kept.clear()
        _kept[own] = _opened()
    return _kept[own]


def forget() -> None:
    """Ask anew next time: a module that was away has lost the session."""
    own = _kept.pop(os.getpid(), None)
    if own is not None:
        with suppress(Exception):  # it may be gone already
            own.pkcs11_session.close()


def _opened() -> Any:
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    session = open_pkcs11_session(
        settings.SIGNING_PKCS11_MODULE,
        token_criteria=TokenCriteria(label=settings.SIGNING_PKCS11_TOKEN),
        user_pin=settings.SIGNING_KEY_PASSWORD,
    )
    label = settings.SIGNING_PKCS11_LABEL
    return PKCS11Signer(session, cert_label=label, key_label=label, other_certs_to_pull=())
