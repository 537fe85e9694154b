"""Which columns of the record table fit, and how wide they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kmp_desktop.qt.models.record_table import Column
from kmp_desktop.qt.views.column_choice import ColumnChoice

WHY_AT_LEAST = 200  # pixels of the design, like all widths here
SECOND_PAYLOAD_FROM = 900
DEFAULT_WIDTHS = {
    Column.DECISION: 108,
    Column.MESSAGE: 180,
    Column.PAYLOAD_0: 112,
    Column.PAYLOAD_1: 112,
    Column.FAILED: 92,
    Column.FLAGS: 46,
    Column.TRIES: 60,
    Column.REPORTED_BY: 130,
    Column.STEP: 150,
    Column.KEY: 130,
    Column.CAME_FROM: 190,
    Column.COORDINATES: 120,
    Column.SIZE: 96,
    Column.FIRST_SENT: 100,
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What there is to show."""

    message_types: int  # different ones among the rows shown
    payload: tuple[Column, ...]  # payload columns that hold something
    in_group: bool


def fitting(
    room: int, why_at_least: int, widths: Mapping[Column, int], wishes: Wishes, choice: ColumnChoice
) -> dict[Column, int]:
    """The columns that are shown with their widths, the reason taking what is left.

    When space is short columns leave in this order: second payload, message, first payload. What a
    person asked for stays: then all together may be wider than ``room``.
    ``room`` and widths in device-independent pixels.
    """
    always = (Column.DECISION, Column.FAILED, Column.FLAGS, *choice.explicit)
    shown = {column: widths[column] for column in always}
    left = room - sum(shown.values()) - why_at_least
    for column in _wanted(room, widths, wishes):
        if column not in choice.shown:
            continue
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
