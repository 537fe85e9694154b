"""The certificates that Java's truststores hold: JKS, and PKCS#12 as newer Javas write it."""

from __future__ import annotations

import struct
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

_JKS = b"\xfe\xed\xfe\xed"
_KEY, _CERTIFICATE = 1, 2  # kinds of entries
_LARGEST = 20_000_000  # bytes of a file
_MANY = 10_000  # entries


class UnreadableStore(Exception):  # noqa: N818 - told to people by the caller
    """It is no truststore, it is damaged, or the password is wrong; never says what is in it."""


def trusted_certificates(file: str, password: str) -> str:
    """PEM text of all certificates in it; raises OSError or UnreadableStore.

    A JKS file shows its certificates to everybody, its password only protects against changes.
    """
    with Path(file).open("rb") as opened:
        content = opened.read(_LARGEST)
    try:
        found = _of_jks(content) if content.startswith(_JKS) else _of_pkcs12(content, password)
        pem = "".join(
            x509.load_der_x509_certificate(each).public_bytes(Encoding.PEM).decode() for each in found
        )
    except (ValueError, TypeError, struct.error, IndexError, UnicodeDecodeError) as error:
        raise UnreadableStore(type(error).__name__) from None
    if not pem:
        raise UnreadableStore("empty")
    return pem


def _of_pkcs12(content: bytes, password: str) -> list[bytes]:
    store = pkcs12.load_pkcs12(content, password.encode() or None)
    certificates = [*([store.cert] if store.cert else []), *store.additional_certs]
    return [each.certificate.public_bytes(Encoding.DER) for each in certificates]


def _of_jks(content: bytes) -> list[bytes]:
    reader = _Reader(content, len(_JKS))
    version, count = reader.number(), reader.number()
    if version not in (1, 2) or count > _MANY:
        raise ValueError("no version of JKS")
    found = []
    for _ in range(count):
        kind = reader.number()
        reader.short_text()  # alias
        reader.skip(8)  # when it was put there
        if kind == _KEY:
            reader.sized()
            chain = reader.number()
            if chain > _MANY:
                raise ValueError("no chain")
            for _ in range(chain):
                _certificate(reader, version)
        elif kind == _CERTIFICATE:
            found.append(_certificate(reader, version))
        else:
            raise ValueError("no kind of entry")
    return found


def _certificate(reader: _Reader, version: int) -> bytes:
    if version > 1:
        reader.short_text()  # X.509
    return reader.sized()


class _Reader:
    """Walks through the file; raises struct.error or ValueError at its end."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content, self._at = content, at

    def number(self) -> int:
        (value,) = struct.unpack_from(">I", self._content, self._at)
        self._at += 4
        return int(value)

    def short_text(self) -> None:
        (length,) = struct.unpack_from(">H", self._content, self._at)
        self.skip(2 + length)

    def sized(self) -> bytes:
        length = self.number()
        start = self._at
        self.skip(length)
        return self._content[start : self._at]

    def skip(self, length: int) -> None:
        self._at += length
        if self._at > len(self._content):
            raise ValueError("cut off")
