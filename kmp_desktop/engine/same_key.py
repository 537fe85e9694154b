"""Which records share a key, and which of them have a newer one.

In one partition the offset tells what is newer. Across partitions, where nothing does for certain,
the records' own times decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kmp_desktop.core.record import DeadLetter


class SameKey:
    """Rows by key. What changed is looked at again when somebody asks, not with every record."""

    def __init__(self) -> None:
        self._rows: dict[bytes, list[int]] = {}
        self._decided: dict[bytes, list[DeadLetter]] = {}
        self._changed: set[bytes] = set()

    def add(self, row: int, key: bytes | None) -> None:
        """Take a row in."""
        if key is None:
            return
        rows = self._rows.get(key)
        if rows is None:
            self._rows[key] = [row]
        else:
            rows.append(row)
        if rows or key in self._decided:
            self._changed.add(key)

    def remove(self, keys: Iterable[bytes | None], removed: bytearray) -> None:
        """Take rows of these keys out: those that ``removed`` marks."""
        for key in set(keys):
            if key is not None:
                self._rows[key] = [row for row in self._rows[key] if not removed[row]]
                self._changed.add(key)

    def set_decided(self, decided: Iterable[DeadLetter]) -> None:
        """Replace the records that are decided and still there (only those that share a row's key)."""
        self._changed.update(self._decided)
        self._decided = {}
        for record in decided:
            if record.key is not None and record.key in self._rows:
                self._decided.setdefault(record.key, []).append(record)
        self._changed.update(self._decided)

    def rows(self, key: bytes | None) -> Sequence[int]:
        """The rows with this key, in the order of arrival; without a key there are none."""
        return () if key is None else self._rows.get(key, ())

    def decided(self, key: bytes | None) -> Sequence[DeadLetter]:
        """The decided records with this key."""
        return () if key is None else self._decided.get(key, ())

    def mark_newer(self, records: list[DeadLetter], newer: bytearray) -> None:
        """Bring ``newer`` (1 for each row that has a newer record with its key) up to date."""
        for key in self._changed:
            rows = self._rows[key]
            latest = _Latest([*(records[row] for row in rows), *self.decided(key)])
            for row in rows:
                newer[row] = latest.is_after(records[row])
        self._changed.clear()


def is_newer(record: DeadLetter, than: DeadLetter) -> bool:
    """Whether a record with the same key is newer than another."""
    if record.id.partition == than.id.partition:
        return record.id.offset > than.id.offset
    return record.timestamp > than.timestamp


class _Latest:
    """The newest of some records, in each partition."""

    def __init__(self, records: list[DeadLetter]) -> None:
        self._offset: dict[int, int] = {}
        self._time: dict[int, int] = {}
        for record in records:
            partition = record.id.partition
            self._offset[partition] = max(self._offset.get(partition, -1), record.id.offset)
            time = self._time.get(partition, record.timestamp)
            self._time[partition] = max(time, record.timestamp)

    def is_after(self, record: DeadLetter) -> bool:
        own = record.id.partition
        if self._offset.get(own, -1) > record.id.offset:
            return True
        return any(time > record.timestamp for partition, time in self._time.items() if partition != own)
