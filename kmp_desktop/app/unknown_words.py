"""What is said while nobody knows what became of a commit, and once it is known."""

from __future__ import annotations

from kmp_desktop.app.committed_words import continue_button, decided, what_a_discard_did
from kmp_desktop.app.not_committed_words import REPORT, TO_RECORDS, TO_REVIEW
from kmp_desktop.app.outcome_page import (
    Attempts,
    Block,
    Button,
    Card,
    Kind,
    Line,
    Move,
    OutcomePage,
    Receipt,
    RecordList,
    Sign,
    Surroundings,
    Tone,
)
from kmp_desktop.core.outcome import CommitResult, Outcome, Resolution
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text, text_n

_TO_QUEUES = Button(Move.TO_QUEUES, text("Back to queues"))
_ASK_AGAIN = Button(Move.ASK_AGAIN, text("Ask again now"), "F5")
_SILENT = text("The server did not answer in time. Until it does, this queue is locked on this computer.")
_INTERRUPTED = text(
    "The part of the program that talks to the server was interrupted. Until the server has told how the "
    "commit ended, this queue is locked on this computer."
)
_COPY_THIS = Button(Move.COPY_REPORT, text("Copy this report"))


def unknown_page(result: CommitResult, around: Surroundings) -> OutcomePage:
    """A commit of this window was handed over and the answer did not come."""
    n = len(result.locked)
    at = around.handed_over_at or result.finished_at
    message = result.chunks[-1].message if result.chunks else None
    return _unknown(
        Attempts(_known_so_far(n, at, result.finished_at, message), _say_for_certain()),
        _either_or(result, n),
    )


def unknown_resolution_page(resolution: Resolution, around: Surroundings) -> OutcomePage:
    """A commit of an earlier window is unfinished and the server does not answer."""
    n = len(resolution.plan)
    at = resolution.started_at or around.handed_over_at
    return _unknown(
        Attempts(_known_so_far(n, at, 0, resolution.message), _say_for_certain()),
        _all_or_none(n),
    )


def locked_page(around: Surroundings) -> OutcomePage:
    """A commit of this window ended without any result: nothing can be said of it but what was asked."""
    n = around.staged - around.staged_skips
    silent = text("The program was interrupted before the server had answered.")
    return _unknown(
        Attempts(_known_so_far(n, around.handed_over_at, 0, silent), _say_for_certain()),
        _all_or_none(n),
        _INTERRUPTED,
    )


def settled_elsewhere_page() -> OutcomePage:
    """Another window of this computer has asked and was answered; only the queue itself tells now."""
    return OutcomePage(
        Kind.SETTLED_ELSEWHERE,
        Sign.OTHERS,
        Tone.INFO,
        text("The commit has been settled in another window."),
        text("The queue is being read again. What was committed is not offered any more."),
        (),
        Button(Move.TO_RECORDS, text("Back to the records"), "Ctrl+Return"),
        back=_TO_QUEUES,
    )


def resolved_page(resolution: Resolution, around: Surroundings, before: CommitResult | None) -> OutcomePage:
    """The server has answered: committed, or not."""
    if resolution.outcome is Outcome.COMMITTED:
        return _turned_out_committed(resolution, around, before)
    return _turned_out_not_committed(resolution, around, before)


def mixed_page(resolution: Resolution) -> OutcomePage:
    """Part of one commit is on the server and part is not; nothing more is done by itself."""
    there = text("The server holds this decision.")
    not_there = text("The server does not hold this decision.")
    return OutcomePage(
        Kind.MIXED,
        Sign.ERROR,
        Tone.ERROR,
        text("Part of this commit is missing on the server."),
        text("This must not happen. Nothing more is written to this queue until somebody has looked at it."),
        (
            _list(
                "missing",
                "{n} decision is missing",
                "{n} decisions are missing",
                resolution.missing,
                not_there,
            ),
            _list("present", "{n} decision is there", "{n} decisions are there", resolution.present, there),
        ),
        Button(Move.COPY_REPORT, text("Copy report for your administrator")),
        back=_TO_QUEUES,
        esc=False,
        urgent=True,
    )


def _list(name: str, one: str, other: str, ids: tuple[RecordId, ...], said: Text) -> RecordList:
    return RecordList(name, text_n(len(ids), one, other), tuple((each, said) for each in ids))


def _unknown(attempts: Attempts, either: Text, why: Text = _SILENT) -> OutcomePage:
    means = Card(
        (
            Line(Sign.CHECK, Tone.OK, text("Your decisions are safe on this computer.")),
            Line(Sign.CHECK, Tone.OK, either),
            Line(
                Sign.FORBIDDEN,
                Tone.ERROR,
                text(
                    "Please do not send these records again with another tool. They could be processed twice."
                ),
            ),
        ),
        title=text("What this means for you"),
    )
    return OutcomePage(
        Kind.UNKNOWN,
        Sign.UNKNOWN,
        Tone.WARN,
        text("We do not know yet whether the commit worked."),
        why,
        (attempts, means),
        _ASK_AGAIN,
        back=_TO_QUEUES,
        others=(_COPY_THIS,),
        esc=False,
        urgent=True,
    )


