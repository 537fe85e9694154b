"""Sizes in words, and as the broker counts them."""

from __future__ import annotations

import pytest

from kmp_desktop.core.sizes import batch_bytes, size_text
from tests.unit.records import record


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (312, "312 bytes"),
        (1023, "1,023 bytes"),
        (1024, "1 KB"),
        (1229, "1.2 KB"),
        (1_048_575, "1 MB"),
        (1_468_006, "1.4 MB"),
        (3 * 1024**3, "3 GB"),
        (5 * 1024**4, "5120 GB"),
    ],
)
def test_sizes_read_like_people_write_them(size: int, words: str) -> None:
    assert words == str(size_text(size))


def test_a_batch_of_one_small_record_is_counted_byte_by_byte() -> None:
    # 61 for the batch, 1 for the record's length, then attributes and two deltas (3), key (1 + 2),
    # value (1 + 3), number of headers (1), name (1 + 1), value (1 + 2).
    assert 61 + 1 + 3 + 3 + 4 + 1 + 2 + 3 == batch_bytes(record(0, "k1", "abc", headers=[("h", b"xy")]))


def test_a_null_key_and_a_null_value_take_one_byte_each() -> None:
    assert 61 + 1 + 3 + 1 + 1 + 1 == batch_bytes(record(0, None, None))


def test_lengths_from_64_on_take_two_bytes() -> None:
    shorter = batch_bytes(record(0, None, b"x" * 63))
    assert shorter + 3 == batch_bytes(record(0, None, b"x" * 64)) + 1


def test_a_header_name_counts_in_its_encoded_form() -> None:
    plain = batch_bytes(record(0, headers=[("aa", None)]))
    assert plain == batch_bytes(record(0, headers=[("ä", None)]))
