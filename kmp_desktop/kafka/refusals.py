"""What goes wrong between us and a cluster, in words for people."""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence

from confluent_kafka import KafkaError, KafkaException

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.text import Text, text
from kmp_desktop.kafka import making
from kmp_desktop.kafka.settings import ClientSettings

NOTHING_CHANGED = text("Nothing was changed.")
_FIRST_CONTACT_S = 10.0
_AGE = re.compile(r" \(after \d+ms in state \w+\)")
_CLIENT_CERTIFICATE = re.compile(r"alert number (40|42|44|45|46|48|116)\b|alert certificate required")
"""What a server answers that wants another certificate of ours, or one at all."""

_NO_TOKEN = "Failed to acquire SASL OAUTHBEARER token"  # noqa: S105 - the library's words
_TLS_ALERT = 0x15
_KAFKA_ANSWER = 0x00  # the first byte of its length
_FILES = ("ssl.ca.location", "ssl.certificate.location", "ssl.key.location", "ssl.keystore.location")


DENIED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED: text(
        "This account may not write to the queue or the retry queue."
    ),
    KafkaError.GROUP_AUTHORIZATION_FAILED: text("This account may not commit for the group of this queue."),
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED: text("This account may not commit all-or-nothing."),
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: text("This account may not commit all-or-nothing."),
}
"""A right that is missing for committing, by the server's error."""


def in_words(error: KafkaError) -> Text:
    """What a server says that could not be asked about a commit."""
    return DENIED.get(error.code(), text("The server does not answer."))


def meet(settings: ClientSettings, stopped: Callable[[], bool], timeout_s: float = _FIRST_CONTACT_S) -> None:
    """Reach the cluster for the first time; raises UserFacingError with the cause.

    The cause of a refused connection comes through the error callback only, and at once; a call that
    needs the cluster would wait its whole time limit and not tell it. The client is dropped at the
    first refused sign-in: repeating it gets accounts locked.
    """
    causes: list[KafkaError] = []
    try:
        admin = making.admin_client({**settings, "error_cb": causes.append})
    except KafkaException as error:
        raise wrong_settings(error, settings) from error
    deadline = time.monotonic() + timeout_s
    while not stopped():
        admin.poll(0.1)
        for cause in causes:
            _raise_if_lasting(cause, settings)
        try:
            if admin.list_topics(timeout=0.4).brokers:
                return
        except KafkaException as error:
            if deadline < time.monotonic():
                for cause in causes:
                    _raise_if_lasting(cause, settings)
                raise unreachable(settings, error, causes) from error
    # Whoever stopped does not want the next calls to wait out their own time limits.
    raise no_connection(str(settings["bootstrap.servers"]), "stopped before a server answered")


def _raise_if_lasting(cause: KafkaError, settings: ClientSettings) -> None:
    if cause.code() == KafkaError._AUTHENTICATION:  # noqa: SLF001
        raise sign_in_refused(str(settings.get("sasl.username", "")), cause)
    words = str(cause)
    if _CLIENT_CERTIFICATE.search(words):
        raise _certificate_refused(words)
    if cause.code() == KafkaError._SSL or "SSL" in words or "certificate" in words:  # noqa: SLF001
        raise _no_secure_connection(words)


def unreachable(settings: ClientSettings, error: Exception, causes: list[KafkaError]) -> UserFacingError:
    """Nobody answers as a Kafka server does: why, as far as a look of our own tells."""
    servers = str(settings["bootstrap.servers"])
    details = "; ".join(_told_once([*(str(each) for each in causes), str(error)]))
    protocol = str(settings.get("security.protocol", "PLAINTEXT"))
    if protocol not in ("PLAINTEXT", "SASL_PLAINTEXT"):
        return no_connection(servers, details)
    answers = {_first_byte(each) for each in servers.split(",")} - {None}
    if _TLS_ALERT in answers:
        return _no_secure_connection("a TLS listener was addressed without TLS", wants_tls=True)
    if answers == {_KAFKA_ANSWER} and protocol == "PLAINTEXT":
        return _no_answer_without_sign_in(servers, details)
    if answers and _KAFKA_ANSWER not in answers:
        return _no_kafka(servers, details)
    return no_connection(servers, details)


def _told_once(causes: Sequence[str]) -> Iterable[str]:
    """The client says the same at every attempt, only with another age of the connection."""
    first: dict[str, str] = {}
    for cause in causes:
        first.setdefault(_AGE.sub("", cause), cause)
    return first.values()


def _no_answer_without_sign_in(servers: str, details: str) -> UserFacingError:
    return UserFacingError(
        ErrorCode.NO_CONNECTION,
        text("The server at {servers} ends every connection.", servers=servers),
        NOTHING_CHANGED,
        text("Choose SASL_PLAINTEXT and a user in the connection, or check the port."),
        more=text("The connection is set to no sign-in; the server probably wants one on this port."),
        details=details,
    )


def _no_kafka(servers: str, details: str) -> UserFacingError:
    return UserFacingError(
        ErrorCode.NO_CONNECTION,
        text("What answers at {servers} is no Kafka server.", servers=servers),
        NOTHING_CHANGED,
        text("Check the address and the port."),
        details=details,
    )


def no_connection(servers: str, details: str) -> UserFacingError:
    """D3: no server answers."""
    return UserFacingError(
        ErrorCode.NO_CONNECTION,
        text("No server answers at {servers}.", servers=servers),
        NOTHING_CHANGED,
        text(
            "Check the address and the port, or whether you need the company network (VPN). Then try again."
        ),
        details=details,
    )


