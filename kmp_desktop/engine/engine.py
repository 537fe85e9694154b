"""The engine: takes records while they are read, answers what the window asks.

For one thread, without Qt. Never raises for what is in a record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kmp_desktop.core.failure_rules import NO_RULES, FailureRules
from kmp_desktop.core.payload import PayloadColumn
from kmp_desktop.core.ports import Letters, SchemaSource
from kmp_desktop.core.queue_state import LoadedQueue
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.view import (
    ColumnsChosen,
    DecidedElsewhere,
    DecisionsChanged,
    DescribeWanted,
    FewFirst,
    FewFirstWanted,
    GroupsWanted,
    Query,
    QueryReply,
    RecordsArrived,
    RecordsRemoved,
    Reply,
    Request,
    ReviewWanted,
    Rows,
    RowsChanged,
    RowsWanted,
    SummaryWanted,
)
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.engine.content import ContentReader
from kmp_desktop.engine.details import describe
from kmp_desktop.engine.few_first import few_first
from kmp_desktop.engine.groups import groups
from kmp_desktop.engine.query import Queries
from kmp_desktop.engine.records import Records
from kmp_desktop.engine.reviewing import review_reply
from kmp_desktop.engine.standing import among, standing, without
from kmp_desktop.engine.summary import summarise


class Engine:
    """One open queue. ``push`` is called, in the caller's thread, with what nobody asked for."""

    def __init__(
        self,
        schemas: SchemaSource | None,
        push: Callable[[Reply], None],
        letters: Letters | None = None,
        failures: FailureRules = NO_RULES,
        columns: Sequence[PayloadColumn] = (),
    ) -> None:
        """``letters``: where records are kept, empty so far; ``None``: in memory.

        ``columns``: the fields of the content that a person wants to see; none: chosen by what they hold.
        """
        self._schemas = schemas
        self._push = push
        reader = ContentReader(ContentDecoder(schemas))
        self._records = Records(reader, [] if letters is None else letters, failures, columns)
        self._queries = Queries(self._records)
        self._loaded: LoadedQueue | None = None
        self._reading = True
        self._types_told = 0

    def add(self, batch: Sequence[DeadLetter]) -> None:
        """Take records that were read; those that have a row already are left out.

        Pushes RecordsArrived, and once ColumnsChosen.
        """
        self._reading = True
        records = self._records
        first = len(records)
        for record in batch:
            records.add(record)
        if len(records) > first:
            self._push(RecordsArrived(first, *records.places.since(first)))
        if records.enough_for_columns():
            self._choose_columns()

    def finish(self, loaded: LoadedQueue) -> None:
        """Take what reading found out, or what a commit changed: rows are then exactly what is open.

        Pushes RecordsRemoved for rows that are decided or gone, and RecordsArrived for records that
        are open and have none. What somebody else decided keeps its row as long as DecidedElsewhere
        names it, so that nothing disappears before a person has seen why.
        """
        self._loaded = loaded
        records = self._records
        still_open, decided = standing(loaded)
        partitions, offsets = records.places.arrays()
        elsewhere = np.frombuffer(records.elsewhere, np.bool_)
        alive = records.alive()
        offered = among(partitions[alive], offsets[alive], still_open)
        gone = alive[~offered & ~elsewhere[alive]].tolist()
        kept = np.setdiff1d(alive, gone)
        new = without(still_open, partitions[kept], offsets[kept])
        decided_only = without(decided, partitions[kept], offsets[kept])
        # What looks at the columns must be let go of before they grow.
        del offsets, elsewhere
        if gone:
            records.remove(gone)
            self._push(RecordsRemoved(tuple(gone)))
        self.add([loaded.records[each] for each in new])
        records.same_key.set_decided(loaded.records[each] for each in decided_only)
        self._reading = False
        self._choose_columns()

    def answer(self, request: Request) -> Reply | None:  # noqa: PLR0911 - one line for each request
        """Answer a request; ``None`` for those that only tell something, and for rows that are not there."""
        records = self._records
        match request:
            case Query():
                return QueryReply(request, self._queries.rows(request), not self._reading)
            case RowsWanted():
                records.refresh_newer()
                rows = (row for row in request.rows if 0 <= row < len(records))
                return Rows(tuple(records.shown(row) for row in rows), request.serial)
            case GroupsWanted():
                return groups(records, request, complete=not self._reading)
            case DecisionsChanged():
                records.decide(request.changes)
                return None
            case DecidedElsewhere():
                records.set_elsewhere(request.ids)
                return None
            case DescribeWanted():
                known = 0 <= request.row < len(records)
                return describe(records, request.row) if known else None
            case SummaryWanted():
                return summarise(records, request)
            case FewFirstWanted():
                candidates = [row for row in request.rows if row < len(records)]
                return FewFirst(few_first(records, candidates, request.count))
            case ReviewWanted():
                return review_reply(records, None if self._reading else self._loaded, request)

    def try_registry_again(self) -> None:
        """Read again what waited for the format registry; pushes RowsChanged if that helped."""
        if self._schemas is None:
            return
        self._schemas.forget_failures()
        waiting = [row for row, waits in enumerate(self._records.waits_for_registry) if waits]
        changed = self._records.read_again(waiting)
        if not changed:
            return
        self._push(RowsChanged(tuple(changed)))
        if not self._reading or self._records.enough_for_columns():
            self._choose_columns()

    def _choose_columns(self) -> None:
        """Choose columns if that was not done yet; says so again when there are more message types."""
        chosen = self._records.choose_columns()
        types = self._records.message_types()
        if chosen or types != self._types_told:
            self._types_told = types
            self._push(ColumnsChosen(self._records.columns, types))
