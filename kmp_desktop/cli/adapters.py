"""The outside parts of one queue on the command line, all in the main thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from kmp_desktop.app.look_only import LookOnly
from kmp_desktop.app.recording import Keeping, Place, RecordingSink, RecordingSource
from kmp_desktop.cli.connection import Connection
from kmp_desktop.core.failure_rules import NO_RULES, FailureRules
from kmp_desktop.core.history import Restorer
from kmp_desktop.core.outcome import Resolution
from kmp_desktop.core.ports import Clock, DeadLetterSource, DecisionSink
from kmp_desktop.decoding.content import ContentDecoder
from kmp_desktop.decoding.registry import registry_of
from kmp_desktop.kafka.committer import KafkaSink
from kmp_desktop.kafka.reader import KafkaSource
from kmp_desktop.kafka.restoring import KafkaRestorer
from kmp_desktop.kafka.settings import client_settings
from kmp_desktop.store.backups import SealedBackups
from kmp_desktop.store.folders import Folders
from kmp_desktop.store.history import SqliteHistory
from kmp_desktop.store.journal import FileJournal
from kmp_desktop.store.queue_lock import FileLock
from kmp_desktop.store.secrets import open_secrets
from kmp_desktop.store.seen_states import FileSeenStates
from kmp_desktop.store.this_computer import this_computer
from kmp_desktop.store.wall_clock import WallClock


@dataclass(frozen=True, slots=True)
class Adapters:
    """What a command works with."""

    source: DeadLetterSource
    sink: DecisionSink
    clock: Clock
    failures: FailureRules = NO_RULES


@contextmanager
def adapters_of(
    connection: Connection, folders: Folders, name: str, backup_days: int = 0
) -> Iterator[Adapters]:
    """Build them, and give everything back at the end; raises UserFacingError SETTINGS.

    ``name`` goes into the clients' ids, for whoever looks at the broker. ``backup_days``: for how long
    what is discarded is kept; the password store is only looked for when it is.
    """
    settings = client_settings(connection.profile, connection.secrets, name)
    clock = WallClock()
    with ExitStack() as open_parts:
        history = SqliteHistory(folders.history)
        keeping = None
        if backup_days:
            keeping = Keeping(SealedBackups(folders.history, open_secrets()), backup_days)
        profile = connection.profile
        place = Place(
            *(profile.servers, connection.queue.name, profile.person, this_computer(), "command line")
        )
        read = KafkaSource(settings, connection.queue, FileSeenStates(folders.seen))
        open_parts.callback(read.close)
        told: list[Resolution] = []
        shown = LookOnly(read) if profile.read_only else read
        source = RecordingSource(shown, history, clock, told, keeping)
        kafka_sink = KafkaSink(
            *(settings, connection.queue, FileJournal(folders.journal), FileLock(folders.locks)),
            FileSeenStates(folders.seen),
            profile.person,
            clock,
        )
        sink = RecordingSink(kafka_sink, history, place, clock, told, keeping)
        open_parts.callback(sink.close)
        yield Adapters(source, sink, clock, profile.failures)


@contextmanager
def restorer_of(connection: Connection) -> Iterator[Restorer]:
    """What puts records back, closed at the end."""
    restorer = KafkaRestorer(client_settings(connection.profile, connection.secrets, "restore"))
    try:
        yield restorer
    finally:
        restorer.close()


def decoder_of(connection: Connection) -> ContentDecoder:
    """What decodes content for the eyes."""
    return ContentDecoder(registry_of(connection.profile, connection.secrets))
