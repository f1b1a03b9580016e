"""Changes of a certificate's state: two persons, the register that only grows, the newer one."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from evaluation.actions import annual_review, standing
from evaluation.errors import NotAllowed, Refused, WrongState
from evaluation.models import Certificate, Proposal, RegisterEntry, Review
from portal.ledger.models import AuditEvent, OutboxEntry
from tests.evaluation.after import years
from tests.evaluation.cast import Cast, signed_in
from tests.portal.site.copies import rendered, scored_case
from tests.portal.site.reading import words


def revoked(cast: Cast, certificate: Certificate) -> RegisterEntry:
    proposal = standing.propose(
        cast.chen, certificate, "revoke", reason="示例：拒绝整改。", grounds=["10.4.3"]
    )
    return standing.approve(cast.zhou, proposal)


def states(certificate: Certificate) -> list[str]:
    return list(certificate.entries.order_by("pk").values_list("state", flat=True))


def test_a_revocation_takes_two_persons_and_has_its_notice(
    cast: Cast, certificate: Certificate
) -> None:
    proposal = standing.propose(
        cast.chen, certificate, "revoke", reason="示例：拒绝整改。", grounds=["10.4.3"]
    )
    certificate.refresh_from_db()
    assert certificate.state == "valid"
    with pytest.raises(NotAllowed):
        standing.approve(cast.chen, proposal)
    entry = standing.approve(cast.zhou, proposal)
    certificate.refresh_from_db()
    assert (certificate.state, entry.reason, entry.grounds) == (
        "revoked",
        "示例：拒绝整改。",
        ["10.4.3"],
    )
    assert entry.document is not None
    assert entry.document.content["reason"] == "示例：拒绝整改。"
    notice = f"/verify/{certificate.number}/revocation.pdf"
    assert Client().get(notice).status_code == 404
    rendered(entry.document)
    assert b"".join(Client().get(notice).streaming_content) == b"%PDF-1.7 example"
    assert {review.state for review in certificate.reviews.all()} == {"cancelled"}
    certificate.base.refresh_from_db()
    assert certificate.base.category == ""
    told = OutboxEntry.objects.filter(
        kind="mail", key__startswith=f"mail:certificate_changed:register:{entry.pk}:"
    )
    assert {mail.payload["user"] for mail in told} == {cast.lin.pk, cast.han.pk, cast.chen.pk}
    assert AuditEvent.objects.filter(action="certificate.entered", data__state="revoked").exists()


def test_the_history_of_the_case_goes_on_to_the_revocation(
    cast: Cast, certificate: Certificate
) -> None:
    entry = revoked(cast, certificate)
    for reader in (cast.lin, cast.chen):
        page = signed_in(reader).get(f"/cases/{certificate.evaluation.number}/")
        newest, before = page.context["timeline"].events[:2]
        assert (newest.at, newest.text, newest.detail) == (
            entry.made_at,
            "证书状态变更为“已取消认定”",
            "示例：拒绝整改。",
        )
        assert before.text == "批准了认定"


def test_the_database_holds_the_two_persons(cast: Cast, certificate: Certificate) -> None:
    proposal = standing.propose(cast.chen, certificate, "revoke", reason="示例", grounds=["10.4.3"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(
            approved=True, decided_by=cast.chen, decided_at=timezone.now()
        )


def test_a_proposal_that_is_declined_leaves_the_register_as_it_was(
    cast: Cast, certificate: Certificate
) -> None:
    before = states(certificate)
    proposal = standing.propose(
        cast.chen, certificate, "suspend", reason="示例", grounds=["10.3.1"]
    )
    with pytest.raises(Refused, match="请填写不予批准的理由。"):
        standing.decline(cast.zhou, proposal, " ")
    standing.decline(cast.zhou, proposal, "示例：证据不足。")
    assert states(certificate) == before
    with pytest.raises(WrongState, match="已经审批"):
        standing.approve(cast.zhou, proposal)


def test_what_was_proposed_of_a_certificate_that_no_longer_stands_is_not_approved(
    cast: Cast, certificate: Certificate
) -> None:
    proposal = standing.propose(
        cast.chen, certificate, "suspend", reason="示例", grounds=["10.3.1"]
    )
    Certificate.objects.filter(pk=certificate.pk).update(state="revoked")
    with pytest.raises(WrongState, match="现为“已取消认定”，不能进行此操作"):
        standing.approve(cast.zhou, proposal)
    proposal.refresh_from_db()
    assert proposal.approved is None


def test_reason_and_grounds_are_asked_for_together(cast: Cast, certificate: Certificate) -> None:
    with pytest.raises(Refused) as refusal:
        standing.propose(cast.chen, certificate, "revoke", reason=" ")
    assert len(refusal.value.sentences) == 2
    with pytest.raises(Refused, match="所选条款不能作为依据"):
        standing.propose(cast.chen, certificate, "revoke", reason="示例", grounds=["8.4"])


def test_a_lifted_suspension_leads_back_to_where_the_reviews_stand(
    cast: Cast, review: Review
) -> None:
    certificate = years.carry(review, cast, "rectification").certificate
    for code in ("suspend", "resume"):
        grounds = ["10.4.3"] if code == "suspend" else []
        proposal = standing.propose(cast.chen, certificate, code, reason="示例", grounds=grounds)
        standing.approve(cast.zhou, proposal)
    assert states(certificate) == ["valid", "rectification", "suspended", "rectification"]


def test_a_newer_certificate_of_the_base_takes_the_place_of_the_one_before(
    cast: Cast, certificate: Certificate
) -> None:
    from evaluation.actions import certification, publication

    waiting = standing.propose(cast.chen, certificate, "suspend", reason="示例", grounds=["10.3.1"])
    again = scored_case(cast)
    again.base = certificate.base
    again.save()
    publication.publish(cast.chen, again, 0)
    publication.propose(cast.chen, again)
    newer = certification.certify(cast.zhou, again)
    certificate.refresh_from_db()
    waiting.refresh_from_db()
    assert (certificate.state, certificate.superseded_by) == ("superseded", newer)
    assert newer.number in certificate.entries.get(state="superseded").reason
    assert {review.state for review in certificate.reviews.all()} == {"cancelled"}
    assert newer.state == "valid"
    assert waiting.approved is False


def test_the_register_only_grows_whoever_writes(certificate: Certificate) -> None:
    entries = RegisterEntry.objects.filter(certificate=certificate)
    with pytest.raises(DatabaseError, match="the register only grows"), transaction.atomic():
        entries.update(reason="示例：改写")
    with pytest.raises(DatabaseError, match="the register only grows"), transaction.atomic():
        entries._raw_delete(using="default")
    assert [entry.reason for entry in entries] == ["认定为国家工业互联网大数据中心工业智算基地。"]


def test_proposing_and_deciding_through_the_pages(cast: Cast, certificate: Certificate) -> None:
    chen, zhou, lin = signed_in(cast.chen), signed_in(cast.zhou), signed_in(cast.lin)
    here = f"/certificates/{certificate.number}/"
    refused = chen.post(f"{here}changes/revoke/", {"reason": "示例：拒绝整改。"})
    assert refused.status_code == 422
    assert "请选择至少一项依据的条款。" in words(refused)
    assert "示例：拒绝整改。" in refused.content.decode()
    sent = {"reason": "示例：拒绝整改。", "grounds": ["10.4.3"]}
    chen.post(f"{here}changes/revoke/", sent)
    proposal = certificate.proposals.get()
    assert f"取消认定：{certificate.base.name}" in words(zhou.get("/desk/"))
    page = words(zhou.get(f"/proposals/{proposal.pk}/"))
    assert "批准取消认定" in page
    assert "示例：拒绝整改。" in page
    assert "批准取消认定" not in words(chen.get(f"/proposals/{proposal.pk}/"))
    assert lin.get(f"/proposals/{proposal.pk}/").status_code == 404
    assert "拒绝整改" not in words(lin.get(here))
    zhou.post(f"/proposals/{proposal.pk}/", {"decision": "approve"})
    assert "已取消认定" in words(lin.get(here))
    assert "示例：拒绝整改。" in words(lin.get(here))


def test_a_second_proposal_waits_for_the_first(cast: Cast, certificate: Certificate) -> None:
    standing.propose(cast.chen, certificate, "revoke", reason="示例", grounds=["10.4.3"])
    with pytest.raises(WrongState, match="已有一件事项待审批"):
        standing.propose(cast.chen, certificate, "suspend", reason="示例", grounds=["10.4.3"])


def test_a_review_of_a_revoked_certificate_goes_no_further(cast: Cast, review: Review) -> None:
    revoked(cast, review.certificate)
    review.refresh_from_db()
    with pytest.raises(WrongState):
        annual_review.submit(cast.lin, review)
    with pytest.raises(WrongState):
        annual_review.require_rectification(
            cast.chen, review, "示例", timezone.localdate() + timedelta(days=9)
        )


def test_a_case_says_that_its_certificate_was_revoked(cast: Cast, certificate: Certificate) -> None:
    revoked(cast, certificate)
    for person in (cast.lin, cast.chen):
        client = signed_in(person)
        page = words(client.get(f"/cases/{certificate.evaluation.number}/"))
        assert "已取消认定" in page
        assert "示例：拒绝整改。" in page
        assert "按周年接受年审" not in page
        assert "已取消认定" in words(client.get("/desk/"))
        assert "已取消认定" in words(client.get("/cases/?show=all"))


def test_in_english_the_office_reads_the_english_name_and_the_register_in_english(
    cast: Cast, certificate: Certificate
) -> None:
    chen = signed_in(cast.chen)
    chen.cookies["django_language"] = "en"
    proposal = standing.propose(
        cast.chen, certificate, "revoke", reason="示例理由", grounds=["10.4.3"]
    )
    for path in (f"/certificates/{certificate.number}/", f"/proposals/{proposal.pk}/"):
        page = chen.get(path).content.decode()
        assert certificate.name_en in page, path
        assert certificate.name not in page, path
    for path in (
        f"/certificates/{certificate.number}/",
        f"/cases/{certificate.evaluation.number}/",
    ):
        page = chen.get(path).content.decode()
        assert "认定为国家工业互联网大数据中心工业智算基地。" not in page, path
