"""Certificates for a cluster of a test: an authority, and what it signs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(key: ec.EllipticCurvePrivateKey, locked_by: KeySerializationEncryption) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked_by)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, in files."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates; its own stands in the file `ca`."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir()
        self._folder, self._name = folder, _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.ca = folder / "ca.pem"
        signed = self._signed(self._name, self._key, days=30, authority=True)
        self.ca.write_bytes(signed.public_bytes(Encoding.PEM))

    def pair(self, name: str, *, days: int = 30, password: bytes = b"") -> Pair:
        """Make a certificate; with negative days one that has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        pair = Pair(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        signed = self._signed(_named(name), key, days=days, authority=False)
        pair.certificate.write_bytes(signed.public_bytes(Encoding.PEM))
        locked_by = BestAvailableEncryption(password) if password else NoEncryption()
        pair.key.touch(0o600)
        pair.key.write_bytes(_pem(key, locked_by))
        return pair

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int, authority: bool
    ) -> x509.Certificate:
        today = datetime.now(UTC)
        limits = x509.BasicConstraints(ca=authority, path_length=None)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - timedelta(days=60))
            .not_valid_after(today + timedelta(days=days))
            .add_extension(limits, critical=True)
        )
        return builder.sign(self._key, hashes.SHA256())
