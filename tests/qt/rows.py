"""Rows as the engine answers them, for models without an engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import text
from kmp_desktop.core.view import Row, Rows

NOON = 1_795_500_000_000


def row(number: int, **changes: object) -> Row:
    """One row; ``changes`` are fields of it."""
    made = Row(
        row=number,
        id=RecordId(number % 3, number),
        why=text("Customer not found"),
        reported=f"Customer {number} does not exist",
        message_type="OrderCanceled",
        payload=(f"45003187{number:02}", None),
        failed_at=NOON - number * 60_000,
        tries=3,
        reported_by="billing",
        step=None,
        key=str(number),
        came_from="orders/0/1",
        size=120,
        first_sent=None,
        came_back=0,
        newer_same_key=False,
        unreadable=False,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def answer(numbers: Iterable[int], **changes: object) -> Rows:
    """What comes for a ``RowsWanted``."""
    return Rows(tuple(row(number, **changes) for number in numbers))
