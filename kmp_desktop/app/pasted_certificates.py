"""Certificates in text that somebody copied, from a mail or a web page."""

from __future__ import annotations

import re

_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----[ \t\r\n]*([A-Za-z0-9+/= \t\r\n]+?)[ \t\r\n]*-----END CERTIFICATE-----"
)


def certificates_in(said: str) -> str:
    """PEM text of the certificates alone: keys and everything else around them are left out."""
    lines = []
    for each in _CERTIFICATE.finditer(said):
        body = "\n".join(each[1].split())
        lines.append(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    return "".join(lines)