def _known_so_far(n: int, handed_at: int, silent_at: int, message: Text | None) -> tuple[Line, ...]:
    handed = text_n(n, "Your decision was handed to the server", "{n} decisions were handed to the server")
    silent = text("The server had not answered at {time}, at the moment of committing.")
    if not silent_at:
        silent = message or text("The program ended before the server had answered.")
    told = text("{time}") if handed_at else None
    return (
        Line(Sign.OK, Tone.OK, handed, told, at=handed_at),
        Line(
            Sign.UNKNOWN,
            Tone.WARN,
            text("No answer whether they were accepted"),
            silent,
            at=silent_at,
        ),
    )


def _say_for_certain() -> Line:
    return Line(Sign.PENDING, Tone.QUIET, text("Say for certain: committed or not committed"))


def _all_or_none(n: int) -> Text:
    return text_n(
        n,
        "Either it was written or it was not. There is no in-between.",
        "Either all {n} were written or none. There is no in-between.",
    )


def _either_or(result: CommitResult, n: int) -> Text:
    if result.parts < 2:
        return _all_or_none(n)
    done = sum(chunk.outcome is Outcome.COMMITTED for chunk in result.chunks)
    sentences = []
    if done:
        sentences.append(text_n(done, "Part 1 is final.", "Parts 1 to {n} are final."))
    sentences.append(text("Part {part}: either all {n} were written or none.", part=done + 1, n=n))
    later = result.parts - done - 1
    if later:
        sentences.append(
            text_n(
                later,
                "Part {first} was not sent.",
                "Parts {first} to {last} were not sent.",
                first=done + 2,
                last=result.parts,
            )
        )
    return _joined(sentences)


def _joined(sentences: list[Text]) -> Text:
    joined = sentences[0]
    for each in sentences[1:]:
        joined = text("{before} {after}", before=joined, after=each)
    return joined


def _turned_out_committed(
    resolution: Resolution, around: Surroundings, before: CommitResult | None
) -> OutcomePage:
    n = resolution.merged + resolution.purged + (decided(before) if before else 0)
    rest = len(before.not_sent) if before else 0
    sentence = text("The server has answered. Everything was written together, nothing is left half done.")
    primary = continue_button(around)
    if rest:
        sentence = text_n(
            rest,
            "The server has answered. {n} decision was not sent and is still staged.",
            "The server has answered. {n} decisions were not sent and are still staged.",
        )
        primary = Button(Move.TO_REVIEW, text("Back to the review"), "Ctrl+Return")
    lines = _counted_lines(resolution, around.compacts)
    blocks: tuple[Block, ...] = (
        Receipt((resolution.nonce,), 0, 0.0, around.person, began_at=resolution.started_at),
    )
    if lines:
        blocks = (Card(lines, ruled=True), *blocks)
    return OutcomePage(
        Kind.COMMITTED,
        Sign.OK,
        Tone.OK,
        text_n(
            n,
            "We know now: your decision was committed.",
            "We know now: all {n} decisions were committed.",
        ),
        sentence,
        blocks,
        primary,
        back=_TO_QUEUES,
    )


def _counted_lines(resolution: Resolution, compacts: bool) -> tuple[Line, ...]:
    lines = []
    if resolution.merged:
        lines.append(
            Line(
                Sign.RETRY,
                Tone.RETRY,
                text_n(resolution.merged, "{n} sent back for retry", "{n} sent back for retry"),
                text("The server holds them under the number of this commit."),
                state=text("final"),
            )
        )
    if resolution.purged:
        lines.append(
            Line(
                Sign.DISCARD,
                Tone.DISCARD,
                text_n(resolution.purged, "{n} discarded", "{n} discarded"),
                what_a_discard_did(compacts=compacts),
                state=text("final"),
            )
        )
    return tuple(lines)


def _turned_out_not_committed(
    resolution: Resolution, around: Surroundings, before: CommitResult | None
) -> OutcomePage:
    final = decided(before) if before else 0
    title = text("We know now: nothing was committed.")
    sentence = text("The server has answered. Everything is as it was before.")
    if final:
        title = text("We know now: the last part was not committed.")
        sentence = text_n(
            final,
            "The server has answered. {n} decision of the parts before is final.",
            "The server has answered. {n} decisions of the parts before are final.",
        )
    kept = text_n(
        around.staged or len(resolution.plan),
        "Your decision is saved on this computer. You can commit it again.",
        "All {n} decisions are saved on this computer. You can commit them again.",
    )
    answer = text("The server never took the commit as final, so it fell away as a whole.")
    lines = (
        Line(Sign.INFO, Tone.INFO, text("What happened"), resolution.message or answer),
        Line(Sign.UNCHANGED, Tone.OK, text("What was not changed"), kept),
        Line(
            Sign.ADVICE,
            Tone.INFO,
            text("What you can do"),
            text("Go back to the review and commit again."),
        ),
    )
    return OutcomePage(
        Kind.NOT_COMMITTED,
        Sign.ERROR,
        Tone.ERROR,
        title,
        sentence,
        (Card(lines),),
        Button(Move.TO_REVIEW, TO_REVIEW.label, "Ctrl+Return"),
        back=TO_RECORDS,
        others=(REPORT,),
        urgent=True,
    )
