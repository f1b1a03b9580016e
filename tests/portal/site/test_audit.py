"""审计日志: for the audit administrator alone, a page at a time, and provably whole."""

import csv
import io

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.ledger import append_only, audit
from portal.ledger.models import AuditEvent
from tests.evaluation.cast import Cast, signed_in
from tests.portal.site.reading import rows, words


def record(cast: Cast, count: int, action: str = "example.done", **data: object) -> None:
    for _ in range(count):
        with transaction.atomic():
            audit.record(cast.chen, action, "evaluation:1", case="PG2026-0001", **data)


def sequence(response) -> list[int]:  # type: ignore[no-untyped-def]
    return [int(row[0]) for row in rows(response)]


def test_only_the_audit_administrator_sees_it(cast: Cast, client: Client) -> None:
    assert client.get("/audit/")["Location"] == "/accounts/login/?next=/audit/"
    for user in (cast.lin, cast.chen, cast.zhou, cast.experts[0], cast.sysadmin, cast.secadmin):
        assert signed_in(user).get("/audit/").status_code == 404
        assert signed_in(user).post("/audit/export/").status_code == 404
    assert "审计日志" in words(signed_in(cast.auditor).get("/audit/"))


def test_pages_go_by_number_and_meet_without_a_gap(cast: Cast) -> None:
    record(cast, 120)
    last = AuditEvent.objects.latest("seq").seq
    browser = signed_in(cast.auditor)
    first = sequence(browser.get("/audit/"))
    assert first == list(range(last, last - 50, -1))
    second = sequence(browser.get("/audit/", {"before": first[-1]}))
    assert second == list(range(first[-1] - 1, first[-1] - 51, -1))
    assert sequence(browser.get("/audit/", {"after": second[0]})) == first
    assert sequence(browser.get("/audit/", {"before": 1})) == []
    for nonsense in ("x", "-1", "9" * 60, "١"):
        assert sequence(browser.get("/audit/", {"before": nonsense})) == first


def test_queries_do_not_grow_with_the_events(cast: Cast) -> None:
    browser = signed_in(cast.auditor)
    record(cast, 1)
    browser.get("/audit/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/audit/")
    record(cast, 60)
    with CaptureQueriesContext(connection) as many:
        browser.get("/audit/")
    assert len(many) == len(few) == 4  # session, user, events with names, head


def test_whatever_an_event_names_its_data_is_shown(cast: Cast) -> None:
    with transaction.atomic():
        audit.record(cast.sysadmin, "example", "user:7", items=["甲", "乙", "丙"])
    assert "丙" in signed_in(cast.auditor).get("/audit/").content.decode()


def test_it_is_filtered_by_actor_action_subject_case_and_day(cast: Cast) -> None:
    record(cast, 2)
    with transaction.atomic():
        event = audit.record(cast.sysadmin, "example.other", "user:7")
    browser = signed_in(cast.auditor)
    day = event.at.astimezone().date().isoformat()
    for filters in (
        {"actor": "sysadm"}, {"action": "example.other"}, {"subject": "user:7"},
    ):  # fmt: skip
        assert sequence(browser.get("/audit/", filters)) == [event.seq]
    assert len(sequence(browser.get("/audit/", {"case": "PG2026-0001"}))) == 2
    year = {"since": f"{day[:4]}-01-01", "until": f"{day[:4]}-12-31"}
    assert event.seq in sequence(browser.get("/audit/", year))
    assert sequence(browser.get("/audit/", {"since": "2999-01-01"})) == []
    assert sequence(browser.get("/audit/", {"until": "2000-01-01"})) == []
    for nonsense in ("2026-02-31", "9999-12-31", "soon"):
        assert browser.get("/audit/", {"since": nonsense, "until": nonsense}).status_code == 200


def test_a_whole_chain_is_said_to_be_whole(cast: Cast) -> None:
    record(cast, 3)
    text = words(signed_in(cast.auditor).get("/audit/?verify=1"))
    assert "审计链完整" in text
    assert f"从第 1 条到第 {AuditEvent.objects.count()} 条逐条校验" in text


def test_an_altered_event_is_shown_and_named(cast: Cast) -> None:
    record(cast, 3)
    seq = AuditEvent.objects.latest("seq").seq - 1
    with append_only.lifted():
        AuditEvent.objects.filter(seq=seq).update(data={"amount": "1"})
    browser = signed_in(cast.auditor)
    marked = [row for row in rows(browser.get("/audit/")) if "不相符" in row[-1]]
    assert [int(row[0]) for row in marked] == [seq]
    text = words(browser.get("/audit/?verify=1"))
    assert "审计链校验未通过" in text
    assert f"event {seq} was altered" in text


def test_the_export_holds_what_was_found_is_inert_and_is_recorded(cast: Cast) -> None:
    record(cast, 2, note="=1+1")
    with transaction.atomic():
        audit.record(cast.sysadmin, "=cmd", "user:7")
    browser = signed_in(cast.auditor)
    answer = browser.post("/audit/export/?actor=sysadmin")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    head, *found = csv.reader(io.StringIO(text))
    assert head[:4] == ["序号", "时间", "操作人", "操作"]
    assert [row[2:6] for row in found] == [["sysadmin", "'=cmd", "'=cmd", "user:7"]]
    last = AuditEvent.objects.latest("seq")
    assert (last.action, last.actor, last.data["filters"]["actor"]) == (
        "export_audit", cast.auditor, "sysadmin",
    )  # fmt: skip
    assert list(audit.faults()) == []


def test_the_export_is_not_a_link(cast: Cast) -> None:
    assert signed_in(cast.auditor).get("/audit/export/").status_code == 405


@pytest.mark.django_db
def test_nothing_recorded_yet_is_said(cast: Cast) -> None:
    with append_only.lifted():
        AuditEvent.objects.all()._raw_delete("default")
    assert "还没有审计记录" in words(signed_in(cast.auditor).get("/audit/"))


def test_an_event_is_told_in_words(cast: Cast) -> None:
    with transaction.atomic():
        audit.record(
            cast.sysadmin,
            "accounts.change_user",
            f"user:{cast.lin.pk}",
            changed=["name"],
            role="secretariat",
            shared=True,
        )
        audit.record(cast.chen, "evaluation.accept", "evaluation:1", case="PG2026-0001",
                     source="submitted", target="agreement_drafting")  # fmt: skip
    text = words(signed_in(cast.auditor).get("/audit/")).replace("： ", "：")
    assert f"修改账号资料 账号：{cast.lin.name}" in text
    assert "角色：秘书处" in text
    assert "共享：是" in text
    assert "受理了申报 案卷：PG2026-0001" in text
    assert "原状态：待受理" in text
