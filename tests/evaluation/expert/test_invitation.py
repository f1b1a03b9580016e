"""The expert's own answer: pledge or recusal."""

import pytest

from evaluation.actions import experts
from evaluation.models import Document, Kind
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    return cast.case_in("site_preparation")


@pytest.fixture
def invited(cast, case):
    return experts.assign(cast.chen, case, cast.experts[0], "site", is_leader=True)


def test_shows_what_a_conflict_is_judged_by_and_nothing_more(cast, case, invited):
    client = signed_in(cast.experts[0])
    html = client.get(f"/invitations/{invited.pk}/").content.decode()
    for shown in ("示例智算科技有限公司", "示例齐鲁工业智算基地", "现场评估", "（组长）"):
        assert shown in html
    for promise in ("回避", "胜任", "保密", "廉洁纪律", "报告干预", "承担责任"):
        assert f"<strong>{promise}</strong>" in html
    assert case.number not in html
    assert client.get(f"/cases/{case.number}/").status_code == 404


def test_the_pledge_opens_the_case(cast, case, invited):
    client = signed_in(cast.experts[0])
    answer = client.post(f"/invitations/{invited.pk}/", {"answer": "pledge"})
    assert answer["Location"] == f"/cases/{case.number}/"
    assert client.get(f"/cases/{case.number}/").status_code == 200
    assert Document.objects.get(kind=Kind.PLEDGE).owner == cast.experts[0]
    html = client.get(f"/invitations/{invited.pk}/").content.decode()
    assert "您已于" in html
    assert "申请回避" not in html


def test_a_recusal_needs_its_reason_and_keeps_what_was_typed(cast, invited):
    client = signed_in(cast.experts[0])
    answer = client.post(f"/invitations/{invited.pk}/", {"answer": "recuse", "reason": " "})
    assert answer.status_code == 422
    long = "长" * 2001
    answer = client.post(f"/invitations/{invited.pk}/", {"answer": "recuse", "reason": long})
    assert answer.status_code == 422
    assert long in answer.content.decode()
    invited.refresh_from_db()
    assert invited.recused_at is None


def test_after_a_recusal_nothing_of_the_case_is_left(cast, case, invited):
    client = signed_in(cast.experts[0])
    answer = client.post(f"/invitations/{invited.pk}/", {"answer": "recuse", "reason": "曾任顾问"})
    assert answer["Location"] == "/desk/"
    pages = [f"/invitations/{invited.pk}/", "/desk/", "/cases/"]
    for page in pages:
        html = client.get(page).content.decode()
        assert "示例智算科技有限公司" not in html, page
        assert "示例齐鲁工业智算基地" not in html, page
        assert case.number not in html, page
    for page in ("", "site-visit/", "scoring/", "consolidation/", "result/", "experts/", "review/"):
        assert client.get(f"/cases/{case.number}/{page}").status_code == 404, page
    # The answer stands.
    client.post(f"/invitations/{invited.pk}/", {"answer": "pledge"})
    invited.refresh_from_db()
    assert invited.pledged_at is None


def test_a_released_expert_reads_nothing_of_the_case(cast, case, invited):
    experts.release(cast.chen, invited, "日程冲突")
    html = signed_in(cast.experts[0]).get(f"/invitations/{invited.pk}/").content.decode()
    assert "秘书处已解除这项指派" in html
    assert "示例齐鲁工业智算基地" not in html
    assert "日程冲突" not in html


def test_anothers_invitation_is_a_missing_one(cast, invited):
    address = f"/invitations/{invited.pk}/"
    for user in (cast.experts[1], cast.chen, cast.zhou, cast.lin, cast.sysadmin):
        assert signed_in(user).get(address).status_code == 404
        assert signed_in(user).post(address, {"answer": "pledge"}).status_code == 404
    assert signed_in(cast.experts[0]).get("/invitations/99999/").status_code == 404
    invited.refresh_from_db()
    assert invited.pledged_at is None


def test_an_invitation_that_is_no_longer_needed_opens_nothing(cast, case, invited):
    second = experts.assign(cast.chen, case, cast.idle_expert, "site")
    experts.pledge(cast.experts[0], invited)
    from evaluation.actions import site

    site.dispatch_team(cast.chen, case)
    cast.carry(case, "panel_preparation")
    client = signed_in(cast.idle_expert)
    html = client.get(f"/invitations/{second.pk}/").content.decode()
    assert "这项工作已经结束，不再需要答复。" in html
    client.post(f"/invitations/{second.pk}/", {"answer": "pledge"})
    assert client.get(f"/cases/{case.number}/").status_code == 404
    assert "示例齐鲁工业智算基地" not in client.get("/desk/").content.decode()
