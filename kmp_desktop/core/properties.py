"""Properties files: how they are read, and what a Java client's settings mean to librdkafka.

No secret ever gets into an exception's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kmp_desktop.core.secret_settings import is_secret_setting
from kmp_desktop.core.text import Text, text

Pairs = tuple[tuple[str, str], ...]

_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_AFTER_NAME = re.compile(r"[ \t\f]*[=:]?[ \t\f]*")
_JAAS = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|([^\s;"\']+))')

_SAME_MEANING = {
    "sasl.mechanisms": "sasl.mechanism",
    "ssl.truststore.certificates": "ssl.ca.pem",
    "ssl.keystore.certificate.chain": "ssl.certificate.pem",
    "ssl.keystore.key": "ssl.key.pem",
    "schema.registry.basic.auth.user.info": "basic.auth.user.info",
}
# What only Java's clients know, and what has no meaning here: the program does no polling of its own kind.
_JAVA_ONLY = re.compile(
    r"(key|value)\.(de)?serializer|interceptor\.classes|.*\.class|sasl\.login\..*|"
    r"(schema\.registry\.)?basic\.auth\.credentials\.source|max\.poll\.records|auto\.include\.jmx\.reporter|"
    r"metric.*|ssl\.(truststore|keystore)\.type|ssl\.truststore\.password|"
    r"ssl\.(protocol|enabled\.protocols|provider)|specific\.avro\.reader|auto\.register\.schemas|"
    r"use\.latest\.version"
)
# What the program sets itself, because it could not keep its promises otherwise.
_OURS = frozenset(
    {
        *("bootstrap.servers", "metadata.broker.list", "client.id", "group.id", "group.instance.id"),
        *("group.protocol", "group.remote.assignor", "transactional.id", "transaction.timeout.ms"),
        *("enable.auto.commit", "auto.commit.interval.ms", "enable.auto.offset.store", "isolation.level"),
        *("auto.offset.reset", "enable.partition.eof", "enable.idempotence", "acks", "check.crcs"),
        *("request.required.acks", "partitioner", "partitioner.class", "message.timeout.ms"),
        *("delivery.timeout.ms", "retries", "message.send.max.retries", "batch.size", "linger.ms"),
        *("queue.buffering.max.ms", "max.in.flight.requests.per.connection", "max.in.flight"),
        *("compression.type", "compression.codec", "message.max.bytes", "client.rack"),
        *("socket.timeout.ms", "reconnect.backoff.max.ms", "log_level"),
        *("allow.auto.create.topics", "log.queue", "test.mock.num.brokers", "plugin.library.paths"),
    }
)


class WrongProperty(Exception):  # noqa: N818 - always turned into a sentence for people
    """A line or setting that cannot be understood; ``why`` never holds a value."""

    def __init__(self, why: Text) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What librdkafka is told, by its own names. ``dropped``: (setting, why it is not used)."""

    settings: Pairs = field(default=(), repr=False)
    dropped: tuple[tuple[str, Text], ...] = ()


def parse(content: str) -> Pairs:
    """The settings of a properties file in its order, as Java reads it (later ones win).

    Comments begin with # or !; a backslash at the end of a line goes on with the next; a backslash
    before other characters quotes them. Raises WrongProperty with the line's number.
    """
    return tuple(_pair(number, line) for number, line in _logical_lines(content))


def for_client(pairs: Iterable[tuple[str, str]]) -> ClientSettings:
    """Translate Java's names and forms; raises WrongProperty for what cannot be used at all."""
    # Blanks at the end of a line are hard to see; only in a password they may be meant.
    said = {name: value if is_secret_setting(name) else value.strip() for name, value in pairs}
    dropped: list[tuple[str, Text]] = []
    settings: dict[str, str] = {}
    for name, value in said.items():
        if name in _OURS:
            dropped.append((name, text("the program sets it itself")))
        elif _JAVA_ONLY.fullmatch(name):
            dropped.append((name, text("it has a meaning for Java programs only")))
        else:
            settings |= _translated(name, value, said)
    return ClientSettings(tuple(settings.items()), tuple(dropped))


def _translated(name: str, value: str, said: dict[str, str]) -> dict[str, str]:
    match name:
        case "sasl.jaas.config":
            return _jaas(value)
        case "ssl.truststore.location":
            return {"ssl.ca.location": _pem_file(name, value, said.get("ssl.truststore.type", ""))}
        case "ssl.keystore.location" if said.get("ssl.keystore.type", "").upper() == "PEM":
            return {"ssl.certificate.location": value, "ssl.key.location": value}
        case "ssl.endpoint.identification.algorithm":
            return {name: value or "none"}
        case _:
            return {_SAME_MEANING.get(name, name): value}


def _jaas(value: str) -> dict[str, str]:
    module, _, _ = value.strip().partition(" ")
    if not module.endswith(("PlainLoginModule", "ScramLoginModule")):
        raise WrongProperty(
            text("sasl.jaas.config: only PlainLoginModule and ScramLoginModule can be used here")
        )
    options = {
        each[1]: re.sub(r"\\(.)", r"\1", next(part for part in each.groups()[1:] if part is not None))
        for each in _JAAS.finditer(value)
    }
    if "username" not in options or "password" not in options:
        raise WrongProperty(text("sasl.jaas.config: username or password is missing"))
    return {"sasl.username": options["username"], "sasl.password": options["password"]}


def _pem_file(name: str, value: str, kind: str) -> str:
    pem = kind.upper() == "PEM" if kind else not value.lower().endswith((".jks", ".p12", ".pfx"))
    if not pem:
        raise WrongProperty(
            text(
                "{name}: Java's own certificate store cannot be read here; export it as a PEM file", name=name
            )
        )
    return value


def _logical_lines(content: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, continued ones put together; with the number of their first line."""
    lines = iter(enumerate(re.split(r"\r\n|\n|\r", content.removeprefix("\ufeff")), 1))
    for number, raw in lines:
        line = raw.lstrip(" \t\f")
        if not line or line[0] in "#!":
            continue
        parts = []
        while _continues(line):
            parts.append(line[:-1])
            line = next(lines, (0, ""))[1].lstrip(" \t\f")
        yield number, "".join([*parts, line])


def _continues(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _pair(number: int, line: str) -> tuple[str, str]:
    end, start = _key_ends(line)
    try:
        name, value = _unescaped(line[:end]), _unescaped(line[start:])
    except ValueError:
        raise WrongProperty(text("line {line}: a \\u escape is not a character", line=str(number))) from None
    if not name:
        raise WrongProperty(text("line {line}: there is no name before the =", line=str(number)))
    return name, value


def _key_ends(line: str) -> tuple[int, int]:
    """Where the name ends and where the value begins."""
    end = 0
    while end < len(line) and line[end] not in "=: \t\f":
        end += 2 if line[end] == "\\" else 1
    end = min(end, len(line))
    separator = _AFTER_NAME.match(line, end)
    assert separator is not None  # it matches nothing, too
    return end, separator.end()


def _unescaped(part: str) -> str:
    characters = re.sub(r"\\(u[0-9a-fA-F]{4}|.)", _character, part)
    # Java writes characters beyond the first plane as two escapes; one alone is no character.
    return characters.encode("utf-16", "surrogatepass").decode("utf-16")


def _character(escape: re.Match[str]) -> str:
    said = escape[1]
    if said[0] == "u":
        return chr(int(said[1:], 16))  # ValueError for a \u without its digits
    return _ESCAPES.get(said, said)
