"""What is said when the cluster has not finished a commit of this program, and of ending it from here."""

from __future__ import annotations

from kmp_desktop.app.not_committed_words import TO_RECORDS, kept
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
from kmp_desktop.core.outcome import ChunkResult, ClusterWork, CommitResult, Outcome
from kmp_desktop.core.text import Text, text

_TO_QUEUES = Button(Move.TO_QUEUES, text("Back to queues"))
_REPORT = Button(Move.COPY_REPORT, text("Copy report for your administrator"))
_END_IT = Button(Move.END_CLUSTER_WORK, text("End the earlier commit"))
_TO_REVIEW = Button(Move.TO_REVIEW, text("Back to the review"), "Ctrl+Return")


def cluster_unfinished_page(result: CommitResult, around: Surroundings) -> OutcomePage:
    """The cluster holds a commit of ours that it has not finished, this one or an earlier one."""
    chunk = result.chunks[-1]
    not_committed = chunk.outcome is Outcome.NOT_COMMITTED
    if not_committed:
        title = text("Nothing was committed.")
        sentence = text("The server has not finished an earlier commit of this program.")
        again = Button(Move.TRY_AGAIN, text("Check again"), "F5")
    else:
        title = text("Committed, but the server has not finished it.")
        sentence = text(
            "This can happen when a server was restarted at that very moment. Nothing more is sent "
            "to this queue until it is settled."
        )
        move = Move.ASK_AGAIN if chunk.outcome is Outcome.UNKNOWN else Move.READ_AGAIN
        again = Button(move, text("Check again"), "F5")
    return OutcomePage(
        Kind.CLUSTER_UNFINISHED,
        Sign.UNKNOWN,
        Tone.WARN,
        title,
        sentence,
        (Card(_unfinished_lines(chunk, around), title=text("What we know")),),
        again,
        back=TO_RECORDS if not_committed else _TO_QUEUES,
        others=(_REPORT, _END_IT) if not_committed else (_REPORT,),
        urgent=True,
    )


def ending_page() -> OutcomePage:
    """A person asked to end it; this is how long that may take."""
    return OutcomePage(
        Kind.CLUSTER_ENDING,
        Sign.RUNNING,
        Tone.INFO,
        text("The earlier commit is being ended."),
        text("This can take half a minute. Your decisions stay as they are."),
        (),
        TO_RECORDS,
        back=_TO_QUEUES,
    )


def ended_page(around: Surroundings) -> OutcomePage:
    """It is ended: what it had not made final is dropped."""
    unchanged = Line(Sign.UNCHANGED, Tone.OK, text("What was not changed"), kept(around.staged))
    return OutcomePage(
        Kind.CLUSTER_ENDED,
        Sign.OK,
        Tone.OK,
        text("The earlier commit is ended."),
        text("What it had not made final was dropped. The queue is being read again."),
        (Card((unchanged,)),),
        _TO_REVIEW,
        back=TO_RECORDS,
        urgent=True,
    )


def beyond_us_page(work: ClusterWork, around: Surroundings) -> OutcomePage:
    """It could not be ended from here: somebody with other rights has to."""
    lines = (
        Line(
            Sign.UNKNOWN,
            Tone.WARN,
            text("This is still open on the server"),
            text("{places}", places=", ".join(work.held)),
        ),
        Line(Sign.UNCHANGED, Tone.OK, text("What was not changed"), kept(around.staged)),
        Line(
            Sign.ADVICE,
            Tone.INFO,
            text("What you can do"),
            text(
                "Call your Kafka administrator and hand over the report: it names what has to be ended, and "
                "the commands for it. Or it is another program's work, and ends by itself."
            ),
        ),
    )
    return OutcomePage(
        Kind.CLUSTER_UNFINISHED,
        Sign.UNKNOWN,
        Tone.WARN,
        text("The earlier commit could not be ended from here."),
        text("Nothing was committed. This needs your Kafka administrator."),
        (Card(lines, title=text("What we know")),),
        Button(Move.TRY_AGAIN, text("Check again"), "F5"),
        back=TO_RECORDS,
        others=(_REPORT,),
        urgent=True,
    )


def _unfinished_lines(chunk: ChunkResult, around: Surroundings) -> tuple[Line, ...]:
    accepted = Line(Sign.OK, Tone.OK, text("The server accepted the commit"))
    open_end = Line(
        Sign.UNKNOWN,
        Tone.WARN,
        text("It has not made it visible to everybody"),
        chunk.message,
    )
    if chunk.outcome is Outcome.NOT_COMMITTED:
        open_end = Line(
            Sign.UNKNOWN,
            Tone.WARN,
            text("An earlier commit of this program is still open on the server"),
            chunk.message,
        )
    elif chunk.outcome is Outcome.UNKNOWN:
        accepted = Line(
            Sign.UNKNOWN, Tone.WARN, text("It is not known whether the server accepted the commit")
        )
    advice = Line(Sign.ADVICE, Tone.INFO, text("What you can do"), _advice(chunk.outcome))
    if chunk.outcome is Outcome.NOT_COMMITTED:
        unchanged = Line(Sign.UNCHANGED, Tone.OK, text("What was not changed"), kept(around.staged))
        return open_end, unchanged, advice
    return accepted, open_end, advice


def _advice(outcome: Outcome) -> Text:
    if outcome is Outcome.NOT_COMMITTED:
        return text(
            "Wait a few minutes and check again: somebody may just be committing. If it stays like this, end "
            "the earlier commit here. What it had not made final is dropped; whoever made it is told so."
        )
    return text(
        "Wait a few minutes and check again. If it stays like this, give the "
        "report to your Kafka administrator."
    )
