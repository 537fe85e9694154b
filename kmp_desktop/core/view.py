"""Messages between the window and what is behind it (the port ``QueueView``).

Asynchronous from the first day: frozen requests out, frozen replies in. A *row* is the engine's
number of a record, given once in the order of arrival; it never changes while the queue is open.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from enum import StrEnum

from kmp_desktop.core.decision import Decision
from kmp_desktop.core.payload import Payload, PayloadColumn
from kmp_desktop.core.queue_state import CopyTimes
from kmp_desktop.core.record import Header, RecordId
from kmp_desktop.core.review import Review
from kmp_desktop.core.text import Text


class GroupBy(StrEnum):
    """How the failure group panel groups."""

    REASON = "reason"
    MESSAGE = "message"
    REPORTER = "reporter"
    STEP = "step"
    DAY = "day"
    TRIES = "tries"


class LookFirst(StrEnum):
    """The quick filters under "Look at first"."""

    UNDECIDED = "undecided"
    NEWER_SAME_KEY = "newer_same_key"
    CAME_BACK = "came_back"
    UNREADABLE = "unreadable"
    DECIDED_ELSEWHERE = "decided_elsewhere"


class SortBy(StrEnum):
    """What the table is sorted by; PAYLOAD_n are the chosen payload columns."""

    ARRIVAL = "arrival"  # partition, offset: the order of reading
    DECISION = "decision"
    WHY = "why"
    REPORTED = "reported"  # the reported message
    MESSAGE_TYPE = "message_type"
    PAYLOAD_0 = "payload_0"
    PAYLOAD_1 = "payload_1"
    FAILED = "failed"
    TRIES = "tries"
    REPORTED_BY = "reported_by"
    STEP = "step"
    KEY = "key"
    CAME_FROM = "came_from"
    COORDINATES = "coordinates"
    SIZE = "size"
    FIRST_SENT = "first_sent"


class Having(StrEnum):
    """What is asked of a field of the content; letters count as the same whether capital or not."""

    IS = "is"
    CONTAINS = "contains"
    EMPTY = "empty"  # null, "", or not there at all


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """``column``: which of the chosen payload columns, 0 or 1."""

    column: int
    having: Having
    value: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """What else narrows the list; all that is set must hold. Names are ``GroupSummary.key``s.

    ``decisions``: any of these, ``None`` = undecided; empty = all. Times are epoch milliseconds,
    ``failed_before`` itself not included.
    """

    decisions: frozenset[Decision | None] = frozenset()
    message_type: str | None = None
    reporter: str | None = None
    step: str | None = None
    failed_from: int | None = None
    failed_before: int | None = None
    tries_at_least: int | None = None
    with_hint: bool = False
    partition: int | None = None
    field: FieldFilter | None = None


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows, in which order. ``group`` is a ``GroupSummary.key`` of ``group_by``."""

    search: str = ""
    group_by: GroupBy = GroupBy.REASON
    group: str | None = None
    look_first: LookFirst | None = None
    only: frozenset[RecordId] | None = None  # e.g. "Show the 12"
    filters: Filters = NO_FILTERS
    sort: SortBy = SortBy.FAILED
    descending: bool = True
    serial: int = 0  # given back, so that an older answer can be dropped


@dataclass(frozen=True, slots=True)
class QueryReply:
    """The rows that match, in order (array of "I"); ``truncated_search``: still reading."""

    query: Query
    rows: array[int]
    complete: bool  # False: reading goes on


@dataclass(frozen=True, slots=True)
class RowsWanted:
    """Ask for what the table shows of these rows. ``serial``: 0 for what is looked at in the window."""

    rows: tuple[int, ...]
    serial: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """What the table shows of one record."""

    row: int
    id: RecordId
    why: Text  # the group's label in plain words
    reported: str  # reported message, may be empty
    message_type: str  # simple name, empty = unknown
    payload: tuple[str | None, ...]  # values of the chosen payload columns; None = missing, "" = null
    failed_at: int  # epoch ms
    tries: int | None
    reported_by: str
    step: Text | None
    key: str  # text, or hex
    came_from: str  # "topic/partition/offset" or empty
    size: int
    first_sent: int | None
    came_back: int  # how many times it came back after a retry, 0 = never
    newer_same_key: bool
    unreadable: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Answer to RowsWanted; rows that are not there are left out."""

    rows: tuple[Row, ...]
    serial: int = 0


@dataclass(frozen=True, slots=True)
class RecordsArrived:
    """Pushed while reading: rows ``first`` .. get these coordinates (arrays "i" and "q")."""

    first: int
    partitions: array[int]
    offsets: array[int]


@dataclass(frozen=True, slots=True)
class RecordsRemoved:
    """Pushed at the end of reading: rows that turned out to be decided; queries skip them."""

    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RowsChanged:
    """Pushed when rows show something else than before: their content can be read by now."""

    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ColumnsChosen:
    """Pushed once enough records were read: which payload columns the table shows (at most two)."""

    columns: tuple[PayloadColumn, ...]
    message_types: int  # how many different message types there are


@dataclass(frozen=True, slots=True)
class GroupsWanted:
    """Ask for the failure groups."""

    group_by: GroupBy
    serial: int = 0


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """One line of the failure group panel."""

    key: str
    label: Text
    count: int
    decided: int
    newest: int  # epoch ms


@dataclass(frozen=True, slots=True)
class Groups:
    """Answer to GroupsWanted: sorted by count descending, then label; first without "All"."""

    group_by: GroupBy
    groups: tuple[GroupSummary, ...]
    everything: GroupSummary  # key "", label "All records"
    look_first: tuple[tuple[LookFirst, int], ...]
    complete: bool
    serial: int
    waiting_for_registry: int = 0  # shown as bytes until the format registry answers


@dataclass(frozen=True, slots=True)
class DecisionsChanged:
    """Tell the engine what is staged (None = cleared); it has no answer."""

    changes: tuple[tuple[RecordId, Decision | None], ...]


@dataclass(frozen=True, slots=True)
class DecidedElsewhere:
    """Tell the engine all the records that somebody else decided; it has no answer.

    They keep their rows through ``finish`` until they are not named any more.
    """

    ids: frozenset[RecordId]


@dataclass(frozen=True, slots=True)
class DescribeWanted:
    """Ask for everything about one record."""

    row: int


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One header as shown. ``raw`` is what lies behind (hex for numbers and unknown bytes)."""

    name: str
    shown: str
    raw: str
    failure: bool  # added when it failed (else: sent with the message)
    nth: int  # 1-based among headers of the same name
    of: int


