"""Reading ends, whatever lies in a queue, and tells apart what looks alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ledger import encode
from kmp_desktop.core.outcome import Outcome
from kmp_desktop.core.queue_state import FindingCode, LoadedQueue, PartitionKind, TakeOver
from kmp_desktop.core.record import DeadLetter, RecordId
from tests.integration.kafka.raw_produce import write_with_header
from tests.integration.kafka.real_queue import (
    CLEANED_AT_ONCE,
    NOW,
    SEGMENT_MS,
    Reading,
    RealQueue,
    codes,
    until,
)

M, P = Decision.MERGE, Decision.PURGE
MakeQueue = Callable[..., RealQueue]


def offered(loaded: LoadedQueue) -> list[RecordId]:
    return [each.id for each in loaded.undecided()]


def test_a_partition_with_nothing_but_ends_of_transactions_is_read_to_its_end(
    make_queue: MakeQueue,
) -> None:
    queue = make_queue(partitions=2)
    only = queue.write(b"K", partition=1)
    for _ in range(3):
        queue.put_in_transaction(b"aborted", aborted=True)

    loaded = queue.desktop().load()

    assert [only] == offered(loaded)
    assert loaded.complete
    assert {0: 6, 1: 1} == loaded.end


def test_aborted_records_at_the_end_are_neither_shown_nor_waited_for(queue: RealQueue) -> None:
    only = queue.write(b"K")
    with queue.transaction() as write:
        for number in range(50):
            write(b"K%d" % number)

    loaded = queue.desktop().load()

    assert ([only], True, 52) == (offered(loaded), loaded.complete, loaded.end[0])
    assert FindingCode.OPEN_TRANSACTIONS not in codes(loaded)


def test_what_another_programs_open_transaction_holds_is_counted_and_not_waited_for(
    queue: RealQueue,
) -> None:
    only = queue.write(b"K")
    with queue.transaction() as write:
        write(b"held")
        behind = queue.write(b"behind it")

        loaded = queue.desktop().load()

    assert ([only], True) == (offered(loaded), loaded.complete)
    assert [2] == [each.n for each in loaded.findings if each.code is FindingCode.OPEN_TRANSACTIONS]
    assert loaded.may_commit()
    assert [only, behind] == queue.offered()


def test_an_empty_topic_is_an_empty_queue(queue: RealQueue) -> None:
    loaded = queue.desktop().load()

    assert ([], True, {0: 0}) == (offered(loaded), loaded.complete, loaded.end)
    assert loaded.may_commit()


def test_a_queue_from_which_everything_was_compacted_away_is_read_to_its_end(
    make_queue: MakeQueue,
) -> None:
    queue = make_queue(CLEANED_AT_ONCE)
    for number in range(5):
        queue.write(b"K%d" % number, timestamp=NOW + number * 2 * SEGMENT_MS)
    for number in range(5):
        queue.write(b"K%d" % number, None, (), timestamp=NOW + (5 + number) * 2 * SEGMENT_MS)
    # The newest segment is never cleaned: let it hold the end of an aborted transaction only.
    later = NOW + 20 * SEGMENT_MS
    queue.write(b"K0", None, (), timestamp=later)
    queue.put_in_transaction(b"gone", aborted=True)
    queue.put_in_transaction(b"gone", aborted=True)
    until(lambda: len([each for each in queue.held() if each.value is not None]) == 0)

    loaded = queue.desktop().load()

    assert ([], True) == (offered(loaded), loaded.complete)
    assert 15 == loaded.end[0]


def test_a_stopped_load_can_be_committed_without_harm_to_what_was_not_read(queue: RealQueue) -> None:
    read = queue.write(b"K")
    with queue.transaction() as write:
        write(b"held")
        later = queue.write(b"K", b"newer")
        desktop = queue.desktop()
        loaded = desktop.load()
    # As after a stop: the end of what was read lies below another record of the same key.
    assert ([read], 1) == (offered(loaded), loaded.end[0])

    result = desktop.commit(loaded, {read: P})

    assert Outcome.COMMITTED == result.outcome
    assert [] == queue.tombstones()
    assert [later] == queue.offered()


def test_stopping_while_reading_returns_what_was_read(queue: RealQueue) -> None:
    for number in range(20):
        queue.write(b"K%d" % number)

    desktop = queue.desktop()
    desktop.load()  # the server was reached before

    loaded = desktop.source.load(Reading(stop_after=0))

    assert not loaded.complete
    assert all(each.offset < loaded.end[0] for each in loaded.records)


class _Room(dict[RecordId, DeadLetter]):
    """Holds so many records, then the disk is full."""

    most = 0

    def __setitem__(self, record: RecordId, letter: DeadLetter) -> None:
        if len(self) >= self.most:
            raise OSError(28, "No space left on device")
        super().__setitem__(record, letter)


def test_a_full_disk_ends_reading_and_what_was_read_can_be_decided(make_queue: MakeQueue) -> None:
    queue = make_queue(partitions=2)
    for number in range(40):
        queue.write(b"K%d" % number, partition=number % 2)
    desktop = queue.desktop()
    room = _Room()
    room.most = 25
    desktop.source._records = lambda: room
    reading = Reading()

    loaded = desktop.source.load(reading)

    assert (25, False) == (len(loaded.records), loaded.complete)
    assert FindingCode.DISK_FULL in codes(loaded)
    assert {0: 0, 1: 0} == {each: loaded.end[each] - _next(loaded, each) for each in loaded.partitions}
    assert sorted(loaded.records) == sorted(each.id for each in reading.seen)
    assert Outcome.COMMITTED is desktop.commit(loaded, dict.fromkeys(loaded.records, P)).outcome

    desktop.source._records = dict
    assert 15 == len(desktop.load().undecided())


def _next(loaded: LoadedQueue, partition: int) -> int:
    return 1 + max((each.offset for each in loaded.records if each.partition == partition), default=-1)


def test_a_disk_without_any_room_is_told(queue: RealQueue) -> None:
    queue.write(b"K")
    desktop = queue.desktop()
    desktop.source._records = _Room
    with pytest.raises(UserFacingError) as told:
        desktop.load()
    assert ErrorCode.DISK is told.value.code


def test_records_without_key_or_value_are_told_apart(make_queue: MakeQueue) -> None:
    queue = make_queue({"cleanup.policy": "delete"})
    no_key = queue.write(None)
    no_value = queue.write(b"K1", None)
    nothing = queue.write(b"K2", None, ())
    empty = queue.write(b"", b"", ())

    loaded = queue.desktop().load()

    # Where nothing is compacted a null value removes nothing: it is a record as any other.
    assert [no_key, no_value, nothing, empty] == offered(loaded)
    assert [None, b"K1", b"K2", b""] == [each.key for each in loaded.undecided()]
    assert [b"value", None, None, b""] == [each.value for each in loaded.undecided()]


def test_a_failed_delete_is_offered_and_a_plain_tombstone_is_not(queue: RealQueue) -> None:
    failed = queue.write(b"K1", None, (("why", b"could not be deleted"),))
    queue.write(b"K2", None, ())
    ours = queue.write(b"K3")
    desktop = queue.desktop()
    desktop.commit(desktop.load(), {ours: P})

    assert [failed] == queue.offered()
    result = desktop.commit(desktop.load(), {failed: M})

    assert [failed] == list(result.merged)
    copy = queue.held(queue.retry_topic)[0]
    assert (b"K1", None, (("why", b"could not be deleted"),)) == (copy.key, copy.value, copy.headers)


def test_a_header_name_that_is_no_text_is_shown_and_never_merged(queue: RealQueue) -> None:
    write_with_header(queue.bootstrap, queue.topic, b"K", b"value", b"\xff\xfe", NOW)
    desktop = queue.desktop()

    loaded = desktop.load()

    (odd,) = loaded.undecided()
    assert (b"K", b"value", True) == (odd.key, odd.value, odd.unfaithful is not None)
    result = desktop.commit(loaded, {odd.id: M})
    assert [odd.id] == [each.id for each in result.refused]
    assert [] == queue.retried()
    assert Outcome.COMMITTED == desktop.commit(loaded, {odd.id: P}).outcome


def test_a_queue_decided_with_another_group_can_only_be_looked_at(queue: RealQueue) -> None:
    ids = [queue.write(b"K%d" % number) for number in range(2)]
    desktop = queue.desktop()
    desktop.commit(desktop.load(), {ids[0]: P})
    other = queue.desktop("b", group=f"{queue.group}-other")

    loaded = other.load()

    assert [queue.group] == [each.value for each in loaded.findings if each.code is FindingCode.OTHER_GROUP]
    assert {ids[0]: queue.group} == loaded.decided_in_other_group
    assert [ids[1]] == offered(loaded)
    assert Outcome.NOT_COMMITTED == other.commit(loaded, {ids[1]: M}).outcome
    assert [] == queue.retried()


def test_another_programs_position_counts_only_as_a_person_says(queue: RealQueue) -> None:
    ids = [queue.write(b"K%d" % number) for number in range(3)]
    queue.put_offset(2)
    desktop = queue.desktop()

    asked = desktop.load()

    assert (PartitionKind.FOREIGN, False) == (asked.state[0].kind, asked.may_commit())
    assert ids == offered(asked)
    assert ids[2:] == offered(desktop.load(TakeOver.OFFSET))
    assert ids == offered(desktop.load(TakeOver.START))


def test_a_position_beyond_what_can_be_read_takes_nothing_over_that_nobody_saw(queue: RealQueue) -> None:
    first = queue.write(b"K1")
    with queue.transaction() as write:
        write(b"held")
        behind = queue.write(b"K2")
        queue.put_offset(3)  # a program that reads open transactions was there
        desktop = queue.desktop()
        loaded = desktop.load(TakeOver.OFFSET)
        assert ([], 1) == (offered(loaded), loaded.state[0].base)
        assert first in loaded.records

    # The position says that this one was done, and now it can be seen which one that is.
    assert behind in desktop.load(TakeOver.OFFSET).records
    assert [] == offered(desktop.load(TakeOver.OFFSET))
    assert [first, behind] == offered(desktop.load(TakeOver.START))


def test_deleted_offsets_are_noticed_and_rebuilt_from_tombstones(queue: RealQueue) -> None:
    ids = [queue.write(b"K%d" % number) for number in range(3)]
    desktop = queue.desktop()
    desktop.commit(desktop.load(), {ids[0]: P, ids[1]: M})
    queue.forget_offsets()

    for who in ("a", "somebody else"):
        loaded = queue.desktop(who).load()

        assert (PartitionKind.LOST, False) == (loaded.state[0].kind, loaded.may_commit())
        assert FindingCode.OFFSETS_LOST in codes(loaded)
        assert [ids[2]] == offered(loaded)

    taken = desktop.load(TakeOver.START)
    assert Outcome.COMMITTED == desktop.commit(taken, {ids[2]: M}).outcome
    assert [b"K1", b"K2"] == queue.retried()
    assert [] == queue.offered()


def test_a_damaged_ledger_is_never_taken_for_nothing_decided(queue: RealQueue) -> None:
    ids = [queue.write(b"K%d" % number) for number in range(3)]
    desktop = queue.desktop()
    desktop.commit(desktop.load(), {ids[0]: P, ids[2]: P})
    offset, metadata = queue.offset()
    middle = len(metadata) // 2
    damaged = metadata[:middle] + ("0" if metadata[middle] != "0" else "1") + metadata[middle + 1 :]
    queue.put_offset(offset, damaged)

    loaded = queue.desktop("b").load()

    assert (PartitionKind.LOST, False) == (loaded.state[0].kind, loaded.may_commit())
    assert [ids[1]] == offered(loaded)


def test_an_offset_set_by_hand_below_a_ledger_asks_what_counts(queue: RealQueue) -> None:
    ids = [queue.write(b"K%d" % number) for number in range(3)]
    desktop = queue.desktop()
    desktop.commit(desktop.load(), {ids[0]: P, ids[1]: P})
    queue.put_offset(0)

    loaded = desktop.load()

    assert FindingCode.TAKE_OVER_NEEDED in codes(loaded)
    assert [ids[2]] == offered(loaded), "tombstones tell what was decided"
    assert [ids[2]] == offered(desktop.load(TakeOver.START))


def test_the_ledger_of_a_topic_that_was_made_anew_is_not_taken_for_this_ones(queue: RealQueue) -> None:
    only = queue.write(b"K")
    desktop = queue.desktop()
    desktop.commit(desktop.load(), {only: P})
    ledger = queue.offset()
    queue.remake(queue.topic)
    new = queue.write(b"K")
    queue.put_offset(*ledger)

    loaded = desktop.load()

    assert (PartitionKind.LOST, False) == (loaded.state[0].kind, loaded.may_commit())
    assert [new] == offered(loaded)


def test_a_ledger_that_reaches_beyond_the_end_is_a_conflict(queue: RealQueue) -> None:
    queue.write(b"K")
    desktop = queue.desktop()
    topic_id = desktop.load().identity.queue_topic_id
    queue.put_offset(5, encode(5, (), topic_id, bytes(8)))

    with pytest.raises(UserFacingError) as raised:
        desktop.load()

    assert ErrorCode.LEDGER_CONFLICT == raised.value.code


def test_a_topic_that_is_not_there_says_so(queue: RealQueue) -> None:
    queue.drop_topic(queue.topic)

    with pytest.raises(UserFacingError) as raised:
        queue.desktop().load()

    assert ErrorCode.TOPIC_MISSING == raised.value.code
