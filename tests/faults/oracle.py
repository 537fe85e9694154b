"""Judges what a broker holds, with plain consumers and a ledger decoder of its own.

Nothing here imports ``kmp_desktop``: a mistake in the program's reader cannot hide itself.
The invariants (I1 .. I6) are those of the project's fault matrix:

I1  every input record is exactly one of merged once, purged, undecided
I2  a copy is visible if and only if its record is decided as a merge
I3  nothing undecided lies below a tombstone of its key
I4  bytes, headers, timestamp of a copy equal those of its record; it lies where its key belongs
I5  what a program claimed is what the broker holds
I6  the committed offset never passes an undecided record, nor the end of its partition
I7  no transaction is left open, and none holds the group's offsets
"""

from __future__ import annotations

import base64
import struct
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

RecordKey = tuple[int, int]
"""Partition and offset in the queue's topic."""

_ENDS_BY_ITSELF_S = 75.0  # transaction.timeout.ms of the program, and some seconds for the broker

_QUIET = {"client.id": "oracle", "log_level": 0, "enable.auto.commit": False}


@dataclass(frozen=True, slots=True)
class Held:
    """A record as a plain consumer got it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    timestamp: int

    @property
    def place(self) -> RecordKey:
        """Partition and offset."""
        return self.partition, self.offset

    def header(self, name: str) -> str:
        """The first header of this name as text, or nothing."""
        for each, value in self.headers:
            if each == name:
                return (value or b"").decode()
        return ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one program said at its end about the plan it was given."""

    who: str
    plan: Mapping[RecordKey, str]  # merge | purge
    outcome: str  # committed | conflict | not_committed | unknown | killed
    decided: frozenset[RecordKey] = frozenset()  # of the plan, known to be decided by anybody
    conflicts: frozenset[RecordKey] = frozenset()
    was_cut_off: bool = False  # the broker could not be reached: "unknown" is the truth, too


@dataclass(slots=True)
class Verdict:
    """What was found; no violation and no wrong claim = as promised."""

    decided: frozenset[RecordKey] = frozenset()
    merged: frozenset[RecordKey] = frozenset()
    violations: list[str] = field(default_factory=list)
    wrong_claims: list[str] = field(default_factory=list)


def held_records(bootstrap: str, topic: str, isolation: str = "read_committed") -> list[Held]:
    """All records of a topic that a plain consumer of this isolation level gets."""
    consumer = Consumer(
        {
            **_QUIET,
            "bootstrap.servers": bootstrap,
            "group.id": "oracle",
            "isolation.level": isolation,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 20,
        }
    )
    try:
        partitions = sorted(consumer.list_topics(topic, timeout=20).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, each, 0) for each in partitions])
        pending = set(partitions)
        found: list[Held] = []
        deadline = time.monotonic() + 60
        while pending:
            if deadline < time.monotonic():
                message = f"{topic}: no end of partitions {sorted(pending)} within 60 s"
                raise TimeoutError(message)
            for message_ in consumer.consume(1000, 0.2):
                error = message_.error()
                if error is None:
                    found.append(_held(message_))
                elif error.code() == -191:  # _PARTITION_EOF
                    pending.discard(message_.partition() or 0)
        return sorted(found, key=lambda each: each.place)
    finally:
        consumer.close()


def _held(message: Message) -> Held:
    return Held(
        message.partition() or 0,
        message.offset() or 0,
        message.key(),
        message.value(),
        tuple(cast("list[tuple[str, bytes | None]]", message.headers() or [])),
        message.timestamp()[1],
    )


def ends(bootstrap: str, topic: str, isolation: str) -> dict[int, int]:
    """Where each partition ends for a plain consumer of this isolation level."""
    consumer = Consumer(
        {**_QUIET, "bootstrap.servers": bootstrap, "group.id": "oracle", "isolation.level": isolation}
    )
    try:
        partitions = consumer.list_topics(topic, timeout=20).topics[topic].partitions
        return {
            each: consumer.get_watermark_offsets(TopicPartition(topic, each), timeout=20)[1]
            for each in partitions
        }
    finally:
        consumer.close()


