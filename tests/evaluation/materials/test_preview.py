"""预览: pages as pictures that can do nothing, whatever the file holds."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from evaluation.actions import materials
from evaluation.models import CaseFile, Evaluation
from tests.evaluation.applicant.pages import read, text_of
from tests.evaluation.applicant.test_upload_attacks import workbook
from tests.evaluation.cast import Cast, signed_in
from tests.evaluation.materials.test_volume import pages, picture


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return cast.new_case()


@pytest.fixture
def client(cast: Cast) -> Client:
    return signed_in(cast.lin)


def address(case: Evaluation, file: CaseFile) -> str:
    return f"/cases/{case.number}/files/{file.pk}/"


def opened(response: Any) -> Image.Image:
    assert response["Content-Type"] == "image/jpeg"
    return Image.open(io.BytesIO(response.content))


def test_a_pdf_is_shown_page_by_page(cast: Cast, client: Client, case: Evaluation) -> None:
    file = materials.add_material(cast.lin, case, 4, pages("grade", 23))
    page = client.get(f"{address(case, file)}preview/")
    assert "23 页" in text_of(page)
    assert page.content.count(b'loading="lazy"') == 20
    second = client.get(f"{address(case, file)}preview/?page=2")
    assert second.content.count(b'loading="lazy"') == 3
    picture = opened(client.get(f"{address(case, file)}pages/23.jpg"))
    assert picture.width == 1200
    assert client.get(f"{address(case, file)}pages/24.jpg").status_code == 404
    assert client.get(f"{address(case, file)}pages/0.jpg").status_code == 404


def test_a_picture_is_drawn_anew_without_what_the_camera_wrote(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    photo = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera of Mr. Lin"
    exif[0x0112] = 6  # lies on its side
    Image.new("RGB", (300, 100), "white").save(photo, "JPEG", exif=exif)
    hidden = photo.getvalue() + b"<script>alert(1)</script>"
    file = materials.add_material(cast.lin, case, 4, SimpleUploadedFile("图.jpg", hidden))
    response = client.get(f"{address(case, file)}pages/1.jpg")
    assert opened(response).size == (100, 300)
    assert b"Mr. Lin" not in response.content
    assert b"<script>" not in response.content


def test_it_can_do_nothing_and_is_not_kept(cast: Cast, client: Client, case: Evaluation) -> None:
    file = materials.add_material(cast.lin, case, 4, picture("图", 30, 20))
    response = client.get(f"{address(case, file)}pages/1.jpg")
    assert response["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; frame-ancestors 'self'"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store, private"
    # Its own answer alone: the page around it keeps the strict policy.
    page = client.get(f"{address(case, file)}preview/")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "sandbox" not in page["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("upload", "told"),
    [
        (lambda: pages("locked", 1, password="secret"), "此PDF设有打开密码，不能预览，也不能并入合订本"),
        (
            lambda: SimpleUploadedFile("坏.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"),
            "此文件已损坏，无法显示；请重新扫描或导出后上传新版本。",
        ),
        (lambda: SimpleUploadedFile("账.xlsx", workbook()), "此类文件不能在页面中预览，请下载后查看。"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_in_words(
    cast: Cast, client: Client, case: Evaluation, upload: Any, told: str
) -> None:
    file = materials.add_material(cast.lin, case, 4, upload())
    response = client.get(f"{address(case, file)}preview/")
    assert response.status_code == 200
    assert told in text_of(response)
    assert client.get(f"{address(case, file)}pages/1.jpg").status_code == 404


def test_the_link_stands_where_there_is_something_to_see(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    shown = materials.add_material(cast.lin, case, 4, pages("grade", 1))
    office = materials.add_material(cast.lin, case, 4, SimpleUploadedFile("账.xlsx", workbook()))
    links = read(client.get(f"/cases/{case.number}/materials/")).links
    assert f"{address(case, shown)}preview/" in links
    assert f"{address(case, office)}preview/" not in links
