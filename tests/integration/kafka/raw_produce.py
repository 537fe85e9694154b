"""Writes one record with a raw Produce request: what the client library cannot or will not write."""

from __future__ import annotations

import socket
import struct
import time

_POLYNOMIAL = 0x82F63B78
_NOT_READY = (3, 6)  # a topic that was made a moment ago: unknown here, or its leader elsewhere


def write_with_header(bootstrap: str, topic: str, key: bytes, value: bytes, name: bytes, now: int) -> int:
    """Write a record with one header of any name to partition 0; returns its offset."""
    records = _batch(key, value, name, now)
    body = struct.pack(">hhi", -1, -1, 30_000) + struct.pack(">i", 1) + _string(topic.encode())
    body += struct.pack(">ii", 1, 0) + struct.pack(">i", len(records)) + records
    head = struct.pack(">hhi", 0, 3, 1) + _string(b"raw")  # Produce, version 3
    deadline = time.monotonic() + 30
    while True:
        answer = _answer(bootstrap, head + body)
        # correlation, topics, name, partitions, partition, error
        at = 4 + 4 + 2 + len(topic) + 4 + 4
        error, offset = struct.unpack(">hq", answer[at : at + 10])
        if error not in _NOT_READY or deadline < time.monotonic():
            assert error == 0
            return int(offset)


def _answer(bootstrap: str, request: bytes) -> bytes:
    host, _, port = bootstrap.rpartition(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        return _received(connection, struct.unpack(">i", _received(connection, 4))[0])


def _batch(key: bytes, value: bytes, name: bytes, now: int) -> bytes:
    record = b"\0" + _varint(0) + _varint(0) + _bytes(key) + _bytes(value)
    record += _varint(1) + _bytes(name) + _bytes(b"1")
    content = struct.pack(">hiqqqhii", 0, 0, now, now, -1, -1, -1, 1) + _varint(len(record)) + record
    tail = struct.pack(">ib", -1, 2) + struct.pack(">I", _crc32c(content)) + content
    return struct.pack(">qi", 0, len(tail)) + tail


def _string(text: bytes) -> bytes:
    return struct.pack(">h", len(text)) + text


def _bytes(data: bytes) -> bytes:
    return _varint(len(data)) + data


def _varint(number: int) -> bytes:
    number = number << 1  # zigzag; nothing here is negative
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def _received(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        assert part, "the broker closed the connection"
        data += part
    return data
