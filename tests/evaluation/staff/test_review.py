"""材料初审: verdicts slot by slot."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation.actions import agreement, application, materials, review
from evaluation.demo.files import example_pdf
from evaluation.edition import edition_of
from evaluation.errors import Refused
from evaluation.models import Declaration, SlotReview, UsualReason
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db


def page_of(case):
    return f"/cases/{case.number}/review/"


def verdicts(case):
    return {
        v.slot: (v.accepted, v.reason)
        for v in SlotReview.objects.filter(declaration__evaluation=case)
    }


def judge(client, case, slot, verdict, reason="", seen=None, **headers):
    """Press one of a slot's buttons, having seen the verdict that stands now, or `seen`."""
    standing = SlotReview.objects.filter(declaration__evaluation=case, slot=slot).last()
    return client.post(
        f"{page_of(case)}{slot}/",
        {
            f"slot{slot}-verdict": verdict,
            f"slot{slot}-reason": reason,
            f"slot{slot}-seen": review.stamp(standing) if seen is None else seen,
        },
        **headers,
    )


def accept_all(cast, case, but=()):
    for slot in range(1, 11):
        if slot not in but:
            review.judge_slot(cast.chen, case, slot, accepted=True)


def test_shows_ten_slots_with_their_files_and_what_they_prove():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    client = signed_in(cast.chen)
    html = client.get(page_of(case)).content.decode()
    assert html.count('class="slot"') == 10
    file = case.files.get(slot=6)
    assert f'href="/cases/{case.number}/files/{file.pk}/"' in html
    assert client.get(f"/cases/{case.number}/files/{file.pk}/").status_code == 200
    assert "<strong>1600标准机架</strong>" in html.replace(" ", "")
    assert "总可用标准机架数≥1500个" in html


def test_a_slot_is_accepted_and_counted():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    client = signed_in(cast.chen)
    answer = judge(client, case, 4, "accept")
    assert answer.status_code == 302
    assert answer["Location"] == f"{page_of(case)}#slot-4"
    assert verdicts(case) == {4: (True, "")}
    shown = client.get(page_of(case)).context
    assert (shown["accepted"], shown["refused"], shown["open"]) == (1, 0, 9)
    # An item of the form is no material: it is counted apart.
    review.mark_field(cast.chen, case, "technical", "pue", "示例：与能耗台账不一致。")
    shown = client.get(page_of(case)).context
    assert (shown["accepted"], shown["refused"], shown["open"]) == (1, 0, 9)
    assert len(shown["marked"]) == 1


def test_a_defect_needs_its_reason_and_keeps_the_page():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    client = signed_in(cast.chen)
    answer = judge(client, case, 4, "defect", "  ")
    assert answer.status_code == 422
    assert "判为不合格时，须写明问题和应补正的内容。" in answer.content.decode()
    assert verdicts(case) == {}
    judge(client, case, 4, "defect", "缺盖章页")
    assert verdicts(case) == {4: (False, "缺盖章页")}


