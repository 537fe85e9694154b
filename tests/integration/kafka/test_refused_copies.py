"""The server does not take some records for what they are: these are named, the others go on.

What a topic takes is known before a commit where this account may look at it. Here the settings change
after the queue was read, as they are unknown to an account that may not look.
"""

from __future__ import annotations

from collections.abc import Callable

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import CommitResult, Outcome
from kmp_desktop.core.record import RecordId
from tests.integration.kafka.real_queue import NOW, RealQueue
from tests.unit.records import noise

M, P = Decision.MERGE, Decision.PURGE
MakeQueue = Callable[..., RealQueue]


def refused(result: CommitResult) -> dict[RecordId, str]:
    """Record -> why the server does not take it."""
    return {each.id: str(each.reason) for each in result.refused}


def test_records_that_turn_out_too_large_are_named_and_the_others_are_merged(queue: RealQueue) -> None:
    small = [queue.write(b"K%d" % number, noise(900)) for number in range(6)]
    large = [queue.write(b"L%d" % number, noise(5_000 + number)) for number in range(3)]
    desktop = queue.desktop()
    loaded = desktop.load()
    queue.configure(queue.retry_topic, max_message_bytes="2000")

    result = desktop.commit(loaded, dict.fromkeys([*small, *large], M))

    assert dict.fromkeys(large, "larger than the retry queue accepts") == refused(result)
    assert (Outcome.COMMITTED, tuple(small), ()) == (result.outcome, result.merged, result.not_sent)
    assert [b"K%d" % number for number in range(6)] == queue.retried()
    assert large == queue.offered()
    assert Outcome.COMMITTED == desktop.commit(loaded, dict.fromkeys(large, P)).outcome
    assert [] == queue.offered()


def test_records_without_a_key_are_named_where_the_retry_queue_needs_one(make_queue: MakeQueue) -> None:
    queue = make_queue({"cleanup.policy": "delete"})
    ids = [queue.write(key) for key in (b"K0", None, b"K2", None)]
    desktop = queue.desktop()
    loaded = desktop.load()
    queue.configure(queue.retry_topic, cleanup_policy="compact")

    result = desktop.commit(loaded, dict.fromkeys(ids, M))

    why = "the retry queue does not take it (Broker: Broker failed to validate record)"
    assert dict.fromkeys([ids[1], ids[3]], why) == refused(result)
    assert (ids[0], ids[2]) == result.merged
    assert [b"K0", b"K2"] == queue.retried()


def test_records_from_the_future_are_named_when_the_server_takes_none(queue: RealQueue) -> None:
    queue.configure(message_timestamp_after_max_ms=str(10**15))
    queue.configure(queue.retry_topic, message_timestamp_after_max_ms=str(10**15))
    ids = [queue.write(b"K0"), queue.write(b"K1", timestamp=NOW + 10**10), queue.write(b"K2")]
    desktop = queue.desktop()
    loaded = desktop.load()
    queue.configure(queue.retry_topic, message_timestamp_after_max_ms="3600000")

    result = desktop.commit(loaded, dict.fromkeys(ids, M))

    assert [ids[1]] == list(refused(result))
    assert [b"K0", b"K2"] == queue.retried()


def test_a_part_of_which_the_server_takes_nothing_changes_nothing(queue: RealQueue) -> None:
    only = queue.write(b"K0", noise(5_000))
    desktop = queue.desktop()
    loaded = desktop.load()
    queue.configure(queue.retry_topic, max_message_bytes="2000")

    result = desktop.commit(loaded, {only: M})

    assert ([only], (), (), 1) == (list(refused(result)), result.merged, result.chunks, result.parts)
    assert [only] == queue.offered()
