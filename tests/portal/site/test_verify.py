"""证书查验: the register's word on a certificate, in each of its states."""

import io
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from pypdf import PdfWriter

from evaluation.documents import pages, signing
from evaluation.documents.content import register
from evaluation.documents.render import render
from evaluation.models import Certificate
from evaluation.register_words import entry_told
from portal.site.certificates import STANDINGS
from tests.evaluation.cast import Cast
from tests.portal.site.copies import enter, rendered
from tests.portal.site.reading import words


def page(client: Client, certificate: Certificate) -> str:
    return words(client.get(f"/verify/{certificate.number}/"))


def test_a_valid_certificate_is_said_to_be_valid_with_its_facts(
    client: Client, certificate: Certificate
) -> None:
    text = page(client, certificate)
    assert "名录中有此编号，认定有效。" in text
    for label, value in (
        ("证书编号", certificate.number),
        ("持有单位", certificate.holder),
        ("基地", certificate.base.name),
        ("申报类别", "省级区域"),
        ("所在省份", "山东省"),
    ):
        assert f"{label} {value}" in text
    assert certificate.name in text
    assert certificate.name_en in text


@pytest.mark.parametrize(
    ("state", "sentence", "label"),
    [
        ("rectification", "名录中有此编号，认定有效；持有单位正在限期整改。", "整改中"),
        ("suspended", "名录中有此编号，但认定已暂停，暂停期间不得使用名称。", "已暂停"),
        ("revoked", "名录中有此编号，但认定已被取消，不得再使用名称。", "已取消认定"),
        ("superseded", "名录中有此编号，已由新的证书代替。", "已换发"),
    ],
)
def test_every_other_state_has_its_sentence_its_day_and_its_reason(
    client: Client, certificate: Certificate, state: str, sentence: str, label: str
) -> None:
    enter(certificate, state, f"示例原因：{state}。")
    text = page(client, certificate)
    today = timezone.localdate()
    assert sentence in text
    assert f"{today.year}年{today.month}月{today.day}日" in text
    assert text.count(label) >= 2
    assert f"{label} 示例原因：{state}。" in text
    assert "无效" not in text
    assert "名录中有此编号，认定有效。" not in text


def test_the_whole_history_stays(client: Client, certificate: Certificate) -> None:
    enter(certificate, "rectification", "限期整改。")
    enter(certificate, "valid", "整改合格。")
    text = page(client, certificate)
    history = text.split("名录记载")[1]
    assert history.index("整改合格。") < history.index("限期整改。") < history.index("认定为")


def test_an_overdue_review_is_said_and_decides_nothing(
    client: Client, certificate: Certificate
) -> None:
    certificate.reviews.filter(year=1).update(due_on=timezone.localdate() - timedelta(days=1))
    text = page(client, certificate)
    assert "年审已到期" in text
    assert "名录中有此编号，认定有效。" in text


@pytest.mark.parametrize(
    "typed",
    [
        "{n}",
        " {n} ",
        "{lower}",
        "{wide}",
        "{blanks}",
        "{dashes}",
        "{bare}",
    ],
)
def test_a_number_is_found_however_it_is_typed(
    client: Client, certificate: Certificate, typed: str
) -> None:
    number = certificate.number
    text = typed.format(
        n=number,
        lower=number.lower(),
        wide="".join(chr(ord(c) + 0xFEE0) for c in number),
        blanks=" ".join(number),
        dashes=number.replace("-", "—"),
        bare=number.replace("-", "").lower(),
    )
    response = client.get("/verify/", {"number": text})
    assert response.status_code == 302
    assert response["Location"] == f"/verify/{number}/"
    assert "名录中有此编号" in words(client.get(f"/verify/{text}/", follow=True))


@pytest.mark.parametrize("typed", ["GYZS-2026-SJ-37-9999", "x", "\x00", "-", "'", "𠀀" * 200])
def test_an_unknown_number_is_explained_not_condemned(
    client: Client, certificate: Certificate, typed: str
) -> None:
    response = client.get("/verify/", {"number": typed})
    assert response.status_code == 200
    if typed.strip():
        assert "未找到这个编号" in words(response)
    scanned = client.get(f"/verify/{typed[:50].replace(chr(0), '%00')}/")
    assert scanned.status_code == 404
    text = words(scanned)
    assert "未找到这个编号" in text
    assert "请逐字核对" in text
    assert "无效" not in text


def test_a_number_alone_never_says_that_a_certificate_is_genuine(
    client: Client, certificate: Certificate
) -> None:
    response = client.get(f"/verify/{certificate.number}/")
    text = words(response)
    assert ("真实" in text.split("电子证书")[0], "请与看到的证书逐项核对" in text) == (False, True)
    assert f'href="/misuse/?number={certificate.number}"' in response.content.decode()
    assert "现在可以使用名称吗 可以；以此名义从事商业活动须经批准（10.3.1）。" in text


def test_an_unknown_number_is_reported_from_where_it_was_not_found(
    client: Client, db: None
) -> None:
    page = client.get("/verify/", {"number": "gyzs 9"}).content.decode()
    assert 'href="/misuse/?number=gyzs%209"' in page
    assert "可能是伪造的" in page


