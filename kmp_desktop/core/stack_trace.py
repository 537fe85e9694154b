"""Reading Java stack traces: the chain of causes and the first frame of the company's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_CAUSED_BY = "\nCaused by: "
# Both kinds of line that end an exception's text: frames, and "... 16 more". A message may go on
# over several lines and even begin one with "at", but never with "at" and a method before a "(".
_END_OF_TEXT = re.compile(r"\n\s*(?:at\s+[^\s(]+\(|\.\.\. \d+ (?:more|common frames omitted))")
_FRAME = re.compile(r"^\s*at\s+(?:[^\s(]*/)?([\w$.<>]+)\(", re.MULTILINE)
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
    """The chain of causes, outermost first, and the first frame of the company's own, deepest first."""

    chain: tuple[Thrown, ...]
    own_frame: str


NO_TRACE = StackTrace((), "")


def is_own(name: str) -> bool:
    """Whether a class (or frame) is the company's own."""
    return bool(name) and not name.startswith(FRAMEWORKS)


@lru_cache(maxsize=512)
def read_stack_trace(trace: bytes) -> StackTrace:
    """Read a trace as Java prints it; what is no trace gives an empty chain."""
    text = trace[:MAX_TRACE].decode("utf-8", "replace").replace("\r\n", "\n")
    chain = tuple(thrown for part in text.split(_CAUSED_BY) if (thrown := _thrown(part)))
    return StackTrace(chain, _first_own_frame(chain))


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


def _thrown(part: str) -> Thrown | None:
    end = _END_OF_TEXT.search(part)
    header = part[: end.start()] if end else part
    name, message = split_class(header.removeprefix("[CIRCULAR REFERENCE: ").rstrip("\n"))
    if not name:
        return None
    frames = part[end.start() :] if end else ""
    return Thrown(name, message, frames.partition(_SUPPRESSED)[0])


def _first_own_frame(chain: tuple[Thrown, ...]) -> str:
    for thrown in reversed(chain):
        for frame in _FRAME.finditer(thrown.frames):
            if is_own(frame.group(1)):
                return frame_name(frame.group(1))
    return ""
