"""Which columns of the record table a person wants to see, and in which order."""

from __future__ import annotations

from dataclasses import dataclass

from kmp_desktop.qt.models.record_table import Column

AUTOMATIC = (Column.MESSAGE, Column.PAYLOAD_0, Column.PAYLOAD_1)
"""Shown where there is something to tell and room for it."""

OFFERED = (
    *AUTOMATIC,
    *(Column.TRIES, Column.REPORTED_BY, Column.STEP, Column.KEY, Column.CAME_FROM),
    *(Column.COORDINATES, Column.SIZE, Column.FIRST_SENT),
)
"""What can be chosen. Decision, reason, time and hints are always there."""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """``order``: all of ``OFFERED``; ``shown``: those that are wanted."""

    order: tuple[Column, ...] = OFFERED
    shown: frozenset[Column] = frozenset(AUTOMATIC)

    @property
    def explicit(self) -> tuple[Column, ...]:
        """Those that a person asked for, which are shown whatever room there is."""
        return tuple(column for column in self.order if column in self.shown and column not in AUTOMATIC)

    def written(self) -> str:
        """As it is kept between two starts."""
        return " ".join(
            f"{'+' if column in self.shown else '-'}{column.name.lower()}" for column in self.order
        )


NOTHING_CHOSEN = ColumnChoice()


def read_choice(written: str) -> ColumnChoice:
    """What ``written`` gave; whatever it does not name (a newer column) is as usual."""
    offered = {column.name.lower(): column for column in OFFERED}
    order: list[Column] = []
    shown = set(NOTHING_CHOSEN.shown)
    for word in written.split():
        column = offered.get(word[1:])
        if column is not None and column not in order and word[0] in "+-":
            order.append(column)
            (shown.add if word[0] == "+" else shown.discard)(column)
    order += [column for column in OFFERED if column not in order]
    return ColumnChoice(tuple(order), frozenset(shown))
