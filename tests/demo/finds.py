"""What a plain consumer, that knows nothing of the program, finds on the broker after the walkthrough."""

from __future__ import annotations

from tests.demo.walkthrough import QUEUE_TOPIC, RETRY_TOPIC
from tests.faults.oracle import Held, held_records


def records_and_tombstones(bootstrap: str, topic: str = QUEUE_TOPIC) -> tuple[list[Held], list[Held]]:
    """The queue's (records, tombstones)."""
    held = held_records(bootstrap, topic)
    return [each for each in held if each.value is not None], [each for each in held if each.value is None]


def is_equal(record: Held, copy: Held) -> bool:
    """Whether a copy has the bytes, the headers in their order, and the timestamp of its record."""
    return (record.key, record.value, record.headers, record.timestamp) == (
        copy.key,
        copy.value,
        copy.headers,
        copy.timestamp,
    )


def told_by_a_consumer(bootstrap: str) -> tuple[list[str], bool]:
    """(lines in plain words, whether this is what merge ORD001, purge ORD002, merge ORD003 leaves)."""
    records, tombstones = records_and_tombstones(bootstrap)
    copies = held_records(bootstrap, RETRY_TOPIC)
    originals = {each.key: each for each in records}
    lines = [f"{RETRY_TOPIC} holds {len(copies)} records, {QUEUE_TOPIC} {len(tombstones)} tombstones"]
    for copy in copies:
        same = copy.key in originals and is_equal(originals[copy.key], copy)
        word = "equal to the original: bytes, headers, timestamp" if same else "NOT equal to the original"
        lines.append(f"retried {_key(copy)}: {word}")
    for each in tombstones:
        origin = originals.get(each.key)
        place = (
            "in the record's own partition" if origin and origin.partition == each.partition else "MISPLACED"
        )
        lines.append(f"tombstone for {_key(each)} {place} {each.partition}")
    is_right = (
        {b"ORD001", b"ORD003"} == {each.key for each in copies}
        and len(copies) == 2
        and all(is_equal(originals[each.key], each) for each in copies)
        and {b"ORD001", b"ORD002", b"ORD003"} == {each.key for each in tombstones}
        and all(originals[each.key].partition == each.partition for each in tombstones)
    )
    return lines, is_right


def _key(held: Held) -> str:
    return (held.key or b"").decode("utf-8", "replace")
