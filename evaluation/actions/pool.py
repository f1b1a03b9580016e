"""The pool of experts: adding, changing, retiring, inviting. Every change is audited: what changed
of employer, ties, days and fields; of addresses only that they changed."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.errors import NotAllowed, Refused
from evaluation.models import Absence, Expert, ExpertField, Tie
from portal.accounts.actions import experts as accounts
from portal.accounts.errors import Refused as AccountRefused
from portal.accounts.models import Role, User
from portal.ledger import audit

TieRow = tuple[str, str, str, datetime.date | None, datetime.date | None]  # kind … since, until
Days = tuple[datetime.date, datetime.date]


@dataclass(frozen=True)
class Facts:
    """What a record says. `ties` and `absences` are all of them; `fields` and the term are the
    secretariat's alone to change."""

    title: str = ""
    employer: str = ""
    employer_code: str = ""
    fields: tuple[str, ...] = ()
    term_from: datetime.date | None = None
    term_to: datetime.date | None = None
    ties: tuple[TieRow, ...] = ()
    absences: tuple[Days, ...] = ()


@dataclass(frozen=True)
class Person:
    """What stands with the account."""

    name: str
    email: str
    phone: str = ""


class Overtaken(Refused):
    """Somebody else saved the record meanwhile: `theirs` is how it stands now."""

    theirs: Expert


@transaction.atomic
def add(user: User, person: Person, facts: Facts) -> Expert:
    """Put an expert into the pool; the account has no effect before the invitation is followed. An
    expert who has an account without a record gets the record."""
    permissions.check_secretariat(user)
    holder = _account(user, person)
    if Expert.objects.filter(user=holder).exists():
        raise Refused(_("专家库中已有邮箱为%(email)s的专家。") % {"email": person.email})
    record = Expert(user=holder, saved_by=user, saved_at=timezone.now())
    _put(record, facts)
    audit.record(user, "evaluation.add_expert", f"expert:{record.pk}", **_told(facts))
    return record


@transaction.atomic
def change(user: User, record: Expert, person: Person, facts: Facts, *, version: int) -> Expert:
    """Put a record right, for the secretariat."""
    permissions.check_secretariat(user)
    current = _locked(record, version)
    try:
        accounts.change_person(
            user, current.user, name=person.name, email=person.email, phone=person.phone
        )
    except AccountRefused as refusal:
        raise Refused(str(refusal)) from refusal
    _save(user, current, facts)
    return current


@transaction.atomic
def change_own(user: User, phone: str, facts: Facts, *, version: int) -> Expert:
    """An expert looks after the own record: title, employer, ties, days away. Saving says that it
    is right as it stands. Fields and term stay as the secretariat set them."""
    if user.role != Role.EXPERT or not user.is_active:
        raise NotAllowed(_("此页由专家使用。"))
    record = Expert.objects.filter(user=user).first()
    if record is None:
        record = Expert.objects.create(user=user, saved_by=user, saved_at=timezone.now())
        version = record.version
    current = _locked(record, version)
    kept = facts_of(current)
    accounts.change_person(
        user, current.user, name=current.user.name, email=current.user.email, phone=phone
    )
    _save(
        user,
        current,
        Facts(
            title=facts.title,
            employer=facts.employer,
            employer_code=facts.employer_code,
            fields=kept.fields,
            term_from=kept.term_from,
            term_to=kept.term_to,
            ties=facts.ties,
            absences=facts.absences,
        ),
    )
    Expert.objects.filter(pk=current.pk).update(confirmed_at=timezone.now())
    return current


@transaction.atomic
def retire(user: User, record: Expert, reason: str) -> None:
    """退出专家库: drawn no more. What the expert serves on now goes on."""
    permissions.check_secretariat(user)
    reason = reason.strip()
    if not reason:
        raise Refused(_("请填写退出专家库的理由。"))
    current = Expert.objects.select_for_update().get(pk=record.pk)
    if current.retired_at is not None:
        return
    Expert.objects.filter(pk=current.pk).update(
        retired_at=timezone.now(), retired_reason=reason, version=current.version + 1
    )
    audit.record(user, "evaluation.retire_expert", f"expert:{current.pk}", reason=reason)


