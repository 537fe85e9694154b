"""Each outcome has its page: title, sentences, buttons, and never more than is proved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmp_desktop.app.cluster_words import beyond_us_page
from kmp_desktop.app.outcome_page import (
    Attempts,
    Card,
    ConflictCard,
    Kind,
    Move,
    Note,
    OutcomePage,
    Receipt,
    RecordList,
)
from kmp_desktop.app.outcome_words import page_of_commit, page_of_resolution
from kmp_desktop.app.unknown_words import locked_page
from kmp_desktop.core.outcome import (
    ChunkResult,
    ClusterWork,
    CommitResult,
    Compared,
    NotCommittedReason,
    Outcome,
)
from kmp_desktop.core.text import text
from tests.unit.app.results import (
    AROUND,
    failed,
    final,
    ids,
    refusals,
    resolution,
    result,
    theirs,
)


def _said(page: OutcomePage) -> str:
    """Everything a card or strip of the page says, for looking a sentence up."""
    found = [str(page.title), str(page.sentence)]
    for block in page.blocks:
        match block:
            case Card(lines=lines) | Attempts(lines=lines):
                for line in lines:
                    found += [str(line.title), str(line.detail_at("14:44:08") or ""), str(line.state or "")]
            case RecordList():
                found += [str(block.title), *(str(said) for _, said in block.records)]
            case Note():
                found += [str(block.title), str(block.sentence)]
            case ConflictCard():
                found += [str(block.leave_text), str(block.look_text)]
            case _:
                pass
    return "\n".join(found)


def _moves(page: OutcomePage) -> list[Move]:
    buttons = [page.back, *page.others, page.primary]
    return [button.move for button in buttons if button is not None]


def test_a_commit_in_one_part_says_that_all_of_it_is_done() -> None:
    page = page_of_commit(result(final()), AROUND)

    assert Kind.COMMITTED == page.kind
    assert "Done. All 127 decisions were committed." == str(page.title)
    assert "Everything was written together, nothing is left half done." == str(page.sentence)
    assert "Continue with 1,157 records" == str(page.primary.label)
    assert [Move.TO_QUEUES, Move.TO_RECORDS] == _moves(page)
    assert not page.urgent


def test_a_commit_tells_what_became_of_each_kind_of_decision() -> None:
    said = _said(page_of_commit(result(final()), AROUND))

    assert "96 sent back for retry" in said
    assert "All 96 were read again afterwards: content and headers are identical to the originals." in said
    assert "31 discarded\nRemoved for good." in said
    assert "16 skipped\nThey stay in the queue. You will see them again next time." in said
    assert "The services pick up the 96 records on their own." in said


def test_a_single_decision_is_told_in_the_singular() -> None:
    page = page_of_commit(result(final(merged=1, purged=0)), AROUND)

    assert "Done. Your decision was committed." == str(page.title)
    assert "It was read again afterwards" in _said(page)


def test_the_receipt_is_the_number_of_the_commit_on_the_broker() -> None:
    page = page_of_commit(result(final(), final(at=500, nonce="0011223344556677")), AROUND)

    (receipt,) = (block for block in page.blocks if isinstance(block, Receipt))
    assert ("a1b2c3d4e5f60718", "0011223344556677") == receipt.numbers
    assert "cs-lead-02" == receipt.person


def test_copies_that_could_not_be_read_back_are_not_called_verified() -> None:
    said = _said(page_of_commit(result(final(compared=Compared.NOT_COMPARED)), AROUND))

    assert "Not compared: this account may not read the retry queue." in said
    assert "verified" not in said


def test_copies_that_differ_are_listed_and_the_title_says_so() -> None:
    page = page_of_commit(result(final(compared=Compared.DIFFERENT, different=ids(0, 2))), AROUND)

    assert Kind.DIFFERS == page.kind
    assert "Committed, but 2 records need a look." == str(page.title)
    (listed,) = (block for block in page.blocks if isinstance(block, RecordList))
    assert list(ids(0, 2)) == [record for record, _ in listed.records]
    assert Move.COPY_REPORT in _moves(page)
    assert "verified" not in _said(page)


def test_waiting_for_another_program_says_that_nobody_has_to_wait() -> None:
    waiting = final(waiting_for=("orders.events.retry/0",), compared=Compared.NOT_COMPARED)
    page = page_of_commit(result(waiting), AROUND)

    assert Kind.WAITING == page.kind
    assert "Committed. Waiting for another program." == str(page.title)
    assert "Done" == str(page.primary.label)
    assert "You need not wait." in str(page.sentence)
    assert "may not read" not in _said(page)


def test_discards_that_take_effect_later_are_counted_apart() -> None:
    page = page_of_commit(result(final(deferred=ids(96, 4))), AROUND)

    assert "Done. All 127 decisions were committed." == str(page.title)
    assert "27 discarded, 4 more take effect when the newer record is decided" in _said(page)


def test_a_queue_that_is_not_compacted_does_not_claim_that_anything_was_removed() -> None:
    said = _said(page_of_commit(result(final()), replace(AROUND, compacts=False)))

    assert "Marked as done; the stored copies expire by themselves." in said
    assert "Removed for good." not in said


def test_with_nothing_left_the_way_on_leads_to_the_queues() -> None:
    page = page_of_commit(result(final()), replace(AROUND, remaining=0))

    assert [Move.TO_QUEUES] == _moves(page)


def test_left_over_discards_alone_are_told_as_finished() -> None:
    page = page_of_commit(result(final(merged=0, purged=0)), AROUND)

    assert "Done. The earlier discards are finished." == str(page.title)


def test_refused_records_are_named_with_their_reason_and_the_title_does_not_say_all() -> None:
    page = page_of_commit(result(final(), refused=refusals(2)), AROUND)

    assert Kind.REFUSED == page.kind
    assert "Committed, but 2 records cannot be retried." == str(page.title)
    assert "127 decisions are final. The 2 listed below stay in the queue, undecided." == str(page.sentence)
    assert "larger than the retry queue accepts" in _said(page)


def test_when_everything_was_refused_nothing_is_called_committed() -> None:
    page = page_of_commit(result(parts=1, refused=refusals(1)), AROUND)

    assert "1 record cannot be retried" == str(page.title)
    assert "Nothing was sent. The record stays in the queue, undecided." == str(page.sentence)


def test_records_that_are_gone_are_named() -> None:
    page = page_of_commit(result(final(), gone=ids(700, 3)), AROUND)

    assert "Done. 127 decisions were committed." == str(page.title)
    assert "3 records are not there any more" in _said(page)


@pytest.mark.parametrize(
    ("done", "parts", "title"),
    [
        (1, 2, "Part 1 of 2 was committed, part 2 was not."),
        (2, 3, "Parts 1 and 2 of 3 were committed, part 3 was not."),
        (1, 3, "Part 1 of 3 was committed, parts 2 and 3 were not."),
        (3, 7, "Parts 1 to 3 of 7 were committed, parts 4 to 7 were not."),
    ],
)
def test_a_commit_that_broke_off_between_parts_says_which(done: int, parts: int, title: str) -> None:
    chunks = [final(5000, 0, at=5000 * each) for each in range(done)]
    page = page_of_commit(result(*chunks, failed(), parts=parts, not_sent=ids(90_000, 2400)), AROUND)

    assert Kind.PARTLY == page.kind
    assert title == str(page.title)
    assert f"Try part {done + 1} again" == str(page.primary.label)


def test_a_partly_committed_page_counts_what_is_final_and_what_is_still_staged() -> None:
    page = page_of_commit(
        result(final(5000, 0), final(5000, 0, at=5000), failed(), parts=3, not_sent=ids(90_000, 2400)),
        AROUND,
    )

    assert "10,000 decisions are final. 2,400 were not sent and are still staged." == str(page.sentence)


@pytest.mark.parametrize(
    ("reason", "sentence", "moves"),
    [
        (
            NotCommittedReason.REFUSED,
            "The server refused. Everything is as it was before.",
            [Move.TO_RECORDS, Move.COPY_REPORT, Move.TO_REVIEW, Move.TRY_AGAIN],
        ),
        (
            NotCommittedReason.NO_CONNECTION,
            "There is no connection to the server. Everything is as it was before.",
            [Move.TO_RECORDS, Move.COPY_REPORT, Move.TO_REVIEW, Move.TRY_AGAIN],
        ),
        (
            NotCommittedReason.GROUP_ACTIVE,
            "Another program is working on this queue. Everything is as it was before.",
            [Move.TO_RECORDS, Move.COPY_REPORT, Move.TO_REVIEW, Move.TRY_AGAIN],
        ),
        (
            NotCommittedReason.QUEUE_REMADE,
            "The queue was set up anew. Everything is as it was before.",
            [Move.TO_QUEUES, Move.COPY_REPORT, Move.READ_AGAIN],
        ),
        (
            NotCommittedReason.RETRY_MISSING,
            "The retry queue does not exist any more. Everything is as it was before.",
            [Move.TO_RECORDS, Move.COPY_REPORT, Move.EDIT_CONNECTION, Move.TO_REVIEW],
        ),
        (
            NotCommittedReason.OTHER_WINDOW,
            "Another window is committing. Everything is as it was before.",
            [Move.TO_RECORDS, Move.COPY_REPORT, Move.TO_REVIEW, Move.TRY_AGAIN],
        ),
        (
            NotCommittedReason.LOAD_AGAIN,
            "The queue has changed. Everything is as it was before.",
            [Move.TO_RECORDS, Move.COPY_REPORT, Move.TO_REVIEW],
        ),
    ],
)
def test_every_reason_for_not_committing_has_its_sentence_and_its_way_on(
    reason: NotCommittedReason, sentence: str, moves: list[Move]
) -> None:
    page = page_of_commit(result(failed(reason)), AROUND)

    assert "Nothing was committed." == str(page.title)
    assert sentence == str(page.sentence)
    assert moves == _moves(page)
    assert page.urgent


@pytest.mark.parametrize("reason", list(NotCommittedReason))
def test_no_reason_is_without_words(reason: NotCommittedReason) -> None:
    page = page_of_commit(result(failed(reason)), AROUND)

    said = _said(page)
    assert page.kind in {Kind.NOT_COMMITTED, Kind.STOPPED, Kind.CLUSTER_UNFINISHED}
    assert "{" not in said
    if page.kind is Kind.NOT_COMMITTED:
        assert "What happened" in said
        assert "What was not changed" in said
        assert "What you can do" in said


def test_what_the_server_said_is_what_happened() -> None:
    refused = failed(message=text("Your account may no longer write to “orders.events.retry”."))

    said = _said(page_of_commit(result(refused), AROUND))

    assert "What happened\nYour account may no longer write to “orders.events.retry”." in said
    assert "All 143 decisions are saved on this computer." in said


def test_a_full_ledger_names_the_records_to_decide_first() -> None:
    page = page_of_commit(result(failed(NotCommittedReason.LEDGER_FULL, low_offsets=ids(0, 41))), AROUND)

    assert "Decide these 41 older records first, then this commit fits." in _said(page)
    assert "Show the 41" == str(page.primary.label)
    assert ids(0, 41) == page.primary.ids


def test_a_stopped_commit_is_told_calmly() -> None:
    page = page_of_commit(result(failed(NotCommittedReason.STOPPED)), AROUND)

    assert Kind.STOPPED == page.kind
    assert "You stopped the commit." == str(page.title)
    assert "Nothing was changed. Your 143 decisions are still staged." == str(page.sentence)
    assert not page.urgent


def test_a_commit_stopped_between_parts_does_not_say_that_nothing_changed() -> None:
    stopped = result(final(), failed(NotCommittedReason.STOPPED), parts=2, not_sent=ids(500, 10))

    page = page_of_commit(stopped, AROUND)

    assert "127 decisions are final. 10 were not sent and are still staged." == str(page.sentence)


def _conflict(*before: ChunkResult) -> CommitResult:
    return result(*before, failed(NotCommittedReason.NONE, Outcome.CONFLICT, conflicts=theirs(12)))


def test_a_conflict_counts_theirs_and_mine() -> None:
    page = page_of_commit(_conflict(), AROUND)

    assert Kind.CONFLICT == page.kind
    assert "Someone else decided 12 of these while you worked." == str(page.title)
    assert (
        "Nothing of yours has been sent. Your other 115 decisions are unchanged and can still be committed."
        == str(page.sentence)
    )
    assert "Continue with 115 decisions" == str(page.primary.label)
    assert ids(0, 12) == page.primary.ids
    assert page.urgent


def test_a_conflict_without_other_decisions_does_not_offer_to_commit_them() -> None:
    page = page_of_commit(_conflict(), replace(AROUND, staged=28))

    assert "There are no other decisions to commit." in str(page.sentence)
    assert "Back to the records" == str(page.primary.label)


def test_a_conflict_after_parts_does_not_say_that_nothing_was_sent() -> None:
    page = page_of_commit(_conflict(final(), final(at=500)), AROUND)

    assert str(page.sentence).startswith("Parts 1 to 2 are final. Of part 3 nothing was sent.")


def test_an_unknown_outcome_has_no_esc_and_says_that_there_is_no_in_between() -> None:
    page = page_of_commit(result(failed(outcome=Outcome.UNKNOWN), locked=ids(0, 127)), AROUND)

    assert Kind.UNKNOWN == page.kind
    assert "We do not know yet whether the commit worked." == str(page.title)
    assert "Either all 127 were written or none. There is no in-between." in _said(page)
    assert "127 decisions were handed to the server\n14:44:08" in _said(page)
    assert "The server had not answered at 14:44:08, at the moment of committing." in _said(page)
    assert [Move.TO_QUEUES, Move.COPY_REPORT, Move.ASK_AGAIN] == _moves(page)
    assert "F5" == page.primary.key
    assert not page.esc
    assert page.urgent


def test_an_unknown_outcome_in_parts_says_which_part_is_open() -> None:
    unknown = failed(outcome=Outcome.UNKNOWN)
    page = page_of_commit(result(final(5000, 0), unknown, parts=3, locked=ids(9000, 5000)), AROUND)

    assert "Part 1 is final. Part 2: either all 5,000 were written or none. Part 3 was not sent." in _said(
        page
    )


def test_once_known_as_committed_the_page_says_so() -> None:
    page = page_of_resolution(resolution(Outcome.COMMITTED), AROUND)

    assert "We know now: all 127 decisions were committed." == str(page.title)
    assert Kind.COMMITTED == page.kind
    assert page.esc


def test_once_known_as_committed_the_parts_before_count_too() -> None:
    before = result(final(5000, 0), failed(outcome=Outcome.UNKNOWN), parts=3, not_sent=ids(20_000, 7))

    page = page_of_resolution(resolution(Outcome.COMMITTED), AROUND, before)

    assert "We know now: all 5,127 decisions were committed." == str(page.title)
    assert "7 decisions were not sent and are still staged." in str(page.sentence)
    assert Move.TO_REVIEW == page.primary.move


def test_once_known_as_not_committed_the_decisions_are_said_to_be_safe() -> None:
    page = page_of_resolution(resolution(Outcome.NOT_COMMITTED), AROUND)

    assert "We know now: nothing was committed." == str(page.title)
    assert "All 143 decisions are saved on this computer." in _said(page)
    assert Move.TO_REVIEW == page.primary.move


def test_an_unfinished_commit_of_an_earlier_window_is_asked_about_like_any_other() -> None:
    page = page_of_resolution(resolution(Outcome.UNKNOWN), AROUND)

    assert Kind.UNKNOWN == page.kind
    assert "The program ended before the server had answered." in _said(page)


def test_while_the_queue_is_read_again_no_count_is_claimed() -> None:
    page = page_of_resolution(resolution(Outcome.COMMITTED), replace(AROUND, remaining=None))

    assert "Continue" == str(page.primary.label)
    assert Move.TO_RECORDS == page.primary.move


def test_a_commit_that_ended_without_any_result_is_unknown() -> None:
    page = locked_page(AROUND)
    assert "did not answer" not in str(page.sentence), "nobody knows whether it would have"

    assert Kind.UNKNOWN == page.kind
    assert "127 decisions were handed to the server" in _said(page)
    assert "The program was interrupted before the server had answered." in _said(page)


def test_a_torn_commit_shows_both_lists_and_nothing_that_writes() -> None:
    torn = resolution(Outcome.UNKNOWN, present=ids(0, 3), missing=ids(3, 2))

    page = page_of_resolution(torn, AROUND)

    assert Kind.MIXED == page.kind
    assert "Part of this commit is missing on the server." == str(page.title)
    assert ["missing", "present"] == [b.name for b in page.blocks if isinstance(b, RecordList)]
    assert [Move.TO_QUEUES, Move.COPY_REPORT] == _moves(page)


def test_a_commit_the_server_has_not_finished_is_neither_done_nor_failed() -> None:
    unfinished = final(reason=NotCommittedReason.CLUSTER_UNFINISHED)
    page = page_of_commit(result(unfinished), AROUND)

    assert Kind.CLUSTER_UNFINISHED == page.kind
    assert "Committed, but the server has not finished it." == str(page.title)
    assert "Check again" == str(page.primary.label)
    assert ["Copy report for your administrator"] == [str(each.label) for each in page.others]


def test_an_earlier_unfinished_commit_means_that_nothing_was_committed_now() -> None:
    page = page_of_commit(result(failed(NotCommittedReason.CLUSTER_UNFINISHED)), AROUND)

    assert "Nothing was committed." == str(page.title)
    assert Move.TRY_AGAIN == page.primary.move
    assert Move.END_CLUSTER_WORK in _moves(page)


def test_what_could_not_be_ended_from_here_is_named() -> None:
    page = beyond_us_page(ClusterWork(("orders.retry/0",), "please"), AROUND)

    assert "orders.retry/0" in _said(page)
    assert Move.COPY_REPORT in _moves(page)
