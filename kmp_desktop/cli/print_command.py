"""``print``: what is undecided in a queue, once it was read to its end."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from kmp_desktop.app.open_queue import open_queue
from kmp_desktop.cli.adapters import Adapters
from kmp_desktop.cli.exit_codes import Exit
from kmp_desktop.cli.failure_document import failure_document
from kmp_desktop.cli.screen import Screen, one_line
from kmp_desktop.cli.stopping import Stopping
from kmp_desktop.core.failure import failure_of, label
from kmp_desktop.core.failure_rules import FailureRules
from kmp_desktop.core.ports import ReadProgress
from kmp_desktop.core.queue_state import FindingCode, LoadedQueue
from kmp_desktop.core.record import DeadLetter, TimestampType
from kmp_desktop.core.text import text, text_n
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.decoding.plain_data import to_plain, why_undecodable

_ABOUT_READING = frozenset(
    {
        FindingCode.OTHER_GROUP,
        FindingCode.OPEN_TRANSACTIONS,
        FindingCode.REMOVED_BEFORE_DECIDED,
        FindingCode.TAKE_OVER_NEEDED,
        FindingCode.OFFSETS_LOST,
        FindingCode.LEDGER_CONFLICT,
        FindingCode.CLUSTER_UNFINISHED,
        FindingCode.DECIDED_IN_OTHER_GROUP,
    }
)
_TIMESTAMP_TYPES = {
    TimestampType.CREATE_TIME: "CreateTime",
    TimestampType.LOG_APPEND_TIME: "LogAppendTime",
    TimestampType.NOT_AVAILABLE: "not available",
}
_SHOWN_BYTES = 64
_SHOWN_HEADERS = 100


class _Reading:
    """Follows the load; only Ctrl-C matters."""

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping

    def records(self, batch: Sequence[DeadLetter]) -> None:
        """Nothing is shown before everything was read: a later record may settle an earlier one."""

    def progress(self, progress: ReadProgress) -> None:
        """Not shown."""

    def stopped(self) -> bool:
        """Whether to stop."""
        return self._stopping.asked()


def print_queue(
    adapters: Adapters, decoder: ContentDecoder, screen: Screen, stopping: Stopping, *, as_json: bool
) -> Exit:
    """Read everything, then show it; raises UserFacingError."""
    opened = open_queue(adapters.source, adapters.sink, _Reading(stopping))
    if opened.loaded is None:
        screen.say(
            text(
                "It is not known yet whether the last commit from this computer worked. "
                "Nothing is shown until it is. Start again in a moment."
            )
        )
        return Exit.UNKNOWN
    if not opened.loaded.complete:
        screen.say(text("Stopped before the queue was read to its end. Nothing is shown."))
        return Exit.NOT_COMMITTED
    _say_findings(opened.loaded, screen)
    lines = _json_line if as_json else _readable
    undecided = opened.loaded.undecided()
    for record in undecided:
        if not screen.has_reader() or stopping.asked():
            break
        screen.out(lines(record, decoder, adapters.failures))
    if not as_json:
        screen.out(str(text_n(len(undecided), "{n} undecided record.", "{n} undecided records.")))
    screen.flush()
    return Exit.DONE


def _say_findings(loaded: LoadedQueue, screen: Screen) -> None:
    for finding in loaded.findings:
        if finding.code in _ABOUT_READING:
            screen.say(f"{finding.title} {finding.detail}")


def _json_line(record: DeadLetter, decoder: ContentDecoder, failures: FailureRules) -> str:
    payload = decoder.decode(record.value, record.headers)
    why_not = why_undecodable(payload)
    document: dict[str, object] = {
        "partition": record.id.partition,
        "offset": record.id.offset,
        "timestamp": record.timestamp,
        "timestamp_type": _TIMESTAMP_TYPES[record.timestamp_type],
        "key_b64": _base64(record.key),
        "key": to_plain(decoder.decode(record.key, record.headers, "key")),
        "value_b64": _base64(record.value),
        "headers": [[name, _base64(value)] for name, value in record.headers],
        "failure": failure_document(failure_of(record, failures)),
    }
    if why_not is None:
        document["content"] = to_plain(payload)
    else:
        document["undecodable"] = why_not
    return json.dumps(document)


def _base64(raw: bytes | None) -> str | None:
    return None if raw is None else base64.b64encode(raw).decode()


def _readable(record: DeadLetter, decoder: ContentDecoder, failures: FailureRules) -> str:
    return "\n".join(_readable_lines(record, decoder, failures))


def _readable_lines(record: DeadLetter, decoder: ContentDecoder, failures: FailureRules) -> Iterator[str]:
    payload = decoder.decode(record.value, record.headers)
    why_not = why_undecodable(payload)
    yield f"partition {record.id.partition}, offset {record.id.offset}, {_time(record)}"
    yield f"  key: {_bytes(record.key)}"
    yield f"  why: {one_line(str(label(failure_of(record, failures))))}"
    for name, value in record.headers[:_SHOWN_HEADERS]:
        yield f"  header {one_line(name)}: {_bytes(value)}"
    if len(record.headers) > _SHOWN_HEADERS:
        yield f"  … {len(record.headers) - _SHOWN_HEADERS:,} more headers (--json shows all)"
    if why_not is None:
        yield f"  content: {one_line(json.dumps(to_plain(payload), ensure_ascii=False))}"
    else:
        yield f"  not readable: {one_line('; '.join(why_not.splitlines()))}"
        yield f"  content: {_hex(record.value or b'')}"


def _time(record: DeadLetter) -> str:
    try:
        moment = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return f"timestamp {record.timestamp}"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _bytes(raw: bytes | None) -> str:
    if raw is None:
        return "none"
    shown = raw[:_SHOWN_BYTES]
    try:
        readable = shown.decode()
    except UnicodeDecodeError:
        return _hex(raw)
    if not readable.isprintable():
        return _hex(raw)
    return readable + (_more(raw) if len(raw) > _SHOWN_BYTES else "")


def _hex(raw: bytes) -> str:
    return f"0x{raw[:_SHOWN_BYTES].hex()}" + (_more(raw) if len(raw) > _SHOWN_BYTES else "")


def _more(raw: bytes) -> str:
    return f" … ({len(raw)} bytes)"
