"""材料合订本: every file of Table 1 in one PDF, with contents, page numbers and bookmarks."""

import io
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

from evaluation.actions import application, materials, volumes
from evaluation.documents import volume as documents
from evaluation.errors import Refused
from evaluation.models import Evaluation, Volume
from portal.ledger import outbox
from portal.ledger.models import OutboxEntry
from tests.evaluation.applicant.pages import text_of
from tests.evaluation.applicant.test_upload_attacks import workbook
from tests.evaluation.cast import Cast, signed_in


def pages(name: str, count: int, turned: int = 0, password: str = "") -> SimpleUploadedFile:
    """A PDF of so many pages, each with its number as text."""
    from weasyprint import HTML

    text = "".join(f"<p style='break-after: page'>{name} leaf {n}</p>" for n in range(count))
    writer = PdfWriter(clone_from=io.BytesIO(HTML(string=text).write_pdf() or b""))
    for page in writer.pages[count:]:
        writer.remove_page(page)
    for page in writer.pages:
        page.rotate(turned)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return SimpleUploadedFile(f"{name}.pdf", made.getvalue())


def picture(name: str, width: int, height: int) -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGBA", (width, height), (200, 30, 30, 128)).save(made, "PNG")
    return SimpleUploadedFile(f"{name}.png", made.getvalue())


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return cast.new_case()


def bound(cast: Cast, case: Evaluation, declaration: Any = None) -> Volume:
    """Ordered, and made by the worker."""
    volume = volumes.order_volume(cast.lin, case, declaration)
    for entry in OutboxEntry.objects.filter(kind="volume", done_at=None):
        assert outbox.deliver(entry.pk)
    volume.refresh_from_db()
    return volume


def read(volume: Volume) -> PdfReader:
    with volume.stored.open("rb") as stored:
        return PdfReader(io.BytesIO(stored.read()))


def words(reader: PdfReader, page: int) -> str:
    """The text of a page, counted from 1."""
    return " ".join((reader.pages[page - 1].extract_text() or "").split())


def marks(reader: PdfReader) -> list[tuple[str, int]]:
    """Each bookmark with its page."""

    def walk(items: list[Any]) -> list[tuple[str, int]]:
        found = []
        for item in items:
            if isinstance(item, list):
                found += walk(item)
            else:
                found.append((item.title, (reader.get_destination_page_number(item) or 0) + 1))
        return found

    return walk(reader.outline)


def test_a_page_larger_than_a4_is_shrunk_to_it_with_its_marks(cast: Cast, case: Evaluation) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pages("plan", 1).read()))
    (page,) = writer.pages
    page.mediabox.lower_left, page.mediabox.upper_right = (0, 0), (1683.78, 1190.55)  # A2, turned
    seal = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Stamp"),
            NameObject("/Rect"): ArrayObject(FloatObject(each) for each in (100, 100, 300, 200)),
        }
    )
    page[NameObject("/Annots")] = ArrayObject([seal])
    made = io.BytesIO()
    writer.write(made)
    materials.add_material(cast.lin, case, 4, SimpleUploadedFile("plan.pdf", made.getvalue()))
    bound_page = read(bound(cast, case)).pages[3]
    box = bound_page.mediabox
    assert (round(box.width), round(box.height)) == (842, 595)
    rect = bound_page["/Annots"][0].get_object()["/Rect"]  # type: ignore[index]
    assert [round(float(each)) for each in rect] == [50, 50, 150, 100]
    text = bound_page.extract_text()
    assert ("plan leaf 0" in text, "4" in text) == (True, True)


def test_files_stand_in_order_with_numbers_contents_and_bookmarks(
    cast: Cast, case: Evaluation
) -> None:
    materials.add_material(cast.lin, case, 4, pages("grade", 3))
    materials.add_material(cast.lin, case, 2, picture("licence", 900, 600))
    materials.add_material(cast.lin, case, 2, SimpleUploadedFile("账目.xlsx", workbook()))
    materials.add_material(cast.lin, case, 2, pages("accounts", 2))
    volume = bound(cast, case)
    reader = read(volume)
    # Cover, contents, leaf of 2, picture, two pages, leaf of 4, three pages.
    assert (volume.pages, len(reader.pages), volume.progress) == (10, 10, 100)
    assert marks(reader) == [
        ("目录", 2),
        (
            "材料2 待评估基地申报单位营业执照、所获有效资质、近三年财务报表、近三年所获荣誉等复印件",
            3,
        ),
        ("licence.png", 4),
        ("accounts.pdf", 5),
        ("材料4 待评估基地机房环境建设等级评估证明材料", 7),
        ("grade.pdf", 8),
    ]
    assert case.number in words(reader, 1)
    contents = words(reader, 2)
    assert "licence.png" in contents
    assert "账目.xlsx非PDF文件，以附件形式随案卷保存" in contents.replace(" ", "")
    leaf = words(reader, 3)
    assert case.files.get(name="账目.xlsx").sha256 in leaf.replace(" ", "")
    assert "5–6" in leaf
    assert "accounts leaf 1" in words(reader, 6)
    assert [words(reader, n).endswith(f"— {n} —") for n in range(1, 11)] == [True] * 10
    assert volume.notes == []


