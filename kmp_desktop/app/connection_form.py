"""What a connection must have before it can be saved, in words for the person who fills it in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from kmp_desktop.core.failure_rules import FailureRules
from kmp_desktop.core.payload import dotted
from kmp_desktop.core.profile import (
    PASSWORD_MECHANISMS,
    ConnectionProfile,
    Mechanism,
    Queue,
    RegistrySignIn,
)
from kmp_desktop.core.text import Text, text

_SERVER = re.compile(r"[^\s,/@]+:[0-9]{1,5}")
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_URL = re.compile(r"https?://[^\s/@]+(/[^\s@]*)?")
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")
_LONGEST_ID = 48
_LONGEST_GROUP = 255


class Field(StrEnum):
    """What a refusal is about."""

    NAME = "name"
    SERVERS = "servers"
    USER = "user"
    TOKEN_URL = "token_url"  # noqa: S105 - the name of a field
    REGION = "region"
    REGISTRY = "registry"
    REGISTRY_TOKEN_URL = "registry_token_url"  # noqa: S105
    FURTHER = "further"
    QUEUE_NAME = "queue_name"
    QUEUE_TOPIC = "queue_topic"
    RETRY_TOPIC = "retry_topic"
    GROUP = "group"
    COLUMN = "column"
    FAILURES = "failures"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form cannot be saved as it is."""

    field: Field
    why: Text


def refusals(profile: ConnectionProfile) -> tuple[Refusal, ...]:
    """What is missing or wrong in a connection, in the order of the form; its queues are checked apart."""
    found = []
    if not profile.name.strip():
        found.append(Refusal(Field.NAME, text("Give the connection a name.")))
    if (wrong := _wrong_servers(profile.servers)) is not None:
        found.append(Refusal(Field.SERVERS, wrong))
    if profile.signs_in:
        found += _wrong_sign_in(profile)
    if profile.registry_url and not _URL.fullmatch(profile.registry_url):
        why = text("The address of the format registry begins with http:// or https://, without a user name.")
        found.append(Refusal(Field.REGISTRY, why))
    if profile.registry_sign_in is RegistrySignIn.OAUTH and not _URL.fullmatch(profile.registry_token_url):
        why = text("Give the registry's token address. It begins with https://.")
        found.append(Refusal(Field.REGISTRY_TOKEN_URL, why))
    return tuple(found)


def queue_refusals(queue: Queue) -> tuple[Refusal, ...]:
    """What is missing or wrong in a queue."""
    found = []
    if not queue.name.strip():
        found.append(Refusal(Field.QUEUE_NAME, text("Give the queue a name.")))
    if not queue.queue_topic:
        found.append(Refusal(Field.QUEUE_TOPIC, text("Give the name of the dead letter topic.")))
    elif not _TOPIC.fullmatch(queue.queue_topic):
        found.append(Refusal(Field.QUEUE_TOPIC, _not_a_topic(queue.queue_topic)))
    if queue.retry_topic and queue.retry_topic == queue.queue_topic:
        found.append(Refusal(Field.RETRY_TOPIC, text("A queue cannot retry into itself.")))
    elif queue.retry_topic and not _TOPIC.fullmatch(queue.retry_topic):
        found.append(Refusal(Field.RETRY_TOPIC, _not_a_topic(queue.retry_topic)))
    if not queue.group:
        found.append(Refusal(Field.GROUP, text("Give the group that remembers what is decided.")))
    elif len(queue.group) > _LONGEST_GROUP:
        found.append(Refusal(Field.GROUP, text("A group name has at most {n} characters.", n=_LONGEST_GROUP)))
    unusable = [each for each in queue.columns if not all(each.path) or "." in "".join(each.path)]
    if unusable:
        why = text(
            "“{field}” names no field. Write the names with one dot between them: customer.name.",
            field=dotted(unusable[0].path),
        )
        found.append(Refusal(Field.COLUMN, why))
    return tuple(found)


def failure_refusals(rules: FailureRules) -> tuple[Refusal, ...]:
    """What is missing or wrong in the rules for reading failures."""
    found = []
    for each in rules.words:
        if not each.words:
            why = text("Say how failures with “{part}” are called, or remove the line.", part=each.part)
            found.append(Refusal(Field.FAILURES, why))
    names = Counter(name for name, _ in rules.headers)
    for name, times in names.items():
        if times > 1:
            why = text("The header “{name}” is listed twice: it can hold one thing only.", name=name)
            found.append(Refusal(Field.FAILURES, why))
    return tuple(found)


def suggested_group(queue_topic: str) -> str:
    """The group that everybody who works on a queue should share."""
    return f"kmp-{queue_topic}" if queue_topic else ""


def new_id(name: str, taken: Collection[str]) -> str:
    """An id made from a name, readable in files and object names, different from those taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = _NOT_IN_AN_ID.sub("-", plain).strip("-")[:_LONGEST_ID] or "connection"
    numbered = stem
    number = 2
    while numbered in taken:
        numbered = f"{stem}-{number}"
        number += 1
    return numbered


def _wrong_sign_in(profile: ConnectionProfile) -> list[Refusal]:
    found = []
    by_token = profile.mechanism is Mechanism.OAUTHBEARER
    if profile.mechanism in PASSWORD_MECHANISMS and not profile.user.strip():
        why = text("Give the client id.") if by_token else text("Give the user name.")
        found.append(Refusal(Field.USER, why))
    if by_token and not _URL.fullmatch(profile.token_url):
        found.append(Refusal(Field.TOKEN_URL, text("Give the token address. It begins with https://.")))
    if profile.mechanism is Mechanism.AWS_MSK_IAM and not profile.aws_region:
        found.append(Refusal(Field.REGION, text("Give the AWS region, for example eu-central-1.")))
    return found


def _wrong_servers(servers: str) -> Text | None:
    if not servers.strip():
        return text("Give at least one server address.")
    for each in servers.split(","):
        if not _SERVER.fullmatch(each.strip()):
            return text(
                "“{address}” is not a server address. Write host:port, several with commas between them.",
                address=each.strip(),
            )
    return None


def _not_a_topic(name: str) -> Text:
    return text("“{name}” is no topic name: those have letters, digits, “.”, “_” and “-” only.", name=name)