def test_htmx_gets_the_slot_and_the_progress_alone():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    answer = judge(signed_in(cast.chen), case, 4, "accept", headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.count('class="slot"') == 1
    assert 'id="slot-4"' in html
    assert 'hx-swap-oob="true"' in html
    assert "<html" not in html
    refused = judge(signed_in(cast.chen), case, 5, "defect", headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert 'id="slot-5"' in refused.content.decode()


def test_the_ways_on_open_when_they_can_be_gone():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    client = signed_in(cast.chen)

    def ways():
        html = client.get(page_of(case)).content.decode()
        return [code for code in ("pass_review", "request_correction") if f"/moves/{code}/" in html]

    accept_all(cast, case, but=[10])
    assert ways() == []
    review.judge_slot(cast.chen, case, 10, accepted=False, reason="缺截图")
    assert ways() == ["request_correction"]
    review.judge_slot(cast.chen, case, 10, accepted=True)
    assert ways() == ["pass_review"]


def test_in_the_second_round_verdicts_on_the_same_files_are_carried_over():
    cast = make_cast()
    case = cast.case_in("correction")  # slot 4 was the defect
    old = case.files.get(slot=4)
    materials.remove_material(cast.lin, case, old.pk)
    materials.add_material(cast.lin, case, 4, example_pdf("示例补正后的等级证明"))
    review.resubmit(cast.lin, case)
    shown = signed_in(cast.chen).get(page_of(case)).context
    states = {slot.number: (slot.carried, slot.renewed, slot.state) for slot in shown["slots"]}
    assert states == {
        n: (False, True, "waiting") if n == 4 else (True, False, "met") for n in range(1, 11)
    }
    assert shown["slots"][0].state_label == "合格（沿用上一版的判定）"
    judge(signed_in(cast.chen), case, 1, "accept")
    shown = signed_in(cast.chen).get(page_of(case)).context
    assert shown["slots"][0].carried is False


def test_who_may_open_and_judge():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    got = {
        name: (
            signed_in(user).get(page_of(case)).status_code,
            judge(signed_in(user), case, 1, "accept").status_code,
        )
        for name, user in {
            "own": cast.lin, "other": cast.other, "expert": cast.idle_expert,
            "decider": cast.zhou, "sysadmin": cast.sysadmin,
        }.items()
    }  # fmt: skip
    assert got == {
        "own": (403, 403),
        "other": (404, 404),
        "expert": (404, 404),
        "decider": (200, 403),
        "sysadmin": (404, 404),
    }
    assert verdicts(case) == {}
    assert "verdict-form" not in signed_in(cast.zhou).get(page_of(case)).content.decode()
    assert signed_in(cast.chen).get("/cases/PG2026-9999/review/").status_code == 404
    assert judge(signed_in(cast.chen), case, 11, "accept").status_code == 404


def test_after_the_review_nothing_is_judged_any_more():
    cast = make_cast()
    case = cast.case_in("site_preparation")
    client = signed_in(cast.chen)
    html = client.get(page_of(case)).content.decode()
    assert "verdict-form" not in html
    before = verdicts(case)
    answer = judge(client, case, 4, "defect", "晚了")
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
    assert verdicts(case) == before


def test_queries_do_not_grow_with_files():
    cast = make_cast()
    few, many = cast.case_in("draft"), cast.case_in("draft")
    for nth in range(6):
        materials.add_material(cast.lin, many, 10, example_pdf(f"示例截图{nth}"))
    client = signed_in(cast.chen)
    client.get("/cases/")  # the session is written once
    counts = []
    for case in (few, many):
        cast.carry(case, "preliminary_review")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page_of(case)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_files_stand_beside_the_indicators_and_the_fields_they_prove():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    slots = {slot.number: slot for slot in signed_in(cast.chen).get(page_of(case)).context["slots"]}
    assert [item.name for item in slots[8].proved] == ["电能利用效率", "可再生能源利用率"]
    written = {each.label: each for each in slots[1].filled}
    plan = case.declarations.get().tables["support"]["development_plan_text"]
    assert plan in [each.text for each in written.values()]
    assert all(
        each.url.startswith(f"/cases/{case.number}/versions/1/#table-") for each in written.values()
    )


def test_a_usual_reason_and_its_clause_go_into_the_verdict_and_the_notice():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    client = signed_in(cast.chen)
    offered = UsualReason.objects.get(clause="8.3.4 a)")
    form = next(s for s in client.get(page_of(case)).context["slots"] if s.number == 4).form
    assert offered.text in dict(form.fields["usual"].choices)
    other = next(s for s in client.get(page_of(case)).context["slots"] if s.number == 5).form
    assert offered.text not in dict(other.fields["usual"].choices)
    chosen = {
        "slot4-verdict": "defect",
        "slot4-usual": offered.text,
        "slot4-reason": "",
        "slot4-seen": "",
    }
    assert client.post(f"{page_of(case)}4/", chosen).status_code == 302
    verdict = SlotReview.objects.get(declaration__evaluation=case, slot=4)
    assert (verdict.reason, verdict.clause) == (offered.text, "8.3.4 a)")
    # Changing the list later changes no verdict.
    client.post(
        f"/usual-reasons/{offered.pk}/",
        {f"{offered.pk}-slot": "4", f"{offered.pk}-text": "另一说法"},
    )
    verdict.refresh_from_db()
    assert verdict.reason == offered.text
    accept_all(cast, case, but=(4,))
    review.request_correction(cast.chen, case, timezone.localdate() + timedelta(days=9))
    rows = case.documents.get(kind="deficiency_notice").content["defects"]
    assert [(row["clauses"], row["wrong"]) for row in rows] == [(["表1", "8.3.4 a)"], offered.text)]


def test_a_clause_that_a_slot_does_not_prove_is_refused():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    with pytest.raises(Refused, match="材料4不证明条款"):
        review.judge_slot(cast.chen, case, 4, accepted=False, reason="缺页", clause="8.3.5 a)")


def test_the_secretariat_keeps_its_own_list_of_usual_reasons():
    cast = make_cast()
    client, page = signed_in(cast.chen), "/usual-reasons/"
    before = UsualReason.objects.count()
    assert before > 10
    added = {"slot": "8", "clause": "8.3.5 a)", "text": "电表位置图缺失，请补充。"}
    wrong = client.post(page, added | {"clause": "8.3.1 a)"})
    assert wrong.status_code == 422
    assert "材料8证明的条款是：8.3.5 a)、8.3.5 b)。" in wrong.content.decode()
    assert client.post(page, added)["Location"] == page
    mine = UsualReason.objects.get(text="电表位置图缺失，请补充。")
    assert (mine.slot, mine.clause) == (8, "8.3.5 a)")
    assert client.post(f"{page}{mine.pk}/", {f"{mine.pk}-text": " "}).status_code == 422
    assert client.post(f"{page}{mine.pk}/", {"remove": "1"}).status_code == 302
    assert UsualReason.objects.count() == before
    assert signed_in(cast.zhou).get(page).status_code == 404


def test_the_second_round_begins_with_what_changed():
    cast = make_cast()
    case = cast.case_in("correction")
    materials.add_material(cast.lin, case, 4, example_pdf("示例材料4补正"))
    review.resubmit(cast.lin, case)
    context = signed_in(cast.chen).get(page_of(case)).context
    assert [slot.number for slot in context["to_review"]] == [4]
    assert [slot.number for slot in context["settled"]] == [1, 2, 3, 5, 6, 7, 8, 9, 10]


def test_an_earlier_version_that_nobody_judged_makes_no_second_round():
    """The form was sent back before it was accepted: its second version is looked at first."""
    cast = make_cast()
    case = cast.case_in("submitted")
    application.return_application(cast.chen, case, "示例：请补充发展规划。")
    application.submit(cast.lin, case)
    application.accept(cast.chen, case)
    agreement.sign_agreement(cast.lin, case, example_pdf("示例协议-申报单位签章"))
    agreement.countersign_agreement(cast.chen, case, example_pdf("示例协议-双方签章"))
    shown = signed_in(cast.chen).get(page_of(case))
    assert shown.context["declaration"].number == 2
    assert "补正后的复审" not in shown.content.decode()


def test_the_notice_is_shown_before_it_goes_out_and_cannot_go_out_early():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    client = signed_in(cast.chen)
    page = f"/cases/{case.number}/moves/request_correction/"
    accept_all(cast, case, but=[10])
    early = client.get(page).content.decode()
    assert "还有材料未审核：10。" in early
    assert early.count("<button disabled") == 1
    assert "还有材料未审核：10。" in client.get(f"/cases/{case.number}/").content.decode()
    review.judge_slot(cast.chen, case, 10, accepted=False, reason="缺少运维监测系统的截图")
    shown = client.get(page).content.decode()
    assert shown.count("缺少运维监测系统的截图") == 2  # in the list and in the letter
    assert "关于补正工业智算基地评估申报材料的通知" in shown
    assert "不能撤销" in shown
    assert "<button disabled" not in shown


def test_a_declared_value_that_falls_short_says_so_beside_it():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    declaration = case.declarations.get()
    client = signed_in(cast.chen)
    assert "必备项不满足" not in client.get(page_of(case)).content.decode()
    Declaration.objects.filter(pk=declaration.pk).update(
        values={**declaration.values, "enterprise_count": "19"}
    )
    assert "必备项不满足：还差1家" in client.get(page_of(case)).content.decode()


def test_a_table_that_stays_closed_although_its_value_falls_short_is_named():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    declaration = case.declarations.get()
    Declaration.objects.filter(pk=declaration.pk).update(
        values={**declaration.values, "enterprise_count": "19"}
    )
    [slot] = edition_of(case).by_code["enterprise_count"].materials[:1]
    table = next(
        table
        for table in edition_of(case).form
        if "enterprise_count" in {field.indicator for field in table.fields}
    )
    accept_all(cast, case, but=[slot])
    client = signed_in(cast.chen)
    notice = f"/cases/{case.number}/moves/request_correction/"
    told = f"必备项不满足的申报值填写在表{table.number} {table.title}，补正时不开放修改"
    assert told not in client.get(page_of(case)).content.decode()
    review.judge_slot(cast.chen, case, slot, accepted=False, reason="示例：企业不足20家。")
    for page, link in ((page_of(case), "#mark-field"), (notice, f"{page_of(case)}#mark-field")):
        html = client.get(page).content.decode()
        assert html.count(told) == 1
        assert f'<a href="{link}">标记需补正的内容</a>' in html
    review.mark_field(cast.chen, case, table.key, table.fields[0].key, "示例：请核对企业名单。")
    for page in (page_of(case), notice):
        assert told not in client.get(page).content.decode()
