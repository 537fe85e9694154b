"""A commit as the checks see it, and the shape most checks have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.outcome import Refused
from kmp_desktop.core.plan import deferred, planned, purges, refused, restamped
from kmp_desktop.core.queue_state import CopyTimes, LoadedQueue, Plan, PlannedDecision, Severity
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.review import Check, CheckCode
from kmp_desktop.core.text import Text, text_n


@dataclass(frozen=True, slots=True)
class CheckedCommit:
    """A commit that is being looked at.

    ``plan`` holds only records that may still be decided; ``by_others`` and ``gone`` are those of
    the staged ones that may not. ``new_times``: merges whose copy gets the time of the commit.
    ``now`` is epoch milliseconds.
    """

    loaded: LoadedQueue
    plan: Plan
    merges: tuple[RecordId, ...]
    purges: tuple[RecordId, ...]
    refused: tuple[Refused, ...]
    deferred: tuple[RecordId, ...]
    by_others: tuple[RecordId, ...]
    gone: tuple[RecordId, ...]
    came_back: Mapping[RecordId, int]
    now: int
    times: CopyTimes
    new_times: tuple[RecordId, ...]


def looked_at(
    loaded: LoadedQueue,
    staged: Mapping[RecordId, Decision],
    came_back: Mapping[RecordId, int],
    by_others: Collection[RecordId],
    now: int,
    times: CopyTimes,
) -> CheckedCommit:
    """Look at a commit of everything staged; the parameters are those of ``review``."""
    plan: dict[RecordId, PlannedDecision] = {}
    decided: list[RecordId] = []
    gone: list[RecordId] = []
    for each, decision in planned(staged).items():
        if each.partition not in loaded.state:
            gone.append(each)
        elif each in by_others or not loaded.is_open(each):
            decided.append(each)
        elif each not in loaded.records:
            gone.append(each)
        else:
            plan[each] = decision
    merges = tuple(each for each, decision in plan.items() if decision is PlannedDecision.MERGE)
    not_written = refused(loaded, plan, now, times)
    return CheckedCommit(
        loaded,
        plan,
        merges=merges,
        purges=tuple(purges(plan)),
        refused=not_written,
        deferred=deferred(loaded, plan),
        by_others=tuple(decided),
        gone=tuple(gone),
        came_back=came_back,
        now=now,
        times=times,
        new_times=restamped(loaded, set(merges) - {each.id for each in not_written}, now, times),
    )


def about_records(
    code: CheckCode,
    severity: Severity,
    ids: tuple[RecordId, ...],
    one: str,
    other: str,
    detail: Text,
    show: tuple[RecordId, ...] = (),
    **params: object,
) -> Check:
    """A check about records that a person may look at and take out."""
    title = text_n(len(ids), one, other, **params)
    return Check(code, severity, title, detail, ids, show or ids, may_take_out=True)
