"""``apply`` as a process on the real broker: what it writes, says and ends with."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from tests.e2e.cli_queue import CliQueue, Done, environment, run

RESULT = {
    "outcome": "committed",
    "partly": False,
    "merged": 0,
    "purged": 0,
    "skipped": 0,
    "decided": [],
    "conflicts": [],
    "refused": [],
    "gone": [],
}
_QT = """
import sys
from kmp_desktop.__main__ import main
code = main(sys.argv[1:])
qt = [name for name in sys.modules if name.split(".")[0] in ("PySide6", "shiboken6", "qtawesome")]
sys.exit(code or (99 if qt else 0))
"""


def test_merge_purge_and_skip_are_on_the_broker_afterwards(three: CliQueue) -> None:
    before = three.held()
    done = three.apply({(0, 0): "merge", (0, 1): "purge", (0, 2): "skip"})
    assert 0 == done.code, done.err
    assert RESULT | {"merged": 1, "purged": 1, "skipped": 1, "decided": [[0, 0], [0, 1]]} == done.last
    (chunk,) = done.chunks
    assert (1, "committed", 1, 1, 0, "identical") == tuple(
        chunk[each] for each in ("chunk", "outcome", "merged", "purged", "deferred", "compared")
    )
    assert [before[0].content] == [each.content for each in three.retried()]
    assert [b"ORD001", b"ORD002"] == sorted(each.key or b"" for each in three.tombstones())
    assert [(0, 2)] == three.undecided()
    assert [(0, 2)] == three.undecided("another desk")


def test_the_same_plan_again_changes_nothing(three: CliQueue) -> None:
    decisions = {(0, 0): "merge", (0, 1): "purge", (0, 2): "skip"}
    three.apply(decisions)
    before = three.held(), three.retried(), three.committed()
    done = three.apply(decisions, who="another desk")
    assert (0, [RESULT | {"skipped": 1, "decided": [[0, 0], [0, 1]]}]) == (done.code, done.lines)
    assert before == (three.held(), three.retried(), three.committed())


def test_nothing_but_skips_is_committed_without_writing(three: CliQueue) -> None:
    done = three.apply(dict.fromkeys([(0, 0), (0, 1), (0, 2)], "skip"))
    assert (0, [RESULT | {"skipped": 3}]) == (done.code, done.lines)
    assert (None, []) == (three.committed(), three.tombstones())


def test_an_empty_plan_is_done_at_once(three: CliQueue) -> None:
    done = three.apply({})
    assert (0, [RESULT]) == (done.code, done.lines)


def test_there_is_a_line_for_each_chunk(queue: CliQueue) -> None:
    places = queue.write(*((f"key-{each}".encode(), b"x") for each in range(7)))
    done = queue.apply(dict.fromkeys(places, "merge"), "--chunk-records", "3")
    assert 0 == done.code, done.err
    assert [(1, 3), (2, 3), (3, 1)] == [(each["chunk"], each["merged"]) for each in done.chunks]
    assert RESULT | {"merged": 7, "decided": [list(each) for each in places]} == done.last
    assert 7 == len({each["receipt"] for each in done.chunks}) + 4


def test_the_readable_form_says_the_same(three: CliQueue) -> None:
    plan = three.plan({(0, 0): "merge", (0, 1): "purge", (0, 2): "skip"})
    done = run(three.apply_command(plan))
    assert 0 == done.code, done.err
    assert [
        "Part 1: committed, 1 merged, 1 purged.",
        "Committed. 1 merged, 1 purged, 1 skipped.",
    ] == done.out.splitlines()
    again = run(three.apply_command(plan))
    assert ["Committed. 0 merged, 0 purged, 1 skipped. 2 were decided before."] == again.out.splitlines()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("merge", "Line 2 of the plan {plan}: not a JSON object."),
        ('{"partition":0,"offset":1}', "Line 2 of the plan {plan}: “decision” is missing."),
        (
            '{"partition":0,"offset":1,"decision":"retry"}',
            "Line 2 of the plan {plan}: “decision” is not merge",
        ),
        ('{"partition":0,"offset":0,"decision":"purge"}', "line 1 decides the same record differently"),
        ('{"partition":4,"offset":0,"decision":"purge"}', "Line 2 of the plan {plan}: topic {topic} has no"),
        ('{"partition":0,"offset":3,"decision":"purge"}', "offset 3 of partition 0 is not written yet."),
    ],
)
def test_a_bad_plan_ends_with_2_and_writes_nothing(three: CliQueue, line: str, why: str) -> None:
    plan = three.file("bad.jsonl", f'{{"partition":0,"offset":0,"decision":"merge"}}\n{line}\n')
    done = run(three.apply_command(plan, "--json"))
    assert (2, "") == (done.code, done.out)
    assert why.format(plan=plan, topic=three.queue_topic) in done.err
    assert "Not changed: Nothing was written." in done.err
    assert ([], [], None) == (three.retried(), three.tombstones(), three.committed())


def test_a_plan_that_is_not_there_ends_with_2(three: CliQueue) -> None:
    done = run(three.apply_command(three.folder / "none.jsonl"))
    assert (2, "", True) == (done.code, done.out, "none.jsonl cannot be read" in done.err)


def test_records_that_are_gone_are_named_and_the_rest_is_committed(kafka: str, queue: CliQueue) -> None:
    short = CliQueue(kafka, queue.folder)
    short.create({"cleanup.policy": "delete"})
    short.write((b"a", b"1"), (b"b", b"2"), (b"c", b"3"))
    admin = AdminClient({"bootstrap.servers": kafka, "log_level": 0})
    for future in admin.delete_records([TopicPartition(short.queue_topic, 0, 2)]).values():
        future.result(30)
    done = short.apply({(0, 0): "merge", (0, 1): "skip", (0, 2): "merge"})
    assert 3 == done.code, done.err
    assert RESULT | {"merged": 1, "decided": [[0, 2]], "gone": [[0, 0], [0, 1]]} == done.last
    assert "2 records are not there any more: 0/0, 0/1" in done.err


def test_a_record_that_the_retry_topic_does_not_take_is_refused_and_the_rest_is_committed(
    kafka: str, queue: CliQueue
) -> None:
    narrow = CliQueue(kafka, queue.folder)
    narrow.create(retry_config={"max.message.bytes": "2000"})
    narrow.write((b"a", os.urandom(5_000)), (b"b", b"2"))  # compressed, equal bytes would fit
    done = narrow.apply({(0, 0): "merge", (0, 1): "merge"})
    assert 3 == done.code, done.err
    ((partition, offset, reason),) = done.last["refused"]
    assert (0, 0, True) == (partition, offset, "larger than the retry queue accepts" in reason)
    assert ("committed", 1, [[0, 1]]) == (done.last["outcome"], done.last["merged"], done.last["decided"])
    assert [(0, 0)] == narrow.undecided()
    assert reason in done.err


def test_what_another_transaction_still_holds_back_is_refused_for_now(queue: CliQueue, kafka: str) -> None:
    queue.write((b"a", b"1"))
    other = Producer({"bootstrap.servers": kafka, "transactional.id": queue.queue_topic, "log_level": 0})
    other.init_transactions(30)
    other.begin_transaction()
    other.produce(queue.queue_topic, b"2", b"b", 0)
    assert other.flush(30) == 0
    try:
        done = queue.apply({(0, 0): "merge", (0, 1): "merge"})
    finally:
        other.abort_transaction(30)
    assert 3 == done.code, done.err
    assert [[0, 1, "another program's transaction that wrote it is not finished"]] == done.last["refused"]
    assert [[0, 0]] == done.last["decided"]


def test_the_same_key_twice_is_removed_with_its_last_decision(queue: CliQueue) -> None:
    queue.write((b"a", b"1"), (b"a", b"2"))
    first = queue.apply({(0, 0): "purge"})
    assert (0, 1, []) == (first.code, first.chunks[0]["deferred"], queue.tombstones())
    second = queue.apply({(0, 1): "purge"}, who="another desk")
    assert (0, 1) == (second.code, len(queue.tombstones()))
    assert [] == queue.undecided()


@contextmanager
def _member(kafka: str, queue: CliQueue) -> Iterator[None]:
    """An application that consumes with the queue's group."""
    consumer = Consumer(
        {"bootstrap.servers": kafka, "group.id": queue.group, "auto.offset.reset": "latest", "log_level": 0}
    )
    assigned, ended = threading.Event(), threading.Event()
    consumer.subscribe([queue.queue_topic], on_assign=lambda *_: assigned.set())

    def poll() -> None:
        while not ended.is_set():
            consumer.poll(0.1)
        consumer.close()

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        assert assigned.wait(60)
        yield
    finally:
        ended.set()
        thread.join()


