"""The signature on certificates (PAdES B-B): making it, checking it, and a key for examples.

pyHanko and cryptography are imported late: the web process makes no signature."""

import datetime
import os
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from evaluation.documents import signing_module

FIELD = "IssuerSignature"
EXAMPLE_YEARS = 10
RESERVED = 32 * 1024  # hexadecimal digits


class CannotSign(Exception):
    """Why no signature can be made, in a sentence for whoever looks after the key."""


@dataclass(frozen=True)
class Verification:
    """What a PDF's signature says.

    `state` is "valid" (ours, and not a byte changed), "altered", "unknown" (sound, but the key is
    not ours) or "unsigned". Signer and time are empty where there is no sound signature."""

    state: str
    signer: str = ""
    signed_at: datetime.datetime | None = None

    @property
    def valid(self) -> bool:
        return self.state == "valid"


def example_key_file() -> Path:
    """Where the key for the example data lies."""
    return Path(settings.VAR_DIR) / "signing" / "example.p12"


def key_file() -> Path | None:
    """The PKCS#12 file that signs: the configured one, or in development the example's; none where
    a hardware module signs."""
    if signing_module.configured():
        return None
    if settings.SIGNING_KEY_FILE:
        return Path(settings.SIGNING_KEY_FILE)
    example = example_key_file()
    return example if not settings.PRODUCTION and example.exists() else None


def sign(pdf: bytes) -> bytes:
    """The PDF with the issuer's signature, which allows no later change; unsigned where no key is
    configured. The time of signing is part of it, so two signatures never have the same bytes.

    Raises CannotSign where the configured key cannot be used."""
    signer = _configured_signer()
    if signer is None:
        return pdf
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, sign_pdf
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

    try:
        signed = sign_pdf(
            IncrementalPdfFileWriter(BytesIO(pdf)),
            PdfSignatureMetadata(
                field_name=FIELD,
                md_algorithm="sha256",
                subfilter=SigSeedSubFilter.PADES,
                name=settings.ISSUER_NAME,
                certify=True,
                docmdp_permissions=MDPPerm.NO_CHANGES,
            ),
            signer=signer,
            # Room for the signature with its chain; to find out exactly would mean signing twice.
            bytes_reserved=RESERVED,
        )
    except Exception:
        signing_module.forget()  # the next attempt opens the module anew
        raise
    return bytes(signed.getbuffer())


def verify_signature(pdf: bytes) -> Verification:
    """Whether this PDF carries our signature and is unchanged since. Accepts any bytes; what is no
    PDF, or one without a signature, is "unsigned"; one that cannot be read through is "altered"."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    try:
        found = PdfFileReader(BytesIO(pdf), strict=False).embedded_signatures
    except Exception:  # anyone may hand in anything: what cannot be read carries no signature
        return Verification("altered" if b"/ByteRange" in pdf else "unsigned")
    if not found:
        return Verification("unsigned")
    try:
        status = validate_pdf_signature(found[0], _trusted())
    except Exception:  # malformed in one of many ways; never sound
        return Verification("altered")
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not (status.intact and status.valid and status.docmdp_ok and whole and len(found) == 1):
        return Verification("altered")
    signer = status.signing_cert.subject.native.get("common_name", "")
    ours = "valid" if status.trusted else "unknown"
    return Verification(ours, signer, status.signer_reported_dt)


@dataclass(frozen=True)
class Authority:
    """A certificate that signatures are checked against, for whoever checks without this site."""

    name: str
    sha256: str
    valid_until: datetime.datetime
    pem: bytes


def authorities() -> list[Authority]:
    """Who counts as ourselves; empty where no key is configured. Raises CannotSign as `sign` does."""
    from asn1crypto import pem

    return [
        Authority(
            root.subject.native.get("common_name", ""),
            root.sha256.hex().upper(),
            root.not_valid_after,
            pem.armor("CERTIFICATE", root.dump()),
        )
        for root in _roots()
    ]


def _passphrase() -> bytes | None:
    return settings.SIGNING_KEY_PASSWORD.encode() or None


def _configured_signer() -> Any:
    """That of the hardware module, or of the key file; None where neither is configured."""
    if not signing_module.configured():
        path = key_file()
        return path and _signer(path)
    try:
        return signing_module.signer()
    except Exception as failure:  # whatever the module's library raises
        signing_module.forget()
        raise CannotSign(
            _(
                "证书签名密码模块无法使用（%(failure)s），请检查SIGNING_PKCS11_开头的设置和SIGNING_KEY_PASSWORD。"
            )
            % {"failure": type(failure).__name__}
        ) from failure


def _signer(path: Path) -> Any:
    """The signer, read once for each process and version of the file."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError as missing:
        raise CannotSign(
            _("读不到证书签名密钥文件%(path)s，请检查SIGNING_KEY_FILE。") % {"path": path}
        ) from missing
    signer = _load(path, changed)
    if signer is None:
        raise CannotSign(
            _("证书签名密钥文件%(path)s无法使用，请检查文件和SIGNING_KEY_PASSWORD。")
            % {"path": path}
        )
    return signer


