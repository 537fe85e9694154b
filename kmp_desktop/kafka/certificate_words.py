"""Why a certificate does not do, in words: the servers', looked at by a handshake of our own, and our own.

The client library has one text for all causes, so they are found out here. Nothing is sent but a handshake.
"""

from __future__ import annotations

import datetime
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from cryptography.x509.oid import NameOID

from kmp_desktop.core.profile import ConnectionProfile
from kmp_desktop.core.text import Text, text
from kmp_desktop.kafka.encryption import is_pkcs12, trusting

_CONNECT_S = 4.0
_HANDSHAKE_S = 10.0
_NOT_YET, _EXPIRED = 9, 10  # OpenSSL's numbers
_ITSELF, _ITSELF_IN_CHAIN = 18, 19
_OTHER_NAMES = (62, 64)

Address = tuple[str, int]


class NotSecure(Exception):  # noqa: N818 - always told to people
    """Why there is no secure connection: what is wrong, what to do about it, technical details."""

    def __init__(self, title: Text, advice: Text, details: str = "") -> None:
        super().__init__(str(title))
        self.title, self.advice, self.details = title, advice, details


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a server's certificate says of itself."""

    names: tuple[str, ...]
    issuer: str
    begins: datetime.datetime
    ends: datetime.datetime


def server_certificate_until(address: Address, profile: ConnectionProfile) -> datetime.datetime | None:
    """When the certificate of a server ends; raises NotSecure. None: it tells only who shows one, too."""
    try:
        context = trusting(profile.ca_file, profile.ca_pem)
    except FileNotFoundError as error:
        raise _no_file(profile.ca_file, error) from error
    except (OSError, ValueError) as error:
        raise NotSecure(
            text("The certificate file cannot be used"),
            text("Choose a PEM file: text that begins with -----BEGIN CERTIFICATE-----."),
            str(error),
        ) from error
    try:
        with _shaken_hands(address, context) as secure:
            return _shown(secure.getpeercert(binary_form=True)).ends
    except ssl.SSLCertVerificationError as error:
        raise _not_trusted(error, address) from error
    except ssl.SSLError as error:
        if "ALERT" in (error.reason or ""):
            return None  # it speaks TLS, and refused us: that is told when the client signs in
        raise _no_tls(error) from error
    except TimeoutError as error:
        raise NotSecure(
            text("The server does not answer in time"),
            text("Try again in a moment, or check the port."),
            str(error),
        ) from error
    except (OSError, ValueError) as error:
        raise _no_tls(error) from error


def look_at_own(profile: ConnectionProfile, password: str) -> None:
    """Raise NotSecure where the connection's own certificate cannot be used; reads its files only."""
    if not profile.certificate_file:
        return
    try:
        own = _own_certificate(profile, password.encode() or None)
    except FileNotFoundError as error:
        raise _no_file(str(error.filename), error) from error
    except TypeError as error:  # a password is given and not wanted, or wanted and not given
        wanted = "not given" in str(error)
        title = text("The key of your certificate asks for a password")
        if not wanted:
            title = text("The key of your certificate has no password")
        raise NotSecure(title, text("Correct the key password of the connection."), str(error)) from error
    except (OSError, ValueError) as error:
        raise NotSecure(
            text("Your certificate cannot be opened"),
            text("Check its key password, or choose another file: PEM, or PKCS#12 (.p12, .pfx)."),
            str(error),
        ) from error
    ends = own.not_valid_after_utc
    if ends < datetime.datetime.now(datetime.UTC):
        raise NotSecure(
            text("Your certificate has expired"),
            text("It was valid until {day}. Ask for a new one.", day=day(ends)),
        )


def day(when: datetime.datetime) -> str:
    """A day as people write it; UTC."""
    return f"{when.day} {when:%b %Y}"


def _own_certificate(profile: ConnectionProfile, password: bytes | None) -> x509.Certificate:
    content = Path(profile.certificate_file).read_bytes()
    if is_pkcs12(profile.certificate_file):
        _, own, _ = pkcs12.load_key_and_certificates(content, password)
        if own is None:
            raise ValueError("no certificate in it")
        return own
    own = x509.load_pem_x509_certificate(content)
    key = Path(profile.key_file).read_bytes() if profile.key_file else content
    load_pem_private_key(key, password)
    return own


def _shaken_hands(address: Address, context: ssl.SSLContext) -> ssl.SSLSocket:
    plain = socket.create_connection(address, _CONNECT_S)
    plain.settimeout(_HANDSHAKE_S)
    try:
        return context.wrap_socket(plain, server_hostname=address[0])
    except BaseException:
        plain.close()
        raise


def _not_trusted(error: ssl.SSLCertVerificationError, address: Address) -> NotSecure:
    shown = _looked_at(address)
    details = f"{error.verify_code} {error.verify_message}"
    if shown is None:
        return NotSecure(_untrusted(), _ask_for_file(""), details)
    details += f"; names: {', '.join(shown.names)}; issuer: {shown.issuer}; ends: {shown.ends:%Y-%m-%d}"
    code = error.verify_code
    if code == _EXPIRED:
        return NotSecure(
            text("The server's certificate has expired"),
            text(
                "It was valid until {day}. Only your Kafka administrator can renew it.", day=day(shown.ends)
            ),
            details,
        )
    if code == _NOT_YET:
        return NotSecure(
            text("The server's certificate is not valid yet"),
            text(
                "It is valid from {day} on. Check the clock of this computer, or ask your administrator.",
                day=day(shown.begins),
            ),
            details,
        )
    if code in _OTHER_NAMES:
        return NotSecure(
            text("The server's certificate is for another name"),
            text(
                "The connection says {host}, the certificate is for {names}. Use one of these names as "
                "server address, or ask your Kafka administrator.",
                host=address[0],
                names=", ".join(shown.names) or "?",
            ),
            details,
        )
    if code in (_ITSELF, _ITSELF_IN_CHAIN):
        return NotSecure(_untrusted(), _ask_for_file(""), details)
    return NotSecure(_untrusted(), _ask_for_file(shown.issuer), details)


def _untrusted() -> Text:
    return text("The server's certificate is not trusted")


def _ask_for_file(issuer: str) -> Text:
    if issuer:
        return text(
            "It was issued by “{issuer}”. Ask for the company's certificate file and choose it as "
            "certificate file.",
            issuer=issuer,
        )
    return text("Ask for the company's certificate file and choose it as certificate file.")


def _looked_at(address: Address) -> _Shown | None:
    """The certificate that was refused, read without trusting it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with _shaken_hands(address, context) as secure:
            return _shown(secure.getpeercert(binary_form=True))
    except (OSError, ValueError):
        return None


def _shown(certificate: bytes | None) -> _Shown:
    read = x509.load_der_x509_certificate(certificate or b"")
    return _Shown(_names(read), _issuer(read), read.not_valid_before_utc, read.not_valid_after_utc)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        known = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    hosts = known.get_values_for_type(x509.DNSName)
    return (*hosts, *(str(each) for each in known.get_values_for_type(x509.IPAddress)))


def _issuer(certificate: x509.Certificate) -> str:
    named = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else certificate.issuer.rfc4514_string()


def _no_file(file: str, error: Exception) -> NotSecure:
    return NotSecure(
        text("The certificate file is not there"),
        text("Choose another file instead of {file}.", file=file),
        str(error),
    )


def _no_tls(error: Exception) -> NotSecure:
    return NotSecure(
        text("The server does not speak encrypted (TLS) on this port"),
        text("Check the port, or choose a connection that is not encrypted."),
        str(error),
    )
