"""Finding failure headers by name, and reading what is in them; never raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kmp_desktop.core.failure_reason import Origin
from kmp_desktop.core.record import Header

_LONGEST_NUMBER = 19  # digits of the largest 64-bit number


class Headers:
    """The headers of one record, found by name in the order they were written."""

    __slots__ = ("_at", "_headers")

    def __init__(self, headers: Sequence[Header]) -> None:
        self._headers = headers
        at: dict[str, list[int]] = {}
        for position, (name, _) in enumerate(headers):
            if name in at:
                at[name].append(position)
            else:
                at[name] = [position]
        self._at = at

    def __contains__(self, name: str) -> bool:
        return name in self._at

    def names(self) -> Iterator[str]:
        """Every name once."""
        return iter(self._at)

    def pairs(self) -> Sequence[Header]:
        """The headers as they came."""
        return self._headers

    def positions(self, name: str) -> Sequence[int]:
        """Where the name occurs, ascending."""
        return self._at.get(name, ())

    def first(self, name: str) -> bytes | None:
        """The value of the first header of that name; ``None`` also when it is null."""
        found = self._at.get(name)
        return self._headers[found[0]][1] if found else None

    def last(self, name: str) -> bytes | None:
        """The value of the last header of that name; ``None`` also when it is null."""
        found = self._at.get(name)
        return self._headers[found[-1]][1] if found else None

    def blocks(self, names: frozenset[str]) -> list[tuple[int, dict[str, bytes | None]]]:
        """The headers with these names, cut before every name that occurs again.

        A family that appends its headers leaves out those that have nothing to say, so taking the
        last value name by name would show an older failure's message with the newest class.
        """
        positions = sorted(at for name in self._at if name in names for at in self._at[name])
        found: list[tuple[int, dict[str, bytes | None]]] = []
        for at in positions:
            name, value = self._headers[at]
            if not found or name in found[-1][1]:
                found.append((at, {}))
            found[-1][1][name] = value
        return found


def as_text(value: bytes | None) -> str:
    """Header text; bytes that are no UTF-8 are replaced, null is empty."""
    return value.decode("utf-8", "replace") if value else ""


def as_number(value: bytes | None) -> int | None:
    """A number written as decimal text; ``None`` when it is none or negative."""
    if not value or len(value) > _LONGEST_NUMBER or not value.isdigit():
        return None
    return int(value)


def as_binary_number(value: bytes | None) -> int | None:
    """A number written big-endian in 2 to 8 bytes, or as decimal text; ``None`` when negative.

    Digits are taken as text: as four or eight bytes they would be a partition or an offset that
    no broker has ever reached.
    """
    if not value or value.isdigit():
        return as_number(value)
    number = int.from_bytes(value, "big", signed=True) if 2 <= len(value) <= 8 else -1
    return number if number >= 0 else None


def text_of(block: Mapping[str, bytes | None], name: str) -> str:
    """The text of a header of a block."""
    return as_text(block.get(name))


def origin_of(block: Mapping[str, bytes | None], prefix: str) -> Origin | None:
    """Where a record came from: ``topic``, ``partition`` and ``offset`` behind a prefix, as text."""
    topic = text_of(block, prefix + "topic")
    if not topic:
        return None
    return Origin(topic, as_number(block.get(prefix + "partition")), as_number(block.get(prefix + "offset")))
