"""The sealed paper of Table 1: noted by the secretariat, read by the applicant, apart from files."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from evaluation.actions import paper
from evaluation.errors import NotAllowed
from evaluation.models import Evaluation
from portal.ledger.models import AuditEvent
from tests.evaluation.applicant.pages import text_of
from tests.evaluation.cast import Cast, make_cast, signed_in


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return cast.case_in("submitted")


@pytest.fixture(autouse=True)
def address(settings: Any) -> None:
    settings.POSTAL_ADDRESS = "北京市示例路1号"


def test_what_came_is_noted_and_the_applicant_reads_it(cast: Cast, case: Evaluation) -> None:
    today = timezone.localdate()
    address = f"/cases/{case.number}/paper/"
    files = list(case.files.values_list("pk", "removed_at"))
    sent = {"slots": ["1", "4"], "received_on": today.isoformat(), "remark": "顺丰SF100，各一份"}
    assert signed_in(cast.chen).post(address, sent)["Location"] == address
    for reader in (cast.chen, cast.lin, cast.wen):
        words = text_of(signed_in(reader).get(address))
        assert "必交已收 2 / 9 项" in words
        assert "收件地址：北京市示例路1号" in words
        assert words.count("顺丰SF100，各一份") == 2
        assert f"{today.year}年{today.month}月{today.day}日 收到；陈静 于" in words
    assert list(case.files.values_list("pk", "removed_at")) == files
    event = AuditEvent.objects.filter(action="evaluation.note_paper").get()
    assert event.data["slots"] == [1, 4]
    # In the slots, too, once the applicant works on them again.
    case.state = "returned"
    case.save()
    words = text_of(signed_in(cast.lin).get(f"/cases/{case.number}/materials/"))
    assert words.count("纸质版已收") == 2


def test_a_slip_of_the_pen_is_taken_back(cast: Cast, case: Evaluation) -> None:
    [receipt] = paper.note_paper(cast.chen, case, [4], timezone.localdate())
    client = signed_in(cast.chen)
    address = f"/cases/{case.number}/paper/"
    client.post(f"{address}{receipt.pk}/withdraw/")
    assert "必交已收 0 / 9 项" in text_of(client.get(address))
    assert client.post(f"{address}{receipt.pk}/withdraw/").status_code == 404
    receipt.refresh_from_db()
    assert receipt.withdrawn_by == cast.chen


def test_wrong_input_is_told_and_stays_typed(cast: Cast, case: Evaluation) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    sent = {"slots": ["2"], "received_on": tomorrow.isoformat(), "remark": "缺第三页"}
    response = signed_in(cast.chen).post(f"/cases/{case.number}/paper/", sent)
    assert response.status_code == 422
    html = response.content.decode()
    assert "收到日期不能晚于今天。" in html
    assert 'value="缺第三页"' in html
    assert case.paper_receipts.count() == 0


def test_only_the_secretariat_notes_it(cast: Cast, case: Evaluation) -> None:
    for user in (cast.lin, cast.zhou):
        with pytest.raises(NotAllowed):
            paper.note_paper(user, case, [1], timezone.localdate())


def test_a_draft_has_no_paper_yet(cast: Cast) -> None:
    case = cast.new_case()
    assert signed_in(cast.lin).get(f"/cases/{case.number}/paper/").status_code == 404
