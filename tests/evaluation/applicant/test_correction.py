"""补正: only what the notice names is open, each entry is corrected or answered, and both sides
see what became of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.actions import application, materials, review, stamping
from evaluation.correction import defects_under_correction
from evaluation.demo.files import example_pdf
from evaluation.errors import Refused, WrongState
from evaluation.models import CaseFile, Evaluation, Stamp
from portal.notifications.models import Notification
from tests.evaluation.applicant.pages import read, text_of
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
    # Opened by its address, the page says why there is nothing to press yet.
    shown = client.get(f"/cases/{case.number}/moves/resubmit/")
    assert "补正事项1（材料4" in text_of(shown)
    assert "<button disabled" in shown.content.decode()
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
    # What the slot proves, and the sealed form, which is another now.
    assert sorted(set(range(1, 11)) - set(standing)) == [1, 7]


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


@pytest.fixture
def computed_asked(cast: Cast) -> Evaluation:
    """The PUE was marked: the portal computes it from twelve months of meter data."""
    case = cast.case_in("preliminary_review")
    assert case.declarations.get().tables["technical"]["meters"]
    for slot in range(1, 11):
        review.judge_slot(cast.chen, case, slot, accepted=True)
    review.mark_field(cast.chen, case, "technical", "pue", "示例：与能耗台账不一致。")
    review.request_correction(cast.chen, case, timezone.localdate() + timedelta(days=15))
    return case


def test_a_computed_value_is_corrected_where_it_comes_from(
    cast: Cast, computed_asked: Evaluation
) -> None:
    case, client = computed_asked, signed_in(cast.lin)
    page = read(client.get(f"/cases/{case.number}/correction/"))
    assert f"/cases/{case.number}/form/technical/#line-meters" in page.links
    form = client.get(f"/cases/{case.number}/form/technical/")
    words = text_of(form)
    assert "本表只有以下内容可以修改：连续十二个月电表数据" in words
    assert "技术能力（附页） ✗ 需补正" in words
    sent = read(form).sent
    # Rows that are not asked for are to be read only, and are not sent either.
    assert {name.split("-")[0] for name in sent if "-" in name} == {"meters"}
    html = form.content.decode()
    rows = {
        key: html.split(f'data-rows="{key}"')[1].split("</table>")[0] for key in ("racks", "meters")
    }
    assert [("disabled" in rows[key], "data-remove-row" in rows[key]) for key in rows] == [
        (True, False),
        (False, True),
    ]
    sent["meters-0-it_kwh"] = [str(float(sent["meters-0-it_kwh"][0]) - 1)]
    assert client.post(f"/cases/{case.number}/form/technical/", sent).status_code == 302
    (defect,) = defects_under_correction(case)
    assert defect.changed
    again = text_of(client.get(f"/cases/{case.number}/form/technical/"))
    assert "技术能力（附页） ✓ 已改动" in again
    assert case.tables.get(key="technical").content["racks"]


def test_the_check_before_resubmitting_tells_what_is_asked_and_links_it(
    cast: Cast, computed_asked: Evaluation
) -> None:
    case, client = computed_asked, signed_in(cast.lin)
    page = client.get(f"/cases/{case.number}/completeness/")
    assert f"/cases/{case.number}/form/technical/#line-meters" in read(page).links
    words = text_of(page)
    assert "技术能力（附页） ✗ 需补正" in words
    assert "封面 · 不在补正范围" in words
    case_page = text_of(client.get(f"/cases/{case.number}/"))
    assert case_page.index("办理补正清单") < case_page.index("填写申报书")


def test_a_marked_field_opens_the_sealed_form_and_both_follow_each_other(cast: Cast) -> None:
    case, client = asked_for(cast), signed_in(cast.lin)
    checklist, materials_page = (f"/cases/{case.number}/{p}/" for p in ("correction", "materials"))
    words = text_of(client.get(checklist))
    assert "补正通知列出 2 项" in words
    assert "材料1 工业智算基地评估申报书" in words.split("这一项不是审核发现的问题")[0]
    assert "申报书改动之后办理" in words
    save_other(cast, case, "示例：采用液冷。")
    replace_slot_4(cast, case)
    assert "! 待重新盖章上传" in text_of(client.get(checklist))
    printed = stamping.print_form(cast.lin, case)
    old = case.files.get(slot=1)
    upload = {"file": example_pdf("示例新盖章件"), "replaces": str(old.pk)}
    assert client.post(f"/cases/{case.number}/materials/1/", upload).status_code == 302
    scan = case.files.get(slot=1, removed_at=None)
    stamping.state_version(cast.lin, case, scan, printed.version_code)
    page = client.get(materials_page)
    assert "✓ 扫描件与申报书一致" in text_of(page)
    assert page.context["nav"][0].state == "complete"
    assert page.context["nav_done"] == page.context["nav_total"]
    review.resubmit(cast.lin, case)
    # Sealed anew, the form is judged anew.
    standing = case.declarations.get(number=2).slot_reviews.values_list("slot", flat=True)
    assert sorted(set(range(1, 11)) - set(standing)) == [1, 4]


def test_where_the_form_stays_closed_nobody_is_asked_to_seal_it_anew(cast: Cast) -> None:
    case = cast.case_in("preliminary_review")
    scan = case.files.get(slot=1)
    stamp_as(cast, scan, "0123456789AB")
    for slot in range(1, 11):
        good = slot != 4
        review.judge_slot(
            cast.chen, case, slot, accepted=good, reason="" if good else "示例：缺机房等级证书。"
        )
    review.request_correction(cast.chen, case, timezone.localdate() + timedelta(days=15))
    words = text_of(signed_in(cast.lin).get(f"/cases/{case.number}/completeness/"))
    assert "本次补正没有开放申报书和材料1，不必更换" in words
    assert "请重新打印" not in words
    page = text_of(signed_in(cast.lin).get(f"/cases/{case.number}/materials/"))
    assert "扫描件的版本码" not in page
    with pytest.raises(Refused):
        materials.add_material(cast.lin, case, 1, example_pdf("示例新盖章件"))


def stamp_as(cast: Cast, scan: CaseFile, code: str) -> None:
    """The scan shows this version."""
    Stamp.objects.update_or_create(
        file=scan,
        defaults={"form_code": code, "stated_by": cast.lin, "stated_at": timezone.now()},
    )


def test_a_scan_of_another_version_is_judged_anew_and_named_before_the_review_passes(
    cast: Cast,
) -> None:
    case = asked_for(cast)
    stamp_as(cast, case.files.get(slot=1), "0123456789AB")
    answer(signed_in(cast.lin), case, s4="示例：证书见材料第3页。")
    save_other(cast, case, "示例：采用液冷。")
    review.resubmit(cast.lin, case)
    client = signed_in(cast.chen)
    page = client.get(f"/cases/{case.number}/review/")
    assert [slot.number for slot in page.context["to_review"]] == [1, 4]
    words = text_of(page)
    assert "上一版对盖章件的判定不再沿用" in words
    assert "盖章扫描件是另一版本" in words
    review.judge_slot(cast.chen, case, 1, accepted=True)
    review.judge_slot(cast.chen, case, 4, accepted=True)
    words = text_of(client.get(f"/cases/{case.number}/moves/pass_review/"))
    assert "“" + case.files.get(slot=1).name + "”的版本码是 0123456789AB" in words
    assert "材料1已由秘书处判为合格" in words


def test_the_letter_says_what_is_wanting_and_why_and_leads_to_the_list(cast: Cast) -> None:
    case = asked_for(cast)
    letter = Notification.objects.get(user=cast.lin, kind="deficiency_notice")
    assert letter.path == f"/cases/{case.number}/correction/"
    assert "示例：缺机房等级证书。" in letter.body_zh
    assert "规范条款：" in text_of(signed_in(cast.lin).get(letter.path)).split("示例：请写明")[0]
    save_other(cast, case, "示例：采用液冷。")
    answer(signed_in(cast.lin), case, s4="示例：证书见材料第3页。")
    review.resubmit(cast.lin, case)
    told = Notification.objects.get(user=cast.chen, kind="correction_resubmitted")
    assert (told.subject_zh, told.path) == (
        f"案卷{case.number}：补正材料已重新提交",
        f"/cases/{case.number}/review/",
    )
    papers = [version for _document, version in page_of(cast, case).context["documents"]]
    assert papers.count("第1版，已被第2版取代") == 2
    assert papers.count("第2版") == 2


def page_of(cast: Cast, case: Evaluation) -> Any:
    return signed_in(cast.lin).get(f"/cases/{case.number}/")
