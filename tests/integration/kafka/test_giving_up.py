"""Nobody waits out the time limits of a server that does not answer once its answer is not wanted."""

from __future__ import annotations

from pathlib import Path

import pytest
from confluent_kafka import KafkaException

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.kafka.clients import Clients
from kmp_desktop.kafka.committer import KafkaSink
from kmp_desktop.kafka.offsets import is_unstable, read_stable
from kmp_desktop.kafka.settings import client_settings
from kmp_desktop.kafka.transaction import NotInitialised, new_initialised
from kmp_desktop.store.journal import FileJournal
from kmp_desktop.store.queue_lock import FileLock
from kmp_desktop.store.seen_states import FileSeenStates
from kmp_desktop.store.wall_clock import WallClock

# Without giving up: 10 s, 5 x 60 s and 60 s.
pytestmark = pytest.mark.timeout(9)

QUEUE = Queue("q", "q", "nobody-dlq", "nobody-retry", "nobody")
SETTINGS = client_settings(ConnectionProfile("p", "p", "127.0.0.1:1"), Secrets(), "test")


def _stopped() -> bool:
    return True


def test_settling_gives_up_when_stopped(tmp_path: Path) -> None:
    journal, lock = FileJournal(tmp_path / "journal"), FileLock(tmp_path / "locks")
    seen = FileSeenStates(tmp_path / "seen")
    sink = KafkaSink(SETTINGS, QUEUE, journal, lock, seen, "me", WallClock())

    with pytest.raises(UserFacingError) as told:
        sink.resolve(_stopped)

    sink.close()
    assert (ErrorCode.NO_CONNECTION, "stopped before a server answered") == (
        told.value.code,
        told.value.details,
    )


def test_fencing_gives_up_when_stopped() -> None:
    with pytest.raises(NotInitialised):
        new_initialised(SETTINGS, "kmp-desktop.v1.nobody", 1_000, _stopped)


def test_a_stable_read_gives_up_when_stopped() -> None:
    clients = Clients(SETTINGS)

    with pytest.raises(KafkaException) as told:
        read_stable(clients.consumer("nobody"), "nobody-dlq", [0], 60.0, _stopped)

    clients.close()
    assert is_unstable(told.value)
