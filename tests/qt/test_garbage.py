"""When cyclic garbage is looked for, and what is left out of it."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from kmp_desktop.qt.garbage import BULK, GarbageTimer
from kmp_desktop.qt.short_turns import TURN_S, ShortTurns


class _Round:
    """Cyclic garbage, once nobody holds it."""

    def __init__(self) -> None:
        self.itself = self


class _Desk:
    """A timer that is asked to look by hand; ``in_use`` is what the queue's sessions would say."""

    def __init__(self) -> None:
        self.in_use = True
        self.parent = QObject()
        self.timer = GarbageTimer(self.parent, lambda: self.in_use)


@pytest.fixture
def desk(qapp: object) -> Iterator[_Desk]:
    made = _Desk()
    yield made
    made.timer.end()


def _rounds(count: int) -> weakref.ref[_Round]:
    """Makes that many, and lets go of them; a look at the first."""
    first = _Round()
    for _ in range(count):
        _Round()
    return weakref.ref(first)


def test_garbage_of_the_window_is_collected(desk: _Desk) -> None:
    seen = _rounds(1000)
    desk.timer.look()
    assert seen() is None


def test_what_comes_in_bulk_is_set_aside_as_long_as_a_queue_is_open(desk: _Desk) -> None:
    seen = _rounds(BULK + 1)
    desk.timer.look()
    desk.timer.look()
    assert seen() is not None


def test_garbage_that_was_set_aside_is_collected_once_the_queue_is_closed(desk: _Desk) -> None:
    seen = _rounds(BULK + 1)
    desk.timer.look()
    desk.in_use = False
    desk.timer.look()
    assert seen() is None


def test_turns_are_short_until_the_window_is_closed(qapp: object) -> None:
    before = sys.getswitchinterval()
    parent = QObject()
    turns = ShortTurns(parent)
    assert pytest.approx(TURN_S) == sys.getswitchinterval()
    turns.end()
    assert before == sys.getswitchinterval()