def sign_in_refused(user: str, error: KafkaError | None) -> UserFacingError:
    """D4: wrong user, wrong password, or a sign-in this server does not offer."""
    words = str(error or "")
    if "mechanism" in words and "upported" in words:
        more = text("The server does not offer this kind of sign-in on this port.")
        advice = text("Choose another kind of sign-in in the connection, or check the port.")
    elif _NO_TOKEN in words:
        more = text("The company sign-in gave no token for “{user}”.", user=user)
        advice = text("Check client id, secret and token address of the connection, then try again.")
    elif "invalid_token" in words:
        more = text("The server does not accept the token of “{user}”.", user=user)
        advice = text(
            "The token is for other servers, or its scope is wrong. Ask your Kafka administrator which "
            "client id and scope this cluster wants."
        )
    else:
        more = text("User name or password of “{user}” was refused.", user=user)
        advice = text("Check user name and password of the connection, then try again.")
    return UserFacingError(
        ErrorCode.SIGN_IN,
        text("Sign-in was refused."),
        NOTHING_CHANGED,
        advice,
        more=more,
        details=words,
    )


def _no_secure_connection(words: str, *, wants_tls: bool = False) -> UserFacingError:
    if wants_tls:
        more = text("The server speaks only encrypted (TLS) on this port, the connection is set to plain.")
        advice = text("Choose an encrypted security protocol (SSL or SASL_SSL) in the connection.")
    elif "certificate" in words:
        more = text("The server's certificate is not trusted.")
        advice = text("Ask for the company's certificate file and choose it in the connection (CA file).")
    else:
        more = text("The connection is set to encrypted (TLS), but the server speaks plain on this port.")
        advice = text("Check the port, or choose PLAINTEXT or SASL_PLAINTEXT in the connection.")
    return UserFacingError(
        ErrorCode.SECURE_CONNECTION,
        text("No secure connection to the server."),
        NOTHING_CHANGED,
        advice,
        more=more,
        details=words,
    )


def _certificate_refused(words: str) -> UserFacingError:
    return UserFacingError(
        ErrorCode.SECURE_CONNECTION,
        text("No secure connection to the server."),
        NOTHING_CHANGED,
        text("Ask your Kafka administrator for a certificate of your own and choose it in the connection."),
        more=text("The server wants a certificate of yours, or does not trust the one it got."),
        details=words,
    )


def wrong_settings(error: Exception, settings: ClientSettings) -> UserFacingError:
    """The client library refuses a setting or a file."""
    reason = _reason(error)
    files = [
        f"{name}={value}" for name, value in settings.items() if name in _FILES and f"{name} failed" in reason
    ]
    return UserFacingError(
        ErrorCode.SETTINGS,
        text("A setting of the connection cannot be used."),
        NOTHING_CHANGED,
        text("Correct the setting named here, then try again."),
        more=text("{reason}", reason=" ".join([*files, reason])),
        details=reason,
    )


def is_denied(error: KafkaException) -> bool:
    """Whether a right is missing."""
    return error.args[0].code() in (
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    )


def topic_missing(topic: str) -> UserFacingError:
    """There is no such topic, or it may not be seen."""
    return UserFacingError(
        ErrorCode.TOPIC_MISSING,
        text("The topic “{topic}” does not exist.", topic=topic),
        NOTHING_CHANGED,
        text("Check the name of the topic, or ask your Kafka administrator whether it still exists."),
    )


def may_not_read(topic: str, user: str, request: str, more: Text | None = None) -> UserFacingError:
    """D2: a right to read is missing."""
    return UserFacingError(
        ErrorCode.MAY_NOT_READ,
        text("You may not read this queue."),
        NOTHING_CHANGED,
        text("Ask your Kafka administrator for it. The request says exactly what is missing."),
        more=more or text("Your account {user} has no permission for “{topic}”.", user=user, topic=topic),
        request=request,
    )


def broke_off(error: Exception, read: int) -> UserFacingError:
    """D1: the connection broke while reading."""
    return UserFacingError(
        ErrorCode.READ_BROKE_OFF,
        text("The queue could not be read to the end."),
        text("Nothing was written. Your decisions are saved on this computer."),
        text("Check the connection and read the queue again."),
        more=text("The connection to the server broke off after {n} records.", n=read),
        details=str(error),
    )


def disk_full(error: OSError) -> UserFacingError:
    """Not one record of the queue could be kept on this computer."""
    return UserFacingError(
        ErrorCode.DISK,
        text("This computer has no room for the queue’s records."),
        text("Nothing was changed."),
        text("Free some space, or make sure that you may write to the program’s folder. Then read again."),
        details=f"{type(error).__name__}: {error}",
    )


def translated(error: Exception, settings: ClientSettings, topic: str) -> UserFacingError:
    """Any other error of the client, as one for people."""
    known = error.args[0] if isinstance(error, KafkaException) and error.args else None
    if isinstance(known, KafkaError):
        if known.code() == KafkaError._AUTHENTICATION:  # noqa: SLF001
            return sign_in_refused(str(settings.get("sasl.username", "")), known)
        if known.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            return topic_missing(topic)
    return no_connection(str(settings["bootstrap.servers"]), str(error))


def _reason(error: Exception) -> str:
    known = error.args[0] if error.args else error
    return known.str() if isinstance(known, KafkaError) else str(known)


def _first_byte(address: str) -> int | None:
    """What a server answers first to a plain request (a TLS alert begins with 0x15)."""
    host, _, port = address.strip().rpartition(":")
    request = struct.pack(">hhi", 18, 0, 1) + struct.pack(">h", -1)
    try:
        with socket.create_connection((host.strip("[]"), int(port)), 2) as connection:
            connection.settimeout(2)
            connection.sendall(struct.pack(">i", len(request)) + request)
            answer = connection.recv(1)
    except (OSError, ValueError):
        return None
    return answer[0] if answer else None
