"""Objections (异议) to a published result: lodged with identity, handled step by step, closed with
an answer. Anonymous ones are not accepted; an open one holds the certification."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from evaluation import notify, permissions, queries, terms
from evaluation.actions import objection_mail
from evaluation.actions.moving import changing, locked, note
from evaluation.errors import NotAllowed, Refused
from evaluation.models import (
    Channel,
    Evaluation,
    Objection,
    ObjectionFile,
    ObjectionOutcome,
    ObjectionStep,
    ObjectorKind,
    Publication,
)
from evaluation.steps import Actor
from evaluation.uploads import Checked
from portal.accounts.models import User
from portal.ledger import audit, numbers

# Letters and digits that nobody confuses on paper or by telephone.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12
# While an objection may still change what happens.
RECORDABLE = ("published", "decision_pending")
# Outcomes of an inquiry, which has to be on record.
INQUIRED = (ObjectionOutcome.UPHELD, ObjectionOutcome.CORRECTED, ObjectionOutcome.WITHDRAWN)
# Outcomes that say the result was wrong.
AGAINST_THE_RESULT = (ObjectionOutcome.CORRECTED, ObjectionOutcome.WITHDRAWN)
FILES_AT_MOST = 5
# What people write who give no name.
NAMELESS = ("匿名", "无名", "佚名", "anonymous")  # not translated: looked for, never shown
UNUSED_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Given:
    """What an objector says of themselves and of the result. `identity` is the number of the
    identity document, or the credit code of an organisation."""

    kind: str
    objector: str
    contact: str
    content: str
    identity: str = ""
    contact_person: str = ""
    email: str = ""
    language: str = ""


def keep_file(upload: UploadedFile, checked: Checked) -> ObjectionFile:
    """Store a checked file that belongs to no objection yet. The bytes are written before the
    row commits: a lost transaction leaves an orphan file, never a row without its bytes."""
    file = ObjectionFile(
        name=checked.name,
        content_type=checked.content_type,
        size=checked.size,
        sha256=checked.sha256,
        uploaded_at=timezone.now(),
    )
    file.stored.save(checked.name, upload, save=False)
    file.save(force_insert=True)
    return file


def lodge(
    publication: Publication,
    given: Given,
    files: Iterable[ObjectionFile] = (),
    *,
    applicant: User | None = None,
) -> tuple[Objection, str]:
    """An objection from the notice's page, or from the applicant's case. Returns it with the code
    that, with its number, opens its state; the code is kept nowhere."""
    files = list(files)
    _check_named(given)
    if applicant is None:
        _check_identified(given, files)
    with transaction.atomic():
        current = locked(publication.evaluation)
        if applicant is not None:
            permissions.check_actor(applicant, current, Actor.APPLICANT)
        standing = current.publications.filter(pk=publication.pk).first()
        if standing is None or not queries.takes_objections(current, standing):
            raise Refused(_("公示期已满或该公示已撤回，不能再通过平台提出异议。"))
        secret = "".join(secrets.choice(CODE_ALPHABET) for _n in range(CODE_LENGTH))
        objection = _create(
            standing,
            given,
            files,
            channel=Channel.PORTAL if applicant is None else Channel.APPLICANT,
            secret_digest=digest(secret),
            organisation=None if applicant is None else current.organisation,
            received_on=timezone.localdate(),
            recorded_by=applicant,
        )
        # Neither here nor in the outbox stands who objects.
        audit.record(
            applicant,
            "evaluation.lodge_objection",
            f"evaluation:{current.pk}",
            case=current.number,
            objection=objection.number,
        )
        notify.objection_received(objection)
        objection_mail.put(objection, "received")
    return objection, secret


def record_objection(
    user: User,
    evaluation: Evaluation,
    given: Given,
    received_on: date,
    files: Iterable[ObjectionFile] = (),
) -> Objection:
    """Put a letter on record. Anonymous ones are not accepted."""
    _check_named(given)
    with changing(user, evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        permissions.check_state(current, *RECORDABLE, user=user)
        publication = current.publication
        if received_on < publication.starts_on or received_on > timezone.localdate():
            raise Refused(_("收到日期须在公示开始之日至今天之间。"))
        if received_on > publication.ends_on:
            raise Refused(_("公示期满后收到的异议不予受理，请书面告知来函人。"))
        objection = _create(
            publication,
            given,
            list(files),
            channel=Channel.LETTER,
            received_on=received_on,
            recorded_by=user,
        )
        note(user, current, "record_objection", objection=objection.number)
        objection_mail.put(objection, "received")
        return objection


def take_step(user: User, objection: Objection, taken_on: date, text: str) -> ObjectionStep:
    """Write one step of the handling record: what was done, on which day."""
    if not text.strip():
        raise Refused(_("请写明做了什么。"))
    if not objection.received_on <= taken_on <= timezone.localdate():
        raise Refused(_("办理日期须在收到之日至今天之间。"))
    with changing(user, objection.publication.evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        step = ObjectionStep.objects.create(
            objection=objection,
            taken_on=taken_on,
            text=text.strip(),
            made_by=user,
            made_at=timezone.now(),
        )
        note(user, current, "handle_objection", objection=objection.number)
        return step


def close_objection(user: User, objection: Objection, outcome: str, answer: str) -> None:
    """Close an objection with its outcome and the answer, which goes to the objector."""
    if not answer.strip():
        raise Refused(_("请填写异议的处理意见。"))
    with changing(user, objection.publication.evaluation) as current:
        permissions.check_actor(user, current, Actor.SECRETARIAT)
        publication = Publication.objects.get(pk=objection.publication_id)
        if outcome in AGAINST_THE_RESULT and publication.withdrawn_at is None:
            raise Refused(
                _("异议成立的，请先撤回评估结果，再以“%(outcome)s”办结。")
                % {"outcome": ObjectionOutcome(outcome).label}
            )
        if outcome in INQUIRED and not objection.steps.filter(extends_to=None).exists():
            raise Refused(
                _(
                    "还没有办理经过，不能以“%(outcome)s”办结：请先在“办理经过”中至少记录一步，例如核实身份、调阅材料或询问专家。"
                )
                % {"outcome": ObjectionOutcome(outcome).label}
            )
        closed = Objection.objects.filter(pk=objection.pk, closed_at__isnull=True).update(
            outcome=outcome, answer=answer.strip(), closed_by=user, closed_at=timezone.now()
        )
        if not closed:
            raise Refused(_("该异议已经办结。"))
        note(user, current, "close_objection", objection=objection.number, outcome=outcome)
        objection_mail.put(objection, "answered")


def opened_by(number: str, secret: str) -> Objection | None:
    """The objection of a receipt, for whoever holds its number and code."""
    typed = "".join(secret.split()).replace("-", "").upper()
    found = (
        Objection.objects.exclude(secret_digest="")
        .select_related("publication__evaluation__base")
        .filter(number=number.strip().upper().replace("\x00", ""))
        .first()
    )
    # Compared in any case: whether the number exists is not told by the time.
    right = constant_time_compare(digest(typed), found.secret_digest if found else "")
    return found if right else None


def digest(secret: str) -> str:
    """What is kept of a code."""
    return salted_hmac("evaluation.objection", secret, algorithm="sha256").hexdigest()


def forget_the_unused() -> int:
    """Delete files of forms that were never finished. Returns how many went."""
    unused = ObjectionFile.objects.filter(
        objection__isnull=True, uploaded_at__lt=timezone.now() - UNUSED_FOR
    )
    gone = 0
    for file in unused:
        deleted, _models = ObjectionFile.objects.filter(pk=file.pk, objection=None).delete()
        if deleted:
            file.stored.delete(save=False)
            gone += 1
    return gone


def is_nameless(objector: str) -> bool:
    """Whether what stands for a name says that none is given."""
    return any(word in objector.lower() for word in NAMELESS)


def _check_named(given: Given) -> None:
    named = given.objector.strip() and given.contact.strip() and given.content.strip()
    if not named or is_nameless(given.objector):
        raise Refused(
            _("异议须写明异议人（实名或加盖公章的单位）、联系方式和内容；匿名异议不予受理。")
        )


def _check_identified(given: Given, files: list[ObjectionFile]) -> None:
    """What the public must show of itself; an applicant is known by its account."""
    if not given.identity.strip():
        raise Refused(_("请填写证件号码；不能核实身份的异议不予受理。"))
    if given.kind == ObjectorKind.ORGANISATION and not files:
        raise Refused(_("单位提出异议的，请上传加盖公章的异议书。"))
    if given.kind == ObjectorKind.ORGANISATION and not given.contact_person.strip():
        raise Refused(_("单位提出异议的，请填写联系人。"))


def _create(
    publication: Publication, given: Given, files: list[ObjectionFile], **how: Any
) -> Objection:
    if len(files) > FILES_AT_MOST:
        raise Refused(_("至多上传%(count)s个文件。") % {"count": FILES_AT_MOST})
    year = timezone.localdate().year
    received_on: date = how["received_on"]
    objection = Objection.objects.create(
        publication=publication,
        due_on=terms.objection_deadline(received_on),
        number=f"YY{year}-{numbers.next_number(f'objection:{year}'):04d}",
        kind=given.kind,
        objector=given.objector.strip(),
        identity=given.identity.strip(),
        contact_person=given.contact_person.strip(),
        contact=given.contact.strip(),
        email=given.email.strip(),
        language=given.language or settings.LANGUAGE_CODE,
        content=given.content.strip(),
        recorded_at=timezone.now(),
        **how,
    )
    taken = ObjectionFile.objects.filter(
        pk__in=[file.pk for file in files], objection__isnull=True
    ).update(objection=objection)
    if taken != len(files):
        raise NotAllowed(_("附件已随另一件异议提交，请重新上传。"))
    return objection
