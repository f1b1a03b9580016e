"""Cases that are scored, and more rows of a kind, without walking seven steps for each."""

import copy
import hashlib
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from evaluation.actions import panel, publication
from evaluation.demo.tables import PROVINCE_VALUES
from evaluation.models import (
    Certificate,
    Document,
    Evaluation,
    Publication,
    RegisterEntry,
    ScoreRun,
)
from evaluation.rulebook import load_edition, score
from tests.evaluation.cast import Cast


def scored_case(cast: Cast, values: dict[str, Any] | None = None) -> Evaluation:
    """A case of 示例智算科技有限公司 whose panel is done: steps 1 to 5 are others' tests."""
    case = cast.new_case()
    now = timezone.now()
    Evaluation.objects.filter(pk=case.pk).update(
        state="result_pending", submitted_at=now, state_since=now
    )
    case.refresh_from_db()
    edition = load_edition(case.edition)
    clean = edition.parse_values(values or PROVINCE_VALUES).values
    card = score(edition, case.category, clean)
    inputs, result = edition.dump_values(clean), card.as_json()
    ScoreRun.objects.create(
        evaluation=case,
        edition=edition.id,
        category=case.category,
        inputs=inputs,
        result=result,
        digest=panel.run_digest(case.category, inputs, result),
        total=card.A,
        qualified=card.qualified,
        made_at=now,
    )
    return case


def withdrawn_case(cast: Cast) -> Evaluation:
    """Published and withdrawn again, to be published anew."""
    case = scored_case(cast)
    publication.publish(cast.chen, case, working_days=0)
    publication.withdraw_result(cast.chen, case, "result_pending", "公布的名称有误。")
    case.refresh_from_db()
    return case


def more_certificates(first: Certificate, count: int, **changes: Any) -> list[Certificate]:
    """Copies of a certificate with numbers, bases, cases and documents of their own."""
    made = []
    for _ in range(count):
        case = _case(first.evaluation)
        base = _new(first.base, code=f"{first.base.code}-{uuid.uuid4()}"[:40])
        base.save()
        new = _new(first, evaluation=case, base=base, document=_document(first.document, case))
        new.number = f"GYZS-2026-SJ-37-{Certificate.objects.count() + 1:04d}"
        for name, value in changes.items():
            setattr(new, name, value)
        new.save()
        made.append(new)
    return made


def more_notices(first: Publication, count: int, **changes: Any) -> list[Publication]:
    """Copies of a notice with numbers and cases of their own."""
    made = []
    for _ in range(count):
        case = _case(first.evaluation)
        document = _document(first.document, case) if first.document else None
        new = _new(first, evaluation=case, document=document)
        new.number = f"GS2026-{Publication.objects.count() + 1:04d}"
        for name, value in changes.items():
            setattr(new, name, value)
        new.save()
        made.append(new)
    return made


def enter(certificate: Certificate, state: str, reason: str) -> None:
    """A change of state, as the register records it."""
    now = timezone.now()
    RegisterEntry.objects.create(
        certificate=certificate,
        state=state,
        on=timezone.localdate(now),
        reason=reason,
        made_by=certificate.decided_by,
        made_at=now,
    )
    Certificate.objects.filter(pk=certificate.pk).update(state=state)


def rendered(document: Document, pdf: bytes = b"%PDF-1.7 example") -> Document:
    """The document with bytes of its own, as the worker leaves it."""
    document.stored.save(f"{uuid.uuid4()}.pdf", ContentFile(pdf), save=False)
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    document.size = len(pdf)
    document.progress = 100
    document.rendered_at = timezone.now()
    document.save()
    return document


def _case(first: Evaluation) -> Evaluation:
    new = _new(first)
    new.number = f"PG2026-9{Evaluation.objects.count():03d}"
    new.save()
    return new


def _document(first: Document, case: Evaluation) -> Document:
    new = copy.copy(first)
    new.pk = uuid.uuid4()
    new._state = copy.copy(first._state)
    new._state.adding = True
    new.evaluation = case
    new.number = f"{first.number}-{new.pk}"
    new.save()
    return new


def _new(first: Any, **changes: Any) -> Any:
    new = type(first).objects.get(pk=first.pk)
    new.pk = None
    new._state.adding = True
    for name, value in changes.items():
        setattr(new, name, value)
    return new
