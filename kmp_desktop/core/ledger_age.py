"""When ledgers have to be written anew: a server forgets committed offsets after a while."""

from __future__ import annotations

from collections.abc import Collection

from kmp_desktop.core.ledger import MAX_ANCESTORS
from kmp_desktop.core.queue_state import LoadedQueue, PartitionKind

_ANCESTOR_CHARACTERS = 6  # four bytes in base 85, rounded up
_USUAL_MINUTES = 10_080
"""Kafka's own ``offsets.retention.minutes``, assumed where this account may not look."""


def ledgers_to_renew(loaded: LoadedQueue, now: int) -> frozenset[int]:
    """The partitions whose ledger is written again with the next commit; none = not yet.

    Each offset expires by itself, so all of them are written, once the oldest may have reached half of
    the time that the server keeps it. ``now`` is epoch ms; a time that lies in the future is not believed.
    """
    kept_ms = (loaded.limits.offsets_retention_minutes or _USUAL_MINUTES) * 60_000
    if abs(now - loaded.ledgers_since) < kept_ms / 2:
        return frozenset()
    return frozenset(each for each in _kept(loaded) if _has_room(loaded, each))


def ledgers_since(loaded: LoadedQueue, sent: Collection[int], now: int) -> int:
    """Since when all ledgers are kept, if a commit at ``now`` writes those of the partitions ``sent``."""
    return now if _kept(loaded) <= set(sent) else loaded.ledgers_since


def _kept(loaded: LoadedQueue) -> set[int]:
    return {each for each, state in loaded.state.items() if state.kind is PartitionKind.OURS}


def _has_room(loaded: LoadedQueue, partition: int) -> bool:
    """Whether the same state still fits with one ancestor more: renewing must never stop a commit."""
    grows = len(loaded.state[partition].nonces) <= MAX_ANCESTORS
    size = len(loaded.snapshot[partition].metadata) + (_ANCESTOR_CHARACTERS if grows else 0)
    return size < loaded.limits.metadata_max
