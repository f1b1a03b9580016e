"""What the secretariat sends out or makes public: 补正通知, 公示, 年审通知, 整改通知, 撤销公告."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone, translation

from evaluation import reissue
from evaluation.documents.content.common import Json, case_facts, day, files_by_slot, numeral
from evaluation.edition import edition_of
from evaluation.models import (
    Certificate,
    Declaration,
    FieldDefect,
    Publication,
    Review,
    ReviewItem,
    SlotReview,
)
from evaluation.review_items import asked, commitments
from evaluation.rulebook.certificates import certificate_name
from evaluation.rulebook.shapes import Edition

# A reading of 8.4: what was scored on a written commitment is checked again.
COMMITMENTS = "申报时以承诺材料满足的数据接入要求的兑现情况"
CONTACT_MISSING = "向发布机构书面提出"


def _contact() -> str:
    return settings.ISSUER_CONTACT or CONTACT_MISSING


def deficiency_notice(
    declaration: Declaration, defects: Iterable[SlotReview | FieldDefect], deadline: date
) -> Json:
    """补正通知: each defect with its slot or field, clause, what is wrong and what to send; the
    deadline."""
    evaluation = declaration.evaluation
    edition = edition_of(evaluation)
    files = files_by_slot(declaration)
    rows = []
    for number, defect in enumerate(defects, start=1):
        if isinstance(defect, FieldDefect):
            rows.append({"number": str(number), **_field_row(edition, defect)})
            continue
        material = edition.material(defect.slot)
        proves = edition.proved_by(defect.slot)
        rows.append(
            {
                "number": str(number),
                "what": f"材料{material.number}　{material.name}",
                "clauses": list(
                    dict.fromkeys(
                        ["表1", *([defect.clause] if defect.clause else [i.clause for i in proves])]
                    )
                ),
                "wrong": defect.reason,
                "send": f"{material.name}，{material.copies}份（{material.form}）",
                "submitted": [f["name"] for f in files.get(defect.slot, [])],
            }
        )
    return {
        "case": case_facts(evaluation),
        "title": "关于补正工业智算基地评估申报材料的通知",
        "declaration": f"第{declaration.number}版",
        "submitted_on": day(timezone.localtime(declaration.submitted_at).date()),
        "defects": rows,
        "deadline": day(deadline),
        "where": settings.PUBLIC_URL,
        "contact": _contact(),
        "dated": day(timezone.localdate()),
    }


def _field_row(edition: Edition, defect: FieldDefect) -> Json:
    table = edition.form_table(defect.table)
    asked = table.field(defect.field)
    clause = edition.indicator(asked.indicator).clause if asked.indicator else table.clause
    return {
        "what": f"申报书　表{table.number}　{table.title}：{asked.label}",
        "clauses": [clause],
        "wrong": defect.reason,
        "send": "在平台修改申报书的这一项，并重新打印、盖章后更换材料1",
        "submitted": [],
    }


def notice(publication: Publication) -> Json:
    """公示: the result, the name applied for, the period, how and where to object, and what is
    accepted."""
    evaluation = publication.evaluation
    edition = edition_of(evaluation)
    # The facts as this notice bears them.
    facts = case_facts(evaluation) | {
        "applicant": publication.applicant,
        "base": publication.base_name,
        "place": publication.place,
        "name_applied_for": certificate_name(edition, evaluation.category, publication.place),
    }
    run = publication.score_run
    outcome = (
        f"达标合格，拟认定为“{facts['name_applied_for']}”。"
        if run.qualified
        else "未达到10.1的认定要求，不予认定。"
    )
    earlier = publication.corrects
    return {
        "case": facts,
        "title": f"关于{'更正' if earlier else ''}工业智算基地评估结果的公示",
        "number": publication.number,
        "corrects": earlier
        and {
            "number": earlier.number,
            "published_on": day(earlier.starts_on),
            "withdrawn_on": day(timezone.localdate(earlier.withdrawn_at)),
            "reason": earlier.withdrawal_reason,
            "changes": _changes(publication),
        },
        "qualified": run.qualified,
        "outcome": outcome,
        "starts_on": day(publication.starts_on),
        "ends_on": day(publication.ends_on),
        "working_days": str(publication.working_days),
        "where": f"{settings.PUBLIC_URL}/notices/{publication.number}/",
        "contact": _contact(),
        "dated": day(publication.starts_on),
    }


def _changes(publication: Publication) -> list[str]:
    """What a corrected notice says otherwise than the one before it."""
    with translation.override(settings.LANGUAGE_CODE):
        return [str(change) for change in reissue.published_changes(publication, "zh")]


def review_notice(review: Review) -> Json:
    """年审通知: grounds with their clauses, what is looked at, the day, and what follows."""
    edition = edition_of(review.certificate.evaluation)
    topics = [
        f"{topic.name}（{'、'.join(item.name for item in edition.review.items_of(topic.key))}）"
        for topic in edition.review.topics
    ]
    if commitments(review.certificate.evaluation):
        topics.append(COMMITMENTS)
    return {
        **_about(review.certificate),
        "title": "关于开展工业智算基地年审的通知",
        "year": str(review.year),
        "due_on": day(review.due_on),
        "grounds": _grounds(edition, ("10.4.1", "10.4.2", "10.4.3")),
        "topics": [
            f"（{numeral(count)}）{topic}{'。' if count == len(topics) else '；'}"
            for count, topic in enumerate(topics, start=1)
        ],
    }


def rectification_notice(
    review: Review, items: Iterable[ReviewItem], deadline: date, reason: str
) -> Json:
    """整改通知: each item with its clause, what is wrong and to be done; the deadline, and what
    follows where it is not kept."""
    edition = edition_of(review.certificate.evaluation)
    rows = []
    for number, item in enumerate(items, start=1):
        about = asked(edition, item.key)
        rows.append(
            {
                "number": str(number),
                "topic": about.topic_name,
                "name": about.name,
                "clause": about.clause,
                "wrong": item.recheck if item.solved is False and item.recheck else item.finding,
            }
        )
    return {
        **_about(review.certificate),
        "title": "关于工业智算基地限期整改的通知",
        "year": str(review.year),
        "reason": reason,
        "items": rows,
        "deadline": day(deadline),
        "grounds": _grounds(edition, ("10.4.3",)),
    }


def revocation_notice(
    certificate: Certificate, reason: str, grounds: Iterable[str], on: date
) -> Json:
    """撤销公告: which certification is revoked, why, on which clauses, and what follows."""
    edition = edition_of(certificate.evaluation)
    return {
        **_about(certificate),
        "title": "关于取消工业智算基地认定的公告",
        "reason": reason,
        "grounds": _grounds(edition, grounds),
        "revoked_on": day(on),
    }


def _about(certificate: Certificate) -> Json:
    """What every notice about a certificate says of it."""
    return {
        "case": case_facts(certificate.evaluation),
        "holder": certificate.holder,
        "base": certificate.base.name,
        "certificate": certificate.number,
        "name": certificate.name,
        "certified_on": day(certificate.certified_on),
        "where": settings.PUBLIC_URL,
        "verify_url": verify_url(certificate.number),
        "contact": _contact(),
        "dated": day(timezone.localdate()),
    }


def _grounds(edition: Edition, clauses: Iterable[str]) -> list[Json]:
    return [{"clause": id_, "text": edition.clause(id_).text} for id_ in clauses]


def verify_url(number: str) -> str:
    """Where anyone can see whether a certificate stands. Printed on paper, so it never changes."""
    return f"{settings.PUBLIC_URL}/verify/{quote(number, safe='')}/"
