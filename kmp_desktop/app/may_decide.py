"""Why something cannot be decided now, in the words of a tooltip."""

from __future__ import annotations

from kmp_desktop.core.profile import Queue
from kmp_desktop.core.queue_state import FindingCode, Severity
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.core.text import Text, text

_DENIED = frozenset(
    {FindingCode.MAY_NOT_WRITE_QUEUE, FindingCode.MAY_NOT_WRITE_RETRY, FindingCode.MAY_NOT_COMMIT}
)
_NO_RETRY = frozenset({FindingCode.NO_RETRY_TOPIC, FindingCode.RETRY_MISSING, FindingCode.RETRY_IS_QUEUE})


def why_not_decide(state: SessionState) -> Text | None:
    """Why nothing can be decided in this queue; ``None``: it can."""
    if state.phase in (SessionPhase.COMMITTING, SessionPhase.LOCKED):
        return text("A commit is not finished yet")
    if state.phase is SessionPhase.CLOSED:
        return text("The queue is closed")
    summary = state.summary
    if summary is None or summary.may_decide:
        return None
    stops = [finding for finding in summary.findings if finding.severity is Severity.STOP]
    if any(finding.code in _DENIED for finding in stops):
        return text("Your account may look at this queue but not write to it")
    return stops[0].title if stops else text("This queue can only be looked at")


def why_not_retry(state: SessionState, queue: Queue) -> Text | None:
    """Why nothing can be retried, beyond what forbids deciding at all."""
    findings = state.summary.findings if state.summary is not None else ()
    if not queue.retry_topic or any(finding.code in _NO_RETRY for finding in findings):
        return text("There is no retry topic for this queue")
    return None
