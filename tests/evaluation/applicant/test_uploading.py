"""A file that arrives in pieces: taken up again, sent twice, refused early, swept, and no half file
when the disk is full."""

import errno
import hashlib
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from evaluation.actions import application, materials, uploading
from evaluation.errors import Refused
from evaluation.models import CaseFile, Evaluation, Upload, UploadPiece
from evaluation.tasks import sweep_uploads
from tests.evaluation.applicant.test_materials import page, pdf, slot
from tests.evaluation.cast import Cast, signed_in

# Two whole pieces and a bit.
WHOLE = b"%PDF-1.4\n" + os.urandom(2 * uploading.PIECE)
NAME = "电费单.pdf"


@pytest.fixture
def case(cast: Cast) -> Evaluation:
    return cast.new_case()


@pytest.fixture
def client(cast: Cast) -> Client:
    return signed_in(cast.lin)


def begin(client: Client, case: Evaluation, number: int = 8, **sent: Any) -> Any:
    told = {"name": NAME, "size": len(WHOLE), "modified": 1_790_000_000_000, **sent}
    return client.post(f"/cases/{case.number}/materials/{number}/uploads/", told)


def send(client: Client, told: Any, number: int, body: bytes | None = None) -> Any:
    piece = WHOLE[number * uploading.PIECE : (number + 1) * uploading.PIECE]
    return client.post(
        f"{told['piece_url']}{number}/",
        piece if body is None else body,
        content_type="application/octet-stream",
    )


def sentences(response: Any) -> list[str]:
    return list(response.json()["sentences"])


def stored() -> set[str]:
    """Every file that lies in the store."""
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_pieces_become_the_file_with_its_hash(client: Client, case: Evaluation) -> None:
    before = stored()
    told = begin(client, case).json()
    assert (told["piece_size"], told["pieces"]) == (uploading.PIECE, {})
    for number in (2, 0, 1):  # in any order
        assert send(client, told, number).status_code == 200
    answer = client.post(told["finish_url"]).json()
    file = case.files.get()
    assert (file.name, file.slot, file.size) == (NAME, 8, len(WHOLE))
    assert file.sha256 == hashlib.sha256(WHOLE).hexdigest()
    assert answer["said"] == f"已上传，SHA-256 {file.sha256[:12]}…"
    assert 'id="slot-8-files"' in answer["parts"]
    assert NAME in answer["parts"]
    with file.stored.open("rb") as kept:
        assert kept.read() == WHOLE
    assert stored() - before == {file.stored.name}  # the pieces are gone
    # An answer that got lost is asked for again, and nothing happens twice.
    assert client.post(told["finish_url"]).json()["said"] == answer["said"]
    assert case.files.count() == 1


def test_what_has_arrived_is_not_sent_again(cast: Cast, client: Client, case: Evaluation) -> None:
    told = begin(client, case).json()
    send(client, told, 0)
    again = begin(client, case).json()
    assert again["finish_url"] == told["finish_url"]
    assert again["pieces"] == {"0": hashlib.sha256(WHOLE[: uploading.PIECE]).hexdigest()}
    # A colleague of the organisation goes on with it.
    colleague = signed_in(cast.han)
    assert begin(colleague, case).json()["finish_url"] == told["finish_url"]
    assert send(colleague, told, 1).status_code == 200
    # Another size, another time, another slot: another file.
    for other in ({"size": len(WHOLE) - 1}, {"modified": 1}, {"number": 7}):
        assert begin(client, case, **other).json()["finish_url"] != told["finish_url"]


def test_the_page_offers_to_go_on_or_to_give_up(client: Client, case: Evaluation) -> None:
    told = begin(client, case).json()
    send(client, told, 0)
    eighth = slot(page(client, case), 8)
    assert NAME in eighth
    assert 'value="49"' in eighth  # percent
    assert "再次选择同一个文件，从中断处继续。" in eighth
    before = stored()
    assert client.post(told["give_up_url"])["Location"].endswith("/materials/#slot-8")
    assert len(before - stored()) == 1
    assert (Upload.objects.count(), UploadPiece.objects.count()) == (0, 0)
    assert "再次选择同一个文件" not in slot(page(client, case), 8)


