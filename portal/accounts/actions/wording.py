"""The secretariat's own words for a kind of notification, audited with the words before."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.errors import Refused
from portal.accounts.models import Role, User
from portal.accounts.permissions import check_role
from portal.ledger import audit
from portal.notifications.kinds import Kind
from portal.notifications.models import Wording
from portal.notifications.wording import LANGUAGES, Words, default, faults, templates


@transaction.atomic
def change_wording(actor: User, kind: Kind, words: Mapping[str, Words]) -> bool:
    """Keep the words of a kind in both languages; what equals the portal's own is not kept.
    Returns whether anything changed."""
    check_role(actor, Role.SECRETARIAT)
    if any(faults(kind, words[language]) for language in LANGUAGES):
        raise Refused(_("模板有误，没有保存。"))
    before = templates(kind)
    changed = [language for language in LANGUAGES if words[language] != before[language]]
    for language in changed:
        if words[language] == default(kind, language):
            Wording.objects.filter(kind=kind.code, language=language).delete()
        else:
            Wording.objects.update_or_create(
                kind=kind.code,
                language=language,
                defaults={
                    **words[language]._asdict(),
                    "changed_at": timezone.now(),
                    "changed_by": actor,
                },
            )
        _note(actor, kind, language, before[language], words[language])
    return bool(changed)


def reset_wording(actor: User, kind: Kind) -> bool:
    """The portal's own words again, in both languages."""
    return change_wording(actor, kind, {each: default(kind, each) for each in LANGUAGES})


def _note(actor: User, kind: Kind, language: str, before: Words, after: Words) -> None:
    audit.record(
        actor,
        "letters.change",
        f"letter:{kind.code}",
        language=language,
        before=before._asdict(),
        after=after._asdict(),
    )