def test_the_form_alone_asks_for_a_number(client: Client, db: None) -> None:
    text = words(client.get("/verify/"))
    assert "证书编号" in text
    assert "未找到" not in text
    assert "请填写证书编号。" not in text
    for typed in ("", "  "):
        assert "请填写证书编号。" in words(client.get("/verify/", {"number": typed}))


def test_the_form_shows_how_a_number_is_made_and_none_that_might_be_one(
    client: Client, db: None
) -> None:
    assert 'placeholder="GYZS-年份-类别-地区-序号"' in client.get("/verify/").content.decode()
    assert 'placeholder="GYZS' not in client.get("/").content.decode()


def test_what_each_state_means_is_said_where_certificates_are_looked_up(
    client: Client, certificate: Certificate
) -> None:
    for path in ("/verify/", "/register/", "/verify/?number=x"):
        table = words(client.get(path)).split("现在可以使用名称吗")[1]
        for state in STANDINGS.values():
            assert f"{state.label} {state.meaning} {state.use}" in table, (path, state)


def test_the_pdf_can_be_had_while_the_certificate_stands(
    client: Client, certificate: Certificate
) -> None:
    pdf = f"/verify/{certificate.number}/certificate.pdf"
    assert client.get(pdf).status_code == 404
    rendered(certificate.document, b"%PDF-1.7 certificate")
    response = client.get(pdf)
    assert b"".join(response.streaming_content) == b"%PDF-1.7 certificate"
    assert "attachment" in response["Content-Disposition"]
    assert "此文件没有电子签名，真实性以名录记载为准。" in page(client, certificate)
    enter(certificate, "rectification", "限期整改。")
    assert client.get(pdf).status_code == 200
    enter(certificate, "revoked", "整改后仍未达到要求。")
    assert client.get(pdf).status_code == 404
    assert pdf not in client.get(f"/verify/{certificate.number}/").content.decode()


def test_progress_is_shown_until_the_pdf_is_made(client: Client, certificate: Certificate) -> None:
    path = f"/verify/{certificate.number}/document/"
    assert f'hx-get="{path}"' in client.get(path).content.decode()
    rendered(certificate.document)
    done = client.get(path).content.decode()
    assert "hx-get" not in done
    assert f"/verify/{certificate.number}/certificate.pdf" in done
    enter(certificate, "revoked", "整改后仍未达到要求。")
    assert client.get(path).status_code == 404