def test_a_piece_sent_twice_is_one_piece(client: Client, case: Evaluation) -> None:
    told = begin(client, case).json()
    send(client, told, 1)
    before = stored()
    assert send(client, told, 1).status_code == 200
    assert (UploadPiece.objects.count(), stored()) == (1, before)


def test_other_bytes_in_the_place_of_a_piece_end_the_upload(
    client: Client, case: Evaluation
) -> None:
    told = begin(client, case).json()
    send(client, told, 1)
    response = send(client, told, 1, b"x" * uploading.PIECE)
    assert response.status_code == 409
    assert sentences(response) == [f"文件“{NAME}”在上传途中有了改动，已传的部分作废，请重新上传。"]
    assert Upload.objects.count() == 0


@pytest.mark.parametrize(("number", "length"), [(0, 10), (2, 8), (3, 9), (0, 0)])
def test_a_piece_of_the_wrong_length_is_not_kept(
    client: Client, case: Evaluation, number: int, length: int
) -> None:
    told = begin(client, case).json()
    response = send(client, told, number, b"x" * length)
    assert response.status_code == 422
    assert sentences(response) == [f"文件“{NAME}”的这一段长度不符，没有保存。"]
    assert UploadPiece.objects.count() == 0


def test_before_all_pieces_are_there_it_is_not_finished(client: Client, case: Evaluation) -> None:
    told = begin(client, case).json()
    send(client, told, 0)
    response = client.post(told["finish_url"])
    assert response.status_code == 422
    assert sentences(response) == [f"文件“{NAME}”还有2段没有传到，请继续上传。"]
    assert UploadPiece.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"size": 0}, "文件“电费单.pdf”是空文件，请检查后重新上传。"),
        ({"size": "-5"}, "文件“电费单.pdf”是空文件，请检查后重新上传。"),
        ({"name": "工具.exe"}, "文件“工具.exe”不是可接受的类型，请上传：PDF、DOCX、XLSX、JPG、PNG。"),
    ],
)  # fmt: skip
def test_what_cannot_be_accepted_is_refused_before_it_is_sent(
    client: Client, case: Evaluation, sent: dict[str, Any], told: str
) -> None:
    response = begin(client, case, **sent)
    assert response.status_code == 422
    assert sentences(response) == [told]
    assert Upload.objects.count() == 0


def test_the_limit_is_that_of_materials_not_of_one_request(
    client: Client, case: Evaluation, settings: Any
) -> None:
    settings.REQUEST_MAX_BYTES = 10
    settings.UPLOAD_MAX_BYTES = len(WHOLE)
    assert begin(client, case).status_code == 200
    response = begin(client, case, size=len(WHOLE) + 1)
    assert response.status_code == 422
    assert "超过上限4.0\xa0MB，请压缩或拆分后重新上传。" in sentences(response)[0]


def test_a_wrong_type_is_told_at_the_first_piece(client: Client, case: Evaluation) -> None:
    told = begin(client, case).json()
    response = send(client, told, 0, b"<html>".ljust(uploading.PIECE))
    assert response.status_code == 422
    assert sentences(response)[0].startswith(f"文件“{NAME}”的内容不是可接受的类型")
    assert (Upload.objects.count(), UploadPiece.objects.count()) == (0, 0)


def test_the_whole_is_checked_as_any_other_file(client: Client, case: Evaluation) -> None:
    before = stored()
    archive = b"PK\x03\x04".ljust(uploading.PIECE + 1, b"x")
    told = begin(client, case, name="名单.xlsx", size=len(archive)).json()
    send(client, told, 0, archive[:-1])
    send(client, told, 1, archive[-1:])
    response = client.post(told["finish_url"])
    assert response.status_code == 422
    assert sentences(response)[0].startswith("文件“名单.xlsx”的内容不是可接受的类型")
    assert (Upload.objects.count(), stored()) == (0, before)


