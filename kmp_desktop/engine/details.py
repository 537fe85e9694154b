"""Everything about one record, for the inspector."""

from __future__ import annotations

from kmp_desktop.core.failure import FailureReason, failure_of
from kmp_desktop.core.payload import Nothing, Payload, Plain, Tree
from kmp_desktop.core.record import DeadLetter, TimestampType
from kmp_desktop.core.sizes import size_text
from kmp_desktop.core.text import Text, text
from kmp_desktop.core.view import FailureFacts, RecordDetails, RelatedRecord
from kmp_desktop.engine.header_lines import header_lines
from kmp_desktop.engine.message_type import message_type
from kmp_desktop.engine.records import Records
from kmp_desktop.engine.same_key import is_newer

MAX_RELATED = 200
"""How many records with the same key are listed; the newest are."""

_TIMESTAMP_TYPES = {
    TimestampType.NOT_AVAILABLE: "not available",
    TimestampType.CREATE_TIME: "CreateTime",
    TimestampType.LOG_APPEND_TIME: "LogAppendTime",
}


def describe(records: Records, row: int) -> RecordDetails:
    """All the inspector shows of a row."""
    records.refresh_newer()
    record = records.record[row]
    shown = records.shown(row)
    reason = failure_of(record, records.failures)
    payload = records.reader.payload(record.value, record.headers)
    return RecordDetails(
        row=row,
        id=record.id,
        title=shown.message_type,
        subtitle=_subtitle(records, shown.payload),
        facts=_facts(reason, shown.why),
        payload=payload,
        format_label=_format_label(payload, len(record.value or b"")),
        headers=header_lines(record, records.failures.names()),
        related=_related(records, row),
        key_shown=shown.key,
        key_bytes=None if record.key is None else len(record.key),
        timestamp=record.timestamp,
        timestamp_type=_TIMESTAMP_TYPES[record.timestamp_type],
        size=shown.size,
        value_is_null=record.value is None,
        is_pointer=reason.pointer,
        came_back=shown.came_back,
        newer_same_key=shown.newer_same_key,
        unfaithful=record.unfaithful,
        raw_value=record.value,
        raw_headers=record.headers,
    )


def _subtitle(records: Records, payload: tuple[str | None, ...]) -> str:
    for column, value in zip(records.columns, payload, strict=True):
        if value:
            return f"{column.label} {value}"
    return ""


def _facts(reason: FailureReason, why: Text) -> FailureFacts:
    return FailureFacts(
        why=why,
        message=reason.message,
        failed_at=reason.failed_at,
        step=reason.step,
        reported_by=reason.reporter,
        tries=reason.tries,
        last_try=reason.last_try,
        first_sent=reason.first_sent,
        exception=reason.exception,
        root_cause=reason.root_cause,
        listener=reason.listener,
        consumer_group=reason.consumer_group,
        came_from=str(reason.origin) if reason.origin else "",
        stack_trace=tuple(reason.stack_trace.splitlines()),
    )


def _format_label(payload: Payload, size: int) -> Text:
    match payload:
        case Nothing(null=True):
            return text("No content")
        case Nothing():
            return text("Empty")
        case Tree() | Plain():
            return text("{format}, {size}", format=payload.format, size=size_text(size))
        case _:
            return text("Bytes, {size}", size=size_text(size))


def _related(records: Records, row: int) -> tuple[RelatedRecord, ...]:
    """Records with the same key, the newest first, this one among them; ``()`` if it is alone."""
    this = records.record[row]
    rows = dict.fromkeys(
        (*records.same_key.rows(this.key, records.removed), row)
    )  # a removed row is shown, too
    others: list[tuple[DeadLetter, int | None]] = [(records.record[each], each) for each in rows]
    others += [(record, None) for record in records.same_key.decided(this.key) if record.id != this.id]
    if len(others) == 1:
        return ()
    others.sort(key=lambda each: _age(each[0], this), reverse=True)
    kept = others[:MAX_RELATED]
    if all(record.id != this.id for record, _ in kept):
        kept[-1] = (this, row)
    return tuple(_related_record(records, record, number, this) for record, number in kept)


def _age(record: DeadLetter, this: DeadLetter) -> tuple[int, int, int]:
    own = record.id.partition == this.id.partition
    return (0, 0, record.id.offset) if own else (_side(record, this), record.timestamp, record.id.offset)


def _side(record: DeadLetter, this: DeadLetter) -> int:
    return 1 if is_newer(record, this) else -1


def _related_record(records: Records, record: DeadLetter, row: int | None, this: DeadLetter) -> RelatedRecord:
    if row is None:
        kind = message_type(record, records.reader.read(record.value, record.headers))
        failed_at = failure_of(record, records.failures).failed_at
    else:
        kind, failed_at = records.message_type(row), records.failed_at[row]
    decided = row is None or bool(records.removed[row] or records.elsewhere[row])
    return RelatedRecord(row, record.id, kind, failed_at, decided, _position(record, this))


def _position(record: DeadLetter, this: DeadLetter) -> str:
    if record.id == this.id:
        return "this"
    return "newer" if is_newer(record, this) else "older"
