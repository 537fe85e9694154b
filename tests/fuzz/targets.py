"""What is fuzzed: each target takes bytes, may refuse them only as documented, and must be quick.

Whatever is read must also be written back and read again to the same: a reader that accepts what it
cannot keep is as wrong as one that breaks.
"""

from __future__ import annotations

import json
import tempfile
import zlib
from base64 import b85encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from kmp_desktop.app.plan_file import read_plan
from kmp_desktop.cli.print_command import _readable_lines
from kmp_desktop.core.errors import UserFacingError
from kmp_desktop.core.failure import failure_of, group_key, is_failure_header, label
from kmp_desktop.core.failure_rules import NO_RULES
from kmp_desktop.core.ledger import LedgerTooLarge, NotOurs, decode, encode
from kmp_desktop.core.payload import Node, Tree
from kmp_desktop.core.ports import RegisteredSchema
from kmp_desktop.core.properties import WrongProperty, for_client, parse
from kmp_desktop.core.record import DeadLetter, Header, RecordId
from kmp_desktop.core.tombstone import MARK, decision_of, is_tombstone, tombstone_of
from kmp_desktop.decoding.avro import AvroSchemas
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.decoding.plain_data import to_plain
from kmp_desktop.decoding.refusal import NotThisFormat
from kmp_desktop.engine.content import ContentReader, scalars
from kmp_desktop.engine.header_lines import header_lines
from kmp_desktop.qt.visible_text import lines, one_line, plain_tooltip
from kmp_desktop.store import draft_format, journal_format, profile_format
from tests.unit.decoding.given_schemas import GivenSchemas

Target = Callable[[bytes], None]

LONGEST_S = 2.0
"""CPU time that one input may take."""

_TOPIC = bytes(range(16))
_NONCE = bytes(range(8))
_FAILURE_NAMES = (
    *("kafka_dlt-exception-fqcn", "kafka_dlt-exception-cause-fqcn", "kafka_dlt-exception-message"),
    *("kafka_dlt-exception-stacktrace", "kafka_dlt-original-offset", "kafka_dlt-original-timestamp"),
    *("kafka_dlt-original-topic", "__connect.errors.exception.class.name", "__connect.errors.stage"),
    *("__connect.errors.exception.stacktrace", "__connect.errors.topic", "dead-letter-reason"),
    *("dead-letter-cause", "__streams.errors.exception", "__streams.errors.stacktrace", "error"),
    *("x-exception-message", "exception", "error_timestamp", "attempts", "x-dlq-original-timestamp"),
    *("ce_type", "__TypeId__", "kmp-v", "kmp-decided", "kmp-action", "kmp-at", "kmp-group", "ä\n"),
)
_AVRO = (
    '{"type":"array","items":"null"}',
    '{"type":"array","items":{"type":"array","items":"int"}}',
    '{"type":"map","values":"null"}',
    '{"type":"record","name":"E","fields":[]}',
    '{"type":"array","items":{"type":"record","name":"E","fields":[]}}',
    '{"type":"record","name":"T","fields":[{"name":"t","type":["null","T"]},{"name":"l","type":"long"}]}',
    '{"type":"record","name":"R","fields":[{"name":"r","type":{"type":"array","items":"R"}}]}',
    '["null","string","bytes",{"type":"fixed","name":"F","size":0},{"type":"enum","name":"N","symbols":["A"]}]',
    '{"type":"bytes","logicalType":"decimal","precision":1000,"scale":999}',
    (
        '{"type":"record","name":"L","fields":[{"name":"d","type":{"type":"int","logicalType":"date"}},'
        '{"name":"m","type":{"type":"long","logicalType":"timestamp-micros"}},{"name":"f","type":"double"},'
        '{"name":"u","type":{"type":"string","logicalType":"uuid"}}]}'
    ),
    '{"type":"fixed","name":"D","size":12,"logicalType":"duration"}',
)


def ledger(data: bytes) -> None:
    """A text that begins like a ledger."""
    text = "KD1" + data.decode("latin-1")
    with suppress(NotOurs):
        _read_ledger(text, 0)


def ledger_body(data: bytes) -> None:
    """A ledger whose checksum is right, so that everything behind it is read."""
    body = b"\x02" + data
    body += zlib.crc32(body).to_bytes(4, "big")
    with suppress(NotOurs):
        _read_ledger("KD1" + b85encode(body).decode("ascii") + ".", int.from_bytes(data[1:3], "little"))


def _read_ledger(text: str, committed: int) -> None:
    found = decode(text, committed, _TOPIC)
    with suppress(LedgerTooLarge):
        again = encode(found.base, found.decided, _TOPIC, _NONCE, found.nonces)
        assert (found.base, found.decided) == (decode(again, committed, _TOPIC).base, found.decided)


def ledger_of_offsets(data: bytes) -> None:
    """Any offsets are written as they are, or refused as too many."""
    base = int.from_bytes(data[:4], "little")
    steps = [int.from_bytes(data[at : at + 2], "little") for at in range(4, len(data), 2)]
    offsets, at = set(), base
    for step in steps:
        at += step
        offsets.add(at)
    with suppress(LedgerTooLarge):
        assert offsets == decode(encode(base, offsets, _TOPIC, _NONCE), base, _TOPIC).decided


def headers(data: bytes) -> None:
    """Failure headers, tombstone headers and any others."""
    found = tuple(_headers(data))
    record = DeadLetter(RecordId(0, 1), data[:2], data[2:4] or None, found, 5)
    reason = failure_of(record)
    for shown in (str(label(reason)), str(reason.step or ""), reason.message, group_key(reason)):
        _visible(shown)
    for line in header_lines(record):
        _visible(str(line))
    for name, _ in found:
        assert is_failure_header(name) in (True, False)
    if is_tombstone(None, found):
        told = tombstone_of(7, found)
        for offset in (0, 1, 2**40):
            assert decision_of(told, offset) in ("", "merge", "purge")