@transaction.atomic
def restore(user: User, record: Expert) -> None:
    """Back into the pool, after a mistake or a new appointment."""
    permissions.check_secretariat(user)
    current = Expert.objects.select_for_update().get(pk=record.pk)
    if current.retired_at is None:
        return
    Expert.objects.filter(pk=current.pk).update(
        retired_at=None, retired_reason="", version=current.version + 1
    )
    audit.record(user, "evaluation.restore_expert", f"expert:{current.pk}")


@transaction.atomic
def invite(user: User, record: Expert) -> None:
    """邀请入库, by mail; sent again, the earlier link ends."""
    permissions.check_secretariat(user)
    if record.retired_at is not None:
        raise Refused(_("该专家已退出专家库，不能邀请。"))
    try:
        accounts.invite(user, record.user, language=get_language() or "")
    except AccountRefused as refusal:
        raise Refused(str(refusal)) from refusal


def facts_of(record: Expert) -> Facts:
    """The record as it stands."""
    return Facts(
        title=record.title,
        employer=record.employer,
        employer_code=record.employer_code,
        fields=tuple(row.field for row in record.field_rows.all()),
        term_from=record.term_from,
        term_to=record.term_to,
        ties=tuple(
            (tie.kind, tie.organisation, tie.credit_code, tie.since, tie.until)
            for tie in record.ties.all()
        ),
        absences=tuple((away.first_day, away.last_day) for away in record.absences.all()),
    )


def _account(user: User, person: Person) -> User:
    try:
        return accounts.open_account(user, name=person.name, email=person.email, phone=person.phone)
    except AccountRefused as refusal:
        raise Refused(str(refusal)) from refusal


def _locked(record: Expert, version: int) -> Expert:
    current = (
        Expert.objects.select_for_update(of=("self",)).select_related("user", "saved_by").get(
            pk=record.pk
        )
    )  # fmt: skip
    if current.version != version:
        overtaken = Overtaken(
            _(
                "您打开页面后，%(name)s保存过这份档案。请对照下面的现有内容，再保存一次即以您的为准。"
            )
            % {"name": current.saved_by.name if current.saved_by else _("系统")}
        )
        overtaken.theirs = current
        raise overtaken
    return current


def _save(user: User, current: Expert, facts: Facts) -> None:
    before, after = _told(facts_of(current)), _told(facts)
    changed: dict[str, Any] = {
        key: [before[key], after[key]] for key in after if before[key] != after[key]
    }
    current.version += 1
    current.saved_by, current.saved_at = user, timezone.now()
    _put(current, facts)
    if changed:
        audit.record(user, "evaluation.change_expert", f"expert:{current.pk}", **changed)


def _put(record: Expert, facts: Facts) -> None:
    record.title, record.employer = facts.title, facts.employer
    record.employer_code = facts.employer_code
    record.term_from, record.term_to = facts.term_from, facts.term_to
    record.save()
    accounts.employ(record.user, facts.employer_code)
    record.field_rows.all().delete()
    ExpertField.objects.bulk_create(
        ExpertField(expert=record, field=each) for each in dict.fromkeys(facts.fields)
    )
    record.ties.all().delete()
    Tie.objects.bulk_create(
        Tie(
            expert=record, kind=kind, organisation=organisation, credit_code=code,
            since=since, until=until,
        )
        for kind, organisation, code, since, until in facts.ties
    )  # fmt: skip
    record.absences.all().delete()
    Absence.objects.bulk_create(
        Absence(expert=record, first_day=first, last_day=last) for first, last in facts.absences
    )


def _told(facts: Facts) -> dict[str, Any]:
    """Facts as the audit trail keeps them."""
    return {
        "title": facts.title,
        "employer": facts.employer,
        "employer_code": facts.employer_code,
        "fields": sorted(facts.fields),
        "term": [str(facts.term_from or ""), str(facts.term_to or "")],
        "ties": sorted([str(part or "") for part in tie] for tie in facts.ties),
        "absences": sorted([str(first), str(last)] for first, last in facts.absences),
    }
