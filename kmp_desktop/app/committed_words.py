"""What is said when a commit is final: verified, not compared, different, waiting, refused."""

from __future__ import annotations

from kmp_desktop.app.outcome_page import (
    Block,
    Button,
    Card,
    Kind,
    Line,
    Move,
    Note,
    OutcomePage,
    Receipt,
    RecordList,
    Sign,
    Surroundings,
    Tone,
)
from kmp_desktop.core.outcome import CommitResult, Compared, Outcome
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text, text, text_n

BACK_TO_QUEUES = Button(Move.TO_QUEUES, text("Back to queues"))


def committed_page(result: CommitResult, around: Surroundings) -> OutcomePage:
    """Everything that could be written is final."""
    kind, sign, tone = _kind(result)
    title, sentence = _headline(kind, result)
    return OutcomePage(
        kind,
        sign,
        tone,
        title,
        sentence,
        committed_blocks(result, around),
        _onward(kind, around),
        back=None if around.remaining == 0 else BACK_TO_QUEUES,
        others=(Button(Move.COPY_REPORT, text("Copy report")),) if kind is Kind.DIFFERS else (),
    )


def decided(result: CommitResult) -> int:
    """How many decisions of this commit are final (a discard that takes effect later is, too)."""
    return len(result.merged) + len({*result.purged, *result.deferred})


def continue_button(around: Surroundings) -> Button:
    """On to the records that are left, or to the queues when there are none."""
    if around.remaining is None:
        return Button(Move.TO_RECORDS, text("Continue"), "Ctrl+Return")
    if not around.remaining:
        return Button(Move.TO_QUEUES, text("Back to queues"), "Ctrl+Return")
    label = text_n(around.remaining, "Continue with {n} record", "Continue with {n} records")
    return Button(Move.TO_RECORDS, label, "Ctrl+Return")


def committed_blocks(result: CommitResult, around: Surroundings) -> tuple[Block, ...]:
    """The cards about what is final, what could not be written, and what happens next."""
    blocks: list[Block] = [*_left_out_lists(result), *_different_list(result)]
    if lines := _written_lines(result, around):
        blocks.append(Card(lines, ruled=True))
    blocks.append(receipt(result, around))
    if result.merged:
        blocks.append(_what_happens_next(len(result.merged)))
    return tuple(blocks)


def receipt(result: CommitResult, around: Surroundings) -> Receipt:
    """The numbers under which the parts that are final are found on the broker."""
    numbers = tuple(each.nonce for each in result.chunks if each.outcome is Outcome.COMMITTED and each.nonce)
    return Receipt(numbers, result.finished_at, result.seconds, around.person)


def what_a_discard_did(*, compacts: bool) -> Text:
    """What is true of a discarded record now."""
    if compacts:
        return text("Removed for good.")
    return text("Marked as done; the stored copies expire by themselves.")


def refused_list(result: CommitResult) -> RecordList:
    """The records that cannot be written, each with its reason."""
    n = len(result.refused)
    return RecordList(
        "refused",
        text_n(n, "{n} record cannot be retried", "{n} records cannot be retried"),
        tuple((each.id, each.reason) for each in result.refused),
        take_out=text_n(n, "Take it out", "Take them out"),
    )


def _kind(result: CommitResult) -> tuple[Kind, Sign, Tone]:
    if any(chunk.different for chunk in result.chunks):
        return Kind.DIFFERS, Sign.WARNING, Tone.WARN
    if result.refused:
        return Kind.REFUSED, Sign.WARNING, Tone.WARN
    if any(chunk.waiting_for for chunk in result.chunks):
        return Kind.WAITING, Sign.RUNNING, Tone.INFO
    return Kind.COMMITTED, Sign.OK, Tone.OK


