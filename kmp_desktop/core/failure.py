"""Why a dead letter failed, from its headers: the newest failure of whichever family wrote them.

Where no header tells, its content may: an envelope around the original message.

Never raises, whatever the headers hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kmp_desktop.core import (
    failure_connect,
    failure_envelope,
    failure_flat,
    failure_share_group,
    failure_smallrye,
    failure_spring,
    failure_streams,
)
from kmp_desktop.core.failure_headers import Headers, as_binary_number
from kmp_desktop.core.failure_reason import Block, FailureReason, Family, Origin
from kmp_desktop.core.failure_rules import NO_RULES, FailureRules
from kmp_desktop.core.failure_words import NO_REASON, label, step_words
from kmp_desktop.core.record import DeadLetter, TimestampType
from kmp_desktop.core.stack_trace import NO_TRACE, StackTrace, Thrown, read_stack_trace
from kmp_desktop.core.stack_trace_foreign import read_foreign_trace

__all__ = [
    "NO_REASON",
    "FailureReason",
    "Family",
    "Origin",
    "failure_of",
    "group_key",
    "is_failure_header",
    "known_number",
    "label",
]

_FAMILIES = (failure_spring, failure_connect, failure_streams, failure_share_group, failure_smallrye)
_OWN_PREFIX = "kmp-"
_PREFIXES = (
    failure_spring.PREFIXES[0],
    failure_connect.PREFIX,
    failure_streams.PREFIX,
    failure_share_group.PREFIX,
    failure_smallrye.PREFIX,
    failure_smallrye.DELAYED,
)
_NUMBERS = failure_spring.NUMBERS | failure_flat.NUMBERS
# They say nothing of their own: where one of them is the deepest that is told, the root cause is not.
_WRAPPERS = (
    "java.lang.reflect.InvocationTargetException",
    "java.lang.reflect.UndeclaredThrowableException",
    "java.util.concurrent.ExecutionException",
    "java.util.concurrent.CompletionException",
    "io.smallrye.reactive.messaging.providers.ProcessingException",
    "org.springframework.kafka.listener.ListenerExecutionFailedException",
)
_LONGEST_LINE = 10_000  # characters of a message that are kept


def failure_of(record: DeadLetter, rules: FailureRules = NO_RULES) -> FailureReason:
    """The newest failure of ``record``; with ``Family.NONE`` when it does not tell of one."""
    headers = Headers(record.headers)
    blocks = [block for family in _FAMILIES for block in family.read(headers)]
    blocks = blocks or failure_flat.read_own(headers, rules)
    blocks = blocks or failure_flat.read(headers) or failure_envelope.read(record.value)
    if not blocks:
        return FailureReason(Family.NONE, record.timestamp)
    return _reason(record, blocks, rules)


def group_key(reason: FailureReason) -> str:
    """What puts failures into one group; never the text of a message.

    Only an administrator's words part a group, where they were given for a part of the message.
    """
    frame = reason.own_frame or reason.listener
    key = f"{reason.root_cause or reason.exception}|{frame}|{reason.step_code}"
    return f"{key}|{reason.own_words}" if reason.own_words else key


@lru_cache(maxsize=4096)
def is_failure_header(name: str) -> bool:
    """Whether a header of this name was added when the record failed (else sent with the message)."""
    if name.startswith(_OWN_PREFIX):
        return False
    return name.startswith(_PREFIXES) or name in failure_spring.NAMES or failure_flat.is_name(name)


def known_number(name: str, value: bytes | None) -> int | None:
    """The number in a header that is known to hold one in binary; ``None`` for every other header."""
    return as_binary_number(value) if name in _NUMBERS else None


def _reason(record: DeadLetter, blocks: Sequence[Block], rules: FailureRules) -> FailureReason:
    newest = max(blocks, key=lambda block: block.last_at)
    oldest = min(blocks, key=lambda block: block.first_at)
    trace = _trace(newest)
    chain = _chain(newest, trace)
    root = chain[-1] if trace.certain and chain and chain[-1].name not in _WRAPPERS else None
    causes = tuple(thrown.name for thrown in chain)
    message = _reported(chain, newest)[:_LONGEST_LINE]
    failed_at = newest.failed_at if newest.failed_at is not None else record.timestamp
    return FailureReason(
        newest.family,
        failed_at,
        exception=newest.exception or (chain[0].name if chain else ""),
        root_cause=root.name if root else "",
        causes=causes,
        message=message,
        root_message=_root_message(chain, root, newest)[:_LONGEST_LINE],
        wrapper_message=newest.message[:_LONGEST_LINE],
        own_frame=trace.own_frame,
        trace=newest.trace,
        listener=newest.listener,
        consumer_group=newest.consumer_group,
        connector=newest.connector,
        reporter=newest.connector or newest.consumer_group or newest.reporter,
        step=step_words(newest.step_code, newest.tries),
        step_code=newest.step_code,
        tries=newest.tries,
        last_try=newest.failed_at or (record.timestamp if newest.new_time else None),
        first_sent=_first_sent(record, blocks, oldest),
        origin=oldest.origin or newest.origin,
        came_back=sum(block.failures for block in blocks) - 1,
        pointer=newest.pointer if record.value is None and record.key is None else "",
        own_words=rules.said_of(causes, message),
    )


def _trace(block: Block) -> StackTrace:
    if not block.trace:
        return NO_TRACE
    if foreign := read_foreign_trace(block.trace):
        return foreign
    outer = block.message.removesuffix(f"; {block.cause_message}")
    return read_stack_trace(
        block.trace,
        ((block.exception, block.message), (block.exception, outer), (block.cause, block.cause_message)),
    )


def _chain(block: Block, trace: StackTrace) -> tuple[Thrown, ...]:
    """The chain of causes: the stack trace's; what it was cut off before comes from the headers."""
    outer = (Thrown(block.exception, block.message, ""),) if block.exception else ()
    chain = trace.chain or outer
    if not block.cause or any(block.cause == thrown.name for thrown in chain):
        return chain
    return (*chain, Thrown(block.cause, block.cause_message, ""))


def _reported(chain: Sequence[Thrown], block: Block) -> str:
    """The message nearest to the root cause; mere wrappers only where there is nothing else."""
    said = (thrown.message for thrown in reversed(chain) if thrown.name not in _WRAPPERS)
    message = next((each for each in said if each), "")
    told = message or any(thrown.name not in _WRAPPERS for thrown in chain)
    return message if told else block.message


def _root_message(chain: Sequence[Thrown], root: Thrown | None, block: Block) -> str:
    """What the root cause itself said; a failure without any exception has but one message."""
    if root is not None:
        return root.message
    return "" if chain else block.message


def _first_sent(record: DeadLetter, blocks: Sequence[Block], oldest: Block) -> int | None:
    if oldest.first_sent is not None:
        return oldest.first_sent
    kept = len(blocks) == 1 and oldest.failures == 1 and oldest.new_time is False
    return record.timestamp if kept and record.timestamp_type is TimestampType.CREATE_TIME else None
