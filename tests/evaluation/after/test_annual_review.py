"""The annual review through its pages: the applicant's part, the findings, the rectification."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dataaccess import intake
from dataaccess.api.examples import BODIES
from dataaccess.models import Base
from evaluation import queries_after, review_figures
from evaluation.actions import annual_review
from evaluation.demo.files import example_pdf
from evaluation.errors import Refused, WrongState
from evaluation.models import Certificate, Review
from portal.ledger.models import AuditEvent
from tests.evaluation.after import years
from tests.evaluation.cast import Cast, signed_in
from tests.portal.site.reading import words


def path(review: Review, rest: str = "") -> str:
    return f"/annual-reviews/{review.pk}/{rest}"


def filled(review: Review, **changed: Any) -> dict[str, Any]:
    """What the applicant's form sends, with a file where one is needed."""
    sent: dict[str, Any] = {}
    for key, answer in years.answers(review).items():
        sent[f"{key}-conforms"] = "true"
        sent[f"{key}-statement"] = answer.statement
        sent[f"{key}-version"] = answer.version
        if answer.uploads:
            sent[f"{key}-files"] = answer.uploads[0]
    return {**sent, **changed}


def report(base: Base, day: date, total: int, idle: int, hour: int = 7) -> None:
    body = {**BODIES["compute_report"], "统计日期": day.isoformat()}
    body |= {"FP16总算力": total, "空闲FP16算力": idle}
    moment = timezone.make_aware(datetime.combine(day, time(hour, 10)))
    intake.accept(base, "compute_report", json.dumps(body).encode(), received_at=moment)


def test_the_items_are_those_of_10_4_2_and_the_commitments(review: Review) -> None:
    keys = list(review.items.values_list("key", flat=True))
    assert keys == [
        "law", "name_use", "fees", "operation", "reporting", "data_calls", "capacity", "energy",
        "use", "industry", "chain", "attacks", "protection", "recovery",
        "commitment_access_timeliness",
    ]  # fmt: skip


def test_the_applicants_part_is_filled_from_the_years_reports(
    cast: Cast, certificate: Certificate
) -> None:
    base, today = certificate.base, timezone.localdate()
    Base.objects.filter(pk=base.pk).update(created_at=timezone.now() - timedelta(days=10))
    Certificate.objects.filter(pk=certificate.pk).update(certified_on=today - timedelta(days=9))
    report(base, today - timedelta(days=3), 1080, 540)
    report(base, today - timedelta(days=2), 1080, 270, hour=10)
    report(base, today - timedelta(days=1), 972, 162)
    event = {**BODIES["security_event"], "当前防御处理状态": "处理中"}
    event["攻击时间"] = f"{today - timedelta(days=1)} 10:00:00"
    intake.accept(base, "security_event", json.dumps([event]).encode())
    review = years.first_review(Certificate.objects.get(pk=certificate.pk))
    found = review_figures.figures(review)
    assert (found["timeliness"]["on_time"], found["timeliness"]["out_of_window"]) == (2, 1)
    assert found["capacity"] == {
        "certified": "1080",
        "latest": "972",
        "least": "972",
        "mean": "1044",
        "drift": "-10.0",
    }
    assert found["idle"] == {"days": 3, "share": "31.0"}
    assert found["attacks"] == {"total": 1, "unresolved": 1, "ongoing": found["attacks"]["ongoing"]}
    page = words(signed_in(cast.lin).get(path(review, "form/")))
    for said in (
        "变化 -10.0%",
        "FP16算力平均空闲占比 31.0%",
        "尚未处理完毕 1",
        "认定值 1080 PFLOPS",
    ):
        assert said in page


def test_what_is_missing_is_said_at_once_and_what_was_typed_is_kept(
    cast: Cast, review: Review
) -> None:
    lin = signed_in(cast.lin)
    sent = {f"{item.key}-version": item.version for item in review.items.all()} | {
        "law-statement": "示例：无处罚。",
        "submit": "1",
    }
    page = words(lin.post(path(review, "form/"), sent, follow=True))
    assert "“遵守国家法律法规”尚未选择是否符合。" in page
    assert "“安全保护等级”须上传证明材料。" in page
    assert page.count("尚未填写情况说明。") == 14
    assert "示例：无处罚。" in page
    review.refresh_from_db()
    assert review.state == "open"


