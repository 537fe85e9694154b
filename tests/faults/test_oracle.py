"""The oracle itself: it names what a broken committer would leave on the broker."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions

from kmp_desktop.core.ledger import encode
from tests.faults.oracle import Claim, Held, RecordKey, Verdict, murmur2, partition_of
from tests.faults.world import World


class HandMade:
    """What a commit of ``plan`` has to leave, put there with plain clients, or changed on the way."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.inputs = {each.place: each for each in world.inputs}
        self.plan = {
            place: "purge" if number % 3 == 2 else "merge" for number, place in enumerate(sorted(self.inputs))
        }
        self.copies = [self.inputs[place] for place, what in self.plan.items() if what == "merge"]
        self.tombstones = {each.key for each in self.inputs.values()}
        self.decided = set(self.plan)
        self.claimed = frozenset(self.plan)
        self.too_far = 0

    def leave_out(self, key: bytes | None) -> None:
        """Let nobody decide the records of this key."""
        self.plan = {place: what for place, what in self.plan.items() if self.inputs[place].key != key}
        self.copies = [each for each in self.copies if each.key != key]
        self.tombstones -= {key}
        self.decided = set(self.plan)
        self.claimed = frozenset(self.plan)

    def verdict(self) -> Verdict:
        """Put it onto the broker and ask the oracle."""
        for copy in self.copies:
            self._write(self.world.retry_topic, copy)
        for key in sorted(key for key in self.tombstones if key is not None):
            self._write(self.world.queue_topic, Held(0, 0, key, None, (("kmp-v", b"1"),), 0))
        self.put_ledger()
        claim = Claim("desk", self.plan, "committed", self.claimed)
        return self.world.judge([claim])

    def _write(self, topic: str, record: Held) -> None:
        producer = Producer({"bootstrap.servers": self.world.bootstrap, "log_level": 0})
        producer.produce(
            topic,
            record.value,
            record.key,
            0,
            headers=list(record.headers),
            timestamp=record.timestamp,
        )
        assert producer.flush(30) == 0

    def put_ledger(self) -> None:
        """Commit what is decided, with a plain consumer."""
        decided = {offset for _, offset in self.decided}
        still_open = {offset for _, offset in self.inputs} - decided
        base = min(still_open, default=len(self.inputs)) + self.too_far
        text = encode(base, decided, _topic_id(self.world), bytes(8))
        consumer = Consumer(
            {"bootstrap.servers": self.world.bootstrap, "group.id": self.world.group, "log_level": 0}
        )
        position = TopicPartition(self.world.queue_topic, 0, base, text)
        consumer.commit(offsets=[position], asynchronous=False)
        consumer.close()


def _topic_id(world: World) -> bytes:
    admin = AdminClient({"bootstrap.servers": world.bootstrap, "log_level": 0})
    (told,) = admin.describe_topics(TopicCollection([world.queue_topic])).values()
    name = str(told.result(30).topic_id)
    return base64.b64decode(name + "=" * (-len(name) % 4), altchars=b"-_")


@pytest.fixture
def state(kafka: str, tmp_path: Path) -> HandMade:
    world = World(kafka, tmp_path, seed=7, partitions=1, records=12, keys=5)
    world.create()
    return HandMade(world)


def _some_key(state: HandMade) -> bytes | None:
    """A key of several records: the last one's."""
    keys = [each.key for each in state.inputs.values()]
    return next(key for key in keys if keys.count(key) > 1)


def _violations(found: Verdict) -> set[str]:
    return {each.split()[0] for each in found.violations}


def test_what_a_right_commit_leaves_is_found_right(state: HandMade) -> None:
    found = state.verdict()

    assert ([], []) == (found.violations, found.wrong_claims)
    assert set(state.plan) == found.decided
    assert {place for place, what in state.plan.items() if what == "merge"} == found.merged


def test_what_a_commit_of_some_records_leaves_is_found_right(state: HandMade) -> None:
    state.leave_out(_some_key(state))

    found = state.verdict()

    assert ([], []) == (found.violations, found.wrong_claims)


def _copy_missing(state: HandMade) -> Iterable[RecordKey]:
    return [state.copies.pop().place]


def _copy_doubled(state: HandMade) -> Iterable[RecordKey]:
    state.copies.append(state.copies[0])
    return [state.copies[0].place]


def _timestamp_changed(state: HandMade) -> Iterable[RecordKey]:
    state.copies[0] = replace(state.copies[0], timestamp=state.copies[0].timestamp + 1)
    return [state.copies[0].place]


def _header_lost(state: HandMade) -> Iterable[RecordKey]:
    state.copies[0] = replace(state.copies[0], headers=state.copies[0].headers[1:])
    return [state.copies[0].place]


