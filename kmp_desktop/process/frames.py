"""Messages on a pipe: four bytes of length, then the pickled value. Both ends are this program."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator
from typing import BinaryIO

_LENGTH = struct.Struct(">I")


def framed(message: object) -> bytes:
    """A message as it goes into the pipe."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


def read_frame(pipe: BinaryIO) -> object:
    """The next message; waits for it. Raises EOFError where the pipe ends, even amid a message."""
    length: int = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))[0]
    # No foreign bytes: the pipe is known to these two processes alone.
    return pickle.loads(_exactly(pipe, length))  # noqa: S301


def taken_from(buffer: bytearray) -> Iterator[object]:
    """The whole messages at the beginning of ``buffer``; they are taken out of it."""
    while len(buffer) >= _LENGTH.size:
        end = _LENGTH.size + _LENGTH.unpack_from(buffer)[0]
        if len(buffer) < end:
            return
        body = bytes(memoryview(buffer)[_LENGTH.size : end])
        del buffer[:end]
        yield pickle.loads(body)  # noqa: S301 - as above


def _exactly(pipe: BinaryIO, count: int) -> bytes:
    read = pipe.read(count)
    if len(read) < count:
        raise EOFError
    return read
