"""补正: only what the notice names is open, each entry is corrected or answered, and both sides
see what became of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.actions import application, materials, review
from evaluation.demo.files import example_pdf
from evaluation.errors import Refused, WrongState
from evaluation.models import Evaluation
from tests.evaluation.applicant.pages import text_of
from tests.evaluation.cast import Cast, signed_in


def asked_for(cast: Cast) -> Evaluation:
    """Slot 4 was not accepted, and the plan (表10) was marked."""
    case = cast.case_in("preliminary_review")
    for slot in range(1, 11):
        good = slot != 4
        review.judge_slot(
            cast.chen, case, slot, accepted=good, reason="" if good else "示例：缺机房等级证书。"
        )
    review.mark_field(cast.chen, case, "other", "features_text", "示例：请写明节能措施。")
    review.request_correction(cast.chen, case, timezone.localdate() + timedelta(days=15))
    return case


def save_other(cast: Cast, case: Evaluation, text: str) -> None:
    table = case.tables.get(key="other")
    application.save_table(
        cast.lin, case, "other", {**table.content, "features_text": text}, table.version
    )


def replace_slot_4(cast: Cast, case: Evaluation) -> None:
    old = case.files.get(slot=4)
    materials.remove_material(cast.lin, case, old.pk)
    materials.add_material(cast.lin, case, 4, example_pdf("示例机房等级证书"))


def answer(client: Client, case: Evaluation, **answers: str) -> None:
    assert client.post(f"/cases/{case.number}/correction/", answers).status_code == 302


def test_the_notice_lists_slots_and_fields_with_their_clauses(cast: Cast) -> None:
    case = asked_for(cast)
    content = case.documents.get(kind="deficiency_notice").content
    assert [(d["number"], d["what"][:3], d["wrong"]) for d in content["defects"]] == [
        ("1", "材料4", "示例：缺机房等级证书。"),
        ("2", "申报书", "示例：请写明节能措施。"),
    ]
    words = text_of(signed_in(cast.lin).get(f"/cases/{case.number}/correction/"))
    assert "补正通知列出 2 项" in words
    assert "规范条款：8.3.1 a" in words


def test_nothing_but_what_the_notice_names_can_be_changed(cast: Cast) -> None:
    case = asked_for(cast)
    cover = case.tables.get(key="cover")
    with pytest.raises(Refused) as refused:
        application.save_table(
            cast.lin,
            case,
            "cover",
            {**cover.content, "applicant_name": "示例他名有限公司"},
            cover.version,
        )
    assert "补正期间只能修改补正通知列出的内容" in str(refused.value)
    with pytest.raises(Refused) as refused:
        materials.add_material(cast.lin, case, 5, example_pdf("示例网络材料"))
    assert str(refused.value) == "补正期间只能更换补正通知列出的材料，材料5不在其中。"
    with pytest.raises(Refused):
        materials.remove_material(cast.lin, case, case.files.get(slot=5).pk)
    with pytest.raises(WrongState):
        application.change_scope(cast.lin, case, category="city", place="济南市")
    save_other(cast, case, "示例：采用液冷。")
    replace_slot_4(cast, case)
    assert case.tables.get(key="other").content["features_text"] == "示例：采用液冷。"


def test_a_defect_passed_over_in_silence_keeps_the_correction_back(cast: Cast) -> None:
    case = asked_for(cast)
    client = signed_in(cast.lin)
    save_other(cast, case, "示例：采用液冷。")
    page = client.post(f"/cases/{case.number}/moves/resubmit/")
    assert page.status_code == 422
    assert "补正事项1（材料4" in text_of(page)
    assert "补正事项2" not in text_of(page)
    answer(client, case, s4="示例：证书见材料第3页。")
    assert client.post(f"/cases/{case.number}/moves/resubmit/").status_code == 302


def test_the_second_round_shows_what_was_wrong_and_what_became_of_it(cast: Cast) -> None:
    case = asked_for(cast)
    client = signed_in(cast.lin)
    save_other(cast, case, "示例：采用液冷。")
    answer(client, case, s4="示例：证书见材料第3页。")
    review.resubmit(cast.lin, case)
    page = signed_in(cast.chen).get(f"/cases/{case.number}/review/")
    words = text_of(page).replace("： ", "：")
    assert "上一版的问题：示例：缺机房等级证书。" in words
    assert "申报单位说明：示例：证书见材料第3页。" in words
    assert "本版未更换文件" in words
    assert "上一版的问题：示例：请写明节能措施。" in words


def test_a_replaced_file_is_named_in_the_second_round(cast: Cast) -> None:
    case = asked_for(cast)
    old = case.files.get(slot=4).name
    replace_slot_4(cast, case)
    save_other(cast, case, "示例：采用液冷。")
    review.resubmit(cast.lin, case)
    page = signed_in(cast.chen).get(f"/cases/{case.number}/review/")
    words = text_of(page).replace("： ", "：")
    new = case.files.get(slot=4, removed_at=None).name
    assert f"新增：{new}" in words
    assert f"移除：{old}" in words


def test_a_verdict_falls_when_what_its_slot_proves_is_declared_otherwise(cast: Cast) -> None:
    case = cast.case_in("preliminary_review")
    for slot in range(1, 11):
        review.judge_slot(cast.chen, case, slot, accepted=True)
    review.mark_field(cast.chen, case, "technical", "storage_capacity", "示例：与材料不符。")
    review.request_correction(cast.chen, case, timezone.localdate() + timedelta(days=15))
    table = case.tables.get(key="technical")
    changed = {**table.content, "storage_capacity": "99"}
    application.save_table(cast.lin, case, "technical", changed, table.version)
    review.resubmit(cast.lin, case)
    standing = case.declarations.get(number=2).slot_reviews.values_list("slot", flat=True)
    assert sorted(set(range(1, 11)) - set(standing)) == [7]


def test_a_marked_field_keeps_the_review_from_passing_until_the_mark_is_taken_back(
    cast: Cast,
) -> None:
    case = cast.case_in("preliminary_review")
    for slot in range(1, 11):
        review.judge_slot(cast.chen, case, slot, accepted=True)
    client = signed_in(cast.chen)
    sent = {"place": "other.features_text", "reason": "示例：请写明。"}
    client.post(f"/cases/{case.number}/review/fields/", sent)
    with pytest.raises(Refused):
        review.pass_review(cast.chen, case)
    mark = case.declarations.get().field_defects.get()
    client.post(f"/cases/{case.number}/review/fields/{mark.pk}/remove/")
    review.pass_review(cast.chen, case)
    assert case.state == "site_preparation"


def test_marking_needs_a_field_and_a_reason(cast: Cast) -> None:
    case = cast.case_in("preliminary_review")
    client = signed_in(cast.chen)
    page = client.post(f"/cases/{case.number}/review/fields/", {"place": "", "reason": " "})
    assert page.status_code == 422
    assert sorted(page.context["field_form"].errors) == ["place", "reason"]


def test_a_verdict_given_by_a_colleague_meanwhile_is_not_overwritten(cast: Cast) -> None:
    case = cast.case_in("preliminary_review")
    review.judge_slot(cast.chen, case, 4, accepted=False, reason="示例：缺盖章页。")
    page = signed_in(cast.chen).post(
        f"/cases/{case.number}/review/4/", {"slot4-verdict": "accept", "slot4-seen": ""}
    )
    assert page.status_code == 422
    assert "陈静已于" in text_of(page)
    assert "不合格：示例：缺盖章页。" in text_of(page)
    verdict = case.declarations.get().slot_reviews.get(slot=4)
    assert (verdict.accepted, verdict.reason) == (False, "示例：缺盖章页。")
    seen = page.context["slots"][3].form["seen"].value()
    signed_in(cast.chen).post(
        f"/cases/{case.number}/review/4/", {"slot4-verdict": "accept", "slot4-seen": seen}
    )
    assert case.declarations.get().slot_reviews.get(slot=4).accepted is True
