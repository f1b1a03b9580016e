"""Contact data go, the record stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from evaluation.actions import misuse, objections
from evaluation.actions import pool as pool_actions
from evaluation.models import Declaration, Expert, MisuseReport, Objection, PanelScore, ScoreRun
from portal.accounts.actions import people
from portal.accounts.errors import Refused
from portal.accounts.models import User
from portal.ledger import audit
from portal.ledger.models import AuditEvent
from tests.evaluation.cast import Cast, make_cast, signed_in

pytestmark = pytest.mark.django_db
MAILBOX, PHONE = "gone@example.org", "13812341234"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def record() -> list[Any]:
    """What a case rests on."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Declaration, PanelScore, ScoreRun, AuditEvent)
    ]


def everything_kept() -> str:
    """Each text of the database."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows.append(str(cursor.fetchall()))
    return "\n".join(rows)


def test_an_expert_who_left_is_erased_and_the_case_stays_as_it_was(cast: Cast) -> None:
    case = cast.case_in("certified")
    expert = case.assignments.filter(duty="panel").earliest("pk").expert
    User.objects.filter(pk=expert.pk).update(email=MAILBOX, phone=PHONE)
    Expert.objects.filter(user=expert).delete()
    client = signed_in(cast.sysadmin)
    page = f"/admin/people/{expert.pk}/"

    def erase(reason: str = "本人申请") -> str:
        return client.post(f"{page}erase/", {"reason": reason}, follow=True).content.decode()

    assert "请先由安全管理员停用" in erase()
    people.disable_user(cast.secadmin, User.objects.get(pk=expert.pk))
    assert "请填写清除的理由" in erase(" ")
    before = record()
    assert "已清除" in erase()

    *kept, events = record()
    assert kept == before[:-1]
    assert events[: len(before[-1])] == before[-1]
    (event,) = AuditEvent.objects.filter(action="accounts.erase_contacts")
    assert (event.actor, event.subject, event.data) == (
        cast.sysadmin, f"user:{expert.pk}", {"reason": "本人申请"},
    )  # fmt: skip
    assert list(audit.faults()) == []
    call_command("verify_audit", verbosity=0)
    call_command("recheck_scores", verbosity=0)
    gone = User.objects.get(pk=expert.pk)
    assert (gone.name, gone.username, gone.phone) == (expert.name, expert.username, "")
    assert MAILBOX not in everything_kept()
    with pytest.raises(Refused, match="联系方式已清除"):
        people.enable_user(cast.secadmin, gone)
    assert "联系方式已清除" in client.get(page).content.decode()


def test_who_still_serves_or_stands_in_the_pool_is_not_erased(cast: Cast) -> None:
    case = cast.case_in("panel_scoring")
    expert = case.assignments.filter(duty="panel").earliest("pk").expert
    User.objects.filter(pk=expert.pk).update(is_active=False)
    client = signed_in(cast.sysadmin)
    erase = f"/admin/people/{expert.pk}/erase/"
    sent = {"reason": "本人申请"}
    assert "未办结的案卷" in client.post(erase, sent, follow=True).content.decode()
    idle = pool_actions.add(
        cast.chen,
        pool_actions.Person("示例专家陶", "tao@example.org", PHONE),
        pool_actions.Facts(fields=("算力",)),
    ).user
    erase = f"/admin/people/{idle.pk}/erase/"
    assert "还在专家库中" in client.post(erase, sent, follow=True).content.decode()
    assert User.objects.get(pk=idle.pk).phone == PHONE


def test_an_objector_is_erased_after_the_time_and_the_answer_stays(cast: Cast) -> None:
    case = cast.case_in("published")
    made = objections.record_objection(
        cast.chen,
        case,
        objections.Given("person", "示例异议人", PHONE, "内容", "11010519491231002X", "", MAILBOX),
        timezone.localdate(),
    )
    client = signed_in(cast.chen)
    page = f"/cases/{case.number}/objections/{made.pk}/"
    refused = client.post(f"{page}erase/", {"reason": "期满"}, follow=True).content.decode()
    assert "1095天后才能清除" in refused
    objections.take_step(cast.chen, made, timezone.localdate(), "核实了身份。")
    objections.close_objection(cast.chen, made, "upheld", "维持。")
    Objection.objects.filter(pk=made.pk).update(closed_at=timezone.now() - timedelta(days=1095))
    assert "清除联系方式" in client.get(page).content.decode()
    assert (
        "已清除" in client.post(f"{page}erase/", {"reason": "期满"}, follow=True).content.decode()
    )
    kept = Objection.objects.get(pk=made.pk)
    assert (kept.objector, kept.identity, kept.contact, kept.email) == ("", "", "", "")
    assert (kept.content, kept.answer, kept.outcome) == ("内容", "维持。", "upheld")
    (event,) = AuditEvent.objects.filter(action="evaluation.erase_contacts")
    assert (event.case, event.data) == (case.number, {"reason": "期满"})
    assert list(audit.faults()) == []


def test_who_reported_misuse_is_erased_after_the_time(cast: Cast) -> None:
    made = misuse.report(
        kind="other", about="某公司", content="内容", where="", reporter="示例甲", contact=PHONE
    )
    client = signed_in(cast.chen)
    page = f"/misuse-reports/{made.pk}/"
    client.post(f"{page}erase/", {"reason": "期满"})
    assert MisuseReport.objects.get().contact == PHONE
    misuse.take_on(cast.chen, made)
    misuse.close(cast.chen, made, outcome="not_found", answer="未发现。")
    MisuseReport.objects.update(closed_at=timezone.now() - timedelta(days=1096))
    client.post(f"{page}erase/", {"reason": "期满"})
    kept = MisuseReport.objects.get()
    assert (kept.reporter, kept.contact, kept.answer) == ("", "", "未发现。")
    assert list(audit.faults()) == []
