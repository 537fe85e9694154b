"""What a result page says and offers, as frozen values that know nothing of Qt.

One builder for each outcome makes an ``OutcomePage``; the window only draws it. Text that names a
moment has a place ``{time}``, filled by whoever shows it (``Line.at`` says which moment).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from kmp_desktop.core.queue_state import TheirDecision
from kmp_desktop.core.record import RecordId
from kmp_desktop.core.text import Text


class Kind(StrEnum):
    """The result pages there are."""

    COMMITTED = "committed"
    DIFFERS = "differs"
    WAITING = "waiting"
    CLUSTER_UNFINISHED = "cluster_unfinished"
    CLUSTER_ENDING = "cluster_ending"
    CLUSTER_ENDED = "cluster_ended"
    PARTLY = "partly"
    NOT_COMMITTED = "not_committed"
    STOPPED = "stopped"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    MIXED = "mixed"
    REFUSED = "refused"
    SETTLED_ELSEWHERE = "settled_elsewhere"


class Tone(StrEnum):
    """In which colour something is said; each also has an icon and words."""

    OK = "ok"
    WARN = "warn"
    ERROR = "error"
    INFO = "info"
    RETRY = "retry"
    DISCARD = "discard"
    SKIP = "skip"
    QUIET = "quiet"


class Sign(StrEnum):
    """The pictures used on result pages; the window knows which icon each one is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    INFO = "info"
    UNKNOWN = "unknown"
    RUNNING = "running"
    PENDING = "pending"
    OTHERS = "others"
    RETRY = "retry"
    DISCARD = "discard"
    SKIP = "skip"
    UNCHANGED = "unchanged"
    ADVICE = "advice"
    CHECK = "check"
    FORBIDDEN = "forbidden"
    STOPPED = "stopped"


class Move(StrEnum):
    """What a button of a result page does."""

    TO_QUEUES = "to_queues"
    TO_RECORDS = "to_records"
    TO_REVIEW = "to_review"
    TRY_AGAIN = "try_again"  # commit what is still staged
    ASK_AGAIN = "ask_again"  # ask the server what became of the commit
    READ_AGAIN = "read_again"
    END_CLUSTER_WORK = "end_cluster_work"  # end a commit that the cluster has not finished
    LEAVE_CONFLICTS = "leave_conflicts"  # forget my decisions about them, back to the review
    SHOW_RECORDS = "show_records"  # ``Button.ids`` in the table
    EDIT_CONNECTION = "edit_connection"
    COPY_REPORT = "copy_report"
    SAVE_DECISIONS = "save_decisions"


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it says, what it does (to ``ids``), and the key that does the same."""

    move: Move
    label: Text
    key: str = ""  # "Ctrl+Return", "F5" or empty
    ids: tuple[RecordId, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a card: sign, title, one sentence, and at the right end what was verified."""

    sign: Sign
    tone: Tone
    title: Text
    detail: Text | None = None
    at: int = 0  # epoch ms for a ``{time}`` in the detail
    state: Text | None = None
    state_tone: Tone = Tone.OK

    def detail_at(self, time: str) -> Text | None:
        """The sentence with the moment ``at`` in words."""
        if self.detail is None:
            return None
        return replace(self.detail, params=(*self.detail.params, ("time", time)))


@dataclass(frozen=True, slots=True)
class Card:
    """A card of lines. ``ruled``: a thin line between them."""

    lines: tuple[Line, ...]
    title: Text | None = None
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Attempts:
    """The card "What we know" of an unknown outcome; its third line counts down by itself."""

    lines: tuple[Line, ...]
    last: Line


@dataclass(frozen=True, slots=True)
class RecordList:
    """Records named one by one, each with what is to be said of it.

    ``take_out``: label of the button that forgets the decisions about them, if it is offered.
    """

    name: str  # for object names: refused, gone, different, present, missing
    title: Text
    records: tuple[tuple[RecordId, Text], ...]
    take_out: Text | None = None


@dataclass(frozen=True, slots=True)
class ConflictCard:
    """The table of records that somebody else decided, and what can be done about it."""

    decisions: tuple[TheirDecision, ...]
    leave: Button
    leave_text: Text
    look: Button
    look_text: Text


@dataclass(frozen=True, slots=True)
class Receipt:
    """The commit's own number on the broker (one for each part), when, how long, and by whom.

    Times are epoch milliseconds. Of a commit whose end was looked up later only ``began_at`` is known.
    """

    numbers: tuple[str, ...]
    finished_at: int
    seconds: float
    person: str  # empty: not told
    began_at: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """A coloured strip with a title and a sentence."""

    tone: Tone
    title: Text
    sentence: Text


Block = Card | Attempts | RecordList | ConflictCard | Receipt | Note


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """Everything a result page shows. ``primary`` is the one prominent button.

    ``back`` is also what Esc does, if ``esc``. ``urgent``: announced at once, whatever is being read.
    """

    kind: Kind
    sign: Sign
    tone: Tone
    title: Text
    sentence: Text
    blocks: tuple[Block, ...]
    primary: Button
    back: Button | None = None
    others: tuple[Button, ...] = ()
    esc: bool = True
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a result page has to know beside the result itself."""

    queue_topic: str
    retry_topic: str
    group: str
    compacts: bool  # whether a discard removes anything (else it marks as done)
    staged: int  # decisions that are staged now, with skips
    staged_skips: int
    remaining: int | None  # records of the queue still to be decided; None: being read again
    person: str = ""
    handed_over_at: int = 0  # epoch ms, 0 = not seen