@lru_cache(maxsize=2)
def _load(path: Path, _changed: int) -> Any:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.serialization import load_der_private_key
    from pyhanko.sign.general import get_pyca_cryptography_hash
    from pyhanko.sign.signers import SimpleSigner

    class KeptKeySigner(SimpleSigner):
        """Reads an RSA key once: to read and prove one takes longer than to make the page."""

        @cached_property
        def _key(self) -> Any:
            return load_der_private_key(self.signing_key.dump(), password=None)

        def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
            mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
            if mechanism.signature_algo == "rsassa_pkcs1v15":
                digest = get_pyca_cryptography_hash(digest_algorithm)
                return bytes(self._key.sign(data, PKCS1v15(), digest))
            return bytes(super().sign_raw(data, digest_algorithm))

    read = SimpleSigner.load_pkcs12(str(path), passphrase=_passphrase())
    return read and KeptKeySigner(read.signing_cert, read.signing_key, read.cert_registry)


def _trusted() -> Any:
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(
        trust_roots=_roots(), allow_fetching=False, revocation_mode="soft-fail"
    )


def _roots() -> list[Any]:
    """Who counts as ourselves: the authority in the key file, or its certificate where it has
    none, and what SIGNING_TRUSTED_FILE (PEM) adds for keys of earlier years and for one in a
    hardware module."""
    from pyhanko.keys import load_certs_from_pemder

    roots: list[Any] = []
    path = key_file()
    if path is not None:
        signer = _signer(path)
        known = list(signer.cert_registry)
        roots = [c for c in known if c.self_issued] or [signer.signing_cert]
    if settings.SIGNING_TRUSTED_FILE:
        roots += list(load_certs_from_pemder([settings.SIGNING_TRUSTED_FILE]))
    return roots


def ensure_example_signing_key() -> Path:
    """The example's key file, made where there is none. A self-made authority signs it: it shows
    what a signature does, and proves nothing. Refused in production."""
    if settings.PRODUCTION:
        raise CannotSign(_("生产环境不使用示例签名密钥，请以SIGNING_KEY_FILE配置正式密钥。"))
    path = example_key_file()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_example_pkcs12())
        draft.replace(path)
    return path


def _example_pkcs12() -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        KeySerializationEncryption,
        NoEncryption,
        pkcs12,
    )
    from cryptography.x509.oid import NameOID

    now = datetime.datetime.now(datetime.UTC)

    def named(common_name: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
                x509.NameAttribute(
                    NameOID.ORGANIZATION_NAME, f"{settings.ISSUER_NAME}（示例）"[:64]
                ),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),
            ]
        )

    def usage(*, signs_documents: bool) -> x509.KeyUsage:
        return x509.KeyUsage(
            digital_signature=signs_documents,
            content_commitment=signs_documents,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=not signs_documents,
            crl_sign=not signs_documents,
            encipher_only=False,
            decipher_only=False,
        )

    def certificate(
        subject: x509.Name, issuer: x509.Name, key: Any, by: Any, *, authority: bool
    ) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=365 * EXAMPLE_YEARS))
            .add_extension(
                x509.BasicConstraints(ca=authority, path_length=0 if authority else None),
                critical=True,
            )
            .add_extension(usage(signs_documents=not authority), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False
            )
            .sign(by, hashes.SHA256())
        )

    authority_key = rsa.generate_private_key(65537, 3072)
    key = rsa.generate_private_key(65537, 3072)
    root = named("示例签名机构（仅供演示）")
    authority = certificate(root, root, authority_key, authority_key, authority=True)
    own = certificate(
        named(f"{settings.ISSUER_NAME}（示例）"), root, key, authority_key, authority=False
    )
    password = _passphrase()
    encryption: KeySerializationEncryption = (
        BestAvailableEncryption(password) if password else NoEncryption()
    )
    return pkcs12.serialize_key_and_certificates(b"example", key, own, [authority], encryption)