@dataclass(frozen=True, slots=True)
class RelatedRecord:
    """A record with the same key."""

    row: int | None  # None: decided already, not in the table
    id: RecordId
    message_type: str
    failed_at: int
    decided: bool  # decided on the broker
    position: str  # "newer" | "this" | "older"


@dataclass(frozen=True, slots=True)
class FailureFacts:
    """What the headers say about the failure; empty = not told."""

    why: Text
    message: str
    failed_at: int
    step: Text | None
    reported_by: str
    tries: int | None
    last_try: int | None
    first_sent: int | None
    exception: str
    root_cause: str
    listener: str
    consumer_group: str
    came_from: str
    stack_trace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordDetails:
    """Answer to DescribeWanted: all the inspector shows."""

    row: int
    id: RecordId
    title: str  # message type, or empty
    subtitle: str  # e.g. "Order number 4500318719", may be empty
    facts: FailureFacts
    payload: Payload
    format_label: Text  # "JSON, 1.2 KB"
    headers: tuple[HeaderLine, ...]
    related: tuple[RelatedRecord, ...]
    key_shown: str
    key_bytes: int | None  # None: no key
    timestamp: int
    timestamp_type: str  # CreateTime | LogAppendTime | not available
    size: int
    value_is_null: bool
    is_pointer: str  # topic the original is in (share groups), else empty
    came_back: int
    newer_same_key: bool
    unfaithful: str | None
    raw_value: bytes | None
    raw_headers: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class SummaryWanted:
    """Ask what several rows have in common."""

    rows: array[int]
    serial: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of "What they have in common": values with counts, largest first."""

    name: Text
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SelectionSummary:
    """Answer to SummaryWanted. ``sampled`` > 0: computed from so many of them."""

    serial: int
    count: int
    facts: tuple[Fact, ...]
    differences: tuple[Fact, ...]  # content fields, at most 8 values each
    came_back: tuple[int, ...]  # rows
    examples: tuple[tuple[int, str, str], ...]  # (row, identifying value, reported message)
    failed_first: int
    failed_last: int
    sampled: int


@dataclass(frozen=True, slots=True)
class FewFirstWanted:
    """Ask for ``count`` different rows out of ``rows``: newest, oldest, many messages."""

    rows: array[int]
    count: int


@dataclass(frozen=True, slots=True)
class FewFirst:
    """Answer to FewFirstWanted."""

    rows: tuple[int, ...]


class ReviewBy(StrEnum):
    """How the review tree is arranged."""

    REASON = "reason"
    MESSAGE = "message"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ReviewWanted:
    """Ask what a commit of everything staged now would do."""

    arranged_by: ReviewBy = ReviewBy.REASON
    serial: int = 0
    times: CopyTimes = CopyTimes.FITTING


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One line of the review tree; ``rows`` are the staged ones (array of "I")."""

    key: str
    label: Text
    retry: int
    discard: int
    skip: int
    undecided: int
    rows: array[int]


@dataclass(frozen=True, slots=True)
class ReviewReply:
    """Answer to ReviewWanted."""

    serial: int
    arranged_by: ReviewBy
    review: Review
    lines: tuple[ReviewLine, ...]


Request = (
    Query
    | ReviewWanted
    | RowsWanted
    | GroupsWanted
    | DecisionsChanged
    | DecidedElsewhere
    | DescribeWanted
    | SummaryWanted
    | FewFirstWanted
)
Reply = (
    QueryReply
    | ReviewReply
    | Rows
    | Groups
    | RecordDetails
    | SelectionSummary
    | FewFirst
    | RecordsArrived
    | RecordsRemoved
    | RowsChanged
    | ColumnsChosen
)
