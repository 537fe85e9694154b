"""What the review page says: headline, count cards, where things go, and why it may not commit yet."""

from __future__ import annotations

from dataclasses import dataclass

from kmp_desktop.core.profile import ConnectionProfile, Environment, Queue
from kmp_desktop.core.queue_state import Severity
from kmp_desktop.core.review import Review
from kmp_desktop.core.session import SessionPhase, SessionState
from kmp_desktop.core.text import Text, text, text_n


@dataclass(frozen=True, slots=True)
class Destination:
    """A line of the card "Where things go"."""

    decision: Text
    sentence: Text


def review_title(staged: int) -> Text:
    """Headline over everything staged."""
    if not staged:
        return text("Nothing is staged")
    return text_n(staged, "Review your decision", "Review your {n} decisions")


def review_sentence(parts: int) -> Text:
    """What a commit would mean."""
    if parts > 1:
        return text(
            "Nothing has been sent yet. When you commit, everything below is written in {parts} parts. "
            "Each part is written completely or not at all.",
            parts=parts,
        )
    return text(
        "Nothing has been sent yet. When you commit, everything below is written together, or nothing is."
    )


def committing_sentence() -> Text:
    """In its place while the commit runs: "nothing has been sent" does not hold any more."""
    return text("The commit is running.")


def retry_sentence() -> Text:
    """Under the count of retries."""
    return text("sent back to be processed again")


def discard_sentence(compacts: bool) -> Text:
    """Under the count of discards."""
    if compacts:
        return text("removed for good")
    return text("marked as done; the stored copies expire by themselves")


def skip_sentence() -> Text:
    """Under the count of skips."""
    return text("stay in the queue for later")


def destinations(review: Review, queue: Queue, compacts: bool) -> tuple[Destination, ...]:
    """Where the records of this review would go; lines without records are left out."""
    lines = []
    if review.retry:
        lines.append(Destination(text("Retry"), _retry_destination(review, queue)))
    if review.discard:
        lines.append(Destination(text("Discard"), _discard_destination(review, queue, compacts)))
    if review.skip:
        lines.append(Destination(text("Skip"), _skip_destination(review.skip, queue)))
    return tuple(lines)


def _retry_destination(review: Review, queue: Queue) -> Text:
    goes = text_n(
        review.retry,
        "{n} record goes to “{topic}”. Content and headers are passed on unchanged.",
        "{n} records go to “{topic}”. Content and headers are passed on unchanged.",
        topic=queue.retry_topic,
    )
    if not review.new_times:
        return goes
    more = text_n(
        review.new_times,
        "{n} gets another time and one more header, as said in the checks.",
        "{n} get another time and one more header, as said in the checks.",
    )
    return text("{goes} {more}", goes=goes, more=more)


def _discard_destination(review: Review, queue: Queue, compacts: bool) -> Text:
    n = review.discard
    if compacts and review.deferred:
        return _removed_in_part(n - review.deferred, review.deferred, queue)
    if compacts:
        return _removed(n, queue)
    return text_n(
        n,
        "{n} record of “{name}” ({topic}) is marked as done.",
        "{n} records of “{name}” ({topic}) are marked as done.",
        name=queue.name,
        topic=queue.queue_topic,
    )


def _removed(n: int, queue: Queue) -> Text:
    return text_n(
        n,
        "{n} record is removed from “{name}” ({topic}).",
        "{n} records are removed from “{name}” ({topic}).",
        name=queue.name,
        topic=queue.queue_topic,
    )


def _removed_in_part(now: int, later: int, queue: Queue) -> Text:
    then = text_n(
        later,
        "{n} record is removed as soon as the other one with its key is decided.",
        "{n} records are removed as soon as the others with their keys are decided.",
    )
    return text("{now} {then}", now=_removed(now, queue), then=then) if now else then


def _skip_destination(n: int, queue: Queue) -> Text:
    return text_n(
        n,
        "{n} record stays in “{name}” ({topic}).",
        "{n} records stay in “{name}” ({topic}).",
        name=queue.name,
        topic=queue.queue_topic,
    )


def confirmation_needed(profile: ConnectionProfile, review: Review) -> bool:
    """Whether the number of discards must be typed before this commit."""
    threshold = max(profile.confirm_discards_from, 1)
    return profile.environment is Environment.PRODUCTION and review.discard >= threshold


def commit_label(review: Review, left: int) -> Text:
    """On the commit button. ``left``: earlier discards that go along."""
    n = review.retry + review.discard
    if not n and left:
        return text_n(left, "Finish {n} earlier discard", "Finish {n} earlier discards")
    return text_n(n, "Commit {n} decision", "Commit {n} decisions")


def why_not(review: Review, state: SessionState, *, typed: bool) -> Text | None:
    """Why a commit is not possible right now; ``None`` = it is. ``typed``: confirmed or not needed."""
    return _why_not_here(state) or _why_not_this(review, _left(state), typed=typed)


def foot_sentence(review: Review) -> Text:
    """What is left to judge, beside the commit button; may be empty."""
    warnings = sum(check.severity is Severity.WARNING for check in review.checks)
    judge = text_n(warnings, "{n} warning above is yours to judge.", "{n} warnings above are yours to judge.")
    skipped = text_n(
        review.skip,
        "{n} skipped record is not touched.",
        "{n} skipped records are not touched.",
    )
    if warnings and review.skip:
        return text("{judge} {skipped}", judge=judge, skipped=skipped)
    if warnings:
        return judge
    return skipped if review.skip else text("")


def _left(state: SessionState) -> int:
    return state.summary.left if state.summary else 0


_NOT_READY = {
    SessionPhase.CONNECTING: text("The queue is not connected yet"),
    SessionPhase.CHECKING: text("The last commit is still being checked"),
    SessionPhase.READING: text("The queue is still being read"),
    SessionPhase.COMMITTING: text("A commit is running"),
    SessionPhase.LOCKED: text("It is not known yet what became of the last commit"),
    SessionPhase.FAILED: text("The queue could not be read"),
    SessionPhase.CLOSED: text("The queue is closed"),
}


def _why_not_here(state: SessionState) -> Text | None:
    if state.offline_since:
        return text("No connection")
    if state.phase in _NOT_READY:
        return _NOT_READY[state.phase]
    if state.committed_elsewhere:
        return text("Another window on this computer is committing to this queue right now")
    if state.summary is not None and not state.summary.may_decide:
        return text("This queue can be looked at, but not decided")
    return None


def _why_not_this(review: Review, left: int, *, typed: bool) -> Text | None:
    if review.stops:
        return text("Solve the stop above first")
    if not review.retry + review.discard and not left:
        if review.skip:
            return text("Only skipped records: there is nothing to commit")
        return text("Nothing is decided: there is nothing to commit")
    if not typed:
        return text("Type {n} to confirm", n=review.discard)
    return None
