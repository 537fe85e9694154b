"""What an account means to the client library: ``sasl.*`` settings, and tokens made here."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from kmp_desktop.core.profile import ConnectionProfile, Mechanism, Secrets
from kmp_desktop.kafka.encryption import web_authorities

Token = tuple[str, float]
"""A token and when it ends, epoch seconds."""

_AWS_SIGNER = "aws_msk_iam_sasl_signer"


def sign_in(profile: ConnectionProfile, secrets: Secrets) -> dict[str, Any]:
    """Librdkafka's settings for the account of a connection."""
    match profile.mechanism:
        case Mechanism.OAUTHBEARER:
            return _company_tokens(profile, secrets)
        case Mechanism.AWS_MSK_IAM:
            return {"sasl.mechanism": "OAUTHBEARER", "oauth_cb": _aws_tokens(profile.aws_region)}
        case Mechanism.GSSAPI:
            own = {"sasl.kerberos.principal": profile.user} if profile.user else {}
            return {"sasl.mechanism": "GSSAPI", **own}
        case _:
            return {
                "sasl.mechanism": profile.mechanism.value,
                "sasl.username": profile.user,
                "sasl.password": secrets.kafka_password,
            }


def offers_kerberos() -> bool:
    """Whether this build of the client library can sign in by Kerberos; the one for Linux cannot."""
    try:
        AdminClient({"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "GSSAPI", "log_level": 0})
    except KafkaException:
        return False
    return True


def offers_aws() -> bool:
    """Whether the package that signs for Amazon MSK is installed."""
    return importlib.util.find_spec(_AWS_SIGNER) is not None


def _company_tokens(profile: ConnectionProfile, secrets: Secrets) -> dict[str, Any]:
    settings = {
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.username": profile.user,  # not used to sign in; requests for rights name it
        "sasl.oauthbearer.method": "oidc",
        "sasl.oauthbearer.client.id": profile.user,
        "sasl.oauthbearer.client.secret": secrets.kafka_password,
        "sasl.oauthbearer.token.endpoint.url": profile.token_url,
        "https.ca.pem": web_authorities(profile),
    }
    if profile.token_scope:
        settings["sasl.oauthbearer.scope"] = profile.token_scope
    return settings


def _aws_tokens(region: str) -> Callable[[str], Token]:
    def token(_: str) -> Token:
        signer = importlib.import_module(_AWS_SIGNER)
        signed, ends_ms = signer.MSKAuthTokenProvider.generate_auth_token(region)
        return signed, ends_ms / 1000

    return token
