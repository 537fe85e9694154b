"""Ends transactions of ours that the cluster has forgotten to end. Always by abort, never by commit.

A broker that loses a partition's leader at the wrong moment can log a transaction as complete without
writing its markers. Then stable reads hang and the last stable offset stays, for ever; and because the
producer id stays the same, the COMMIT marker of our next transaction would publish what the dead one
left. An aborted transaction of the same transactional id that touches the same groups and partitions
puts ABORT markers over it. When that does not help, only the cluster's administrator can.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence

from confluent_kafka import TopicPartition

from kmp_desktop.core.outcome import ClusterWork
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.kafka import offsets
from kmp_desktop.kafka.bounded_producer import BoundedProducer
from kmp_desktop.kafka.desk import Desk, all_partitions
from kmp_desktop.kafka.held import Held, HeldPartitions
from kmp_desktop.kafka.offsets import Partition
from kmp_desktop.kafka.transaction import FAILURES, abort, again, drop, new_initialised

_SEND_S = 15.0
_WORK_S = 20.0
_HELPS_WITHIN_S = 10.0
_STABLE_READ_S = 2.0
_BATCH = 1_000_000
_VOID = b"kmp-void"
_TEN_YEARS_MS = 10 * 365 * 86_400_000


def finish_cluster_work(desk: Desk, loaded: LoadedQueue) -> ClusterWork:
    """End whatever of this tool the cluster has not finished on this queue, whoever began it."""
    # A live commit of another desktop is ended by this, too; it begins again by itself.
    drop(new_initialised(desk.clients.settings, desk.transactional_id, _BATCH, desk.clients.stopped))
    places = all_partitions(desk.queue, loaded.partitions, loaded.limits.retry_partitions)
    look = HeldPartitions(desk.clients, desk.queue.group, desk.queue.queue_topic)
    return heal(desk, loaded.partitions, look.held_by_us(places, None, loaded.records.values))


def heal(desk: Desk, partitions: tuple[int, ...], held: Collection[Held]) -> ClusterWork:
    """End what ``held`` and the groups of the queue wait for; says what is still unfinished after 10 s.

    ``partitions``: those of the queue. The queue's lock must be held, and our own journal or a person
    must have said that it is right. Raises NotInitialised, KafkaException.
    """
    producer = new_initialised(desk.clients.settings, desk.transactional_id, _BATCH, desk.clients.stopped)
    try:
        # What has moved by now was another desktop's live commit: init has ended it.
        still = _unmoved(desk, {each.place: each.offset for each in held})
        producer.begin_transaction()
        for group in (desk.queue.group, desk.transactional_id):
            _touch_group(desk, producer, group, partitions[0])
        _touch(desk, producer, still)
        abort(producer)
    finally:
        drop(producer)
    return _awaited(desk, partitions, still)


def _touch_group(desk: Desk, producer: BoundedProducer, group: str, partition: int) -> None:
    """Take the group's offsets into the transaction; they are aborted with it."""
    offset = TopicPartition(desk.queue.queue_topic, partition, 0, "heal.")
    metadata = desk.clients.consumer(group).consumer_group_metadata()
    deadline = time.monotonic() + _WORK_S
    with offsets.naming(group):
        again(lambda: producer.send_offsets_to_transaction([offset], metadata, _SEND_S), deadline)


def _touch(desk: Desk, producer: BoundedProducer, places: Collection[Partition]) -> None:
    """Take partitions into the transaction by records that the broker refuses: nothing is stored.

    A broker without a limit to the future stores them; they are aborted then.
    """
    timestamp = desk.clock.now_ms() + _TEN_YEARS_MS
    try:
        for topic, partition in places:
            producer.produce(topic, None, _VOID, partition=partition, timestamp=timestamp)
        producer.flush(_WORK_S)
    except FAILURES:
        return  # refused already: the abort is what counts


def _unmoved(desk: Desk, held: Mapping[Partition, int]) -> dict[Partition, int]:
    """Those partitions whose last stable offset is still where it was."""
    ends = offsets.read_ends(desk.clients, held) if held else {}
    return {
        each: offset
        for each, offset in held.items()
        if ends[each].stable == offset and ends[each].stable < ends[each].high
    }


def _awaited(desk: Desk, partitions: tuple[int, ...], held: Mapping[Partition, int]) -> ClusterWork:
    """Wait for what must be seen now: the last stable offsets move, and a stable read answers."""
    deadline = time.monotonic() + _HELPS_WITHIN_S
    left = dict(held)
    while True:
        left = _unmoved(desk, left)
        hangs = not _answers(desk, partitions)
        if not left and not hangs:
            return ClusterWork()
        if deadline < time.monotonic():
            return unfinished(desk, left, hangs=hangs)
        time.sleep(0.2)


def _answers(desk: Desk, partitions: tuple[int, ...]) -> bool:
    try:
        desk.read_state(partitions, _STABLE_READ_S)
    except offsets.GroupDenied:
        raise
    except FAILURES:
        return False
    return True


def unfinished(desk: Desk, held: Mapping[Partition, int], *, hangs: bool) -> ClusterWork:
    """What is still open, and what to ask the Kafka administrator for."""
    names = [f"{topic}/{partition}" for topic, partition in sorted(held)]
    groups = [desk.queue.group] if hangs else []
    return ClusterWork((*names, *groups), administrators_request(held, groups))


def administrators_request(held: Mapping[Partition, int], groups: Sequence[str]) -> str:
    """A text for the Kafka administrator: what hangs (``held``: with its first offset), which commands."""
    tool = "kafka-transactions.sh --bootstrap-server ..."
    lines = ["A transaction of KMP Desktop was never ended by the cluster. It is safe to abort it. It holds:"]
    lines += [f"  partition {part} of topic {topic}, from offset {held[topic, part]}" for topic, part in held]
    lines += [f"  the committed offsets of group {group} (topic __consumer_offsets)" for group in groups]
    lines += ["", "To find it, and to abort it:", f"{tool} find-hanging --broker-id ..."]
    lines += [
        f"{tool} abort --topic {topic} --partition {partition} --start-offset {offset}"
        for (topic, partition), offset in held.items()
    ]
    if groups:
        lines.append(f"{tool} find-hanging --topic __consumer_offsets")
        lines.append(f"{tool} abort --topic __consumer_offsets --partition ... --start-offset ...")
    return "\n".join(lines)
