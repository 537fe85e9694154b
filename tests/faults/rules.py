"""The rules of the commit protocol, and how each is switched off in a process started for that.

A harness that passes without the rules proves nothing: ``test_rules`` shows for each of them a fault
that does harm as soon as the rule is gone. The program itself has no such switch; its own functions
are replaced here, and a name that is gone ends the process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Final

from kmp_desktop.core import ledger
from kmp_desktop.core.outcome import Step
from kmp_desktop.core.plan import Key
from kmp_desktop.core.queue_state import PartitionState, Plan, TopicLimits
from kmp_desktop.kafka import commit_attempt
from kmp_desktop.kafka.bounded_producer import BoundedProducer
from kmp_desktop.kafka.commit_attempt import CommitAttempt
from kmp_desktop.kafka.desk import Memory
from kmp_desktop.kafka.settings import ClientSettings
from kmp_desktop.kafka.transaction import _BATCH, new_initialised


def switch_off(rule: str) -> None:
    """Let this process work without one rule (a key of ``RULES``); "" = with all of them."""
    if rule:
        RULES[rule]()


def work_for(seconds: float) -> None:
    """Let this process give up an attempt sooner than the program does; a rule is not touched."""
    _replace(commit_attempt, "work_s", lambda _: seconds)


def verify_for(seconds: float) -> None:
    """Let this process look for its commit for a shorter time than the program does."""
    _replace(commit_attempt, "_VERIFY_S", seconds)


def _replace(owner: type | ModuleType, name: str, by: object) -> None:
    if name not in vars(owner):
        raise LookupError(f"{owner.__name__} has no {name} any more: switch the rule off in another way")
    setattr(owner, name, by)


def _no_compare() -> None:
    _replace(CommitAttempt, "compare", lambda self: self.done(Step.COMPARE))


def _no_interleave_check() -> None:
    _replace(CommitAttempt, "check_interleaving", lambda self: self.done(Step.INTERLEAVE))


def _offsets_last() -> None:
    offsets, copies = CommitAttempt.send_offsets, CommitAttempt.write_copies
    _replace(CommitAttempt, "send_offsets", copies)
    _replace(CommitAttempt, "write_copies", offsets)


def _one_producer_for_all() -> None:
    kept: list[BoundedProducer] = []

    def initialised(
        settings: ClientSettings, transactional_id: str, batch: int, stopped: Callable[[], bool]
    ) -> BoundedProducer:
        if not kept:
            kept.append(new_initialised(settings, transactional_id, batch, stopped))
        return kept[0]

    def drop(_: BoundedProducer) -> None:
        """Leave it alone."""

    _replace(commit_attempt, "new_initialised", initialised)
    _replace(commit_attempt, "drop", drop)


def _every_key_finished() -> None:
    def finished_keys(memory: Memory, plan: Plan, _: Mapping[int, PartitionState]) -> set[Key]:
        keys = {
            (each.partition, key) for each in plan if (key := memory.loaded.records[each].key) is not None
        }
        return {key for key in keys if key not in memory.strangers}

    _replace(commit_attempt, "finished_keys", finished_keys)


def _no_ancestors() -> None:
    _replace(ledger, "MAX_ANCESTORS", 0)


def _no_verify() -> None:
    _replace(CommitAttempt, "verify", lambda self: self.done(Step.VERIFY))


def _one_batch_size_for_all() -> None:
    def batch_size(_: TopicLimits) -> int:
        return _BATCH

    _replace(commit_attempt, "batch_size", batch_size)


RULES: Final[dict[str, Callable[[], None]]] = {
    "stable re-read": _no_compare,
    "interleave check": _no_interleave_check,
    "offsets first": _offsets_last,
    "one producer per transaction": _one_producer_for_all,
    "same-key rule": _every_key_finished,
    "ancestor nonces": _no_ancestors,
    "verify": _no_verify,
    "batch.size": _one_batch_size_for_all,
}
