"""How long an engine takes to answer what a window asks, and a book of decisions to decide everything."""

from __future__ import annotations

import time
from collections.abc import Callable

from kmp_desktop.core.decision import Change, Decision, DecisionBook
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.view import DecisionsChanged, GroupBy, GroupsWanted, LookFirst, Query, SortBy
from kmp_desktop.engine.engine import Engine

_SEARCHES = ("4500", "customer 77", "payment_failed", "nowhere", "deadbeef")


def answers(engine: Engine, loaded: LoadedQueue) -> dict[str, float]:
    """Seconds of each question, the first time it is asked."""
    taken: dict[str, float] = {}
    for sort in SortBy:
        taken[f"sort by {sort}"] = _seconds(lambda sort=sort: engine.answer(Query(sort=sort)))  # type: ignore[misc]
    for search in _SEARCHES:
        taken[f"search {search}"] = _seconds(lambda search=search: engine.answer(Query(search)))  # type: ignore[misc]
    for look in LookFirst:
        taken[f"filter {look}"] = _seconds(lambda look=look: engine.answer(Query(look_first=look)))  # type: ignore[misc]
    for kind in GroupBy:
        taken[f"group by {kind}"] = _seconds(lambda kind=kind: engine.answer(GroupsWanted(kind)))  # type: ignore[misc]
    return taken | _decided(engine, loaded)


def _decided(engine: Engine, loaded: LoadedQueue) -> dict[str, float]:
    book, changes = DecisionBook(), list[Change]()
    everything = tuple(loaded.records)
    taken = {"decide all": _seconds(lambda: changes.append(book.stage(everything, Decision.MERGE)))}
    told = DecisionsChanged(changes[0].after)
    taken["tell the engine"] = _seconds(lambda: engine.answer(told))
    taken["undo"] = _seconds(book.undo)
    return taken


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