def test_damaged_and_locked_files_are_named_and_the_rest_is_bound(
    cast: Cast, case: Evaluation
) -> None:
    broken = pages("broken", 2).read()
    materials.add_material(cast.lin, case, 4, pages("locked", 1, password="secret"))
    materials.add_material(cast.lin, case, 4, SimpleUploadedFile("broken.pdf", broken[:200]))
    materials.add_material(cast.lin, case, 4, pages("good", 1))
    volume = bound(cast, case)
    assert volume.notes == [
        "locked.pdf：设有打开密码，未能并入",
        "broken.pdf：文件已损坏，无法读取，未能并入",
    ]
    assert [name for name, _page in marks(read(volume))][-1] == "good.pdf"
    assert "设有打开密码，未能并入" in words(read(volume), 2).replace(" ", "")
    page = text_of(signed_in(cast.lin).get(f"/cases/{case.number}/materials/"))
    assert "broken.pdf：文件已损坏，无法读取，未能并入" in page


def test_the_number_stands_at_the_foot_however_the_page_lies(
    cast: Cast, case: Evaluation, tmp_path: Path
) -> None:
    for turned in (0, 90, 180, 270):
        materials.add_material(cast.lin, case, 4, pages(f"turned{turned}", 1, turned))
    volume = bound(cast, case)
    target = tmp_path / "volume.pdf"
    with volume.stored.open("rb") as stored:
        target.write_bytes(stored.read())
    for number, turned in enumerate((0, 90, 180, 270), start=4):
        placed = subprocess.run(
            ["pdftotext", "-bbox", "-f", str(number), "-l", str(number), target, "-"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        [page] = [line for line in placed.splitlines() if "<page" in line]
        [word] = [line for line in placed.splitlines() if f">{number}</word>" in line]
        width, height = _figure(page, "width"), _figure(page, "height")
        if turned in (90, 270):
            width, height = height, width
        assert abs((_figure(word, "xMin") + _figure(word, "xMax")) / 2 - width / 2) < 2
        assert height - 24 < _figure(word, "yMax") < height - 10


def _figure(line: str, name: str) -> float:
    return float(line.split(f'{name}="')[1].split('"')[0])


def test_what_is_seen_is_taken_over_and_what_acts_is_left_behind(
    cast: Cast, case: Evaluation
) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pages("acting", 2).read()))
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x()")}
    )
    seal = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Sig"),
            NameObject("/Rect"): ArrayObject([FloatObject(n) for n in (10, 10, 90, 90)]),
            NameObject("/A"): script,
        }
    )
    link = DictionaryObject(
        {
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject([FloatObject(n) for n in (10, 10, 90, 90)]),
            NameObject("/A"): script,
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([seal, link])
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    writer._root_object[NameObject("/OpenAction")] = script
    writer.add_attachment("hidden.exe", b"MZ")
    made = io.BytesIO()
    writer.write(made)
    materials.add_material(cast.lin, case, 4, SimpleUploadedFile("acting.pdf", made.getvalue()))
    volume = bound(cast, case)
    with volume.stored.open("rb") as stored:
        whole = stored.read()
    assert b"JavaScript" not in whole
    assert b"hidden.exe" not in whole
    [kept] = read(volume).pages[3]["/Annots"]
    assert kept.get_object()["/FT"] == "/Sig"


def test_it_is_made_anew_when_files_change_and_only_then(cast: Cast, case: Evaluation) -> None:
    client = signed_in(cast.lin)
    address = f"/cases/{case.number}/materials/"
    assert "上传材料之后，可以在这里生成合订本。" in text_of(client.get(address))
    with pytest.raises(Refused):
        volumes.order_volume(cast.lin, case)
    materials.add_material(cast.lin, case, 4, pages("one", 1))
    assert "生成合订本" in text_of(client.get(address))
    client.post(f"/cases/{case.number}/volume/")
    volume = bound(cast, case)
    assert "共 4 页" in text_of(client.get(address))
    first = volume.stored.name
    assert bound(cast, case).stored.name == first  # nothing has changed
    materials.add_material(cast.lin, case, 4, pages("two", 2))
    assert "材料在上次装订之后有变化，请重新生成合订本。" in text_of(client.get(address))
    again = bound(cast, case)
    assert (again.pk, again.pages) == (volume.pk, 6)
    assert not again.stored.storage.exists(first)
    assert Volume.objects.count() == 1


def test_an_order_that_was_overtaken_changes_nothing(cast: Cast, case: Evaluation) -> None:
    materials.add_material(cast.lin, case, 4, pages("one", 1))
    volume = volumes.order_volume(cast.lin, case)
    stale = volume.code
    materials.add_material(cast.lin, case, 4, pages("two", 1))
    volumes.order_volume(cast.lin, case)
    documents.make(str(volume.pk), stale)
    volume.refresh_from_db()
    assert not volume.ready
    documents.make(str(volume.pk), volume.code)
    documents.make(str(volume.pk), volume.code)  # twice is once
    volume.refresh_from_db()
    assert volume.pages == 5


def test_a_submitted_version_is_bound_for_whoever_reads_it(cast: Cast) -> None:
    case = cast.case_in("submitted")
    declaration = case.declarations.get()
    volume = declaration.volume  # ordered when it was submitted
    row = f"/cases/{case.number}/volumes/{volume.pk}/row/"
    assert "排队等待生成，可以离开本页；完成后本页自动更新" in text_of(
        signed_in(cast.chen).get(row)
    )
    made = bound(cast, case, declaration)
    assert made == volume
    assert "下载合订本" in text_of(signed_in(cast.chen).get(row))
    response = signed_in(cast.chen).get(f"/cases/{case.number}/volumes/{volume.pk}/")
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert body.startswith(b"%PDF-")
    assert response["Content-Disposition"].startswith("attachment")
    # The next version has one of its own; this one stays.
    application.return_application(cast.chen, case, "示例：请补充。")
    materials.add_material(cast.lin, case, 10, pages("more", 1))
    second = application.submit(cast.lin, case)
    assert bound(cast, case, second).pages > made.pages
    made.refresh_from_db()
    assert made.ready
