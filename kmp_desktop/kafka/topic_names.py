"""The topics of a cluster that an account may see, for picking one."""

from __future__ import annotations

from collections.abc import Callable

from confluent_kafka import KafkaException

from kmp_desktop.core.profile import ConnectionProfile, Secrets
from kmp_desktop.kafka import making, refusals
from kmp_desktop.kafka.settings import client_settings

_ANSWER_S = 10.0
_OF_KAFKA = "__"


def topic_names(profile: ConnectionProfile, secrets: Secrets, stopped: Callable[[], bool]) -> tuple[str, ...]:
    """In the order of the alphabet, without Kafka's own; raises UserFacingError. Blocks some seconds."""
    settings = client_settings(profile, secrets, "topics")
    refusals.meet(settings, stopped)
    admin = making.admin_client(settings)
    try:
        topics = admin.list_topics(timeout=_ANSWER_S).topics
    except KafkaException as error:
        raise refusals.no_connection(profile.servers, str(error)) from error
    return tuple(sorted(name for name in topics if not name.startswith(_OF_KAFKA)))
