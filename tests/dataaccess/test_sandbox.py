"""A conformance run from the test key to the PDF that is filed as proof: 林 tries the interfaces."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from dataaccess import queries
from dataaccess.actions import sandbox
from dataaccess.models import ApiKey, Base, ConformanceRun
from portal.accounts.models import Role, User
from portal.ledger import outbox
from portal.ledger.models import OutboxEntry
from portal.site.templatetags.ui import moment
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
        client.cookies["django_language"] = "en"
        english = client.get(f"/sandbox/runs/{run.pk}/").content.decode()
        assert "The required field “GPU总算力” is missing" in english
        client.cookies["django_language"] = "zh-hans"
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
        "以密钥接入": True, "断线后重发，不丢不重": True, "基地基本信息": True,
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


def told(run: ConformanceRun, user: User) -> dict[str, tuple[str, bool, str]]:
    """What the page says of each check: the refusal it shows, whether that is half of it, a word."""
    page = signed_in(user).get(f"/sandbox/runs/{run.pk}/checks/")
    return {
        each.check.code: (each.failed.call if each.failed else "", each.half, each.said)
        for each, _ok, _command in page.context["rows"]
        if each.failed or each.said
    }


WINDOW_SAID = "所选时段是每天 07:00-08:00（北京时间）。"


def test_a_refused_call_is_told_at_its_own_step_alone(lin: User, jinan: Base) -> None:
    _key, text = sandbox.issue_key(lin)
    program = Caller(Client(), text)
    with time_machine.travel(IN_WINDOW, tick=False):
        run = sandbox.start(lin, "07:00-08:00")
        program.report(without(report(), "GPU总算力"))
        half = (
            "已完成一半：2026-07-26 07:12:00 的调用被拒收，按提示更正后再发一次同一接口，即为通过。"
        )
        assert told(run, lin) == {
            "mend": ("compute_report", True, half),
            "window": ("", False, WINDOW_SAID),
        }
        page = signed_in(lin).get(f"/sandbox/runs/{run.pk}/").content.decode()
        assert page.count("完成一半</span>") == 1
        program.report(report())
        program.report(without(report(), "GPU总算力"))
        assert told(run, lin) == {
            "call": ("compute_report", False, ""),
            "window": ("", False, WINDOW_SAID),
        }


def test_a_good_call_outside_the_window_is_told_with_its_time_and_the_window_meant(
    lin: User, jinan: Base
) -> None:
    _key, text = sandbox.issue_key(lin)
    program = Caller(Client(), text)
    with time_machine.travel(datetime.fromisoformat("2026-07-26T02:30:00+08:00"), tick=False):
        run = sandbox.start(lin, "12:00-13:00")
        assert told(run, lin)["window"][2] == "所选时段是每天 12:00-13:00（北京时间）。"
        program.report(report())
        assert told(run, lin)["window"][2] == (
            "2026-07-26 02:30:00 的调用已接收，但不在所选时段内；"
            "请在每天 12:00-13:00（北京时间）再调用一次。"
        )
        program.report(report(统计日期="2026-07-25"))
        assert "上报的是以前日期的数据" in told(run, lin)["window"][2]
        finished = sandbox.finish(lin, run)
        assert finished.record is not None
        said = {check["title"]: check["said"] for check in finished.record["checks"]}
        assert said["在所选时段内上报"] == told(run, lin)["window"][2]


def test_the_record_says_which_program_called_and_that_the_node_is_seen_on_site(
    lin: User, jinan: Base
) -> None:
    _key, text = sandbox.issue_key(lin)
    run = sandbox.start(lin, "07:00-08:00")
    Caller(Client(), text).send("GET", "status", headers={"User-Agent": "curl/8.5.0"})
    said = (
        "调用的程序自称 curl/8.5.0，来自 127.0.0.1。密钥可用；是否由边缘节点调用，平台看不出，"
        "边缘节点本身在现场核查。"
    )
    assert told(run, lin)["connect"] == ("", False, said)
    sandbox.finish(lin, run)
    entry = OutboxEntry.objects.get(kind="conformance")
    assert outbox.deliver(entry.pk) is True
    page = signed_in(lin).get(f"/sandbox/runs/{run.pk}/record.pdf")
    printed = text_of(b"".join(page.streaming_content)).replace(" ", "")
    assert said.replace(" ", "") in printed


def test_the_samples_hold_and_the_data_call_names_the_call_that_answers_it(
    lin: User, jinan: Base
) -> None:
    client = signed_in(lin)
    handled = client.get("/sandbox/files/event-handled.json").json()
    assert (handled["是否仍在攻击"], handled["当前防御处理状态"]) == ("否", "已处理")
    run = sandbox.start(lin, "07:00-08:00")
    page = client.get(f"/sandbox/runs/{run.pk}/checks/")
    commands = {each.check.code: command for each, _ok, command in page.context["rows"]}
    assert commands["call"].partition(" --data ")[2] == (
        f"@compute.json {settings.PUBLIC_URL}/api/v1/compute-reports"
    )


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
    for wanted in (key.prefix, f"{key.prefix}…", key.prefix.removeprefix("gyzs_"), new):
        found = security.get("/keys/", {"q": wanted}).context["page_obj"]
        assert [each.pk for each in found] == [key.pk]
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
    # A run that has not shown everything is no proof, and says so itself.
    assert "10项测试未全部通过，本记录不能作为 8.4 四项指标的证明材料" in text_of(printed)
    assert client.get(f"/sandbox/runs/{run.pk}/file/").status_code == 404
    ConformanceRun.objects.filter(pk=run.pk).update(passed=True)
    answer = client.post(f"/sandbox/runs/{run.pk}/file/", {"case": case.number})
    assert answer.status_code == 302
    filed = case.files.get(slot=10)
    assert (filed.name, filed.size) == (f"{run.number}.pdf", len(printed))
    for path in ("", "file/"):
        page = client.get(f"/sandbox/runs/{run.pk}/{path}").content.decode()
        assert (
            f"已由{cast.lin.name}于 {moment(timezone.localtime(filed.uploaded_at))} 加入申报"
            in page
        )
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
