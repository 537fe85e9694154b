"""Reading Java stack traces: the chain of causes and the first frame of the company's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_CAUSED_BY = "\nCaused by: "
# Both kinds of line that end an exception's text: frames, and "... 16 more". A message may go on
# over several lines and even begin one with "at", but never with "at" and a method before a "(".
_END_OF_TEXT = re.compile(r"\n[^\S\n]*(?:at\s+[^\s(]+\(|\.\.\. \d+ (?:more|common frames omitted))")
_FRAME = re.compile(r"^[^\S\n]*at\s+(?:[^\s(]*/)?([\w$.<>]+)\(", re.MULTILINE)
_FRAME_LINE = re.compile(r"\s*(?:at\s|\.\.\. \d)")
_CLASS = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*")
_GENERATED = re.compile(r"\$\$.*|\$\d+")
_SUPPRESSED = "\n\tSuppressed: "
MAX_TRACE = 256 * 1024  # more is not read: it would only cost time

FRAMEWORKS = (
    "java.",
    "javax.",
    "jakarta.",
    "jdk.",
    "sun.",
    "com.sun.",
    "kotlin.",
    "kotlinx.",
    "scala.",
    "groovy.",
    "org.springframework.",
    "org.apache.",
    "io.confluent.",
    "com.fasterxml.",
    "io.grpc.",
    "io.smallrye.",
    "io.quarkus.",
    "io.vertx.",
    "io.netty.",
    "io.micrometer.",
    "io.micronaut.",
    "io.opentelemetry.",
    "io.github.resilience4j.",
    "io.reactivex.",
    "reactor.",
    "org.eclipse.microprofile.",
    "org.jboss.",
    "org.hibernate.",
    "org.h2.",
    "org.postgresql.",
    "com.mysql.",
    "oracle.",
    "com.microsoft.",
    "com.zaxxer.",
    "com.google.",
    "org.mongodb.",
    "com.mongodb.",
    "feign.",
    "okhttp3.",
    "builtins.",
    "pydantic.",
    "requests.",
    "urllib3.",
    "sqlalchemy.",
    "System.",
    "Microsoft.",
    "Confluent.",
)
"""Beginnings of class names that are not the company's own."""


@dataclass(frozen=True, slots=True)
class Thrown:
    """One exception of a chain: class and message, and where its frames lie in the trace."""

    name: str
    message: str
    frames: str


@dataclass(frozen=True, slots=True)
class StackTrace:
    """The chain of causes, outermost first, and the first frame of the company's own, deepest first.

    ``certain`` is False where the chain may go on, but a message cannot be told from a cause.
    """

    chain: tuple[Thrown, ...]
    own_frame: str
    certain: bool = True


NO_TRACE = StackTrace((), "")


def is_own(name: str) -> bool:
    """Whether a class (or frame) is the company's own."""
    return bool(name) and not name.startswith(FRAMEWORKS)


Known = tuple[tuple[str, str], ...]
"""(class, message) of exceptions of the trace that are known from elsewhere."""


@lru_cache(maxsize=512)
def read_stack_trace(trace: bytes, known: Known = ()) -> StackTrace:
    """Read a trace as Java prints it; what is no trace gives an empty chain.

    Messages are printed into the trace as they are, so one that holds "Caused by: " or frames would
    tell of exceptions that never were. ``known`` messages are therefore taken as a whole; behind
    the outermost exception a cause counts only where frames stand before it.
    """
    text = plain_lines(trace)
    messages = tuple((name, plain_lines(message.encode())) for name, message in known if name and message)
    chain: list[Thrown] = []
    certain = True
    at = 0
    while certain and at < len(text):
        thrown, at, certain = _block(text, at, messages)
        if thrown is None:
            break
        chain.append(thrown)
    return StackTrace(tuple(chain), _first_own_frame(chain), certain)


def plain_lines(trace: bytes) -> str:
    """The text of a trace with line ends of one kind."""
    return trace[:MAX_TRACE].decode("utf-8", "replace").replace("\r\n", "\n")


def split_class(text: str) -> tuple[str, str]:
    """("com.example.Broken", "message") of "com.example.Broken: message"; ("", text) if it is none."""
    found = _CLASS.match(text)
    if not found or not _may_be_exception(found.group()):
        return "", text
    rest = text[found.end() :]
    if not rest.strip():
        return found.group(), ""
    return (found.group(), rest[2:]) if rest.startswith(": ") else ("", text)


def frame_name(frame: str) -> str:
    """A frame without what compilers and proxies number anew with every build."""
    name, _, method = frame.rpartition(".")
    return f"{_GENERATED.sub('', name)}.{_GENERATED.sub('', method)}"


def _may_be_exception(name: str) -> bool:
    return "." in name or name.endswith(("Exception", "Error", "Failure", "Warning"))


def _block(text: str, at: int, known: Known) -> tuple[Thrown | None, int, bool]:
    """(the exception that begins at ``at``, where the next one does, whether that is certain)."""
    header, certain = _header(text, at, known)
    name, message = split_class(header.removeprefix("[CIRCULAR REFERENCE: ").rstrip("\n"))
    if not name:
        return None, len(text), certain
    end = at + len(header)
    cause = text.find(_CAUSED_BY, end)
    frames = text[end : cause if cause >= 0 else len(text)].partition(_SUPPRESSED)[0]
    return Thrown(name, message, frames), cause + len(_CAUSED_BY) if cause >= 0 else len(text), certain


def _header(text: str, at: int, known: Known) -> tuple[str, bool]:
    """("class: message" of the exception at ``at``, whether a cause that follows is really one)."""
    for name, message in known:
        whole = f"{name}: {message}"
        if text.startswith(whole, at) and text[at + len(whole) : at + len(whole) + 1] in ("", "\n"):
            return whole, True
    frames = _END_OF_TEXT.search(text, at)
    end = frames.start() if frames else len(text)
    cause = text.find(_CAUSED_BY, at, end)
    if cause < 0:
        return text[at:end], True
    # An exception without frames has its cause right behind its message, and a message may hold these
    # words, too. Behind a mere class name there is no message; and where somebody left the frames out,
    # the outermost exception has lost them before others.
    header = text[at:cause]
    return header, at == 0 or ": " not in header or not frames


def _first_own_frame(chain: list[Thrown]) -> str:
    for thrown in reversed(chain):
        for frame in _FRAME.finditer(_real_frames(thrown.frames)):
            if is_own(frame.group(1)):
                return frame_name(frame.group(1))
    return ""


def _real_frames(frames: str) -> str:
    """What follows the last line that is no frame: up to there they are part of a message."""
    lines = frames.split("\n")
    message = [number for number, line in enumerate(lines) if line.strip() and not _FRAME_LINE.match(line)]
    return "\n".join(lines[message[-1] + 1 :]) if message else frames
