"""What the triage page says above its table about the queue as a whole, the worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.queue_state import Finding, FindingCode
from kmp_desktop.core.session import RestoredDraft, SessionPhase, SessionState
from kmp_desktop.core.text import Text, text, text_n


class Act(StrEnum):
    """What a button of a banner does."""

    READ_AGAIN = "readAgain"
    CONTINUE_READING = "continueReading"
    TRY_NOW = "tryNow"
    SAVE_DRAFT_AGAIN = "saveDraftAgain"
    COPY_REQUEST = "copyRequest"
    SHOW_ELSEWHERE = "showElsewhere"
    REMOVE_ELSEWHERE = "removeElsewhere"
    REVIEW = "review"
    END_CLUSTER_WORK = "endClusterWork"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class StateBanner:
    """One banner. ``key`` names it as long as it is about the same thing."""

    key: str
    kind: Literal["error", "warn", "info", "ok"]
    title: Text
    detail: Text | None = None
    acts: tuple[tuple[Act, Text], ...] = ()
    request: str = ""  # for the administrator


@dataclass(frozen=True, slots=True)
class Situation:
    """What the banners depend on. Times in words, because the rules know no time zone."""

    state: SessionState
    records: int  # offered for decision
    staged: int
    elsewhere: int  # decided by others since they were read, still in the list
    clock: Callable[[int], str]  # epoch ms -> "14:44"
    day: Callable[[int], str]  # epoch ms -> "22 Nov"


_ORDER = {"error": 0, "warn": 2, "info": 3, "ok": 4}
_DENIED = "denied"
_DISMISS = (Act.DISMISS, text("Close"))


def banners(now: Situation) -> tuple[StateBanner, ...]:
    """All banners that apply, the worst first."""
    found = [*_of_the_session(now), *_of_the_findings(now), *_of_the_decisions(now)]
    return tuple(sorted(found, key=_rank))


def _rank(banner: StateBanner) -> int:
    # That nothing can be decided matters more than any warning, however calmly it is said.
    return 1 if banner.key == _DENIED else _ORDER[banner.kind]


def _of_the_session(now: Situation) -> Iterator[StateBanner]:
    state = now.state
    # Without any record the page itself says it.
    if state.phase is SessionPhase.FAILED and state.error is not None and now.records:
        yield _failed(state.error, now)
    if state.draft_error is not None:
        error = state.draft_error
        acts = ((Act.SAVE_DRAFT_AGAIN, text("Try again")),)
        yield StateBanner("draft", "error", error.happened, _joined(error.unchanged, error.advice), acts)
    if state.engine_ended_at:
        yield StateBanner(
            f"engine ended {state.engine_ended_at}",
            "warn",
            text(
                "At {time} the program had to start reading this queue anew.",
                time=now.clock(state.engine_ended_at),
            ),
            text(
                "The part of it that reads and commits had ended unexpectedly. "
                "Your decisions are kept, and what was committed is looked up."
            ),
            (_DISMISS,),
        )
    if state.committed_elsewhere:
        yield StateBanner(
            "committed elsewhere",
            "warn",
            text("Another window on this computer is committing to this queue right now."),
            text("You can go on deciding."),
        )
    if state.offline_since:
        yield StateBanner(
            "offline",
            "warn",
            text("No connection since {time}.", time=now.clock(state.offline_since)),
            text("You can go on deciding. To commit, the connection is needed."),
            ((Act.TRY_NOW, text("Try now")),),
        )
    if state.phase is SessionPhase.READY and state.summary is not None and not state.summary.complete:
        yield _stopped(state)
    if state.restored is not None and _is_news(state.restored, now.staged):
        yield _restored(state.restored, now)


def _failed(error: UserFacingError, now: Situation) -> StateBanner:
    """Reading ended early: what was read is there, and so are the decisions."""
    again = (Act.READ_AGAIN, text("Read again"))
    acts = (again,)
    if error.code is ErrorCode.READ_BROKE_OFF:
        acts = ((Act.CONTINUE_READING, text("Continue reading")),)
    return StateBanner("failed", "error", error.happened, _joined(error.more, _kept(now.staged)), acts)


def _kept(staged: int) -> Text:
    if not staged:
        return text("Nothing was changed.")
    return text_n(staged, "Your {n} decision is saved.", "Your {n} decisions are saved.")


def _stopped(state: SessionState) -> StateBanner:
    progress = state.progress
    assert state.summary is not None
    for each in state.summary.findings:
        if each.code is FindingCode.DISK_FULL:
            act = (Act.CONTINUE_READING, text("Continue reading"))
            return StateBanner("disk full", "warn", each.title, each.detail, (act,))
    read = progress.records if progress is not None else state.summary.undecided
    total = read + max(0, progress.offsets_total - progress.offsets_done) if progress is not None else read
    title = text("You stopped after {read} of {total} records.", read=read, total=total)
    if total <= read:
        title = text_n(read, "You stopped after {n} record.", "You stopped after {n} records.")
    return StateBanner("stopped", "info", title, None, ((Act.CONTINUE_READING, text("Continue reading")),))


def _is_news(draft: RestoredDraft, staged: int) -> bool:
    """Whether anything is left of what came back."""
    return draft.put_aside > 0 or (draft.applied > 0 and staged > 0)


def _restored(draft: RestoredDraft, now: Situation) -> StateBanner:
    day = now.day(draft.saved_at)
    if draft.applied:
        title = text_n(
            draft.applied,
            "Your {n} decision of {day} is back.",
            "Your {n} decisions of {day} are back.",
            day=day,
        )
    else:
        title = text("Your decisions of {day} no longer apply.", day=day)
    detail = None
    if draft.put_aside:
        detail = text_n(
            draft.put_aside,
            "{n} of them no longer applies: someone else decided that record.",
            "{n} of them no longer apply: someone else decided those records.",
        )
    return StateBanner("draft restored", "info", title, detail, (_DISMISS,))


def _of_the_findings(now: Situation) -> Iterator[StateBanner]:
    summary = now.state.summary
    if summary is None:
        return
    by_code: dict[FindingCode, Finding] = {finding.code: finding for finding in summary.findings}
    if (denied := _denied(by_code)) is not None:
        yield denied
    for code, finding in by_code.items():
        if (made := _of_finding(code, finding)) is not None:
            yield made


def _denied(by_code: dict[FindingCode, Finding]) -> StateBanner | None:
    """All missing rights in one banner, with one request for the administrator."""
    codes = (FindingCode.MAY_NOT_WRITE_QUEUE, FindingCode.MAY_NOT_WRITE_RETRY, FindingCode.MAY_NOT_COMMIT)
    denied = [by_code[code] for code in codes if code in by_code]
    if not denied:
        return None
    request = "\n\n".join(finding.request for finding in denied if finding.request)
    acts = ((Act.COPY_REQUEST, text("Copy request for your administrator")),) if request else ()
    return StateBanner(
        _DENIED,
        "info",
        text("You can look at this queue, but not retry or discard."),
        denied[0].detail,
        acts,
        request,
    )


def _of_finding(code: FindingCode, finding: Finding) -> StateBanner | None:
    key = code.value
    if code is FindingCode.GROUP_ACTIVE:
        return StateBanner(
            key,
            "warn",
            text("Another program is working on this queue right now."),
            text("You can decide, but committing has to wait until it stops."),
        )
    if code is FindingCode.OTHER_GROUP:
        return StateBanner(
            key,
            "warn",
            text("This queue is worked on with another setup (group “{group}”).", group=finding.value),
            text("You can look at it. To decide, use the same setup."),
        )
    if code is FindingCode.LEFT_OVER:
        return _left_over(finding)
    if code in _AS_WARNING:
        return StateBanner(key, "warn", finding.title, finding.detail, *_unfinished_acts(finding))
    if code in _AS_INFORMATION:
        acts = () if code is FindingCode.READ_ONLY else (_DISMISS,)
        return StateBanner(key, "info", finding.title, finding.detail, acts)
    return None


_AS_WARNING = frozenset(
    {
        FindingCode.NO_RETRY_TOPIC,
        FindingCode.RETRY_MISSING,
        FindingCode.RETRY_IS_QUEUE,
        FindingCode.TAKE_OVER_NEEDED,
        FindingCode.OFFSETS_LOST,
        FindingCode.LEDGER_CONFLICT,
        FindingCode.CLUSTER_UNFINISHED,
    }
)
_AS_INFORMATION = frozenset(
    {
        FindingCode.READ_ONLY,
        FindingCode.OPEN_TRANSACTIONS,
        FindingCode.REMOVED_BEFORE_DECIDED,
        FindingCode.DECIDED_IN_OTHER_GROUP,
    }
)


def _unfinished_acts(finding: Finding) -> tuple[tuple[tuple[Act, Text], ...], str]:
    """What can be done where the cluster has not finished a commit, and what to ask for if nothing helps."""
    if finding.code is not FindingCode.CLUSTER_UNFINISHED:
        return (), ""
    acts = (
        (Act.READ_AGAIN, text("Read again")),
        (Act.END_CLUSTER_WORK, text("End the earlier commit")),
        (Act.COPY_REQUEST, text("Copy request for your administrator")),
    )
    return acts, finding.request


def _left_over(finding: Finding) -> StateBanner:
    title = text_n(
        finding.n,
        "{n} earlier discard still has to be finished.",
        "{n} earlier discards still have to be finished.",
    )
    detail = text_n(finding.n, "It goes along with your next commit.", "They go along with your next commit.")
    return StateBanner(
        finding.code.value, "info", title, detail, ((Act.REVIEW, text("Finish now")), _DISMISS)
    )


def _of_the_decisions(now: Situation) -> Iterator[StateBanner]:
    if now.elsewhere:
        yield StateBanner(
            "elsewhere",
            "warn",
            text_n(
                now.elsewhere,
                "{n} record was decided by someone else.",
                "{n} records were decided by someone else.",
            ),
            None,
            (
                (Act.SHOW_ELSEWHERE, text("Show the {n}", n=now.elsewhere)),
                (Act.REMOVE_ELSEWHERE, text("Remove them from the list")),
            ),
        )
    if now.records and now.staged >= now.records and now.state.phase is SessionPhase.READY:
        yield StateBanner(
            "all decided",
            "ok",
            text_n(now.records, "The one record is decided.", "All {n} records are decided."),
            None,
            ((Act.REVIEW, text_n(now.staged, "Review {n} decision", "Review {n} decisions")),),
        )


def _joined(*parts: Text | None) -> Text:
    """Several sentences after one another."""
    said = [part for part in parts if part is not None]
    names = [f"s{nth}" for nth in range(len(said))]
    return Text(" ".join(f"{{{name}}}" for name in names), tuple(zip(names, said, strict=True)))
