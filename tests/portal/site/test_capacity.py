"""算力查找: 陈 of the secretariat asks which certified base could take a task; a program of the
command centre asks the same with a key that 安, the security administrator, issued."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dataaccess import intake, windows
from dataaccess.actions import centre_keys, downtime, questions
from dataaccess.api.examples import BODIES
from dataaccess.models import Base, CentreKey, Question
from evaluation.demo.reports import send_today
from evaluation.demo.tables import cards as example_cards
from evaluation.models import Certificate, CertificateState, Declaration
from portal.ledger.models import AuditEvent
from tests.dataaccess.conftest import signed_in
from tests.evaluation.cast import Cast

ASK = "/capacity/?accelerator=gpu&pflops="


@pytest.fixture
def base(certificate: Certificate) -> Base:
    """A certified base of 山东 with 600 PFLOPS of GPU, of which 20 % and more are idle; it has
    told where it lies."""
    base = certificate.base
    located = json.dumps(BODIES["base_info"]).encode()
    intake.accept(base, "base_info", located, received_at=timezone.now())
    send_today(base, 1000)
    return base


def page(cast: Cast, address: str) -> str:
    return " ".join(signed_in(cast.chen).get(address).content.decode().split())


def ask(text: str, **asked: Any) -> Any:
    headers = {"Authorization": f"Bearer {text}"}
    return Client().get("/api/v1/capacity", asked, headers=headers)


@pytest.fixture
def key(cast: Cast) -> str:
    return centre_keys.issue(label="调度平台", networks=[], actor=cast.secadmin)[1]


def test_the_page_says_who_could_take_it_and_why(cast: Cast, base: Base) -> None:
    idle = 600 * 20 // 100
    found = page(cast, f"{ASK}{idle}")
    assert "1 个基地可以承接" in found
    assert "承接后占用最多的是GPU 算力：用去其空闲量的100%" in found
    assert base.name in found
    lacking = page(cast, f"{ASK}{idle + 7}")
    assert "没有基地满足全部条件" in lacking
    assert "GPU 算力差 7 PFLOPS" in lacking
    assert "排除的原因：空闲量不足：1 个基地。" in lacking


def test_the_condition_that_excluded_is_named_with_its_distance(cast: Cast, base: Base) -> None:
    """济南 is 366 km and 5.5 ms from Beijing; 3 ms stand for 200 km."""
    found = page(cast, f"{ASK}5&origin=110000&latency=3")
    assert "没有基地满足全部条件" in found
    assert "排除的原因：往返时延超过 3 ms（约合直线 200 km）：1 个基地。" in found
    both = page(cast, f"{ASK}9999&origin=110000&latency=3")
    assert (
        "排除的原因：空闲量不足：1 个基地；往返时延超过 3 ms（约合直线 200 km）：1 个基地。" in both
    )
    assert "15 ms 约合直线 1,000 km" in found
    assert "排除的原因" not in page(cast, f"{ASK}5&origin=110000&latency=6")


def test_a_distance_excludes_and_says_so(cast: Cast, base: Base) -> None:
    """济南, as it told, is 366 km from Beijing."""
    found = page(cast, f"{ASK}5&origin=110000&distance=365")
    assert "没有基地满足全部条件" in found
    assert "排除的原因：直线距离超过 365 km：1 个基地。" in found
    assert "直线距离超过上限" in found
    assert "1 个基地可以承接" in page(cast, f"{ASK}5&origin=110000&distance=367")
    unplaced = signed_in(cast.chen).get(f"{ASK}5&distance=300")
    assert unplaced.status_code == 422
    assert "限定距离或时延时，请选择使用方所在省份或填写坐标。" in unplaced.content.decode()


def test_coordinates_far_from_the_province_are_left_aside(cast: Cast, base: Base) -> None:
    """It tells of a place in 北京 while it lies in 山东: 366 km away, by its capital."""
    assert "上报坐标与所在省份不符" not in page(cast, f"{ASK}5&origin=110000")
    wrong = {**BODIES["base_info"], "基地所在位置": "116.43351,39.90851"}
    told = intake.accept(base, "base_info", json.dumps(wrong).encode())
    assert "far_from_province" in [each["code"] for each in told.body["warnings"]]
    assert "没有基地满足全部条件" in page(cast, f"{ASK}5&origin=110000&distance=300")
    found = page(cast, f"{ASK}5&origin=110000&distance=400")
    assert "1 个基地可以承接" in found
    assert "上报坐标与所在省份不符，按省会计" in found


def declare(base: Base, number: int, cards: Any) -> None:
    """A submitted version of the application that led to the certificate."""
    evaluation = Certificate.objects.get(base=base).evaluation
    Declaration.objects.create(
        evaluation=evaluation,
        number=number,
        tables={"technical": {"cards": cards} if cards else {}},
        values={},
        digest=f"{number:064}",
        submitted_by=evaluation.created_by,
        submitted_at=timezone.now(),
    )


@pytest.fixture
def cards(base: Base) -> None:
    """First 10 PFLOPS of all cards; as certified 400, of which 75 % on domestic ones."""
    declare(base, 1, example_cards(Decimal(10), Decimal(0)))
    declare(base, 2, example_cards(Decimal(400), Decimal(75)))


@pytest.mark.usefixtures("cards")
def test_cards_are_those_of_the_certified_declaration(cast: Cast, base: Base) -> None:
    domestic = page(cast, f"{ASK}5&cards=domestic")
    assert "1 个基地可以承接" in domestic
    assert "符合条件的卡：示例国产智算卡 D1 × " in domestic
    assert "X2" not in domestic
    assert "日报不分型号" in domestic
    missing = page(cast, f"{ASK}5&model=910B")
    assert "排除的原因：算力卡不符合条件：1 个基地。" in missing
    assert "申报的算力卡清单中没有符合条件的卡" in missing
    # What the task needs is beyond all of its X2, though 120 are idle.
    few = page(cast, f"{ASK}101&model=x2")
    assert "FP16峰值共 100 PFLOPS，少于所需" in few
    assert "排除的原因：算力卡不符合条件：1 个基地。" in few
    assert "1 个基地可以承接" in page(cast, f"{ASK}100&model=x2")
    wrong = signed_in(cast.chen).get(f"{ASK}5&model=%09")
    assert wrong.status_code == 422
    assert "请写型号中的字母、数字或汉字" in wrong.content.decode()


def test_a_base_without_a_list_of_cards_is_not_judged_to_have_them(cast: Cast, base: Base) -> None:
    declare(base, 1, None)
    assert "申报书没有算力卡清单，无法判断" in page(cast, f"{ASK}5&cards=domestic")


def test_gpu_or_npu_takes_the_one_with_more_idle(cast: Cast, base: Base) -> None:
    found = page(cast, "/capacity/?accelerator=gpu_or_npu&pflops=120")
    assert "1 个基地可以承接" in found
    assert "按空闲较多的GPU 算力计" in found


def test_an_empty_page_says_what_to_do_and_wrong_input_is_named(cast: Cast, base: Base) -> None:
    assert "填写需求后查找" in page(cast, "/capacity/")
    answer = signed_in(cast.chen).get(f"{ASK}5&latency=3")
    assert answer.status_code == 422
    assert "请选择使用方所在省份或填写坐标" in answer.content.decode()
    assert 'value="5"' in answer.content.decode()
    swapped = signed_in(cast.chen).get(f"{ASK}5&location=39.9,116.4").content.decode()
    assert "经度在前" in swapped


def test_a_base_that_never_reported_is_named_and_not_judged(
    cast: Cast, certificate: Certificate
) -> None:
    assert "另有 1 个已认定的基地从未上报算力信息" in page(cast, f"{ASK}1")


def test_a_base_whose_certificate_no_longer_stands_is_not_offered(cast: Cast, base: Base) -> None:
    Certificate.objects.update(state=CertificateState.REVOKED)
    assert base.name not in page(cast, f"{ASK}1")


def test_announced_downtime_keeps_it_out(cast: Cast, base: Base) -> None:
    today = windows.day_of(timezone.now())
    # Announced last week, when its first day was still to come.
    made = downtime.announce(
        base, today + timedelta(days=1), today + timedelta(days=3), "示例检修", actor=cast.lin
    )
    assert "1 个基地可以承接" in page(cast, f"{ASK}1")
    type(made).objects.update(first_day=today)
    assert f"已报备停机至{(today + timedelta(days=3)).isoformat()}" in page(cast, f"{ASK}1")


@pytest.mark.usefixtures("cards")
def test_a_program_asks_with_a_centre_key(base: Base, key: str) -> None:
    answer = ask(key, accelerator="gpu", pflops=100, origin="110000")
    assert answer.status_code == 200
    body = answer.json()
    assert body["need"] == {"gpu": 100}
    assert [match["base"] for match in body["fits"]] == [base.code]
    match = body["fits"][0]
    assert match["resources"] == [{"resource": "gpu", "need": 100, "idle": 120, "met": True}]
    assert match["report_date"] == windows.day_of(timezone.now()).isoformat()
    assert match["fresh"] is True
    # 济南 from 北京: some 366 km, so at least 5.5 ms there and back.
    assert (match["distance_km"], match["latency_ms"]) == (366, 5.5)
    assert match["cards"] == []
    assert body["without_data"] == []
    near = ask(key, accelerator="gpu", pflops=1, origin="110000", distance=400, cards="domestic")
    [card] = near.json()["fits"][0]["cards"]
    assert (card["model"], card["domestic"]) == ("示例国产智算卡 D1", True)
    assert CentreKey.objects.get().last_used_at is not None


def test_figures_in_doubt_are_told_and_ranked_as_they_are(cast: Cast, base: Base, key: str) -> None:
    day = windows.day_of(timezone.now()) - timedelta(days=1)
    before = {
        **BODIES["compute_report"],
        "GPU总算力": 6,
        "空闲GPU算力": 1,
        "统计日期": day.isoformat(),
    }
    intake.accept(base, "compute_report", json.dumps(before).encode())
    assert "数值待核实" not in page(cast, f"{ASK}100")
    assert ask(key, accelerator="gpu", pflops=100).json()["fits"][0]["in_doubt"] == []
    questions.watch()
    [question] = Question.objects.filter(base=base, subject="gpu")
    Question.objects.exclude(pk=question.pk).delete()
    found = page(cast, f"{ASK}100")
    assert "1 个基地可以承接" in found
    assert "数值待核实：GPU 算力" in found
    assert f'href="/questions/?state=unsettled&amp;base={base.code}"' in found
    [match] = ask(key, accelerator="gpu", pflops=100).json()["fits"]
    assert match["in_doubt"] == ["gpu"]
    assert "数值待核实：GPU 算力" in match["reasons"]
    questions.close(question, "属实", actor=cast.chen)
    assert "数值待核实" not in page(cast, f"{ASK}100")


def test_every_fault_of_the_parameters_is_named_at_once(base: Base, key: str) -> None:
    answer = ask(key, accelerator="abacus", pflops=0, pflop=3)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert {(e["field"], e["code"]) for e in answer.json()["errors"]} == {
        ("accelerator", "invalid_choice"),
        ("pflops", "min_value"),
        ("pflop", "unknown"),
    }


def test_a_fault_names_the_values_that_are_allowed(base: Base, key: str) -> None:
    def told(**asked: Any) -> dict[str, str]:
        return {e["field"]: e["message"] for e in ask(key, **asked).json()["errors"]}

    assert told() == {
        "accelerator": "缺少必填参数“accelerator”，请补充。"
        "可选值：fp16、gpu、npu、gpu_or_npu、dpu、fpga、asic。",
        "pflops": "缺少必填参数“pflops”，请补充。",
    }
    assert told(accelerator="gpu", pflops=1, cards="any", distance=5) == {
        "cards": "“any”不在可选值之中。可选值：domestic。",
        "origin": "限定距离或时延时，请选择使用方所在省份或填写坐标。",
    }
    assert told(accelerator="tpu", pflops="1.5", area="mars", memory="") == {
        "accelerator": "“tpu”不在可选值之中。可选值：fp16、gpu、npu、gpu_or_npu、dpu、fpga、asic。",
        "pflops": "应为整数，只写数字，如 100。",
        "area": "“mars”不在可选值之中。可选值：jing_jin_ji、yangtze_delta、greater_bay_area、"
        "cheng_yu，或省级代码如 370000。",
        "memory": "参数的值为空，请填写，不需要时请删去这个参数。",
    }


def test_another_method_is_a_problem_too(base: Base, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    answer = Client(enforce_csrf_checks=True).post("/api/v1/capacity", headers=headers)
    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_key_ends_at_once_and_stays_within_its_networks(cast: Cast, base: Base) -> None:
    bound, text = centre_keys.issue(label="外网", networks=["203.0.113.0/24"], actor=cast.secadmin)
    refused = ask(text, accelerator="gpu", pflops=1)
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    free, text = centre_keys.issue(label="内网", networks=["127.0.0.0/8"], actor=cast.secadmin)
    assert ask(text, accelerator="gpu", pflops=1).status_code == 200
    client = signed_in(cast.secadmin)
    client.post(f"/keys/centre/{free.pk}/revoke/")
    assert ask(text, accelerator="gpu", pflops=1).status_code == 401
    client.post(f"/keys/centre/{free.pk}/revoke/")
    said = AuditEvent.objects.filter(action__startswith="centre_key").values_list(
        "action", "subject"
    )
    assert list(said.order_by("seq")) == [
        ("centre_key.issued", f"centre_key:{bound.pk}"),
        ("centre_key.issued", f"centre_key:{free.pk}"),
        ("centre_key.revoked", f"centre_key:{free.pk}"),
    ]


def test_a_centre_keys_purpose_and_networks_are_changed(cast: Cast, base: Base) -> None:
    made, text = centre_keys.issue(label="旧平台", networks=[], actor=cast.secadmin)
    client = signed_in(cast.secadmin)
    address = f"/keys/centre/{made.pk}/change/"
    assert address in client.get("/keys/centre/").content.decode()
    assert 'value="旧平台"' in client.get(address).content.decode()
    wrong = client.post(address, {"label": "", "networks": "10.0.0.0/33"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"label", "networks"}
    changed = client.post(address, {"label": "新平台", "networks": "203.0.113.0/24"}, follow=True)
    assert "新平台" in changed.content.decode()
    assert ask(text, accelerator="gpu", pflops=1).status_code == 403
    [event] = AuditEvent.objects.filter(action="centre_key.changed")
    assert event.data["purpose_before"] == "旧平台"
    assert event.data["networks"] == ["203.0.113.0/24"]
    client.post(f"/keys/centre/{made.pk}/revoke/")
    ended = client.post(address, {"label": "x", "networks": ""}, follow=True).content.decode()
    assert "这个密钥已经失效，不能再修改。" in ended
    assert CentreKey.objects.get().label == "新平台"


def test_the_security_administrator_issues_a_key_that_is_shown_once(cast: Cast) -> None:
    client = signed_in(cast.secadmin)
    shown = client.post("/keys/centre/", {"label": "调度平台", "networks": "10.0.0.0/33"})
    assert shown.status_code == 422
    assert "10.0.0.0/33" in shown.content.decode()
    shown = client.post("/keys/centre/", {"label": "调度平台", "networks": "10.0.0.0/8"})
    assert shown.status_code == 201
    made = CentreKey.objects.get()
    assert made.networks == ["10.0.0.0/8"]
    assert made.prefix in shown.content.decode()
    listed = client.get("/keys/centre/").content.decode()
    assert "调度平台" in listed
    text = shown.content.decode().split('tabindex="0">')[1].split("<")[0]
    assert text.startswith("gyzc_")
    assert text not in listed


def test_the_example_of_refused_parameters_is_what_is_answered(key: str) -> None:
    document: Any = Client().get("/api/schema").json()
    said = document["paths"]["/api/v1/capacity"]["get"]["responses"]["422"]["content"]
    [example] = said["application/problem+json"]["examples"].values()
    assert ask(key, accelerator="gpu").json() == example["value"]
