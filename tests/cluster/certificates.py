"""Certificates made for one run: authorities, and what they signed for brokers and clients."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)
_PEM = serialization.Encoding.PEM
LOCAL = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key, and who vouches for it."""

    key: ec.EllipticCurvePrivateKey
    signed: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    def certificates(self) -> bytes:
        """PEM: its own, then those that lead to the authority."""
        return b"".join(each.public_bytes(_PEM) for each in (self.signed, *self.chain))

    def private(self, password: bytes = b"") -> bytes:
        """PEM of the key, encrypted if there is a password."""
        kept = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        return self.key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, kept)

    def pkcs12(self, password: bytes) -> bytes:
        """Both in one file."""
        kept = serialization.BestAvailableEncryption(password)
        return pkcs12.serialize_key_and_certificates(b"client", self.key, self.signed, self.chain, kept)


def authority(name: str) -> Certificate:
    """Who signs others."""
    return _certificate(name, None, (), (-1, 30))


def signed(
    by: Certificate | None, name: str, hosts: Sequence[str] = (), days: tuple[int, int] = (-1, 30)
) -> Certificate:
    """A certificate, by an authority or by itself; ``days`` from now on: when it begins and ends."""
    return _certificate(name, by, hosts, days)


def write_certificates(folder: Path) -> tuple[Path, Path]:
    """(file of the authority's certificate, keystore of the broker: key and certificate), both PEM."""
    trusted = authority("kmp-desktop test authority")
    broker = signed(trusted, "broker", LOCAL)
    ca_file, keystore = folder / "ca.pem", folder / "broker.pem"
    ca_file.write_bytes(trusted.certificates())
    keystore.write_bytes(broker.private() + broker.certificates())
    return ca_file, keystore


def _certificate(
    name: str, signer: Certificate | None, hosts: Sequence[str], days: tuple[int, int]
) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing_key, issuer = (key, subject) if signer is None else (signer.key, signer.signed.subject)
    now = datetime.datetime.now(datetime.UTC)
    signs_others = signer is None and not hosts
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * _DAY)
        .not_valid_after(now + days[1] * _DAY)
        .add_extension(x509.BasicConstraints(signs_others, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False
        )
    )
    if hosts:
        named = x509.SubjectAlternativeName([_host(each) for each in hosts])
        builder = builder.add_extension(named, critical=False)
    return Certificate(key, builder.sign(signing_key, hashes.SHA256()))


def _host(name: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