def _headline(kind: Kind, result: CommitResult) -> tuple[Text, Text]:
    match kind:
        case Kind.DIFFERS:
            return _differs_headline(sum(len(chunk.different) for chunk in result.chunks))
        case Kind.REFUSED:
            return _refused_headline(result)
        case Kind.WAITING:
            return _waiting_headline(result)
        case _:
            return _done_headline(result)


def _done_headline(result: CommitResult) -> tuple[Text, Text]:
    n = decided(result)
    if not n and result.gone:
        return (
            text("Nothing had to be committed."),
            text("The records you decided are not in the queue any more."),
        )
    if not n and result.not_sent:
        return (
            text("Nothing was committed."),
            text("The records you decided were not read this time. Your decisions are kept."),
        )
    if not n:
        return (
            text("Done. The earlier discards are finished."),
            text("Everything was written together, nothing is left half done."),
        )
    title = text_n(n, "Done. Your decision was committed.", "Done. All {n} decisions were committed.")
    if result.gone or result.not_sent:
        title = text_n(n, "Done. {n} decision was committed.", "Done. {n} decisions were committed.")
    if result.parts > 1:
        return title, text(
            "Everything was written in {parts} parts, each of them completely. Nothing is left half done.",
            parts=result.parts,
        )
    return title, text("Everything was written together, nothing is left half done.")


def _differs_headline(n: int) -> tuple[Text, Text]:
    return (
        text_n(
            n,
            "Committed, but {n} record needs a look.",
            "Committed, but {n} records need a look.",
        ),
        text_n(
            n,
            "The commit is final. Reading back showed {n} record that is not identical.",
            "The commit is final. Reading back showed {n} records that are not identical.",
        ),
    )


def _refused_headline(result: CommitResult) -> tuple[Text, Text]:
    n, refused = decided(result), len(result.refused)
    if not n:
        stays = text_n(
            refused,
            "Nothing was sent. The record stays in the queue, undecided.",
            "Nothing was sent. The records stay in the queue, undecided.",
        )
        return refused_list(result).title, stays
    title = text_n(
        refused,
        "Committed, but {n} record cannot be retried.",
        "Committed, but {n} records cannot be retried.",
    )
    final = text_n(n, "{n} decision is final.", "{n} decisions are final.")
    still = text_n(
        refused,
        "The one listed below stays in the queue, undecided.",
        "The {n} listed below stay in the queue, undecided.",
    )
    return title, text("{final} {still}", final=final, still=still)


def _waiting_headline(result: CommitResult) -> tuple[Text, Text]:
    final = text_n(decided(result), "Your decision is final.", "Your {n} decisions are final.")
    visible = text(
        "The retried records become visible when another program finishes its own work on the "
        "retry queue. You need not wait."
    )
    if not result.merged:
        visible = text(
            "The queue shows it when another program finishes its own work on it. You need not wait."
        )
    return (
        text("Committed. Waiting for another program."),
        text("{final} {visible}", final=final, visible=visible),
    )


def _onward(kind: Kind, around: Surroundings) -> Button:
    if kind is Kind.WAITING:
        to = Move.TO_QUEUES if around.remaining == 0 else Move.TO_RECORDS
        return Button(to, text("Done"), "Ctrl+Return")
    return continue_button(around)


def _written_lines(result: CommitResult, around: Surroundings) -> tuple[Line, ...]:
    lines = [_retry_line(result)] if result.merged else []
    if result.purged or result.deferred:
        lines.append(_discard_line(result, around.compacts))
    if result.skipped:
        lines.append(_skip_line(result.skipped))
    return tuple(lines)


def _with_times(said: Text, result: CommitResult) -> Text:
    """What was read again, and which of it is not as it was."""
    n = sum(len(chunk.new_times) for chunk in result.chunks)
    if not n:
        return said
    but = text_n(
        n,
        "{n} got the time of the commit, and its original time in one more header.",
        "{n} got the time of the commit, and their original time in one more header.",
    )
    return text("{said} {but}", said=said, but=but)


