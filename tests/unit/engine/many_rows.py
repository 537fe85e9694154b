"""Many generated records, and what a plain reading of the rules says of them."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.view import GroupBy, LookFirst, SortBy
from tests.unit.engine.asking import Asked
from tests.unit.records import MINUTE, NOW, loaded, spring

PARTITIONS = 4
_BATCH = 2000
_CITIES = ("Köln", "bonn", "Bonn", "Aachen", "Zürich", "", None, "10115", "9", "-3.5")
_CLASSES = tuple(f"com.shop.billing.{each}Exception" for each in ("CustomerNotFound", "Price", "Stock"))
_ORDER = {None: 0, Decision.MERGE: 1, Decision.PURGE: 2, Decision.SKIP: 3}


class ManyRows:
    """An engine with ``count`` records, and the same records as plain lists."""

    def __init__(self, count: int) -> None:
        choose = random.Random(count)
        self.count = count
        self.key = [f"ORD{choose.randrange(count * 2)}" for _ in range(count)]
        self.city = [choose.choice(_CITIES) for _ in range(count)]
        self.number = [str(choose.randrange(10 * count)) for _ in range(count)]
        self.why = [choose.choice(_CLASSES) for _ in range(count)]
        self.said = [f"no customer {choose.randrange(count // 4 + 1)}" for _ in range(count)]
        self.failed_at = [NOW + choose.randrange(count) * MINUTE // 100 for _ in range(count)]
        self.staged: dict[int, Decision] = {}
        self.asked = Asked()
        for first in range(0, count, _BATCH):
            rows = range(first, min(count, first + _BATCH))
            self.asked.engine.add([self._record(row) for row in rows])
        everything = {self.id(row): _NOTHING for row in range(count)}
        queue = loaded((), partitions=tuple(range(PARTITIONS)))
        queue.records = everything
        self.asked.engine.finish(queue)

    def id(self, row: int) -> RecordId:
        """The record of a row: partitions come in turn, as when they are read together."""
        return RecordId(row % PARTITIONS, row // PARTITIONS)

    def decide(self, rows: Iterable[int], decision: Decision) -> None:
        """Stage a decision."""
        chosen = list(rows)
        self.staged.update(dict.fromkeys(chosen, decision))
        self.asked.decide_rows((self.id(row) for row in chosen), decision)

    def sorted_by(self, by: SortBy, *, descending: bool) -> list[int]:
        """All rows in order, as a plain sort has them."""
        value = self._sorts()[by]
        told = [row for row in range(self.count) if value(row) is not None]
        missing = [row for row in range(self.count) if value(row) is None]
        return sorted(told, key=value, reverse=descending) + missing

    def holding(self, search: str) -> list[int]:
        """The rows in which a word occurs, in the order of arrival."""
        return [row for row in self._arrived() if search in self._text(row)]

    def failed_for(self, why: str) -> list[int]:
        """The rows of one reason, in the order of arrival."""
        return [row for row in self._arrived() if self.why[row] == why]

    def undecided(self) -> list[int]:
        """The rows that nothing is staged for, in the order of arrival."""
        return [row for row in self._arrived() if row not in self.staged]

    def with_newer(self) -> list[int]:
        """The rows of whose key there is a newer record, in the order of arrival."""
        newest: dict[str, list[int]] = {}
        for row, key in enumerate(self.key):
            newest.setdefault(key, []).append(row)
        return [row for row in self._arrived() if any(map(self._is_newer(row), newest[self.key[row]]))]

    def counted(self) -> list[tuple[str, int, int, int]]:
        """(class, rows, decided rows, newest failure) of each reason."""
        rows = Counter(self.why)
        decided = Counter(self.why[row] for row in self.staged)
        newest: dict[str, int] = {}
        for why, moment in zip(self.why, self.failed_at, strict=True):
            newest[why] = max(moment, newest.get(why, 0))
        return sorted((why, n, decided[why], newest[why]) for why, n in rows.items())

    def _record(self, row: int) -> DeadLetter:
        content = {"orderNumber": self.number[row], "city": self.city[row]}
        headers = spring(self.why[row], self.said[row], origin=(0, row))
        moment = self.failed_at[row]
        return DeadLetter(self.id(row), self.key[row].encode(), json.dumps(content).encode(), headers, moment)

    def _arrived(self) -> list[int]:
        return sorted(range(self.count), key=self.id)

    def _is_newer(self, row: int) -> Callable[[int], bool]:
        own = self.id(row)

        def newer(other: int) -> bool:
            if self.id(other).partition == own.partition:
                return self.id(other).offset > own.offset
            return self.failed_at[other] > self.failed_at[row]

        return newer

    def _text(self, row: int) -> str:
        return f"{self.key[row]} {self.number[row]} {self.city[row] or ''} {self.said[row]}".casefold()

    def _sorts(self) -> dict[SortBy, Callable[[int], Any]]:
        return {
            SortBy.FAILED: lambda row: self.failed_at[row],
            SortBy.COORDINATES: self.id,
            SortBy.KEY: lambda row: self.key[row].casefold(),
            SortBy.REPORTED: lambda row: self.said[row],
            SortBy.PAYLOAD_0: lambda row: float(self.number[row]),
            SortBy.PAYLOAD_1: lambda row: _payload(self.city[row]),
            SortBy.DECISION: lambda row: _ORDER[self.staged.get(row)],
        }


_NOTHING = DeadLetter(RecordId(0, 0), None, None)  # only which records there are is asked of the queue


def _payload(value: str | None) -> tuple[int, float, str]:
    """Null and empty text, then numbers by value, then words whatever their case."""
    if not value:
        return (0, 0.0, "")
    if re.fullmatch(r"-?\d+(\.\d+)?", value):
        return (1, float(value), "")
    return (2, 0.0, value.casefold())


def check(count: int) -> None:
    """Ask everything of an engine with so many rows, and compare."""
    many = ManyRows(count)
    assert ["orderNumber", "city"] == [each.path[-1] for each in many.asked.engine._records.columns]
    _check_decisions(many)
    _check_orders(many)
    _check_filters(many)
    _check_groups(many)


def _check_decisions(many: ManyRows) -> None:
    every = range(many.count)
    many.decide(every, Decision.MERGE)
    assert [] == many.asked.rows(look_first=LookFirst.UNDECIDED)
    many.decide(every[::3], Decision.PURGE)
    many.asked.decide_rows(map(many.id, every[::5]), None)
    for row in every[::5]:
        del many.staged[row]
    assert many.undecided() == many.asked.rows(look_first=LookFirst.UNDECIDED)


def _check_orders(many: ManyRows) -> None:
    for by in many._sorts():
        for descending in (False, True):
            expected = many.sorted_by(by, descending=descending)
            assert expected == many.asked.rows(sort=by, descending=descending), by


def _check_filters(many: ManyRows) -> None:
    assert many.with_newer() == many.asked.rows(look_first=LookFirst.NEWER_SAME_KEY)
    for search in ("köln", "ord7", "customer 12", f"{many.number[3]}", "nowhere"):
        words = many.holding(search.split()[-1] if search == "nowhere" else search)
        assert words == many.asked.rows(f'"{search}"'), search
    reasons = {str(each.label): each.key for each in many.asked.groups().groups}
    assert many.failed_for(_CLASSES[1]) == many.asked.rows(group=reasons["Price"])
    both = set(many.undecided()) & set(many.holding("köln")) & set(many.failed_for(_CLASSES[1]))
    found = many.asked.rows("köln", group=reasons["Price"], look_first=LookFirst.UNDECIDED)
    assert [row for row in many._arrived() if row in both] == found


def _check_groups(many: ManyRows) -> None:
    groups = many.asked.groups(GroupBy.REASON).groups
    labels = ("Customer not found", "Price", "Stock")
    names = dict(zip(_CLASSES, labels, strict=True))
    expected = [(names[why], *counts) for why, *counts in many.counted()]
    assert sorted(expected) == sorted((str(g.label), g.count, g.decided, g.newest) for g in groups)
    summary = many.asked.summary(range(many.count))
    assert (many.count, min(many.failed_at)) == (summary.count, summary.failed_first)
    staged = sum(len(line.rows) for line in many.asked.review().lines)
    assert len(many.staged) == staged