def test_a_file_that_came_meanwhile_is_not_kept_twice(
    cast: Cast, client: Client, case: Evaluation
) -> None:
    small = pdf("x.pdf").read()
    told = begin(client, case, size=len(small)).json()
    send(client, told, 0, small)
    materials.add_material(cast.han, case, 8, pdf("韩梅的.pdf"))
    response = client.post(told["finish_url"])
    assert response.status_code == 422
    assert sentences(response) == [
        f"文件“{NAME}”与材料8中已有的“韩梅的.pdf”内容相同，没有重复保存。"
    ]
    assert [file.name for file in case.files.all()] == ["韩梅的.pdf"]


def test_a_case_that_was_submitted_meanwhile_takes_no_more(cast: Cast) -> None:
    case = cast.case_in("returned")
    client = signed_in(cast.lin)
    told = begin(client, case, name="补充.pdf").json()
    application.submit(cast.lin, case)
    assert send(client, told, 0)["Location"] == f"/cases/{case.number}/"
    assert client.post(told["finish_url"])["Location"] == f"/cases/{case.number}/"
    assert not case.files.filter(name="补充.pdf").exists()


def test_uploads_that_nobody_took_up_are_swept(client: Client, case: Evaluation) -> None:
    before = stored()
    told = begin(client, case).json()
    send(client, told, 0)
    left = Path(settings.FILE_UPLOAD_TEMP_DIR) / "tmp_killed.upload.pdf"
    left.write_bytes(b"half")
    days = settings.UNFINISHED_UPLOAD_DAYS
    kept_until = timezone.now() + timedelta(days=days)
    os.utime(left, (kept_until.timestamp(), kept_until.timestamp()))
    with time_machine.travel(kept_until - timedelta(minutes=1)):
        sweep_uploads()
    assert Upload.objects.count() == 1
    with time_machine.travel(kept_until + timedelta(days=1, minutes=1)):
        sweep_uploads()
        sweep_uploads()
    assert (Upload.objects.count(), stored(), left.exists()) == (0, before, False)
    assert send(client, told, 1).status_code == 404


def test_the_sweep_leaves_what_became_a_file(client: Client, case: Evaluation) -> None:
    told = begin(client, case).json()
    for number in range(3):
        send(client, told, number)
    client.post(told["finish_url"])
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        sweep_uploads()
    assert Upload.objects.count() == 0
    with CaseFile.objects.get().stored.open("rb") as kept:
        assert kept.read() == WHOLE


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """From here on no file of this process can grow beyond `size`: what a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_keeps_no_half_piece_and_says_so(client: Client, case: Evaluation) -> None:
    told = begin(client, case).json()
    send(client, told, 2)
    before = stored()
    with files_end_at(1_500_000):
        response = send(client, told, 0)
    assert response.status_code == 507
    assert sentences(response) == [
        f"服务器存储空间不足，“{NAME}”没有保存；其他内容不受影响。请稍后再试或联系秘书处。"
    ]
    assert (UploadPiece.objects.count(), stored()) == (1, before)
    assert send(client, told, 0).status_code == 200  # once there is room again


def test_a_disk_that_is_full_at_the_end_keeps_the_pieces(client: Client, case: Evaluation) -> None:
    told = begin(client, case).json()
    for number in range(3):
        send(client, told, number)
    before = stored()
    with files_end_at(3_000_000):
        response = client.post(told["finish_url"])
    assert response.status_code == 507
    assert sentences(response) == [
        f"服务器存储空间不足，“{NAME}”已传的部分仍保留，请稍后再试或联系秘书处。"
    ]
    assert (case.files.count(), stored()) == (0, before)
    assert client.post(told["finish_url"]).status_code == 200
    assert case.files.get().size == len(WHOLE)


def test_a_full_disk_keeps_no_half_of_a_plain_upload(cast: Cast, case: Evaluation) -> None:
    before = stored()
    upload = pdf("大.pdf", b"x" * 2_000_000)
    with files_end_at(1_000_000), pytest.raises(Refused) as refused:
        materials.add_material(cast.lin, case, 4, upload)
    assert str(refused.value).startswith("服务器存储空间不足，“大.pdf”没有保存")
    assert (refused.value.__cause__.errno, case.files.count()) == (errno.EFBIG, 0)  # type: ignore[union-attr]
    assert stored() == before
