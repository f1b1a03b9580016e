"""Reads of mail on its way: mails, letters about accounts, messages in group chats."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import letters
from portal.accounts.models import User
from portal.contacts import masking
from portal.ledger.models import OutboxEntry
from portal.notifications.kinds import table

# Whose identity is protected: neither name nor words are shown here.
TO_OBJECTORS = "objection_mail"
KINDS = ("mail", "letter", "group_chat", TO_OBJECTORS)
CHATS = {"wecom": gettext_lazy("企业微信群"), "dingtalk": gettext_lazy("钉钉群")}
STATES = {
    "unsent": gettext_lazy("未发出"),
    "failed": gettext_lazy("失败"),
    "stopped": gettext_lazy("已中止"),
    "done": gettext_lazy("已发出"),
}
# People whose mails a search finds at most.
MOST_PEOPLE = 200


def entries(state: str = "", text: str = "", *, by_subject: bool = False) -> QuerySet[OutboxEntry]:
    """Mail by its state and by its recipient, for who may read it also by its subject; the newest
    first."""
    found = OutboxEntry.objects.filter(kind__in=KINDS).order_by("-id")
    match state:
        case "unsent":
            found = found.filter(done_at=None, failed_at=None, stopped_at=None)
        case "failed" | "stopped" | "done":
            found = found.exclude(**{f"{state}_at": None})
    if text:
        people = User.objects.filter(Q(name__icontains=text) | Q(username__icontains=text))
        pks = list(people.values_list("pk", flat=True)[:MOST_PEOPLE])
        wanted = Q(payload__user__in=pks)
        if by_subject:
            wanted |= Q(payload__subject__icontains=text)
        found = found.filter(wanted)
    return found


def overdue_count() -> int:
    """How many mails should have gone long ago, because they fail or no worker runs."""
    late = timezone.now() - timedelta(minutes=15)
    return entries("unsent").filter(not_before__lt=late).count()


def rows(found: Iterable[OutboxEntry]) -> list[dict[str, Any]]:
    """What a list shows of each. One query."""
    found = list(found)
    people = User.objects.filter(pk__in={_reader(entry) for entry in found})
    names = dict(people.values_list("pk", "name"))
    return [
        {
            "entry": entry,
            "to": _to(entry, names),
            "kind": kind_label(entry),
            "subject": entry.payload.get("subject", ""),
        }
        for entry in found
    ]


def kind_label(entry: OutboxEntry) -> str:
    """What sort of mail it is."""
    if entry.kind == TO_OBJECTORS:
        return _("异议的回执或答复")
    code = entry.payload.get("of") or entry.payload.get("letter") or ""
    if code == "name_change_answered":
        return _("更名申请的答复")
    kind = table().get(code)
    return str(kind.label) if kind else _("其他事项")


def text_of(entry: OutboxEntry) -> tuple[str, str] | None:
    """Subject and body as they go out; of a letter without its link, which is for the recipient
    alone. None where a letter has become moot, and of what goes to objectors."""
    if entry.kind == TO_OBJECTORS:
        return None
    if entry.kind != "letter":
        return entry.payload["subject"], entry.payload["body"]
    letter = letters.letter_of(entry.payload)
    if letter is None:
        return None
    hidden = {"link": _("〔链接只寄给收件人〕")} if "link" in letter.values else {}
    return letters.written(letter, **hidden)


def recipient(entry: OutboxEntry) -> str:
    """To whom it goes, by name."""
    if entry.kind == "letter":
        letter = letters.letter_of(entry.payload)
        return letter.name if letter else "–"
    return str(rows([entry])[0]["to"])


def masked_address(entry: OutboxEntry) -> str:
    """Where it goes, as much as tells a wrong address; empty for chats and objectors."""
    if entry.kind in ("group_chat", TO_OBJECTORS):
        return ""
    if entry.kind == "letter":
        letter = letters.letter_of(entry.payload)
        return masking.email(letter.to) if letter else ""
    found = User.objects.filter(pk=_reader(entry)).first()
    return masking.email(found.email) if found else ""


def _reader(entry: OutboxEntry) -> int:
    """The account that it goes to; 0 where it goes to an address or a chat."""
    about = entry.payload.get("about") or {}
    return int(entry.payload.get("user") or about.get("user") or 0)


def _to(entry: OutboxEntry, names: dict[int, str]) -> Any:
    if entry.kind == TO_OBJECTORS:
        return _("异议人")
    if entry.kind == "group_chat":
        return CHATS[entry.payload["channel"]]
    return names.get(_reader(entry), _("见详情"))
