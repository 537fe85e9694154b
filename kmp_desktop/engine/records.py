"""The rows of an open queue: each record looked at once, and what came of it in columns.

A row is a number, given in the order of arrival and never again. Columns are arrays and lists by
row. A row that turned out to be decided stays in them, marked as removed.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.failure import FailureReason, failure_of, known_number
from kmp_desktop.core.failure_rules import NO_RULES, FailureRules
from kmp_desktop.core.payload import PayloadColumn
from kmp_desktop.core.ports import Letters
from kmp_desktop.core.record import DeadLetter, RecordId
from kmp_desktop.core.view import GroupBy, Row
from kmp_desktop.engine.columns import SAMPLE, choose_columns, chosen_by_person
from kmp_desktop.engine.content import Content, ContentReader, scalar_at
from kmp_desktop.engine.grouping import Groupings
from kmp_desktop.engine.keys import key_shown
from kmp_desktop.engine.message_type import message_type
from kmp_desktop.engine.places import Places
from kmp_desktop.engine.same_key import Placed, SameKey
from kmp_desktop.engine.search import SearchTexts
from kmp_desktop.engine.texts import NOT_TOLD, Texts

UNDECIDED = 0
DECISION_ORDER = {Decision.MERGE: 1, Decision.PURGE: 2, Decision.SKIP: 3}
"""How decisions sort; undecided is 0."""

_NUMBER_OF = dict[Decision | None, int]([(None, UNDECIDED), *DECISION_ORDER.items()])
_LARGEST = (1 << 62) - 1
_HEADER_CHARS = 400  # of each header that are searched: a stack trace is searched by its head
_ALL_HEADERS_CHARS = 4_000
_MESSAGE_CHARS = 2_000


class Records:
    """All rows and their columns. For one thread; never raises for what is in a record."""

    def __init__(
        self,
        reader: ContentReader,
        letters: Letters,
        failures: FailureRules = NO_RULES,
        wanted: Sequence[PayloadColumn] = (),
    ) -> None:
        """``letters``: where the records are kept, empty so far; ``wanted``: columns a person chose."""
        self.failures = failures
        self._wanted = chosen_by_person(wanted)
        self.reader = reader
        self.record = letters
        self.groups = Groupings()
        self.same_key = SameKey()
        self.columns: tuple[PayloadColumn, ...] = ()
        self.columns_chosen = False
        self.version = 0  # goes up with every change but decisions
        self.decisions_version = 0
        self.timestamp = array("q")
        self.failed_at = array("q")
        self.first_sent = array("q")
        self.tries = array("q")
        self.size = array("q")
        self.came_back = array("I")
        self.searched = SearchTexts()
        self.reported = Texts()
        self.key = Texts()
        self.came_from = Texts()
        self.payload = (Texts(), Texts())
        self.unreadable = bytearray()
        self.waits_for_registry = bytearray()
        self.newer_same_key: NDArray[np.bool_] = np.empty(0, np.bool_)
        self.decision = bytearray()
        self.elsewhere = bytearray()
        self.removed = bytearray()
        self.places = Places()
        self._alive: NDArray[np.uint32] | None = None
        self._staged: dict[RecordId, Decision] = {}
        self._elsewhere: set[RecordId] = set()
        self._sample: list[int] = []  # readable rows until columns are chosen
        self._roots: dict[int, object] = {}  # contents of all rows with structure until then

    def __len__(self) -> int:
        return len(self.places)

    def row_of(self, record: RecordId) -> int | None:
        """The row of a record that is not removed."""
        row = self.places.row_of(record)
        return None if row is None or self.removed[row] else row

    def alive(self) -> NDArray[np.uint32]:
        """Every row that is not removed, ascending; not to be changed."""
        if self._alive is None:
            self._alive = np.flatnonzero(np.frombuffer(self.removed, np.uint8) == 0).astype(np.uint32)
        return self._alive

    def add(self, record: DeadLetter) -> int | None:
        """Take a record in; its row, or ``None`` if it has one already."""
        if self.row_of(record.id) is not None:
            return None
        row = len(self)
        content = self.reader.read(record.value, record.headers)
        reason = failure_of(record, self.failures)
        kind = message_type(record, content)
        self.record.append(record)
        self.places.append(record.id)
        self.groups.add(reason, kind)
        self.same_key.add(record.key)
        self._put_failure(reason)
        self._put_own(record, content)
        self._put_state(record.id)
        self._put_payload(row, content)
        self.searched.append(self._lines(row, record, reason, kind), content.words)
        self._alive = None
        self.version += 1
        return row

    def remove(self, rows: Sequence[int]) -> None:
        """Mark rows as decided on the broker, or gone: they are in no query any more."""
        for row in rows:
            self.removed[row] = 1
        self.same_key.look_again()
        self._alive = None
        self.version += 1

    def decide(self, changes: Sequence[tuple[RecordId, Decision | None]]) -> None:
        """Take note of what is staged, each record once; those that did not arrive yet are remembered."""
        self._staged.update({record: decision for record, decision in changes if decision is not None})
        for record, decision in changes:
            if decision is None:
                self._staged.pop(record, None)
        rows, here = self.places.rows_at([record for record, _ in changes])
        numbers = np.fromiter((_NUMBER_OF[each] for _, each in changes), np.uint8, len(changes))
        here[here] = np.frombuffer(self.removed, np.uint8)[rows[here]] == 0
        np.frombuffer(self.decision, np.uint8)[rows[here]] = numbers[here]
        self.decisions_version += 1

    def staged(self) -> dict[RecordId, Decision]:
        """Everything that is staged, also what has no row; not to be changed."""
        return self._staged

    def set_elsewhere(self, ids: frozenset[RecordId]) -> None:
        """Replace which records somebody else decided."""
        self._elsewhere = set(ids)
        self.elsewhere = bytearray(len(self))
        for row in self.places.rows_of(ids).tolist():
            self.elsewhere[row] = 1
        self.version += 1

    def elsewhere_ids(self) -> frozenset[RecordId]:
        """Which records somebody else decided."""
        return frozenset(self._elsewhere)

    def choose_columns(self) -> bool:
        """Choose the payload columns if there are enough records or no more will come; once."""
        if self.columns_chosen or not self._sample:  # an empty queue has nothing to choose from yet
            return False
        types = self.groups[GroupBy.MESSAGE]
        sample = [(types.groups[types.of_row[row]].key, self._roots.get(row)) for row in self._sample]
        self.columns = self._wanted or choose_columns(sample)
        self.columns_chosen = True
        for row, root in self._roots.items():
            self._fill_payload(row, root)
        self._roots.clear()
        self._sample.clear()
        self.version += 1
        return True

    def enough_for_columns(self) -> bool:
        """Whether enough readable records were seen to choose columns."""
        enough = 1 if self._wanted else SAMPLE
        return not self.columns_chosen and len(self._sample) >= enough

    def read_again(self, rows: Iterable[int]) -> list[int]:
        """Read the content of rows again; those of which more is known now."""
        changed = []
        for row in rows:
            record = self.record[row]
            content = self.reader.read(record.value, record.headers)
            self.waits_for_registry[row] = content.waits_for_registry
            if not content.readable:
                continue
            kind = message_type(record, content)
            self.unreadable[row] = 0
            self.groups.set_message_type(row, kind)
            self.key[row] = key_shown(record.key, self.reader, record.headers) or None
            self._refresh_payload(row, content)
            reason = failure_of(record, self.failures)
            self.searched.replace(row, self._lines(row, record, reason, kind), content.words)
            changed.append(row)
        self.version += 1
        return changed

    def refresh_newer(self) -> None:
        """Bring ``newer_same_key`` up to date."""
        placed = Placed(*self.places.arrays(), np.frombuffer(self.timestamp, np.int64))
        self.newer_same_key = self.same_key.newer(placed, self.removed)

    def shown(self, row: int) -> Row:
        """What the table shows of a row; ``refresh_newer`` comes first."""
        groups = self.groups
        reason, step = groups[GroupBy.REASON], groups[GroupBy.STEP].groups[self._number(GroupBy.STEP, row)]
        return Row(
            row=row,
            id=self.places[row],
            why=reason.labels()[reason.of_row[row]],
            reported=self.reported.text(row),
            message_type=self.message_type(row),
            payload=tuple(values[row] for values in self.payload[: len(self.columns)]),
            failed_at=self.failed_at[row],
            tries=_told(self.tries[row]),
            reported_by=self.reporter(row),
            step=step.label if step.key else None,
            key=self.key.text(row),
            came_from=self.came_from.text(row),
            size=self.size[row],
            first_sent=_told(self.first_sent[row]),
            came_back=self.came_back[row],
            newer_same_key=bool(self.newer_same_key[row]),
            unreadable=bool(self.unreadable[row]),
        )

    def message_type(self, row: int) -> str:
        """The message type of a row, "" if it is not known."""
        return self.groups[GroupBy.MESSAGE].groups[self._number(GroupBy.MESSAGE, row)].key

    def reporter(self, row: int) -> str:
        """Who reported the failure of a row, "" if it is not known."""
        return self.groups[GroupBy.REPORTER].groups[self._number(GroupBy.REPORTER, row)].key

    def message_types(self) -> int:
        """How many different message types the rows have."""
        of_row = np.frombuffer(self.groups[GroupBy.MESSAGE].of_row, np.uint32)
        return int(np.count_nonzero(np.bincount(of_row[self.alive()])))

    def _number(self, kind: GroupBy, row: int) -> int:
        return self.groups[kind].of_row[row]

    def _put_failure(self, reason: FailureReason) -> None:
        self.failed_at.append(_bounded(reason.failed_at))
        self.first_sent.append(_bounded(reason.first_sent))
        self.tries.append(_bounded(reason.tries))
        self.came_back.append(reason.came_back)
        self.reported.append(reason.message or None)
        self.came_from.append(str(reason.origin) if reason.origin else None)

    def _put_own(self, record: DeadLetter, content: Content) -> None:
        self.timestamp.append(record.timestamp)
        self.size.append(record.size())
        self.key.append(key_shown(record.key, self.reader, record.headers) or None)
        self.unreadable.append(not content.readable)
        self.waits_for_registry.append(content.waits_for_registry)

    def _put_state(self, record: RecordId) -> None:
        staged = self._staged.get(record)
        self.decision.append(DECISION_ORDER[staged] if staged else UNDECIDED)
        self.elsewhere.append(record in self._elsewhere)
        self.removed.append(0)

    def _put_payload(self, row: int, content: Content) -> None:
        for values in self.payload:
            values.append(None)
        self._refresh_payload(row, content)

    def _refresh_payload(self, row: int, content: Content) -> None:
        if self.columns_chosen:
            self._fill_payload(row, content.root)
        elif content.root is not None:
            self._roots[row] = content.root
            if len(self._sample) < SAMPLE:
                self._sample.append(row)

    def _fill_payload(self, row: int, root: object) -> None:
        for values, column in zip(self.payload, self.columns, strict=False):
            values[row] = scalar_at(root, column.path)

    def _lines(self, row: int, record: DeadLetter, reason: FailureReason, kind: str) -> list[str]:
        """What is searched besides the content."""
        label = self.groups[GroupBy.REASON].groups[self._number(GroupBy.REASON, row)].label
        lines = [str(label), kind, reason.reporter, str(reason.step or "")]
        lines += (self.key.text(row), self.came_from.text(row), reason.message[:_MESSAGE_CHARS])
        lines += reason.causes
        left = _ALL_HEADERS_CHARS
        for name, value in record.headers:
            line = _header_words(name, value)[:left]
            lines.append(line)
            left -= len(line)
        return lines


def _header_words(name: str, value: bytes | None) -> str:
    if not value:
        return name
    number = known_number(name, value)
    if number is not None:
        return f"{name} {number}"
    return f"{name} {value[:_HEADER_CHARS].decode('utf-8', 'replace')}"


def _bounded(value: int | None) -> int:
    """What fits into a column: a header may hold any number."""
    return NOT_TOLD if value is None else max(-_LARGEST, min(_LARGEST, value))


def _told(value: int) -> int | None:
    return None if value == NOT_TOLD else value
