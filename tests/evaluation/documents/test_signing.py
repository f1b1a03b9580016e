"""The signature on a certificate: ours, sound, and broken by any change."""

import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader, PdfWriter

from evaluation.documents import pages, signing

PAGE = '<html lang="zh-CN"><body><p>国家工业互联网大数据中心</p></body></html>'


@pytest.fixture
def key(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    settings.SIGNING_KEY_FILE = ""
    return signing.ensure_example_signing_key()


@pytest.fixture(scope="module")
def plain() -> bytes:
    return pages.pdf("notice", PAGE)


def test_a_signed_document_is_valid_and_names_its_signer(key: Path, plain: bytes) -> None:
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    found = signing.verify_signature(signing.sign(plain))
    assert (found.state, found.valid) == ("valid", True)
    assert found.signer == "中国工业互联网研究院（示例）"
    assert found.signed_at is not None
    assert before <= found.signed_at <= datetime.datetime.now(datetime.UTC)


def test_the_signature_is_pades_and_allows_no_change(key: Path, plain: bytes) -> None:
    signed = signing.sign(plain)
    assert signed.startswith(plain)
    (field,) = PdfReader(BytesIO(signed)).trailer["/Root"]["/AcroForm"]["/Fields"]
    signature = field.get_object()["/V"]
    assert signature["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature["/Reference"][0]["/TransformParams"]["/P"] == 1


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_one_changed_byte_breaks_it(key: Path, plain: bytes, share: float) -> None:
    signed = bytearray(signing.sign(plain))
    place = int(len(plain) * share)
    signed[place] ^= 1
    assert signing.verify_signature(bytes(signed)).state in ("altered", "unsigned")
    assert not signing.verify_signature(bytes(signed)).valid


def test_a_page_added_later_breaks_it(key: Path, plain: bytes) -> None:
    writer = PdfWriter(BytesIO(signing.sign(plain)), incremental=True)
    writer.add_blank_page(100, 100)
    changed = BytesIO()
    writer.write(changed)
    assert signing.verify_signature(changed.getvalue()).state == "altered"


def test_words_put_after_the_end_break_it(key: Path, plain: bytes) -> None:
    assert signing.verify_signature(signing.sign(plain) + b"\n% more\n").state == "altered"


def test_another_key_is_not_ours(key: Path, plain: bytes, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "somewhere else"
    signing.ensure_example_signing_key()
    foreign = signing.sign(plain)
    settings.VAR_DIR = tmp_path
    assert signing.verify_signature(foreign).state == "unknown"


def test_earlier_keys_still_count_when_they_are_named(
    key: Path, plain: bytes, settings: Any, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    signed_before = signing.sign(plain)
    authority = pkcs12.load_pkcs12(key.read_bytes(), None).additional_certs[0].certificate
    earlier = tmp_path / "earlier.pem"
    earlier.write_bytes(authority.public_bytes(Encoding.PEM))
    settings.VAR_DIR = tmp_path / "new"
    signing.ensure_example_signing_key()
    assert signing.verify_signature(signed_before).state == "unknown"
    settings.SIGNING_TRUSTED_FILE = str(earlier)
    assert signing.verify_signature(signed_before).state == "valid"


@pytest.mark.parametrize("other", [b"", b"no PDF at all", b"%PDF-1.7\n%%EOF", b"\x00" * 4096])
def test_anything_else_is_unsigned(key: Path, other: bytes) -> None:
    assert signing.verify_signature(other) == signing.Verification("unsigned")


def test_a_document_without_a_key_stays_as_it_is(
    settings: Any, tmp_path: Path, plain: bytes
) -> None:
    settings.VAR_DIR = tmp_path
    settings.SIGNING_KEY_FILE = ""
    assert signing.sign(plain) == plain
    assert signing.verify_signature(plain) == signing.Verification("unsigned")


def test_a_key_with_a_password(settings: Any, tmp_path: Path, plain: bytes) -> None:
    settings.VAR_DIR = tmp_path
    settings.SIGNING_KEY_PASSWORD = "Example-2026"
    settings.SIGNING_KEY_FILE = str(signing.ensure_example_signing_key())
    assert signing.verify_signature(signing.sign(plain)).valid


def test_a_wrong_password_is_said_so(key: Path, settings: Any, plain: bytes) -> None:
    settings.SIGNING_KEY_FILE = str(key)
    settings.SIGNING_KEY_PASSWORD = "not the password"
    signing._load.cache_clear()
    with pytest.raises(signing.CannotSign, match="SIGNING_KEY_PASSWORD"):
        signing.sign(plain)
    signing._load.cache_clear()


def test_a_missing_key_file_is_named(settings: Any, tmp_path: Path, plain: bytes) -> None:
    settings.SIGNING_KEY_FILE = str(tmp_path / "nowhere.p12")
    with pytest.raises(signing.CannotSign, match=r"nowhere\.p12"):
        signing.sign(plain)


def test_the_key_is_made_once_and_read_by_its_owner_only(key: Path) -> None:
    made = key.read_bytes()
    assert signing.ensure_example_signing_key() == key
    assert key.read_bytes() == made
    assert oct(key.stat().st_mode)[-3:] == "600"
    assert [file.name for file in key.parent.iterdir()] == ["example.p12"]


def test_the_command_makes_the_key_and_refuses_in_production(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR_DIR = tmp_path
    call_command("make_signing_key")
    assert capsys.readouterr().out == f"{tmp_path}/signing/example.p12\n"
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="生产环境不使用示例签名密钥"):
        call_command("make_signing_key")
    assert signing.key_file() is None