def tombstone(data: bytes) -> None:
    """A tombstone whose headers say anything."""
    first, _, rest = data.partition(b"\n")
    second, _, third = rest.partition(b"\n")
    told = tombstone_of(
        7, ((MARK, b"1"), ("kmp-decided", first), ("kmp-action", second), ("kmp-at", third), ("kmp-by", data))
    )
    assert decision_of(told, len(data)) in ("", "merge", "purge")
    assert told.at >= 0


def _headers(data: bytes) -> Iterator[Header]:
    at = 0
    while at < len(data):
        choice, size = data[at], data[at + 1 : at + 2]
        at += 2
        name = _FAILURE_NAMES[choice % len(_FAILURE_NAMES)]
        length = size[0] if size else 0
        yield name, None if choice > 250 else data[at : at + length * (1 + choice // 64)]
        at += length


def content(data: bytes) -> None:
    """A value without a registry: JSON, text or bytes."""
    _content(data, ContentDecoder(None))


def framed(data: bytes) -> None:
    """A value of one of several Avro schemas."""
    schema_id = 1 + (data[0] if data else 0) % len(_AVRO)
    _content(b"\0" + schema_id.to_bytes(4, "big") + data[1:], _DECODER)


def _content(data: bytes, decoder: ContentDecoder) -> None:
    payload = decoder.decode(data)
    json.dumps(to_plain(payload))
    if isinstance(payload, Tree):
        _walk(payload.root)
        _visible(payload.source[:5000])
    read = ContentReader(decoder).read(data)
    for path, shown in scalars(read.root):
        assert path
        _visible(shown[:5000])


def _walk(node: Node) -> None:
    assert node.name.encode() is not None
    assert node.value.encode() is not None
    for child in node.children:
        _walk(child)


def avro_schema(data: bytes) -> None:
    """A schema as a registry might hand it over, and a little data for it."""
    schema, _, value = data.partition(b"\0\0")
    registered = RegisteredSchema(1, "AVRO", schema.decode("utf-8", "replace"))
    with suppress(NotThisFormat):
        AvroSchemas().read(registered, value, 0)


def plan(data: bytes) -> None:
    """A plan file."""
    path = _FOLDER / "plan.jsonl"
    path.write_bytes(data)
    with suppress(UserFacingError):
        for record, decision in read_plan(path).decisions.items():
            assert 0 <= record.partition < 2**31
            assert 0 <= record.offset < 2**63
            assert str(decision) in ("merge", "purge", "skip")


def profile(data: bytes) -> None:
    """A profile file; one that is taken can be written and is the same then."""
    with suppress(profile_format.Unreadable, profile_format.Wrong, profile_format.MadeByNewer):
        found = profile_format.read(data)
        assert found == profile_format.read(profile_format.write(found))


def properties(data: bytes) -> None:
    """A properties file."""
    with suppress(WrongProperty):
        for name, value in for_client(parse(data.decode("utf-8", "replace"))).settings:
            assert isinstance(name + value, str)


def draft(data: bytes) -> None:
    """A draft of staged decisions."""
    with suppress(draft_format.Damaged, draft_format.MadeByNewer):
        draft_format.read(data)


def journal(data: bytes) -> None:
    """A journal entry whose checksum is right."""
    with suppress(journal_format.Damaged, journal_format.MadeByNewer):
        journal_format.entry_of(data)
    with suppress(journal_format.Damaged, journal_format.MadeByNewer):
        journal_format.entry_of(b"kmp-journal 1 %08x\n%s\n" % (zlib.crc32(data), data))


def printed(data: bytes) -> None:
    """A record as ``print`` shows it: no line of it is forged, and nothing steers the terminal."""
    found = tuple(_headers(data[len(data) // 2 :]))
    name = data[: len(data) // 4].decode("utf-8", "ignore")
    record = DeadLetter(RecordId(0, 1), data, data[::-1], (*found, (name, data)), 5)
    known = ("partition ", "  key: ", "  why: ", "  header ", "  … ", "  content: ", "  not readable: ")
    for line in _readable_lines(record, ContentDecoder(None), NO_RULES):
        assert line.startswith(known), line
        assert not _STEERING.intersection(line), ascii(line)


def visible(data: bytes) -> None:
    """Any text that reaches the window."""
    _visible(data.decode("utf-8", "replace"))
    _visible(data[: len(data) // 2 * 2].decode("utf-16-le", "surrogatepass"))


_STEERING = frozenset(map(chr, (*range(32), 127, *range(0x80, 0xA0), 0x202E, 0x2066, 0x200F, 0x2028)))


def _visible(text: str) -> None:
    assert not _STEERING.intersection(one_line(text))
    assert not _STEERING.difference("\n\t").intersection(lines(text))
    plain_tooltip(one_line(text))


_FOLDER = Path(tempfile.mkdtemp(prefix="kmp-desktop-fuzz-"))
_DECODER = ContentDecoder(
    GivenSchemas(*(RegisteredSchema(number, "AVRO", each) for number, each in enumerate(_AVRO, 1)))
)
TARGETS: Mapping[str, Target] = {
    each.__name__: each
    for each in (
        *(ledger, ledger_body, ledger_of_offsets, headers, tombstone, content, framed, avro_schema),
        *(plan, profile, properties, draft, journal, printed, visible),
    )
}
