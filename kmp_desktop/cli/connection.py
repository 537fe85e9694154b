"""From the command line to a connection: servers, settings, passwords, queue."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from kmp_desktop.app.profile_secrets import secrets_of
from kmp_desktop.cli.arguments import QueueArguments
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.names import is_url
from kmp_desktop.core.ports import SecretStore
from kmp_desktop.core.profile import ConnectionProfile, Mechanism, Queue, Secrets, Security
from kmp_desktop.core.properties import ClientSettings, Pairs, WrongProperty, for_client, parse
from kmp_desktop.core.secret_settings import is_secret_setting
from kmp_desktop.core.text import Text, text

_Known = TypeVar("_Known", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Connection:
    """A profile for this run only, with its queue and passwords. ``notes``: what was not used, and why."""

    profile: ConnectionProfile = field(repr=False)
    queue: Queue
    secrets: Secrets
    notes: tuple[Text, ...] = ()

    def hidden(self) -> tuple[str, ...]:
        """Everything that must not appear in a log or message."""
        others = (value for name, value in self.profile.settings if is_secret_setting(name))
        return tuple(each for each in (*self.secrets.values(), *others) if each)


def connection_of(arguments: QueueArguments) -> Connection:
    """Put it together; raises UserFacingError USAGE or SETTINGS. Reads the files of -O."""
    client = _for_client(_pairs(arguments))
    settings = dict(client.settings)
    _check_files(settings)
    registry_user, registry_password = _registry_account(settings)
    queue = Queue(
        "queue", arguments.queue_topic, arguments.queue_topic, arguments.retry_topic, arguments.group
    )
    secrets = Secrets(settings.pop("sasl.password", ""), registry_password)
    profile = ConnectionProfile(
        id="command-line",
        name="command line",
        servers=arguments.servers,
        security=_known(settings, "security.protocol", Security, Security.PLAINTEXT),
        mechanism=_known(settings, "sasl.mechanism", Mechanism, Mechanism.SCRAM_SHA_512),
        user=settings.pop("sasl.username", ""),
        ca_file=settings.pop("ssl.ca.location", ""),
        registry_url=_registry_url(arguments.registry or settings.get("schema.registry.url", "")),
        registry_user=registry_user,
        queues=(queue,),
        settings=tuple((name, value) for name, value in settings.items() if name != "schema.registry.url"),
    )
    return Connection(profile, queue, secrets, _notes(client, arguments))


def connection_of_profile(
    arguments: QueueArguments, kept: ConnectionProfile, open_store: Callable[[], SecretStore]
) -> Connection:
    """A connection of the window, with its passwords; what -O and -o say is added to its settings.

    Raises UserFacingError USAGE, SETTINGS, SECRETS_LOCKED, or SIGN_IN where the password is not known.
    """
    client = _for_client(_pairs(arguments))
    settings = dict(client.settings)
    _check_files(settings)
    given = Secrets(settings.pop("sasl.password", ""), _registry_account(settings)[1])
    secrets = secrets_of(open_store(), kept, given)
    if kept.wants_password and not secrets.kafka_password:
        raise _password_missing(kept)
    known = next((each for each in kept.queues if each.queue_topic == arguments.queue_topic), None)
    group = arguments.group or (known.group if known is not None else "")
    if not group:
        raise _usage(
            text("The connection has no queue for the topic {topic}.", topic=arguments.queue_topic),
            text("Name the group that remembers what is decided with -g GROUP."),
        )
    queue = Queue("queue", arguments.queue_topic, arguments.queue_topic, arguments.retry_topic, group)
    profile = replace(
        kept,
        registry_url=_registry_url(arguments.registry) or kept.registry_url,
        queues=(queue,),
        settings=(*kept.settings, *settings.items()),
    )
    return Connection(profile, queue, secrets, _notes(client, arguments))


def _pairs(arguments: QueueArguments) -> list[tuple[str, str]]:
    read = [pair for file in arguments.properties for pair in _file(file)]
    return [*read, *(_option(each) for each in arguments.options)]


def _notes(client: ClientSettings, arguments: QueueArguments) -> tuple[Text, ...]:
    dropped = [text("{name} is not used: {why}.", name=name, why=why) for name, why in client.dropped]
    said = (_option(each)[0] for each in arguments.options)
    return (*dropped, *(_exposed(name) for name in said if is_secret_setting(name)))


def _password_missing(profile: ConnectionProfile) -> UserFacingError:
    return UserFacingError(
        ErrorCode.SIGN_IN,
        text("The password for “{name}” is not known on this computer.", name=profile.name),
        text("Nothing was written."),
        text("Enter it in the window once, or put sasl.password=… into a file and name that with -O FILE."),
    )


def _file(path: Path) -> Pairs:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _usage(
            text("The settings file {file} cannot be read: {reason}.", file=path, reason=error.strerror),
            text("Check the name and the rights of the file."),
        ) from error
    try:
        return parse(_decoded(content))
    except WrongProperty as error:
        raise _settings(text("The settings file {file}: {why}.", file=path, why=error.why)) from None


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")  # what Java assumed before version 9


def _option(said: str) -> tuple[str, str]:
    name, equals, value = said.partition("=")
    name = name.strip()
    if not name or not equals:
        # Not quoted: it may be a password that got here by mistake.
        raise _usage(
            text("A -o setting is not KEY=VALUE."), text("Write it like -o security.protocol=SASL_SSL.")
        )
    return name, value


def _exposed(name: str) -> Text:
    """Taken as it is, since other clients take it, too; but it is said."""
    return text(
        "{name} was given with -o, where other users of this computer can read it. Better put it into a "
        "file that only you may read, and name that with -O FILE.",
        name=name,
    )


def _for_client(pairs: list[tuple[str, str]]) -> ClientSettings:
    try:
        return for_client(pairs)
    except WrongProperty as error:
        raise _settings(text("{why}.", why=error.why)) from None


def _known(settings: dict[str, str], name: str, kind: type[_Known], usual: _Known) -> _Known:
    """Take a setting out that the profile has a field for."""
    value = settings.pop(name, usual.value)
    for each in kind:
        if value.upper() == each.value:
            return each
    words = ", ".join(each.value for each in kind)
    raise _settings(text("{name}: expected one of {words}.", name=name, words=words))


def _registry_account(settings: dict[str, str]) -> tuple[str, str]:
    user, _, password = settings.pop("basic.auth.user.info", "").partition(":")
    return user, password


def _registry_url(url: str) -> str:
    if not url or is_url(url):
        return url
    if "@" in url:
        raise _usage(
            text("The address of the registry holds a user or password."),
            text("Put basic.auth.user.info=USER:PASSWORD into a file, and name that with -O FILE."),
        )
    raise _usage(
        text("The address of the registry does not begin with http:// or https://."),
        text("Write it like --registry https://registry.example.org."),
    )


def _check_files(settings: dict[str, str]) -> None:
    """The client library names a missing file only by the setting, and some not at all."""
    for name, value in settings.items():
        # "probe" lets the library look for the certificates of the system.
        if name.endswith(".location") and value != "probe" and not os.access(value, os.R_OK):
            raise _settings(text("{name}: {file} does not exist or cannot be read.", name=name, file=value))


def _usage(happened: Text, advice: Text) -> UserFacingError:
    return UserFacingError(ErrorCode.USAGE, happened, text("Nothing was written."), advice)


def _settings(happened: Text) -> UserFacingError:
    return UserFacingError(
        ErrorCode.SETTINGS,
        happened,
        text("Nothing was written."),
        text("Put the setting right, in the file or behind -o."),
    )
