"""What the headers of a dead letter say about its failure, whoever wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from kmp_desktop.core.text import Text


class Family(StrEnum):
    """Who wrote the failure headers."""

    NONE = ""  # there are none
    SPRING = "spring"
    CONNECT = "connect"
    STREAMS = "streams"
    SHARE_GROUP = "share_group"
    SMALLRYE = "smallrye"
    ENVELOPE = "envelope"  # the content is JSON around the original message
    OWN = "own"  # names that an administrator has given
    FLAT = "flat"  # home-grown headers such as error, original_topic


class Origin(NamedTuple):
    """Where a record was born; ``None`` where the headers do not tell."""

    topic: str
    partition: int | None
    offset: int | None

    def __str__(self) -> str:
        return "/".join(str(part) for part in self if part is not None)


@dataclass(frozen=True, slots=True)
class FailureReason:
    """The newest failure of a record as its headers tell it; empty or ``None`` = not told.

    Times are epoch milliseconds. ``message`` is the reported message: that of the root cause
    where it can be found, else the one that was written. ``root_message`` is only the root cause's own,
    empty where that is not in the record or said nothing. ``wrapper_message`` is the whole text of
    the header. ``causes`` are the exception classes from the one that was thrown (``exception``)
    to the deepest that is known (``root_cause``).

    ``failed_at`` is never missing: where no header tells, it is the time of the record itself.
    ``origin`` is where the record was born, before its first failure. ``came_back`` counts the
    failures before the newest one. ``pointer`` names the topic the original is in when the record
    is only a pointer to it.
    """

    family: Family
    failed_at: int
    exception: str = ""
    root_cause: str = ""
    causes: tuple[str, ...] = ()
    message: str = ""
    root_message: str = ""
    wrapper_message: str = ""
    own_frame: str = ""  # first stack frame that is the company's own: class.method
    trace: bytes = b""
    listener: str = ""  # class.method that took the message
    consumer_group: str = ""
    connector: str = ""
    reporter: str = ""
    step: Text | None = None
    step_code: str = ""
    tries: int | None = None
    last_try: int | None = None
    first_sent: int | None = None
    origin: Origin | None = None
    came_back: int = 0
    pointer: str = ""
    own_words: str = ""  # an administrator's words for it

    @property
    def stack_trace(self) -> str:
        """The stack trace as it was written. Not kept decoded: it is most of a record's bytes."""
        return self.trace.decode("utf-8", "replace")


@dataclass(slots=True)
class Block:
    """What one header family says about the newest failure it knows of.

    ``failures`` counts its blocks; ``first_at`` and ``last_at`` are the header positions where the
    oldest and the newest of them begin. ``new_time``: the family gives the dead letter a time of
    its own, that of the failure (False: it keeps the message's; ``None``: not known).
    """

    family: Family
    failures: int
    first_at: int
    last_at: int
    new_time: bool | None
    exception: str = ""
    cause: str = ""
    message: str = ""
    cause_message: str = ""
    trace: bytes = b""
    listener: str = ""
    consumer_group: str = ""
    connector: str = ""
    reporter: str = ""
    step_code: str = ""
    tries: int | None = None
    failed_at: int | None = None
    first_sent: int | None = None
    origin: Origin | None = None
    pointer: str = ""
