"""The fields of a profile file, each checked, with words for what is wrong and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from kmp_desktop.core.failure_rules import MEANINGS, FailureRules, OwnWords
from kmp_desktop.core.names import are_servers, is_id, is_topic, is_url
from kmp_desktop.core.payload import MAX_PAYLOAD_COLUMNS, PayloadColumn, path_of
from kmp_desktop.core.profile import (
    ConnectionProfile,
    Environment,
    Mechanism,
    Queue,
    RegistrySignIn,
    Security,
)
from kmp_desktop.core.secret_settings import is_secret_setting
from kmp_desktop.core.text import Text, text

_NOT_ONE_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONNECTION_KEYS = (
    *("id", "name", "servers", "environment", "security", "mechanism", "user", "ca_file"),
    *("ca_pem", "certificate_file", "key_file", "token_url", "token_scope", "aws_region"),
    *("registry_url", "registry_user", "registry_sign_in", "registry_token_url", "registry_scope"),
    *("person", "confirm_discards_from", "backup_days", "read_only", "queues", "settings"),
    *("failure_headers", "failure_words"),
)
_QUEUE_KEYS = ("id", "name", "queue_topic", "retry_topic", "group", "description", "columns")

_CERTIFICATE = "-----BEGIN CERTIFICATE-----"

_Choice = TypeVar("_Choice", bound=StrEnum)


class WrongField(Exception):  # noqa: N818 - always turned into a sentence for people
    """A field that is missing, unknown, or not what is expected there."""

    def __init__(self, place: str, expected: Text) -> None:
        super().__init__(place)
        self.why = text("“{place}”: {expected}", place=place, expected=expected)


class _Fields:
    """One JSON object of the file; ``place`` is how people find it, e.g. connections[2].queues[1]."""

    def __init__(self, value: Any, place: str, known: Iterable[str]) -> None:
        if not isinstance(value, dict):
            raise WrongField(place, text("expected an object, in braces."))
        self.place = place
        self._value: dict[str, Any] = value
        names = tuple(known)
        for name in value:
            if name not in names:
                raise WrongField(self._at(name), _unknown(name, names))

    def text(self, name: str, default: str | None = None) -> str:
        """One line of text; ``default`` None: it must be there and must not be empty."""
        value = self._value.get(name, default)
        if value is None:
            raise WrongField(self._at(name), text("is missing; expected text in quotes."))
        if not isinstance(value, str) or _NOT_ONE_LINE.search(value):
            raise WrongField(self._at(name), text("expected text in quotes, on one line."))
        if default is None and not value.strip():
            raise WrongField(self._at(name), text("must not be empty."))
        return value.strip()

    def matching(
        self, name: str, fits: Callable[[str], bool], expected: Text, default: str | None = None
    ) -> str:
        """Text of a certain form, or the default."""
        value = self.text(name, default)
        if value != default and not fits(value):
            raise WrongField(self._at(name), expected)
        return value

    def choice(self, name: str, kind: type[_Choice], default: _Choice) -> _Choice:
        """One of a few words."""
        value = self._value.get(name, default.value)
        for each in kind:
            if value == each.value:
                return each
        words = ", ".join(f'"{each.value}"' for each in kind)
        raise WrongField(self._at(name), text("expected one of {words}.", words=words))

    def number(self, name: str, default: int) -> int:
        """A whole number, 0 or more."""
        value = self._value.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise WrongField(self._at(name), text("expected a whole number, 0 or more."))
        return value

    def switch(self, name: str) -> bool:
        """True or false; not there = false."""
        value = self._value.get(name, False)
        if not isinstance(value, bool):
            raise WrongField(self._at(name), text("expected true or false."))
        return value

    def certificates(self, name: str) -> str:
        """PEM text of certificates, of several lines; not there = empty. Never a key."""
        value = self._value.get(name, "")
        if not isinstance(value, str) or (value and not _is_certificates(value)):
            raise WrongField(
                self._at(name), text("expected certificates, each from -----BEGIN CERTIFICATE----- on.")
            )
        return value

    def list(self, name: str) -> list[tuple[Any, str]]:
        """The entries of a list, each with its place; not there = empty."""
        value = self._value.get(name, [])
        if not isinstance(value, list):
            raise WrongField(self._at(name), text("expected a list, in brackets."))
        return [(each, f"{self._at(name)}[{number}]") for number, each in enumerate(value, 1)]

    def settings(self, name: str) -> tuple[tuple[str, str], ...]:
        """Further client settings: names with text, numbers or true/false; never a secret."""
        value = self._value.get(name, {})
        if not isinstance(value, dict):
            raise WrongField(self._at(name), text("expected an object, in braces."))
        return tuple((each, self._setting(f"{self._at(name)}.{each}", each, value[each])) for each in value)

    def meanings(self, name: str) -> tuple[tuple[str, str], ...]:
        """Header names, each with what it holds."""
        value = self._value.get(name, {})
        if not isinstance(value, dict):
            raise WrongField(self._at(name), text("expected an object, in braces."))
        for header, meaning in value.items():
            if meaning not in MEANINGS:
                words = ", ".join(f'"{each}"' for each in MEANINGS)
                raise WrongField(f"{self._at(name)}.{header}", text("expected one of {words}.", words=words))
        return tuple(value.items())

    def _setting(self, place: str, name: str, value: Any) -> str:
        if is_secret_setting(name):
            raise WrongField(place, _no_secrets())
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str | int | float):
            raise WrongField(place, text("expected text, a number, true or false."))
        return str(value)

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name


def connections_of(document: Mapping[str, Any]) -> tuple[ConnectionProfile, ...]:
    """All connections of a document of the current version; raises WrongField."""
    fields = _Fields(document, "", ("format", "version", "connections"))
    listed = fields.list("connections")
    found = tuple(_connection(_Fields(value, place, _CONNECTION_KEYS)) for value, place in listed)
    _different_ids("connections", [each.id for each in found])
    return found


def _connection(fields: _Fields) -> ConnectionProfile:
    queues = tuple(_queue(_Fields(value, place, _QUEUE_KEYS)) for value, place in fields.list("queues"))
    _different_ids(f"{fields.place}.queues", [each.id for each in queues])
    return ConnectionProfile(
        id=fields.matching("id", is_id, _id_expected()),
        name=fields.text("name"),
        servers=fields.matching("servers", are_servers, _servers_expected()),
        environment=fields.choice("environment", Environment, Environment.TEST),
        security=fields.choice("security", Security, Security.PLAINTEXT),
        mechanism=fields.choice("mechanism", Mechanism, Mechanism.SCRAM_SHA_512),
        user=fields.text("user", ""),
        ca_file=fields.text("ca_file", ""),
        ca_pem=fields.certificates("ca_pem"),
        certificate_file=fields.text("certificate_file", ""),
        key_file=fields.text("key_file", ""),
        token_url=fields.matching("token_url", is_url, _url_expected(), ""),
        token_scope=fields.text("token_scope", ""),
        aws_region=fields.text("aws_region", ""),
        registry_url=fields.matching("registry_url", is_url, _url_expected(), ""),
        registry_user=fields.text("registry_user", ""),
        registry_sign_in=fields.choice("registry_sign_in", RegistrySignIn, RegistrySignIn.BASIC),
        registry_token_url=fields.matching("registry_token_url", is_url, _url_expected(), ""),
        registry_scope=fields.text("registry_scope", ""),
        person=fields.text("person", ""),
        confirm_discards_from=fields.number("confirm_discards_from", 10),
        backup_days=fields.number("backup_days", 30),
        read_only=fields.switch("read_only"),
        queues=queues,
        failures=FailureRules(
            fields.meanings("failure_headers"),
            tuple(
                _own_words(_Fields(value, place, ("contains", "words")))
                for value, place in fields.list("failure_words")
            ),
        ),
        settings=fields.settings("settings"),
    )


def _own_words(fields: _Fields) -> OwnWords:
    return OwnWords(fields.text("contains"), fields.text("words"))


def _queue(fields: _Fields) -> Queue:
    topic = fields.matching("queue_topic", is_topic, _topic_expected())
    return Queue(
        id=fields.matching("id", is_id, _id_expected()),
        name=fields.text("name"),
        queue_topic=topic,
        retry_topic=fields.matching("retry_topic", is_topic, _topic_expected(), ""),
        group=fields.text("group", f"kmp-{topic}") or f"kmp-{topic}",
        description=fields.text("description", ""),
        columns=_columns(fields),
    )


def _columns(fields: _Fields) -> tuple[PayloadColumn, ...]:
    listed = fields.list("columns")
    if len(listed) > MAX_PAYLOAD_COLUMNS:
        expected = text("expected at most {n} columns.", n=MAX_PAYLOAD_COLUMNS)
        raise WrongField(f"{fields.place}.columns", expected)
    return tuple(_column(_Fields(value, place, ("field", "label"))) for value, place in listed)


def _column(fields: _Fields) -> PayloadColumn:
    expected = text("expected names of fields with dots between them, like “customer.name”.")
    field = fields.matching("field", lambda value: bool(path_of(value)), expected)
    return PayloadColumn(path_of(field), fields.text("label", ""))


def _is_certificates(pem: str) -> bool:
    shown = pem.count("-----BEGIN ")
    return shown > 0 and shown == pem.count(_CERTIFICATE) and pem.isascii()


def _different_ids(place: str, ids: list[str]) -> None:
    for number, each in enumerate(ids):
        if each in ids[:number]:
            raise WrongField(f"{place}[{number + 1}].id", text("“{id}” is used twice.", id=each))


def _unknown(name: str, known: tuple[str, ...]) -> Text:
    if is_secret_setting(name):
        return _no_secrets()
    return text("is not known here; known are {names}.", names=", ".join(known))


def _no_secrets() -> Text:
    return text(
        "secrets do not belong into this file; take it out. "
        "The program asks for the password and keeps it in the password store of this computer."
    )


def _id_expected() -> Text:
    return text("expected up to 64 letters, digits, “.”, “_” or “-”, beginning with a letter or digit.")


def _topic_expected() -> Text:
    return text("expected a topic name: up to 249 letters, digits, “.”, “_” or “-”.")


def _servers_expected() -> Text:
    return text("expected “host:port”, several with commas between them.")


def _url_expected() -> Text:
    return text("expected an address that begins with http:// or https://, without user and password.")