def _retry_line(result: CommitResult) -> Line:
    n = len(result.merged)
    title = text_n(n, "{n} sent back for retry", "{n} sent back for retry")
    compared = {chunk.compared for chunk in result.chunks if chunk.merged}
    if any(chunk.waiting_for for chunk in result.chunks):
        return Line(
            Sign.RETRY,
            Tone.RETRY,
            title,
            text("Not compared yet: another program's work on the retry queue still hides them."),
            state=text("final"),
        )
    if Compared.DIFFERENT in compared:
        different = sum(len(chunk.different) for chunk in result.chunks)
        return Line(
            Sign.RETRY,
            Tone.RETRY,
            title,
            text("{same} of {n} are identical to the originals.", same=n - different, n=n),
            state=text_n(different, "{n} differs", "{n} differ"),
            state_tone=Tone.WARN,
        )
    if compared <= {Compared.IDENTICAL}:
        identical = text_n(
            n,
            "It was read again afterwards: content and headers are identical to the original.",
            "All {n} were read again afterwards: content and headers are identical to the originals.",
        )
        return Line(Sign.RETRY, Tone.RETRY, title, _with_times(identical, result), state=text("verified"))
    return Line(
        Sign.RETRY,
        Tone.RETRY,
        title,
        text("Not compared: this account may not read the retry queue."),
        state=text("final"),
    )


def _discard_line(result: CommitResult, compacts: bool) -> Line:
    later = len(set(result.deferred))
    now = len({*result.purged} - {*result.deferred})
    title = text_n(now, "{n} discarded", "{n} discarded")
    if later and now:
        title = text_n(
            later,
            "{now} discarded, {n} more takes effect when the newer record is decided",
            "{now} discarded, {n} more take effect when the newer record is decided",
            now=now,
        )
    elif later:
        title = text_n(
            later,
            "{n} discard takes effect when the newer record is decided",
            "{n} discards take effect when the newer record is decided",
        )
    return Line(Sign.DISCARD, Tone.DISCARD, title, _discard_sentence(compacts, later), state=text("final"))


def _discard_sentence(compacts: bool, later: int) -> Text:
    removed = what_a_discard_did(compacts=compacts)
    if not later:
        return removed
    waits = text("A newer record with the same key is still undecided. You need not decide these again.")
    return text("{removed} {waits}", removed=removed, waits=waits)


def _skip_line(n: int) -> Line:
    return Line(
        Sign.SKIP,
        Tone.SKIP,
        text_n(n, "{n} skipped", "{n} skipped"),
        text_n(
            n,
            "It stays in the queue. You will see it again next time.",
            "They stay in the queue. You will see them again next time.",
        ),
    )


def _left_out_lists(result: CommitResult) -> list[RecordList]:
    lists = [refused_list(result)] if result.refused else []
    if result.gone:
        lists.append(_gone_list(result.gone))
    return lists


def _gone_list(gone: tuple[RecordId, ...]) -> RecordList:
    return RecordList(
        "gone",
        text_n(
            len(gone),
            "{n} record is not there any more",
            "{n} records are not there any more",
        ),
        tuple((each, text("The queue removed it before your decision arrived.")) for each in gone),
    )


def _different_list(result: CommitResult) -> list[RecordList]:
    different = [each for chunk in result.chunks for each in chunk.different]
    if not different:
        return []
    title = text_n(len(different), "{n} record is not identical", "{n} records are not identical")
    said = text("The copy in the retry queue differs from the original.")
    return [RecordList("different", title, tuple((each, said) for each in different))]


def _what_happens_next(n: int) -> Note:
    return Note(
        Tone.INFO,
        text("What happens next"),
        text_n(
            n,
            "The services pick up the record on their own. If it fails again, it comes back to this "
            "queue and is marked “came back”.",
            "The services pick up the {n} records on their own. If some fail again, they come back to "
            "this queue and are marked “came back”.",
        ),
    )
