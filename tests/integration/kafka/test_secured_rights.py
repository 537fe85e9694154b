"""The whole job on secured clusters, with exactly the rights that docs/secured-clusters.md grants."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka.admin import AclOperation, ResourceType

from kmp_desktop.core.connection_check import CheckResult, CheckState, CheckStep
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.outcome import Compared, Outcome
from kmp_desktop.core.profile import ConnectionProfile, Mechanism, Queue, Secrets, Security
from kmp_desktop.core.queue_state import Severity
from kmp_desktop.kafka.check import KafkaCheck
from kmp_desktop.kafka.topic_names import topic_names
from tests.cluster.secured import Secured
from tests.integration.kafka.real_queue import RealQueue, Right

pytestmark = pytest.mark.timeout(120, func_only=True)

_COMMANDS = [
    line
    for line in (Path(__file__).parents[3] / "docs" / "secured-clusters.md").read_text("utf-8").splitlines()
    if line.startswith("kafka-acls ")
]
_KINDS = {
    "--topic": ResourceType.TOPIC,
    "--group": ResourceType.GROUP,
    "--transactional-id": ResourceType.TRANSACTIONAL_ID,
}
_OPERATIONS = {
    "Read": AclOperation.READ,
    "Write": AclOperation.WRITE,
    "DescribeConfigs": AclOperation.DESCRIBE_CONFIGS,
}
_SECRETS = Secrets("clerk-secret")


@pytest.fixture
def queue(guarded: Secured, tmp_path: Path) -> Iterator[RealQueue]:
    made = RealQueue(guarded.node.bootstrap, tmp_path)
    made.create(None, None)
    yield made
    made.close()


def documented(queue: RealQueue) -> list[Right]:
    """The rights of the commands, for this queue."""
    rights = []
    for command in _COMMANDS:
        words = shlex.split(command)
        pairs = list(zip(words[1::2], words[2::2], strict=False)) + list(
            zip(words[2::2], words[3::2], strict=False)
        )
        name = next((kind, said) for kind, said in pairs if kind in _KINDS)
        operations = [said for option, said in pairs if option == "--operation"]
        assert ("User:desk", True) == (dict(pairs)["--allow-principal"], bool(operations))
        real = name[1].replace("orders.dlq", queue.topic).replace("orders.retry", queue.retry_topic)
        rights += [(_KINDS[name[0]], real, _OPERATIONS[each]) for each in operations]
    return rights


def connection(guarded: Secured, kind: str) -> ConnectionProfile:
    """Signed in as ``clerk`` in one of the ways of secured clusters."""
    profile = ConnectionProfile(
        *("p", "p", guarded.address(kind)),
        security=Security.SASL_SSL,
        ca_file=guarded.file("ca.pem"),
        person="desk",
    )
    if kind == "OAUTH":
        token_url = guarded.tokens.url
        return replace(profile, mechanism=Mechanism.OAUTHBEARER, user="clerk", token_url=token_url)
    return replace(profile, mechanism=Mechanism.SCRAM_SHA_512, user="clerk")


@pytest.mark.parametrize("kind", ["SASLS", "OAUTH"])
def test_with_the_documented_rights_a_queue_is_read_decided_and_committed(
    guarded: Secured, queue: RealQueue, kind: str
) -> None:
    kept, dropped = queue.write(b"K"), queue.write(b"D")
    rights = documented(queue)
    queue.allow("clerk", *rights)
    desktop = queue.desktop_of(connection(guarded, kind), _SECRETS)

    loaded = desktop.load()
    result = desktop.commit(loaded, {kept: Decision.MERGE, dropped: Decision.PURGE})

    assert 9 == len(rights)
    assert [] == [each.code for each in loaded.findings if each.severity is not Severity.PASSED]
    assert (Outcome.COMMITTED, Compared.IDENTICAL) == (result.outcome, result.chunks[0].compared)
    assert ([b"K"], [b"D", b"K"]) == (queue.retried(), sorted(filter(None, queue.tombstones())))
    assert [] == desktop.load().undecided()


def test_the_topics_to_pick_from_are_those_that_the_account_may_see(
    guarded: Secured, queue: RealQueue
) -> None:
    queue.allow("clerk", (ResourceType.TOPIC, queue.topic, AclOperation.DESCRIBE))

    names = topic_names(connection(guarded, "SASLS"), _SECRETS, lambda: False)

    assert queue.topic in names
    assert queue.retry_topic not in names
    with pytest.raises(UserFacingError) as told:
        topic_names(connection(guarded, "SASLS"), Secrets("wrong"), lambda: False)
    assert ErrorCode.SIGN_IN is told.value.code


@pytest.mark.parametrize(
    ("nth", "step", "state"),
    [
        (0, CheckStep.READ, CheckState.FAILED),
        (2, CheckStep.DISCARDS, CheckState.INFO),
        (8, CheckStep.COMMIT, CheckState.FAILED),
        (None, CheckStep.DISCARDS, CheckState.PASSED),
    ],
)
def test_without_one_of_them_the_connection_test_names_it_by_token_too(
    guarded: Secured, queue: RealQueue, nth: int | None, step: CheckStep, state: CheckState
) -> None:
    rights = documented(queue)
    lacking = None if nth is None else rights.pop(nth)
    queue.allow("clerk", *rights)
    asked = Queue("q", "q", queue.topic, queue.retry_topic, queue.group)
    found: list[CheckResult] = []

    KafkaCheck()(connection(guarded, "OAUTH"), asked, _SECRETS, found.append, lambda: False)

    states = {each.step: each for each in found}
    assert state is states[step].state
    if lacking is not None and state is CheckState.FAILED:
        assert "User:clerk" in states[step].request
        assert lacking[1] in states[step].request
