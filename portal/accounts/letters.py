"""Mails about accounts. The outbox keeps which letter is due and about which row; it is written
when it is sent, in the reader's language, and not at all where it has become moot. So no address
and no link lies in the outbox. Their words are kinds of portal.notifications; what goes to someone
with an account stands in the inbox, too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts import links
from portal.accounts.models import (
    HelpRequest,
    Invitation,
    NameChange,
    Organisation,
    Outcome,
    Registration,
    Role,
    User,
)
from portal.contacts import masking
from portal.contacts.keys import unseal
from portal.ledger import outbox
from portal.notifications import telling, wording
from portal.notifications.channels import CHANNELS, Message
from portal.notifications.kinds import table


@dataclass(frozen=True)
class Letter:
    """One letter: its kind, to whom and in which language, and what stands in it. `reader` is who
    has an inbox and a choice; `path` the page to go on with after signing in."""

    kind: str
    to: str
    name: str
    language: str
    values: Mapping[str, Any] = field(default_factory=dict)
    reader: User | None = None
    path: str = ""


Writer = Callable[..., Letter | None]
_writers: dict[str, Writer] = {}


def _letter(writer: Writer) -> Writer:
    _writers[writer.__name__] = writer
    return writer


def put(name: str, key: str, **about: Any) -> None:
    """Decide a letter, in the transaction of its cause. The same key is one letter."""
    letter = _writers[name](**about)
    if letter is not None and letter.reader is not None:
        wanted = telling.show(
            letter.reader, letter.kind, f"{name}:{key}", letter.values, path=letter.path
        )
        if not wanted:
            return
    outbox.put("letter", f"letter:{name}:{key}", letter=name, about=about)


def tell_the_secretariat(kind: str, pk: int) -> None:
    """Tell each of the secretariat: something waits in the queue of organisations."""
    for user in User.objects.filter(role=Role.SECRETARIAT, is_active=True):
        put("admission_waits", f"{kind}:{pk}:{user.pk}", user=user.pk, kind=kind, pk=pk)
    telling.post_in_the_group(
        "admission_waits", f"{kind}:{pk}", _page("accounts:admission", kind, pk), kind=WAITS[kind]
    )


@outbox.handles("letter")
def deliver(payload: dict[str, Any]) -> None:
    """Write and send one letter."""
    letter = _writers[payload["letter"]](**payload["about"])
    if letter is None:
        return
    subject, body = written(letter)
    CHANNELS["mail"].send(Message(subject, body, letter.to))


def letter_of(payload: Mapping[str, Any]) -> Letter | None:
    """What an entry of the outbox would send now; None where it has become moot."""
    return _writers[payload["letter"]](**payload["about"])


def written(letter: Letter, **instead: Any) -> tuple[str, str]:
    """Subject and body in the reader's language; `instead` replaces values."""
    kind = table()[letter.kind]
    language = letter.language if letter.language in wording.LANGUAGES else wording.LANGUAGES[0]
    given = {**letter.values, "name": letter.name, **instead}
    words = wording.fill(wording.templates(kind)[language], language, given)
    body = telling.in_a_letter(letter.name, words.body, letter.path, language)
    return words.subject, body


def _to(user: User, kind: str, path: str = "", /, **values: Any) -> Letter | None:
    if not user.is_active:
        return None
    return Letter(kind, user.email, user.name, user.language, values, user, path)


def _page(name: str, *args: Any) -> str:
    return reverse(name, args=args)


# Passwords


@_letter
def reset_password(user: int) -> Letter | None:
    holder = User.objects.filter(pk=user, is_active=True).first()
    if holder is None:
        return None
    values = {"link": links.reset_link(holder)}
    return Letter("reset_password", holder.email, holder.name, holder.language, values)


@_letter
def unknown_account(address: str, language: str) -> Letter | None:
    """To an address that no account has; `address` is sealed."""
    with translation.override(language):
        return Letter("unknown_account", unseal(address), gettext("您好"), language)


# Registration


