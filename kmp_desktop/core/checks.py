"""What is checked before a commit, and in which words: stops, then warnings, then what passed.

Pure rules over what was read and what is staged. Nothing is asked of the broker here; whether the
picture is still true is the commit's own business (it compares, and stops when it is not).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.ledger_room import decide_first
from kmp_desktop.core.outcome import Refused
from kmp_desktop.core.plan import (
    chunks,
    deferred,
    has_own_time,
    is_too_large,
    key_of,
    keys_of,
    planned,
    purges,
    refused,
    undecided_after,
)
from kmp_desktop.core.queue_state import FindingCode, LoadedQueue, Plan, PlannedDecision, Severity
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.review import Check, CheckCode, Review
from kmp_desktop.core.text import Text, text, text_n

_ORDER = (Severity.STOP, Severity.WARNING, Severity.INFO, Severity.PASSED)
_NOTHING = text("")
_DAY = 86_400_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RIGHTS = (FindingCode.MAY_NOT_WRITE_QUEUE, FindingCode.MAY_NOT_WRITE_RETRY, FindingCode.MAY_NOT_COMMIT)
# What matters while looking at the queue but not for what a commit does, or has a check of its own.
_SAID_ELSEWHERE = frozenset(
    (
        FindingCode.OK,
        FindingCode.PARTITIONS_DIFFER,
        FindingCode.POLICY_DELETE,
        FindingCode.REMOVED_BEFORE_DECIDED,
        FindingCode.DECIDED_IN_OTHER_GROUP,
        FindingCode.NO_RETRY_TOPIC,
    )
)


@dataclass(frozen=True, slots=True)
class _Commit:
    """A commit that is being looked at. ``plan`` holds only records that may still be decided."""

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


def review(
    loaded: LoadedQueue,
    staged: Mapping[RecordId, Decision],
    came_back: Mapping[RecordId, int],
    by_others: Collection[RecordId] = frozenset(),
    now: int | None = None,
) -> Review:
    """What a commit of everything staged would do, and what speaks against it.

    ``came_back`` says of staged records how often they came back (missing = never); ``by_others``
    are records known to be decided by somebody else since the queue was read. ``now`` is epoch
    milliseconds, by default when the queue was read.
    """
    commit = _looked_at(loaded, staged, came_back, by_others, loaded.read_at if now is None else now)
    cannot = {each.id for each in commit.refused}
    written = {each: decision for each, decision in commit.plan.items() if each not in cannot}
    found = [check for rule in _RULES for check in rule(commit)]
    counts = Counter(staged.values())
    return Review(
        retry=counts[Decision.MERGE],
        discard=counts[Decision.PURGE],
        skip=counts[Decision.SKIP],
        deferred=len(commit.deferred),
        parts=len(chunks(loaded, written)),
        checks=tuple(sorted(found, key=lambda check: _ORDER.index(check.severity))),
        refused=commit.refused,
    )


def _looked_at(
    loaded: LoadedQueue,
    staged: Mapping[RecordId, Decision],
    came_back: Mapping[RecordId, int],
    by_others: Collection[RecordId],
    now: int,
) -> _Commit:
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
    return _Commit(
        loaded,
        plan,
        merges=tuple(each for each, decision in plan.items() if decision is PlannedDecision.MERGE),
        purges=tuple(purges(plan)),
        refused=refused(loaded, plan, now),
        deferred=deferred(loaded, plan),
        by_others=tuple(decided),
        gone=tuple(gone),
        came_back=came_back,
        now=now,
    )


def _findings(commit: _Commit) -> Iterable[Check]:
    """What reading the queue found, as far as it concerns the commit."""
    for finding in commit.loaded.findings:
        if finding.severity is Severity.STOP or (
            finding.code not in _SAID_ELSEWHERE and finding.severity is not Severity.PASSED
        ):
            yield Check(CheckCode.FINDING, finding.severity, finding.title, finding.detail)


def _others(commit: _Commit) -> Iterable[Check]:
    if commit.by_others:
        yield _taken_out(
            CheckCode.OTHERS,
            Severity.STOP,
            commit.by_others,
            "{n} record was decided by someone else",
            "{n} records were decided by someone else",
            text("Your decisions about them can no longer be committed. All others can."),
        )
    if commit.gone:
        yield _taken_out(
            CheckCode.OTHERS,
            Severity.STOP,
            commit.gone,
            "{n} record is not in the queue any more",
            "{n} records are not in the queue any more",
            text("The server has removed what you decided on. All others can be committed."),
        )
    if not commit.by_others and not commit.gone:
        yield Check(
            CheckCode.OTHERS,
            Severity.PASSED,
            text("Nobody else has changed these records"),
            text("As far as the queue was read. It is looked at again when you commit."),
        )


def _refused_records(commit: _Commit) -> Iterable[Check]:
    if not commit.refused:
        return
    reasons = list(dict.fromkeys(each.reason for each in commit.refused))
    ids = tuple(each.id for each in commit.refused)
    if len(ids) == 1 and is_too_large(commit.loaded, ids[0]):
        title, detail = text("1 retry is {reason}", reason=reasons[0]), text("It cannot be retried.")
    else:
        title = text_n(len(ids), "{n} record cannot be retried", "{n} records cannot be retried")
        detail = _listed(reasons)
    yield Check(CheckCode.REFUSED, Severity.STOP, title, detail, ids, ids, may_take_out=True)


def _ledger(commit: _Commit) -> Iterable[Check]:
    first = decide_first(commit.loaded, commit.plan)
    if first:
        detail = text_n(
            len(first),
            "Decide this older record first, then this commit fits.",
            "Decide these {n} older records first, then this commit fits.",
        )
        yield Check(CheckCode.LEDGER, Severity.STOP, text("Too many gaps."), detail, first, first)


def _discards_before_newer(commit: _Commit) -> Iterable[Check]:
    if not commit.deferred:
        return
    waiting = undecided_after(commit.loaded, commit.plan, keys_of(commit.loaded, commit.deferred))
    newest = {key: ids[-1] for key, ids in waiting.items()}
    all_newer = all(each < newest[_key(commit.loaded, each)] for each in commit.deferred)
    n = len(commit.deferred)
    because = text(
        "A newer record with the same key is still undecided. "
        "Removing now would remove it too, so we wait until you decide it."
    )
    if not all_newer:
        because = text(
            "Another record with the same key is still undecided. "
            "Removing now would remove it too, so we wait until you decide it."
        )
    yield Check(
        CheckCode.DISCARD_BEFORE_NEWER,
        Severity.WARNING,
        text_n(n, "{n} discard takes effect later", "{n} discards take effect later"),
        because,
        commit.deferred,
        tuple(sorted(each for ids in waiting.values() for each in ids)),
        may_take_out=True,
    )


def _retries_before_newer(commit: _Commit) -> Iterable[Check]:
    waiting = undecided_after(commit.loaded, commit.plan, keys_of(commit.loaded, commit.merges))
    older: list[RecordId] = []
    newer: set[RecordId] = set()
    for each in commit.merges:
        key = key_of(commit.loaded.records[each])
        later = [other for other in waiting.get(key, ()) if other > each] if key else []
        if later:
            older.append(each)
            newer.update(later)
    if older:
        yield _taken_out(
            CheckCode.RETRY_BEFORE_NEWER,
            Severity.WARNING,
            tuple(older),
            "{n} retry is older than another record with the same key",
            "{n} retries are older than another record with the same key",
            text("If the newer one was processed already, these could undo it."),
            show=tuple(sorted(newer)),
        )


def _retry_order(commit: _Commit) -> Iterable[Check]:
    keys = Counter(key_of(commit.loaded.records[each]) for each in commit.merges)
    shared = {key: n for key, n in keys.items() if key is not None and n > 1}
    if not shared:
        return
    ids = tuple(each for each in commit.merges if key_of(commit.loaded.records[each]) in shared)
    title = text("{n} records with the same key are retried", n=len(ids))
    if len(shared) > 1:
        title = text("{n} records share a key with another one that is retried", n=len(ids))
    yield Check(CheckCode.RETRY_ORDER, Severity.PASSED, title, text("They are sent oldest first."), ids, ids)


def _came_back(commit: _Commit) -> Iterable[Check]:
    ids = tuple(each for each in commit.merges if commit.came_back.get(each, 0))
    if ids:
        yield _taken_out(
            CheckCode.CAME_BACK,
            Severity.WARNING,
            ids,
            "{n} retry came back before",
            "{n} retries came back before",
            text_n(
                len(ids),
                "It was retried before and failed again.",
                "They were retried before and failed again.",
            ),
        )


def _too_old(commit: _Commit) -> Iterable[Check]:
    """Where the retry queue removes by age, a copy keeps its age and may be gone at once."""
    limits = commit.loaded.limits
    kept = limits.retry_retention_ms
    if limits.retry_log_append_time or kept is None or kept < 0:
        return
    cannot = {each.id for each in commit.refused}
    records = [commit.loaded.records[each] for each in commit.merges if each not in cannot]
    oldest = commit.now - kept
    ids = tuple(each.id for each in records if has_own_time(each) and each.timestamp < oldest)
    if ids:
        yield _taken_out(
            CheckCode.TOO_OLD,
            Severity.WARNING,
            ids,
            "{n} retry is older than the retry queue keeps ({kept})",
            "{n} retries are older than the retry queue keeps ({kept})",
            text(
                "Copies keep the time of the original. The server may remove them before they are processed."
            ),
            kept=_duration(kept),
        )


def _no_time(commit: _Commit) -> Iterable[Check]:
    if commit.loaded.limits.retry_log_append_time:
        return
    ids = tuple(each for each in commit.merges if commit.loaded.records[each].timestamp == 0)
    if ids:
        yield Check(
            CheckCode.NO_TIME,
            Severity.INFO,
            text_n(len(ids), "{n} retry has no time of its own", "{n} retries have no time of their own"),
            text("The copy gets the time of the commit."),
            ids,
            ids,
        )


def _no_key(commit: _Commit) -> Iterable[Check]:
    """On a queue that is not compacted every discard is only marked; there it needs no word."""
    limits = commit.loaded.limits
    ids = tuple(each for each in commit.purges if commit.loaded.records[each].key is None)
    if not ids or not limits.queue_policy.compacts:
        return
    newest = max(commit.loaded.records[each].timestamp for each in ids)
    yield Check(
        CheckCode.NO_KEY,
        Severity.INFO,
        text_n(len(ids), "{n} discard has no key", "{n} discards have no key"),
        _marked_until(limits.queue_retention_ms, newest),
        ids,
        ids,
    )


def _partitions(commit: _Commit) -> Iterable[Check]:
    limits = commit.loaded.limits
    if commit.merges and limits.queue_partitions != limits.retry_partitions:
        yield Check(
            CheckCode.PARTITIONS,
            Severity.INFO,
            text("The retry queue is divided differently."),
            text("Records with one key stay together."),
        )


def _rights(commit: _Commit) -> Iterable[Check]:
    missing = {each.code for each in commit.loaded.findings if each.severity is Severity.STOP}
    if not missing.intersection(_RIGHTS):
        both = bool(commit.loaded.identity.retry_topic)
        title = text("You may write to both topics") if both else text("You may write to this queue")
        yield Check(CheckCode.RIGHTS, Severity.PASSED, title, _NOTHING)


def _size(commit: _Commit) -> Iterable[Check]:
    n = len(commit.merges)
    if n and not any(is_too_large(commit.loaded, each.id) for each in commit.refused):
        title = text_n(n, "The retry fits the size limit", "All {n} retries fit the size limit")
        yield Check(CheckCode.SIZE, Severity.PASSED, title, _NOTHING)


_RULES: tuple[Callable[[_Commit], Iterable[Check]], ...] = (
    _findings,
    _others,
    _refused_records,
    _ledger,
    _discards_before_newer,
    _retries_before_newer,
    _came_back,
    _too_old,
    _no_key,
    _no_time,
    _partitions,
    _retry_order,
    _rights,
    _size,
)


def _taken_out(
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


def _listed(reasons: list[Text]) -> Text:
    """Up to three reasons in one sentence; the page lists them all."""
    if len(reasons) == 1:
        return text("The reason: {reason}.", reason=reasons[0])
    shown = "; ".join(f"{{r{n}}}" for n in range(len(reasons[:3])))
    return Text(f"The reasons: {shown}.", tuple((f"r{n}", each) for n, each in enumerate(reasons[:3])))


def _marked_until(retention: int | None, newest: int) -> Text:
    if retention is None or retention < 0:
        return text("They are marked as done and not shown again.")
    return text(
        "They are marked as done and not shown again; the stored copies expire on {day}.",
        day=_day(newest + retention),
    )


def _day(moment: int) -> str:
    try:
        day = datetime.fromtimestamp(moment / 1000, UTC).astimezone()
    except (ValueError, OverflowError, OSError):
        return "?"
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _duration(ms: int) -> Text:
    if ms >= _DAY:
        return text_n(ms // _DAY, "{n} day", "{n} days")
    return text_n(max(1, ms // 3_600_000), "{n} hour", "{n} hours")


def _key(loaded: LoadedQueue, record: RecordId) -> tuple[int, bytes]:
    key = key_of(loaded.records[record])
    assert key is not None, "only records with a key are deferred"
    return key
