"""Row 18 of the fault matrix through the real window: hostile records are looked at, decided, committed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.cli_queue import CliQueue, Place
from tests.faults.conftest import Tally, seeded
from tests.faults.hostile_records import hostile_records, write
from tests.faults.oracle import Verdict
from tests.faults.window import Window, start_window
from tests.faults.world import World

_REFUSED = "header name that is no text"


def test_hostile_records_are_looked_at_decided_and_committed_in_the_window(
    kafka: str, tmp_path: Path, tally: Tally
) -> None:
    queue = CliQueue(kafka, tmp_path)
    queue.create()
    records = list(hostile_records())
    at = write(kafka, queue.queue_topic, records)
    plan = _plan(at, random.Random(seeded(6000)))
    world = World(kafka, tmp_path, seeded(6000))
    world.queue_topic, world.retry_topic, world.group = queue.queue_topic, queue.retry_topic, queue.group
    window = start_window(world, "desk")
    try:
        verdict = _through_the_window(window, at, plan)
    finally:
        window.kill()
    left = {what for what, offset in at.items() if plan[0, offset] == "skip"} | {_REFUSED}
    if {at[what] for what in left} != {offset for _, offset in queue.undecided()}:
        verdict.wrong_claims.append("the next start shows something else as undecided")
    merged = {
        each.value: (each.key, each.value, each.headers, each.timestamp)
        for each in records
        if plan[0, at[each.what]] == "merge" and each.what != _REFUSED
    }
    copies = queue.retried()
    if (len(merged), merged) != (len(copies), {each.value: each.content for each in copies}):
        verdict.violations.append(f"{len(copies)} copies for {len(merged)} merged records, or not equal")
    tally("18 window, hostile records", verdict)


def _plan(at: Mapping[str, int], choice: random.Random) -> dict[Place, str]:
    """Any decision for each, one that no client can copy is to be merged."""
    plan = {(0, offset): choice.choice(("merge", "purge", "skip")) for offset in at.values()}
    return {**plan, (0, at[_REFUSED]): "merge"}


def _through_the_window(window: Window, at: Mapping[str, int], plan: dict[Place, str]) -> Verdict:
    verdict = Verdict()
    seen = window.do("open")
    if window.offered(seen) != {(0, offset) for offset in at.values()}:
        verdict.violations.append(f"{len(seen['records'])} of {len(at)} records are shown")
    window.decide(plan)
    window.do("review")
    stopped = window.do("press", name="checkTakeOutButton_0")
    if not any("not readable text" in each for each in stopped["says"]):
        verdict.wrong_claims.append(f"it is not said why one stays: {stopped['says']}")
    told = window.do("commit_reviewed")
    if told["result"] != "committed":
        verdict.violations.append(f"it ended {told['result']}: {told['says']}")
    window.close()
    return verdict
