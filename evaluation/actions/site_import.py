"""The encrypted file of a device that could not send: whose it is, what is in it, taken in once."""

import base64
import json
import uuid
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.actions.moving import changing, note
from evaluation.errors import Refused
from evaluation.models import Evaluation
from evaluation.steps import Actor
from portal.accounts.models import User

FORMAT = "site-visit/1"
MAX_HEAD = 1000  # bytes of the first line


@dataclass(frozen=True)
class Opened:
    """A file that comes from a device of this case's site team."""

    author: User
    things: list[dict[str, Any]]


def file_key(user: User, evaluation: Evaluation) -> bytes:
    """The key of one user's devices for one case, 32 bytes. It is made from the portal's secret and
    kept nowhere: with another secret, a device fetches its key anew and exports again."""
    return salted_hmac(
        "evaluation.site_file", f"{evaluation.pk}:{user.pk}", algorithm="sha256"
    ).digest()


def check_may_import(user: User, evaluation: Evaluation) -> None:
    """Raise unless the user is on the site team or works for the secretariat, and the visit is
    open."""
    if not permissions.is_actor(user, evaluation, Actor.SECRETARIAT):
        permissions.check_site_team(user, evaluation)
    permissions.check_state(evaluation, "site_visit", user=user)


def open_file(user: User, evaluation: Evaluation, raw: bytes) -> Opened:
    """Decrypt what a device of this case wrote, and note who brought it. Raises Refused where it
    belongs to another case, was changed, or is no such file."""
    head, _newline, sealed = raw.partition(b"\n")
    try:
        told = json.loads(head[:MAX_HEAD])
        number, author_id, nonce = told["case"], int(told["user"]), base64.b64decode(told["iv"])
        if told["format"] != FORMAT or len(nonce) != 12:
            raise ValueError
    except (ValueError, KeyError, TypeError) as fault:
        raise Refused(_("这不是现场评估页导出的文件，请选择扩展名为 .visit 的文件。")) from fault
    if number != evaluation.number:
        raise Refused(
            _("此文件属于案卷%(theirs)s，不能导入案卷%(ours)s。")
            % {"theirs": str(number)[:40], "ours": evaluation.number}
        )
    with changing(user, evaluation) as current:
        check_may_import(user, current)
        author = User.objects.filter(pk=author_id).first()
        if author is None:
            raise Refused(unreadable())
        try:
            plain = AESGCM(file_key(author, current)).decrypt(nonce, sealed, head)
            things = json.loads(plain)
        except (InvalidTag, ValueError) as fault:
            raise Refused(unreadable()) from fault
        if not isinstance(things, list) or not all(isinstance(t, dict) for t in things):
            raise Refused(unreadable())
        note(user, current, "import_site_file", author=author.pk, things=len(things))
    return Opened(author, things)


def unreadable() -> str:
    """What is told of a file that was changed, or that no device of the site team wrote."""
    return _(
        "文件无法解密：它不完整、被改动过，或不是由本案卷评估组成员的设备导出。请在原设备上重新导出。"
    )


def photo_of(thing: dict[str, Any]) -> tuple[uuid.UUID, str, str, bytes]:
    """Number, indicator, name and bytes of a photo out of a file; Refused where it is none."""
    try:
        return (
            uuid.UUID(thing["id"]),
            str(thing["indicator"]),
            str(thing["name"]),
            base64.b64decode(thing["bytes"], validate=True),
        )
    except (KeyError, ValueError, TypeError) as fault:
        raise Refused(_("文件中有一张照片无法读取，请在原设备上重新导出。")) from fault