def test_it_is_filled_submitted_sent_back_and_submitted_again(cast: Cast, review: Review) -> None:
    lin, chen = signed_in(cast.lin), signed_in(cast.chen)
    lin.post(path(review, "form/"), filled(review, submit="1"))
    review.refresh_from_db()
    assert review.state == "submitted"
    # What is typed into the draft afterwards is not what was handed in.
    chen.post(path(review, "moves/send_back/"), {"reason": "示例：请补充演练记录。"})
    page = words(lin.get(path(review, "form/")))
    assert "示例：请补充演练记录。" in page
    review.refresh_from_db()
    changed = filled(review, **{"recovery-statement": "示例：六月演练一次。"})
    lin.post(path(review, "form/"), changed)
    assert "示例：六月演练一次。" not in words(chen.get(path(review)))
    assert "示例：六月演练一次。" in words(lin.get(path(review)))
    annual_review.submit(cast.lin, review)
    assert "示例：六月演练一次。" in words(chen.get(path(review)))
    first, second = review.transitions.filter(move="submit").order_by("at")
    statements = [
        {item["key"]: item["statement"] for item in each.content["items"]}["recovery"]
        for each in (first, second)
    ]
    assert statements == ["示例说明：recovery。", "示例：六月演练一次。"]


def test_two_who_fill_it_in_never_overwrite_each_other_unseen(cast: Cast, review: Review) -> None:
    lin, han = signed_in(cast.lin), signed_in(cast.han)
    before = filled(review)
    han.post(path(review, "form/"), filled(review, **{"law-statement": "韩梅的说明。"}))
    late = lin.post(path(review, "form/"), {**before, "law-statement": "林工的说明。"})
    assert late.status_code == 422
    page = words(late)
    assert "本单位已有人保存过：遵守国家法律法规" in page
    assert "林工的说明。" in late.content.decode()
    assert review.items.get(key="law").statement == "韩梅的说明。"


def test_the_office_reads_what_was_handed_in_and_no_draft(cast: Cast, review: Review) -> None:
    chen = signed_in(cast.chen)
    annual_review.save_answers(cast.lin, review, years.answers(review))
    assert "示例说明" not in words(chen.get(path(review)))
    file = queries_after.review_files_for(cast.lin, review).first()
    assert file is not None
    there = path(review, f"files/{file.pk}/")
    assert chen.get(there).status_code == 404
    assert signed_in(cast.lin).get(there).status_code == 200
    annual_review.submit(cast.lin, review)
    assert chen.get(there).status_code == 200
    assert signed_in(cast.other).get(there).status_code == 404


def test_a_file_that_was_handed_in_stays_when_it_leaves_the_draft(
    cast: Cast, review: Review
) -> None:
    lin, chen = signed_in(cast.lin), signed_in(cast.chen)
    years.carry(review, cast, "returned")
    file = review.items.get(key="energy").files.get().file
    lin.post(path(review, f"files/{file.pk}/remove/"))
    with pytest.raises(Refused, match="“电能利用效率”须上传证明材料。"):
        annual_review.submit(cast.lin, review)
    assert file.name in words(chen.get(path(review)))


