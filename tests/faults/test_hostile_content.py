"""Row 18 of the fault matrix: records written to break whoever shows or copies them.

Each is shown and can be skipped, and merged or purged where the broker allows; where it does not,
that one is refused by name and the others go on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.cli_queue import CliQueue, Done, Place, run
from tests.faults.conftest import Tally
from tests.faults.hostile_records import (
    DAY,
    MB,
    NOW,
    Hostile,
    hostile_records,
    large_records,
    odd_times,
    write,
)
from tests.faults.oracle import Verdict

_ANY_TIME = {"message.timestamp.after.max.ms": str(2**63 - 1)}
_LARGE = {"max.message.bytes": str(60 * MB)}


@dataclass(slots=True)
class HostileQueue:
    """A queue full of such records. ``at``: what -> offset in partition 0."""

    queue: CliQueue
    at: dict[str, int]

    def all(self, decision: str) -> dict[Place, str]:
        """The same decision for every record."""
        return {(0, offset): decision for offset in self.at.values()}

    def refused(self, done: Done) -> dict[str, str]:
        """What was refused, and why."""
        names = {offset: what for what, offset in self.at.items()}
        return {names[offset]: reason for _, offset, reason in done.last["refused"]}

    def undecided(self) -> set[str]:
        """What print still shows."""
        names = {offset: what for what, offset in self.at.items()}
        return {names[offset] for _, offset in self.queue.undecided()}


def hostile_queue(
    kafka: str,
    folder: Path,
    records: list[Hostile],
    config: Mapping[str, str] | None = None,
    retry_config: Mapping[str, str] | None = None,
) -> HostileQueue:
    queue = CliQueue(kafka, folder)
    queue.create({**_ANY_TIME, **(config or {})}, retry_config)
    return HostileQueue(queue, write(kafka, queue.queue_topic, records))


def test_every_hostile_record_is_shown_and_merged_byte_for_byte(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    records = list(hostile_records())
    hostile = hostile_queue(kafka, tmp_path, records)
    assert {each.what for each in records} == hostile.undecided()

    done = hostile.queue.apply(hostile.all("merge"))

    assert {"header name that is no text": "header name is not readable text"} == hostile.refused(done)
    assert (3, "committed") == (done.code, done.last["outcome"]), done.err
    assert {"header name that is no text"} == hostile.undecided()
    copies = {each.value: each.content for each in hostile.queue.retried()}
    expected = [each for each in records if each.raw_header is None]
    assert {each.value: (each.key, each.value, each.headers, each.timestamp) for each in expected} == copies
    assert len(expected) == len(hostile.queue.retried())
    tally("18 hostile records, merged", Verdict())


def test_every_hostile_record_can_be_skipped_and_purged(kafka: str, tmp_path: Path, tally: Tally) -> None:
    records = list(hostile_records())
    hostile = hostile_queue(kafka, tmp_path, records)

    assert 0 == hostile.queue.apply(hostile.all("skip")).code
    assert {each.what for each in records} == hostile.undecided()
    done = hostile.queue.apply(hostile.all("purge"))

    assert (0, len(records)) == (done.code, done.last["purged"]), done.err
    assert set() == hostile.undecided()
    assert [] == hostile.queue.retried()
    tally("18 hostile records, skipped and purged", Verdict())


def test_no_text_of_a_record_forges_a_line_or_steers_the_terminal(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    records = list(hostile_records())
    hostile = hostile_queue(kafka, tmp_path, records)

    printed = run(hostile.queue.print_command()).out

    known = (
        "partition 0, offset ",
        "  key: ",
        "  why: ",
        "  header ",
        "  … ",
        "  content: ",
        "  not readable: ",
    )
    lines = printed.removesuffix("\n").split("\n")
    assert [] == [line for line in lines if not line.startswith(known)][:-1]
    assert f"{len(records)} undecided records." == lines[-1]
    assert [] == [ascii(line) for line in lines if not line.replace("…", "").isprintable()]
    tally("18 hostile records, printed", Verdict())


def test_large_records_are_merged_where_the_retry_topic_takes_them(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    records = list(large_records())
    hostile = hostile_queue(kafka, tmp_path, records, _LARGE, _LARGE)
    before = [each.content for each in hostile.queue.held()]

    done = hostile.queue.apply(hostile.all("merge"))

    assert (0, 2) == (done.code, done.last["merged"]), done.err
    assert before == [each.content for each in hostile.queue.retried()]
    tally("18 records of 10 and 50 MB", Verdict())


def test_a_record_too_large_is_refused_by_name_and_the_others_go_on(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    records = [*large_records(), Hostile("small", b"small", b"small")]
    hostile = hostile_queue(kafka, tmp_path, records, _LARGE, {"max.message.bytes": str(MB)})

    done = hostile.queue.apply(hostile.all("merge"))

    assert 3 == done.code
    assert {"10 MB": "larger than the retry queue accepts (9.5 MB of 976.6 KB)"} == hostile.refused(done)
    assert {b"50 MB", b"small"} == {each.key for each in hostile.queue.retried()}  # 50 MB are few compressed
    assert 0 == hostile.queue.apply({(0, hostile.at["10 MB"]): "purge"}).code
    assert set() == hostile.undecided()
    tally("18 record too large for the retry topic", Verdict())


_WEEK = {
    "retention.ms": str(7 * DAY),
    "message.timestamp.after.max.ms": str(DAY // 24),
    "message.timestamp.before.max.ms": str(300 * DAY),
}


def test_times_that_the_retry_topic_does_not_keep_give_way_and_go_along_in_a_header(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    records = list(odd_times())
    hostile = hostile_queue(kafka, tmp_path, records, retry_config=_WEEK)
    original = {each.value: each for each in hostile.queue.held()}
    began = time.time_ns() // 1_000_000 - 1000

    done = hostile.queue.apply(hostile.all("merge"))

    assert (0, len(records)) == (done.code, done.last["merged"]), done.err
    assert ("identical", len(records) - 1) == (done.chunks[0]["compared"], done.chunks[0]["new_times"])
    copies = {each.value: each for each in hostile.queue.retried()}
    assert len(records) == len(copies)
    for each in records:
        copy, source = copies[each.value], original[each.value]
        assert began < copy.timestamp < began + 120_000, each.what
        added = (("x-dlq-original-timestamp", str(each.timestamp).encode()),) if each.timestamp else ()
        assert (source.key, (*source.headers, *added)) == (copy.key, copy.headers)
    tally("18 odd times, new ones", Verdict())


def test_exact_times_are_kept_where_the_retry_topic_takes_them(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    records = list(odd_times())
    hostile = hostile_queue(kafka, tmp_path, records, retry_config=_WEEK | {"retention.ms": "-1"})
    original = {each.value: each.content for each in hostile.queue.held()}

    done = hostile.queue.apply(hostile.all("merge"), "--exact-times")

    old, future = (
        "older than the retry queue accepts",
        "its time lies further in the future than the retry queue accepts",
    )
    assert {
        "time 1": old,
        "time -5000": old,
        "a year old": old,
        "tomorrow": future,
        "in the year 9999": future,
        "at the end of numbers": future,
    } == hostile.refused(done)
    copies = {each.value: each.content for each in hostile.queue.retried()}
    assert {b"time 0", b"time -1"} == set(copies)
    assert original[b"time -1"] == copies[b"time -1"]
    assert set(hostile.refused(done)) == hostile.undecided()
    tally("18 odd times, exact ones", Verdict())


def test_where_every_time_is_kept_all_copies_are_exact(kafka: str, tmp_path: Path, tally: Tally) -> None:
    records = list(odd_times())
    hostile = hostile_queue(kafka, tmp_path, records, retry_config=_ANY_TIME)
    original = {each.value: each.content for each in hostile.queue.held()}

    done = hostile.queue.apply(hostile.all("merge"))

    assert (0, 0) == (done.code, done.chunks[0]["new_times"]), done.err
    copies = {each.value: each.content for each in hostile.queue.retried()}
    assert {key: value for key, value in original.items() if key != b"time 0"} == {
        key: value for key, value in copies.items() if key != b"time 0"
    }
    assert NOW - DAY < copies[b"time 0"][3]
    tally("18 odd times, all kept", Verdict())