def test_an_application_in_the_group_stops_it_with_4(three: CliQueue, kafka: str) -> None:
    with _member(kafka, three):
        done = three.apply({(0, 0): "merge"})
    assert 4 == done.code, done.err
    assert RESULT | {"outcome": "not_committed"} == done.last
    assert three.group in done.err
    assert ([], []) == (three.retried(), three.tombstones())


def test_another_group_on_the_same_queue_stops_it_with_4(three: CliQueue) -> None:
    three.apply({(0, 0): "merge"})
    own = three.group
    three.group = "kmp-another-group"
    done = three.apply({(0, 1): "merge"}, who="another desk")
    assert (4, "not_committed") == (done.code, done.last["outcome"])
    assert own in done.err
    assert 1 == len(three.retried())


@pytest.mark.parametrize(
    ("how", "decided", "retried"),
    [("offset", [[0, 0], [0, 1], [0, 2]], 1), ("start", [[0, 0], [0, 1], [0, 2]], 3)],
)
def test_another_programs_offset_must_be_taken_over(
    three: CliQueue, kafka: str, how: str, decided: list[list[int]], retried: int
) -> None:
    other = Consumer({"bootstrap.servers": kafka, "group.id": three.group, "log_level": 0})
    other.commit(offsets=[TopicPartition(three.queue_topic, 0, 2)], asynchronous=False)
    other.close()
    plan = dict.fromkeys([(0, 0), (0, 1), (0, 2)], "merge")
    asked = three.apply(plan)
    assert (4, "not_committed", True) == (asked.code, asked.last["outcome"], "--take-over" in asked.err)
    done = three.apply(plan, "--take-over", how)
    assert (0, decided, retried) == (done.code, done.last["decided"], len(three.retried()))


