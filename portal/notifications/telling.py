"""Telling people something: in the portal always, by mail unless they switched it off.

Called in the transaction of the cause; the same kind and key is told once to each person."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.ledger import outbox
from portal.ledger.models import OutboxEntry
from portal.notifications import group_chat, hold
from portal.notifications.kinds import Kind, Mail, table
from portal.notifications.models import Notification, SwitchedOff
from portal.notifications.wording import LANGUAGES, Words, fill, language_of, templates


def tell(
    users: Iterable[Any], kind: str, key: str, /, *, path: str = "", case: str = "", **values: Any
) -> None:
    """Tell people of one thing. `path` is the portal's page about it; `case` the number of the
    case it tells of; `values` fill the template: texts, numbers, dates, lazy translations, or
    functions of no argument, which are called in the reader's language.

    Raises KeyError for an unknown kind, or where a value that its words may use is missing."""
    told = table()[kind]
    people = list(users)
    template = templates(told)
    silent = _without_mail(told, people)
    for user in people:
        words = _words(told, template, values | {"name": user.name})
        if not _show(user, told, key, words, path, case) or user.pk in silent:
            continue
        subject, body = words[language_of(user)]
        _mail(user, told, key, subject, in_a_letter(user.name, body, path, language_of(user)), case)
    if told.to_the_group and any(user.role == "secretariat" for user in people):
        post_in_the_group(kind, key, path, **values)


def post_in_the_group(kind: str, key: str, path: str, /, **values: Any) -> None:
    """Post one thing in the secretariat's group chats, in Chinese."""
    told = table()[kind]
    words = _words(told, templates(told), values | {"name": _("各位")})["zh-hans"]
    group_chat.post(f"{kind}:{key}", words, address(path))


def show(user: Any, kind: str, key: str, values: Mapping[str, Any], *, path: str) -> bool:
    """Put one thing into a person's inbox. Returns whether a mail is wanted, too."""
    told = table()[kind]
    words = _words(told, templates(told), {**values, "name": user.name})
    new = _show(user, told, key, words, path, "")
    return new and user.pk not in _without_mail(told, [user])


def put_mail(user: Any, key: str, subject: str, body: str, *, kind: str = "other") -> None:
    """Tell one person something in words that are already written. Prefer `tell`."""
    told = table()[kind]
    words = dict.fromkeys(LANGUAGES, Words(" ".join(subject.split()), body.strip()))
    if _show(user, told, key, words, "", "") and not _without_mail(told, [user]):
        _mail(user, told, key, subject, body, "")


def take_back(user: Any, case: str) -> None:
    """Remove what was told to a person of a case, and stop its mails that have not gone: an expert
    who leaves a case learns nothing more of it."""
    Notification.objects.filter(user=user, case=case).delete()
    OutboxEntry.objects.filter(
        kind="mail", payload__user=user.pk, payload__case=case, done_at=None, failed_at=None
    ).delete()


def address(path: str) -> str:
    return settings.PUBLIC_URL + path


def _words(kind: Kind, template: dict[str, Words], values: Mapping[str, Any]) -> dict[str, Words]:
    missing = set(kind.variables) - values.keys()
    if missing:  # said now: the secretariat's own words may use it
        raise KeyError(f"{kind.code} is told without {', '.join(sorted(missing))}")
    return {language: fill(template[language], language, values) for language in LANGUAGES}


def _without_mail(kind: Kind, people: list[Any]) -> set[int]:
    if kind.mail == Mail.ALWAYS:
        return set()
    chosen = SwitchedOff.objects.filter(kind=kind.code, user__in=[user.pk for user in people])
    return set(chosen.values_list("user_id", flat=True))


def _show(user: Any, kind: Kind, key: str, words: dict[str, Words], path: str, case: str) -> bool:
    """Put one thing into a person's inbox. Returns whether it is new there."""
    chinese, english = words["zh-hans"], words["en"]
    _row, created = Notification.objects.get_or_create(
        key=f"{kind.code}:{key}:{user.pk}",
        defaults={
            "user": user,
            "kind": kind.code,
            "case": case,
            "subject_zh": chinese.subject[:300],
            "subject_en": english.subject[:300],
            "body_zh": chinese.body,
            "body_en": english.body,
            "path": path,
            "created_at": timezone.now(),
        },
    )
    return created


def _mail(user: Any, kind: Kind, key: str, subject: str, body: str, case: str) -> None:
    payload = {"user": user.pk, "of": kind.code, "subject": subject, "body": body, "case": case}
    entry = outbox.put("mail", f"mail:{kind.code}:{key}:{user.pk}", **payload)
    until = hold.until()
    if until is not None:
        outbox.hold(entry, until)


def in_a_letter(name: str, body: str, path: str, language: str) -> str:
    """The whole text of a mail: to whom, the words, where to go on, from whom."""
    with translation.override(language):
        parts = [_("%(name)s：") % {"name": name}, body]
        if path:
            parts.append(_("请登录查看：%(url)s") % {"url": address(path)})
        parts.append(_("工业智算基地评估平台"))
        return "\n\n".join(parts) + "\n"
