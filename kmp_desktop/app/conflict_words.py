"""What is said when somebody else decided records of this commit meanwhile."""

from __future__ import annotations

from kmp_desktop.app.committed_words import committed_blocks, decided
from kmp_desktop.app.outcome_page import (
    Block,
    Button,
    ConflictCard,
    Kind,
    Move,
    OutcomePage,
    Sign,
    Surroundings,
    Tone,
)
from kmp_desktop.core.outcome import CommitResult, Outcome
from kmp_desktop.core.text import Text, text, text_n


def conflict_page(result: CommitResult, around: Surroundings) -> OutcomePage:
    """Theirs stand; mine for the same records wait for a choice; the others can still be committed."""
    others = _others(result, around)
    card = _card(result, others)
    blocks: list[Block] = [card]
    if decided(result):
        blocks.extend(committed_blocks(result, around))
    n = len(result.conflicts)
    return OutcomePage(
        Kind.CONFLICT,
        Sign.OTHERS,
        Tone.WARN,
        text_n(
            n,
            "Someone else decided {n} of these while you worked.",
            "Someone else decided {n} of these while you worked.",
        ),
        text("{sent} {rest}", sent=_sent(result), rest=_rest(others)),
        tuple(blocks),
        card.leave,
        back=Button(Move.TO_RECORDS, text("Back to the records")),
        others=(Button(Move.SAVE_DECISIONS, text("Save my decisions as a file …")),),
        urgent=True,
    )


def _others(result: CommitResult, around: Surroundings) -> int:
    """My decisions to retry or discard that are still staged and that nobody else has made."""
    return max(around.staged - around.staged_skips - len(result.conflicts), 0)


def _card(result: CommitResult, others: int) -> ConflictCard:
    n = len(result.conflicts)
    ids = tuple(each.id for each in result.conflicts)
    go_on = text_n(others, "Continue with {n} decision", "Continue with {n} decisions")
    leave_text = text_n(
        n,
        "Leave this one as it is and go back to the review with my other {others} decisions",
        "Leave these {n} as they are and go back to the review with my other {others} decisions",
        others=others,
    )
    if not others:
        go_on = text("Back to the records")
        leave_text = text_n(n, "Leave this one as it is", "Leave these {n} as they are")
    return ConflictCard(
        result.conflicts,
        leave=Button(Move.LEAVE_CONFLICTS, go_on, "Ctrl+Return", ids),
        leave_text=leave_text,
        look=Button(Move.SHOW_RECORDS, text_n(n, "Show it", "Show the {n}"), "Ctrl+Return", ids),
        look_text=text_n(n, "Look at it first", "Look at the {n} first"),
    )


def _sent(result: CommitResult) -> Text:
    done = sum(chunk.outcome is Outcome.COMMITTED for chunk in result.chunks)
    if not done:
        return text("Nothing of yours has been sent.")
    if result.parts > 1 and len(result.chunks) == done + 1:
        return text_n(
            done,
            "Part {n} is final. Of part {next} nothing was sent.",
            "Parts 1 to {n} are final. Of part {next} nothing was sent.",
            next=done + 1,
        )
    return text_n(decided(result), "{n} decision is final.", "{n} decisions are final.")


def _rest(others: int) -> Text:
    if not others:
        return text("There are no other decisions to commit.")
    return text_n(
        others,
        "Your other decision is unchanged and can still be committed.",
        "Your other {n} decisions are unchanged and can still be committed.",
    )