class _Held:
    """A run whose reader does not read: it waits at its first line, with the first chunk committed."""

    def __init__(self, queue: CliQueue, command: list[str]) -> None:
        self._queue = queue
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(writing, b"\n")  # until nothing more goes into the pipe
        os.set_blocking(writing, True)
        self.process = subprocess.Popen(
            command, stdout=writing, stderr=subprocess.PIPE, text=True, env=environment()
        )
        os.close(writing)
        self._reading = os.fdopen(reading, "rb")

    def wait_for_first_chunk(self) -> None:
        """Until the first chunk is on the broker."""
        while self._queue.committed() is None:
            assert self.process.poll() is None, "ended before its first chunk"

    def let_go(self) -> Done:
        """Read everything; the run goes on and ends."""
        with self._reading:
            out = self._reading.read().decode().lstrip("\n")
        assert self.process.stderr is not None
        with self.process.stderr:
            err = self.process.stderr.read()
        self.process.wait()
        assert "Traceback" not in err
        return Done(self.process.returncode, out, err)


def test_ctrl_c_stops_between_chunks(queue: CliQueue) -> None:
    places = queue.write(*((f"key-{each}".encode(), b"x") for each in range(4)))
    plan = queue.plan(dict.fromkeys(places, "merge"))
    held = _Held(queue, queue.apply_command(plan, "--json", "--chunk-records", "2"))
    held.wait_for_first_chunk()
    held.process.send_signal(signal.SIGINT)
    done = held.let_go()
    assert 4 == done.code, done.err
    assert ("not_committed", True, 2) == (done.last["outcome"], done.last["partly"], done.last["merged"])
    assert ["committed", "not_committed"] == [each["outcome"] for each in done.chunks]
    assert "stopped" == done.chunks[1]["reason"]
    assert (2, places[2:]) == (len(queue.retried()), queue.undecided())
    again = queue.apply(dict.fromkeys(places, "merge"))
    assert (0, 2, 4) == (again.code, again.last["merged"], len(again.last["decided"]))
    assert 4 == len(queue.retried())


def test_what_others_decide_meanwhile_is_taken_out_and_the_rest_is_committed(queue: CliQueue) -> None:
    places = queue.write(*((f"key-{each}".encode(), b"x") for each in range(6)))
    plan = queue.plan(dict.fromkeys(places, "merge"), "mine")
    held = _Held(queue, queue.apply_command(plan, "--json", "--chunk-records", "2"))
    held.wait_for_first_chunk()
    theirs = queue.apply({places[2]: "purge", places[5]: "merge"}, who="another desk")
    assert 0 == theirs.code, theirs.err
    done = held.let_go()
    assert 3 == done.code, done.err
    assert ("conflict", True, 4) == (done.last["outcome"], done.last["partly"], done.last["merged"])
    assert [list(places[2]), list(places[5])] == done.last["conflicts"]
    assert [list(each) for each in places] == done.last["decided"]
    assert "decided by somebody else meanwhile" in done.err
    assert ([], 5) == (queue.undecided(), len(queue.retried()))


def test_a_reader_that_goes_away_does_not_stop_the_commit(queue: CliQueue) -> None:
    places = queue.write(*((f"key-{each}".encode(), b"x") for each in range(4)))
    plan = queue.plan(dict.fromkeys(places, "merge"))
    with subprocess.Popen(
        queue.apply_command(plan, "--json", "--chunk-records", "1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert "" == process.stderr.read()
    assert (0, []) == (process.returncode, queue.undecided())


def test_qt_is_never_imported(three: CliQueue) -> None:
    plan = three.plan({(0, 0): "merge"})
    done = subprocess.run(
        [sys.executable, "-c", _QT, *three.apply_command(plan, "--json")[3:]],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert (0, "", 1) == (done.returncode, done.stderr, json.loads(done.stdout.splitlines()[-1])["merged"])
