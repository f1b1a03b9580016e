"""A conformance run from the test key to the PDF that is filed as proof: 林 tries the interfaces."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from dataaccess import queries
from dataaccess.actions import sandbox
from dataaccess.models import ApiKey, Base, ConformanceRun
from portal.accounts.models import Role, User
from portal.ledger import outbox
from portal.ledger.models import OutboxEntry
from tests.dataaccess.bodies import base_info, event, report, without
from tests.dataaccess.conftest import Caller, person, signed_in
from tests.evaluation.cast import make_cast

pytestmark = pytest.mark.django_db
IN_WINDOW = datetime.fromisoformat("2026-07-26T07:12:00+08:00")


def passed(run: ConformanceRun, user: User) -> list[str]:
    """The checks that the live part of the page ticks off."""
    page = signed_in(user).get(f"/sandbox/runs/{run.pk}/checks/")
    return [result.check.code for result, ok, _command in page.context["rows"] if ok]


def test_a_run_ticks_off_what_the_programs_show(lin: User, jinan: Base) -> None:
    with time_machine.travel(IN_WINDOW, tick=False):
        client = signed_in(lin)
        text = client.post("/sandbox/key/").context["text"]
        program = Caller(Client(), text)
        program.report(report())  # before the run: counts for nothing
        client.post("/sandbox/start/", {"window": "07:00-08:00"})
        run = ConformanceRun.objects.get()
        assert passed(run, lin) == []
        program.send("GET", "status")
        assert passed(run, lin) == ["connect"]
        refused = program.report(without(report(空闲CPU核数=-1), "GPU总算力"))
        page = client.get(f"/sandbox/runs/{run.pk}/").content.decode()
        for error in refused.json()["errors"]:
            assert error["message"] in page
        program.report(report(), headers={"Idempotency-Key": "one"})
        program.report(report(), headers={"Idempotency-Key": "one"})
        assert passed(run, lin) == ["connect", "resend", "compute_report", "mend", "window"]
        program.info(base_info(), headers={"User-Agent": "edge/1.0"})
        program.events(event(当前防御处理状态="未处理"))
        program.events([event(), 1])  # partly refused: no batch that was taken in full
        assert "batch" not in passed(run, lin)
        program.events([event(), event(攻击事件ID="e2")])
        client.post(f"/sandbox/runs/{run.pk}/call/")
        (call,) = program.send("GET", "status").json()["data_calls"]
        assert call["waiting_for"] == ["compute_report"]
        assert "call" not in passed(run, lin)
        program.report(report(空闲CPU核数=1))
        client.post(f"/sandbox/runs/{run.pk}/finish/")
    run.refresh_from_db()
    assert run.record is not None
    assert {check["title"]: check["passed"] for check in run.record["checks"]} == {
        "边缘节点以密钥接入": True, "断线后重发，不丢不重": True, "基地基本信息": True,
        "基地算力信息": True, "基地安全信息": True, "安全事件的处理经过": False,
        "批量推送": True, "按错误提示更正后重发": True, "在所选时段内上报": True,
        "及时答复数据统计要求": True,
    }  # fmt: skip
    assert (run.passed, run.number, run.record["agents"]) == (
        False,
        "工智接测〔2026〕1号",
        ["edge/1.0"],
    )
    # Over: further calls change nothing.
    program.events(event(当前防御处理状态="已处理"))
    assert "update" not in passed(run, lin)


def test_sandbox_data_stay_apart_from_everything_else(lin: User, jinan: Base) -> None:
    _key, text = sandbox.issue_key(lin)
    assert Caller(Client(), text).report(report()).status_code == 201
    assert list(Base.objects.all()) == list(queries.bases_for(lin)) == [jinan]
    assert list(jinan.organisation.bases.all()) == [jinan]
    base = Base.everything.get(sandbox=True)
    assert base.compute_reports.count() == 1
    chen = signed_in(person("chen", Role.SECRETARIAT))
    assert "沙箱" not in chen.get("/bases/").content.decode()
    for client in (chen, signed_in(lin)):
        assert client.get(f"/bases/{base.code}/").status_code == 404


def test_there_is_one_test_key_and_the_security_administrator_can_end_it(
    lin: User, jinan: Base
) -> None:
    _first, old = sandbox.issue_key(lin)
    key, new = sandbox.issue_key(lin)
    status = [Caller(Client(), each).send("GET", "status").status_code for each in (old, new)]
    assert status == [401, 200]
    security = signed_in(person("sec", Role.SECURITY_ADMIN))
    assert key.prefix in security.get("/keys/?state=valid").content.decode()
    answer = security.post(f"/bases/{key.base.code}/keys/{key.pk}/revoke/")
    assert answer["Location"] == "/keys/"
    assert Caller(Client(), new).send("GET", "status").status_code == 401
    assert ApiKey.objects.get(pk=key.pk).state == "revoked"


def test_another_organisations_runs_are_missing(lin: User, zhou: User, jinan: Base) -> None:
    run = sandbox.start(lin, "07:00-08:00")
    assert sandbox.start(lin, "12:00-13:00") == run  # one at a time
    client = signed_in(zhou)
    for path in ("", "checks/", "record.pdf", "file/"):
        assert client.get(f"/sandbox/runs/{run.pk}/{path}").status_code == 404
    assert client.post(f"/sandbox/runs/{run.pk}/finish/").status_code == 404


def test_a_passed_record_is_printed_and_filed_as_proof() -> None:
    cast = make_cast()
    case = cast.new_case()
    run = sandbox.finish(cast.lin, sandbox.start(cast.lin, "07:00-08:00"))
    client = signed_in(cast.lin)
    assert client.get(f"/sandbox/runs/{run.pk}/record.pdf").status_code == 404  # not yet made
    entry = OutboxEntry.objects.get(kind="conformance")
    assert outbox.deliver(entry.pk) is True
    outbox._handlers["conformance"](entry.payload)  # a second worker leaves it as it is
    printed = b"".join(client.get(f"/sandbox/runs/{run.pk}/record.pdf").streaming_content)
    assert printed.startswith(b"%PDF-")
    assert run.number in text_of(printed)
    # A run that has not shown everything is no proof.
    assert client.get(f"/sandbox/runs/{run.pk}/file/").status_code == 404
    ConformanceRun.objects.filter(pk=run.pk).update(passed=True)
    answer = client.post(f"/sandbox/runs/{run.pk}/file/", {"case": case.number})
    assert answer.status_code == 302
    filed = case.files.get(slot=10)
    assert (filed.name, filed.size) == (f"{run.number}.pdf", len(printed))
    again = client.post(f"/sandbox/runs/{run.pk}/file/", {"case": case.number})
    assert (again.status_code, case.files.count()) == (422, 1)


def text_of(printed: bytes) -> str:
    from io import BytesIO

    from pypdf import PdfReader

    pages: Any = PdfReader(BytesIO(printed)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "")


def test_a_viewer_looks_on(lin: User, jinan: Base) -> None:
    run = sandbox.start(lin, "07:00-08:00")
    viewer = person("wen", Role.APPLICANT, jinan.organisation)
    User.objects.filter(pk=viewer.pk).update(member_role="viewer")
    client = signed_in(viewer)
    page = client.get(f"/sandbox/runs/{run.pk}/").content.decode()
    assert "结束测试并出具记录" not in page
    for path in ("key/", "start/", f"runs/{run.pk}/call/", f"runs/{run.pk}/finish/"):
        assert client.post(f"/sandbox/{path}", {"window": "07:00-08:00"}).status_code == 404
    assert ApiKey.objects.count() == 0
