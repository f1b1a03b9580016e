"""现场评估: observed values beside the declared ones, item by item and all at once."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.actions import site
from evaluation.demo import journey
from evaluation.demo.files import example_photo
from evaluation.edition import edition_of
from evaluation.models import Kind, Purpose, SiteRecord
from tests.evaluation.cast import make_cast, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast):
    return cast.case_in("site_visit")


@pytest.fixture
def leader(cast):
    return signed_in(cast.experts[0])


def page_of(case):
    return f"/cases/{case.number}/site-visit/"


def observed(case):
    return dict(case.site_records.values_list("indicator", "observed"))


def save(client, case, code, headers=None, **fields):
    data = {f"{code}-{name}": value for name, value in fields.items()}
    return client.post(f"{page_of(case)}{code}/", data, headers=headers or {})


def item(answer, code):
    return next(i for g in answer.context["groups"] for i in g.items if i.code == code)


def test_all_but_the_judged_indicators_are_there(case, leader):
    answer = leader.get(page_of(case))
    codes = [i.code for g in answer.context["groups"] for i in g.items]
    assert codes == [i.code for i in edition_of(case).indicators if i.kind != "judged"]
    assert len(codes) == 25
    assert "还有 25 项未核验" in answer.content.decode()


@pytest.mark.parametrize(
    ("code", "typed", "kept"),
    [
        ("pue", {"value": "1.280"}, "1.28"),
        ("rack_count", {"value": "１ 600"}, "1600"),  # full-width, grouped
        ("room_grade", {"value": "A"}, "A"),
        ("virtualization", {"value": ["network", "compute", "storage"]},
         ["compute", "storage", "network"]),
        ("energy_metering", {"value": "yes"}, True),
        ("operations_monitoring",
         {"value_round_the_clock": "yes", "value_fault_discovery_rate": "99.5"},
         {"round_the_clock": True, "fault_discovery_rate": "99.5"}),
        ("security_protection", {"value_level": "3", "value_assessed": "yes"},
         {"level": "3", "assessed": True}),
        ("access_exchange", {"value": "yes"}, True),
    ],
)  # fmt: skip
def test_each_kind_of_value_has_its_widget(case, leader, code, typed, kept):
    answer = save(leader, case, code, reason="示例：现场核对", instrument="示例仪表", **typed)
    assert answer["Location"] == f"{page_of(case)}#item-{code}"
    record = case.site_records.get()
    assert (record.indicator, record.observed, record.instrument) == (code, kept, "示例仪表")


def test_none_of_the_parts_is_a_value_of_its_own(case, leader):
    save(leader, case, "virtualization", value=["-"], reason="现场未见任何虚拟化平台")
    assert observed(case) == {"virtualization": []}
    answer = save(leader, case, "virtualization", value=["-", "compute"], reason="x")
    assert answer.status_code == 422
    assert observed(case) == {"virtualization": []}


def test_the_verdict_is_the_rules(case, leader):
    save(leader, case, "pue", value="1.3", reason="恰为限值")  # < 1.3 for a province
    save(leader, case, "rack_utilization", value="70", reason="恰为限值")  # >= 70
    answer = leader.get(page_of(case))
    assert item(answer, "pue").verdict == "not_met"
    assert item(answer, "rack_utilization").verdict == "met"
    assert item(answer, "fp16_peak").verdict == ""
    assert answer.context["not_met"] == 1


def test_a_difference_needs_its_reason_and_what_was_typed_stays(case, leader):
    answer = save(leader, case, "pue", HTMX, value="1.31", instrument="关口表")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "核验值与申报值不一致，请写明差异原因。" in html
    assert 'value="1.31"' in html
    assert 'value="关口表"' in html
    assert observed(case) == {}


@pytest.mark.parametrize(
    ("code", "fields", "sentence"),
    [
        ("pue", {"value": "0.9"}, "应为不小于1的数值"),
        ("pue", {"value": "abc"}, "应为不小于1的数值"),
        ("rack_count", {"value": "1.5"}, "整数"),
        ("room_grade", {"value": "Z"}, "Z"),
        ("pue", {}, "请填写此项。"),
        ("security_protection", {"value_level": "9", "value_assessed": "yes"}, "之间的整数"),
        ("security_protection", {"value_level": "3"}, "请填写此项。"),
    ],
)
def test_what_is_not_a_value_is_refused_beside_its_field(case, leader, code, fields, sentence):
    answer = save(leader, case, code, HTMX, reason="x", **fields)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert observed(case) == {}


def test_one_press_agrees_with_the_declared_value(cast, case, leader):
    declared = case.declarations.get().values
    for code in ("virtualization", "security_protection", "pue", "access_exchange", "room_grade"):
        answer = leader.post(f"{page_of(case)}{code}/", {"confirm": code})
        assert answer.status_code == 302, code
        assert observed(case)[code] == declared[code]
    assert not SiteRecord.objects.filter(differs=True).exists()


def test_htmx_gets_the_item_the_count_and_the_bar(case, leader):
    html = leader.post(f"{page_of(case)}pue/", {"confirm": "pue"}, headers=HTMX).content.decode()
    assert html.count("<article") == 1
    assert "还有 24 项未核验" in html
    assert html.count('hx-swap-oob="true"') == 3  # progress, bar, signatures
    assert "<html" not in html


def test_all_items_at_once_keeps_the_good_ones_and_shows_every_fault(case, leader):
    answer = leader.post(
        page_of(case),
        {
            "pue-value": "1.28",
            "storage_capacity-value": "-3", "storage_capacity-reason": "铭牌",
            "egress_bandwidth-value": "500",  # declared 600: no reason given
            "room_grade-value": "",
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert observed(case) == {"pue": "1.28"}
    html = answer.content.decode()
    assert 'value="-3"' in html
    assert "铭牌" in html
    assert 'value="500"' in html
    assert item(answer, "storage_capacity").form.errors
    assert item(answer, "egress_bandwidth").form.errors
    assert not item(answer, "room_grade").form.errors


def test_an_old_page_does_not_undo_what_a_colleague_saved(cast, case, leader):
    site.record(cast.experts[1], case, "pue", "1.28")
    answer = leader.post(
        page_of(case),
        # As the page was before: nothing recorded, nothing typed for pue.
        {"initial-pue-value": "", "pue-value": "", "fp16_peak-value": "1080"},
    )
    assert answer.status_code == 302
    assert observed(case) == {"pue": "1.28", "fp16_peak": "1080"}


def seen(client, case, code):
    return item(client.get(page_of(case)), code).form["seen"].value() or ""


def test_an_old_page_overwrites_no_finding_and_says_whose_it_is(cast, case, leader):
    old = seen(leader, case, "pue")
    first = cast.experts[1]
    site.record(first, case, "pue", "1.52", reason="补充负荷后复测", instrument="钳形功率计")
    for sent in ({"confirm": "pue"}, {"pue-value": "1.28", "pue-instrument": "关口表"}):
        answer = leader.post(f"{page_of(case)}pue/", {**sent, "pue-seen": old}, headers=HTMX)
        html = answer.content.decode()
        assert answer.status_code == 422
        assert f"您打开此页之后，{first.name}已于" in html
        assert "的核验值记为1.52" in html
        assert 'value="1.28"' in html  # what was typed, or was to be confirmed
        assert observed(case) == {"pue": "1.52"}
    assert 'value="关口表"' in html
    # The refused form has seen the finding that stands: sent again, a person has decided.
    again = {"pue-value": "1.28", "pue-seen": answer.context["item"].form["seen"].value()}
    assert leader.post(f"{page_of(case)}pue/", again, headers=HTMX).status_code == 200
    assert observed(case) == {"pue": "1.28"}
    shown = item(leader.get(page_of(case)), "pue")
    assert [(f.by, f.observed) for f in shown.earlier] == [(first.name, "1.52")]


def test_a_photo_is_kept_even_when_the_value_is_refused(case, leader):
    answer = save(leader, case, "pue", value="0.5", photo=example_photo())
    assert answer.status_code == 422
    photo = case.files.get(purpose=Purpose.SITE_PHOTO)
    assert photo.indicator == "pue"
    assert observed(case) == {}
    shown = item(leader.get(page_of(case)), "pue")
    assert [p.url for p in shown.photos] == [f"/cases/{case.number}/files/{photo.pk}/"]
    assert save(leader, case, "pue", photo=example_photo()).status_code == 302
    assert case.files.filter(purpose=Purpose.SITE_PHOTO).count() == 2


def test_what_is_no_picture_is_refused_in_a_sentence(case, leader):
    fake = SimpleUploadedFile("照片.jpg", b"<script>alert(1)</script>")
    answer = save(leader, case, "pue", HTMX, value="1.28", photo=fake)
    assert answer.status_code == 422
    assert "请上传：JPG、PNG" in answer.content.decode()
    assert 'value="1.28"' in answer.content.decode()
    assert not case.files.filter(purpose=Purpose.SITE_PHOTO).exists()


def test_the_leader_is_led_on_when_nothing_is_open(cast, case, leader):
    member = signed_in(cast.experts[1])
    for indicator in site.verified_on_site(case):
        member.post(f"{page_of(case)}{indicator.code}/", {"confirm": indicator.code})
    link = f"/cases/{case.number}/moves/close_visit/"
    assert link in leader.get(page_of(case)).content.decode()
    assert link not in member.get(page_of(case)).content.decode()
    assert leader.post(link).status_code == 302
    case.refresh_from_db()
    assert case.state == "panel_preparation"
    assert save(leader, case, "pue", value="1.2", reason="x").status_code == 302
    assert observed(case)["pue"] == "1.28"


def test_closing_the_visit_says_first_what_is_open(cast, case, leader):
    page = leader.get(f"/cases/{case.number}/moves/close_visit/").content.decode()
    assert "25 项指标还没有核验" in page
    assert f'href="{page_of(case)}#item-pue"' in page
    assert "<button disabled" in page
    declared = case.declarations.get().values
    for indicator in site.verified_on_site(case):
        site.record(cast.experts[0], case, indicator.code, declared[indicator.code])
    page = leader.get(f"/cases/{case.number}/moves/close_visit/").content.decode()
    assert "项指标还没有核验" not in page
    assert "未在线签字" in page
    assert "<button disabled" not in page


def test_what_cannot_be_verified_is_kept_with_its_reason_and_counts_as_not_given(
    cast, case, leader
):
    answer = save(leader, case, "pue", HTMX, unverified="on")
    assert answer.status_code == 422
    assert "请写明无法核验的原因。" in answer.content.decode()
    # What the fields still hold of the value does not matter.
    why = {"value": "1.28", "unverified": "on", "reason": "关口电表检修，无读数"}
    assert save(leader, case, "pue", **why).status_code == 302
    assert observed(case) == {"pue": None}
    page = leader.get(page_of(case))
    shown = item(page, "pue")
    assert (shown.observed, shown.verdict, shown.form["unverified"].value()) == (
        "无法核验", "not_met", True,
    )  # fmt: skip
    assert page.context["unverified"] == 1
    assert "无法核验的原因：" in page.content.decode()
    record_the_rest(cast, case)
    asked = leader.get(f"/cases/{case.number}/moves/close_visit/").context["visit"]
    assert (asked["differing"], asked["unverified"]) == (0, [("pue", "电能利用效率")])
    site.close_visit(cast.experts[0], case)
    row = next(r for r in rows_of(site_record(case)) if r["code"] == "pue")
    assert (row["observed"], row["verdict"], row["difference"]) == (
        "无法核验", "不符合", "关口电表检修，无读数",
    )  # fmt: skip
    assert (site_record(case)["unverified"], site_record(case)["different"]) == (1, 0)


def record_the_rest(cast, case):
    declared = case.declarations.get().values
    for indicator in site.verified_on_site(case):
        if indicator.code not in observed(case):
            site.record(cast.experts[0], case, indicator.code, declared[indicator.code])


def site_record(case):
    return case.documents.get(kind=Kind.SITE_RECORD).content


def rows_of(content):
    return [row for section in content["sections"] for row in section["rows"]]


def test_agreeing_with_the_declared_value_takes_back_that_it_could_not_be_verified(case, leader):
    save(leader, case, "pue", unverified="on", reason="电表检修")
    confirmed = {"confirm": "pue", "pue-unverified": "on", "pue-seen": seen(leader, case, "pue")}
    assert leader.post(f"{page_of(case)}pue/", confirmed).status_code == 302
    assert observed(case) == {"pue": "1.28"}


def test_the_panel_may_leave_open_or_decide_what_could_not_be_verified(cast, case):
    site.record(cast.experts[0], case, "pue", None, reason="电表检修")
    site.record(cast.experts[0], case, "rack_count", None, reason="机房封闭")
    record_the_rest(cast, case)
    site.close_visit(cast.experts[0], case)
    cast.carry(case, "panel_consolidation")
    client, page = signed_in(cast.experts[2]), f"/cases/{case.number}/consolidation/"
    html = client.get(page).content.decode()
    assert html.count('<span class="overrule-value">无法核验</span>') == 2
    data = {f"{code}-value": points for code, (points, _why) in journey.points(case).items()}
    for shown in client.get(page).context["verified"]:
        data |= {f.html_name: f.value() for f in shown.form if f.value() not in (None, "")}
    data |= {"rack_count-value": "1600", "rack_count-reason": "设备清单可证", "check": "1"}
    looked = client.post(page, data)
    assert looked.status_code == 200
    assert "无法核验 → 1600标准机架" in looked.content.decode()
    overrules = {"rack_count": ("1600", "设备清单可证")}
    run = journey.hand_in(cast.experts[2], case, journey.points(case), overrules)
    assert "pue" not in run.inputs
    assert run.inputs["rack_count"] == "1600"
    assert "无法核验" in signed_in(cast.chen).get(f"/cases/{case.number}/result/").content.decode()


def test_nobody_signs_before_every_item_is_verified(cast, case, leader):
    for indicator in site.verified_on_site(case)[2:]:
        site.record(cast.experts[0], case, indicator.code, None, reason="示例：断电")
    html = signatures(leader, case)
    assert html.count("<details data-sign-form open hidden>") == 2
    assert open_items(html) == [i.code for i in site.verified_on_site(case)[:2]]
    digest = leader.get(page_of(case)).context["digest"]
    typed = {"side": "team", "name": "孙立", "digest": digest, "typed": "on"}
    refused = leader.post(f"{page_of(case)}signatures/", typed, follow=True).content.decode()
    assert "还有2项指标未核验，请核验完毕后再签字" in refused
    assert not case.site_signatures.exists()
    record_the_rest(cast, case)
    html = signatures(leader, case)
    assert html.count("<details data-sign-form open>") == 2
    assert open_items(html) == []


def signatures(client, case):
    return client.get(page_of(case)).content.decode().partition('id="signatures"')[2]


def open_items(html):
    return re.findall(r'<li data-sign-item="(\w+)"><a href="#item-\1">', html)


def test_who_may_see_and_record(cast, case):
    got = {
        name: (
            signed_in(user).get(page_of(case)).status_code,
            save(signed_in(user), case, "pue", value="1.28").status_code,
        )
        for name, user in {
            "own": cast.lin, "other": cast.other, "idle": cast.idle_expert,
            "secretariat": cast.chen, "decider": cast.zhou,
        }.items()
    }  # fmt: skip
    assert got == {
        "own": (302, 403),  # during the visit: back to the case
        "other": (404, 404),
        "idle": (404, 404),
        "secretariat": (200, 403),
        "decider": (200, 403),
    }
    assert observed(case) == {}
    assert "site-form" not in signed_in(cast.chen).get(page_of(case)).content.decode()
    answer = signed_in(cast.experts[0]).post(f"{page_of(case)}operation_plan/", {"x": "1"})
    assert answer.status_code == 404  # judged by the panel


def test_the_applicant_reads_the_record_afterwards_without_photos(cast, case):
    """The team's names stand under its signatures: both sides signed together."""
    cast.carry(case, "panel_preparation")
    html = signed_in(cast.lin).get(page_of(case)).content.decode()
    assert "核验结果" in html
    for secret in ("现场照片", "site-form"):
        assert secret not in html
    photo = case.files.get(purpose=Purpose.SITE_PHOTO)
    assert str(photo.pk) not in html
    assert signed_in(cast.lin).get(f"/cases/{case.number}/files/{photo.pk}/").status_code == 404


def test_queries_do_not_grow_with_photos_and_records(cast, case, leader):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert leader.get(page_of(case)).status_code == 200
        return len(queries)

    count()  # the session is written once
    none = count()
    for code in ("pue", "room_grade", "fp16_peak"):
        leader.post(f"{page_of(case)}{code}/", {"confirm": code})
        save(leader, case, code, photo=example_photo())
        save(leader, case, code, photo=example_photo())
    assert count() == none
