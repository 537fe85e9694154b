"""Backups of discarded records: sealed with a key that lies in the computer's password store.

AES-GCM binds each record to its commit and place, so that none can be put in the place of another.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kmp_desktop.core.errors import ErrorCode, UserFacingError
from kmp_desktop.core.ports import SecretStore
from kmp_desktop.core.profile import SecretKind, SecretRef
from kmp_desktop.core.record import DeadLetter, RecordId, TimestampType
from kmp_desktop.core.text import text
from kmp_desktop.store.history_file import HistoryFile

_KEY = SecretRef("this-computer", SecretKind.BACKUP)
_KEY_BYTES = 32
_NONCE_BYTES = 12


class SealedBackups:
    """Implements ``Backups`` beside the history of the same folder."""

    def __init__(self, folder: Path, secrets: SecretStore) -> None:
        self._file = HistoryFile(folder)
        self._secrets = secrets

    def possible(self) -> bool:
        """Whether there is a password store that keeps the key; without one nothing is saved."""
        return self._secrets.keeps()

    def save(self, number: int, records: Iterable[DeadLetter], until: int) -> None:
        """Keep records of an entry until a time (epoch ms); on disk when it returns."""
        cipher = AESGCM(base64.b64decode(made_key(self._secrets)))
        with self._file.writing() as database:
            database.executemany(
                "INSERT INTO backups (number, part, place, until, sealed) VALUES (?, ?, ?, ?, ?)",
                ((number, *each.id, until, _sealed(cipher, number, each)) for each in records),
            )

    def load(self, number: int) -> dict[RecordId, DeadLetter]:
        """The records of an entry that are kept, byte for byte."""
        if not self._file.exists():
            return {}
        with self._file.reading() as database:
            rows = database.execute(
                "SELECT part, place, sealed FROM backups WHERE number = ? ORDER BY part, place", (number,)
            ).fetchall()
        if not rows:
            return {}
        cipher = AESGCM(self._key())
        places = [(RecordId(part, place), sealed) for part, place, sealed in rows]
        return {each: _opened(cipher, number, each, sealed) for each, sealed in places}

    def begin_restore(self, number: int, records: Mapping[RecordId, int]) -> None:
        """Note that these are about to be put back; see ``core.history.Backups``."""
        with self._file.writing() as database:
            cursor = database.executemany(
                "UPDATE records SET restoring = restoring + 1"
                " WHERE number = ? AND part = ? AND place = ? AND restoring = ? AND restored_at = 0",
                ((number, *each, seen) for each, seen in records.items()),
            )
            if cursor.rowcount != len(records):
                raise UserFacingError(
                    ErrorCode.USAGE,
                    text("Another window or program is putting these records back, or has just done so."),
                    text("This one put nothing back."),
                    text("Look at the history again: it tells which of them are back."),
                )

    def end_restore(self, number: int, records: Mapping[RecordId, bool], at: int) -> None:
        """Note which were put back at ``at`` (epoch ms), and which surely were not."""
        with self._file.writing() as database:
            database.executemany(
                "UPDATE records SET restoring = 0, restored_at = CASE WHEN ? THEN ? ELSE restored_at END"
                " WHERE number = ? AND part = ? AND place = ?",
                ((done, at, number, *each) for each, done in records.items()),
            )

    def drop(self, now: int) -> None:
        """Remove what was to be kept until an earlier time."""
        if not self._file.exists():
            return
        with self._file.reading() as database:
            old = database.execute("SELECT 1 FROM backups WHERE until < ? LIMIT 1", (now,)).fetchone()
        if old is not None:
            with self._file.writing() as database:
                database.execute("PRAGMA secure_delete = ON")
                database.execute("DELETE FROM backups WHERE until < ?", (now,))

    def _key(self) -> bytes:
        return base64.b64decode(_written_key(self._secrets))


def made_key(secrets: SecretStore) -> str:
    """The key as the password store holds it, made if there is none yet; raises UserFacingError."""
    if secrets.get(_KEY) is None:
        secrets.put(_KEY, base64.b64encode(os.urandom(_KEY_BYTES)).decode())
    return _written_key(secrets)


def _written_key(secrets: SecretStore) -> str:
    written = secrets.get(_KEY)
    if written is None:
        raise UserFacingError(
            ErrorCode.SECRETS_LOCKED,
            text("The key of the backups is not in the password store of this computer."),
            text("Nothing was changed."),
            text("Without it the backups cannot be opened. Records may still be in the queue's topic."),
        )
    return written


def _sealed(cipher: AESGCM, number: int, record: DeadLetter) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, _written(record), _place(number, record.id))


def _opened(cipher: AESGCM, number: int, record: RecordId, sealed: bytes) -> DeadLetter:
    try:
        content = cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(number, record))
    except InvalidTag:
        raise UserFacingError(
            ErrorCode.DISK,
            text("A backup is damaged, or sealed with another key."),
            text("Nothing was changed."),
            text("Records may still be in the queue's topic."),
            details=f"backup {number}, record {record.partition}/{record.offset}",
        ) from None
    return _read(record, content)


def _place(number: int, record: RecordId) -> bytes:
    return f"{number}/{record.partition}/{record.offset}".encode()


def _written(record: DeadLetter) -> bytes:
    document = {
        "key": _text(record.key),
        "value": _text(record.value),
        "headers": [[name, _text(value)] for name, value in record.headers],
        "timestamp": record.timestamp,
        "timestamp_type": int(record.timestamp_type),
        "unfaithful": record.unfaithful,
    }
    return zlib.compress(json.dumps(document).encode())


def _read(record: RecordId, content: bytes) -> DeadLetter:
    document = json.loads(zlib.decompress(content))
    return DeadLetter(
        record,
        _bytes(document["key"]),
        _bytes(document["value"]),
        tuple((name, _bytes(value)) for name, value in document["headers"]),
        document["timestamp"],
        TimestampType(document["timestamp_type"]),
        document["unfaithful"],
    )


def _text(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else base64.b64decode(value)
