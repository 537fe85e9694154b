"""Every way a cluster is secured, on a real node: it works, and what is wrong is named with its remedy."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from confluent_kafka import KafkaException

from kmp_desktop.core.connection_check import CheckResult, CheckState, CheckStep
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import ConnectionProfile, Mechanism, Secrets, Security
from kmp_desktop.kafka.check import KafkaCheck
from kmp_desktop.kafka.clients import Clients
from kmp_desktop.kafka.refusals import meet
from kmp_desktop.kafka.settings import client_settings
from kmp_desktop.kafka.transaction import new_producer
from tests.cluster.secured import KEY_PASSWORD, Secured
from tests.cluster.tokens import CLIENTS

pytestmark = pytest.mark.timeout(120, func_only=True)

_PASSWORD = "clerk-secret"
_NOTHING = Secrets()
_CANARY = "wrong-canary-secret"


def at(guarded: Secured, listener: str, security: Security = Security.SSL) -> ConnectionProfile:
    ca_file = guarded.file("ca.pem")
    return ConnectionProfile("p", "p", guarded.address(listener), security=security, ca_file=ca_file)


def signing_in(guarded: Secured, listener: str, mechanism: Mechanism) -> ConnectionProfile:
    security = Security.SASL_PLAINTEXT if listener == "SASLP" else Security.SASL_SSL
    return replace(at(guarded, listener, security), mechanism=mechanism, user="clerk")


def by_token(guarded: Secured) -> ConnectionProfile:
    profile = signing_in(guarded, "OAUTH", Mechanism.OAUTHBEARER)
    return replace(profile, token_url=guarded.tokens.url)


def looked_at(profile: ConnectionProfile, secrets: Secrets = _NOTHING) -> list[CheckResult]:
    found: list[CheckResult] = []
    KafkaCheck()(profile, None, secrets, found.append, lambda: False)
    assert _CANARY not in repr(found)
    return found


def failure(found: list[CheckResult]) -> tuple[CheckStep, str, str]:
    """(step, title, what to do) of the one that failed."""
    (failed,) = [each for each in found if each.state is CheckState.FAILED]
    return failed.step, str(failed.title), str(failed.detail)


def passed(found: list[CheckResult]) -> list[str]:
    assert {CheckState.PASSED} == {each.state for each in found}, found
    return [str(each.title) for each in found]


@pytest.mark.parametrize("listener", ["SASLP", "SASLS"])
@pytest.mark.parametrize("mechanism", [Mechanism.PLAIN, Mechanism.SCRAM_SHA_256, Mechanism.SCRAM_SHA_512])
def test_user_and_password_sign_in(guarded: Secured, listener: str, mechanism: Mechanism) -> None:
    found = looked_at(signing_in(guarded, listener, mechanism), Secrets(_PASSWORD))

    assert "Signed in as clerk" == passed(found)[-1]


def test_encrypted_without_sign_in_says_how_long_the_certificate_is_valid(guarded: Secured) -> None:
    found = looked_at(at(guarded, "TLS"))

    assert ["Server found", "Secure connection", "Connected without sign-in"] == passed(found)
    assert "The certificate is valid until " in str(found[1].detail)


def test_a_pasted_authority_does_what_its_file_does(guarded: Secured) -> None:
    pem = Path(guarded.file("ca.pem")).read_text(encoding="ascii")
    pasted = replace(at(guarded, "TLS"), ca_file="", ca_pem=pem)

    assert "Connected without sign-in" == passed(looked_at(pasted))[-1]


@pytest.mark.parametrize(
    ("certificate", "password"),
    [("client.pem", ""), ("locked-client.pem", KEY_PASSWORD), ("client.p12", KEY_PASSWORD)],
)
def test_an_own_certificate_is_shown(guarded: Secured, certificate: str, password: str) -> None:
    profile = replace(at(guarded, "MUTUAL"), certificate_file=guarded.file(certificate))

    assert "Connected without sign-in" == passed(looked_at(profile, Secrets(key_password=password)))[-1]


def test_a_token_of_the_company_signs_in(guarded: Secured) -> None:
    assert "Signed in as clerk" == passed(looked_at(by_token(guarded), Secrets(CLIENTS["clerk"])))[-1]


def test_a_token_that_the_signer_of_amazon_makes_signs_in(
    guarded: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class MSKAuthTokenProvider:
        @staticmethod
        def generate_auth_token(region: str) -> tuple[str, int]:
            asked.append(region)
            return guarded.tokens.sign("clerk"), round(time.time() * 1000) + 300_000

    signer = ModuleType("aws_msk_iam_sasl_signer")
    vars(signer)["MSKAuthTokenProvider"] = MSKAuthTokenProvider
    monkeypatch.setitem(sys.modules, "aws_msk_iam_sasl_signer", signer)
    profile = signing_in(guarded, "OAUTH", Mechanism.AWS_MSK_IAM)

    found = looked_at(replace(profile, user="", aws_region="eu-central-1"))

    assert "Signed in" == passed(found)[-1]
    assert {"eu-central-1"} == set(asked)


@pytest.mark.parametrize(
    ("listener", "ca", "title", "remedy"),
    [
        ("TLS", "other-ca.pem", "The server's certificate is not trusted", "issued by “Company authority”"),
        ("ITSELF", "ca.pem", "The server's certificate is not trusted", "Ask for the company's certificate"),
        ("EXPIRED", "ca.pem", "The server's certificate has expired", "Kafka administrator can renew it"),
        ("OTHERNAME", "ca.pem", "The server's certificate is for another name", "is for kafka.example.org"),
        ("TLS", "gone.pem", "The certificate file is not there", "gone.pem"),
        ("TLS", "client.p12", "The certificate file cannot be used", "-----BEGIN CERTIFICATE-----"),
        ("SASLP", "ca.pem", "The server does not speak encrypted (TLS) on this port", "Check the port"),
    ],
)
def test_what_is_wrong_with_a_servers_certificate_is_named(
    guarded: Secured, listener: str, ca: str, title: str, remedy: str
) -> None:
    found = looked_at(replace(at(guarded, listener), ca_file=guarded.file(ca)))

    step, said, advice = failure(found)
    assert (CheckStep.SECURE, title) == (step, said)
    assert remedy in advice


@pytest.mark.parametrize(
    ("certificate", "password", "said"),
    [
        ("", "", "The server wants a certificate of yours"),
        ("other-client.pem", "", "The server wants a certificate of yours"),
        ("old-client.pem", "", "Your certificate has expired"),
        ("locked-client.pem", "", "The key of your certificate asks for a password"),
        ("locked-client.pem", _CANARY, "Your certificate cannot be opened"),
        ("client.pem", _CANARY, "The key of your certificate has no password"),
        ("client.p12", _CANARY, "Your certificate cannot be opened"),
        ("gone.pem", "", "The certificate file is not there"),
    ],
)
def test_what_is_wrong_with_an_own_certificate_is_named(
    guarded: Secured, certificate: str, password: str, said: str
) -> None:
    file = guarded.file(certificate) if certificate else ""
    profile = replace(at(guarded, "MUTUAL"), certificate_file=file)

    step, title, advice = failure(looked_at(profile, Secrets(key_password=password)))

    assert CheckStep.SECURE is step
    assert said in f"{title} {advice}"


@pytest.mark.parametrize("certificate", ["ca.pem", "gone.pem"])
def test_a_wrong_file_beside_company_sign_in_does_not_end_the_process(
    guarded: Secured, certificate: str
) -> None:
    profile = replace(by_token(guarded), certificate_file=guarded.file(certificate))
    settings = client_settings(profile, Secrets(CLIENTS["clerk"]), "tests")

    with pytest.raises(UserFacingError) as told:
        meet(settings, lambda: False)
    assert ErrorCode.SETTINGS is told.value.code
    clients = Clients(settings)
    for make in (clients.admin, lambda: clients.consumer("group"), lambda: new_producer(settings, "t", 1000)):
        with pytest.raises(KafkaException):
            make()


@pytest.mark.parametrize("listener", ["SASLP", "SASLS"])
@pytest.mark.parametrize("mechanism", [Mechanism.PLAIN, Mechanism.SCRAM_SHA_512])
def test_a_wrong_password_is_named(guarded: Secured, listener: str, mechanism: Mechanism) -> None:
    step, title, advice = failure(looked_at(signing_in(guarded, listener, mechanism), Secrets(_CANARY)))

    assert (CheckStep.SIGN_IN, "Sign-in was refused") == (step, title)
    assert advice.startswith("User name or password of “clerk” was refused. Check user name and password")


def test_a_kind_of_sign_in_that_is_not_offered_is_named(guarded: Secured) -> None:
    profile = signing_in(guarded, "OAUTH", Mechanism.SCRAM_SHA_512)

    step, _, advice = failure(looked_at(profile, Secrets(_PASSWORD)))

    assert (CheckStep.SIGN_IN, True) == (step, "does not offer this kind of sign-in" in advice)


@pytest.mark.parametrize(
    ("address", "client", "secret", "said"),
    [
        ("url", "clerk", _CANARY, "refused the client “clerk” or its secret"),
        ("url", "stranger", _CANARY, "refused the client “stranger” or its secret"),
        ("url", "visitor", CLIENTS["visitor"], "The server does not accept the token of “visitor”"),
        ("broken_url", "clerk", CLIENTS["clerk"], "is disturbed at the moment"),
        ("page_url", "clerk", CLIENTS["clerk"], "gives no tokens"),
        ("nowhere", "clerk", CLIENTS["clerk"], "does not answer"),
        ("plain", "clerk", CLIENTS["clerk"], "does not answer"),
    ],
)
def test_why_there_is_no_token_is_named(
    guarded: Secured, address: str, client: str, secret: str, said: str
) -> None:
    others = {
        "nowhere": "http://127.0.0.1:1/token",
        "plain": guarded.tokens.url.replace("http://", "https://"),
    }
    url = others.get(address) or getattr(guarded.tokens, address)

    step, _, advice = failure(
        looked_at(replace(by_token(guarded), user=client, token_url=url), Secrets(secret))
    )

    assert CheckStep.SIGN_IN is step
    assert said in advice
