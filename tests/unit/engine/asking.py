"""An engine with records in it, and the questions a window asks."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.ports import SchemaSource
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.view import (
    DecidedElsewhere,
    DecisionsChanged,
    DescribeWanted,
    GroupBy,
    Groups,
    GroupsWanted,
    Query,
    QueryReply,
    RecordDetails,
    Reply,
    ReviewReply,
    ReviewWanted,
    Row,
    Rows,
    RowsWanted,
    SelectionSummary,
    SortBy,
    SummaryWanted,
)
from kmp_desktop.engine.engine import Engine
from tests.unit.records import loaded


class Asked:
    """An engine and all that it pushed. Queries come in the order of arrival unless told otherwise."""

    def __init__(self, schemas: SchemaSource | None = None) -> None:
        self.pushed: list[Reply] = []
        self.engine = Engine(schemas, self.pushed.append)

    def rows(self, search: str = "", **query: Any) -> list[int]:
        """The rows that a query finds."""
        wanted = replace(Query(search, sort=SortBy.ARRIVAL, descending=False), **query)
        return list(self.reply(wanted).rows)

    def reply(self, query: Query) -> QueryReply:
        """The whole answer to a query."""
        answer = self.engine.answer(query)
        assert isinstance(answer, QueryReply)
        return answer

    def row(self, row: int) -> Row:
        """What the table shows of a row."""
        answer = self.engine.answer(RowsWanted((row,)))
        assert isinstance(answer, Rows)
        return answer.rows[0]

    def groups(self, by: GroupBy = GroupBy.REASON) -> Groups:
        """The groups."""
        answer = self.engine.answer(GroupsWanted(by))
        assert isinstance(answer, Groups)
        return answer

    def counted(self, by: GroupBy) -> list[tuple[str, int]]:
        """Label and count of every group, as listed."""
        return [(str(group.label), group.count) for group in self.groups(by).groups]

    def describe(self, row: int) -> RecordDetails:
        """Everything about a row."""
        answer = self.engine.answer(DescribeWanted(row))
        assert isinstance(answer, RecordDetails)
        return answer

    def summary(self, rows: Iterable[int]) -> SelectionSummary:
        """What rows have in common."""
        answer = self.engine.answer(SummaryWanted(array("I", rows)))
        assert isinstance(answer, SelectionSummary)
        return answer

    def review(self, **wanted: Any) -> ReviewReply:
        """What a commit would do."""
        answer = self.engine.answer(ReviewWanted(**wanted))
        assert isinstance(answer, ReviewReply)
        return answer

    def decide_rows(self, ids: Iterable[RecordId], decision: Decision | None) -> None:
        """Stage a decision for many records."""
        self.engine.answer(DecisionsChanged(tuple((each, decision) for each in ids)))

    def decide(self, decision: Decision | None, *offsets: int) -> None:
        """Stage a decision for records of partition 0."""
        self.engine.answer(DecisionsChanged(tuple((RecordId(0, each), decision) for each in offsets)))

    def others_decide(self, *offsets: int) -> None:
        """Say that others decided these records of partition 0."""
        self.engine.answer(DecidedElsewhere(frozenset(RecordId(0, each) for each in offsets)))


def reading(records: Sequence[DeadLetter], schemas: SchemaSource | None = None) -> Asked:
    """An engine that is still being given records."""
    asked = Asked(schemas)
    asked.engine.add(records)
    return asked


def read(
    records: Sequence[DeadLetter], queue: LoadedQueue | None = None, schemas: SchemaSource | None = None
) -> Asked:
    """An engine that was given all records."""
    asked = reading(records, schemas)
    asked.engine.finish(queue or loaded(records))
    return asked
