"""What is said when nothing, or not everything, was committed: why, what stayed, what helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kmp_desktop.app.committed_words import committed_blocks, decided
from kmp_desktop.app.outcome_page import (
    Button,
    Card,
    Kind,
    Line,
    Move,
    OutcomePage,
    Sign,
    Surroundings,
    Tone,
)
from kmp_desktop.core.outcome import ChunkResult, CommitResult, NotCommittedReason, Outcome
from kmp_desktop.core.text import Text, text, text_n

TO_RECORDS = Button(Move.TO_RECORDS, text("Back to the records"))
TO_REVIEW = Button(Move.TO_REVIEW, text("Back to the review"))
TRY_AGAIN = Button(Move.TRY_AGAIN, text("Try again"), "F5")
REPORT = Button(Move.COPY_REPORT, text("Copy report"))
_TO_QUEUES = Button(Move.TO_QUEUES, text("Back to queues"))
_READ_AGAIN = Button(Move.READ_AGAIN, text("Read again"), "F5")
_EDIT_CONNECTION = Button(Move.EDIT_CONNECTION, text("Edit connection"))


@dataclass(frozen=True, slots=True)
class _Why:
    """One reason in words: for the headline, in full, and what helps. ``kept``: what was not changed."""

    short: Text
    happened: Text
    advice: Text
    back: Button = TO_RECORDS
    others: tuple[Button, ...] = (TO_REVIEW,)
    primary: Button = TRY_AGAIN
    kept: Text | None = None


def not_committed_page(result: CommitResult, around: Surroundings) -> OutcomePage:
    """Nothing was committed, for the reason the last part gives."""
    why = _why(result, around)
    return OutcomePage(
        Kind.NOT_COMMITTED,
        Sign.ERROR,
        Tone.ERROR,
        text("Nothing was committed."),
        text("{short} Everything is as it was before.", short=why.short),
        (_three_answers(why, around.staged),),
        why.primary,
        back=why.back,
        others=(REPORT, *why.others),
        urgent=True,
    )


def partly_page(result: CommitResult, around: Surroundings) -> OutcomePage:
    """Some parts are final, then one was not committed."""
    why = _why(result, around)
    done = sum(chunk.outcome is Outcome.COMMITTED for chunk in result.chunks)
    primary = why.primary
    if primary is TRY_AGAIN:
        primary = Button(Move.TRY_AGAIN, text("Try part {part} again", part=done + 1), "F5")
    card = Card((_happened(why), _advice(why)))
    return OutcomePage(
        Kind.PARTLY,
        Sign.WARNING,
        Tone.WARN,
        _parts_title(done, result.parts),
        _final_and_staged(decided(result), len(result.not_sent)),
        (card, *committed_blocks(result, around)),
        primary,
        back=why.back,
        others=(REPORT,),
        urgent=True,
    )


def stopped_page(result: CommitResult, around: Surroundings) -> OutcomePage:
    """A person stopped the commit: before anything was final, or between two parts."""
    done = sum(chunk.outcome is Outcome.COMMITTED for chunk in result.chunks)
    if done:
        sentence = _final_and_staged(decided(result), len(result.not_sent))
        blocks = committed_blocks(result, around)
    else:
        sentence = text_n(
            around.staged,
            "Nothing was changed. Your decision is still staged.",
            "Nothing was changed. Your {n} decisions are still staged.",
        )
        blocks = ()
    return OutcomePage(
        Kind.STOPPED,
        Sign.STOPPED,
        Tone.INFO,
        text("You stopped the commit."),
        sentence,
        blocks,
        Button(Move.TO_REVIEW, text("Back to the review"), "Ctrl+Return"),
        back=TO_RECORDS,
    )


def _three_answers(why: _Why, staged: int) -> Card:
    unchanged = Line(Sign.UNCHANGED, Tone.OK, text("What was not changed"), why.kept or kept(staged))
    return Card((_happened(why), unchanged, _advice(why)))


def _happened(why: _Why) -> Line:
    return Line(Sign.ERROR, Tone.ERROR, text("What happened"), why.happened)


def _advice(why: _Why) -> Line:
    return Line(Sign.ADVICE, Tone.INFO, text("What you can do"), why.advice)


def kept(staged: int) -> Text:
    """What was not changed when nothing was sent."""
    return text_n(
        staged,
        "Nothing was sent and nothing was discarded. Your decision is saved on this computer.",
        "Nothing was sent and nothing was discarded. All {n} decisions are saved on this computer.",
    )


def _parts_title(done: int, parts: int) -> Text:
    committed = _parts(
        1,
        done,
        "Part {a} of {parts} was committed",
        "Parts {a} and {b} of {parts} were committed",
        "Parts {a} to {b} of {parts} were committed",
        parts,
    )
    rest = _parts(
        done + 1,
        parts - done,
        "part {a} was not",
        "parts {a} and {b} were not",
        "parts {a} to {b} were not",
        parts,
    )
    return text("{committed}, {rest}.", committed=committed, rest=rest)


def _parts(first: int, count: int, one: str, two: str, many: str, parts: int) -> Text:
    template = one if count == 1 else two if count == 2 else many
    return text(template, a=first, b=first + count - 1, parts=parts)


def _final_and_staged(final: int, staged: int) -> Text:
    return text(
        "{final} {staged}",
        final=text_n(final, "{n} decision is final.", "{n} decisions are final."),
        staged=text_n(
            staged,
            "{n} was not sent and is still staged.",
            "{n} were not sent and are still staged.",
        ),
    )


def _why(result: CommitResult, around: Surroundings) -> _Why:
    chunk = result.chunks[-1] if result.chunks else ChunkResult(Outcome.NOT_COMMITTED)
    build = _REASONS.get(chunk.reason, _refused)
    return build(chunk, around)


def _refused(chunk: ChunkResult, _around: Surroundings) -> _Why:
    return _Why(
        text("The server refused."),
        chunk.message or text("The server did not accept the decisions."),
        text("Ask your Kafka administrator, then try again. Or go back and change your decisions."),
    )


def _no_connection(chunk: ChunkResult, _around: Surroundings) -> _Why:
    return _Why(
        text("There is no connection to the server."),
        chunk.message or text("The server did not answer before anything was sent."),
        text("Check the network or VPN, then try again."),
    )


def _group_active(chunk: ChunkResult, around: Surroundings) -> _Why:
    return _Why(
        text("Another program is working on this queue."),
        chunk.message or text("It uses the same group “{group}”.", group=around.group),
        text("Wait until it has finished, or ask who runs it."),
    )


def _queue_remade(_chunk: ChunkResult, _around: Surroundings) -> _Why:
    return _Why(
        text("The queue was set up anew."),
        text("The queue was set up anew. Its records are not the ones you decided on."),
        text("Read the queue again and decide what is in it now."),
        back=_TO_QUEUES,
        others=(),
        primary=_READ_AGAIN,
        kept=text(
            "Nothing was committed. Your old decisions are put aside, they are never "
            "applied to other records."
        ),
    )


def _retry_missing(_chunk: ChunkResult, around: Surroundings) -> _Why:
    return _Why(
        text("The retry queue does not exist any more."),
        text("The retry queue “{topic}” does not exist any more.", topic=around.retry_topic),
        text(
            "Set another retry queue in the connection, or ask your Kafka administrator to create it again."
        ),
        others=(_EDIT_CONNECTION,),
        primary=Button(Move.TO_REVIEW, text("Back to the review"), "Ctrl+Return"),
    )


def _other_window(_chunk: ChunkResult, _around: Surroundings) -> _Why:
    return _Why(
        text("Another window is committing."),
        text("Another window on this computer is committing to this queue right now."),
        text("Wait until it has finished, then try again."),
    )


def _other_group(chunk: ChunkResult, _around: Surroundings) -> _Why:
    return _Why(
        text("This queue is worked on with another setup."),
        chunk.message or text("Somebody else decides this queue with another group."),
        text("To decide, use the same setup."),
        back=TO_RECORDS,
        others=(),
        primary=_EDIT_CONNECTION,
    )


def _take_over(chunk: ChunkResult, _around: Surroundings) -> _Why:
    return _Why(
        text("Somebody worked on this queue with another program."),
        chunk.message or text("It has to be said what counts as done before anything is committed."),
        text("Read the queue again and say what counts as done. Your decisions are kept."),
        others=(),
        primary=_READ_AGAIN,
    )


def _forgotten(chunk: ChunkResult, _around: Surroundings) -> _Why:
    return _Why(
        text("The server has forgotten what was decided here."),
        chunk.message or text("It has to be said what counts as done before anything is committed."),
        text("Read the queue again and say whether to continue with what is known. Your decisions are kept."),
        others=(),
        primary=_READ_AGAIN,
    )


def _journal(chunk: ChunkResult, _around: Surroundings) -> _Why:
    return _Why(
        text("The decisions could not be saved on this computer."),
        chunk.message
        or text("A commit starts only after its plan is saved on this computer. The disk did not take it."),
        text("Free some space, then try again."),
        kept=text("Nothing was sent. Your decisions are kept in memory: keep this window open."),
    )


def _backup(chunk: ChunkResult, _around: Surroundings) -> _Why:
    return _Why(
        text("The history or the backup could not be saved on this computer."),
        chunk.message or text("A commit starts only after what is discarded is kept on this computer."),
        text("Unlock the password store, or free some space. Then try again."),
        kept=text("Nothing was sent. Your decisions are still staged."),
    )


def _ledger_full(chunk: ChunkResult, _around: Surroundings) -> _Why:
    n = len(chunk.low_offsets)
    show = Button(
        Move.SHOW_RECORDS, text_n(n, "Show the record", "Show the {n}"), "Ctrl+Return", chunk.low_offsets
    )
    return _Why(
        text("Too many gaps."),
        text(
            "What is decided has to fit into a short note on the server. There are too many undecided "
            "records between the decided ones."
        ),
        text_n(
            n,
            "Decide this older record first, then this commit fits.",
            "Decide these {n} older records first, then this commit fits.",
        ),
        primary=show if n else TRY_AGAIN,
    )


def _contention(_chunk: ChunkResult, _around: Surroundings) -> _Why:
    return _Why(
        text("Others were committing at the same moment."),
        text("Others were committing to this queue at the same moment, several times in a row."),
        text("Try again in a minute."),
    )


def _load_again(chunk: ChunkResult, _around: Surroundings) -> _Why:
    return _Why(
        text("The queue has changed."),
        chunk.message
        or text("The queue has changed in a way that has to be looked at before anything is sent."),
        text("The queue is being read again. Your decisions stay where they still apply."),
        others=(),
        primary=Button(Move.TO_REVIEW, text("Back to the review"), "Ctrl+Return"),
    )


_REASONS: dict[NotCommittedReason, Callable[[ChunkResult, Surroundings], _Why]] = {
    NotCommittedReason.NO_CONNECTION: _no_connection,
    NotCommittedReason.GROUP_ACTIVE: _group_active,
    NotCommittedReason.QUEUE_REMADE: _queue_remade,
    NotCommittedReason.RETRY_MISSING: _retry_missing,
    NotCommittedReason.OTHER_WINDOW: _other_window,
    NotCommittedReason.OTHER_GROUP: _other_group,
    NotCommittedReason.TAKE_OVER: _take_over,
    NotCommittedReason.FORGOTTEN: _forgotten,
    NotCommittedReason.JOURNAL: _journal,
    NotCommittedReason.BACKUP: _backup,
    NotCommittedReason.LEDGER_FULL: _ledger_full,
    NotCommittedReason.CONTENTION: _contention,
    NotCommittedReason.LOAD_AGAIN: _load_again,
}
