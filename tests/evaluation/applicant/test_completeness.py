"""检查并提交: exactly what is missing, each with a link that leads there, then the button."""

import pytest

from evaluation.actions import application, materials, review
from evaluation.actions.application import what_is_missing
from evaluation.correction import defects_under_correction
from evaluation.demo import journey
from evaluation.demo.tables import PROVINCE_VALUES
from evaluation.errors import Refused
from evaluation.models import Evaluation
from tests.evaluation.applicant.pages import read, text_of
from tests.evaluation.cast import Cast, signed_in


def filled(cast: Cast) -> Evaluation:
    case = cast.new_case()
    journey.fill(case, cast.lin, PROVINCE_VALUES)
    return case


def change(cast: Cast, case: Evaluation, key: str, **fields: object) -> None:
    table = case.tables.get(key=key)
    content = {k: v for k, v in {**table.content, **fields}.items() if v is not None}
    application.save_table(cast.lin, case, key, content, table.version)


def test_nothing_is_missing_in_a_filled_application(cast: Cast) -> None:
    case = filled(cast)
    page = signed_in(cast.lin).get(f"/cases/{case.number}/completeness/")
    assert "可以提交申报" in text_of(page)
    assert f"/cases/{case.number}/moves/submit/" in read(page).links
    assert what_is_missing(case) == []


def test_exactly_what_is_missing_is_listed_and_submitting_refuses_the_same(cast: Cast) -> None:
    case = filled(cast)
    change(cast, case, "head", email="没有邮箱", phone=None)
    change(cast, case, "technical", egress_bandwidth=None)
    usage = case.tables.get(key="service").content["usage"]
    change(cast, case, "service", usage=[usage[0], {"sector": "steel"}])
    materials.remove_material(cast.lin, case, case.files.get(slot=6).pk)
    expected = [
        "表3“负责人”：请填写“电话”",
        "表3“负责人”：“邮箱地址”应为邮箱地址",
        "表8“服务能力”：“近一年已售卡时明细”第2行：请填写“国产算力卡卡时”",
        "表8“服务能力”：“近一年已售卡时明细”第2行：请填写“其他算力卡卡时”",
        "材料6“待评估基地总机架（标准机架）和机架利用率证明材料”：尚未上传文件",
    ]
    assert what_is_missing(case) == expected
    with pytest.raises(Refused) as refusal:
        application.submit(cast.lin, case)
    assert list(refusal.value.sentences) == expected
    page = signed_in(cast.lin).get(f"/cases/{case.number}/completeness/")
    words = text_of(page)
    assert "还有 5 处需要填写或改正" in words
    assert "“网络带宽能力”未填报，将按不满足计" in words  # advice, which does not block
    assert f"/cases/{case.number}/moves/submit/" not in read(page).links


def test_an_incomplete_case_has_no_page_to_submit_it(cast: Cast) -> None:
    case = filled(cast)
    change(cast, case, "head", phone=None)
    client = signed_in(cast.lin)
    submit = f"/cases/{case.number}/moves/submit/"
    assert client.get(submit)["Location"] == f"/cases/{case.number}/completeness/"
    words = text_of(client.post(submit))
    assert "尚未提交，请先改正" in words
    assert "表3“负责人”：请填写“电话”" in words


def test_what_is_offered_already_only_waits_to_be_checked(cast: Cast) -> None:
    case = cast.new_case()
    page = signed_in(cast.lin).get(f"/cases/{case.number}/completeness/")
    states = {each["table"].key: each["state"] for each in page.context["tables"]}
    assert (states["cover"], states["other"]) == ("waiting", "optional")
    words = text_of(page)
    assert "请填写“申报单位名称”（已先行填入，核对后保存本表）" in words
    assert "请填写“联系电话”（已先行填入" not in words


def test_every_link_leads_to_a_place_that_is_there(cast: Cast) -> None:
    case = cast.new_case()
    change(cast, case, "service", usage=[{"sector": "steel"}])
    client = signed_in(cast.lin)
    links = {
        link
        for link in read(client.get(f"/cases/{case.number}/completeness/")).links
        if link.startswith(f"/cases/{case.number}/") and "#" in link
    }
    assert f"/cases/{case.number}/form/service/#id_usage-0" in links
    assert len(links) > 40
    pages: dict[str, set[str]] = {}
    for link in links:
        address, _hash, place = link.partition("#")
        if address not in pages:
            pages[address] = read(client.get(address)).ids
        assert place in pages[address], link


def test_the_reason_of_a_return_stands_at_the_top(cast: Cast) -> None:
    case = cast.case_in("returned")
    words = text_of(signed_in(cast.lin).get(f"/cases/{case.number}/completeness/"))
    assert "退回修改的意见 示例：请补充发展规划。" in words


def test_every_defect_stands_at_the_top_of_a_correction(cast: Cast) -> None:
    case = cast.case_in("correction")
    page = signed_in(cast.lin).get(f"/cases/{case.number}/completeness/")
    words = text_of(page)
    assert "还剩 15 天" in words
    assert "还有 1 项没有改动，也没有填写补正说明" in words
    assert "示例：缺机房等级证书。" in words
    links = read(page).links
    assert f"/cases/{case.number}/correction/" in links


def test_a_correction_is_not_offered_for_submission_before_each_defect_is_settled(
    cast: Cast,
) -> None:
    case = cast.case_in("correction")
    client = signed_in(cast.lin)
    address, resubmit = (
        f"/cases/{case.number}/{page}/" for page in ("completeness", "moves/resubmit")
    )
    page = client.get(address)
    words = text_of(page)
    assert "还不能提交补正材料" in words
    assert "可以提交补正材料" not in words
    assert "补正通知中还有 1 项没有改动，也没有填写补正说明" in words
    assert resubmit not in read(page).links
    assert page.context["nav"][-1].state == "waiting"
    [defect] = defects_under_correction(case)
    review.answer_defects(cast.lin, case, {defect.key: "示例：证书正在换发。"})
    page = client.get(address)
    assert "可以提交补正材料" in text_of(page)
    assert resubmit in read(page).links
    assert page.context["nav"][-1].state == "complete"


def test_left_out_indicators_do_not_keep_an_application_back(cast: Cast) -> None:
    case = filled(cast)
    change(cast, case, "technical", storage_capacity=None)
    application.submit(cast.lin, case)
    assert case.state == "submitted"
    assert "storage_capacity" not in case.declarations.get().values
