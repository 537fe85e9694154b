"""The connection test against a real broker: each step says what is so, the first failure ends it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from confluent_kafka.admin import AclOperation, ResourceType

from kmp_desktop.core.connection_check import CheckResult, CheckState, CheckStep
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets, Security
from kmp_desktop.core.text import text
from kmp_desktop.kafka.check import KafkaCheck
from tests.cluster.running import Cluster
from tests.integration.kafka.real_queue import RealQueue, Right

pytestmark = pytest.mark.timeout(60, func_only=True)

_USER = "clerk"
_PASSED, _FAILED, _INFO = CheckState.PASSED, CheckState.FAILED, CheckState.INFO


def looked_at(
    queue: RealQueue, profile: ConnectionProfile, password: str = "", retry_topic: str = ""
) -> list[CheckResult]:
    found: list[CheckResult] = []
    asked = Queue("q", "q", queue.topic, retry_topic or queue.retry_topic, queue.group)
    KafkaCheck()(profile, asked, Secrets(kafka_password=password), found.append, lambda: False)
    return found


def states(found: list[CheckResult]) -> dict[CheckStep, CheckState]:
    return {each.step: each.state for each in found}


def plain(servers: str) -> ConnectionProfile:
    return ConnectionProfile("p", "p", servers)


def clerk(secured: Cluster) -> ConnectionProfile:
    return replace(plain(secured.sasl), security=Security.SASL_PLAINTEXT, user=_USER)


def test_where_everything_works_every_step_says_so_and_nothing_is_written(queue: RealQueue) -> None:
    queue.write(b"A")
    queue.write(b"B")

    found = looked_at(queue, plain(queue.bootstrap))

    assert [
        ("Server found", "1 of 1 address answers"),
        ("Connected without sign-in", ""),
        (f"Reading “{queue.topic}”", "Up to 2 records waiting"),
        (f"Writing to “{queue.retry_topic}”", "allowed (nothing was written)"),
        ("All-or-nothing commits", "allowed"),
        ("How discards work here", "Removed by key"),
    ] == [(str(each.title), str(each.detail or "")) for each in found]
    assert {_PASSED} == set(states(found).values())
    assert ([], []) == (queue.retried(), queue.tombstones())


def test_an_empty_queue_says_that_nothing_is_waiting(queue: RealQueue) -> None:
    found = looked_at(queue, plain(queue.bootstrap))

    assert ["Nothing is waiting"] == [str(each.detail) for each in found if each.step is CheckStep.READ]


def test_a_queue_that_does_not_remove_by_key_says_what_a_discard_means(queue: RealQueue) -> None:
    queue.configure(cleanup_policy="delete")

    found = looked_at(queue, plain(queue.bootstrap))

    (discards,) = [each for each in found if each.step is CheckStep.DISCARDS]
    assert (_INFO, True) == (discards.state, "marked as done" in str(discards.detail))


def test_the_first_failure_ends_it_and_the_rest_is_not_tried(queue: RealQueue) -> None:
    found = looked_at(queue, plain(queue.bootstrap), retry_topic=f"{queue.name}-nowhere")

    assert {
        CheckStep.SERVER: _PASSED,
        CheckStep.SIGN_IN: _PASSED,
        CheckStep.READ: _PASSED,
        CheckStep.WRITE: _FAILED,
        CheckStep.COMMIT: CheckState.NOT_TRIED,
        CheckStep.DISCARDS: CheckState.NOT_TRIED,
    } == states(found)
    assert f"“{queue.name}-nowhere” does not exist" in [str(each.title) for each in found]


def test_nobody_at_the_address_is_told_with_the_address(queue: RealQueue) -> None:
    found = looked_at(queue, plain("127.0.0.1:1"))

    assert (CheckStep.SERVER, _FAILED) == (found[0].step, found[0].state)
    assert "No server answers at 127.0.0.1:1" == str(found[0].title)


def test_a_wrong_password_is_told_and_shown_nowhere(queue: RealQueue, secured: Cluster) -> None:
    found = looked_at(queue, clerk(secured), "open-sesame")

    (failed,) = [each for each in found if each.state is _FAILED]
    assert (CheckStep.SIGN_IN, "Sign-in was refused") == (failed.step, str(failed.title))
    assert (
        "User name or password of “clerk” was refused. "
        "Check user name and password of the connection, then try again."
    ) == str(failed.detail)
    assert "open-sesame" not in repr(found)


def test_a_port_without_this_kind_of_sign_in_is_not_taken_for_a_wrong_password(queue: RealQueue) -> None:
    profile = replace(plain(queue.bootstrap), security=Security.SASL_PLAINTEXT, user=_USER)

    (failed,) = [each for each in looked_at(queue, profile, "right") if each.state is _FAILED]

    assert CheckStep.SIGN_IN is failed.step
    assert (
        "The server does not offer this kind of sign-in on this port. "
        "Choose another kind of sign-in in the connection, or check the port."
    ) == str(failed.detail)


def test_each_cause_of_a_refused_connection_is_told_once(queue: RealQueue, registry: str) -> None:
    profile = plain(registry.removeprefix("http://").partition("/")[0])

    (failed,) = [each for each in looked_at(queue, profile) if each.state is _FAILED]

    assert failed.title == text("What answers at {servers} is no Kafka server.", servers=profile.servers)
    assert 1 == failed.details.count("Invalid response size")


def test_a_plain_port_is_told_where_encryption_is_asked_for(queue: RealQueue, secured: Cluster) -> None:
    profile = replace(plain(queue.bootstrap), security=Security.SSL, ca_file=secured.ca_file)

    found = looked_at(queue, profile)

    failed = [each for each in found if each.state is _FAILED]
    assert [(CheckStep.SECURE, "The server does not speak encrypted (TLS) on this port")] == [
        (each.step, str(each.title)) for each in failed
    ]


@pytest.mark.parametrize(
    ("lacks", "step", "asked"),
    [
        ("read", CheckStep.READ, "--operation Read --topic {topic}"),
        ("write", CheckStep.WRITE, "--operation Write --topic {retry}"),
        ("group", CheckStep.COMMIT, "--operation Read --group {group}"),
        ("mark", CheckStep.COMMIT, "--operation Read --group {mark}"),
        ("transaction", CheckStep.COMMIT, "--operation Write --transactional-id {mark}"),
        ("", None, ""),
    ],
)
def test_a_missing_right_fails_its_step_and_is_asked_for_by_name(
    queue: RealQueue, secured: Cluster, lacks: str, step: CheckStep | None, asked: str
) -> None:
    rights: dict[str, Right] = {
        "read": (ResourceType.TOPIC, queue.topic, AclOperation.READ),
        "queue": (ResourceType.TOPIC, queue.topic, AclOperation.WRITE),
        "policy": (ResourceType.TOPIC, queue.topic, AclOperation.DESCRIBE_CONFIGS),
        "write": (ResourceType.TOPIC, queue.retry_topic, AclOperation.WRITE),
        "compare": (ResourceType.TOPIC, queue.retry_topic, AclOperation.READ),
        "group": (ResourceType.GROUP, queue.group, AclOperation.READ),
        "mark": (ResourceType.GROUP, queue.mark_group, AclOperation.READ),
        "transaction": (ResourceType.TRANSACTIONAL_ID, queue.mark_group, AclOperation.WRITE),
    }
    queue.allow(_USER, *[right for name, right in rights.items() if name != lacks])

    found = looked_at(queue, clerk(secured), secured.users[_USER])

    failed = [each for each in found if each.state is _FAILED]
    assert ([] if step is None else [step]) == [each.step for each in failed]
    names = {"topic": queue.topic, "retry": queue.retry_topic, "group": queue.group, "mark": queue.mark_group}
    assert [] == [each.request for each in failed if asked.format(**names) not in each.request]
