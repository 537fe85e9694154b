"""An account that lacks one right: the queue says which, when it is read and when it is committed to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from confluent_kafka.admin import AclOperation, ResourceType

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.outcome import Compared, NotCommittedReason, Outcome, Step
from kmp_desktop.core.queue_state import FindingCode, Severity
from tests.cluster.running import Cluster
from tests.integration.kafka.real_queue import Desktop, RealQueue, Right, codes, until

# What is missing is said at once, not after a client's time limits; starting the broker does not count.
pytestmark = pytest.mark.timeout(60, func_only=True)

_USER = "clerk"
_Names = Callable[[RealQueue], str]


def queue_topic(queue: RealQueue) -> str:
    return queue.topic


def retry_topic(queue: RealQueue) -> str:
    return queue.retry_topic


def group(queue: RealQueue) -> str:
    return queue.group


def mark_group(queue: RealQueue) -> str:
    return queue.mark_group


_TOPIC, _GROUP, _TRANSACTION = ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID
_READ, _WRITE = AclOperation.READ, AclOperation.WRITE
_NEEDED: list[tuple[ResourceType, _Names, AclOperation]] = [
    (_TOPIC, queue_topic, _READ),
    (_TOPIC, queue_topic, _WRITE),
    (_TOPIC, queue_topic, AclOperation.DESCRIBE_CONFIGS),
    (_TOPIC, retry_topic, _READ),
    (_TOPIC, retry_topic, _WRITE),
    (_GROUP, group, _READ),
    (_GROUP, mark_group, _READ),
    (_TRANSACTION, mark_group, _WRITE),
]


def rights_of(queue: RealQueue, *, without: tuple[ResourceType, _Names, AclOperation] | None) -> list[Right]:
    return [(each[0], each[1](queue), each[2]) for each in _NEEDED if each != without]


def clerk(queue: RealQueue, secured: Cluster) -> Desktop:
    return queue.desktop("clerk", servers=secured.sasl, user=_USER, password=secured.users[_USER])


def test_an_account_with_these_rights_reads_and_commits(queue: RealQueue, secured: Cluster) -> None:
    only = queue.write(b"K")
    queue.allow(_USER, *rights_of(queue, without=None))
    desktop = clerk(queue, secured)

    loaded = desktop.load()
    result = desktop.commit(loaded, {only: Decision.MERGE})

    assert [] == [each.code for each in loaded.findings if each.severity is Severity.STOP]
    assert (Outcome.COMMITTED, Compared.IDENTICAL) == (result.outcome, result.chunks[0].compared)
    assert ([b"K"], [b"K"]) == (queue.retried(), queue.tombstones())


@pytest.mark.parametrize("rights", [[], [(_TOPIC, queue_topic, _WRITE)]])
def test_without_the_right_to_read_the_queue_it_is_not_shown_and_the_right_is_named(
    queue: RealQueue, secured: Cluster, rights: list[tuple[ResourceType, _Names, AclOperation]]
) -> None:
    queue.write(b"K")
    queue.allow(_USER, *[(each[0], each[1](queue), each[2]) for each in rights], (_GROUP, queue.group, _READ))

    with pytest.raises(UserFacingError) as raised:
        clerk(queue, secured).load()

    assert ErrorCode.MAY_NOT_READ == raised.value.code
    assert f"--operation Read --topic {queue.topic}" in raised.value.request


@pytest.mark.parametrize(
    ("missing", "code", "asked"),
    [
        (
            (_TOPIC, queue_topic, _WRITE),
            FindingCode.MAY_NOT_WRITE_QUEUE,
            "--operation Write --topic {topic}",
        ),
        (
            (_TOPIC, retry_topic, _WRITE),
            FindingCode.MAY_NOT_WRITE_RETRY,
            "--operation Write --topic {retry}",
        ),
        ((_GROUP, group, _READ), FindingCode.MAY_NOT_COMMIT, "--operation Read --group {group}"),
        ((_GROUP, mark_group, _READ), FindingCode.MAY_NOT_COMMIT, "--operation Read --group {mark}"),
        (
            (_TRANSACTION, mark_group, _WRITE),
            FindingCode.MAY_NOT_COMMIT,
            "--operation Write --transactional-id {mark}",
        ),
    ],
)
def test_without_a_right_to_commit_the_queue_is_shown_and_the_right_is_named(
    queue: RealQueue,
    secured: Cluster,
    missing: tuple[ResourceType, _Names, AclOperation],
    code: FindingCode,
    asked: str,
) -> None:
    only = queue.write(b"K")
    queue.allow(_USER, *rights_of(queue, without=missing))
    desktop = clerk(queue, secured)

    loaded = desktop.load()

    assert [only] == [each.id for each in loaded.undecided()]
    (found,) = [each for each in loaded.findings if each.severity is Severity.STOP]
    assert (code, missing[1](queue)) == (found.code, found.value)
    names = {"topic": queue.topic, "retry": queue.retry_topic, "group": queue.group, "mark": queue.mark_group}
    assert asked.format(**names) in found.request
    assert missing[1](queue) in str(found.detail)
    result = desktop.commit(loaded, {only: Decision.PURGE})
    assert (Outcome.NOT_COMMITTED, []) == (result.outcome, queue.tombstones())


def test_without_any_right_on_the_retry_topic_it_is_not_said_to_be_missing(
    queue: RealQueue, secured: Cluster
) -> None:
    queue.write(b"K")
    queue.allow(_USER, *[each for each in rights_of(queue, without=None) if each[1] != queue.retry_topic])

    loaded = clerk(queue, secured).load()

    assert FindingCode.MAY_NOT_WRITE_RETRY in codes(loaded)
    assert FindingCode.RETRY_MISSING not in codes(loaded)


@pytest.mark.parametrize("missing", [_NEEDED[1], *_NEEDED[4:]])
def test_a_right_that_is_taken_away_after_reading_is_named_by_the_commit(
    queue: RealQueue, secured: Cluster, missing: tuple[ResourceType, _Names, AclOperation]
) -> None:
    only = queue.write(b"K")
    queue.allow(_USER, *rights_of(queue, without=None))
    desktop = clerk(queue, secured)
    loaded = desktop.load()
    kind, name, operation = missing
    queue.take_away(_USER, (kind, name(queue), operation))
    # What is left is the right to see it.
    queue.allow(_USER, (kind, name(queue), AclOperation.DESCRIBE))

    result = desktop.commit(loaded, {only: Decision.MERGE})

    last = result.chunks[-1]
    assert (Outcome.NOT_COMMITTED, NotCommittedReason.REFUSED) == (result.outcome, last.reason)
    expected = "all-or-nothing" if kind is _TRANSACTION else name(queue)
    assert expected in str(last.message)
    assert ([], []) == (queue.retried(), queue.tombstones())
    assert desktop.sink.resolve() is None, "nothing is left to find out"


@pytest.mark.parametrize("is_open", [False, True])
def test_without_the_right_to_read_the_retry_topic_copies_are_sent_and_not_compared(
    queue: RealQueue, secured: Cluster, is_open: bool
) -> None:
    only = queue.write(b"K")
    queue.allow(_USER, *rights_of(queue, without=(_TOPIC, retry_topic, _READ)))
    desktop = clerk(queue, secured)
    loaded = desktop.load()
    assert FindingCode.RETRY_READ_DENIED in codes(loaded)

    if is_open:
        with queue.transaction(queue.retry_topic) as write:
            write(b"of another program")
            result = desktop.commit(loaded, {only: Decision.MERGE})
        assert (f"{queue.retry_topic}/0",) == result.chunks[0].waiting_for
    else:
        result = desktop.commit(loaded, {only: Decision.MERGE})

    assert (Outcome.COMMITTED, Compared.NOT_COMPARED) == (result.outcome, result.chunks[0].compared)
    assert [b"K"] == queue.retried()


def test_a_commit_whose_outcome_may_not_be_read_is_not_known_until_it_may(
    queue: RealQueue, secured: Cluster
) -> None:
    only = queue.write(b"K")
    queue.allow(_USER, *rights_of(queue, without=None))
    desktop = clerk(queue, secured)
    loaded = desktop.load()
    right = (_GROUP, queue.group, _READ)

    result = desktop.commit(
        loaded, {only: Decision.MERGE}, {Step.COMMIT: lambda: queue.take_away(_USER, right)}
    )

    assert Outcome.UNKNOWN == result.outcome
    assert [only] == [each.id for each in loaded.undecided()], "what is loaded says no more than is known"
    queue.allow(_USER, right)
    until(lambda: (found := desktop.sink.resolve()) is not None and found.outcome is Outcome.COMMITTED)
    assert [b"K"] == queue.retried()
    assert [] == desktop.load().undecided()


def test_a_right_that_is_missing_for_looking_an_outcome_up_is_no_silence_of_the_server(
    queue: RealQueue, secured: Cluster
) -> None:
    only = queue.write(b"K")
    queue.allow(_USER, *rights_of(queue, without=None))
    desktop = clerk(queue, secured)
    loaded = desktop.load()

    def take_away() -> None:
        queue.take_away(_USER, (_GROUP, queue.group, _READ))
        queue.take_away(_USER, (_TRANSACTION, queue.mark_group, _WRITE))

    result = desktop.commit(loaded, {only: Decision.MERGE}, {Step.COMMIT: take_away})
    told = desktop.sink.resolve()

    assert Outcome.UNKNOWN == result.outcome
    assert told is not None
    assert (Outcome.UNKNOWN, True) == (told.outcome, "may not commit all-or-nothing" in str(told.message))
