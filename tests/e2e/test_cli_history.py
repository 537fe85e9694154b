"""``history`` as a process, after commits on the real broker."""

from __future__ import annotations

from tests.e2e.cli_queue import CliQueue


def test_a_commit_is_in_the_history_with_the_fate_of_every_record(three: CliQueue) -> None:
    receipt = three.apply({(0, 0): "merge", (0, 1): "purge", (0, 2): "skip"}).chunks[0]["receipt"]
    (entry,) = three.history().lines
    assert ("committed", receipt, three.queue_topic, 1, 1, "command line") == (
        *(entry["state"], entry["receipt"], entry["queue_topic"]),
        *(entry["merged"], entry["purged"], entry["program"]),
    )
    assert [("merge", "T1JEMDAx", True), ("purge", "T1JEMDAy", True)] == [
        (each["decision"], each["key_b64"], each["committed"]) for each in entry["records"]
    ]
    assert [[], [entry]] == [three.history("ORD003").lines, three.history("ord002").lines]