def test_a_file_of_the_wrong_kind_is_refused_and_nothing_is_lost(
    cast: Cast, review: Review
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    lin = signed_in(cast.lin)
    bad = SimpleUploadedFile("说明.html", b"<script>alert(1)</script>")
    answer = lin.post(path(review, "form/"), filled(review, **{"energy-files": bad}))
    assert answer.status_code == 422
    assert "文件“说明.html”的内容不是可接受的类型" in words(answer)
    assert "示例说明：law。" in answer.content.decode()


def judged(chen: Client, review: Review, *wanting: str) -> None:
    for key in review.items.values_list("key", flat=True):
        verdict = "wanting" if key in wanting else "good"
        text = "示例：连续缺报。" if key in wanting else ""
        sent = {f"{key}-verdict": verdict, f"{key}-text": text}
        assert chen.post(path(review, f"items/{key}/"), sent).status_code == 302


def test_it_is_concluded_only_when_every_item_was_judged_and_met(
    cast: Cast, review: Review
) -> None:
    chen = signed_in(cast.chen)
    years.carry(review, cast, "submitted")
    page = words(chen.post(path(review, "moves/conclude/")))
    assert "还有15项未作出判断" in page
    judged(chen, review, "reporting")
    assert "有不合格的项目，请发出整改通知。" in words(chen.post(path(review, "moves/conclude/")))
    judged(chen, review)
    chen.post(path(review, "moves/conclude/"))
    review.refresh_from_db()
    assert review.state == "passed"
    assert "第1年年审合格。" in words(Client().get(f"/verify/{review.certificate.number}/"))


def test_a_verdict_without_its_finding_is_refused_where_the_page_begins(
    cast: Cast, review: Review
) -> None:
    chen = signed_in(cast.chen)
    years.carry(review, cast, "submitted")
    sent = {"reporting-verdict": "wanting", "reporting-text": ""}
    refused = chen.post(path(review, "items/reporting/"), sent)
    page = words(refused)
    said = page.index("该项的判定没有保存，请先改正")
    assert said < page.index("电能利用效率")
    assert 'href="#id_reporting-text"' in refused.content.decode()
    assert review.items.get(key="reporting").met is None


def test_a_rectification_from_notice_to_recheck(cast: Cast, review: Review) -> None:
    lin, chen = signed_in(cast.lin), signed_in(cast.chen)
    years.carry(review, cast, "submitted")
    judged(chen, review, "reporting", "energy")
    later = timezone.localdate() + timedelta(days=30)
    move = path(review, "moves/require_rectification/")
    refused = chen.post(move, {"reason": "示例", "deadline": timezone.localdate()})
    assert "期限须在今天之后。" in words(refused)
    chen.post(move, {"reason": "示例：两项不合格。", "deadline": later})
    public = words(Client().get(f"/verify/{review.certificate.number}/"))
    assert "持有单位正在限期整改" in public
    assert f"限于{later.year}年{later.month}月{later.day}日前完成整改" in public
    form = words(lin.get(path(review, "form/")))
    assert form.count("示例：连续缺报。") == 2
    sent = {"reporting-response": "示例：已恢复。", "energy-files": example_pdf("计量记录")}
    page = words(lin.post(path(review, "form/"), {**sent, "submit": "1"}, follow=True))
    assert "“电能利用效率”尚未填写整改情况。" in page
    assert "计量记录" in page
    sent = {"reporting-response": "示例：已恢复。", "energy-response": "示例：已校准。"}
    lin.post(path(review, "form/"), {**sent, "submit": "1"})
    review.refresh_from_db()
    assert review.state == "rechecking"
    page = words(chen.get(path(review)))
    assert "示例：已校准。" in page
    for key in ("reporting", "energy"):
        chen.post(path(review, f"items/{key}/"), {f"{key}-verdict": "good"})
    chen.post(path(review, "moves/accept_rectification/"))
    public = words(Client().get(f"/verify/{review.certificate.number}/"))
    assert "名录中有此编号，认定有效。" in public
    assert "第1年整改通过复查，年审合格。" in public


def test_a_deadline_is_extended_with_a_reason_and_only_to_a_later_day(
    cast: Cast, review: Review
) -> None:
    years.carry(review, cast, "rectification")
    assert review.rectify_by is not None
    with pytest.raises(Refused, match="新的期限须晚于原期限"):
        annual_review.extend(cast.chen, review, "示例", review.rectify_by)
    later = review.rectify_by + timedelta(days=1)
    annual_review.extend(cast.chen, review, "示例：设备到货推迟。", later)
    assert review.rectify_by == later
    page = words(signed_in(cast.lin).get(path(review)))
    assert "示例：设备到货推迟。" in page


def test_who_lets_the_day_pass_can_be_made_to_rectify(cast: Cast, review: Review) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Review.objects.filter(pk=review.pk).update(due_on=yesterday)
    review.refresh_from_db()
    chen = signed_in(cast.chen)
    assert "申报单位未提交年审材料" in words(chen.get(path(review)))
    annual_review.judge(cast.chen, review, "operation", met=False, finding="示例：未提交材料。")
    later = timezone.localdate() + timedelta(days=15)
    annual_review.require_rectification(cast.chen, review, "示例：逾期未提交。", later)
    assert review.state == "rectification"


def test_a_failed_review_leaves_the_revocation_to_two_persons(cast: Cast, review: Review) -> None:
    years.carry(review, cast, "failed")
    review.certificate.refresh_from_db()
    assert review.certificate.state == "rectification"
    page = words(signed_in(cast.chen).get(path(review)))
    assert "提请取消认定" in page
    public = words(Client().get(f"/verify/{review.certificate.number}/"))
    assert "第1年年审不合格：示例：拒绝整改。" in public


def test_the_list_shows_whose_turn_it_is(cast: Cast, review: Review) -> None:
    chen, lin = signed_in(cast.chen), signed_in(cast.lin)
    assert "待填报" in words(lin.get("/desk/"))
    assert "还没有年审" not in words(lin.get("/annual-reviews/"))
    assert words(signed_in(cast.other).get("/annual-reviews/?state=all")).count("第 1 年") == 0
    Review.objects.filter(pk=review.pk).update(due_on=timezone.localdate() - timedelta(days=3))
    late = words(chen.get("/annual-reviews/?state=overdue"))
    assert "已逾期 3 天" in late
    assert "第 1 年年审" in words(chen.get("/desk/"))
    found = words(chen.get(f"/annual-reviews/?state=all&q={review.certificate.number}"))
    assert found.count("第 ") == 3
    assert "没有符合条件的年审" in words(chen.get("/annual-reviews/?state=all&q=没有"))


def test_a_viewer_reads_and_fills_nothing_in(cast: Cast, review: Review) -> None:
    wen = signed_in(cast.wen)
    assert wen.get(path(review)).status_code == 200
    answer = wen.get(path(review, "form/"))
    assert answer.status_code == 403
    assert "您是本单位的查看人，只能查看。" in words(answer)


def test_what_was_reported_as_rectified_stands_while_it_is_rechecked(
    cast: Cast, review: Review
) -> None:
    years.carry(review, cast, "rechecking")
    lin = signed_in(cast.lin)
    answer = lin.get(path(review, "form/"))
    assert answer.status_code == 302
    assert "第1年年审现为“待复查”，不能进行此操作。" in words(lin.get(answer["Location"]))
    assert signed_in(cast.wen).get(path(review, "form/")).status_code == 403


def test_a_rectification_is_written_by_those_who_write_for_the_holder(
    cast: Cast, review: Review
) -> None:
    years.carry(review, cast, "rectification")
    clients = {who: signed_in(getattr(cast, who)) for who in ("lin", "han", "wen", "chen")}
    met = {who: client.get(path(review, "form/")).status_code for who, client in clients.items()}
    assert met == {"lin": 200, "han": 200, "wen": 403, "chen": 403}


def test_the_calendar_opens_a_review_once(review: Review) -> None:
    items = review.items.count()
    with pytest.raises(WrongState, match="第1年年审现为“待填报”"):
        annual_review.open_review(review)
    assert review.items.count() == items


def test_the_nearest_review_can_be_opened_early_with_a_reason(
    cast: Cast, certificate: Certificate
) -> None:
    first, second = certificate.reviews.order_by("due_on")[:2]
    chen = signed_in(cast.chen)
    page = f"/annual-reviews/{first.pk}/"
    assert "提前启动年审" in words(chen.get(page))
    assert chen.post(f"{page}moves/open_early/", {"reason": ""}).status_code == 422
    with pytest.raises(Refused, match="第1年年审尚未办结"):
        annual_review.open_early(cast.chen, second, "示例：接到举报。")
    chen.post(f"{page}moves/open_early/", {"reason": "示例：接到举报。"})
    first.refresh_from_db()
    assert first.state == "open"
    assert first.items.count() > 0
    event = AuditEvent.objects.get(action="certificate.review_open_early")
    assert (event.actor, event.data["reason"]) == (cast.chen, "示例：接到举报。")


def test_a_conclusion_that_cannot_be_drawn_yet_says_why(cast: Cast, review: Review) -> None:
    years.carry(review, cast, "submitted")
    page = signed_in(cast.chen).get(f"/annual-reviews/{review.pk}/").content.decode()
    assert page.count('disabled aria-describedby="why-blocked"') == 2
    # Both wait for the same: it is said once.
    why = page.split('id="why-blocked"')[1].split("</div>")[0]
    assert why.count("<p>") == 1
    assert "项未作出判断" in why
