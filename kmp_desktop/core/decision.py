"""What people decide, and the book that holds it until a commit."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import compress
from types import MappingProxyType
from typing import cast

from kmp_desktop.core.record import RecordId

UNDO_DEPTH = 200


class Decision(StrEnum):
    """The three things that can happen to a dead letter."""

    MERGE = "merge"
    PURGE = "purge"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records are staged for what."""

    merge: int = 0
    purge: int = 0
    skip: int = 0

    @property
    def total(self) -> int:
        """All of them together."""
        return self.merge + self.purge + self.skip


@dataclass(frozen=True, slots=True)
class Change:
    """One step: what ``ids`` were and what they are now, place by place (``None`` = undecided).

    Kept as three flat tuples, because a step may hold a million records and two hundred steps
    are remembered. ``decision`` is what the step was about, also for its inverse.
    """

    ids: tuple[RecordId, ...]
    was: tuple[Decision | None, ...]
    now: tuple[Decision | None, ...]
    decision: Decision | None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def before(self) -> tuple[tuple[RecordId, Decision | None], ...]:
        """Every record with what it was."""
        return tuple(zip(self.ids, self.was, strict=True))

    @property
    def after(self) -> tuple[tuple[RecordId, Decision | None], ...]:
        """Every record with what it is now."""
        return tuple(zip(self.ids, self.now, strict=True))

    def inverse(self) -> Change:
        """The step that takes this one back."""
        return Change(self.ids, self.now, self.was, self.decision)

    def without(self, gone: frozenset[RecordId]) -> Change:
        """This step for all records but those."""
        keep = [record not in gone for record in self.ids]
        if all(keep):
            return self
        return Change(
            tuple(compress(self.ids, keep)),
            tuple(compress(self.was, keep)),
            tuple(compress(self.now, keep)),
            self.decision,
        )


class DecisionBook:
    """What is staged, with undo and redo of whole steps, ``UNDO_DEPTH`` deep.

    Belongs to the thread that made it. Knows nothing of what is on the broker: which records
    may be decided is a rule of the use case (``kmp_desktop.app.triage``).
    """

    def __init__(self) -> None:
        self._staged: dict[RecordId, Decision] = {}
        self._counts: Counter[Decision] = Counter()
        self._undo: deque[Change] = deque(maxlen=UNDO_DEPTH)
        self._redo: deque[Change] = deque(maxlen=UNDO_DEPTH)

    @property
    def staged(self) -> Mapping[RecordId, Decision]:
        """Everything staged; a live view that cannot be written."""
        return MappingProxyType(self._staged)

    def get(self, record: RecordId) -> Decision | None:
        """What is staged for a record."""
        return self._staged.get(record)

    @property
    def total(self) -> int:
        """How many records are staged."""
        return len(self._staged)

    def counts(self) -> Counts:
        """How many are staged for what; kept up to date, not counted here."""
        return Counts(
            self._counts[Decision.MERGE],
            self._counts[Decision.PURGE],
            self._counts[Decision.SKIP],
        )

    @property
    def undo_step(self) -> Change | None:
        """The step that ``undo`` would take back."""
        return self._undo[-1] if self._undo else None

    @property
    def redo_step(self) -> Change | None:
        """The step that ``redo`` would do again."""
        return self._redo[-1] if self._redo else None

    def stage(self, ids: Iterable[RecordId], decision: Decision | None) -> Change:
        """Decide records, or clear them with ``None``; one step, holding only what changed.

        An empty change means that everything was so already: it is no step and leaves redo alone.
        """
        change = self._first(ids, decision) if decision and not self._staged else None
        if change is None:
            change = self._difference(ids, decision)
            self._apply(change)
        if change:
            self._undo.append(change)
            self._redo.clear()
        return change

    def put_back(self, staged: Mapping[RecordId, Decision]) -> None:
        """Stage what a draft remembered, without making a step of it."""
        for decision in Decision:
            ids = [record for record, each in staged.items() if each is decision]
            self._apply(self._difference(ids, decision))

    def undo(self) -> Change | None:
        """Take the last step back; the change made, or ``None`` when there is nothing."""
        if not self._undo:
            return None
        step = self._undo.pop()
        self._redo.append(step)
        taken_back = step.inverse()
        self._apply(taken_back)
        return taken_back

    def redo(self) -> Change | None:
        """Do again what was taken back last; the change made, or ``None``."""
        if not self._redo:
            return None
        step = self._redo.pop()
        self._undo.append(step)
        self._apply(step)
        return step

    def drop(self, ids: Iterable[RecordId]) -> Change:
        """Forget records that were committed or decided by others, in the history, too.

        Undo must never bring back a decision about a record that is not there any more.
        """
        gone = frozenset(ids)
        change = self._difference(gone, None)
        self._apply(change)
        self._undo = _without(self._undo, gone)
        self._redo = _without(self._redo, gone)
        return change

    def _first(self, ids: Iterable[RecordId], decision: Decision) -> Change:
        """Stage into an empty book: a whole queue at once, so each id is hashed once and no more."""
        staged = dict.fromkeys(ids, decision)
        self._staged.update(staged)
        self._counts[decision] += len(staged)
        return Change(tuple(staged), (None,) * len(staged), (decision,) * len(staged), decision)

    def _difference(self, ids: Iterable[RecordId], decision: Decision | None) -> Change:
        # Many thousands are decided with one key: no statement is run for each of them.
        records = tuple(dict.fromkeys(ids))
        was = tuple(map(self._staged.get, records))
        if decision in was:
            differ = [each is not decision for each in was]
            records, was = tuple(compress(records, differ)), tuple(compress(was, differ))
        return Change(records, was, (decision,) * len(records), decision)

    def _apply(self, change: Change) -> None:
        staged = self._staged
        cleared = change.now.count(None)
        if cleared == 0:
            staged.update(zip(change.ids, cast("tuple[Decision, ...]", change.now), strict=True))
        elif cleared == len(change.now) == change.was.count(None) + len(staged):
            staged.clear()
        else:
            for record, decision in change.after:
                if decision is None:
                    staged.pop(record, None)
                else:
                    staged[record] = decision
        _count(self._counts, change.was, -1)
        _count(self._counts, change.now, 1)


def _count(counts: Counter[Decision], decisions: tuple[Decision | None, ...], sign: int) -> None:
    for decision, n in Counter(decisions).items():
        if decision is not None:
            counts[decision] += sign * n


def _without(steps: deque[Change], gone: frozenset[RecordId]) -> deque[Change]:
    return deque((rest for step in steps if (rest := step.without(gone))), maxlen=UNDO_DEPTH)
