"""The sentences of a running commit, and which of them each step of the protocol belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from kmp_desktop.core.outcome import CommitProgress, Step
from kmp_desktop.core.text import Text, text, text_n


class Stage(IntEnum):
    """The four sentences a commit goes through, once for each part."""

    COMPARE = 0
    HAND_OVER = 1
    MAKE_FINAL = 2
    READ_BACK = 3


# Which stage runs once a step has been done. It is final once the ledger was read back: the server's own
# answer to the commit is not enough to say so.
_RUNS_AFTER = {
    Step.JOURNAL: Stage.COMPARE,
    Step.INIT: Stage.COMPARE,
    Step.COMPARE: Stage.HAND_OVER,
    Step.BEGIN: Stage.HAND_OVER,
    Step.OFFSETS: Stage.HAND_OVER,
    Step.TOMBSTONES: Stage.HAND_OVER,
    Step.INTERLEAVE: Stage.HAND_OVER,
    Step.COPIES: Stage.MAKE_FINAL,
    Step.COMMIT: Stage.MAKE_FINAL,
    Step.DROP: Stage.MAKE_FINAL,
    Step.VERIFY: Stage.READ_BACK,
    Step.READ_BACK: Stage.READ_BACK,
}
_TELL_WAITING_FROM = 3  # seconds
# How much of the bar a stage fills; handing over takes longest.
_WEIGHT = {Stage.COMPARE: 0.15, Stage.HAND_OVER: 0.6, Stage.MAKE_FINAL: 0.1, Stage.READ_BACK: 0.15}


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a commit is: ``stage`` is running, the earlier ones are done. ``share`` of the whole, 0 to 1."""

    stage: Stage
    part: int
    parts: int
    done: int
    total: int
    share: float
    note: Text | None = None

    @property
    def may_stop(self) -> bool:
        """Whether stopping still changes something: this part is not final, or others follow."""
        return self.stage < Stage.MAKE_FINAL or self.part < self.parts


START = Stand(Stage.COMPARE, 1, 1, 0, 0, 0.0)
"""Before the first step is told."""


def stand(before: Stand, progress: CommitProgress, discards: int = 0) -> Stand:
    """Where the commit is after this step has been done.

    Only copies are told one by one; ``discards``, handed over before them, are counted in where the
    commit has one part (how they spread over several is not known here).
    """
    stage = _running_after(progress)
    done, total = (before.done, before.total) if progress.part == before.part else (0, 0)
    if progress.step is Step.COPIES:
        extra = discards if progress.parts < 2 else 0
        done, total = progress.done + extra, progress.total + extra
    share = (progress.part - 1 + _share(stage, progress, done, total)) / max(progress.parts, 1)
    return Stand(stage, progress.part, progress.parts, done, total, share, progress.note)


def progress_title(total: int) -> Text:
    """Headline of the dialog; 0 = only earlier discards are finished."""
    if not total:
        return text("Finishing earlier discards")
    return text_n(total, "Committing {n} decision", "Committing {n} decisions")


def part_sentence(where: Stand) -> Text | None:
    """Which part is being written, if there are several."""
    if where.parts < 2:
        return None
    return text("Part {part} of {parts}", part=where.part, parts=where.parts)


def stage_sentence(stage: Stage, where: Stand) -> Text:
    """The sentence of a stage: done, running or to come. What is not proved yet is not claimed."""
    match stage:
        case Stage.COMPARE if where.stage is Stage.COMPARE:
            return text("Checking that nobody else has changed these records")
        case Stage.COMPARE:
            return text("Nobody else has changed these records")
        case Stage.HAND_OVER if where.total:
            return text("Handing over: {done} of {total}", done=where.done, total=where.total)
        case Stage.HAND_OVER:
            return text("Handing over")
        case Stage.MAKE_FINAL:
            return text("Making it final, all together")
        case Stage.READ_BACK:
            return text("Reading back to verify")


def stage_detail(where: Stand) -> Text | None:
    """The second line under the running stage."""
    if where.note is not None:
        return where.note
    if where.stage is Stage.HAND_OVER:
        if where.part > 1:
            return text("Not final yet. You can still stop; then this part is not written.")
        return text("Not final yet. You can still stop; then nothing is changed.")
    return None


def stop_label(where: Stand) -> Text:
    """On the stop button: what stopping right now would mean."""
    if where.stage >= Stage.MAKE_FINAL:
        return text("Stop after this part")
    if where.part > 1:
        return text("Stop, leave this part out")
    return text("Stop, change nothing")


def foot(where: Stand, waited: int) -> Text:
    """Beside the stop button. ``waited``: whole seconds since the last step."""
    if waited >= _TELL_WAITING_FROM:
        return text_n(waited, "Waiting for the server: {n} second", "Waiting for the server: {n} seconds")
    if where.stage < Stage.MAKE_FINAL:
        return text("Usually takes a few seconds.")
    if where.part < where.parts:
        return text("This part can no longer be stopped. Usually takes a few seconds.")
    return text("Can no longer be stopped. Usually takes a few seconds.")


def _running_after(progress: CommitProgress) -> Stage:
    """Copies are told while they are handed over, so the last one ends the stage, not the first."""
    if progress.step is Step.COPIES and progress.done < progress.total:
        return Stage.HAND_OVER
    return _RUNS_AFTER[progress.step]


def _share(stage: Stage, progress: CommitProgress, done: int, total: int) -> float:
    before = sum(weight for each, weight in _WEIGHT.items() if each < stage)
    if stage is Stage.HAND_OVER and total:
        return before + _WEIGHT[stage] * min(done / total, 1.0)
    if progress.step is Step.READ_BACK:
        return 1.0
    return before
