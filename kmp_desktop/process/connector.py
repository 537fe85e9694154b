"""The adapters of a real cluster, wherever they shall work: in a window's process or behind it."""

from __future__ import annotations

from functools import partial

from kmp_desktop.app.look_only import LookOnly
from kmp_desktop.app.recording import RecordingConnector
from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.history import Backups, History
from kmp_desktop.core.ports import Connector, DeadLetterSource, QueueAdapters
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.text import text
from kmp_desktop.decoding.registry import registry_of
from kmp_desktop.kafka.committer import KafkaSink
from kmp_desktop.kafka.reader import KafkaSource
from kmp_desktop.kafka.settings import client_settings
from kmp_desktop.store.folders import Folders
from kmp_desktop.store.journal import FileJournal
from kmp_desktop.store.log_file import LogFile
from kmp_desktop.store.queue_lock import FileLock
from kmp_desktop.store.seen_states import FileSeenStates
from kmp_desktop.store.spool import Spool, SpooledLetters, SpooledRecords
from kmp_desktop.store.this_computer import this_computer
from kmp_desktop.store.wall_clock import WallClock


def recording_connector(
    folders: Folders, history: History, backups: Backups, log: LogFile | None = None
) -> Connector:
    """Real clusters, with every commit in the history, and what is discarded in the backups."""
    connector = KafkaConnector(folders, log)
    return RecordingConnector(connector, history, backups, this_computer(), WallClock())


class KafkaConnector:
    """A ``Connector`` to real clusters."""

    def __init__(self, folders: Folders, log: LogFile | None = None) -> None:
        self._folders = folders
        self._log = log

    def __call__(self, profile: ConnectionProfile, queue: Queue, secrets: Secrets) -> QueueAdapters:
        """The adapters of one queue; settings that the client library refuses are told by them.

        Raises UserFacingError SIGN_IN where nobody has given the password yet.
        """
        if self._log is not None:
            self._log.hide(*secrets.values())
        if profile.wants_password and not secrets.kafka_password:
            raise _password_missing(profile)
        folders = self._folders
        spool = Spool(folders.spool)

        def source() -> DeadLetterSource:
            settings = client_settings(profile, secrets, "window")
            seen = FileSeenStates(folders.seen)
            made = KafkaSource(settings, queue, seen, lambda: SpooledRecords(spool))
            return LookOnly(made) if profile.read_only else made

        def sink() -> KafkaSink:
            settings = client_settings(profile, secrets, "window")
            journal, lock = FileJournal(folders.journal), FileLock(folders.locks)
            seen = FileSeenStates(folders.seen)
            return KafkaSink(settings, queue, journal, lock, seen, profile.person, WallClock())

        schemas = partial(registry_of, profile, secrets)
        letters = partial(SpooledLetters, spool)
        return QueueAdapters(source, sink, schemas, letters, profile.failures, queue.columns)


def _password_missing(profile: ConnectionProfile) -> UserFacingError:
    return UserFacingError(
        ErrorCode.SIGN_IN,
        text("The password for “{name}” is not known on this computer.", name=profile.name),
        text("Nothing was changed."),
        text("Enter the password of {user}.", user=profile.user),
    )
