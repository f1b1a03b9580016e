"""The ten slots of Table 1: uploads, refusals in words, removal, and defects in place."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evaluation.actions import materials, stamping
from evaluation.models import Evaluation
from tests.evaluation.applicant.pages import read, text_of
from tests.evaluation.cast import Cast, signed_in

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def pdf(name: str = "机房等级.pdf", extra: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF + extra, content_type="application/pdf")


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return cast.new_case()


@pytest.fixture
def client(cast: Cast) -> Client:
    return signed_in(cast.lin)


def slot_url(case: Evaluation, slot: int = 4) -> str:
    return f"/cases/{case.number}/materials/{slot}/"


def slot(response: Any, number: int) -> str:
    """The part of the page that shows one slot."""
    html: str = response.content.decode()
    return html[html.index(f'id="slot-{number}"') :].split("</section>")[0]


def page(client: Client, case: Evaluation) -> Any:
    return client.get(f"/cases/{case.number}/materials/")


def test_several_files_go_into_a_slot_and_come_out_the_same(
    client: Client, case: Evaluation
) -> None:
    response = client.post(slot_url(case), {"file": [pdf(), pdf("第二份.pdf", b"2")]})
    assert response["Location"] == f"/cases/{case.number}/materials/#slot-4"
    first, second = case.files.order_by("name")
    assert (first.name, first.slot, first.size) == ("机房等级.pdf", 4, len(PDF))
    words = text_of(page(client, case))
    assert "已上传 2 个文件到材料4。" in words
    assert f"SHA-256 {first.sha256[:12]}…" in words
    download = client.get(f"/cases/{case.number}/files/{second.pk}/")
    assert b"".join(download.streaming_content) == PDF + b"2"  # type: ignore[attr-defined]
    assert download["Content-Disposition"].startswith("attachment")


def refusal(client: Client, case: Evaluation, upload: SimpleUploadedFile) -> str:
    """The sentence in the slot, after which nothing was kept."""
    before = case.files.count()
    response = client.post(slot_url(case), {"file": upload})
    assert response.status_code == 422
    assert case.files.count() == before
    fourth = slot(response, 4)
    return fourth[fourth.index('role="alert"') :].split("<li>")[1].split("</li>")[0]


def test_an_empty_file_is_refused(client: Client, case: Evaluation) -> None:
    sentence = refusal(client, case, SimpleUploadedFile("空.pdf", b""))
    assert sentence == "文件“空.pdf”是空文件，请检查后重新上传。"


def test_a_pdf_called_otherwise_is_refused(client: Client, case: Evaluation) -> None:
    assert refusal(client, case, pdf("证书.png")) == (
        "文件“证书.png”的扩展名与其内容不符，内容应以.pdf结尾，请更正后重新上传。"
    )


def test_a_file_over_the_limit_is_refused_and_one_at_it_is_kept(
    client: Client, case: Evaluation, settings: Any
) -> None:
    settings.REQUEST_MAX_BYTES = len(PDF)
    sentence = refusal(client, case, pdf("大.pdf", b"!"))
    assert sentence.startswith("文件“大.pdf”大小为")
    assert "请压缩或拆分后重新上传。" in sentence
    assert client.post(slot_url(case), {"file": pdf()}).status_code == 302


def test_the_same_file_twice_in_a_slot_is_refused(client: Client, case: Evaluation) -> None:
    client.post(slot_url(case), {"file": pdf("执照.pdf")})
    assert refusal(client, case, pdf("机房等级.pdf")) == (
        "文件“机房等级.pdf”与材料4中已有的“执照.pdf”内容相同，没有重复保存。"
    )


def test_the_same_file_elsewhere_is_kept_and_says_where_it_is_already(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    earlier = cast.new_case()
    materials.add_material(cast.lin, earlier, 7, pdf("算力.pdf"))
    client.post(slot_url(case, 2), {"file": pdf("执照.pdf")})
    client.post(slot_url(case, 4), {"file": pdf("机房等级.pdf")})
    materials.add_material(cast.other, cast.new_case(user=cast.other), 4, pdf("他山.pdf"))
    fourth = slot(page(client, case), 4)
    assert "与本申报材料2的“执照.pdf”内容相同" in fourth
    assert f"与案卷{earlier.number}材料7的“算力.pdf”内容相同" in fourth
    assert "他山" not in fourth


def test_a_newer_version_takes_the_place_and_the_older_one_stays_readable(
    client: Client, case: Evaluation
) -> None:
    client.post(slot_url(case), {"file": pdf()})
    first = case.files.get()
    client.post(slot_url(case), {"file": pdf("机房等级-新.pdf", b"2"), "replaces": str(first.pk)})
    second = case.files.get(removed_at=None)
    assert (second.replaces, second.version) == (first, 2)
    fourth = slot(page(client, case), 4)
    assert "第 2 版" in fourth
    assert "以前的 1 个文件" in fourth
    assert "已由第2版替换" in fourth
    download = client.get(f"/cases/{case.number}/files/{first.pk}/")
    assert b"".join(download.streaming_content) == PDF  # type: ignore[attr-defined]
    # What was replaced meanwhile by a colleague is not replaced twice.
    late = pdf("又一份.pdf", b"3")
    response = client.post(slot_url(case), {"file": late, "replaces": str(first.pk)})
    assert response.status_code == 422
    assert "要更换的文件已被移除或更换，“又一份.pdf”没有保存" in slot(response, 4)
    assert case.files.count() == 2


def test_of_several_files_the_good_ones_are_kept(client: Client, case: Evaluation) -> None:
    response = client.post(slot_url(case), {"file": [pdf(), SimpleUploadedFile("空.pdf", b"")]})
    assert response.status_code == 422
    assert [file.name for file in case.files.all()] == ["机房等级.pdf"]
    words = text_of(response)
    assert "已上传 1 个文件到材料4。" in words
    assert "文件“空.pdf”是空文件" in words


def test_sending_no_file_says_so(client: Client, case: Evaluation) -> None:
    response = client.post(slot_url(case), {})
    assert response.status_code == 422
    assert "请先选择要上传的文件。" in text_of(response)


def test_a_file_is_taken_out_and_may_come_back(client: Client, case: Evaluation) -> None:
    client.post(slot_url(case), {"file": pdf()})
    file = case.files.get()
    remove = f"/cases/{case.number}/materials/{file.pk}/remove/"
    gone = client.post(remove)["Location"]
    assert gone == f"/cases/{case.number}/materials/?removed={file.pk}#slot-4"
    restore = f"/cases/{case.number}/materials/{file.pk}/restore/"
    fourth = slot(client.get(gone), 4)
    assert "已移除“机房等级.pdf”。" in fourth
    assert f'action="{restore}#slot-4"' in fourth.split('class="earlier-files"')[0]
    for _press in range(2):
        back = client.post(restore)["Location"]
        assert back == f"/cases/{case.number}/materials/?restored={file.pk}#slot-4"
    fourth = slot(client.get(back), 4)
    assert "已恢复“机房等级.pdf”，现列在材料4中。" in fourth
    assert "已移除“机房等级.pdf”。" not in fourth
    assert [each.pk for each in case.files.filter(removed_at=None)] == [file.pk]
    client.post(remove)
    assert client.post(remove).status_code == 404
    assert client.get(remove).status_code == 405
    assert client.post(slot_url(case), {"file": pdf()}).status_code == 302


def test_only_what_left_its_place_empty_is_put_back(client: Client, case: Evaluation) -> None:
    """Of three versions the first two were replaced; the same bytes come in once."""
    for extra in (b"1", b"2", b"3"):
        last = case.files.filter(removed_at=None).first()
        replaces = {"replaces": str(last.pk)} if last else {}
        client.post(slot_url(case), {"file": pdf("证书.pdf", extra), **replaces})
    _first, _second, third = case.files.order_by("version")
    fourth = slot(page(client, case), 4)
    assert ("已由第2版替换" in fourth, "已由第3版替换" in fourth) == (True, True)
    restore = "/cases/{}/materials/{}/restore/"
    client.post(f"/cases/{case.number}/materials/{third.pk}/remove/")
    client.post(slot_url(case), {"file": pdf("又一份.pdf", b"3")})
    refused = client.post(restore.format(case.number, third.pk))
    assert "材料4中已有与“证书.pdf”内容相同的文件，不必恢复。" in slot(refused, 4)
    assert [each.name for each in case.files.filter(removed_at=None)] == ["又一份.pdf"]


def test_an_earlier_version_comes_back_as_the_newest(client: Client, case: Evaluation) -> None:
    for extra in (b"1", b"2"):
        last = case.files.filter(removed_at=None).first()
        replaces = {"replaces": str(last.pk)} if last else {}
        client.post(slot_url(case), {"file": pdf(f"证书{extra.decode()}.pdf", extra), **replaces})
    first, second = case.files.order_by("version")
    restore = f"/cases/{case.number}/materials/{first.pk}/restore/"
    shown = slot(page(client, case), 4)
    assert f'action="{restore}#slot-4"' in shown
    assert "恢复此版本" in shown
    for _press in range(2):
        back = client.post(restore)["Location"]
    third = case.files.get(removed_at=None)
    assert (third.version, third.replaces, third.sha256) == (3, second, first.sha256)
    assert case.files.count() == 3
    fourth = slot(client.get(back), 4)
    assert "已恢复“证书1.pdf”，现列在材料4中。" in fourth
    assert ("已恢复为第3版" in fourth, "已由第3版替换" in fourth) == (True, True)
    # With the newest one removed, nothing says any more that it stands in their place.
    client.post(f"/cases/{case.number}/materials/{third.pk}/remove/")
    fourth = slot(page(client, case), 4)
    assert fourth.count("以前的版本；最新的第3版已移除") == 2
    assert "替换" not in fourth
    client.post(f"/cases/{case.number}/materials/{second.pk}/restore/")
    fourth_version = case.files.get(removed_at=None)
    assert (fourth_version.version, fourth_version.sha256) == (4, second.sha256)


def test_a_scan_that_comes_back_shows_the_version_it_showed(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    client.post(slot_url(case, 1), {"file": pdf("盖章.pdf", b"1")})
    first = case.files.get(slot=1)
    printed = stamping.print_form(cast.lin, case)
    stamping.state_version(cast.lin, case, first, printed.version_code)
    client.post(slot_url(case, 1), {"file": pdf("盖章新.pdf", b"2"), "replaces": str(first.pk)})
    client.post(f"/cases/{case.number}/materials/{first.pk}/restore/")
    again = case.files.get(removed_at=None)
    assert again.pk != first.pk
    assert again.stamp.form_code == printed.version_code


def test_each_slot_says_what_it_proves_and_whether_it_may_stay_empty(
    client: Client, case: Evaluation
) -> None:
    response = page(client, case)
    eighth = slot(response, 8)
    assert f'<a href="/cases/{case.number}/form/technical/#line-pue">电能利用效率</a>' in eighth
    assert "纸质/电子版；必交；应覆盖连续一年（十二个月）。" in eighth
    assert "尚未上传" in eighth
    assert "选交" in slot(response, 10)


def test_a_defect_stands_in_its_slot_until_the_files_change(cast: Cast) -> None:
    case = cast.case_in("correction")
    client = signed_in(cast.lin)

    def fourth() -> str:
        return slot(page(client, case), 4)

    assert "示例：缺机房等级证书。" in fourth()
    assert "✗</span>需补正" in fourth()
    client.post(slot_url(case), {"file": pdf()})
    assert "示例：缺机房等级证书。" in fourth()
    assert "已更换文件，待重新提交" in fourth()


def test_slots_and_files_that_do_not_exist_are_missing(client: Client, case: Evaluation) -> None:
    assert client.post(slot_url(case, 11), {"file": pdf()}).status_code == 404
    assert client.post(slot_url(case, 0), {"file": pdf()}).status_code == 404
    other = "00000000-0000-4000-8000-000000000000"
    assert client.post(f"/cases/{case.number}/materials/{other}/remove/").status_code == 404
    assert case.files.count() == 0


def test_the_page_asks_the_database_the_same_for_1_and_for_50_files(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert page(client, case).status_code == 200
        return len(captured)

    materials.add_material(cast.lin, case, 1, pdf("0.pdf", b"0"))
    page(client, case)
    one = queries()
    for number in range(1, 50):
        materials.add_material(
            cast.lin, case, number % 10 + 1, pdf(f"{number}.pdf", str(number).encode())
        )
    assert len(read(page(client, case)).links) > 50
    assert queries() == one


def test_an_indicator_leads_to_the_slot_that_proves_it(client: Client, case: Evaluation) -> None:
    response = client.get(f"/cases/{case.number}/form/technical/")
    line = response.content.decode().split('id="line-pue"')[1].split('id="line-')[0]
    link = f'<a href="/cases/{case.number}/materials/#slot-8">证明材料8</a>'
    assert link in line
    # In the score beside the form, too, where the indicator costs points.
    lacks = response.content.decode().split('class="lacks"')[1].split("</details>")[0]
    assert f'href="/cases/{case.number}/materials/#slot-8">证明材料8</a>' in lacks
