"""Step 10 of the commit protocol: whether what was committed is there, and everybody can see it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence

from kmp_desktop.core.plan import Key
from kmp_desktop.core.text import Text, text
from kmp_desktop.kafka import offsets
from kmp_desktop.kafka.clients import Clients
from kmp_desktop.kafka.desk import Desk, OutcomeUnknown
from kmp_desktop.kafka.interpretation import states_of
from kmp_desktop.kafka.transaction import FAILURES

_READ_S = 5.0
_VISIBLE_S = 2.0


def is_written(
    desk: Desk, partitions: tuple[int, ...], topic_id: bytes, nonce: bytes, sent: Collection[int]
) -> bool:
    """Whether a stable read shows the nonce in every partition sent, as its own or as an ancestor's.

    Raises OutcomeUnknown when the state may not be read (any more).
    """
    try:
        _, now = desk.read_state(partitions, _READ_S)
    except offsets.GroupDenied as failure:
        raise OutcomeUnknown(str(failure)) from failure
    except FAILURES:
        return False
    states = states_of(now, topic_id)
    return all(nonce[:4] in states[each].nonces for each in sent)


def last_written(
    queue_topic: str,
    retry_topic: str,
    tombstones: Mapping[Key, int],
    copies: Iterable[tuple[int, int]],
) -> dict[offsets.Partition, int]:
    """The highest offset that was written to each partition."""
    last: dict[offsets.Partition, int] = {}
    written = [((queue_topic, partition), offset) for (partition, _), offset in tombstones.items()]
    written += [((retry_topic, partition), offset) for partition, offset in copies]
    for place, offset in written:
        last[place] = max(offset, last.get(place, -1))
    return last


def still_hidden(clients: Clients, last: Mapping[offsets.Partition, int]) -> list[offsets.Partition]:
    """The partitions in which an open transaction hides what was written, two seconds after a first look."""
    deadline: float | None = None
    while last:
        ends = offsets.read_ends(clients, last)  # takes its time while a node is away
        late = [place for place, offset in last.items() if ends[place].stable <= offset]
        deadline = time.monotonic() + _VISIBLE_S if deadline is None else deadline
        if not late or deadline < time.monotonic():
            return sorted(late)
        time.sleep(0.1)
    return []


def visible_later(places: Sequence[str]) -> Text:
    """Say that another program's open transaction is waited for."""
    return text(
        "Another program has open work on {places}: what is written there becomes visible when it ends.",
        places=", ".join(places),
    )