def open_offsets(bootstrap: str, topic: str) -> dict[int, int]:
    """Offsets held back by open transactions, per partition (0 = none)."""
    stable = ends(bootstrap, topic, "read_committed")
    high = ends(bootstrap, topic, "read_uncommitted")
    return {each: high[each] - stable[each] for each in stable}


def ledger(
    bootstrap: str, topic: str, group: str, patience_s: float = 120
) -> dict[int, tuple[int, frozenset[int]]]:
    """Per partition (committed offset or 0, decided offsets at or above it), read stable.

    Raises KafkaException when a transaction holds the offsets for longer than ``patience_s``.
    """
    found = {}
    for each in _committed(bootstrap, topic, group, patience_s):
        if each.offset < 0:
            found[each.partition] = (0, frozenset[int]())
        else:
            found[each.partition] = (each.offset, _decided(each.metadata or "", each.offset))
    return found


def _committed(bootstrap: str, topic: str, group: str, patience_s: float) -> list[TopicPartition]:
    consumer = Consumer(
        {**_QUIET, "bootstrap.servers": bootstrap, "group.id": group, "isolation.level": "read_committed"}
    )
    try:
        partitions = consumer.list_topics(topic, timeout=20).topics[topic].partitions
        wanted = [TopicPartition(topic, each) for each in partitions]
        deadline = time.monotonic() + patience_s
        while True:
            try:
                return consumer.committed(wanted, timeout=min(10, patience_s))
            except KafkaException:
                if deadline < time.monotonic():
                    raise
    finally:
        consumer.close()