def test_a_signature_is_checked_and_a_changed_file_is_not_called_signed(
    client: Client, certificate: Certificate, settings: Any, tmp_path: Path
) -> None:
    from evaluation.documents.signing import ensure_example_signing_key

    settings.VAR_DIR = tmp_path
    settings.SIGNING_KEY_FILE = ""
    ensure_example_signing_key()
    render(str(certificate.document_id))
    certificate.refresh_from_db()
    text = page(client, certificate)
    assert "签名有效" in text
    assert "内容未被改动。" in text
    with certificate.document.stored.open("rb") as file:
        changed = bytearray(file.read())
    changed[len(changed) // 2] ^= 1
    rendered(certificate.document, bytes(changed))
    assert "签名有效" not in page(client, certificate)


def test_the_register_speaks_also_when_the_file_is_away(
    client: Client, certificate: Certificate
) -> None:
    rendered(certificate.document)
    certificate.document.stored.storage.delete(certificate.document.stored.name)
    assert "名录中有此编号，认定有效。" in page(client, certificate)


def test_nobody_who_worked_on_the_case_is_named(
    client: Client, cast: Cast, certificate: Certificate
) -> None:
    text = client.get(f"/verify/{certificate.number}/").content.decode()
    for person in (*cast.experts, cast.chen, cast.zhou, cast.lin):
        assert person.name not in text


# Verification of a file


@pytest.fixture
def paper(certificate: Certificate, settings: Any, tmp_path: Path) -> bytes:
    """The certificate's signed PDF, as the worker makes it."""
    settings.VAR_DIR = tmp_path
    signing.ensure_example_signing_key()
    render(str(certificate.document_id))
    certificate.document.refresh_from_db()
    with certificate.document.stored.open("rb") as file:
        return bytes(file.read())


def handed_in(client: Client, data: bytes, name: str = "证书.pdf") -> str:
    return words(client.post("/verify/file/", {"file": SimpleUploadedFile(name, data)}))


def test_the_file_of_a_valid_certificate(
    client: Client, certificate: Certificate, paper: bytes
) -> None:
    page = handed_in(client, paper)
    assert "签名有效：本证书真实，认定有效。" in page
    assert certificate.number in page
    assert "内容未被改动" in page


def test_a_genuine_file_from_before_there_was_a_signing_key_is_called_genuine(
    client: Client, certificate: Certificate
) -> None:
    render(str(certificate.document_id))
    certificate.document.refresh_from_db()
    with certificate.document.stored.open("rb") as file:
        page = handed_in(client, file.read())
    assert "文件 真实：与平台颁发的文件逐字节一致。（颁发时未附电子签名）" in page


def test_the_file_of_a_revoked_certificate_is_never_called_invalid(
    client: Client, certificate: Certificate, paper: bytes
) -> None:
    enter(certificate, "revoked", "示例：拒绝整改。")
    page = handed_in(client, paper)
    today = timezone.localdate()
    assert "签名有效：本证书曾经颁发，认定已被取消，不得再使用名称。" in page
    assert f"自{today.year}年{today.month}月{today.day}日起" in page
    assert "无效" not in page


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_one_changed_byte_is_said_to_be_a_change_after_signing(
    client: Client, paper: bytes, share: float
) -> None:
    changed = bytearray(paper)
    changed[int(len(paper) * 0.8 * share)] ^= 1
    page = handed_in(client, bytes(changed))
    assert "签名后被改动" in page
    assert "本证书真实" not in page


def test_a_file_that_names_a_certificate_leads_to_what_the_register_says(
    client: Client, paper: bytes, certificate: Certificate
) -> None:
    """A copy saved by another program has no signature, and its number can be read."""
    copy = io.BytesIO()
    PdfWriter(clone_from=io.BytesIO(paper)).write(copy)
    for changed in (paper + b"\n", copy.getvalue()):
        page = handed_in(client, changed)
        assert f"文件中写有证书编号{certificate.number}" in page
        assert f"查看证书{certificate.number}的名录记载" in page
        assert "本证书真实" not in page


def test_a_file_that_somebody_else_signed_is_not_ours(
    client: Client, paper: bytes, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path / "others"
    signing.ensure_example_signing_key()
    page = handed_in(client, paper + b"\n")  # not the registered bytes
    assert "本证书真实" not in page
    theirs = signing.sign(pages.pdf("notice", '<html lang="zh"><body><p>示例</p></body></html>'))
    settings.VAR_DIR = tmp_path
    page = handed_in(client, theirs)
    assert "不是本平台颁发的证书 文件有签名，但不是本平台的签名" in page


def test_what_is_no_certificate_is_said_to_be_none(
    client: Client, certificate: Certificate
) -> None:
    assert "文件没有电子签名" in handed_in(client, b"%PDF-1.7 example")
    assert "这不是 PDF 文件" in handed_in(client, b"\x89PNG....")
    assert "没有收到文件" in words(client.post("/verify/file/"))
    assert "没有收到文件" in handed_in(client, b"%PDF-" + b"0" * 3_000_000)


def test_nothing_of_a_file_is_kept(
    client: Client, paper: bytes, settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "none")
    files = sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
    handed_in(client, paper)
    handed_in(client, b"%PDF-" + b"0" * 3_000_000)
    assert sorted(p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()) == files


def test_files_are_limited(client: Client, settings: Any, db: None) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "public_form": "1/m/ip"}
    handed_in(client, b"%PDF-1.7")
    answer = client.post("/verify/file/", {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")})
    assert answer.status_code == 429
    assert "查验得太频繁" in words(answer)


def test_a_file_from_another_page_is_refused(certificate: Certificate) -> None:
    strict = Client(enforce_csrf_checks=True)
    sent = {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}
    assert strict.post("/verify/file/", sent).status_code == 403


def test_the_authority_is_handed_out_for_checking_offline(
    client: Client, paper: bytes, tmp_path: Path
) -> None:
    page = words(client.get("/verify/offline/"))
    (authority,) = signing.authorities()
    assert authority.sha256 in page
    pem = client.get("/verify/authority.pem").content
    assert pem == authority.pem
    # openssl knows the authority's certificate for what it is.
    (tmp_path / "authority.pem").write_bytes(pem)
    told = subprocess.run(
        ["openssl", "x509", "-in", tmp_path / "authority.pem", "-noout", "-fingerprint", "-sha256"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.strip().split("=")[1].replace(":", "") == authority.sha256


def test_without_a_key_there_is_no_authority(
    client: Client, settings: Any, tmp_path: Path, db: None
) -> None:
    settings.VAR_DIR = tmp_path
    assert "尚未配置签名密钥" in words(client.get("/verify/offline/"))
    assert client.get("/verify/authority.pem").status_code == 404


@pytest.mark.parametrize(
    ("written", "english"),
    [
        (register.CERTIFIED, "Certified as an Industrial Intelligent Computing Base"),
        (register.REVOKED, "Certification revoked."),
        (register.superseded("GYZS-1"), "A new certificate, GYZS-1, was issued for the base."),
        (register.passed(2), "Annual review of year 2 passed."),
        (register.rectified(3), "Rectification of year 3 passed the re-check"),
        (
            register.to_rectify(1, date(2026, 12, 29)),
            "Annual review of year 1 failed; to be rectified by 29 December 2026.",
        ),
        (
            register.failed(2, "示例：拒绝整改。"),
            "Annual review of year 2 failed: 示例：拒绝整改。",
        ),
    ],
)
def test_the_usual_entries_of_the_register_can_be_read_in_english(
    written: str, english: str
) -> None:
    with override("en"):
        assert entry_told(written).startswith(english)
    with override("zh-hans"):
        assert entry_told(written) == written
        assert entry_told("其他记载。") == "其他记载。"
