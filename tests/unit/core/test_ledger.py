"""The ledger says exactly which offsets are decided, and recognises what is not a ledger."""

from __future__ import annotations

import json
import re
import string
import uuid
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmp_desktop.core.ledger import MAX_CHARACTERS, Ledger, LedgerTooLarge, NotOurs, decode, encode

_PAGE = (Path(__file__).parents[3] / "docs" / "ledger-format.md").read_text(encoding="utf-8")
_TOPIC = uuid.UUID("b6a1c0de-0001-0203-0405-060708090a0b").bytes
_NONCE = bytes.fromhex("0123456789abcdef")


def _on_the_page(name: str) -> list[dict[str, object]]:
    block = re.search(rf"```json {name}\n(.*?)```", _PAGE, re.DOTALL)
    assert block is not None
    vectors: list[dict[str, object]] = json.loads(block[1])
    return vectors


def _offsets(pairs: Iterable[tuple[int, int]]) -> set[int]:
    return {offset for first, last in pairs for offset in range(first, last + 1)}


@pytest.mark.parametrize("vector", _on_the_page("vectors"), ids=lambda vector: vector["what"])
def test_the_vectors_of_the_page_are_written_as_they_stand_there(vector: dict[str, object]) -> None:
    base, pairs, ancestors = vector["base"], vector["decided"], vector["ancestors"]
    assert isinstance(base, int)
    assert isinstance(pairs, list)
    assert isinstance(ancestors, list)
    older = [bytes.fromhex(each) for each in ancestors]
    assert vector["text"] == encode(base, _offsets(pairs), _TOPIC, _NONCE, older)


@pytest.mark.parametrize("vector", _on_the_page("vectors"), ids=lambda vector: vector["what"])
def test_the_vectors_of_the_page_are_read(vector: dict[str, object]) -> None:
    text, base, pairs, ancestors = (vector[name] for name in ("text", "base", "decided", "ancestors"))
    assert isinstance(text, str)
    assert isinstance(base, int)
    assert isinstance(pairs, list)
    assert isinstance(ancestors, list)
    nonces = (_NONCE[:4], *(bytes.fromhex(each) for each in ancestors))
    assert Ledger(base, frozenset(_offsets(pairs)), nonces) == decode(text, base, _TOPIC)


def test_the_page_has_a_vector_for_each_encoding() -> None:
    assert {0, 1, 2, 3, 4} == {vector["encoding"] for vector in _on_the_page("vectors")}


@pytest.mark.parametrize("vector", _on_the_page("refused"), ids=lambda vector: vector["what"])
def test_what_the_page_calls_no_ledger_is_refused(vector: dict[str, object]) -> None:
    text, committed = vector["text"], vector["committed"]
    assert isinstance(text, str)
    assert isinstance(committed, int)
    with pytest.raises(NotOurs):
        decode(text, committed, _TOPIC)


_bases = st.integers(0, 2**62)
_runs = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), max_size=60)


def _decided(base: int, runs: Iterable[tuple[int, int]]) -> set[int]:
    decided: set[int] = set()
    at = base
    for gap, length in runs:
        decided.update(range(at + gap, at + gap + length))
        at += gap + length
    return decided


@given(base=_bases, runs=_runs, ancestors=st.lists(st.binary(min_size=4, max_size=4), max_size=8))
def test_what_is_written_is_read_again(
    base: int, runs: list[tuple[int, int]], ancestors: list[bytes]
) -> None:
    decided = _decided(base, runs)
    text = encode(base, decided, _TOPIC, _NONCE, ancestors)
    expected = Ledger(base, frozenset(decided), (_NONCE[:4], *ancestors))
    assert expected == decode(text, base, _TOPIC)
    assert text.isascii()
    assert len(text) <= MAX_CHARACTERS


@given(runs=_runs, behind=st.text())
def test_what_a_client_reads_past_the_end_changes_nothing(runs: list[tuple[int, int]], behind: str) -> None:
    text = encode(7, _decided(7, runs), _TOPIC, _NONCE)
    assert decode(text, 7, _TOPIC) == decode(text + behind, 7, _TOPIC)


@given(runs=_runs, place=st.integers(0), character=st.sampled_from(string.printable))
def test_one_wrong_character_is_never_taken_for_another_state(
    runs: list[tuple[int, int]], place: int, character: str
) -> None:
    text = encode(7, _decided(7, runs), _TOPIC, _NONCE)
    at = place % len(text)
    changed = text[:at] + character + text[at + 1 :]
    try:
        found = decode(changed, 7, _TOPIC)
    except NotOurs:
        return
    # The last character may hold a few bits that mean nothing, and a change to itself is none.
    assert decode(text, 7, _TOPIC) == found


@given(st.text())
def test_any_text_is_a_ledger_or_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(NotOurs):
        decode(text, 0, _TOPIC)


def test_offsets_below_the_base_are_decided_by_the_base_alone() -> None:
    assert encode(10, {12}, _TOPIC, _NONCE) == encode(10, {3, 9, 12}, _TOPIC, _NONCE)


def test_only_the_eight_newest_ancestors_are_kept() -> None:
    ancestors = [bytes([number] * 4) for number in range(12)]
    text = encode(0, (), _TOPIC, _NONCE, ancestors)
    assert (_NONCE[:4], *ancestors[:8]) == decode(text, 0, _TOPIC).nonces


def test_too_many_gaps_are_refused_and_never_dropped() -> None:
    state = 1
    decided = set()
    for offset in range(100_000):  # no pattern that could be compressed
        state = state * 6364136223846793005 + 1442695040888963407 & 2**64 - 1
        if state >> 63:
            decided.add(offset)
    with pytest.raises(LedgerTooLarge) as refusal:
        encode(0, decided, _TOPIC, _NONCE)
    assert refusal.value.characters > MAX_CHARACTERS


@pytest.mark.parametrize(
    "decided",
    [
        pytest.param(range(1, 1_000_001), id="all but the first"),
        pytest.param(range(1, 2_000_001, 2), id="every other"),
        pytest.param([o for o in range(2_000_000) if o // 500 % 2], id="runs of 500"),
    ],
)
def test_a_million_decided_offsets_fit_when_there_is_a_pattern(decided: Iterable[int]) -> None:
    text = encode(0, decided, _TOPIC, _NONCE)
    assert frozenset(decided) == decode(text, 0, _TOPIC).decided


def _body(content: bytes) -> str:
    import base64
    import zlib

    return "KD1" + base64.b85encode(content + zlib.crc32(content).to_bytes(4, "big")).decode() + "."


def test_a_hostile_ledger_takes_no_memory() -> None:
    start = bytes([2, 1, 0]) + _TOPIC[:4] + _NONCE + bytes([0])
    enormous = b"\xff" * 7 + b"\x7f"
    with pytest.raises(NotOurs):
        decode(_body(start + enormous + b"\x00" + enormous), 0, _TOPIC)
    with pytest.raises(NotOurs):
        decode(_body(bytes([2, 3]) + start[2:] + enormous + b"\x00"), 0, _TOPIC)


@pytest.mark.parametrize("count", range(25))
def test_a_body_that_ends_too_soon_is_refused(count: int) -> None:
    import base64

    whole = base64.b85decode(encode(300, {301, 305}, _TOPIC, _NONCE, [b"abcd"])[3:-1])[:-4]
    if count < len(whole) - 1:
        with pytest.raises(NotOurs):
            decode(_body(whole[:count]), 300, _TOPIC)
