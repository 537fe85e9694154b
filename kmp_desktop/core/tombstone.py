"""The tombstones this program writes: which headers they carry, and what those tell later.

A tombstone removes every earlier record of its key in its partition. Its headers say who decided
what, for people and for the day on which the group's offsets are lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kmp_desktop.core.queue_state import PlannedDecision, Tombstone
from kmp_desktop.core.record import Header

MARK = "kmp-v"
"""The header that makes a null value one of our tombstones, whatever else it carries."""

MAX_DECIDED = 4000
"""Characters of ``kmp-decided`` before the oldest runs melt into one."""

_VERSION = b"1"
_UNKNOWN = "?"
_LETTERS = {PlannedDecision.MERGE: "m", PlannedDecision.PURGE: "p"}
_WORDS = {letter: decision.value for decision, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class DecidedRun:
    """Every record of the key from ``first`` to ``last`` is decided; ``letter``: m, p or ? (not known)."""

    first: int
    last: int
    letter: str

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def is_tombstone(value: bytes | None, headers: Iterable[Header]) -> bool:
    """Whether a record is a tombstone of this program (any group), under any cleanup policy."""
    return value is None and any(name == MARK for name, _ in headers)


def headers_of(
    group: str, runs: Sequence[DecidedRun], nonce: bytes, person: str, at: int
) -> list[tuple[str, bytes | None]]:
    """The headers of a tombstone, in their order; ``at`` is epoch milliseconds."""
    return [
        (MARK, _VERSION),
        ("kmp-group", group.encode()),
        ("kmp-decided", ",".join(map(str, runs)).encode("ascii")),
        ("kmp-action", ",".join(run.letter for run in runs).encode("ascii")),
        ("kmp-nonce", nonce.hex().encode("ascii")),
        ("kmp-by", person.encode()),
        ("kmp-at", str(at).encode("ascii")),
    ]


def decided_runs(
    offsets: Iterable[int], decisions: Mapping[int, PlannedDecision], read_from: int
) -> list[DecidedRun]:
    """The decided offsets of one key, ascending, as runs of one decision each.

    Offsets of other keys may lie inside a run. ``read_from``: where reading began because
    everything below is decided, 0 where it began at the start of the log.
    """
    runs = [DecidedRun(0, read_from - 1, _UNKNOWN)] if read_from else []
    for offset in offsets:
        decision = decisions.get(offset)
        letter = _UNKNOWN if decision is None else _LETTERS[decision]
        if runs and runs[-1].letter == letter:
            runs[-1] = DecidedRun(runs[-1].first, offset, letter)
        else:
            runs.append(DecidedRun(offset, offset, letter))
    return _melted(runs)


def tombstone_of(offset: int, headers: Iterable[Header]) -> Tombstone:
    """What a tombstone of ours tells; damaged headers tell nothing, they are never an error."""
    told = {name: (value or b"").decode("utf-8", "replace") for name, value in headers}
    at = told.get("kmp-at", "")
    return Tombstone(
        offset=offset,
        group=told.get("kmp-group", ""),
        nonce=told.get("kmp-nonce", ""),
        decided=told.get("kmp-decided", ""),
        action=told.get("kmp-action", ""),
        by=told.get("kmp-by", ""),
        at=int(at) if at.isascii() and at.isdigit() and len(at) < 16 else 0,
    )


def decision_of(tombstone: Tombstone, offset: int) -> str:
    """What a tombstone says was decided about the record at ``offset``: merge, purge, or nothing."""
    for run, letter in zip(tombstone.decided.split(","), tombstone.action.split(","), strict=False):
        first, _, last = run.partition("-")
        if _number(first) <= offset <= _number(last or first):
            return _WORDS.get(letter, "")
    return ""


def tells_only(tombstone: Tombstone, decision: PlannedDecision) -> bool:
    """Whether it tells what was decided about each of its records, and every time the same."""
    return set(tombstone.action.split(",")) == {_LETTERS[decision]}


def _number(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else -1


def _melted(runs: list[DecidedRun]) -> list[DecidedRun]:
    """Join the oldest runs until the text fits: they lose what was decided, never their place."""
    size = sum(len(str(run)) + 1 for run in runs)
    oldest = 0
    while size > MAX_DECIDED:
        joined = DecidedRun(runs[oldest].first, runs[oldest + 1].last, _UNKNOWN)
        size += len(str(joined)) - len(str(runs[oldest])) - len(str(runs[oldest + 1])) - 1
        oldest += 1
        runs[oldest] = joined
    return runs[oldest:]