@_letter
def confirm_registration(registration: int) -> Letter | None:
    row = Registration.objects.filter(pk=registration, confirmed_at__isnull=True).first()
    if row is None:
        return None
    values = {"organisation": row.name, "link": links.confirmation_link(row)}
    return Letter("confirm_registration", row.email, row.person_name, row.language, values)


@_letter
def account_exists(user: int) -> Letter | None:
    holder = User.objects.get(pk=user)
    values = {"link": settings.PUBLIC_URL + reverse("account_reset_password")}
    return Letter("account_exists", holder.email, holder.name, holder.language, values)


@_letter
def registration_waits(registration: int) -> Letter | None:
    row = Registration.objects.get(pk=registration)
    values = {"organisation": row.name, "link": links.status_link(row)}
    return Letter("registration_waits", row.email, row.person_name, row.language, values)


@_letter
def registration_refused(registration: int) -> Letter | None:
    row = Registration.objects.get(pk=registration)
    values = {"organisation": row.name, "reason": row.reason, "link": links.status_link(row)}
    return Letter("registration_refused", row.email, row.person_name, row.language, values)


WAITS = {
    "registration": _("单位登记申请"),
    "name": _("单位更名申请"),
    "help": _("负责人变更申请"),
}


@_letter
def admission_waits(user: int, kind: str, pk: int) -> Letter | None:
    about = {"registration": Registration, "name": NameChange, "help": HelpRequest}[kind]
    row = about.objects.get(pk=pk)  # type: ignore[attr-defined]
    if not row.is_open:
        return None
    page = _page("accounts:admission", kind, pk)
    return _to(User.objects.get(pk=user), "admission_waits", page, kind=WAITS[kind])


# Members


@_letter
def invitation(invitation: int, sent: int) -> Letter | None:
    row = Invitation.objects.select_related("organisation").get(pk=invitation)
    if row.state != "open" or row.sent != sent:
        return None
    values = {
        "organisation": row.organisation.name if row.organisation else "",
        "role": row.get_member_role_display,  # called in the reader's language
        "until": row.expires_at,
        "link": links.invitation_link(row),
    }
    kind = "invitation" if row.organisation else "pool_invitation"
    return Letter(kind, row.email, row.name, row.language, values)


@_letter
def role_changed(user: int) -> Letter | None:
    member = User.objects.select_related("organisation").get(pk=user)
    return _to(
        member,
        "role_changed",
        _page("accounts:organisation"),
        organisation=member.organisation,
        role=member.get_member_role_display,
    )


@_letter
def removed(user: int) -> Letter | None:
    member = User.objects.select_related("organisation").get(pk=user)
    if member.left_at is None:
        return None
    values = {"organisation": member.organisation}
    return Letter("removed", member.email, member.name, member.language, values)


@_letter
def owner_appointed(user: int, organisation: int) -> Letter | None:
    row = Organisation.objects.get(pk=organisation)
    page = _page("accounts:organisation")
    return _to(User.objects.get(pk=user), "owner_appointed", page, organisation=row.name)


# Help


@_letter
def asks_to_join(help: int, user: int) -> Letter | None:
    row = HelpRequest.objects.select_related("organisation").get(pk=help)
    if not row.is_open:
        return None
    return _to(
        User.objects.get(pk=user),
        "asks_to_join",
        _page("accounts:organisation"),
        person=row.person_name,
        email=masking.email(row.email),  # kept in the inbox; their page has it in full
        organisation=row.organisation.name,
    )


@_letter
def help_refused(help: int) -> Letter | None:
    row = HelpRequest.objects.select_related("organisation").get(pk=help)
    values = {
        "organisation": row.organisation.name,
        "kind": row.get_kind_display,
        "reason": row.reason,
    }
    return Letter("help_refused", row.email, row.person_name, row.language, values)


@_letter
def name_change_answered(change: int) -> Letter | None:
    row = NameChange.objects.select_related("asked_by").get(pk=change)
    page = _page("accounts:organisation")
    if row.outcome == Outcome.ACCEPTED:
        return _to(row.asked_by, "name_changed", page, old=row.old_name, new=row.new_name)
    names = {"old": row.old_name, "new": row.new_name}
    return _to(row.asked_by, "name_change_refused", page, **names, reason=row.reason)
