"""What TLS means to the client library: whom to trust, and the connection's own certificate."""

from __future__ import annotations

import ssl
from pathlib import Path

from kmp_desktop.core.profile import ConnectionProfile, Secrets

PKCS12 = (".p12", ".pfx", ".pkcs12", ".keystore", ".ks")
"""How files end that hold certificate and key together, under one password."""


def encryption(profile: ConnectionProfile, secrets: Secrets) -> dict[str, str]:
    """Librdkafka's ``ssl.*`` settings; nothing for the certificates that the system trusts."""
    found = {}
    if profile.ca_file:
        found["ssl.ca.location"] = profile.ca_file
    elif profile.ca_pem:
        found["ssl.ca.pem"] = profile.ca_pem
    if not profile.certificate_file:
        return found
    if is_pkcs12(profile.certificate_file):
        return {
            **found,
            "ssl.keystore.location": profile.certificate_file,
            "ssl.keystore.password": secrets.key_password,
        }
    found["ssl.certificate.location"] = profile.certificate_file
    found["ssl.key.location"] = profile.key_file or profile.certificate_file
    if secrets.key_password:
        found["ssl.key.password"] = secrets.key_password
    return found


def is_pkcs12(file: str) -> bool:
    """Whether a file holds certificate and key together, by its name."""
    return file.lower().endswith(PKCS12)


def trusting(ca_file: str, ca_pem: str) -> ssl.SSLContext:
    """A context that trusts what the connection trusts; raises OSError or ssl.SSLError for its file.

    Not ``create_default_context``: that one refuses old authorities, which the client library accepts.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file:
        context.load_verify_locations(ca_file)
    elif ca_pem:
        context.load_verify_locations(cadata=ca_pem)
    else:
        context.load_default_certs()
    return context


def web_authorities(profile: ConnectionProfile) -> str:
    """PEM text of all that may vouch for a token address: the system's and the connection's own.

    The library has the path of one Linux distribution compiled in, so it is always told. An own
    authority signs the company's token address as often as a public one does.
    """
    parts = [profile.ca_pem]
    system = ssl.get_default_verify_paths().cafile
    for file in (system, profile.ca_file):
        if file:
            try:
                parts.append(Path(file).read_text(encoding="ascii", errors="ignore"))
            except OSError:
                continue  # the missing file is told where it is used for the servers
    return "\n".join(part for part in parts if part)
