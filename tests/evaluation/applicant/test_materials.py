"""The ten slots of Table 1: uploads, refusals in words, removal, and defects in place."""

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evaluation.actions import application
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
    html = response.content.decode()
    slot = html[html.index('id="slot-4"') : html.index('id="slot-5"')]
    assert case.files.count() == before
    return slot[slot.index('role="alert"') :].split("<li>")[1].split("</li>")[0]


def test_an_empty_file_is_refused(client: Client, case: Evaluation) -> None:
    sentence = refusal(client, case, SimpleUploadedFile("空.pdf", b""))
    assert sentence == "文件“空.pdf”是空文件，请检查后重新上传。"


def test_a_web_page_called_pdf_is_refused(client: Client, case: Evaluation) -> None:
    upload = SimpleUploadedFile("证明.pdf", b"<!DOCTYPE html><html><script>1</script></html>")
    assert refusal(client, case, upload) == (
        "文件“证明.pdf”的内容不是可接受的类型，请上传：PDF、DOCX、XLSX、JPG、PNG。"
    )


def test_a_program_is_refused(client: Client, case: Evaluation) -> None:
    upload = SimpleUploadedFile("工具.exe", b"MZ\x90\x00" + b"\x00" * 200)
    assert refusal(client, case, upload).startswith("文件“工具.exe”的内容不是可接受的类型")


def test_a_bare_archive_is_refused(client: Client, case: Evaluation) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "x")
    upload = SimpleUploadedFile("材料.docx", packed.getvalue())
    assert refusal(client, case, upload).startswith("文件“材料.docx”的内容不是可接受的类型")


def test_a_pdf_called_otherwise_is_refused(client: Client, case: Evaluation) -> None:
    assert refusal(client, case, pdf("证书.png")) == (
        "文件“证书.png”的扩展名与其内容不符，内容应以.pdf结尾，请更正后重新上传。"
    )


def test_a_file_over_the_limit_is_refused_and_one_at_it_is_kept(
    client: Client, case: Evaluation, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = len(PDF)
    sentence = refusal(client, case, pdf("大.pdf", b"!"))
    assert sentence.startswith("文件“大.pdf”大小为")
    assert "请压缩或拆分后重新上传。" in sentence
    assert client.post(slot_url(case), {"file": pdf()}).status_code == 302


def test_the_same_file_twice_is_refused_in_any_slot(client: Client, case: Evaluation) -> None:
    client.post(slot_url(case, 2), {"file": pdf("执照.pdf")})
    assert refusal(client, case, pdf("机房等级.pdf")) == (
        "文件“机房等级.pdf”与材料2中已有的“执照.pdf”内容相同，没有重复保存。"
    )


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
    assert client.post(remove)["Location"] == f"/cases/{case.number}/materials/#slot-4"
    assert "已从材料4移除“机房等级.pdf”。" in text_of(page(client, case))
    assert client.post(remove).status_code == 404
    assert client.get(remove).status_code == 405
    assert client.post(slot_url(case), {"file": pdf()}).status_code == 302


def test_each_slot_says_what_it_proves_and_whether_it_may_stay_empty(
    client: Client, case: Evaluation
) -> None:
    html = page(client, case).content.decode()
    eighth = html[html.index('id="slot-8"') : html.index('id="slot-9"')]
    assert "电能利用效率、可再生能源利用率" in eighth
    assert "应覆盖连续一年（十二个月）。" in eighth
    assert "尚未上传" in eighth
    assert "选交" in html[html.index('id="slot-10"') :]


def test_a_defect_stands_in_its_slot_until_the_files_change(cast: Cast) -> None:
    case = cast.case_in("correction")
    client = signed_in(cast.lin)

    def fourth() -> str:
        html = page(client, case).content.decode()
        return html[html.index('id="slot-4"') : html.index('id="slot-5"')]

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

    application.add_material(cast.lin, case, 1, pdf("0.pdf", b"0"))
    page(client, case)
    one = queries()
    for number in range(1, 50):
        application.add_material(
            cast.lin, case, number % 10 + 1, pdf(f"{number}.pdf", str(number).encode())
        )
    assert len(read(page(client, case)).links) > 50
    assert queries() == one
