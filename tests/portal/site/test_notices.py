"""公示: what is published, to whom one objects, and nothing of what is not public."""

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation.actions.publication import publish, withdraw_result
from evaluation.models import Certificate, Evaluation, Publication
from tests.evaluation.cast import FAILING_VALUES, Cast
from tests.portal.site.copies import more_notices, rendered, scored_case
from tests.portal.site.reading import rows, words

NAME = "国家工业互联网大数据中心工业智算基地（山东）省级节点"


def long_ago(notice: Publication) -> Publication:
    """The notice with its period over."""
    notice.starts_on = timezone.localdate() - timedelta(days=20)
    notice.ends_on = timezone.localdate() - timedelta(days=10)
    notice.save()
    return notice


def test_a_notice_says_what_was_found_and_for_which_name(
    client: Client, notice: Publication
) -> None:
    case, result = notice.evaluation, notice.score_run.result
    text = words(client.get(f"/notices/{notice.number}/"))
    assert "公示中" in text
    assert f"达标合格，拟认定为“{NAME}”。" in text
    for label, value in (
        ("案卷编号", case.number),
        ("申报单位", case.organisation.name),
        ("待评估基地", case.base.name),
        ("申报类别", "省级区域"),
        ("申请的名称", NAME),
    ):
        assert f"{label} {value}" in text
    for code, name, limit in (
        ("A1", "产业价值评估", "须达到 60"),
        ("A2", "技术能力评测", "须达到 60"),
        ("A3", "数据接入要求", "须达到 60"),
        ("A", "总得分", "须大于 80"),
    ):
        assert f"{code} {name} {result[code]} {limit}" in text


def test_a_withdrawn_notice_asks_for_no_more_objections(
    client: Client, cast: Cast, notice: Publication
) -> None:
    said = ("如何提出", "受理条件", "异议的效力")
    running = words(client.get(f"/notices/{notice.number}/"))
    assert [word in running for word in said] == [True, True, True]
    withdraw_result(cast.chen, notice.evaluation, "result_pending", "公布的名称有误。")
    withdrawn = words(client.get(f"/notices/{notice.number}/"))
    assert [word in withdrawn for word in said] == [False, False, False]
    assert "凭编号和查询码查看" in withdrawn


def test_the_period_is_said_with_its_working_days_and_whose_rule_it_is(
    client: Client, notice: Publication
) -> None:
    text = words(client.get(f"/notices/{notice.number}/"))
    day = f"{notice.ends_on.year}年{notice.ends_on.month}月{notice.ends_on.day}日"
    assert f"至{day}，共 {notice.working_days} 个工作日" in text
    assert "公示期长度不是规范的规定，由本平台设定。" in text
    assert "不能核实身份的异议无法核查和答复，所以匿名异议不予受理。" in text


def test_neither_experts_nor_their_points_are_public(
    client: Client, cast: Cast, notice: Publication
) -> None:
    page = client.get(f"/notices/{notice.number}/").content.decode()
    for expert in cast.experts:
        assert expert.name not in page
        assert expert.username not in page
    assert "产业政策" not in page


def test_a_base_that_failed_is_published_as_such(client: Client, cast: Cast) -> None:
    publication = publish(cast.chen, scored_case(cast, FAILING_VALUES), 5)
    text = words(client.get(f"/notices/{publication.number}/"))
    assert "未达到规范10.1的认定要求，不予认定。" in text
    assert "A1 产业价值评估 0 须达到 60" in text
    assert "达标合格，" not in text


def test_an_ended_notice_stays_readable_and_says_that_it_ended(
    client: Client, notice: Publication
) -> None:
    long_ago(notice)
    text = words(client.get(f"/notices/{notice.number}/"))
    assert "异议 公示已结束，不再受理异议。 认定结果 尚未作出认定决定。" in text
    said = ("如何提出", "受理条件", "异议的效力", "联系方式")
    assert [word in text for word in said] == [False, False, False, False]
    assert [row[0] for row in rows(client.get("/notices/?state=ended"))] == [notice.number]
    assert rows(client.get("/notices/?state=open")) == []


def test_an_ended_notice_tells_the_decision_and_leads_to_the_certificate_and_back(
    client: Client, cast: Cast, certificate: Certificate
) -> None:
    notice = Publication.objects.get(evaluation=certificate.evaluation)
    page = client.get(f"/notices/{notice.number}/")
    assert f"认定结果 已认定，证书： {certificate.number}" in words(page)
    assert f'href="/verify/{certificate.number}/"' in page.content.decode()
    back = client.get(f"/verify/{certificate.number}/").content.decode()
    assert f'href="/notices/{notice.number}/"' in back


def test_a_base_that_was_not_certified_is_said_so(client: Client, cast: Cast) -> None:
    publication = long_ago(publish(cast.chen, scored_case(cast, FAILING_VALUES), 5))
    assert "认定结果 不予认定。" in words(client.get(f"/notices/{publication.number}/"))


def test_a_withdrawn_notice_is_no_failed_one(
    client: Client, cast: Cast, notice: Publication
) -> None:
    withdraw_result(cast.chen, notice.evaluation, "result_pending", "公布的名称有误。")
    (row,) = rows(client.get("/notices/"))
    assert row[4] == "· 已撤回"
    assert "✗" not in words(client.get(f"/notices/{notice.number}/"))


def test_what_was_not_published_is_not_there(client: Client, scored: Evaluation) -> None:
    assert rows(client.get("/notices/")) == []
    for number in (scored.number, "GS2026-0001", "%00"):
        assert client.get(f"/notices/{number}/").status_code == 404
        assert client.get(f"/notices/{number}/notice.pdf").status_code == 404


def test_the_pdf_can_be_had_once_it_is_made(client: Client, notice: Publication) -> None:
    pdf = f"/notices/{notice.number}/notice.pdf"
    assert client.get(pdf).status_code == 404
    waiting = client.get(f"/notices/{notice.number}/document/").content.decode()
    assert f'hx-get="/notices/{notice.number}/document/"' in waiting
    rendered(notice.document, b"%PDF-1.7 notice")
    done = client.get(f"/notices/{notice.number}/document/").content.decode()
    assert "hx-get" not in done
    assert f'href="{pdf}"' in done
    response = client.get(pdf)
    assert b"".join(response.streaming_content) == b"%PDF-1.7 notice"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{notice.number}.pdf"'
    Publication.objects.filter(pk=notice.pk).update(document=None)
    assert client.get(pdf).status_code == 404


def test_a_row_shows_number_base_applicant_name_result_and_period(
    client: Client, notice: Publication
) -> None:
    (row,) = rows(client.get("/notices/"))
    case = notice.evaluation
    assert row[:5] == [
        notice.number, case.base.name, case.organisation.name, NAME, "✓ 达标合格",
    ]  # fmt: skip


def test_queries_do_not_grow_with_the_notices(client: Client, notice: Publication) -> None:
    with CaptureQueriesContext(connection) as few:
        client.get("/notices/")
    more_notices(notice, 50)
    with CaptureQueriesContext(connection) as many:
        response = client.get("/notices/")
    assert len(rows(response)) == 20
    assert len(many) == len(few) == 2
    assert len(rows(client.get("/notices/?page=3"))) == 11
    assert len(rows(client.get("/notices/?page=nonsense"))) == 20
