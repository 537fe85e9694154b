"""What our tombstones tell is what was decided, however many records a key has."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.queue_state import PlannedDecision, Tombstone
from kmp_desktop.core.tombstone import (
    MAX_DECIDED,
    decided_runs,
    decision_of,
    headers_of,
    is_tombstone,
    tombstone_of,
)

_M, _P = PlannedDecision.MERGE, PlannedDecision.PURGE
_NONCE = bytes.fromhex("0123456789abcdef")


def _written(offsets: list[int], decisions: Mapping[int, PlannedDecision], read_from: int = 0) -> Tombstone:
    runs = decided_runs(offsets, decisions, read_from)
    return tombstone_of(500_000, headers_of("group-ä", runs, _NONCE, "cs-desk-03", 1_790_000_000_123))


def test_the_headers_stand_in_their_order() -> None:
    runs = decided_runs([3, 7, 9], {3: _M, 7: _P, 9: _P}, 0)
    assert [
        ("kmp-v", b"1"),
        ("kmp-group", b"orders"),
        ("kmp-decided", b"3,7-9"),
        ("kmp-action", b"m,p"),
        ("kmp-nonce", b"0123456789abcdef"),
        ("kmp-by", b""),
        ("kmp-at", b"42"),
    ] == headers_of("orders", runs, _NONCE, "", 42)


def test_what_was_written_is_read_again() -> None:
    expected = Tombstone(
        500_000, "group-ä", "0123456789abcdef", "3,7-9", "m,p", "cs-desk-03", 1_790_000_000_123
    )
    assert expected == _written([3, 7, 9], {3: _M, 7: _P, 9: _P})


def test_what_lies_below_the_beginning_of_reading_is_decided_by_somebody() -> None:
    told = _written([120, 130], {130: _M}, read_from=120)
    assert ("0-120,130", "?,m") == (told.decided, told.action)


def test_a_decision_that_is_not_known_here_is_told_as_unknown() -> None:
    told = _written([1, 2, 3], {2: _P})
    assert ["", "purge", "", ""] == [decision_of(told, offset) for offset in (1, 2, 3, 4)]


@given(st.dictionaries(st.integers(0, 10**9), st.sampled_from([_M, _P]), min_size=1, max_size=200))
def test_each_decision_can_be_told_again_while_there_is_room(decisions: dict[int, PlannedDecision]) -> None:
    offsets = sorted(decisions)
    told = _written(offsets, decisions)
    known = {offset: word for offset in offsets if (word := decision_of(told, offset))}
    assert known.items() <= {offset: str(each) for offset, each in decisions.items()}.items()
    if len(told.decided) < MAX_DECIDED - 50:
        assert set(offsets) == set(known)


def test_many_alternating_decisions_melt_at_the_old_end() -> None:
    decisions = {offset: (_M, _P)[offset % 2] for offset in range(133_000)}
    told = _written(list(decisions), decisions)
    assert (3998, 1141) == (len(told.decided), len(told.action))
    assert told.decided.startswith("0-")
    assert told.action.startswith("?,")
    assert ["", "purge"] == [decision_of(told, offset) for offset in (0, 132_999)]


@pytest.mark.parametrize(
    ("value", "headers", "ours"),
    [
        (None, [("kmp-v", b"1")], True),
        (None, [("other", b"1"), ("kmp-v", None)], True),
        (None, [], False),
        (None, [("x-kmp-v", b"1")], False),
        (b"", [("kmp-v", b"1")], False),
    ],
)
def test_only_a_null_value_with_our_mark_is_ours(
    value: bytes | None, headers: list[tuple[str, bytes | None]], ours: bool
) -> None:
    assert ours is is_tombstone(value, headers)


def test_damaged_headers_tell_nothing_and_break_nothing() -> None:
    told = tombstone_of(7, [("kmp-v", None), ("kmp-decided", b"\xff-x,,9-"), ("kmp-at", b"soon")])
    assert Tombstone(7, "", "", "\ufffd-x,,9-", "", "", 0) == told
    assert "" == decision_of(told, 9)
