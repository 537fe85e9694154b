"""What a cluster says about topics: ids, partitions, configuration."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AclOperation, AdminClient, ConfigResource, ResourceType

from kmp_desktop.core.queue_state import CleanupPolicy, TopicLimits
from kmp_desktop.kafka.clients import REQUEST_S, Clients

_DEFAULT_MAX_BYTES = 1_048_588
_DEFAULT_METADATA_MAX = 4096


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """A topic as described; ``rights`` are the operations this account may do (None: not told)."""

    name: str
    id: bytes  # 16 bytes
    partitions: tuple[int, ...]
    rights: frozenset[AclOperation] | None


def cluster_id(clients: Clients) -> str:
    """The cluster's id."""
    return str(clients.asked(lambda admin: admin.list_topics(timeout=REQUEST_S).cluster_id))


def describe(clients: Clients, name: str) -> TopicFacts | None:
    """A topic, or None when there is none; raises KafkaException when it may not be seen."""

    def ask(admin: AdminClient) -> TopicFacts | None:
        futures = admin.describe_topics(
            TopicCollection([name]), include_authorized_operations=True, request_timeout=REQUEST_S
        )
        try:
            told = next(iter(futures.values())).result(REQUEST_S + 5)
        except KafkaException as error:
            if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                return None
            raise
        text = str(told.topic_id)
        rights = told.authorized_operations
        return TopicFacts(
            name,
            base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_"),
            tuple(sorted(each.id for each in told.partitions)),
            None if rights is None else frozenset(rights),
        )

    return clients.asked(ask)


def config_of(clients: Clients, kind: ResourceType, name: str) -> Mapping[str, str] | None:
    """The configuration of a topic or broker; None = this account may not see it."""

    def ask(admin: AdminClient) -> Mapping[str, str] | None:
        futures = admin.describe_configs([ConfigResource(kind, name)], request_timeout=REQUEST_S)
        try:
            entries = next(iter(futures.values())).result(REQUEST_S + 5)
        except KafkaException as error:
            if error.args[0].code() in (
                KafkaError.TOPIC_AUTHORIZATION_FAILED,
                KafkaError.CLUSTER_AUTHORIZATION_FAILED,
            ):
                return None
            raise
        return {each: str(entry.value) for each, entry in entries.items() if entry.value is not None}

    return clients.asked(ask)


def limits_of(clients: Clients, queue: TopicFacts, retry: TopicFacts | None) -> TopicLimits:
    """What the two topics accept, as far as this account may know."""
    ours = config_of(clients, ResourceType.TOPIC, queue.name)
    theirs = config_of(clients, ResourceType.TOPIC, retry.name) if retry else None
    broker = _broker_config(clients)
    return TopicLimits(
        queue_policy=_policy(ours),
        retry_compacts="compact" in (theirs or {}).get("cleanup.policy", ""),
        queue_max_bytes=_number(ours, "max.message.bytes", _DEFAULT_MAX_BYTES),
        retry_max_bytes=_number(theirs, "max.message.bytes", _DEFAULT_MAX_BYTES),
        queue_partitions=len(queue.partitions),
        retry_partitions=len(retry.partitions) if retry else 0,
        queue_retention_ms=_retention(ours),
        retry_retention_ms=_retention(theirs),
        retry_timestamp_before_ms=_maybe(theirs, "message.timestamp.before.max.ms"),
        retry_timestamp_after_ms=_maybe(theirs, "message.timestamp.after.max.ms"),
        retry_log_append_time=(theirs or {}).get("message.timestamp.type") == "LogAppendTime",
        metadata_max=_number(broker, "offset.metadata.max.bytes", _DEFAULT_METADATA_MAX),
        offsets_retention_minutes=_maybe(broker, "offsets.retention.minutes"),
    )


def _broker_config(clients: Clients) -> Mapping[str, str] | None:
    brokers = clients.asked(lambda admin: admin.list_topics(timeout=REQUEST_S).brokers)
    return config_of(clients, ResourceType.BROKER, str(min(brokers))) if brokers else None


def _policy(config: Mapping[str, str] | None) -> CleanupPolicy:
    if config is None or "cleanup.policy" not in config:
        return CleanupPolicy.UNKNOWN
    parts = {each.strip() for each in config["cleanup.policy"].split(",")}
    if "compact" in parts:
        return CleanupPolicy.COMPACT_DELETE if "delete" in parts else CleanupPolicy.COMPACT
    return CleanupPolicy.DELETE


def _retention(config: Mapping[str, str] | None) -> int | None:
    """How long records stay in ms, -1 = for ever; the setting counts only where old ones are deleted."""
    if config is not None and "delete" not in config.get("cleanup.policy", "delete"):
        return -1
    return _maybe(config, "retention.ms")


def _number(config: Mapping[str, str] | None, name: str, usual: int) -> int:
    found = _maybe(config, name)
    return usual if found is None else found


def _maybe(config: Mapping[str, str] | None, name: str) -> int | None:
    value = (config or {}).get(name, "")
    return int(value) if value.lstrip("-").isdigit() else None
