"""What an upload may try: each attack is refused with a sentence in its slot, and the files that lie
there already, like those that come with it, are kept."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook
from PIL import Image

from evaluation import dangers
from evaluation.models import Evaluation
from tests.evaluation.applicant.test_materials import PDF, pdf, slot
from tests.evaluation.cast import Cast, signed_in

TYPES = "请上传：PDF、DOCX、XLSX、JPG、PNG。"


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return cast.new_case()


@pytest.fixture
def client(cast: Cast) -> Client:
    return signed_in(cast.lin)


def workbook(**more: bytes) -> bytes:
    """A real workbook with further entries: their names with __ for /."""
    made = io.BytesIO()
    book = Workbook()
    book.active["A1"] = "能耗"
    book.save(made)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in more.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def picture(width: int = 40, height: int = 30) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(made, "PNG")
    return made.getvalue()


def huge_picture() -> bytes:
    """A PNG of a few bytes that says it is 20,000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IEND", b"")


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return made.getvalue()


def bomb(says: int) -> bytes:
    """A workbook with 8 MiB of zeros in a sheet, whose directory says they are this many bytes."""
    made = io.BytesIO(workbook())
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet9.xml", bytes(8 * 1024 * 1024))
        packed.filelist[-1].file_size = says
    return made.getvalue()


XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ATTACKS = {
    "zip bomb": (
        "账.xlsx", lambda: bomb(dangers.MAX_UNPACKED), "解压后的内容过大，疑似压缩炸弹，没有保存",
    ),
    "zip bomb that lies": ("账.xlsx", lambda: bomb(10), "无法读取，可能已损坏或设有密码"),
    "zip slip": (
        "账.xlsx", lambda: workbook(**{"..__..__etc__cron.d__x": b"x"}), "内含指向文件之外的路径",
    ),
    "zip slip to a drive": (
        "账.xlsx", lambda: workbook(**{"C:\\windows\\x": b"x"}), "内含指向文件之外的路径",
    ),
    "XXE": (
        "账.xlsx", lambda: workbook(customXml__item1__xml=b"", **{"customXml__item1.xml": XXE}),
        "的XML中声明了实体或文档类型",
    ),
    "XXE in UTF-16": (
        "账.xlsx",
        lambda: workbook(**{"customXml__item1.xml": XXE.decode().encode("utf-16")}),
        "的XML中声明了实体或文档类型",
    ),
    "macros": ("账.xlsx", lambda: workbook(xl__vbaProject__bin=b"", **{"xl__vbaProject.bin": b"x"}),
               "含有宏"),
    "SVG script called PNG": ("图.png", lambda: SVG, f"的内容不是可接受的类型，{TYPES}"),
    "SVG": ("图.svg", lambda: SVG, f"的内容不是可接受的类型，{TYPES}"),
    "HTML called PDF": (
        "证明.pdf", lambda: b"<!DOCTYPE html><script>1</script>", f"的内容不是可接受的类型，{TYPES}",
    ),
    "HTML before a PDF": ("证明.pdf", lambda: b"<html>" + PDF, "的内容不是可接受的类型"),
    "a program": ("工具.exe", lambda: b"MZ\x90\x00" + bytes(200), "的内容不是可接受的类型"),
    "a program called PDF": ("工具.pdf", lambda: b"MZ\x90\x00" + bytes(200), "的内容不是可接受的类型"),
    "a bare archive": ("材料.docx", lambda: archive("a.txt"), "的内容不是可接受的类型"),
    "EICAR": ("病毒.pdf", lambda: dangers.EICAR + b"$H+H*", "的内容不是可接受的类型"),
    "EICAR inside a PDF": ("病毒.pdf", lambda: PDF + dangers.EICAR + b"$H+H*", "含有病毒特征"),
    "EICAR inside a workbook": (
        "病毒.xlsx", lambda: workbook(**{"xl__media__image1.png": dangers.EICAR}), "含有病毒特征",
    ),
    "PDF that is an archive too": ("双.pdf", lambda: PDF + archive("a.txt"), "里夹带了压缩包"),
    "PNG that is an archive too": ("双.png", lambda: picture() + archive("a.txt"), "里夹带了压缩包"),
    "a picture of 400 million pixels": ("大.png", huge_picture, "的像素过多，超过15000万像素"),
    "half a picture": ("半.png", lambda: picture(400, 400)[:200], "无法打开，可能已损坏"),
    "0 bytes": ("空.pdf", lambda: b"", "是空文件"),
    "a name that reads backwards": (
        "证明\u202efdp.exe", lambda: PDF, "文件“证明fdp.exe”的扩展名与其内容不符",
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_refused_in_words_and_nothing_else_is_lost(
    client: Client, case: Evaluation, attack: str
) -> None:
    name, content, words = ATTACKS[attack]
    address = f"/cases/{case.number}/materials/4/"
    client.post(address, {"file": pdf("已有.pdf", b"1")})
    upload = SimpleUploadedFile(name, content())  # type: ignore[no-untyped-call]
    response = client.post(address, {"file": [upload, pdf("同来.pdf", b"2")]})
    assert response.status_code == 422
    refusals = slot(response, 4).split('role="alert"')[1].split("</ul>")[0]
    assert refusals.count("<li>") == 1
    assert words in refusals
    assert "\u202e" not in refusals
    assert [file.name for file in case.files.order_by("name")] == ["同来.pdf", "已有.pdf"]


def test_an_office_file_as_office_makes_it_is_accepted(client: Client, case: Evaluation) -> None:
    upload = SimpleUploadedFile("账.xlsx", workbook())
    assert client.post(f"/cases/{case.number}/materials/4/", {"file": upload}).status_code == 302
    assert (
        client.post(
            f"/cases/{case.number}/materials/4/", {"file": SimpleUploadedFile("图.png", picture())}
        ).status_code
        == 302
    )
    assert [file.name for file in case.files.order_by("name")] == ["图.png", "账.xlsx"]


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/证明.pdf",
        "..\\..\\证明.pdf",
        "/tmp/证明.pdf",
        "证\x00明.pdf".replace("\x00", ""),
    ],
)
def test_a_path_in_the_name_leads_nowhere(client: Client, case: Evaluation, name: str) -> None:
    told: Any = {"name": name, "size": len(PDF)}
    begun = client.post(f"/cases/{case.number}/materials/4/uploads/", told).json()
    client.post(f"{begun['piece_url']}0/", PDF, content_type="application/octet-stream")
    client.post(begun["finish_url"])
    file = case.files.get()
    assert file.name == "证明.pdf"
    assert file.stored.name == f"cases/{case.number}/{file.pk}"


def test_a_deceiving_name_is_refused_before_anything_is_sent(
    client: Client, case: Evaluation
) -> None:
    response = client.post(
        f"/cases/{case.number}/materials/4/uploads/", {"name": "证明\u202efdp.exe", "size": 9}
    )
    assert response.status_code == 422
    assert response.json()["sentences"] == [
        "文件名“证明fdp.exe”中含有改变显示方向的控制字符，请改名后重新上传。"
    ]
