"""A node with a listener for each way a cluster can be secured, and for each way that can be wrong."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster import broker
from tests.cluster.certificates import LOCAL, Certificate, authority, signed
from tests.cluster.processes import free_ports
from tests.cluster.tokens import AUDIENCE, ISSUER, Tokens, tokens

KEY_PASSWORD = "key-secret"
"""Of the client's key where it is encrypted."""

_PROTOCOLS = {
    "PLAIN": "PLAINTEXT",
    "CONTROLLER": "PLAINTEXT",
    "SASLP": "SASL_PLAINTEXT",
    "SASLS": "SASL_SSL",
    "TLS": "SSL",
    "MUTUAL": "SSL",
    "OAUTH": "SASL_SSL",
    "EXPIRED": "SSL",
    "OTHERNAME": "SSL",
    "ITSELF": "SSL",
}
_OAUTH = "org.apache.kafka.common.security.oauthbearer."


@dataclass(frozen=True, slots=True)
class Secured:
    """Where it answers, and the files of its clients (all in ``folder``, PEM if nothing else is said)."""

    node: broker.Broker
    folder: Path
    tokens: Tokens

    def address(self, listener: str) -> str:
        """TLS, MUTUAL (wants a certificate), SASLP, SASLS, OAUTH; EXPIRED, OTHERNAME, ITSELF are wrong."""
        return self.node.address(listener)

    def file(self, name: str) -> str:
        """ca, other-ca, client, locked-client (encrypted), other-client, old-client .pem, client.p12."""
        return str(self.folder / name)


@contextmanager
def secured() -> Iterator[Secured]:
    """Start it, with its token address."""
    with tempfile.TemporaryDirectory(prefix="kmp-desktop-secured-") as name, tokens() as given:
        folder = Path(name)
        ports = dict(zip(_PROTOCOLS, free_ports(len(_PROTOCOLS)), strict=True))
        settings = {
            "controller.quorum.voters": f"1@127.0.0.1:{ports['CONTROLLER']}",
            "listener.security.protocol.map": ",".join(f"{each}:{_PROTOCOLS[each]}" for each in _PROTOCOLS),
            "ssl.truststore.location": str(folder / "ca.pem"),
            "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
            "listener.name.mutual.ssl.client.auth": "required",
            **_own_certificates(folder),
            **_own_tokens(given),
        }
        node = broker.prepared(folder / "node", 1, ports, settings, ())
        allowed = f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={given.keys_url}"
        node.java = (allowed, "-Xmx384m")
        broker.format_data(node, broker.new_cluster_id())
        try:
            node.launch()
            node.wait()
            yield Secured(node, folder, given)
        finally:
            node.stop()


def _own_certificates(folder: Path) -> dict[str, str]:
    trusted, other = authority("Company authority"), authority("Another authority")
    servers = {
        "TLS": signed(trusted, "broker", LOCAL),
        "EXPIRED": signed(trusted, "broker", LOCAL, (-30, -1)),
        "OTHERNAME": signed(trusted, "broker", ("kafka.example.org",)),
        "ITSELF": signed(None, "broker", LOCAL),
    }
    client = signed(trusted, "clerk")
    _write_keystore(folder / "client.pem", client)
    _write_keystore(folder / "locked-client.pem", client, KEY_PASSWORD)
    (folder / "client.p12").write_bytes(client.pkcs12(KEY_PASSWORD.encode()))
    _write_keystore(folder / "other-client.pem", signed(other, "clerk"))
    _write_keystore(folder / "old-client.pem", signed(trusted, "clerk", (), (-30, -1)))
    (folder / "ca.pem").write_bytes(trusted.certificates())
    (folder / "other-ca.pem").write_bytes(other.certificates())
    for listener, server in servers.items():
        _write_keystore(folder / f"{listener}.pem", server)
    settings: dict[str, str] = {}
    for listener, protocol in _PROTOCOLS.items():
        if protocol.endswith("SSL"):
            shown = listener if listener in servers else "TLS"
            prefix = f"listener.name.{listener.lower()}.ssl.keystore"
            settings |= {f"{prefix}.type": "PEM", f"{prefix}.location": str(folder / f"{shown}.pem")}
    return settings


def _own_tokens(given: Tokens) -> dict[str, str]:
    listener = "listener.name.oauth."
    return {
        f"{listener}sasl.enabled.mechanisms": "OAUTHBEARER",
        f"{listener}oauthbearer.sasl.jaas.config": f"{_OAUTH}OAuthBearerLoginModule required;",
        f"{listener}oauthbearer.sasl.server.callback.handler.class": f"{_OAUTH}"
        "OAuthBearerValidatorCallbackHandler",
        f"{listener}sasl.oauthbearer.jwks.endpoint.url": given.keys_url,
        f"{listener}sasl.oauthbearer.expected.audience": AUDIENCE,
        f"{listener}sasl.oauthbearer.expected.issuer": ISSUER,
    }


def _write_keystore(file: Path, certificate: Certificate, password: str = "") -> None:
    file.write_bytes(certificate.private(password.encode()) + certificate.certificates())
