"""Which result page a commit ends on: one builder for each outcome, chosen here.

Nothing is said that the result does not prove: counts come from what was verified, and a sentence
such as "everything" stands only where nothing was refused, gone or left over.
"""

from __future__ import annotations

from kmp_desktop.app.cluster_words import cluster_unfinished_page
from kmp_desktop.app.committed_words import committed_page
from kmp_desktop.app.conflict_words import conflict_page
from kmp_desktop.app.not_committed_words import (
    not_committed_page,
    partly_page,
    stopped_page,
)
from kmp_desktop.app.outcome_page import OutcomePage, Surroundings
from kmp_desktop.app.unknown_words import (
    mixed_page,
    resolved_page,
    unknown_page,
    unknown_resolution_page,
)
from kmp_desktop.core.outcome import CommitResult, NotCommittedReason, Outcome, Resolution


def page_of_commit(result: CommitResult, around: Surroundings) -> OutcomePage:
    """The page that a finished commit ends on."""
    if _reason(result) is NotCommittedReason.CLUSTER_UNFINISHED:
        return cluster_unfinished_page(result, around)
    match result.outcome:
        case Outcome.COMMITTED:
            return committed_page(result, around)
        case Outcome.UNKNOWN:
            return unknown_page(result, around)
        case _:
            return _not_all(result, around)


def _not_all(result: CommitResult, around: Surroundings) -> OutcomePage:
    if result.conflicts:
        return conflict_page(result, around)
    if _reason(result) is NotCommittedReason.STOPPED:
        return stopped_page(result, around)
    if result.partly:
        return partly_page(result, around)
    return not_committed_page(result, around)


def page_of_resolution(
    resolution: Resolution, around: Surroundings, before: CommitResult | None = None
) -> OutcomePage:
    """The page that tells what became of a commit whose outcome was not known.

    ``before`` is that commit if it was made in this window, with the parts that were final then.
    """
    if resolution.missing:
        return mixed_page(resolution)
    if resolution.outcome is Outcome.UNKNOWN:
        return unknown_resolution_page(resolution, around)
    return resolved_page(resolution, around, before)


def _reason(result: CommitResult) -> NotCommittedReason:
    """Why it did not get further; the last part is the one that tells."""
    return result.chunks[-1].reason if result.chunks else NotCommittedReason.NONE
