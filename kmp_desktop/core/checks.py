"""What is checked before a commit, and in which words: stops, then warnings, then what passed.

Pure rules over what was read and what is staged. Nothing is asked of the broker here; whether the
picture is still true is the commit's own business (it compares, and stops when it is not).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime

from kmp_desktop.core.checked_commit import CheckedCommit, about_records, looked_at
from kmp_desktop.core.checks_same_key import discards_before_newer, retries_before_newer, retry_order
from kmp_desktop.core.copies import ORIGINAL_TIME, has_time, is_soon_deleted
from kmp_desktop.core.decision import Decision
from kmp_desktop.core.first_retry import READERS_DETAIL, READERS_TITLE, is_first_retry
from kmp_desktop.core.ledger_room import ledger_room
from kmp_desktop.core.plan import chunks, is_large, is_too_large, restamped
from kmp_desktop.core.queue_state import (
    CleanupPolicy,
    CopyTimes,
    FindingCode,
    LoadedQueue,
    PlannedDecision,
    Severity,
    TopicLimits,
)
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.review import Check, CheckCode, Review
from kmp_desktop.core.text import Text, text, text_n

_ORDER = (Severity.STOP, Severity.WARNING, Severity.INFO, Severity.PASSED)
_NOTHING = text("")
_DAY = 86_400_000
_NEARLY_FULL = 75  # percent of the ledger
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RIGHTS = (FindingCode.MAY_NOT_WRITE_QUEUE, FindingCode.MAY_NOT_WRITE_RETRY, FindingCode.MAY_NOT_COMMIT)
# What matters while looking at the queue but not for what a commit does, or has a check of its own.
_SAID_ELSEWHERE = frozenset(
    (
        FindingCode.OK,
        FindingCode.DISK_FULL,
        FindingCode.PARTITIONS_DIFFER,
        FindingCode.POLICY_DELETE,
        FindingCode.REMOVED_BEFORE_DECIDED,
        FindingCode.DECIDED_IN_OTHER_GROUP,
        FindingCode.NO_RETRY_TOPIC,
        FindingCode.BACKUP,
    )
)


def review(
    loaded: LoadedQueue,
    staged: Mapping[RecordId, Decision],
    came_back: Mapping[RecordId, int],
    by_others: Collection[RecordId] = frozenset(),
    now: int | None = None,
    times: CopyTimes = CopyTimes.FITTING,
) -> Review:
    """What a commit of everything staged would do, and what speaks against it.

    ``came_back`` says of staged records how often they came back (missing = never); ``by_others``
    are records known to be decided by somebody else since the queue was read. ``now`` is epoch
    milliseconds, by default when the queue was read. ``times``: which time the copies get.
    """
    moment = loaded.read_at if now is None else now
    commit = looked_at(loaded, staged, came_back, by_others, moment, times)
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
        new_times=len(commit.new_times),
    )


def _findings(commit: CheckedCommit) -> Iterable[Check]:
    """What reading the queue found, as far as it concerns the commit."""
    for finding in commit.loaded.findings:
        if finding.severity is Severity.STOP or (
            finding.code not in _SAID_ELSEWHERE and finding.severity is not Severity.PASSED
        ):
            yield Check(CheckCode.FINDING, finding.severity, finding.title, finding.detail)


def _backup(commit: CheckedCommit) -> Iterable[Check]:
    """Whether what is discarded can be had back."""
    if PlannedDecision.PURGE in commit.plan.values():
        for finding in commit.loaded.findings:
            if finding.code is FindingCode.BACKUP:
                yield Check(CheckCode.FINDING, finding.severity, finding.title, finding.detail)


def _others(commit: CheckedCommit) -> Iterable[Check]:
    if commit.by_others:
        yield about_records(
            CheckCode.OTHERS,
            Severity.STOP,
            commit.by_others,
            "{n} record was decided by someone else",
            "{n} records were decided by someone else",
            text("Your decisions about them can no longer be committed. All others can."),
        )
    if commit.gone:
        yield about_records(
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


def _refused_records(commit: CheckedCommit) -> Iterable[Check]:
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


def _ledger(commit: CheckedCommit) -> Iterable[Check]:
    room = ledger_room(commit.loaded, commit.plan)
    first = room.first
    if first:
        detail = text_n(
            len(first),
            "Decide this older record first, then this commit fits.",
            "Decide these {n} older records first, then this commit fits.",
        )
        yield Check(CheckCode.LEDGER, Severity.STOP, text("Too many gaps."), detail, first, first)
    elif room.percent >= _NEARLY_FULL:
        title = text("The server's note of what is decided is {n} % full", n=room.percent)
        detail = text_n(
            len(room.gaps),
            "{n} undecided record lies between decided ones. Decide it soon: a full note stops commits.",
            "{n} undecided records lie between decided ones. Decide the oldest soon: a full note stops "
            "commits.",
        )
        yield Check(CheckCode.LEDGER, Severity.WARNING, title, detail, room.gaps, room.gaps)


def _came_back(commit: CheckedCommit) -> Iterable[Check]:
    ids = tuple(each for each in commit.merges if commit.came_back.get(each, 0))
    if ids:
        yield about_records(
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


def _new_time(commit: CheckedCommit) -> Iterable[Check]:
    """What is done by itself about times that the retry queue would not keep."""
    if commit.new_times:
        yield about_records(
            CheckCode.NEW_TIME,
            Severity.INFO,
            commit.new_times,
            "{n} retry gets the time of the commit",
            "{n} retries get the time of the commit",
            text_n(
                len(commit.new_times),
                "With its own time the retry queue would refuse it or delete it too soon. "
                "The original time goes along in the header “{header}”.",
                "With their own times the retry queue would refuse them or delete them too soon. "
                "The original times go along in the header “{header}”.",
                header=ORIGINAL_TIME,
            ),
        )


def _exact_time(commit: CheckedCommit) -> Iterable[Check]:
    """A person's choice, told where it makes a difference."""
    if commit.times is CopyTimes.EXACT:
        ids = restamped(commit.loaded, commit.merges, commit.now, CopyTimes.FITTING)
        if ids:
            yield about_records(
                CheckCode.EXACT_TIME,
                Severity.INFO,
                ids,
                "{n} retry keeps its own time, as you chose",
                "{n} retries keep their own times, as you chose",
                text("The retry queue refuses such a time, or deletes the copy too soon."),
            )