def _decided(text: str, committed: int) -> frozenset[int]:
    """Offsets at or above ``committed`` that a KD1 version 2 text marks; written from its description."""
    assert text.startswith("KD1"), text[:20]
    body = base64.b85decode(text[3 : text.index(".")])
    assert zlib.crc32(body[:-4]) == struct.unpack(">I", body[-4:])[0]
    encoding = body[1]
    base, at = _varint(body, 2)
    assert (base, body[0]) == (committed, 2)
    at += 4 + 8
    at += 1 + 4 * body[at]
    span, at = _varint(body, at)
    payload = body[at:-4]
    if encoding in (2, 4):
        payload = zlib.decompress(payload, -15)
    if encoding in (3, 4):
        return frozenset(base + bit for bit in range(span) if payload[bit // 8] >> (bit % 8) & 1)
    marked: set[int] = set()
    if encoding in (1, 2):
        offset, at, is_decided = base, 0, False
        while at < len(payload):
            length, at = _varint(payload, at)
            if is_decided:
                marked.update(range(offset, offset + length))
            offset, is_decided = offset + length, not is_decided
    return frozenset(marked)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at


def judge(
    bootstrap: str,
    queue_topic: str,
    retry_topic: str,
    group: str,
    inputs: Iterable[Held],
    claims: Iterable[Claim],
    *,
    queue_compacts: bool = True,
    settled: bool = True,
    patience_s: float = 120,
) -> Verdict:
    """Compare what the broker holds with what went in and with what the programs said.

    ``settled``: all programs have ended well, so that no discard is still waiting for its tombstone.
    ``patience_s``: so long a transaction may hold the group's offsets; afterwards nothing else is judged.
    Every input record must have a value that no other one has: copies are known by it.
    """
    given = {each.place: each for each in inputs}
    told = list(claims)
    verdict = Verdict()
    try:
        books = ledger(bootstrap, queue_topic, group, patience_s)
        _committed(bootstrap, queue_topic, f"kmp-desktop.v1.{queue_topic}", patience_s)
    except KafkaException as failure:
        verdict.violations.append(f"I7 a transaction holds the group's offsets: {failure}")
        return verdict
    _check_base(verdict, books, ends(bootstrap, queue_topic, "read_uncommitted"))
    _check_rest(verdict, bootstrap, (queue_topic, retry_topic))
    queue = held_records(bootstrap, queue_topic)
    tombstones = [each for each in queue if each.value is None and each.header("kmp-v")]

    def is_decided(place: RecordKey) -> bool:
        base, marked = books[place[0]]
        return place[1] < base or place[1] in marked

    decided = frozenset(place for place in given if is_decided(place))
    copies = _copies(verdict, given, held_records(bootstrap, retry_topic))
    _check_partitions(verdict, copies, len(ends(bootstrap, retry_topic, "read_committed")))
    verdict.decided, verdict.merged = decided, frozenset(copies)
    _check_fates(verdict, given, decided, copies, told)
    if queue_compacts:
        _check_tombstones(verdict, given, decided, tombstones, settled=settled)
    else:
        verdict.violations += [
            f"tombstone at {each.place} in a queue that does not compact" for each in tombstones
        ]
    _check_still_there(verdict, given, decided, {each.place for each in queue})
    _check_claims(verdict, decided, frozenset(copies), tombstones, told)
    return verdict


def _check_rest(verdict: Verdict, bootstrap: str, topics: Iterable[str]) -> None:
    """Whoever was killed may leave a transaction open, but only until its time-out has passed."""
    deadline = time.monotonic() + _ENDS_BY_ITSELF_S
    for topic in topics:
        while held_back := {part: count for part, count in open_offsets(bootstrap, topic).items() if count}:
            if deadline < time.monotonic():
                verdict.violations.append(f"I7 {topic}: offsets held by open transactions: {held_back}")
                break
            time.sleep(0.2)


def _check_base(
    verdict: Verdict, books: Mapping[int, tuple[int, frozenset[int]]], high: Mapping[int, int]
) -> None:
    for partition, (base, marked) in books.items():
        if high[partition] < max((base, *(each + 1 for each in marked))):
            verdict.violations.append(f"I6 partition {partition} is decided beyond its end {high[partition]}")


def _check_partitions(verdict: Verdict, copies: Mapping[RecordKey, Held], count: int) -> None:
    for place, copy in copies.items():
        if copy.key is not None and copy.partition != partition_of(copy.key, count):
            verdict.violations.append(f"I4 copy of {place} lies in partition {copy.partition}")


def partition_of(key: bytes, count: int) -> int:
    """Where Java's and our producers put a key among ``count`` partitions: murmur2, 31 bits of it."""
    return (murmur2(key) & 0x7FFFFFFF) % count


def murmur2(data: bytes) -> int:
    """The 32-bit hash, seed 0x9747b28c, without sign."""
    factor, mask = 0x5BD1E995, 0xFFFFFFFF
    number = 0x9747B28C ^ len(data)
    whole = len(data) // 4 * 4
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        mixed = word * factor & mask
        mixed = (mixed ^ mixed >> 24) * factor & mask
        number = number * factor & mask ^ mixed
    if data[whole:]:
        number = (number ^ int.from_bytes(data[whole:], "little")) * factor & mask
    number = (number ^ number >> 13) * factor & mask
    return number ^ number >> 15


def _copies(
    verdict: Verdict, given: Mapping[RecordKey, Held], retried: Iterable[Held]
) -> dict[RecordKey, Held]:
    by_value = {each.value: each for each in given.values()}
    copies: dict[RecordKey, Held] = {}
    for copy in retried:
        source = by_value.get(copy.value)
        if source is None:
            if not copy.header("foreign"):
                verdict.violations.append(f"I2 copy at {copy.place} of no input record")
            continue
        if source.place in copies:
            verdict.violations.append(f"I1 {source.place} merged twice")
        copies[source.place] = copy
        if (source.key, source.headers, source.timestamp) != (copy.key, copy.headers, copy.timestamp):
            verdict.violations.append(f"I4 copy of {source.place} differs")
    return copies


def _check_fates(
    verdict: Verdict,
    given: Mapping[RecordKey, Held],
    decided: frozenset[RecordKey],
    copies: Mapping[RecordKey, Held],
    told: Iterable[Claim],
) -> None:
    planned: dict[RecordKey, set[str]] = {}
    for claim in told:
        for place, decision in claim.plan.items():
            planned.setdefault(place, set()).add(decision)
    for place in given:
        wanted = planned.get(place, set())
        if place in copies and place not in decided:
            verdict.violations.append(f"I2 {place} has a copy but is undecided")
        if place in copies and "merge" not in wanted:
            verdict.violations.append(f"I1 {place} was merged by nobody's decision")
        if place in decided and not wanted:
            verdict.violations.append(f"I6 {place} is decided by nobody's decision")
        if place in decided and wanted == {"merge"} and place not in copies:
            verdict.violations.append(f"I1 {place} is decided as merge but has no copy")


def _check_tombstones(
    verdict: Verdict,
    given: Mapping[RecordKey, Held],
    decided: frozenset[RecordKey],
    tombstones: Iterable[Held],
    *,
    settled: bool,
) -> None:
    highest: dict[tuple[int, bytes | None], int] = {}
    for each in tombstones:
        highest[each.partition, each.key] = max(each.offset, highest.get((each.partition, each.key), -1))
    last: dict[tuple[int, bytes | None], Held] = {}
    whole: dict[tuple[int, bytes | None], bool] = {}
    for place, record in sorted(given.items()):
        name = (record.partition, record.key)
        last[name] = record
        whole[name] = whole.get(name, True) and place in decided
        if place not in decided and record.offset < highest.get(name, -1):
            verdict.violations.append(f"I3 {place} is undecided but lies below a tombstone of its key")
    for name, record in last.items():
        if settled and name[1] is not None and whole[name] and highest.get(name, -1) < record.offset:
            verdict.violations.append(
                f"I1 all records of key {name[1]!r} are decided, none has a tombstone above"
            )


def _check_still_there(
    verdict: Verdict, given: Mapping[RecordKey, Held], decided: frozenset[RecordKey], there: set[RecordKey]
) -> None:
    for place in given:
        if place not in decided and place not in there:
            verdict.violations.append(f"I3 {place} is undecided but gone from the queue")


def _check_claims(
    verdict: Verdict,
    decided: frozenset[RecordKey],
    merged: frozenset[RecordKey],
    tombstones: Iterable[Held],
    told: list[Claim],
) -> None:
    winners = [claim for claim in told if claim.outcome == "committed" and claim.plan]
    for claim in told:
        missing = sorted(claim.decided - decided)
        if missing:
            verdict.wrong_claims.append(f"{claim.who} says decided, broker does not: {missing[:5]}")
        if claim.outcome == "unknown" and not claim.was_cut_off:
            verdict.wrong_claims.append(f"{claim.who} ended unknown on a broker that answers")
        if claim.outcome == "committed":
            undone = sorted(set(claim.plan) - decided - claim.conflicts)
            if undone:
                verdict.wrong_claims.append(f"{claim.who} says committed, broker does not: {undone[:5]}")
    for claim in told:
        if claim.outcome in ("not_committed", "conflict"):
            others = {place for other in told if other is not claim for place in other.plan}
            extra = sorted((set(claim.plan) & decided) - claim.decided - others)
            if extra:
                verdict.wrong_claims.append(f"{claim.who} says {claim.outcome}, yet decided: {extra[:5]}")
    _check_claimed_merges(verdict, decided, merged, winners, told)


def _check_claimed_merges(
    verdict: Verdict,
    decided: frozenset[RecordKey],
    merged: frozenset[RecordKey],
    winners: Iterable[Claim],
    told: list[Claim],
) -> None:
    fates: dict[RecordKey, set[str]] = {}
    for claim in winners:
        for place in claim.decided:
            fates.setdefault(place, set()).add(claim.plan.get(place, "?"))
    for place, said in fates.items():
        # Somebody else may have decided it first: then a claim "decided" names no decision.
        purged_elsewhere = any(other.plan.get(place) == "purge" for other in told)
        if said == {"merge"} and place not in merged and place in decided and not purged_elsewhere:
            verdict.wrong_claims.append(f"{place} was claimed as merged, no copy is there")
