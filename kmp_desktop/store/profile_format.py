"""The profile file: JSON that people may write by hand (described in docs/profile-format.md)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from kmp_desktop.core.payload import PayloadColumn, dotted
from kmp_desktop.core.profile import ConnectionProfile, Queue
from kmp_desktop.core.text import Text, text
from kmp_desktop.store.profile_fields import WrongField, connections_of

VERSION = 3
FORMAT = "kmp-desktop connections"

Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: Mapping[int, Migration] = {1: dict, 2: dict}  # each only knows more fields
"""Version -> the step that makes the next version of a document."""


class Unreadable(Exception):  # noqa: N818 - a state of a file, told to people by the caller
    """The file is not JSON at all: cut off, overwritten or something else.

    ``why`` says where, for people; the exception's own words are the parser's.
    """

    def __init__(self, why: Text, details: str) -> None:
        super().__init__(details)
        self.why = why


class Wrong(Exception):  # noqa: N818 - see Unreadable
    """The file is JSON, but something in it must be put right by hand; ``why`` says what."""

    def __init__(self, why: Text) -> None:
        super().__init__(str(why))
        self.why = why


class MadeByNewer(Exception):  # noqa: N818 - see Unreadable
    """The file was written by a newer version of the program."""


def read(
    content: bytes, version: int = VERSION, migrations: Mapping[int, Migration] = MIGRATIONS
) -> tuple[ConnectionProfile, ...]:
    """The connections of a file; raises Unreadable, Wrong or MadeByNewer."""
    document = _migrated(_document(content), version, migrations)
    try:
        return connections_of(document)
    except WrongField as error:
        raise Wrong(error.why) from error


def version_of(content: bytes) -> int:
    """Which version a readable file has; raises like ``read``."""
    found = _document(content)["version"]
    assert isinstance(found, int)
    return found


def write(profiles: tuple[ConnectionProfile, ...]) -> bytes:
    """The file of these connections; what has its usual value is left out."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "connections": [_connection(each) for each in profiles],
    }
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_no_repeated_keys)
    except json.JSONDecodeError as error:
        raise Unreadable(
            text(
                "It is not JSON from line {line}, character {column} on.",
                line=error.lineno,
                column=error.colno,
            ),
            error.msg,
        ) from error
    except UnicodeDecodeError as error:
        why = text("It is no text: what begins at byte {n} is not UTF-8.", n=error.start + 1)
        raise Unreadable(why, error.reason) from error
    except ValueError as error:
        raise Unreadable(text("A number in it has too many digits."), type(error).__name__) from error
    except RecursionError as error:
        raise Unreadable(text("Its brackets are nested too deeply."), type(error).__name__) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Wrong(
            text("It does not begin with {mark}.", mark=f'"format": "{FORMAT}", "version": {VERSION}')
        )
    found = document.get("version")
    if isinstance(found, bool) or not isinstance(found, int) or found < 1:
        raise Wrong(text("“version”: expected {n}.", n=VERSION))
    return document


def _migrated(document: dict[str, Any], version: int, migrations: Mapping[int, Migration]) -> dict[str, Any]:
    if document["version"] > version:
        raise MadeByNewer(str(document["version"]))
    for step in range(document["version"], version):
        document = {**migrations[step](document), "version": step + 1}
    return document


def _no_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        times = Counter(name for name, _ in pairs)
        again = next(name for name, count in times.items() if count > 1)
        raise Wrong(text("“{key}” is written twice in the same place.", key=again))
    return document


def _connection(profile: ConnectionProfile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "name": profile.name,
        "servers": profile.servers,
        "environment": profile.environment.value,
        "security": profile.security.value,
        **_unless_usual(
            mechanism=(profile.mechanism.value, "SCRAM-SHA-512"),
            user=(profile.user, ""),
            ca_file=(profile.ca_file, ""),
            ca_pem=(profile.ca_pem, ""),
            certificate_file=(profile.certificate_file, ""),
            key_file=(profile.key_file, ""),
            token_url=(profile.token_url, ""),
            token_scope=(profile.token_scope, ""),
            aws_region=(profile.aws_region, ""),
            registry_url=(profile.registry_url, ""),
            registry_user=(profile.registry_user, ""),
            registry_sign_in=(profile.registry_sign_in.value, "basic"),
            registry_token_url=(profile.registry_token_url, ""),
            registry_scope=(profile.registry_scope, ""),
            person=(profile.person, ""),
            confirm_discards_from=(profile.confirm_discards_from, 10),
            backup_days=(profile.backup_days, 30),
            read_only=(profile.read_only, False),
            failure_headers=(dict(profile.failures.headers), {}),
            failure_words=(
                [{"contains": each.part, "words": each.words} for each in profile.failures.words],
                [],
            ),
            settings=(dict(profile.settings), {}),
        ),
        "queues": [_queue(each) for each in profile.queues],
    }


def _queue(queue: Queue) -> dict[str, Any]:
    return {
        "id": queue.id,
        "name": queue.name,
        "queue_topic": queue.queue_topic,
        "retry_topic": queue.retry_topic,
        "group": queue.group,
        **_unless_usual(
            description=(queue.description, ""),
            columns=([_column(each) for each in queue.columns], []),
        ),
    }


def _column(column: PayloadColumn) -> dict[str, Any]:
    return {"field": dotted(column.path), **_unless_usual(label=(column.label, ""))}


def _unless_usual(**fields: tuple[Any, Any]) -> dict[str, Any]:
    return {name: value for name, (value, usual) in fields.items() if value != usual}
