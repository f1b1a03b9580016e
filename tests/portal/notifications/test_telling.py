"""Telling people: in the portal always, by mail in their language unless they switched it off."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from evaluation import notify
from evaluation.actions import experts, review
from evaluation.correction import defects_under_correction
from evaluation.models import Duty
from portal.ledger import outbox
from portal.ledger.models import OutboxEntry
from portal.notifications import actions
from portal.notifications.kinds import VARIABLES, Mail, table, variables_in
from portal.notifications.models import Notification
from portal.notifications.telling import put_mail, tell
from portal.notifications.wording import LANGUAGES, default
from tests.evaluation.cast import make_cast
from tests.portal.accounts.organisations import person

pytestmark = pytest.mark.django_db


def remind(*users, key: str = "review:1") -> None:
    with transaction.atomic():
        tell(
            users,
            "review_due",
            key,
            path="/verify/GYZS-1/",
            title="示例基地",
            certificate="GYZS-1",
            year=1,
            deadline=date(2026, 8, 7),
        )


def sent() -> list[tuple[str, str, str]]:
    mail.outbox.clear()
    outbox.sweep()
    return [(letter.to[0], letter.subject, letter.body) for letter in mail.outbox]


def test_each_is_told_in_the_portal_in_both_languages_and_by_mail_in_the_own(settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    chen, wu = person("chen", "secretariat"), person("wu", "secretariat", language="en")
    remind(chen, wu)
    assert [
        (told.user, told.subject_zh, told.subject_en, told.path)
        for told in Notification.objects.order_by("id")
    ] == [
        (user, "年审提醒：示例基地", "Annual review due: 示例基地", "/verify/GYZS-1/")
        for user in (chen, wu)
    ]
    assert sent() == [
        (
            "chen@example.org",
            "年审提醒：示例基地",
            "chen：\n\n证书GYZS-1的第1年年审应于2026年8月7日（含）前完成（规范10.4.1）。\n\n"
            "请登录查看：https://portal.example.org/verify/GYZS-1/\n\n工业智算基地评估平台\n",
        ),
        (
            "wu@example.org",
            "Annual review due: 示例基地",
            "Dear wu,\n\nThe annual review of year 1 of certificate GYZS-1 is due by 7 August 2026 (standard, 10.4.1).\n\n"
            "Sign in to see it: https://portal.example.org/verify/GYZS-1/\n\n"
            "Industrial Intelligent Computing Bases\n",
        ),
    ]


def test_the_same_thing_is_told_once():
    chen, wu = person("chen", "secretariat"), person("wu", "secretariat")
    remind(chen)
    remind(chen, wu)
    remind(chen, wu, key="review:2")
    assert sorted(told.key for told in Notification.objects.all()) == [
        f"review_due:review:{nth}:{user.pk}" for nth in (1, 2) for user in (chen, wu)
    ]
    assert len(sent()) == 4


def test_who_switched_a_kind_off_gets_it_in_the_portal_alone():
    chen, wu = person("chen", "secretariat"), person("wu", "secretariat")
    wanted = [code for code in table() if code != "windows_missed"]
    actions.choose(chen, language="zh-hans", mails=wanted)
    with transaction.atomic():
        tell([chen, wu], "windows_missed", "1", day="1", window="2", count=3, names="甲")
    assert [told.user for told in Notification.objects.order_by("id")] == [chen, wu]
    assert [to for to, _subject, _body in sent()] == ["wu@example.org"]


def test_a_formal_notice_cannot_be_switched_off():
    chen = person("chen", "secretariat")
    actions.choose(chen, language="zh-hans", mails=[])
    remind(chen)
    assert [subject for _to, subject, _body in sent()] == ["年审提醒：示例基地"]


def test_words_already_written_go_out_as_they_are():
    chen = person("chen", "secretariat")
    with transaction.atomic():
        put_mail(chen, "thing:1", "标题", "正文\n")
        put_mail(chen, "thing:1", "标题", "正文\n")
    assert sent() == [("chen@example.org", "标题", "正文\n")]
    told = Notification.objects.get()
    assert (told.kind, told.subject_zh, told.subject_en, told.body_en) == (
        "other", "标题", "标题", "正文",
    )  # fmt: skip


def test_a_value_that_the_words_may_use_must_be_given():
    chen = person("chen", "secretariat")
    with pytest.raises(KeyError, match="windows_missed is told without count, names"):
        tell([chen], "windows_missed", "1", day="1", window="2")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", table())
def test_every_kind_says_only_what_it_is_given(code: str, language: str):
    kind = table()[code]
    words = default(kind, language)
    used = {*variables_in(words.subject), *variables_in(words.body)}
    assert used - {*kind.allowed} == set()
    assert set(kind.needed) - used == set()
    assert set(kind.allowed) <= VARIABLES.keys()
    assert bool(kind.why_always) == (kind.mail == Mail.ALWAYS)


# Cases


def test_an_expert_is_told_of_which_case_once_the_pledge_is_signed_and_not_before():
    cast = make_cast()
    case = cast.case_in("panel_scoring")
    told = Notification.objects.filter(user__in=cast.experts[2:4])
    before = told.filter(kind="expert_invitation")
    assert before.count() == 2
    for each in before:
        whole = f"{each.subject_zh}{each.subject_en}{each.body_zh}{each.body_en}{each.path}"
        assert case.number not in whole
        assert case.organisation.name not in whole
        assert each.case == ""
    for each in told.filter(kind="expert_work"):
        assert each.subject_zh == f"案卷{case.number}（{case.base.name}）的评估工作待您办理"
        assert (each.path, each.case) == (f"/cases/{case.number}/", case.number)
    unsigned = {"pledged_at": None, "signed_in_at": None}
    case.assignments.filter(expert=cast.experts[3]).update(**unsigned)
    notify.tell_experts(cast.experts[2:4], "expert_work", "again", case, awaits="打分")
    again = Notification.objects.filter(key__contains="again").order_by("user_id")
    assert [(each.user, each.path) for each in again] == [
        (cast.experts[2], f"/cases/{case.number}/"),
        (cast.experts[3], "/desk/"),
    ]
    assert again[1].subject_zh == "一项评估工作待您办理"


def test_what_is_told_of_a_case_reaches_only_experts_who_pledged_and_is_taken_back_on_release():
    cast = make_cast()
    case = cast.case_in("panel_preparation")
    signed, silent = cast.experts[2], cast.idle_expert
    answers = {
        expert: experts.assign(cast.chen, case, expert, Duty.PANEL, reason="示例")
        for expert in (signed, silent)
    }
    experts.pledge(signed, answers[signed])
    told = {"state": "甲", "organisation": "乙", "awaits": "丙"}
    with transaction.atomic():
        notify.tell_of_case([signed, silent, cast.chen], "work_waits", "visit", case, **told)
    reached = Notification.objects.filter(key__startswith="work_waits:visit:")
    assert {each.user for each in reached} == {signed, cast.chen}
    assert OutboxEntry.objects.filter(payload__user=signed.pk, payload__case=case.number).count()
    experts.release(cast.chen, answers[signed], "示例：时间冲突。")
    assert {each.user for each in reached.all()} == {cast.chen}
    assert not OutboxEntry.objects.filter(payload__user=signed.pk, payload__case=case.number)


def test_the_applicant_is_told_of_a_deficiency_notice_with_its_deadline():
    cast = make_cast()
    case = cast.case_in("correction")
    told = Notification.objects.filter(user=cast.lin, case=case.number).latest("id")
    assert (told.kind, told.subject_zh, told.path) == (
        "deficiency_notice",
        f"案卷{case.number}：补正通知",
        reverse("evaluation:correction", args=[case.number]),
    )
    [defect] = defects_under_correction(case)
    entry = f"1. {defect.label}：{defect.reason}"
    assert f"发现1处须补正：\n{entry}\n\n请在" in told.body_zh
    assert not Notification.objects.filter(user=cast.wen).exists()  # a viewer can do nothing


def test_a_deficiency_notice_with_many_entries_names_the_first_five():
    cast = make_cast()
    case = cast.case_in("preliminary_review")
    for slot in range(1, 11):
        good = slot > 6
        review.judge_slot(cast.chen, case, slot, accepted=good, reason="" if good else "示例")
    review.request_correction(cast.chen, case, timezone.localdate() + timedelta(days=15))
    told = Notification.objects.get(user=cast.lin, case=case.number, kind="deficiency_notice")
    named = [f"{d.number}. {d.label}：示例" for d in defects_under_correction(case)][:5]
    listed = "\n".join(named)
    assert f"发现6处须补正：\n{listed}\n等6处，其余见补正清单。\n\n请在" in told.body_zh
    assert "\n… 6 in all; see the correction list for the rest.\n\nPlease" in told.body_en


def test_publication_and_decision_reach_the_applicant():
    cast = make_cast()
    cast.case_in("certified")
    told = Notification.objects.filter(
        user=cast.lin, kind__in=["case_moved", "result_published", "decided"]
    )
    kinds = told.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["case_moved", "result_published", "decided"]