def _too_old(commit: CheckedCommit) -> Iterable[Check]:
    """Where the retry queue removes by age, a copy that keeps its age may be gone at once."""
    limits, kept = commit.loaded.limits, commit.loaded.limits.retry_retention_ms
    if commit.times is not CopyTimes.EXACT or limits.retry_log_append_time or kept is None:
        return
    cannot = {each.id for each in commit.refused}
    records = [commit.loaded.records[each] for each in commit.merges if each not in cannot]
    ids = tuple(each.id for each in records if has_time(each) and is_soon_deleted(limits, each, commit.now))
    if ids:
        yield about_records(
            CheckCode.TOO_OLD,
            Severity.WARNING,
            ids,
            "{n} retry is older than the retry queue keeps ({kept})",
            "{n} retries are older than the retry queue keeps ({kept})",
            text("Copies keep their exact time. The server may delete them before they are processed."),
            kept=_duration(kept),
        )


def _no_time(commit: CheckedCommit) -> Iterable[Check]:
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


def _no_key(commit: CheckedCommit) -> Iterable[Check]:
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
        _marked_until(limits, newest),
        ids,
        ids,
    )


def _partitions(commit: CheckedCommit) -> Iterable[Check]:
    limits = commit.loaded.limits
    retried = len(commit.merges) - len(commit.refused)
    if retried and limits.queue_partitions != limits.retry_partitions:
        yield Check(
            CheckCode.PARTITIONS,
            Severity.INFO,
            text("The retry queue is divided differently."),
            text("Records with one key stay together."),
        )


def _readers(commit: CheckedCommit) -> Iterable[Check]:
    """Where nobody has retried yet, perhaps nobody has looked at who reads the retry queue."""
    if len(commit.merges) > len(commit.refused) and is_first_retry(commit.loaded):
        yield Check(CheckCode.READERS, Severity.INFO, READERS_TITLE, READERS_DETAIL)


def _rights(commit: CheckedCommit) -> Iterable[Check]:
    missing = {each.code for each in commit.loaded.findings if each.severity is Severity.STOP}
    if not missing.intersection(_RIGHTS):
        both = bool(commit.loaded.identity.retry_topic)
        title = text("You may write to both topics") if both else text("You may write to this queue")
        yield Check(CheckCode.RIGHTS, Severity.PASSED, title, _NOTHING)


def _size(commit: CheckedCommit) -> Iterable[Check]:
    n = len(commit.merges)
    cannot = {each.id for each in commit.refused}
    large = tuple(each for each in commit.merges if each not in cannot and is_large(commit.loaded, each))
    if large:
        yield about_records(
            CheckCode.SIZE,
            Severity.INFO,
            large,
            "{n} retry fits the retry queue only compressed, if at all",
            "{n} retries fit the retry queue only compressed, if at all",
            text("The server decides when you commit. What it does not take stays in the queue."),
        )
    elif n > len(cannot) and not any(is_too_large(commit.loaded, each) for each in cannot):
        title = text_n(n, "The retry fits the size limit", "All {n} retries fit the size limit")
        yield Check(CheckCode.SIZE, Severity.PASSED, title, _NOTHING)


_RULES: tuple[Callable[[CheckedCommit], Iterable[Check]], ...] = (
    _findings,
    _backup,
    _others,
    _refused_records,
    _ledger,
    discards_before_newer,
    retries_before_newer,
    _came_back,
    _new_time,
    _exact_time,
    _too_old,
    _no_key,
    _no_time,
    _partitions,
    _readers,
    retry_order,
    _rights,
    _size,
)


def _listed(reasons: list[Text]) -> Text:
    """Up to three reasons in one sentence; the page lists them all."""
    if len(reasons) == 1:
        return text("The reason: {reason}.", reason=reasons[0])
    shown = "; ".join(f"{{r{n}}}" for n in range(len(reasons[:3])))
    return Text(f"The reasons: {shown}.", tuple((f"r{n}", each) for n, each in enumerate(reasons[:3])))


def _marked_until(limits: TopicLimits, newest: int) -> Text:
    retention = limits.queue_retention_ms
    removes_by_age = limits.queue_policy is CleanupPolicy.COMPACT_DELETE
    if not removes_by_age or retention is None or retention < 0:
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
