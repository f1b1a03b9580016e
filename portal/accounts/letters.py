"""Mails about accounts. The outbox keeps which letter is due and about which row; it is written
when it is sent, in the reader's language, and not at all where it has become moot. So no address
and no link lies in the outbox."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

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
from portal.ledger import outbox


@dataclass(frozen=True)
class Letter:
    """To whom, in which language, and the words: subject and body, asked for in that language."""

    to: str
    language: str
    words: Callable[[], tuple[str, str]]


Writer = Callable[..., Letter | None]
_writers: dict[str, Writer] = {}


def _letter(writer: Writer) -> Writer:
    _writers[writer.__name__] = writer
    return writer


def put(name: str, key: str, **about: Any) -> None:
    """Decide a letter, in the transaction of its cause. The same key is one letter."""
    assert name in _writers, name
    outbox.put("letter", f"letter:{name}:{key}", letter=name, about=about)


def tell_the_secretariat(kind: str, pk: int) -> None:
    """One mail to each of the secretariat: something waits in the queue of organisations."""
    for user in User.objects.filter(role=Role.SECRETARIAT, is_active=True):
        put("admission_waits", f"{kind}:{pk}:{user.pk}", user=user.pk, kind=kind, pk=pk)


@outbox.handles("letter")
def deliver(payload: dict[str, Any]) -> None:
    """Write and send one letter."""
    letter = _writers[payload["letter"]](**payload["about"])
    if letter is None:
        return
    with translation.override(letter.language or settings.LANGUAGE_CODE):
        subject, body = letter.words()
        EmailMessage(subject, f"{body}\n\n{_('工业智算基地评估平台')}\n", to=[letter.to]).send()


def _to(user: User, words: Callable[[], tuple[str, str]]) -> Letter | None:
    return Letter(user.email, user.language, words) if user.is_active else None


def _url(name: str, *args: Any) -> str:
    return settings.PUBLIC_URL + reverse(name, args=args)


# Registration


@_letter
def confirm_registration(registration: int) -> Letter | None:
    row = Registration.objects.filter(pk=registration, confirmed_at__isnull=True).first()
    if row is None:
        return None
    return Letter(
        row.email,
        row.language,
        lambda: (
            _("请确认邮箱地址，完成单位登记"),
            _(
                "%(name)s：\n\n有人用此邮箱地址在平台为“%(organisation)s”登记账号。如果是您本人，请在 7 天内打开下面的链接确认，登记申请随即送交秘书处：\n\n%(link)s\n\n如果不是您，请忽略本邮件，登记不会生效。"
            )
            % {
                "name": row.person_name,
                "organisation": row.name,
                "link": links.confirmation_link(row),
            },
        ),
    )


@_letter
def account_exists(user: int) -> Letter | None:
    holder = User.objects.get(pk=user)
    return Letter(
        holder.email,
        holder.language,
        lambda: (
            _("此邮箱地址已有平台账号"),
            _(
                "%(name)s：\n\n有人用此邮箱地址申请登记单位，但此地址已有平台账号，没有重复登记。\n\n忘记密码时，请在此重置：%(reset)s\n账号已停用或已离开原单位时，请联系秘书处，或请新单位的负责人邀请您。\n\n如果不是您本人，请忽略本邮件。"
            )
            % {"name": holder.name, "reset": _url("account_reset_password")},
        ),
    )


@_letter
def registration_waits(registration: int) -> Letter | None:
    row = Registration.objects.get(pk=registration)
    return Letter(
        row.email,
        row.language,
        lambda: (
            _("单位登记申请已送交秘书处"),
            _(
                "%(name)s：\n\n“%(organisation)s”的登记申请已送交秘书处核对。有结果时会再发邮件给您。随时可在此查看进展：\n\n%(link)s"
            )
            % {"name": row.person_name, "organisation": row.name, "link": links.status_link(row)},
        ),
    )


@_letter
def registration_refused(registration: int) -> Letter | None:
    row = Registration.objects.get(pk=registration)
    return Letter(
        row.email,
        row.language,
        lambda: (
            _("单位登记申请未通过"),
            _(
                "%(name)s：\n\n秘书处未通过“%(organisation)s”的登记申请。理由：\n\n%(reason)s\n\n您可以在此修改后重新提交，已填写的内容都还在：\n\n%(link)s"
            )
            % {
                "name": row.person_name,
                "organisation": row.name,
                "reason": row.reason,
                "link": links.status_link(row),
            },
        ),
    )


@_letter
def admission_waits(user: int, kind: str, pk: int) -> Letter | None:
    about = {"registration": Registration, "name": NameChange, "help": HelpRequest}[kind]
    row = about.objects.get(pk=pk)  # type: ignore[attr-defined]
    if not row.is_open:
        return None
    return _to(
        User.objects.get(pk=user),
        lambda: (
            _("有一项单位事项待您办理"),
            _("%(subject)s\n\n请登录办理：%(url)s")
            % {
                "subject": {
                    "registration": _("单位登记申请"),
                    "name": _("单位更名申请"),
                    "help": _("负责人变更申请"),
                }[kind],
                "url": _url("accounts:admission", kind, pk),
            },
        ),
    )


# Members


@_letter
def invitation(invitation: int, sent: int) -> Letter | None:
    row = Invitation.objects.select_related("organisation").get(pk=invitation)
    if row.state != "open" or row.sent != sent:
        return None
    return Letter(
        row.email,
        row.language,
        lambda: (
            _("邀请您加入“%(organisation)s”") % {"organisation": row.organisation.name},
            _(
                "%(name)s：\n\n“%(organisation)s”邀请您以“%(role)s”的身份加入工业智算基地评估平台。请在 %(until)s 前打开下面的链接，设置密码后即可登录：\n\n%(link)s\n\n链接只能使用一次。如果您不认识该单位，请忽略本邮件。"
            )
            % {
                "name": row.name,
                "organisation": row.organisation.name,
                "role": row.get_member_role_display(),
                "until": format_date(localtime(row.expires_at), _("Y年n月j日 H:i")),
                "link": links.invitation_link(row),
            },
        ),
    )


@_letter
def role_changed(user: int) -> Letter | None:
    member = User.objects.select_related("organisation").get(pk=user)
    return _to(
        member,
        lambda: (
            _("您的成员角色已更改"),
            _("%(name)s：\n\n您在“%(organisation)s”的成员角色现为“%(role)s”。\n\n%(url)s")
            % {
                "name": member.name,
                "organisation": member.organisation,
                "role": member.get_member_role_display(),
                "url": _url("accounts:organisation"),
            },
        ),
    )


@_letter
def removed(user: int) -> Letter | None:
    member = User.objects.select_related("organisation").get(pk=user)
    if member.left_at is None:
        return None
    return Letter(
        member.email,
        member.language,
        lambda: (
            _("您已不再是单位成员"),
            _(
                "%(name)s：\n\n您已被移出“%(organisation)s”，账号不能再登录。您做过的操作仍署您的姓名。如有疑问，请联系该单位负责人或秘书处。"
            )
            % {"name": member.name, "organisation": member.organisation},
        ),
    )


@_letter
def owner_appointed(user: int, organisation: int) -> Letter | None:
    row = Organisation.objects.get(pk=organisation)
    return _to(
        User.objects.get(pk=user),
        lambda: (
            _("秘书处为本单位邀请了新的负责人"),
            _(
                "应“%(organisation)s”的书面请求，秘书处邀请了一位新的负责人。如果您不知情，请立即联系秘书处。\n\n%(url)s"
            )
            % {"organisation": row.name, "url": _url("accounts:organisation")},
        ),
    )


# Help


@_letter
def asks_to_join(help: int, user: int) -> Letter | None:
    row = HelpRequest.objects.select_related("organisation").get(pk=help)
    if not row.is_open:
        return None
    return _to(
        User.objects.get(pk=user),
        lambda: (
            _("有人申请加入本单位"),
            _(
                "%(person)s（%(email)s）申请加入“%(organisation)s”。平台没有核实此人身份；认识的话，请在“本单位”页邀请其加入，不认识请忽略：\n\n%(url)s"
            )
            % {
                "person": row.person_name,
                "email": row.email,
                "organisation": row.organisation.name,
                "url": _url("accounts:organisation"),
            },
        ),
    )


@_letter
def help_refused(help: int) -> Letter | None:
    row = HelpRequest.objects.select_related("organisation").get(pk=help)
    return Letter(
        row.email,
        row.language,
        lambda: (
            _("您的申请未获同意"),
            _(
                "%(name)s：\n\n您关于“%(organisation)s”的“%(kind)s”申请未获同意。理由：\n\n%(reason)s"
            )
            % {
                "name": row.person_name,
                "organisation": row.organisation.name,
                "kind": row.get_kind_display(),
                "reason": row.reason,
            },
        ),
    )


@_letter
def name_change_answered(change: int) -> Letter | None:
    row = NameChange.objects.select_related("asked_by").get(pk=change)

    def words() -> tuple[str, str]:
        names = {"old": row.old_name, "new": row.new_name, "url": _url("accounts:organisation")}
        if row.outcome == Outcome.ACCEPTED:
            return _("更名申请已同意"), _(
                "“%(old)s”已更名为“%(new)s”。此后的文件使用新名称，此前发出的文件和证书保留原名称。\n\n%(url)s"
            ) % names
        return _("更名申请未获同意"), _(
            "“%(old)s”更名为“%(new)s”的申请未获同意。理由：\n\n%(reason)s\n\n%(url)s"
        ) % {**names, "reason": row.reason}

    return _to(row.asked_by, words)
