"""A key that never leaves its module signs as one in a file does; the module here is SoftHSM."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from pkcs11 import lib
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate

from evaluation.documents import pages, signing, signing_module

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PAGE = '<html lang="zh-CN"><body><p>国家工业互联网大数据中心</p></body></html>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A token with a key and its certificate, and the authority's beside it."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    command = "softhsm2-util --init-token --free --label issuer --so-pin 87654321 --pin 123456"
    subprocess.run(command.split(), check=True, capture_output=True)
    yield folder
    del os.environ["SOFTHSM2_CONF"]


@pytest.fixture
def module(settings: Any, folder: Path, tmp_path: Path) -> Iterator[None]:
    settings.VAR_DIR = tmp_path
    made = signing.ensure_example_signing_key()
    key, certificate, (authority,) = pkcs12.load_key_and_certificates(made.read_bytes(), None)
    assert key is not None
    assert certificate is not None
    (tmp_path / "authority.pem").write_bytes(
        pem.armor("CERTIFICATE", authority.public_bytes(Encoding.DER))
    )
    der = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    with lib(MODULE).get_token(token_label="issuer").open(user_pin="123456", rw=True) as session:
        for kept in session.get_objects():
            kept.destroy()
        for values in (
            decode_rsa_private_key(der),
            decode_x509_certificate(certificate.public_bytes(Encoding.DER)),
        ):
            session.create_object({**values, **_named()})
    made.unlink()
    settings.SIGNING_PKCS11_MODULE, settings.SIGNING_PKCS11_TOKEN = MODULE, "issuer"
    settings.SIGNING_PKCS11_LABEL, settings.SIGNING_KEY_PASSWORD = "certificates", "123456"
    settings.SIGNING_TRUSTED_FILE = str(tmp_path / "authority.pem")
    signing_module.forget()
    yield
    signing_module.forget()


def _named() -> dict[Any, Any]:
    from pkcs11 import Attribute

    return {Attribute.TOKEN: True, Attribute.LABEL: "certificates", Attribute.ID: b"1"}


def test_its_signature_is_valid_and_broken_by_one_byte(module: None) -> None:
    signed = bytearray(signing.sign(pages.pdf("notice", PAGE)))
    found = signing.verify_signature(bytes(signed))
    assert (found.state, found.signer) == ("valid", "中国工业互联网研究院（示例）")
    signed[len(signed) // 3] ^= 1
    assert not signing.verify_signature(bytes(signed)).valid


def test_a_wrong_pin_is_told_in_a_sentence(module: None, settings: Any) -> None:
    settings.SIGNING_KEY_PASSWORD = "000000"
    signing_module.forget()
    with pytest.raises(signing.CannotSign, match="SIGNING_KEY_PASSWORD"):
        signing.sign(pages.pdf("notice", PAGE))
