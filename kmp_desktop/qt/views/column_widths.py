"""Which columns of the record table fit, and how wide they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kmp_desktop.qt.models.record_table import Column

WHY_AT_LEAST = 200  # pixels of the design, like all widths here
SECOND_PAYLOAD_FROM = 900
DEFAULT_WIDTHS = {
    Column.DECISION: 108,
    Column.MESSAGE: 180,
    Column.PAYLOAD_0: 112,
    Column.PAYLOAD_1: 112,
    Column.FAILED: 92,
    Column.FLAGS: 46,
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What there is to show."""

    message_types: int  # different ones among the rows shown
    payload: tuple[Column, ...]  # payload columns that hold something
    in_group: bool


def fitting(room: int, why_at_least: int, widths: Mapping[Column, int], wishes: Wishes) -> dict[Column, int]:
    """The columns that are shown with their widths, the reason taking what is left.

    When space is short columns leave in this order: second payload, message, first payload.
    ``room`` and widths in device-independent pixels.
    """
    shown = {column: widths[column] for column in (Column.DECISION, Column.FAILED, Column.FLAGS)}
    left = room - sum(shown.values()) - why_at_least
    for column in _wanted(room, widths, wishes):
        if widths[column] > left:
            break
        shown[column] = widths[column]
        left -= widths[column]
    shown[Column.WHY] = max(why_at_least, room - sum(shown.values()))
    return shown


def _wanted(room: int, widths: Mapping[Column, int], wishes: Wishes) -> list[Column]:
    """What may be shown, the most wanted first."""
    wanted: list[Column] = []
    wanted += wishes.payload[:1]
    if wishes.message_types >= 2:
        wanted.append(Column.MESSAGE)
    scale = widths[Column.DECISION] / DEFAULT_WIDTHS[Column.DECISION]
    wide = room >= SECOND_PAYLOAD_FROM * max(1.0, scale)
    if wide or wishes.in_group:
        wanted += wishes.payload[1:]
    return wanted