def _merged_instead_of_purged(state: HandMade) -> Iterable[RecordKey]:
    place = next(place for place, what in state.plan.items() if what == "purge")
    state.copies.append(state.inputs[place])
    return [place]


def _tombstone_over_an_undecided_record(state: HandMade) -> Iterable[RecordKey]:
    key = _some_key(state)
    state.leave_out(key)
    state.tombstones.add(key)
    return [place for place, each in state.inputs.items() if each.key == key]


def _tombstone_never_written(state: HandMade) -> Iterable[RecordKey]:
    state.tombstones.discard(_some_key(state))
    return []


def _ledger_one_offset_too_far(state: HandMade) -> Iterable[RecordKey]:
    key = _some_key(state)
    state.leave_out(key)
    first = min(place for place, each in state.inputs.items() if each.key == key)
    state.decided.add(first)
    return [first]


def _copy_of_a_record_that_stays_undecided(state: HandMade) -> Iterable[RecordKey]:
    key = _some_key(state)
    record = next(each for each in state.inputs.values() if each.key == key)
    state.leave_out(key)
    state.copies.append(record)
    return [record.place]


def _ledger_beyond_the_end(state: HandMade) -> Iterable[RecordKey]:
    state.too_far = 1000
    return []


def _copies_not_where_their_keys_belong(state: HandMade) -> Iterable[RecordKey]:
    admin = AdminClient({"bootstrap.servers": state.world.bootstrap, "log_level": 0})
    for future in admin.create_partitions([NewPartitions(state.world.retry_topic, 2)]).values():
        future.result(30)
    return [each.place for each in state.copies if partition_of(each.key or b"", 2) != 0]


@pytest.mark.parametrize(
    ("breaks", "invariant"),
    [
        (_copy_missing, "I1"),
        (_copy_doubled, "I1"),
        (_timestamp_changed, "I4"),
        (_header_lost, "I4"),
        (_merged_instead_of_purged, "I1"),
        (_tombstone_over_an_undecided_record, "I3"),
        (_tombstone_never_written, "I1"),
        (_ledger_one_offset_too_far, "I6"),
        (_copy_of_a_record_that_stays_undecided, "I2"),
        (_ledger_beyond_the_end, "I6"),
        (_copies_not_where_their_keys_belong, "I4"),
    ],
)
def test_what_a_broken_committer_leaves_is_named(
    state: HandMade, breaks: Callable[[HandMade], Iterable[RecordKey]], invariant: str
) -> None:
    places = breaks(state)

    found = state.verdict()

    assert invariant in _violations(found)
    named = [each for each in found.violations if each.startswith(invariant)]
    assert [] == [place for place in places if not any(str(place) in each for each in named)]


def test_a_claim_that_the_broker_does_not_bear_out_is_named(state: HandMade) -> None:
    key = _some_key(state)
    left = {place for place, each in state.inputs.items() if each.key == key}
    plan = dict(state.plan)
    state.leave_out(key)
    state.plan, state.claimed = plan, frozenset(plan)

    found = state.verdict()

    assert [] == found.violations
    assert found.wrong_claims
    assert all(str(place) in " ".join(found.wrong_claims) for place in left)


def test_a_claim_that_nothing_was_committed_is_named_when_something_was(state: HandMade) -> None:
    state.verdict()
    first, *others = sorted(state.plan)
    lie = Claim("desk", {first: state.plan[first]}, "not_committed")
    truth = {place: state.plan[place] for place in others}

    found = state.world.judge([lie, Claim("other desk", truth, "committed", frozenset(truth))])

    assert [f"desk says not_committed, yet decided: [{first}]"] == found.wrong_claims


def test_offsets_that_a_transaction_holds_are_named(state: HandMade) -> None:
    state.put_ledger()
    producer = Producer(
        {
            "bootstrap.servers": state.world.bootstrap,
            "transactional.id": state.world.queue_topic,
            "log_level": 0,
        }
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    consumer = Consumer({"bootstrap.servers": state.world.bootstrap, "group.id": state.world.group})
    position = TopicPartition(state.world.queue_topic, 0, 1, "open")
    producer.send_offsets_to_transaction([position], consumer.consumer_group_metadata(), 30)

    found = state.world.judge([], patience_s=1)

    producer.abort_transaction(30)
    consumer.close()
    assert {"I7"} == _violations(found)


@pytest.mark.parametrize(
    ("key", "number"),
    [  # as Kafka's own clients hash them
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_keys_are_hashed_as_kafka_does(key: bytes, number: int) -> None:
    assert number % 2**32 == murmur2(key)
