"""Settings that somebody pasted or chose as a file: a Java client's, or a command line of the older tool."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from kmp_desktop.app.connection_form import new_id, suggested_group
from kmp_desktop.core.java_settings import Imported, Note, imported
from kmp_desktop.core.old_command_line import OldCommandLine, old_command_line
from kmp_desktop.core.profile import ConnectionProfile, Queue, Secrets
from kmp_desktop.core.properties import Pairs, WrongProperty, parse
from kmp_desktop.core.text import Text, text
from kmp_desktop.store.java_stores import UnreadableStore, trusted_certificates

_LARGEST = 1_000_000  # bytes of a settings file


@dataclass(frozen=True, slots=True)
class ImportedSettings:
    """A connection without id, its passwords, and what became of what. ``problem``: nothing was found."""

    profile: ConnectionProfile
    secrets: Secrets = field(repr=False)
    notes: tuple[Note, ...]
    problem: Text | None = None


def import_file(path: str) -> ImportedSettings:
    """The settings of a file; never raises. Reads it and the truststore it names: off the GUI thread."""
    try:
        said = _read(Path(path))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _nothing(text("The file {file} cannot be read: {reason}.", file=path, reason=reason))
    return import_text(said, Path(path).stem)


def import_text(said: str, name: str = "") -> ImportedSettings:
    """The settings of a text; never raises. May read files that it names: off the GUI thread."""
    line = old_command_line(said)
    try:
        if line is not None:
            return _of_command_line(line, name)
        return _with_truststore(imported(parse(said), name))
    except WrongProperty as error:
        return _nothing(text("This is no properties file: {why}.", why=error.why))


def _of_command_line(line: OldCommandLine, name: str) -> ImportedSettings:
    pairs: list[tuple[str, str]] = []
    notes = []
    for file in line.files:
        content, note = _settings_file(file)
        pairs += content
        notes.append(note)
    pairs += line.settings
    if line.servers:
        pairs.append(("bootstrap.servers", line.servers))
    made = _with_truststore(imported(pairs, name))
    profile = made.profile
    if line.topics:
        topic = line.topics[0]
        retry = line.topics[1] if len(line.topics) > 1 else ""
        group = line.group or suggested_group(topic)
        queue = Queue(new_id(topic, ()), topic, topic, retry if retry != topic else "", group)
        profile = replace(profile, queues=(queue,))
        notes.append(Note(topic, text("dead letter topic of a queue"), used=True))
        if queue.retry_topic:
            notes.append(Note(retry, text("its retry topic"), used=True))
        if line.group:
            became = text("its group; opening the queue asks what counts as done already")
            notes.append(Note(line.group, became, used=True))
    return replace(made, profile=profile, notes=(*notes, *made.notes))


def _settings_file(file: str) -> tuple[Pairs, Note]:
    try:
        return parse(_read(Path(file))), Note(file, text("read, see the following lines"), used=True)
    except OSError as error:
        why = text("the file cannot be read here: {reason}", reason=error.strerror or type(error).__name__)
        return (), Note(file, why, used=False)
    except WrongProperty as error:
        return (), Note(file, error.why, used=False)


def _with_truststore(made: Imported) -> ImportedSettings:
    profile, notes = made.profile, made.notes
    if made.truststore is not None:
        name = "ssl.truststore.location"
        try:
            pem = trusted_certificates(made.truststore.file, made.truststore.password)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            why = text("{file} cannot be read here: {reason}", file=made.truststore.file, reason=reason)
            notes = (*notes, Note(name, why, used=False))
        except UnreadableStore:
            why = text(
                "{file} is no truststore, is damaged, or its password is wrong", file=made.truststore.file
            )
            notes = (*notes, Note(name, why, used=False))
        else:
            profile = replace(profile, ca_pem=pem)
            n = pem.count("-----BEGIN")
            notes = (*notes, Note(name, text("{n} certificates, as pasted ones", n=n), used=True))
    problem = None
    if not any(each.used for each in notes):
        problem = text("No setting of a Kafka client was found in it.")
    return ImportedSettings(profile, made.secrets, notes, problem)


def _read(file: Path) -> str:
    with file.open("rb") as opened:
        content = opened.read(_LARGEST)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")  # what Java assumed before version 9


def _nothing(problem: Text) -> ImportedSettings:
    return ImportedSettings(ConnectionProfile("", "", ""), Secrets(), (), problem)
