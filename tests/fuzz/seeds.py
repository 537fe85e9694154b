"""Where fuzzing begins: pieces of what the targets read, and inputs made to burst a reader."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence

_MB = 1_000_000
_JSON = [
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b":",
        b",",
        b"\\u",
        b"\\ud800",
        b"\\",
        b"null",
        b"true",
        b"NaN",
        b"-",
        b"1e",
    ),
    *(b'"a":', b'"at":', b"1795500000000", b"0.1", b"9" * 30, b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\n", b"\r"),
]
_PLAN = [b'{"partition":0,', b'"offset":12,', b'"decision":"merge"}\n', b'"purge"', b"-1", b"1e3", b"true"]
_PROFILE = [
    b'{"format":"kmp-desktop connections","version":1,"connections":[',
    b'{"id":"a","name":"A","servers":"h:1"',
    *(b',"queues":[', b'{"id":"q","name":"Q","dead_letter_topic":"t","retry_topic":"r","group":"g"}', b"]}"),
    *(b',"environment":"production"', b',"password":"x"', b',"settings":{', b',"person":"\\u202e"'),
]
_PROPERTIES = [
    *(b"security.protocol=SASL_SSL\n", b"sasl.jaas.config=", b"PlainLoginModule required ", b'username="a" '),
    *(
        b"password='",
        b"\\\n",
        b"\\u00",
        b"ssl.truststore.location=",
        b".jks\n",
        b"#",
        b"!",
        b" : ",
        b"=",
        b"\f",
    ),
]
_DRAFT = [
    b'{"kmp_draft":1,"cluster_id":"c","topic_id":"00","group":"g","servers":"s","topic":"t"}\n',
    *(b'{"at":1,"c":[[0,1,"m",5]]}\n', b'{"at":', b'"c":[', b"[0,", b'"p"', b"null", b"]]}"),
]
_JOURNAL = [
    b"kmp-journal 1 ",
    b'{"cluster_id":"c","queue_topic":"t",',
    b'"queue_topic_id":"00",',
    b'"nonce":"00",',
]
_HEADERS = [bytes([number, size]) for number in range(0, 256, 9) for size in (0, 3, 40)] + [
    *(
        b"\nCaused by: ",
        b"\n\tat ",
        b"java.lang.",
        b"com.shop.{x}",
        b": ",
        b"$$",
        b"Exception",
        b"{",
        b"%s",
        b"<b>",
    ),
    *(b"1795500000000", b"-1", b"0-9,11", b"m,p", b"\xff\xff\xff\xff\xff\xff\xff\xff", b"\xe2\x80\xae"),
]
_AVRO = [
    b"\x00",
    b"\x01",
    b"\x02",
    b"\x03",
    b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\xff" * 9 + b"\x01",
    b"\x80",
]
_SCHEMA = [
    *(
        b'{"type":"record","name":"R","fields":[',
        b'{"name":"a","type":',
        b'"R"',
        b'"int"',
        b"]}",
        b'["null",',
    ),
    *(
        b'{"type":"array","items":',
        b'{"type":"map","values":',
        b'{"type":"fixed","name":"F","size":',
        b"9" * 12,
    ),
    *(b'"logicalType":"decimal"', b'"precision":', b'"scale":', b"\0\0", b"}", b",", b'{"type":', b'"bytes"'),
]
_LEDGER = [b"\x00", b"\x01", b"\x02", b"\x03", b"\x04", bytes(range(4)), b"\x80\x01", b"\xff" * 9, b"\x08"]
PIECES: Mapping[str, Sequence[bytes]] = {
    "any": [b"", b"\0", b"\xff", b" ", b"\n"],
    "ledger": [b"NoLedger", b".", b"0", b"~", b"`"],
    "ledger_body": _LEDGER,
    "ledger_of_offsets": [b"\x00\x00\x00\x00", b"\x01\x00", b"\x00\x80", b"\x02\x00" * 20],
    "headers": _HEADERS,
    "tombstone": [b"0-9,", b"11,", b"m,", b"p,", b"?", b"-", b"\n", b"9" * 25, b"\xd9\xa3"],
    "content": _JSON,
    "framed": [*_AVRO, *(bytes([number]) for number in range(12))],
    "avro_schema": _SCHEMA,
    "plan": [*_PLAN, *_JSON],
    "profile": [*_PROFILE, *_JSON],
    "properties": _PROPERTIES,
    "draft": [*_DRAFT, *_JSON],
    "journal": [*_JOURNAL, *_JSON],
    "printed": [*_HEADERS, b"\n  key: forged", b"\x1b[2J"],
    "visible": [b"\xe2\x80\xae", b"\xe2\x81\xa6", b"<b>", b"&", b"\x1b", b"\xed\xa0\x80", b"x" * 200],
}


def bombs(target: str) -> list[bytes]:
    """Inputs that would take a careless reader minutes or gigabytes."""
    make = _BOMBS.get(target)
    return make() if make else []


def _deep() -> list[bytes]:
    return [
        b"[" * 10_000 + b"]" * 10_000,
        b"[" * 5 * _MB,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'"' + b"[" * 5 * _MB,
        b"[" + b"0," * 1_999_000 + b"0]",
        b"[" + b"0," * 5 * _MB + b"0]",
        b"{" + b",".join(b'"%d":0' % number for number in range(300_000)) + b"}",
        b"9" * _MB,
        b"[" + b"9" * 100_000 + b"]",
        b'"' + b"\\u202e" * _MB + b'"',
        b"\\" * 5 * _MB,
        b"a" * 10 * _MB,
        b"\xff" * 10 * _MB,
    ]


def _framed() -> list[bytes]:
    huge = b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"
    found = []
    for schema in range(11):
        first = bytes([schema])
        found += [first + huge, first + b"\x80\x89\x7a" * 30_000]
    return found


def _schemas() -> list[bytes]:
    deep: object = "int"
    for _ in range(150):
        deep = {"type": "array", "items": deep}
    wide = [{"name": f"f{number}", "type": "int"} for number in range(20_000)]
    big = {"type": "record", "name": "R", "fields": wide}
    fixed = {"type": "fixed", "name": "F", "size": 10**12}
    decimal = {"type": "bytes", "logicalType": "decimal", "precision": 10**9, "scale": 10**8}
    texts = [json.dumps(each).encode() + b"\0\0" for each in (deep, big, fixed, decimal)]
    return [
        *(text + b"\x02" * 100_000 for text in texts),
        b'{"type":"array","items":' * 100_000,
        texts[3] + b"\xfe\xff\x7f" + b"\x7f" * 1_048_575,
    ]


def _ledgers() -> list[bytes]:
    def body(encoding: int, span: int, payload: bytes) -> bytes:
        return bytes([encoding, 0]) + bytes(range(4)) + bytes(8) + b"\0" + _varint(span) + payload

    deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
    ones = deflated.compress(b"\xff" * 50 * _MB) + deflated.flush()
    deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
    bits = deflated.compress(b"\xff" * 4 * _MB) + deflated.flush()
    return [
        body(1, 2**62, _varint(0) + _varint(2**62)),
        *(body(1, count, _varint(0) + _varint(count)) for count in (2 * _MB, 2 * _MB + 1, 10 * _MB)),
        body(2, 2**40, ones),
        body(4, 400 * _MB, ones),
        body(4, 32 * _MB, bits),
        body(3, 2**62, b""),
    ]


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _files() -> list[bytes]:
    names = b"{" + b",".join(b'"%d":0' % (number % 99_999) for number in range(100_000)) + b"}"
    return [*_deep()[:4], b"\n" * 5 * _MB, b'{"partition":0,"offset":' + b"9" * 100_000 + b"}", names]


def _traces() -> list[bytes]:
    return [
        b"\x03\xff" + b"\nCaused by: a.B: c\n\tat d.E(F.java:1)" * 100,
        b"\x03\xff" * 20_000,
        b"\x00\xff" + b"a." * 200,
    ]


_BOMBS: Mapping[str, Callable[[], list[bytes]]] = {
    "content": _deep,
    "framed": _framed,
    "avro_schema": _schemas,
    "ledger_body": _ledgers,
    "plan": _files,
    "profile": _files,
    "draft": _files,
    "journal": _files,
    "properties": lambda: [
        b"a=\\\n" * _MB,
        b"=" * 5 * _MB,
        b'sasl.jaas.config=PlainLoginModule a="' + b"\\" * _MB,
    ],
    "headers": _traces,
    "printed": _traces,
    "visible": lambda: ["\u202e".encode() * _MB, b"<" * 5 * _MB],
}
