"""A position in Protobuf binary data that counts what is taken from it."""

from __future__ import annotations

from collections.abc import Iterator

from kmp_desktop.decoding.avro_bytes import AvroBytes

VARINT, EIGHT_BYTES, SIZED, BEGIN_GROUP, END_GROUP, FOUR_BYTES = range(6)
_LONGEST_VARINT = 10
_LARGEST_FIELD = 2**29 - 1


class ProtoBytes(AvroBytes):
    """Reads Protobuf's building blocks, which Avro's limits hold for, too."""

    __slots__ = ()

    def varint(self) -> int:
        """An unsigned variable-length number of at most 64 bits."""
        shift = value = 0
        for _ in range(_LONGEST_VARINT):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF
            shift += 7
        raise self.mismatch()

    def tags(self, end: int) -> Iterator[tuple[int, int]]:
        """(field number, wire type) of every field up to ``end``, or to the end of a group."""
        while self.at < end:
            number, wire = divmod(self.varint(), 8)
            if not 0 < number <= _LARGEST_FIELD or wire > FOUR_BYTES:
                raise self.mismatch()
            yield number, wire
            if self.at > end:
                raise self.mismatch()

    def sized(self, end: int) -> int:
        """Where the bytes end that begin here with their size."""
        size = self.varint()
        if self.at + size > end:
            raise self.mismatch()
        return self.at + size
